//! Who was told what, and when: families have first heard of a concern from court papers.

use actix_web::{get, patch, post};
use chrono::NaiveDate;

use crate::clock::{PastTime, UtcTime};
use crate::problem::Fault;
use crate::schema::records::informed_records;

crate::codes! {
    /// Who is to be told.
    pub enum Audience {
        /// The adult.
        Adult = "adult",
        /// A representative.
        Representative = "representative",
        /// Family.
        Family = "family",
        /// The person of concern.
        PersonOfConcern = "person_of_concern",
        /// The provider.
        Provider = "provider",
    }
}

crate::codes! {
    /// About what.
    pub enum Topic {
        /// That there is a concern.
        Concern = "concern",
        /// That there is an enquiry.
        Enquiry = "enquiry",
        /// That capacity is assessed.
        CapacityAssessment = "capacity_assessment",
        /// That a court is asked.
        CourtApplication = "court_application",
        /// That the case is closed.
        Closure = "closure",
    }
}

crate::record! {
    /// That somebody was told, or why not yet.
    #[schema(example = json!({
        "who": "adult", "about": "concern", "toldAt": "2026-11-20T10:00:00Z", "how": "in person", "toldBy": "Priya Nair"
    }))]
    Informed (InformedContent) in informed_records as "informed", NewInformed, InformedView {
        columns {
            /// Who.
            who: Audience,
            /// About what.
            about: Topic,
            /// When; needed unless there is a reason why not.
            #[schema(value_type = Option<PastTime>)]
            told_at: Option<UtcTime>,
            /// How.
            #[schema(min_length = 1, max_length = 500)]
            how: Option<String>,
            /// By whom.
            #[schema(min_length = 1, max_length = 200)]
            told_by: Option<String>,
            /// Why not yet.
            #[schema(min_length = 1, max_length = 4000)]
            not_told_reason: Option<String>,
            /// When to look at that again.
            look_again_on: Option<NaiveDate>,
        }
        documents {}
    }
}
crate::record!(rules Informed, NewInformed, InformedView, faults);

crate::record_operations! {
    Informed, NewInformed, InformedView, tag "Who was told", at "/v1/cases/{caseId}/informed",
    one "/v1/cases/{caseId}/informed/{informedId}" (InformedPath), read "informed.read", write "informed.record",
    list list_informed "listInformed" "List who was told" "Who was told what and when, or why not yet.",
    create record_informed "recordInformed" "Record that somebody was told" "Or why not yet, and when to look at it again.",
    get get_informed "getInformed" "Read who was told" "One record.",
    amend amend_informed "amendInformed" "Amend who was told" "By a merge patch: that it was done since.",
    mistake mark_informed "markInformedEnteredInError" "/v1/cases/{caseId}/informed/{informedId}/entered-in-error"
        may "informed.record",
}

fn faults(record: &NewInformed) -> Vec<Fault> {
    match record.told_at.is_none() && record.not_told_reason.is_none() {
        true => vec![Fault::required(
            "/toldAt",
            "Say when, or in notToldReason why not yet.",
        )],
        false => vec![],
    }
}
