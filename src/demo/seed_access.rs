//! Who else reads the synthetic cases: an adviser on one in forty, an agency on one in fourteen, emergency access to and a
//! conflict of one in five hundred each; one in a hundred is restricted and names an adviser. As many as a real council has,
//! so that a list along all ways in is tried with each of them.

use diesel::prelude::*;

use super::organisations::{NewClient, agency_with_client};
use crate::casework::access::conflicts::{Conflict, ConflictKind, NewConflict};
use crate::casework::access::emergency::{EmergencyAccess, EmergencyContent, EmergencyReason};
use crate::casework::access::grants::{Grant, GrantRelationship, NewGrant};
use crate::casework::cases::exclusions;
use crate::casework::cases::model::Case;
use crate::casework::record::{Head, Record};
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::ids::Id;
use crate::people::agencies::{self, AgencyType};
use crate::people::clients::SCOPES;
use crate::policy::Part;
use crate::problem::Problem;
use crate::schema::access::{case_conflicts, case_grants, emergency_access};
use crate::secrets;

/// The agency on one in fourteen cases, whose client is `seed-agency`.
const AGENCY: &str = "Seeded Community Health";
const CLIENT: &str = "seed-agency";
/// How long emergency access lasts here, in seconds: long enough for a trial.
const EMERGENCY: i64 = 12 * 3_600;

/// The agency, made with its client if it is not there.
pub fn agency(conn: &mut Connection, authority: &str, now: UtcTime) -> Result<Id, Problem> {
    if let Some(known) = agencies::named(conn, AGENCY)? {
        return Ok(known.id);
    }
    let client = NewClient {
        id: Id::new(),
        name: CLIENT,
        scopes: &SCOPES,
    };
    let agency = (AGENCY, AgencyType::NhsCommunity);
    let made = agency_with_client(conn, agency, (client, &secrets::random()?), &[authority], now)?;
    Ok(made.agency_id)
}

/// Whether the case at this place is restricted.
pub fn is_restricted(place: usize) -> bool {
    place % 100 == 3
}

/// Writes who else reads these cases, the first of which is at this place.
pub fn write(
    conn: &mut Connection,
    (cases, first): (&[Case], usize),
    (workers, agency): (&[Id], Id),
    now: UtcTime,
) -> Result<(), Problem> {
    let another = |place: usize| {
        workers
            .get((place + 1) % workers.len())
            .copied()
            .unwrap_or_default()
    };
    let (mut grants, mut conflicts, mut emergencies) = (vec![], vec![], vec![]);
    for (place, case) in (first..).zip(cases) {
        let head = || head(case, now);
        if place % 40 == 7 || is_restricted(place) {
            grants.push(Grant::new(
                head(),
                naming(GrantRelationship::Adviser, Some(another(place)), None),
            ));
        }
        if place % 14 == 5 {
            grants.push(Grant::new(
                head(),
                naming(GrantRelationship::Partner, None, Some(agency)),
            ));
        }
        if place % 500 == 11 {
            let conflict = NewConflict {
                user_id: Some(another(place)),
                agency_id: None,
                staff_number: None,
                kind: ConflictKind::Related,
                detail: "A cousin of the person of concern".to_owned(),
                ended_on: None,
            };
            conflicts.push(Conflict::new(head(), conflict));
        }
        if place % 500 == 17 {
            let content = EmergencyContent {
                user_id: another(place),
                reason_code: EmergencyReason::OutOfHours,
                reason: "The police ask at night where she is safe".to_owned(),
                until: now.plus_seconds(EMERGENCY),
                review_outcome: None,
                review_note: None,
                reviewed_at: None,
                reviewed_by: None,
            };
            emergencies.push(EmergencyAccess::of(head(), content));
        }
    }
    super::insert_all!(conn, case_grants, grants);
    super::insert_all!(conn, case_conflicts, conflicts);
    super::insert_all!(conn, emergency_access, emergencies);
    for conflict in conflicts {
        exclusions::derive_conflict(conn, conflict.id, now)?;
    }
    Ok(())
}

fn head(case: &Case, now: UtcTime) -> Head {
    Head {
        id: Id::new(),
        owner: case.id,
        authority: case.authority.clone(),
        version: 1,
        created_at: now,
        created_by: case.created_by,
        updated_at: now,
        updated_by: case.created_by,
        entered_in_error: None,
        shown: (1, now),
    }
}

fn naming(relationship: GrantRelationship, user_id: Option<Id>, agency_id: Option<Id>) -> NewGrant {
    NewGrant {
        relationship,
        user_id,
        agency_id,
        reason: "Seeded".to_owned(),
        override_reason: None,
        ends_on: None,
        sections: vec![Part::Outcomes, Part::Meetings, Part::Plan],
    }
}
