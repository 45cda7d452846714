//! Where each of the contract's own examples makes sense, and who would send it.

use serde_json::{Value, json};

use super::{Operation, World};
use crate::stories::accepted_case;
use crate::support::{Actor, Server};

/// A record on which the example makes sense, and who would send it.
pub fn setting_for(
    server: &Server,
    world: &World,
    operation: &Operation,
    mut body: Value,
) -> (String, Value, Actor) {
    let reference = format!("PPN-EXAMPLE-{}", operation.spec["operationId"].as_str().unwrap());
    let as_ = |name: &str| server.as_(name);
    let mut path = world.path(&operation.template);
    for name in ["advocateId", "assessmentId"] {
        if body.get(name).is_some() {
            body[name] = json!(world.id(name));
        }
    }
    let actor = match operation.spec["operationId"].as_str().unwrap() {
        mark if mark.ends_with("EnteredInError") => {
            path = format!("{}/entered-in-error", newly_recorded(server, world, operation));
            // Feedback is recorded as the adult's own in the walk.
            as_(if mark.contains("Feedback") {
                "adult"
            } else {
                "manager"
            })
        }
        "answerRepresentation" => {
            let list = world.path(operation.template.rsplit_once("/{representationId}").unwrap().0);
            let made = json!({"kind": "report", "text": "She was heard"});
            path = format!(
                "{list}/{}/response",
                as_("advocate").post(&list, &made).created().id()
            );
            as_("practitioner")
        }
        "makeRepresentation" => as_("advocate"),
        "submitReferral" | "submitReferrals" | "addReferralUpdate" | "answerInformationRequest" => {
            as_("police-intake")
        }
        "requestInformation" | "acknowledgeReferral" => as_("manager"),
        "resolveReferralTask" => {
            let sent = as_("police-intake").post("/v1/referrals", &crate::stories::referral(&reference));
            let referral = format!("/v1/referrals/{}", sent.created().id());
            let update = json!({"kind": "wrong_person", "text": "Another patient's number"});
            as_("police-intake")
                .post(&format!("{referral}/updates"), &update)
                .created();
            let task = as_("manager").get(&referral).ok().text("/tasks/0/id");
            path = format!("{referral}/tasks/{task}/resolution");
            as_("manager")
        }
        "triageReferral" => {
            let mut referral = crate::stories::referral(&reference);
            referral["adult"] = json!({"familyName": "Exampleton"});
            let sent = as_("police-intake").post("/v1/referrals", &referral).created();
            path = format!("/v1/referrals/{}/triage", sent.id());
            body["allocateTo"] = json!(server.user_id("practitioner"));
            as_("manager")
        }
        "moveCase" => {
            let (_, case) = accepted_case(server, &reference);
            path = format!("/v1/cases/{case}/transitions");
            as_("manager")
        }
        "recordDesiredOutcome" => {
            let (_, case) = accepted_case(server, &reference);
            path = format!("/v1/cases/{case}/desired-outcomes");
            as_("practitioner")
        }
        "setPriorities" => {
            body["order"] = json!([world.id("outcomeId")]);
            as_("adult")
        }
        "moveAdvocacyAssignment" => {
            let request =
                json!({"kind": "care_act_s68", "basis": "power", "advocateId": world.id("advocateId")});
            let list = format!("/v1/cases/{}/advocacy-assignments", world.id("caseId"));
            let asked = as_("practitioner").post(&list, &request).created();
            path = format!("{list}/{}/transitions", asked.id());
            as_("advocate")
        }
        "moveCausedEnquiry" | "reportCausedEnquiry" => {
            let list = format!("/v1/cases/{}/caused-enquiries", world.id("caseId"));
            let agency = as_("nhs-intake").get("/v1/me").ok().text("/agencyId");
            let request = json!({"agencyId": agency, "scope": "What the nurse saw"});
            let asked = as_("practitioner").post(&list, &request).created();
            let step = operation.template.rsplit('/').next().unwrap();
            path = format!("{list}/{}/{step}", asked.id());
            as_("nhs-intake")
        }
        "askForSomething" => as_("adult"),
        "pauseMyApp" => as_("advocate"),
        "revokeInvitation" => {
            let list = format!("/v1/cases/{}/invitations", world.id("caseId"));
            let invited =
                as_("practitioner").post(&list, &json!({"who": "adult", "handedOver": "in_person"}));
            path = format!("{list}/{}/revocation", invited.created().id());
            as_("practitioner")
        }
        "answerRequest" => {
            let list = format!("/v1/cases/{}/requests", world.id("caseId"));
            let asked = as_("adult").post(&list, &json!({"kind": "call_me"})).created();
            path = format!("{list}/{}/answer", asked.id());
            as_("practitioner")
        }
        "acceptInvitation" => {
            let (_, case) = accepted_case(server, &reference);
            let practitioner = as_("practitioner");
            let allow = json!({"who": "adult", "decision": "allow", "view": "full", "sharedDevice": "no", "reason": "She asked"});
            practitioner
                .post(&format!("/v1/cases/{case}/app-access"), &allow)
                .created();
            let invitation = json!({"who": "adult", "handedOver": "in_person"});
            let invited = practitioner
                .post(&format!("/v1/cases/{case}/invitations"), &invitation)
                .created();
            body["code"] = json!(invited.text("/code"));
            server.add_user(
                &reference.to_lowercase(),
                msp_api::policy::Role::Adult,
                "northbank",
                None,
            )
        }
        "nameOnCase" => {
            body["agencyId"] = json!(as_("nhs-intake").get("/v1/me").ok().text("/agencyId"));
            as_("manager")
        }
        "amendGrant" => {
            let list = format!("/v1/cases/{}/grants", world.id("caseId"));
            let agency = as_("nhs-intake").get("/v1/me").ok().text("/agencyId");
            let partner = json!({"relationship": "partner", "agencyId": agency, "reason": "Visits"});
            path = format!("{list}/{}", as_("manager").post(&list, &partner).created().id());
            body["agencyId"] = json!(agency);
            as_("manager")
        }
        "recordConflict" => {
            body["userId"] = json!(server.user_id("board"));
            as_("manager")
        }
        "amendConflict" => {
            body["userId"] = json!(server.user_id("board"));
            let list = format!("/v1/cases/{}/conflicts", world.id("caseId"));
            path = format!("{list}/{}", as_("manager").post(&list, &body).created().id());
            as_("manager")
        }
        "useEmergencyAccess" => as_("duty"),
        "reviewEmergencyAccess" => {
            let list = format!("/v1/cases/{}/emergency-access", world.id("caseId"));
            let used = json!({"reasonCode": "out_of_hours", "reason": "The police ask where she is"});
            let used = as_("duty").post(&list, &used).created();
            path = format!("{list}/{}/review", used.id());
            as_("manager")
        }
        "causeEnquiry" => {
            body["agencyId"] = json!(as_("nhs-intake").get("/v1/me").ok().text("/agencyId"));
            as_("practitioner")
        }
        "transferCase" | "groupCase" | "allocateCase" => {
            let (_, case) = accepted_case(server, &reference);
            path = format!(
                "/v1/cases/{case}/{}",
                operation.template.rsplit('/').next().unwrap()
            );
            if body.get("caseId").is_some() {
                body["caseId"] = json!(accepted_case(server, &format!("{reference}-OTHER")).1);
            }
            if body.get("allocateTo").is_some() {
                body["allocateTo"] = json!(server.user_id("practitioner2"));
            }
            as_("manager")
        }
        "keepAuthoritySettings" => as_("admin"),
        "createAdult" | "searchAdults" => as_("manager"),
        "mergeAdults" | "unmergeAdults" => {
            let new = |name: &str| {
                let adult = json!({"adult": {"familyName": name}, "newAdult": true});
                as_("manager").post("/v1/adults", &adult).created()
            };
            let (stays, goes) = (new("Stays"), new("Goes"));
            let adult = format!("/v1/adults/{}", stays.id());
            body["duplicateId"] = json!(goes.id());
            if operation.template.ends_with("/unmerge") {
                let merge = format!("{adult}/merge");
                let merged =
                    as_("manager").post(&merge, &json!({"duplicateId": goes.id(), "reason": "alike"}));
                merged.if_match("W/\"1\"").ok();
            }
            path = format!("{adult}/{}", operation.template.rsplit('/').next().unwrap());
            as_("manager")
        }
        "moveMeeting" => {
            let list = format!("/v1/cases/{}/meetings", world.id("caseId"));
            let planned = json!({"kind": "review", "plannedStart": "2126-12-01T10:00:00Z"});
            let planned = as_("practitioner").post(&list, &planned).created();
            path = format!("{list}/{}/transitions", planned.id());
            as_("practitioner")
        }
        "movePlan" => {
            let list = format!("/v1/cases/{}/plans", world.id("caseId"));
            let plan = json!({"content": "A visit each morning", "lead": "Priya Nair"});
            let plan = as_("practitioner").post(&list, &plan).created();
            path = format!("{list}/{}/transitions", plan.id());
            as_("practitioner")
        }
        "registerApiClient" | "amendApiClient" => {
            body["agencyId"] = json!(as_("police-intake").get("/v1/me").ok().text("/agencyId"));
            body["name"] = json!(reference);
            as_("admin")
        }
        "registerAgency" | "amendAgency" | "setUpTeam" | "amendTeam" => {
            body["name"] = json!(reference);
            as_("admin")
        }
        "makeAccount" => as_("admin"),
        "amendAccount" => {
            body["username"] = json!("practitioner2");
            as_("admin")
        }
        "confirmAuthenticator" => {
            let begun = as_("practitioner2").post("/v1/me/totp", &json!({})).ok();
            body["code"] = json!(crate::sessions::code_of(&begun.text("/otpauthUri"), 0));
            as_("practitioner2")
        }
        "agreeToPlan" => as_("adult"),
        "giveFeedback" => as_("adult"),
        "registerAdvocate" | "amendAdvocate" | "saveDraft" => as_("manager"),
        "recordQuestionnaire" | "amendQuestionnaire" | "moveQuestionnaire" => as_("manager"),
        _ => as_("practitioner"),
    };
    (path, body, actor)
}

/// A record of its own to mark: the example of the list's own operation, recorded.
pub fn newly_recorded(server: &Server, world: &World, mark: &Operation) -> String {
    let list = mark.template.rsplitn(3, '/').last().unwrap();
    let (contract, operations) = super::operations(server);
    let mut creates = operations.iter().filter(|other| other.method == "POST");
    let create = creates.find(|other| other.template == list).unwrap();
    let mut example = super::example_of(&contract, create).unwrap();
    let is_outcome = example.as_object_mut().unwrap().remove("priority").is_some();
    let (path, body, actor) = match is_outcome {
        true => (world.path(list), example, server.as_("practitioner")),
        false => setting_for(server, world, create, example),
    };
    let key = mark.spec["operationId"].as_str().unwrap();
    format!("{path}/{}", actor.post(&path, &body).key(key).created().id())
}

/// The tag of the record that the operation changes.
pub fn actor_tag(server: &Server, path: &str, operation: &Operation) -> String {
    if !operation.has_parameter("If-Match") {
        return "W/\"1\"".to_owned();
    }
    let steps = [
        "/transitions",
        "/triage",
        "/revisions",
        "/achievement",
        "/merge",
        "/report",
        "/answer",
        "/review",
        "/transfer",
        "/group",
        "/unmerge",
        "/versions",
        "/entered-in-error",
        "/response",
        "/revocation",
        "/acknowledgement",
    ];
    let whose = steps.iter().find_map(|step| path.strip_suffix(step));
    let whose = whose.or_else(|| path.split_once("/tasks/").map(|(referral, _)| referral));
    let whose = whose.unwrap_or(path);
    let kept_by_admin = ["/v1/users/", "/v1/api-clients/"];
    let reader = match kept_by_admin.iter().any(|place| whose.starts_with(place)) {
        true => "admin",
        false => "manager",
    };
    server.as_(reader).tag(whose)
}
