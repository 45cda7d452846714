//! Codes and rows of contacts.

use diesel::prelude::*;

use super::dto::{DiscussedOption, NextStep};
use crate::casework::meetings::checklist::MeetingItemAnswer;
use crate::casework::produced::Produced;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::types::Json;
use crate::ids::Id;
use crate::schema::casework::meetings;
use crate::schema::contacts::contacts;
use crate::schema::meetings::meeting_discussions;

diesel::allow_tables_to_appear_in_same_query!(meetings, meeting_discussions);

crate::codes! {
    /// What kind of contact.
    pub enum ContactKind {
        /// Visit.
        Visit = "visit",
        /// Call.
        Call = "call",
        /// Message.
        Message = "message",
        /// Information received.
        InformationReceived = "information_received",
        /// Advice.
        Advice = "advice",
        /// Oversight by a manager.
        ManagementOversight = "management_oversight",
        /// Other.
        Other = "other",
    }
}

crate::codes! {
    /// What the words rest on: records remain factual.
    pub enum Basis {
        /// Seen by the writer.
        Seen = "seen",
        /// Said to the writer.
        Said = "said",
        /// Reported by someone else.
        Reported = "reported",
        /// The writer's opinion.
        Opinion = "opinion",
    }
}

crate::codes! {
    /// What came of asking the adult what they want.
    pub enum AskedResult {
        /// Outcomes were expressed.
        Expressed = "expressed",
        /// None were.
        NoneExpressed = "none_expressed",
        /// As before.
        Unchanged = "unchanged",
        /// They have changed.
        Changed = "changed",
        /// The adult did not want to say.
        Declined = "declined",
        /// The adult was not asked.
        NotAsked = "not_asked",
    }
}

crate::case_row! {
    /// A contact as it is kept; append-only.
    Contact (ContactContent) in contacts as "contact" {
        /// Its kind.
        kind: ContactKind,
        /// When it was.
        at: UtcTime,
        /// Whether it was with the adult.
        with_adult: bool,
        /// With whom else.
        with_whom: Option<String>,
        /// How long, in minutes.
        minutes: Option<i32>,
        /// What the words rest on.
        basis: Basis,
        /// The note.
        text: String,
        /// A part for those who decide on the case.
        restricted_part: Option<String>,
        /// What the adult chose of the options.
        adult_chose: Option<String>,
        /// What came of asking.
        asked_result: Option<AskedResult>,
        /// Why the adult was not asked.
        not_asked_reason: Option<String>,
        /// Options that were discussed.
        options_discussed: Json<Vec<DiscussedOption>>,
        /// What happens next.
        next_steps: Json<Vec<NextStep>>,
        /// Items of the checklists that were looked at.
        checklist: Json<Vec<MeetingItemAnswer>>,
        /// What it produced.
        produced: Json<Produced>,
    }
}

/// What came of asking, over all contacts and discussions of a case.
pub fn asked_results(conn: &mut Connection, case: Id) -> QueryResult<Vec<AskedResult>> {
    let mut results: Vec<AskedResult> = contacts::table
        .filter(contacts::case_id.eq(case))
        .filter(contacts::asked_result.is_not_null())
        .filter(contacts::entered_in_error.is_null())
        .select(contacts::asked_result.assume_not_null())
        .distinct()
        .load(conn)?;
    let standing = meetings::table
        .filter(
            meetings::case_id
                .eq(case)
                .and(meetings::entered_in_error.is_null()),
        )
        .select(meetings::id);
    let around_meetings: Vec<AskedResult> = meeting_discussions::table
        .filter(meeting_discussions::case_id.eq(case))
        .filter(meeting_discussions::meeting_id.eq_any(standing))
        .filter(meeting_discussions::asked_result.is_not_null())
        .select(meeting_discussions::asked_result.assume_not_null())
        .distinct()
        .load(conn)?;
    results.extend(around_meetings);
    Ok(results)
}
