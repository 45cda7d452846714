//! Responses: which option was offered, what the adult chose, whether it was used, and what it did to what they want.

use actix_web::{get, patch, post};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::cases::reach::Reached;
use super::outcomes::model::Outcome;
use super::record::{self, OwnedRow};
use crate::act::Act;
use crate::body::{Body, Patch};
use crate::clock::{PastTime, UtcTime};
use crate::ids::Id;
use crate::people::authorities;
use crate::problem::{Fault, Problem, repeated};
use crate::schema::meetings::responses;

crate::codes! {
    /// A response that can be offered.
    pub enum ResponseOption {
        /// Family group conference.
        FamilyGroupConference = "family_group_conference",
        /// Mediation.
        Mediation = "mediation",
        /// Restorative justice.
        RestorativeJustice = "restorative_justice",
        /// Circles of support.
        CirclesOfSupport = "circles_of_support",
        /// Advocacy.
        Advocacy = "advocacy",
        /// An independent mental capacity advocate.
        Imca = "imca",
        /// Achieving best evidence.
        AchievingBestEvidence = "achieving_best_evidence",
        /// Peer support.
        PeerSupport = "peer_support",
        /// Counselling.
        Counselling = "counselling",
        /// Support for those who suffer domestic abuse.
        DomesticAbuseSupport = "domestic_abuse_support",
        /// Assertiveness training.
        AssertivenessTraining = "assertiveness_training",
        /// Other.
        Other = "other",
    }
}

crate::codes! {
    /// What the adult chose.
    pub enum AdultChoice {
        /// Wants it.
        Accepted = "accepted",
        /// Does not want it.
        Declined = "declined",
        /// Has not decided.
        Undecided = "undecided",
    }
}

crate::codes! {
    /// What a response did.
    pub enum EffectCode {
        /// It helped.
        Helped = "helped",
        /// Nothing changed.
        NoChange = "no_change",
        /// It made things worse.
        MadeWorse = "made_worse",
        /// Not known.
        NotKnown = "not_known",
    }
}

/// What a response did to one outcome.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Effect {
    /// The outcome.
    pub outcome_id: Id,
    /// What it did.
    pub effect: EffectCode,
    /// A note.
    #[schema(min_length = 1, max_length = 4000)]
    pub note: Option<String>,
}

crate::record! {
    /// A response that was considered.
    #[schema(example = json!({
        "option": "family_group_conference", "offeredAt": "2026-11-20T10:00:00Z", "adultChose": "accepted", "used": false
    }))]
    Response (ResponseContent) in responses as "response", NewResponse, ResponseView {
        columns {
            /// Which.
            option: ResponseOption,
            /// With `other`: the authority's own code for it, from its settings.
            #[schema(min_length = 1, max_length = 60)]
            local_option: Option<String>,
            /// What it is, more closely; needed with `other` unless `localOption` says it.
            #[schema(min_length = 1, max_length = 2000)]
            description: Option<String>,
            /// When it was offered; absent, if it was not.
            #[schema(value_type = Option<PastTime>)]
            offered_at: Option<UtcTime>,
            /// What the adult chose.
            adult_chose: Option<AdultChoice>,
            /// Whether it was used.
            used: Option<bool>,
        }
        documents {
            /// What it did to the adult's outcomes, once it was used.
            #[serde(default)]
            #[schema(max_items = 20)]
            effects: Vec<Effect>,
        }
    }
}
crate::record!(rules Response, NewResponse, ResponseView);

crate::record_operations! {
    Response, NewResponse, ResponseView, tag "Responses", at "/v1/cases/{caseId}/responses",
    one "/v1/cases/{caseId}/responses/{responseId}" (ResponsePath), read "responses.read", write "responses.record",
    list list_responses "listResponses" "List responses" "Which were offered and used, and what they did.",
    create record_response "recordResponse" "Record a response"
        "What was offered and what the adult chose. An effect names an outcome of this case." by create,
    get get_response "getResponse" "Read a response" "One response.",
    amend amend_response "amendResponse" "Amend a response" "By a merge patch: that it was used, and what it did." by amend,
    mistake mark_response "markResponseEnteredInError" "/v1/cases/{caseId}/responses/{responseId}/entered-in-error"
        may "responses.record",
}

fn create(act: &mut Act, case: Id, body: &Body<NewResponse>) -> Result<Id, Problem> {
    record::create_as::<Response>(act, case, body, faults)
}

fn amend(act: &mut Act, case: Id, id: Id, patch: &Body<Patch<NewResponse>>) -> Result<Id, Problem> {
    record::amend_as::<Response>(act, case, id, patch, faults)
}

fn faults(act: &mut Act, case: &Reached, response: &NewResponse) -> Result<Vec<Fault>, Problem> {
    let mut faults = Vec::new();
    if response.option == ResponseOption::Other
        && response.description.is_none()
        && response.local_option.is_none()
    {
        faults.push(Fault::required("/description", "Say which other response."));
    }
    if let Some(local) = &response.local_option {
        let pointer = "/localOption";
        if response.option != ResponseOption::Other {
            faults.push(Fault::at(
                pointer,
                "not_with_this_option",
                "This goes with `other`.",
            ));
        }
        let known = authorities::settings_of(act.conn, &case.row.authority)?.local_response_options;
        let used = std::slice::from_ref(local);
        faults.extend(authorities::unknown_codes(&known, used, |_| pointer.to_owned()));
    }
    if !response.effects.is_empty() && response.used != Some(true) {
        let detail = "Only what was used has an effect: say that it was.";
        faults.push(Fault::required("/used", detail));
    }
    let outcomes: Vec<Id> = response.effects.iter().map(|effect| effect.outcome_id).collect();
    let pointer = |index: usize| format!("/effects/{index}/outcomeId");
    faults.extend(repeated(&outcomes, pointer, "Each outcome stands here once."));
    for (index, outcome) in outcomes.iter().enumerate() {
        if Outcome::find(act.conn, case.row.id, *outcome)?.is_none() {
            let detail = "There is no such outcome on this case.";
            faults.push(Fault::at(pointer(index), "unknown", detail));
        }
    }
    Ok(faults)
}
