//! Stories of feedback and its questionnaires: was it what you wanted, and how did it feel?

use serde_json::{Value, json};

use crate::stories::accepted_case;
use crate::support::Server;
use msp_api::policy::Role;

const SIX: [&str; 6] = [
    "got_outcomes",
    "chance_to_say",
    "listened_to",
    "acted_on_wishes",
    "feel_safe",
    "feel_happier",
];

fn answers(questions: &[&str]) -> Value {
    let all = questions.iter();
    all.map(|question| json!({"question": question, "answer": "partly"}))
        .collect()
}

fn feedback(answers: &Value) -> Value {
    json!({"respondent": "adult", "askedBy": "lead_worker", "answers": answers})
}

fn with(mut body: Value, name: &str, value: &Value) -> Value {
    body[name] = value.clone();
    body
}

/// The six as they are served.
fn the_six(server: &Server) -> Value {
    let list = server.as_("adult").get("/v1/questionnaires?sort=createdAt").ok();
    list.body["items"][0].clone()
}

fn own_question(code: &str) -> Value {
    json!({"code": code, "adultWording": "Were you told what was going on?",
        "representativeWording": "Were they told what was going on?", "easyRead": "Did we tell you what was going on?"})
}

/// A version of the six with further questions.
fn six_and(server: &Server, codes: &[&str]) -> Value {
    let mut questions = the_six(server)["questions"].as_array().unwrap().clone();
    questions.extend(codes.iter().map(|code| own_question(code)));
    json!({"template": "msp-six", "title": "The six, and ours", "questions": questions})
}

on_both_databases! {
    fn the_six_are_everybodys_in_three_wordings(server) {
        let six = the_six(server);
        assert_eq!((&six["template"], &six["templateVersion"], &six["status"]), (&json!("msp-six"), &json!(1), &json!("active")));
        assert!(six.get("authority").is_none() && six["changeable"] == false);
        let questions = six["questions"].as_array().unwrap();
        let codes: Vec<&str> = questions.iter().map(|question| question["code"].as_str().unwrap()).collect();
        assert_eq!(codes, SIX);
        let reference = server.as_("adult").get("/v1/reference-data").ok().body;
        let list = reference["lists"].as_array().unwrap().iter().find(|list| list["name"] == "Question").unwrap().clone();
        for (question, words) in questions.iter().zip(list["codes"].as_array().unwrap()) {
            assert_eq!((&question["code"], &question["adultWording"], &question["easyRead"]),
                (&words["code"], &words["plain"], &words["easyRead"]));
            let by_another = question["representativeWording"].as_str().unwrap();
            assert!(by_another.ends_with('?') && !format!(" {by_another} ").contains(" you"), "{by_another}");
        }
        let path = format!("/v1/questionnaires/{}", six["id"].as_str().unwrap());
        for who in ["manager-eastmoor", "police-intake", "advocate", "auditor"] {
            assert_eq!(server.as_(who).get(&path).ok().body, six);
        }
        let admin = server.as_("admin");
        admin.patch(&path, &json!({"title": "Ours"})).if_match("W/\"1\"").expect(403);
        admin.post(&format!("{path}/transitions"), &json!({"to": "retired"})).if_match("W/\"1\"").expect(403);
    }

    fn feedback_may_be_recorded_in_any_state(server) {
        let manager = server.as_("manager");
        let cases = manager.get("/v1/cases?limit=100").ok();
        let mut states = Vec::new();
        for (number, case) in cases.body["items"].as_array().unwrap().iter().enumerate() {
            let (id, reference) = (case["id"].as_str().unwrap(), case["reference"].as_str().unwrap());
            let adult = server.add_user(&format!("adult-{number}"), Role::Adult, "northbank", Some(reference));
            let given = adult.post(&format!("/v1/cases/{id}/feedback"), &feedback(&answers(&SIX))).created();
            assert_eq!(given.text("/status"), "completed");
            let state = manager.get(&format!("/v1/cases/{id}")).ok().text("/state");
            assert_eq!(state, case["state"].as_str().unwrap(), "feedback moves nothing");
            states.push(state);
        }
        for state in ["concern", "enquiry", "plan", "concluded", "closed", "closed_no_enquiry"] {
            assert!(states.iter().any(|known| known == state), "no case was {state}");
        }
    }

    fn staff_transcribe_but_never_edit_answers(server) {
        let (_, case) = accepted_case(server, "PPN-TRANSCRIBE");
        let practitioner = server.as_("practitioner");
        let path = format!("/v1/cases/{case}/feedback");
        let body = with(feedback(&answers(&SIX)), "supportUsed", &json!("Large print"));
        let body = with(body, "how", &json!("At her kitchen table"));
        let body = with(body, "givenAt", &json!("2026-11-20T10:00:00Z"));
        let written = practitioner.post(&path, &body).created();
        assert_eq!((written.text("/how").as_str(), written.text("/supportUsed").as_str()), ("At her kitchen table", "Large print"));
        assert_eq!(written.text("/questionnaireId"), the_six(server)["id"]);
        let one = format!("{path}/{}", written.id());
        for who in ["practitioner", "manager"] {
            for method in ["PATCH", "PUT", "DELETE"] {
                let edit = server.as_(who).request(method, &one, Some(json!({"answers": []}).to_string()));
                edit.if_match("W/\"1\"").expect(405);
            }
        }
        practitioner.post(&path, &feedback(&answers(&SIX[..2]))).created();
        let manager = server.as_("manager");
        assert_eq!(manager.get(&one).ok().body, written.body, "later feedback leaves it as it is");
        assert_eq!(manager.get(&path).ok().body["items"].as_array().unwrap().len(), 2);
        server.as_("practitioner2").post(&path, &body).expect(404);
        server.as_("duty").post(&path, &body).expect(403);
    }

    fn what_came_of_asking_is_recorded_and_a_reason_where_nobody_asked(server) {
        let case = server.as_("adult").get("/v1/me").ok().text("/cases/0/id");
        let path = format!("/v1/cases/{case}/feedback");
        let practitioner = server.as_("practitioner");
        let nothing = feedback(&json!([]));
        for (status, expected) in [(None, "offered"), (Some("offered"), "offered"), (Some("declined"), "declined")] {
            let body = with(nothing.clone(), "status", &json!(status));
            assert_eq!(practitioner.post(&path, &body).created().text("/status"), expected);
        }
        let some = practitioner.post(&path, &feedback(&answers(&SIX[..5]))).created();
        assert_eq!(some.text("/status"), "partial");
        let not_offered = with(nothing, "status", &json!("not_offered"));
        assert_eq!(practitioner.post(&path, &not_offered).expect(422).pointers("errors"), ["/notOfferedReason"]);
        let not_offered = with(not_offered, "notOfferedReason", &json!("Her nephew reads her telephone"));
        let recorded = practitioner.post(&path, &not_offered).created();
        let one = format!("{path}/{}", recorded.id());
        assert_eq!(server.as_("manager").get(&one).ok().text("/notOfferedReason"), "Her nephew reads her telephone");
        let adult = server.as_("adult");
        assert_eq!(adult.get(&one).ok().text("/status"), "not_offered");
        assert!(!adult.get(&one).ok().text.contains("nephew reads") && !adult.get(&path).ok().text.contains("nephew reads"),
            "whoever holds her telephone does not read why");
        let completed = with(feedback(&answers(&SIX[..5])), "status", &json!("completed"));
        assert_eq!(practitioner.post(&path, &completed).expect(422).pointers("errors"), ["/answers"]);
        let twice = feedback(&answers(&["feel_safe", "feel_safe", "no_such_question"]));
        let twice = practitioner.post(&path, &twice).expect(422);
        assert_eq!(twice.pointers("errors"), ["/answers/1/question", "/answers/2/question"]);
    }

    fn an_authority_asks_further_questions_after_the_six(server) {
        let (manager, practitioner) = (server.as_("manager"), server.as_("practitioner"));
        let (_, case) = accepted_case(server, "PPN-FURTHER");
        let path = format!("/v1/cases/{case}/feedback");
        practitioner.post("/v1/questionnaires", &six_and(server, &[])).expect(403);
        let displaced = with(six_and(server, &[]), "questions", &json!([own_question("told_us")]));
        assert_eq!(manager.post("/v1/questionnaires", &displaced).expect(422).pointers("errors").len(), 6);
        let elsewhere = with(six_and(server, &["told_us"]), "authority", &json!("eastmoor"));
        assert_eq!(manager.post("/v1/questionnaires", &elsewhere).expect(422).pointers("errors"), ["/authority"]);
        let second = server.as_("admin").post("/v1/questionnaires", &six_and(server, &["told_us"])).created();
        assert_eq!((&second.body["templateVersion"], second.text("/authority").as_str()), (&json!(2), "northbank"));
        let third = manager.post("/v1/questionnaires", &six_and(server, &["told_us", "kept_promises"])).created();
        assert_eq!(third.body["templateVersion"], 3);
        // An app that knows only the six still delivers them.
        let six_only = practitioner.post(&path, &feedback(&answers(&SIX))).created();
        assert_eq!((six_only.text("/questionnaireId"), six_only.text("/status")), (third.id(), "partial".to_owned()));
        let named = |id: &str, questions: &[&str]| with(feedback(&answers(questions)), "questionnaireId", &json!(id));
        let seven = [&SIX[..], &["told_us"]].concat();
        let whole = practitioner.post(&path, &named(&second.id(), &seven)).created();
        assert_eq!((whole.text("/questionnaireId"), whole.text("/status")), (second.id(), "completed".to_owned()));
        assert_eq!(practitioner.post(&path, &named(&third.id(), &seven)).expect(422).pointers("errors"), ["/answers"]);
        let unknown = practitioner.post(&path, &named(the_six(server)["id"].as_str().unwrap(), &seven)).expect(422);
        assert_eq!(unknown.pointers("errors"), ["/answers/6/question"]);
        // Another authority neither sees nor asks it.
        let eastmoor = server.as_("manager-eastmoor");
        let place = format!("/v1/questionnaires/{}", second.id());
        eastmoor.get(&place).expect(404);
        eastmoor.patch(&place, &json!({"title": "x"})).if_match("W/\"1\"").expect(404);
        let theirs = eastmoor.get("/v1/cases").ok().text("/items/0/id");
        let asked = eastmoor.post(&format!("/v1/cases/{theirs}/feedback"), &named(&second.id(), &seven)).expect(422);
        assert_eq!(asked.pointers("errors"), ["/questionnaireId"]);
        practitioner.patch(&place, &json!({"title": "x"})).if_match("W/\"1\"").expect(403);
    }

    fn a_questionnaire_changes_until_it_is_answered_and_is_then_retired(server) {
        let (manager, practitioner) = (server.as_("manager"), server.as_("practitioner"));
        let (_, case) = accepted_case(server, "PPN-ANSWERED");
        let path = format!("/v1/cases/{case}/feedback");
        let own = json!({"template": "after-a-meeting", "title": "How was it?", "questions": [own_question("told_us")]});
        let made = manager.post("/v1/questionnaires", &own).created();
        assert_eq!(made.body["templateVersion"], 1);
        let place = format!("/v1/questionnaires/{}", made.id());
        let change = json!({"questions": [own_question("told_us"), own_question("told_in_time")]});
        manager.patch(&place, &change).expect(428);
        let changed = manager.patch(&place, &change).if_match(&made.tag()).ok();
        let fixed = manager.patch(&place, &json!({"template": "msp-six"})).if_match(&changed.tag()).expect(422);
        assert!(fixed.pointers("errors").contains(&"/template".to_owned()));
        let answer = with(feedback(&answers(&["told_us", "told_in_time"])), "questionnaireId", &json!(made.id()));
        practitioner.post(&path, &answer).created();
        practitioner.post(&path, &answer).created();
        let answered = manager.get(&place).ok();
        assert_eq!(answered.body["changeable"], false);
        manager.patch(&place, &json!({"title": "Other"})).if_match(&changed.tag()).expect(412);
        manager.patch(&place, &json!({"title": "Other"})).if_match(&answered.tag()).expect(409).is_problem("conflict");
        let step = |to: &str| manager.post(&format!("{place}/transitions"), &json!({"to": to, "reason": "Replaced"}));
        step("active").if_match(&answered.tag()).expect(409).is_problem("invalid_transition");
        let retired = step("retired").if_match(&answered.tag()).ok();
        assert_eq!((retired.text("/status").as_str(), retired.text("/retiredReason").as_str()), ("retired", "Replaced"));
        step("retired").if_match(&retired.tag()).expect(409).is_problem("invalid_transition");
        practitioner.post(&path, &answer).expect(409).is_problem("conflict");
        let earlier = with(answer.clone(), "givenAt", &json!("2026-11-20T10:00:00Z"));
        practitioner.post(&path, &earlier).created();
        let reference = manager.get(&format!("/v1/cases/{case}")).ok().text("/reference");
        let adult = server.add_user("adult-late", Role::Adult, "northbank", Some(&reference));
        adult.post(&path, &answer).created();
        let next = manager.post("/v1/questionnaires", &own).created();
        assert_eq!(next.body["templateVersion"], 2);
    }

    fn a_retired_version_of_the_six_gives_way_to_the_one_before(server) {
        let manager = server.as_("manager");
        let (_, case) = accepted_case(server, "PPN-RETIRED");
        let asked = || {
            let path = format!("/v1/cases/{case}/feedback");
            server.as_("practitioner").post(&path, &feedback(&answers(&SIX))).created().text("/questionnaireId")
        };
        let versions: Vec<_> = (0..2).map(|_| manager.post("/v1/questionnaires", &six_and(server, &["told_us"])).created()).collect();
        let retire = |id: &str| {
            let place = format!("/v1/questionnaires/{id}");
            let step = manager.post(&format!("{place}/transitions"), &json!({"to": "retired"}));
            step.if_match(&manager.tag(&place)).ok();
        };
        assert_eq!(asked(), versions[1].id());
        retire(&versions[1].id());
        assert_eq!(asked(), versions[0].id());
        retire(&versions[0].id());
        assert_eq!(asked(), the_six(server)["id"].as_str().unwrap());
    }
}
