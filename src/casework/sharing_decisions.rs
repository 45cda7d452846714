//! Decisions to share information, or not to: append-only, each with its reason and the least that was needed.

use actix_web::{get, post};

use super::cases::reach::Reached;
use super::record::{self, Record};
use super::wishes;
use crate::act::Act;
use crate::body::Body;
use crate::ids::Id;
use crate::people::agencies;
use crate::problem::{Fault, Problem};
use crate::schema::records::sharing_decisions;

crate::codes! {
    /// Whose idea sharing was.
    pub enum Initiative {
        /// Somebody asked for it.
        Requested = "requested",
        /// It was offered.
        Offered = "offered",
    }
}

crate::codes! {
    /// Whether the adult was asked or told.
    pub enum AdultTold {
        /// Asked, and agreed.
        AskedAndAgreed = "asked_and_agreed",
        /// Asked, and refused.
        AskedAndRefused = "asked_and_refused",
        /// Told.
        Told = "told",
        /// Not told.
        NotTold = "not_told",
    }
}

crate::codes! {
    /// What was decided.
    pub enum SharingOutcome {
        /// Shared.
        Shared = "shared",
        /// Shared in part.
        Partly = "partly",
        /// Refused.
        Refused = "refused",
    }
}

crate::codes! {
    /// On what basis in law.
    pub enum LawfulBasis {
        /// Consent, or an overriding public interest, at common law.
        CommonLaw = "common_law",
        /// UK GDPR article 6.
        UkGdprArticle6 = "uk_gdpr_article_6",
        /// UK GDPR article 9.
        UkGdprArticle9 = "uk_gdpr_article_9",
        /// Data Protection Act 2018 Schedule 1 paragraph 18 (safeguarding).
        DpaSchedule1Paragraph18 = "dpa_2018_schedule_1_paragraph_18",
        /// Care Act 2014 s.45 (supply of information to a board).
        CareActS45 = "care_act_s45",
    }
}

crate::record! {
    /// A decision whether to share.
    #[schema(example = json!({
        "what": "That money was taken, and when", "withWhom": "Her bank", "why": "So that it can set a limit",
        "initiative": "offered", "adultTold": "asked_and_agreed", "minimumNecessary": "No names, no health",
        "decision": "shared", "how": "By telephone", "lawfulBasis": ["common_law", "uk_gdpr_article_6"]
    }))]
    SharingDecision (SharingDecisionContent) in sharing_decisions as "sharing_decision" [partner own parties], NewSharingDecision,
    SharingDecisionView {
        columns {
            /// What.
            #[schema(min_length = 1, max_length = 4000, extensions(("x-rule" = json!("not_blank"))))]
            what: String,
            /// With whom.
            #[schema(min_length = 1, max_length = 500)]
            with_whom: String,
            /// The agency it is shared with, if it is one of those here: it reads this when it is named on the case for decisions.
            agency_id: Option<Id>,
            /// Why.
            #[schema(min_length = 1, max_length = 4000)]
            why: String,
            /// Whose idea it was.
            initiative: Initiative,
            /// Whether the adult was asked or told.
            adult_told: AdultTold,
            /// Why not.
            #[schema(min_length = 1, max_length = 4000)]
            adult_not_told_reason: Option<String>,
            /// How it was kept to the least that is needed.
            #[schema(min_length = 1, max_length = 4000)]
            minimum_necessary: String,
            /// What was decided.
            decision: SharingOutcome,
            /// How it was shared.
            #[schema(min_length = 1, max_length = 500)]
            how: Option<String>,
            /// Why it is shared with somebody whom the adult does not want involved; needed then.
            #[schema(min_length = 1, max_length = 4000)]
            override_reason: Option<String>,
        }
        documents {
            /// On what basis in law.
            #[schema(min_items = 1, max_items = 5)]
            lawful_basis: Vec<LawfulBasis>,
        }
    }
}
crate::record!(rules SharingDecision, NewSharingDecision, SharingDecisionView; shown by shown);

crate::record_operations! {
    SharingDecision, NewSharingDecision, SharingDecisionView, tag "Sharing decisions",
    at "/v1/cases/{caseId}/sharing-decisions",
    one "/v1/cases/{caseId}/sharing-decisions/{sharingId}" (SharingPath),
    read "sharing.read", write "sharing.record",
    list list_sharing "listSharingDecisions" "List sharing decisions" "What was shared with whom, why, and on what basis.",
    create record_sharing "recordSharingDecision" "Record a sharing decision"
        "Also one to share in part, or not. Append-only. With somebody whom the adult does not want involved only for a reason."
        by append,
    get get_sharing "getSharingDecision" "Read a sharing decision" "One decision.",
    mistake mark_sharing "markSharingDecisionEnteredInError" "/v1/cases/{caseId}/sharing-decisions/{sharingId}/entered-in-error"
        may "sharing.record",
}

/// It is of the agency with which something is shared.
fn parties(decision: &SharingDecision) -> Vec<Id> {
    decision.agency_id.into_iter().collect()
}

/// Why the adult was not told, or their wish was overridden, is for staff and advocates: the app may be in the hands
/// of whoever it is about.
fn shown(mut row: SharingDecision, case: &Reached) -> SharingDecisionView {
    if !case.sees_what_is_withheld() {
        row.adult_not_told_reason = None;
        row.override_reason = None;
    }
    row.view()
}

fn append(act: &mut Act, case: Id, body: &Body<NewSharingDecision>) -> Result<Id, Problem> {
    record::create_as::<SharingDecision>(act, case, body, faults)
}

fn faults(act: &mut Act, case: &Reached, decision: &NewSharingDecision) -> Result<Vec<Fault>, Problem> {
    let mut faults = Vec::new();
    if decision.adult_told == AdultTold::NotTold && decision.adult_not_told_reason.is_none() {
        faults.push(Fault::required(
            "/adultNotToldReason",
            "Say why the adult was not told.",
        ));
    }
    faults.extend(agencies::fault_of(act.conn, decision.agency_id, "/agencyId")?);
    if decision.decision != SharingOutcome::Refused {
        let reason = decision.override_reason.as_ref();
        faults.extend(wishes::fault_of_involving(
            act,
            case.row.id,
            &decision.with_whom,
            reason,
        )?);
    }
    Ok(faults)
}
