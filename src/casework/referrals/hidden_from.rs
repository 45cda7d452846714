//! From whom a referral is hidden: whoever it says must not see it, a user who is a person of concern of it, and whoever is
//! excluded from an adult it very likely is about. It goes to another manager.

use super::dto::NewReferral;
use super::model::Referral;
use crate::act::Act;
use crate::casework::access::conflicts::{self, ConflictKind, NewConflict};
use crate::casework::cases::exclusions::{self, Excluded};
use crate::casework::cases::model::Case;
use crate::ids::Id;
use crate::people::adults::Likeness;
use crate::people::users;
use crate::problem::Problem;

/// Hides a referral that was just received from those who are not to see it.
pub fn hide(act: &mut Act, referral: &Referral) -> Result<(), Problem> {
    let content = &referral.content.0;
    let said = said(act, content)?;
    if !said.is_empty() {
        exclusions::of_referral(act.conn, referral.id, said, act.now)?;
    }
    know(act, referral.id, &content.adult.likeness())
}

/// Notes what a referral's adult may be known by, and hides it from whoever is excluded from somebody known by that.
pub fn know(act: &mut Act, referral: Id, likeness: &Likeness) -> Result<(), Problem> {
    exclusions::index_referral(act.conn, referral, likeness)?;
    Ok(exclusions::match_referral(act.conn, likeness, act.now)?)
}

fn said(act: &mut Act, content: &NewReferral) -> Result<Vec<Excluded>, Problem> {
    let mut found = Vec::new();
    for named in &content.must_not_see {
        if let Some(user) = named.user_id
            && users::find(act.conn, user)?.is_some()
        {
            found.push(by_account(user));
        }
        found.extend(named.staff_number.clone().map(by_staff_number));
        if let Some(name) = &named.name {
            found.extend(users::of_name(act.conn, name, None)?.into_iter().map(by_account));
        }
    }
    for person in &content.persons_of_concern {
        found.extend(person.staff_number.clone().map(by_staff_number));
        if let (Some(name), Some(born)) = (&person.name, person.date_of_birth) {
            found.extend(
                users::of_name(act.conn, name, Some(born))?
                    .into_iter()
                    .map(by_account),
            );
        }
    }
    Ok(found)
}

fn by_account(user: Id) -> Excluded {
    Excluded {
        user_id: Some(user),
        agency_id: None,
        staff_number: None,
    }
}

fn by_staff_number(number: String) -> Excluded {
    Excluded {
        user_id: None,
        agency_id: None,
        staff_number: Some(number),
    }
}

/// Whom the referral itself keeps away is kept away from the case it leads to, by conflicts that people can end.
pub fn keep_from(act: &mut Act, referral: &Referral, case: &Case) -> Result<(), Problem> {
    for whom in exclusions::said_by_referral(act.conn, referral.id)? {
        let conflict = NewConflict {
            user_id: whom.user_id,
            agency_id: whom.agency_id,
            staff_number: whom.staff_number,
            kind: ConflictKind::Other,
            detail: format!("Said by the referral {}", referral.reference),
            ended_on: None,
        };
        conflicts::write(act, case, conflict)?;
    }
    Ok(())
}
