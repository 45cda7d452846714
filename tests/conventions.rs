//! One walk over every operation of the served contract, holding each convention on each.

use serde_json::{Value, json};

pub mod examples;
pub mod operations;

use crate::support::{Actor, Server};
use examples::{actor_tag, setting_for};
pub use operations::{Operation, operations, resolved};

/// Ids of records that exist, by the name that stands for them in paths and bodies.
pub struct World {
    ids: Vec<(&'static str, String)>,
}

impl World {
    pub fn id(&self, name: &str) -> &str {
        let found = self.ids.iter().find(|(known, _)| *known == name);
        &found
            .unwrap_or_else(|| panic!("the walk knows no {name}: add one to World"))
            .1
    }

    /// The first demo case has something in every list.
    pub fn of(server: &Server) -> Self {
        let practitioner = server.as_("practitioner");
        let case = server.as_("adult").get("/v1/me").ok().text("/cases/0/id");
        let first = |list: &str| {
            practitioner
                .get(&format!("/v1/cases/{case}/{list}?sort=createdAt"))
                .ok()
                .text("/items/0/id")
        };
        let outcome = first("desired-outcomes");
        let within = |list: &str| first(&format!("desired-outcomes/{outcome}/{list}"));
        let meeting = first("meetings");
        let plan = first("plans");
        let assignment = first("advocacy-assignments");
        let manager = server.as_("manager");
        let feedback = manager
            .get(&format!("/v1/cases/{case}/feedback"))
            .ok()
            .text("/items/0/id");
        let oldest = manager.get("/v1/referrals?sort=createdAt").ok();
        let referral = oldest.text("/items/0/id");
        let of_it = |list: &str| {
            manager
                .get(&format!("/v1/referrals/{referral}/{list}?sort=createdAt"))
                .ok()
                .text("/items/0/id")
        };
        let request = of_it("information-requests");
        let adult = practitioner
            .get(&format!("/v1/cases/{case}"))
            .ok()
            .text("/adult/id");
        let of_adult = |list: &str| {
            practitioner
                .get(&format!("/v1/adults/{adult}/{list}?sort=createdAt"))
                .ok()
                .text("/items/0/id")
        };
        let own = json!({"template": "after-a-meeting", "title": "How was it?", "questions": [{"code": "own_question",
            "adultWording": "Was it good?", "representativeWording": "Was it good?", "easyRead": "Was it good?"}]});
        let questionnaire = manager.post("/v1/questionnaires", &own).created().id();
        // Those who read a draft in the walk have one under the same key.
        for drafter in [&practitioner, &manager] {
            drafter
                .put("/v1/drafts/visit-note", &json!({"ownWords": "I want"}))
                .ok();
        }
        let admin = server.as_("admin");
        let agency = manager.get("/v1/agencies").ok().text("/items/0/id");
        let own = server.as_("police-intake").get("/v1/me").ok().text("/agencyId");
        let client = json!({"name": "walked", "agencyId": own, "scopes": ["referrals:read"], "authorities": ["northbank"]});
        let client = admin.post("/v1/api-clients", &client).created().id();
        let credentials = format!("/v1/api-clients/{client}/credentials");
        let secret = admin.post(&credentials, &json!({})).expect(202);
        server.second_person_approves();
        let collected = format!("{}/collect", secret.header("location"));
        admin.post(&collected, &json!({})).ok();
        let credential = admin.get(&format!("/v1/api-clients/{client}")).ok();
        let credential = credential.text("/credentials/0/id");
        server
            .as_("police-intake")
            .post("/v1/referrals", &json!({"agencyReference": "PPN-REFUSED"}))
            .expect(422);
        let refusal = manager.get("/v1/intake-refusals").ok().text("/items/0/id");
        let emergency = manager
            .get(&format!("/v1/cases/{case}/emergency-access"))
            .ok()
            .text("/items/0/id");
        // One that is about the case.
        let notice = manager
            .get("/v1/notices?kind=emergency_access_used")
            .ok()
            .text("/items/0/id");
        Self {
            ids: vec![
                ("agencyId", agency),
                ("refusalId", refusal),
                ("approvalId", secret.text("/id")),
                ("credentialId", credential),
                ("clientId", client),
                ("teamId", admin.get("/v1/teams").ok().text("/items/0/id")),
                ("userId", server.user_id("practitioner2")),
                ("updateId", of_it("updates")),
                (
                    "answerId",
                    of_it(&format!("information-requests/{request}/answers")),
                ),
                ("requestId", request),
                ("referrerFeedbackId", of_it("feedback-to-referrer")),
                ("taskId", oldest.text("/items/0/tasks/0/id")),
                ("contactPointId", of_adult("contact-points")),
                ("communicationNeedId", of_adult("communication-needs")),
                ("representativeId", of_adult("representatives")),
                ("adultId", adult.clone()),
                ("authority", "northbank".to_owned()),
                ("key", "visit-note".to_owned()),
                ("questionnaireId", questionnaire),
                ("revisionId", within("revisions")),
                ("achievementId", within("achievement")),
                ("needId", first("advocacy-needs")),
                ("actionId", first("actions")),
                ("contactId", first("contacts")),
                ("wishId", first("wishes")),
                ("assessmentId", first("capacity-assessments")),
                ("decisionId", first("best-interests-decisions")),
                ("riskId", first("risks")),
                ("disagreementId", first("disagreements")),
                ("personId", first("persons-of-concern")),
                ("sharingId", first("sharing-decisions")),
                ("linkId", first("links")),
                ("informedId", first("informed")),
                (
                    "representationId",
                    first(&format!("advocacy-assignments/{assignment}/representations")),
                ),
                ("assignmentId", assignment),
                ("versionId", first(&format!("plans/{plan}/versions"))),
                ("planId", plan),
                ("responseId", first("responses")),
                ("discussionId", first(&format!("meetings/{meeting}/discussions"))),
                ("meetingId", meeting),
                ("enquiryId", first("enquiries")),
                ("causedEnquiryId", first("caused-enquiries")),
                ("grantId", first("grants")),
                ("appAccessId", first("app-access")),
                ("invitationId", first("invitations")),
                ("askedId", first("requests")),
                ("conflictId", first("conflicts")),
                ("emergencyId", emergency),
                ("noticeId", notice),
                ("feedbackId", feedback),
                ("outcomeId", outcome),
                (
                    "advocateId",
                    manager.get("/v1/advocates").ok().text("/items/0/id"),
                ),
                ("referralId", referral),
                ("caseId", case),
                ("code", "invalid".to_owned()),
            ],
        }
    }

    pub fn path(&self, template: &str) -> String {
        let parts = template.split('/').map(|part| {
            match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) => self.id(name).to_owned(),
                None => part.to_owned(),
            }
        });
        parts.collect::<Vec<_>>().join("/")
    }
}

/// Somebody who may do this at least somewhere: roles are tried until one is not refused outright.
fn somebody_for(server: &Server, operation: &Operation, path: &str) -> Actor {
    for name in [
        "practitioner",
        "manager",
        "adult",
        "advocate",
        "police-intake",
        "admin",
        "auditor",
    ] {
        // The adult who pauses the app is out for the rest of the walk.
        if name == "adult" && operation.template.ends_with("/pause") {
            continue;
        }
        let actor = server.as_(name);
        let body = operation.takes_json().then(|| "{}".to_owned());
        let probe = actor
            .request(&operation.method, path, body)
            .key("probe")
            .if_match("W/\"999999\"")
            .send();
        if probe.status != 403 && probe.status != 404 {
            return actor;
        }
    }
    panic!("nobody of the demo may {}", operation.named());
}

on_both_databases! {
    fn every_operation_keeps_every_convention(server) {
        let world = World::of(server);
        let (_, operations) = operations(server);
        assert!(operations.len() > 50);
        for operation in &operations {
            let path = world.path(&operation.template);
            if operation.is_guarded() {
                without_a_token_it_is_401(server, operation, &path);
                unknown_ids_are_404(server, operation, &path, &world);
                let actor = somebody_for(server, operation, &path);
                unknown_parameters_are_400(&actor, operation, &path);
                accept_is_looked_at(&actor, operation, &path);
                if operation.is_list() {
                    a_list_pages(&actor, operation, &path);
                } else if operation.method == "GET" {
                    a_record_has_a_tag(&actor, operation, &path);
                }
                if operation.takes_json() {
                    garbage_is_a_problem(&actor, operation, &path);
                }
                if operation.has_parameter("If-Match") {
                    a_change_needs_the_version(&actor, operation, &path);
                }
                if operation.method == "POST" {
                    a_client_needs_a_key(server, operation, &path);
                }
            }
            other_methods_are_405(server, operation, &path);
        }
    }

    fn the_contracts_own_examples_are_accepted(server) {
        let world = World::of(server);
        let (contract, operations) = operations(server);
        let mut accepted = 0;
        for operation in operations.iter().filter(|operation| operation.is_guarded() && operation.takes_json()) {
            let Some(example) = example_of(&contract, operation) else { continue };
            let (path, body, actor) = setting_for(server, &world, operation, example);
            let tag = actor_tag(server, &path, operation);
            let request = actor.request(&operation.method, &path, Some(body.to_string())).key("example");
            let answer = request.if_match(&tag).send();
            assert!((200..300).contains(&answer.status), "{}: {}", operation.named(), answer.text);
            let has_tag = answer.headers.contains_key("etag");
            let is_no_record = answer.status == 207 || operation.template.ends_with("/search");
            assert!(has_tag || is_no_record, "{}", operation.named());
            if answer.status == 201 {
                let location = answer.header("location");
                assert!(location.starts_with(&path), "{}: {location}", operation.named());
            }
            accepted += 1;
        }
        assert!(accepted >= 15, "only {accepted} examples were tried");
    }
}

fn without_a_token_it_is_401(server: &Server, operation: &Operation, path: &str) {
    let answer = server.nobody().request(&operation.method, path, None).send();
    assert_eq!(answer.status, 401, "{}", operation.named());
    answer.is_problem("unauthenticated");
    assert!(answer.header("www-authenticate").starts_with("Bearer"));
}

fn unknown_ids_are_404(server: &Server, operation: &Operation, path: &str, world: &World) {
    if !operation.template.contains("Id}") {
        return;
    }
    let last = operation
        .template
        .split('/')
        .rev()
        .find_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .unwrap();
    let actor = somebody_for(server, operation, path);
    for unknown in [
        "019a4c3e-8f00-7000-8000-000000000001",
        "nonsense",
        "019A4C3E-8F00-7000-8000-000000000001",
    ] {
        let path = path.replace(world.id(last), unknown);
        let body = operation.takes_json().then(|| "{}".to_owned());
        let request = actor
            .request(&operation.method, &path, body)
            .key("unknown")
            .if_match("W/\"1\"");
        let answer = request.send();
        assert_eq!(
            answer.status,
            404,
            "{} {unknown}: {}",
            operation.named(),
            answer.text
        );
        answer.is_problem("not_found");
    }
}

fn unknown_parameters_are_400(actor: &Actor, operation: &Operation, path: &str) {
    let body = operation.takes_json().then(|| "{}".to_owned());
    let request = actor
        .request(&operation.method, &format!("{path}?colour=blue"), body)
        .key("parameter");
    let answer = request.if_match("W/\"1\"").send();
    assert_eq!(answer.status, 400, "{}: {}", operation.named(), answer.text);
    assert_eq!(answer.text("/errors/0/parameter"), "colour");
}

fn accept_is_looked_at(actor: &Actor, operation: &Operation, path: &str) {
    if operation
        .spec
        .pointer("/responses/200/content/text~1csv")
        .is_some()
    {
        return;
    }
    let answer = actor
        .request(&operation.method, path, None)
        .key("accept")
        .header("Accept", "text/csv")
        .send();
    assert_eq!(answer.status, 406, "{}", operation.named());
}

fn a_list_pages(actor: &Actor, operation: &Operation, path: &str) {
    for wrong in [
        "limit=-1",
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=1&limit=2",
        "cursor=nonsense",
        "sort=colour",
        "updatedSince=yesterday",
    ] {
        let answer = actor.get(&format!("{path}?{wrong}")).send();
        assert_eq!(
            answer.status,
            400,
            "{} {wrong}: {}",
            operation.named(),
            answer.text
        );
    }
    // Each look at these two adds to them; `audit_trail` pages them up to an instant.
    if matches!(
        operation.spec["operationId"].as_str(),
        Some("listAuditEvents" | "listAccessLog")
    ) {
        return;
    }
    let all = actor.get(&format!("{path}?limit=100")).ok();
    let expected: Vec<&Value> = all.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["id"])
        .collect();
    assert!(all.body.get("total").is_none());
    let (mut found, mut next) = (Vec::new(), format!("{path}?limit=1"));
    loop {
        let page = actor.get(&next).ok();
        found.extend(
            page.body["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["id"].clone()),
        );
        let Some(following) = page.body["next"].as_str() else {
            break;
        };
        assert_eq!(page.header("link"), format!("<{following}>; rel=\"next\""));
        next = following.to_owned();
    }
    assert_eq!(
        found.iter().collect::<Vec<_>>(),
        expected,
        "{}: page by page is not the whole",
        operation.named()
    );
    if next.contains("cursor=") {
        let flipped = next.replace("cursor=A", "cursor=B");
        assert_eq!(
            actor.get(&flipped).send().status,
            400,
            "{}: a changed cursor",
            operation.named()
        );
        let elsewhere = next.replace("limit=1", "limit=1&sort=createdAt");
        assert_eq!(
            actor.get(&elsewhere).send().status,
            400,
            "{}: a cursor of another order",
            operation.named()
        );
    }
}

fn a_record_has_a_tag(actor: &Actor, operation: &Operation, path: &str) {
    let read = actor.get(path).ok();
    assert!(read.tag().starts_with("W/\""), "{}", operation.named());
    assert_eq!(read.header("cache-control"), "no-store");
    assert_eq!(read.header("x-content-type-options"), "nosniff");
    assert!(!read.headers.contains_key("server"));
    assert!(
        !read.text.contains(":null"),
        "{} answers null: {}",
        operation.named(),
        read.text
    );
    let unchanged = actor.get(path).header("If-None-Match", &read.tag()).expect(304);
    assert_eq!(unchanged.text, "");
}

fn garbage_is_a_problem(actor: &Actor, operation: &Operation, path: &str) {
    let send = |body: &[u8], content_type: &str| {
        let request = actor
            .request(&operation.method, path, Some(String::new()))
            .raw(body.to_vec())
            .key("garbage");
        let answer = request
            .if_match("W/\"1\"")
            .header("Content-Type", content_type)
            .send();
        let described = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{} {described}",
            operation.named()
        );
        (answer.status, described)
    };
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let most = if path.ends_with("/batch") { 1024 } else { 256 };
    let large = format!("{{\"x\":\"{}\"}}", "a".repeat((most + 1) * 1024));
    for (body, expected) in [
        (&b"{"[..], 400),
        (b"", 400),
        (b"[]", 400),
        (b"\"x\"", 400),
        (b"{} {}", 400),
        (b"\xff\xfe", 400),
        (deep.as_bytes(), 400),
        (large.as_bytes(), 413),
        (b"{\"notAField\":1}", 422),
    ] {
        // A draft may be any JSON object.
        if operation.template == "/v1/drafts/{key}" && expected == 422 {
            continue;
        }
        let (status, described) = send(body, "application/json");
        assert_eq!(status, expected, "{} {described}", operation.named());
    }
    assert_eq!(send(b"{}", "text/plain").0, 415, "{}", operation.named());
    let merge_patch = actor
        .request(&operation.method, path, Some("{}".to_owned()))
        .key("merge")
        .if_match("W/\"0\"");
    let taken = merge_patch
        .header("Content-Type", "application/merge-patch+json")
        .send()
        .status
        != 415;
    assert_eq!(taken, operation.method == "PATCH", "{}", operation.named());
}

fn a_change_needs_the_version(actor: &Actor, operation: &Operation, path: &str) {
    for (tag, expected) in [
        (None, 428),
        (Some("*"), 428),
        (Some("W/\"999999\""), 412),
        (Some("nonsense"), 412),
    ] {
        let request = actor
            .request(&operation.method, path, Some("{}".to_owned()))
            .key("version");
        let answer = match tag {
            Some(tag) => request.if_match(tag),
            None => request,
        }
        .send();
        assert_eq!(
            answer.status,
            expected,
            "{} {tag:?}: {}",
            operation.named(),
            answer.text
        );
    }
}

fn a_client_needs_a_key(server: &Server, operation: &Operation, path: &str) {
    if operation.spec["security"].as_array().unwrap().len() < 2 {
        return;
    }
    let client = server.as_("police-intake");
    let answer = client.request("POST", path, Some("{}".to_owned())).send();
    assert_eq!(answer.status, 400, "{}", operation.named());
    answer.is_problem("idempotency_key_missing");
    let wrong = client
        .request("POST", path, Some("{}".to_owned()))
        .key(&"k".repeat(256))
        .send();
    assert_eq!(wrong.status, 400, "{}", operation.named());
}

fn other_methods_are_405(server: &Server, operation: &Operation, path: &str) {
    // Some can be deleted.
    let method = match operation.template.as_str() {
        "/v1/drafts/{key}" | "/v1/sessions/current" => "POST",
        template if template.ends_with("/{credentialId}") => "POST",
        _ => "DELETE",
    };
    let answer = server.as_("manager").request(method, path, None).send();
    assert_eq!(answer.status, 405, "{}", operation.named());
    assert!(
        answer
            .header("allow")
            .split(", ")
            .any(|method| method == operation.method),
        "{}",
        operation.named()
    );
    answer.is_problem("method_not_allowed");
}

pub fn example_of(contract: &Value, operation: &Operation) -> Option<Value> {
    let schema = operation
        .spec
        .pointer("/requestBody/content/application~1json/schema/$ref")?
        .as_str()?;
    let name = schema.rsplit('/').next()?;
    let example = contract["components"]["schemas"][name]["example"].clone();
    match name.strip_prefix("Patch_") {
        Some(whole) => Some(contract["components"]["schemas"][whole]["example"].clone()),
        None => Some(example).filter(Value::is_object),
    }
}
