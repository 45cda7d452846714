//! Communication needs (Accessible Information Standard: identify, record, flag, share, meet, review).

use actix_web::{get, patch, post};
use chrono::NaiveDate;

use super::reach::ReachedAdult;
use super::{service, store};
use crate::act::Act;
use crate::body::{Body, Patch};
use crate::casework::record::{self, EnteredInError, Head, Record, write_new};
use crate::facts::YesNoNotKnown;
use crate::ids::Id;
use crate::problem::Problem;
use crate::schema::adult_records::adult_communication_needs;

crate::record! {
    /// How to communicate with the adult. What has not ended stands on every answer about them.
    #[schema(example = json!({
        "need": "Large print, 18 point", "howToMeet": "Letters from the office template", "mayBeShared": "yes",
        "reviewOn": "2027-06-01"
    }))]
    CommunicationNeed (CommunicationNeedContent) in adult_communication_needs of adult_id (ReachedAdult)
    as "communication_need", CommunicationNeedBody, CommunicationNeedView {
        columns {
            /// The need.
            #[schema(min_length = 1, max_length = 200, extensions(("x-rule" = json!("not_blank"))))]
            need: String,
            /// How it is met.
            #[schema(min_length = 1, max_length = 1000)]
            how_to_meet: Option<String>,
            /// Whether the adult agrees that others are told.
            may_be_shared: Option<YesNoNotKnown>,
            /// When to look at it again.
            review_on: Option<NaiveDate>,
            /// When it ended.
            #[schema(extensions(("x-rule" = json!("not_in_the_future"))))]
            ended_on: Option<NaiveDate>,
        }
        documents {}
    }
}
crate::record!(rules CommunicationNeed, CommunicationNeedBody, CommunicationNeedView);

crate::record_operations! {
    CommunicationNeed, CommunicationNeedBody, CommunicationNeedView, tag "Adults",
    at "/v1/adults/{adultId}/communication-needs" of AdultPath,
    one "/v1/adults/{adultId}/communication-needs/{communicationNeedId}" (CommunicationNeedPath),
    read "adults.read", write "adults.amend",
    list list_communication_needs "listCommunicationNeeds" "List communication needs"
        "How to communicate with the adult, as the Accessible Information Standard asks it to be recorded.",
    create record_communication_need "recordCommunicationNeed" "Record a communication need"
        "It stands on every answer about the adult until it ends." by record_need,
    get get_communication_need "getCommunicationNeed" "Read a communication need" "One need.",
    amend amend_communication_need "amendCommunicationNeed" "Amend or end a communication need" "By a merge patch." by amend_need,
    mistake mark_communication_need "markCommunicationNeedEnteredInError" "/v1/adults/{adultId}/communication-needs/{communicationNeedId}/entered-in-error"
        may "adults.amend" by mark_need,
}

impl CommunicationNeedBody {
    /// A need of which nothing but its name is known.
    pub fn plain(need: &str) -> Self {
        Self {
            need: need.to_owned(),
            how_to_meet: None,
            may_be_shared: None,
            review_on: None,
            ended_on: None,
        }
    }
}

/// Appends a need that was judged already.
pub fn append(act: &mut Act, adult: &ReachedAdult, body: CommunicationNeedBody) -> Result<(), Problem> {
    let head = Head::of(act, Id::new(), (adult.row.id, &adult.row.authority));
    write_new(act, &CommunicationNeed::new(head, body), "recorded").map(drop)
}

fn record_need(act: &mut Act, adult: Id, body: &Body<CommunicationNeedBody>) -> Result<Id, Problem> {
    let before = standing(act, adult)?;
    let id = record::create::<CommunicationNeed>(act, adult, body)?;
    tell(act, adult, &before)?;
    Ok(id)
}

fn amend_need(
    act: &mut Act,
    adult: Id,
    id: Id,
    patch: &Body<Patch<CommunicationNeedBody>>,
) -> Result<Id, Problem> {
    let before = standing(act, adult)?;
    let id = record::amend::<CommunicationNeed>(act, adult, id, patch)?;
    tell(act, adult, &before)?;
    Ok(id)
}

fn mark_need(act: &mut Act, adult: Id, id: Id, body: &Body<EnteredInError>) -> Result<Id, Problem> {
    let before = standing(act, adult)?;
    let id = record::mark::<CommunicationNeed>(act, adult, id, body)?;
    tell(act, adult, &before)?;
    Ok(id)
}

fn standing(act: &mut Act, adult: Id) -> Result<Vec<String>, Problem> {
    let row = store::any(act.conn, adult)?;
    Ok(row.map(|row| row.communication_needs.0).unwrap_or_default())
}

/// The standing needs are on every answer about the adult: another list is another version of the record.
pub fn tell(act: &mut Act, adult: Id, before: &[String]) -> Result<(), Problem> {
    let mut row = store::any(act.conn, adult)?.ok_or_else(Problem::not_found)?;
    match row.communication_needs.0 == before {
        true => Ok(()),
        false => service::write_over(act, &mut row, "amended"),
    }
}

/// Writes the standing needs of one record to another of the same adult, in another authority; without those of which the adult
/// does not want others told.
pub fn copy(act: &mut Act, from: Id, (to, authority): (Id, &str)) -> Result<(), Problem> {
    let needs = store::standing_needs(act.conn, from)?.into_iter();
    for need in needs.filter(|need| need.may_be_shared != Some(YesNoNotKnown::No)) {
        let head = Head::of(act, Id::new(), (to, authority));
        write_new(act, &CommunicationNeed::new(head, need.body()), "recorded")?;
    }
    Ok(())
}
