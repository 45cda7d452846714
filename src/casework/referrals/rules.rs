//! Rules of intake and triage.

use chrono::{Months, NaiveDate};

use super::dto::{NewReferral, NewTriage, ReferredAdult};
use super::model::{AgreesToShare, ConcernKind, FeedbackCode, Referral, Status, TriageDecision};
use crate::casework::cases::dto::FeedbackToReferrer;
use crate::casework::cases::rules::feedback_to_referrer;
use crate::facts::YesNoNotKnown;
use crate::people::agencies::AgencyType;
use crate::problem::Fault;

/// What is wrong with a referral beyond its fields. Consent is never among it: not agreeing needs a reason, and
/// nothing more (Care Act 2014 s.42: an enquiry needs no consent).
pub fn faults(referral: &NewReferral, from_a_client: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    if from_a_client && referral.agency_reference.is_none() {
        faults.push(Fault::required(
            "/agencyReference",
            "Give your own reference of this message about this adult.",
        ));
    }
    let organisational = referral.concern.kind == Some(ConcernKind::Organisational);
    if !organisational && !identifies(&referral.adult) {
        let detail =
            "Give something to identify the adult by: a name, a number, an address or a description.";
        faults.push(Fault::required("/adult", detail));
    }
    if referral.adult_agrees_to_share != AgreesToShare::Yes && referral.reason_without_agreement.is_none() {
        faults.push(Fault::required(
            "/reasonWithoutAgreement",
            "Say why this is shared without the adult's agreement.",
        ));
    }
    for (index, named) in referral.must_not_see.iter().enumerate() {
        if named.user_id.is_none() && named.staff_number.is_none() && named.name.is_none() {
            faults.push(Fault::required(
                format!("/mustNotSee/{index}"),
                "Say who: by account, staff number or name.",
            ));
        }
    }
    faults
}

fn identifies(adult: &ReferredAdult) -> bool {
    let texts = [
        &adult.family_name,
        &adult.preferred_name,
        &adult.nhs_number,
        &adult.postcode,
        &adult.address,
        &adult.whereabouts_now,
        &adult.description,
    ];
    texts.iter().any(|text| text.is_some())
        || !adult.given_names.is_empty()
        || adult.date_of_birth.is_some()
        || !adult.contact_points.is_empty()
}

/// Whether the person was under 18 on the day of the concern: that is for children's services. Unknown age is
/// taken as adult.
pub fn is_child(referral: &NewReferral, today: NaiveDate) -> bool {
    let day = referral.concern.occurred_from.unwrap_or(today);
    let eighteenth = referral
        .adult
        .date_of_birth
        .and_then(|born| born.checked_add_months(Months::new(18 * 12)));
    eighteenth.is_some_and(|eighteenth| day < eighteenth)
}

/// The fault of a referral about a child.
pub fn childrens_route() -> Fault {
    let detail =
        "This person was under 18: refer to the authority's children's services. If in danger now, ring 999.";
    Fault::at("/adult/dateOfBirth", "childrens_route", detail)
}

/// Whether a name stands beside the wish to stay unnamed.
pub fn is_named_though_anonymous(referral: &NewReferral) -> bool {
    let referrer = referral.referrer.as_ref();
    referrer.is_some_and(|referrer| referrer.anonymous == Some(true) && referrer.name.is_some())
}

/// The fault of such a name.
pub fn anonymous_referrer() -> Fault {
    let detail = "An anonymous referral carries no name of the referrer.";
    Fault::at("/referrer/name", "anonymous", detail)
}

/// Whether immediate danger was reported.
pub fn is_urgent(referral: &NewReferral) -> bool {
    referral.concern.immediate_danger == Some(YesNoNotKnown::Yes)
}

/// Whether a decision can still be made: one that settles a referral is made once.
pub fn can_be_triaged(status: Status) -> bool {
    matches!(
        status,
        Status::Received | Status::InformationRequested | Status::Withdrawn
    )
}

/// What is wrong with a decision, whatever the referral is.
pub fn faults_of_triage(triage: &NewTriage) -> Vec<Fault> {
    let mut faults = Vec::new();
    if triage.question.is_some() && triage.decision != TriageDecision::MoreInformation {
        let detail = "A question goes with the decision more_information.";
        faults.push(Fault::at("/question", "contradiction", detail));
    }
    if let Some(feedback) = &triage.feedback_to_referrer {
        faults.extend(faults_of_feedback(feedback, "/feedbackToReferrer", false));
    }
    faults
}

/// What is wrong with feedback to the referrer at a place of a body.
pub fn faults_of_feedback(feedback: &FeedbackToReferrer, at: &str, needs_code: bool) -> Vec<Fault> {
    let is_given = feedback.given == Some(true);
    let mut faults = Vec::new();
    if is_given && feedback.text.as_ref().is_none_or(|text| text.trim().is_empty()) {
        faults.push(Fault::required(
            format!("{at}/text"),
            "Say what the referrer is told.",
        ));
    }
    if is_given && needs_code && feedback.code.is_none() {
        faults.push(Fault::required(format!("{at}/code"), "Say what came of it."));
    }
    match (is_given, &feedback.withheld_reason) {
        (true, Some(_)) => faults.push(Fault::at(
            format!("{at}/withheldReason"),
            "contradiction",
            "Feedback is given or withheld.",
        )),
        (false, None) => faults.push(Fault::required(
            format!("{at}/withheldReason"),
            "Say why it is withheld, or give it.",
        )),
        _ => {}
    }
    faults
}

/// What triage's feedback says came of it, where it does not say so itself.
pub fn feedback_code(decision: TriageDecision) -> FeedbackCode {
    match status_after(decision) {
        Status::Accepted => FeedbackCode::Accepted,
        Status::Closed => FeedbackCode::NoEnquiry,
        Status::AnotherRoute => FeedbackCode::AnotherRoute,
        Status::Received | Status::InformationRequested | Status::Withdrawn => FeedbackCode::Other,
    }
}

/// Whether the referrer is no agency: a relative who refers may be the one the risk comes from.
pub fn is_receipt_only(sender: Option<AgencyType>, referrer: Option<AgencyType>) -> bool {
    let is_person = |kind| {
        matches!(
            kind,
            AgencyType::Family | AgencyType::SelfReferral | AgencyType::Public
        )
    };
    sender.is_none_or(is_person) || referrer.is_some_and(is_person)
}

/// The status on the receipt. A withdrawal ends nothing, and is what the referrer reads all the same.
pub fn receipt_status(referral: &Referral) -> Status {
    let is_asked =
        referral.open_requests > 0 && matches!(referral.status, Status::Received | Status::Accepted);
    match (referral.receipt_only, referral.withdrawn_at) {
        (true, _) => Status::Received,
        (false, Some(_)) => Status::Withdrawn,
        (false, None) if is_asked => Status::InformationRequested,
        (false, None) => referral.status,
    }
}

/// The referrer was asked something: until it is decided, the referral waits for the answer.
pub fn was_asked(referral: &mut Referral) {
    referral.open_requests += 1;
    if referral.status == Status::Received {
        referral.status = Status::InformationRequested;
    }
}

/// The referrer told more: a referral that only waited for it waits for triage again.
pub fn was_told_more(referral: &mut Referral) {
    if referral.open_requests == 0 && referral.status == Status::InformationRequested {
        referral.status = Status::Received;
    }
}

/// What is missing for a decision, all of it.
pub fn missing_for_triage(triage: &NewTriage, has_adult: bool) -> Vec<Fault> {
    let mut missing = Vec::new();
    match triage.decision {
        TriageDecision::Accept if triage.allocate_to.is_none() && triage.allocate_to_team.is_none() => {
            let detail = "Allocate it to a person, or in allocateToTeam to a team.";
            missing.push(Fault::required("/allocateTo", detail));
        }
        TriageDecision::Link if triage.case_id.is_none() => {
            missing.push(Fault::required("/caseId", "Name the case it joins."));
        }
        TriageDecision::NoEnquiry => {
            if triage.dispositions.is_empty() {
                missing.push(Fault::required("/dispositions", "Say what was done instead."));
            }
            if has_adult && triage.adult_view.is_none() && triage.adult_view_not_sought_reason.is_none() {
                let detail = "Record the adult's view, or in adultViewNotSoughtReason why it was not sought.";
                missing.push(Fault::required("/adultView", detail));
            }
            feedback_to_referrer(triage.feedback_to_referrer.as_ref(), &mut missing);
        }
        _ => {}
    }
    let needs_narrative = !matches!(triage.decision, TriageDecision::Accept | TriageDecision::Link);
    if needs_narrative && triage.narrative.is_none() {
        missing.push(Fault::required("/narrative", "Give the reasons."));
    }
    missing
}

/// The status that a decision leaves.
pub fn status_after(decision: TriageDecision) -> Status {
    match decision {
        TriageDecision::Accept | TriageDecision::Link => Status::Accepted,
        TriageDecision::NoEnquiry => Status::Closed,
        TriageDecision::MoreInformation => Status::InformationRequested,
        TriageDecision::OtherAuthority | TriageDecision::NotSafeguarding | TriageDecision::Duplicate => {
            Status::AnotherRoute
        }
    }
}

/// Whether it counts as a concern raised (Safeguarding Adults Collection SG1).
pub fn counts_as_concern(decision: TriageDecision, links_count: bool) -> Option<bool> {
    match decision {
        TriageDecision::Link => Some(links_count),
        TriageDecision::MoreInformation => None,
        decision => Some(matches!(
            decision,
            TriageDecision::Accept | TriageDecision::NoEnquiry
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn referral(change: impl FnOnce(&mut serde_json::Value)) -> NewReferral {
        let mut body = json!({
            "adult": {"familyName": "Example"}, "concern": {"summary": "x"}, "adultAgreesToShare": "yes"
        });
        change(&mut body);
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn must_not_force_consent_nhs_number_birth_date_or_abuse_type_on_a_referral() {
        assert_eq!(faults(&referral(|_| {}), false), []);
        for answer in ["no", "not_known", "lacks_capacity_for_this_decision"] {
            let shared = referral(|body| {
                body["adultAgreesToShare"] = json!(answer);
                body["reasonWithoutAgreement"] = json!("others may be at risk");
            });
            assert_eq!(faults(&shared, false), [], "{answer}");
        }
    }

    #[test]
    fn all_that_is_missing_is_named_at_once() {
        let bare = referral(|body| {
            body["adult"] = json!({});
            body["adultAgreesToShare"] = json!("no");
        });
        let found = faults(&bare, true);
        let pointers: Vec<_> = found
            .iter()
            .filter_map(|fault| fault.pointer.as_deref())
            .collect();
        assert_eq!(
            pointers,
            ["/agencyReference", "/adult", "/reasonWithoutAgreement"]
        );
        let organisational = referral(|body| {
            body["adult"] = json!({});
            body["concern"]["kind"] = json!("organisational");
        });
        assert_eq!(faults(&organisational, false), []);
    }

    #[test]
    fn a_child_is_pointed_to_the_childrens_route_and_unknown_age_is_taken() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let born = |date: &str| referral(|body| body["adult"]["dateOfBirth"] = json!(date));
        assert!(is_child(&born("2008-11-22"), today));
        assert!(!is_child(&born("2008-11-21"), today));
        assert!(!is_child(&referral(|_| {}), today));
        let earlier = referral(|body| {
            body["adult"]["dateOfBirth"] = json!("2008-11-21");
            body["concern"]["occurredFrom"] = json!("2026-11-20");
        });
        assert!(
            is_child(&earlier, today),
            "the age on the day of the concern counts"
        );
    }

    #[test]
    fn must_not_force_a_named_worker_to_accept() {
        let team = json!({ "decision": "accept", "allocateToTeam": crate::ids::Id::new() });
        let team: NewTriage = serde_json::from_value(team).unwrap();
        assert_eq!(missing_for_triage(&team, true), []);
        let nobody: NewTriage = serde_json::from_value(json!({ "decision": "accept" })).unwrap();
        assert_eq!(missing_for_triage(&nobody, true).len(), 1);
    }
}
