//! Representatives and supporters: who speaks or stands with the adult, by what right, and what they may receive.

use actix_web::{get, patch, post};
use chrono::NaiveDate;
use diesel::prelude::*;

use super::reach::ReachedAdult;
use crate::act::Act;
use crate::body::{Body, Patch};
use crate::casework::cases::access;
use crate::casework::record::{self, EnteredInError, OwnedRow};
use crate::db::Connection;
use crate::facts::YesNoNotKnown;
use crate::ids::Id;
use crate::policy::MayReceive;
use crate::problem::{Fault, Problem};
use crate::schema::adult_records::adult_representatives;

crate::codes! {
    /// Whether someone speaks for the adult or stands beside them.
    pub enum RepresentativeKind {
        /// Speaks for the adult.
        Representative = "representative",
        /// Stands beside the adult.
        Supporter = "supporter",
    }
}

crate::codes! {
    /// By what right someone acts for the adult.
    pub enum LegalAuthority {
        /// None.
        None = "none",
        /// Lasting power of attorney for health and welfare.
        LpaHealthWelfare = "lpa_health_welfare",
        /// Lasting power of attorney for property and financial affairs.
        LpaPropertyFinance = "lpa_property_finance",
        /// Deputy appointed by the Court of Protection.
        Deputy = "deputy",
        /// Appointee for benefits.
        Appointee = "appointee",
        /// Litigation friend.
        LitigationFriend = "litigation_friend",
        /// Another.
        Other = "other",
    }
}

crate::codes! {
    /// Whether someone stands on the other side.
    pub enum RepresentativeConflict {
        /// Nothing known.
        None = "none",
        /// Their interests may differ from the adult's.
        Possible = "possible",
        /// Implicated in the concern: their access is suspended at once.
        Implicated = "implicated",
    }
}

crate::record! {
    /// Who represents or supports the adult.
    #[schema(example = json!({
        "kind": "supporter", "name": "Nia Invented", "relationship": "niece", "legalAuthority": "none",
        "chosenByAdult": "yes", "conflict": "none", "mayReceive": ["meetings", "next_steps"]
    }))]
    Representative (RepresentativeContent) in adult_representatives of adult_id (ReachedAdult)
    as "representative", NewRepresentative, RepresentativeView {
        columns {
            /// Speaks for the adult, or stands beside them.
            kind: RepresentativeKind,
            /// Name.
            #[schema(min_length = 1, max_length = 200, extensions(("x-rule" = json!("not_blank"))))]
            name: String,
            /// What they are to the adult.
            #[schema(min_length = 1, max_length = 200)]
            relationship: Option<String>,
            /// By what right they act.
            legal_authority: LegalAuthority,
            /// What was seen of it.
            #[schema(min_length = 1, max_length = 1000)]
            evidence_seen: Option<String>,
            /// Whether the adult chose them.
            chosen_by_adult: YesNoNotKnown,
            /// Whether they stand on the other side.
            conflict: RepresentativeConflict,
            /// In what way.
            #[schema(min_length = 1, max_length = 2000)]
            conflict_detail: Option<String>,
            /// Since when.
            starts_on: Option<NaiveDate>,
            /// Until when.
            ends_on: Option<NaiveDate>,
        }
        documents {}
        sets {
            /// What they may receive; nothing unless it is said.
            #[serde(default)]
            #[schema(max_items = 7)]
            may_receive: MayReceive,
        }
    }
}
crate::record!(rules Representative, NewRepresentative, RepresentativeView);

crate::record_operations! {
    Representative, NewRepresentative, RepresentativeView, tag "Adults",
    at "/v1/adults/{adultId}/representatives" of AdultPath,
    one "/v1/adults/{adultId}/representatives/{representativeId}" (RepresentativePath),
    read "representatives.read", write "representatives.record",
    list list_representatives "listRepresentatives" "List representatives and supporters"
        "Who speaks for the adult or stands beside them, by what right, and what they may receive.",
    create record_representative "recordRepresentative" "Record a representative or supporter"
        "They receive nothing unless `mayReceive` says so." by record_representative_of,
    get get_representative "getRepresentative" "Read a representative or supporter" "One person.",
    amend amend_representative "amendRepresentative" "Amend a representative or supporter"
        "By a merge patch. Who is `implicated` loses access to every case of the adult at once." by amend_representative_of,
    mistake mark_representative "markRepresentativeEnteredInError" "/v1/adults/{adultId}/representatives/{representativeId}/entered-in-error"
        may "representatives.record" by mark_representative_of,
}

fn record_representative_of(act: &mut Act, adult: Id, body: &Body<NewRepresentative>) -> Result<Id, Problem> {
    let id = record::create_as::<Representative>(act, adult, body, faults)?;
    suspend_if_implicated(act, adult, id)?;
    Ok(id)
}

fn amend_representative_of(
    act: &mut Act,
    adult: Id,
    id: Id,
    patch: &Body<Patch<NewRepresentative>>,
) -> Result<Id, Problem> {
    let id = record::amend_as::<Representative>(act, adult, id, patch, faults)?;
    suspend_if_implicated(act, adult, id)?;
    Ok(id)
}

fn mark_representative_of(
    act: &mut Act,
    adult: Id,
    id: Id,
    body: &Body<EnteredInError>,
) -> Result<Id, Problem> {
    let id = record::mark::<Representative>(act, adult, id, body)?;
    end_access_unless(act, adult, id, |_| false)?;
    Ok(id)
}

fn faults(_: &mut Act, _: &ReachedAdult, body: &NewRepresentative) -> Result<Vec<Fault>, Problem> {
    let mut faults = Vec::new();
    if let (Some(from), Some(until)) = (body.starts_on, body.ends_on)
        && until < from
    {
        faults.push(Fault::at(
            "/endsOn",
            "before_start",
            "The end is not before the start.",
        ));
    }
    let received = &body.may_receive;
    if received
        .iter()
        .enumerate()
        .any(|(place, one)| received.iter().take(place).any(|other| other == one))
    {
        faults.push(Fault::at("/mayReceive", "repeated", "Each stands here once."));
    }
    Ok(faults)
}

fn suspend_if_implicated(act: &mut Act, adult: Id, id: Id) -> Result<(), Problem> {
    let today = act.now.date();
    end_access_unless(act, adult, id, |row| {
        row.ends_on.is_none_or(|until| until >= today) && row.conflict != RepresentativeConflict::Implicated
    })
}

fn end_access_unless(
    act: &mut Act,
    adult: Id,
    id: Id,
    holds: impl Fn(&Representative) -> bool,
) -> Result<(), Problem> {
    let row = Representative::find_any(act.conn, adult, id)?.ok_or_else(Problem::not_found)?;
    match holds(&row) {
        true => Ok(()),
        false => Ok(access::end_of_representative(act.conn, row.id, act.now)?),
    }
}

/// The representative or supporter of this adult with this id, for a use case that has reached the case.
pub fn find(conn: &mut Connection, adult: Id, id: Id) -> QueryResult<Option<Representative>> {
    Representative::find(conn, adult, id)
}
