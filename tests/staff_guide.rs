//! The staff guide replayed: what it asks of a worker at each stage, told as ten whole stories.

use diesel::prelude::*;
use msp_api::ids::Id;
use msp_api::policy::Role;
use msp_api::schema::people::teams;
use serde_json::{Value, json};

use crate::stories::{accepted_case, referral, three_part_test};
use crate::support::{Actor, Answer, Server};

/// A case with those who work on it.
struct Guide<'a> {
    server: &'a Server,
    manager: Actor,
    practitioner: Actor,
    referral: String,
    case: String,
}

impl<'a> Guide<'a> {
    fn begin(server: &'a Server, reference: &str) -> Self {
        let (referral, case) = accepted_case(server, reference);
        Self::on(server, referral, &case)
    }

    fn on(server: &'a Server, referral: String, case: &str) -> Self {
        let (manager, practitioner) = (server.as_("manager"), server.as_("practitioner"));
        let case = format!("/v1/cases/{case}");
        Self {
            server,
            manager,
            practitioner,
            referral,
            case,
        }
    }

    fn read(&self) -> Answer {
        self.practitioner.get(&self.case).ok()
    }

    fn owes(&self, gap: &str) -> bool {
        self.read().body["gaps"].as_array().unwrap().contains(&json!(gap))
    }

    fn list(&self, part: &str) -> Vec<Value> {
        let listed = self
            .practitioner
            .get(&format!("{}/{part}?sort=createdAt", self.case))
            .ok();
        listed.body["items"].as_array().unwrap().clone()
    }

    fn record(&self, part: &str, body: &Value) -> Answer {
        self.practitioner
            .post(&format!("{}/{part}", self.case), body)
            .created()
    }

    /// Something of the case's, as the practitioner changes it after reading it.
    fn change(&self, of: &str, part: &str, body: &Value) -> Answer {
        let path = format!("{}/{of}", self.case);
        self.practitioner
            .post(&format!("{path}/{part}"), body)
            .if_match(&self.practitioner.tag(&path))
            .send()
    }

    fn wants(&self, words: &str, priority: i64) -> String {
        let body = json!({"ownWords": words, "expressedBy": "adult", "communicatedBy": "speech", "priority": priority});
        format!("desired-outcomes/{}", self.record("desired-outcomes", &body).id())
    }

    fn words(&self, outcome: &str) -> String {
        self.practitioner
            .get(&format!("{}/{outcome}", self.case))
            .ok()
            .text("/ownWords")
    }

    fn judge(&self, outcome: &str, achieved: &str, reason: &str) {
        let mut body = json!({"achieved": achieved, "judgedBy": "adult", "reason": reason});
        if achieved == "not_judged" {
            body["judgedBy"] = json!("practitioner");
            body["notJudgedBecause"] = json!(if reason == "She died" {
                "died"
            } else {
                "could_not_be_asked"
            });
        }
        let judged = self.change(outcome, "achievement", &body);
        assert_eq!(judged.status, 201, "{}", judged.text);
    }

    fn meets(&self, kind: &str, participation: &Value) -> String {
        let body = json!({"kind": kind, "heldStart": "2026-11-20T10:00:00Z", "place": "Her home", "placeChosenByAdult": true});
        let meeting = format!("meetings/{}", self.record("meetings", &body).id());
        let path = format!("{}/{meeting}/participation", self.case);
        self.practitioner
            .put(&path, &json!({"adult": participation}))
            .if_match(&self.practitioner.tag(&path))
            .ok();
        meeting
    }

    fn step(&self, body: &Value) -> Answer {
        self.manager
            .post(&format!("{}/transitions", self.case), body)
            .if_match(&self.manager.tag(&self.case))
            .send()
    }

    fn goes_to(&self, body: &Value) {
        let answer = self.step(body);
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.body["state"], body["to"]);
    }

    fn enquire(&self, view: &str) {
        self.goes_to(&json!({"to": "enquiry", "enquiryType": "section_42", "threePartTest": three_part_test(), "adultView": view}));
    }

    fn draft(&self, part: &str, body: &Value) -> Answer {
        let path = format!("{}/{part}", self.case);
        self.manager
            .put(&path, body)
            .if_match(&self.manager.tag(&path))
            .ok()
    }

    fn conclude(&self, set: &Value) {
        self.draft("conclusion", set);
        self.goes_to(&json!({"to": "concluded"}));
    }

    /// With every item answered, and this of the adult.
    fn close(&self, mut adult: Value) {
        let items = self.step(&json!({"to": "closed"})).pointers("missing");
        let items = items
            .iter()
            .filter_map(|pointer| pointer.strip_prefix("/closureChecklist/items/"));
        adult["items"] = items.map(|item| json!({"item": item, "state": "done"})).collect();
        self.draft("closure-checklist", &adult);
        self.goes_to(&json!({"to": "closed"}));
    }

    fn receipt(&self) -> Answer {
        self.server
            .as_("police-intake")
            .get(&format!("/v1/referrals/{}", self.referral))
            .ok()
    }
}

/// A conclusion set with these answers in place of the usual ones.
#[expect(
    clippy::needless_pass_by_value,
    reason = "written as json! where it is called"
)]
fn conclusion(others: Value) -> Value {
    let mut set = json!({
        "risks": [{"type": "financial_or_material", "location": "own_home", "source": "other_known"}],
        "riskAssessmentOutcome": "risk_identified_action_taken", "riskOutcome": "risk_reduced",
        "capacity": "did_not_lack_capacity", "supportedBy": ["none"], "asked": "asked_and_expressed",
        "reason": "The bank keeps her money safe", "adultView": "It is better now"
    });
    let others = others.as_object().unwrap().clone();
    set.as_object_mut().unwrap().extend(others);
    set
}

fn came() -> Value {
    json!({"invited": true, "knowsWhatToExpect": true, "supportOffered": ["a lift"], "attendance": "attended_all"})
}

on_both_databases! {
    fn a_conversation_is_all_she_wants_and_the_case_ends_with_it(server) {
        let case = Guide::begin(server, "PPN-TALK");
        assert!(case.owes("adult_not_asked") && case.owes("adult_not_told"));
        let visit = json!({"kind": "visit", "at": "2026-11-19T14:00:00Z", "withAdult": true, "basis": "said",
            "text": "Alone, at her kitchen table", "outcomesAsked": {"asked": true, "result": "expressed"},
            "optionsDiscussed": [{"text": "A limit on the card"}, {"text": "Nothing"}], "adultChose": "To speak to him herself",
            "outcomes": [{"ownWords": "I will speak to him myself", "expressedBy": "adult", "priority": 1}],
            "wishes": [{"kind": "do_not_want", "text": "No meeting about me", "saidBy": "adult"}],
            "nextSteps": [{"text": "I ring on Friday", "by": "Priya Nair", "toldAdultOn": "2026-11-19", "toldHow": "in person"}]});
        let visit = case.record("contacts", &visit);
        case.record("informed", &json!({"who": "adult", "about": "concern", "toldAt": "2026-11-19T14:00:00Z", "how": "in person"}));
        assert_eq!(case.read().body["gaps"], json!([]));
        assert_eq!(case.list("wishes")[0]["id"], visit.body["wishIds"][0]);
        case.goes_to(&json!({"to": "closed_no_enquiry", "dispositions": ["information_advice"],
            "narrative": "She decides, and knows whom to ring", "adultView": "That was what I needed",
            "feedbackToReferrer": {"given": true, "text": "We spoke with her. Thank you."}}));
        assert_eq!((case.list("enquiries"), case.list("meetings")), (vec![], vec![]));
        assert_eq!(case.list("desired-outcomes")[0]["ownWords"], "I will speak to him myself");
        let receipt = case.receipt();
        assert_eq!((receipt.text("/status"), receipt.text("/feedback/text")),
            ("closed".to_owned(), "We spoke with her. Thank you.".to_owned()));
        assert!(!receipt.text.contains("myself") && !receipt.text.contains("meeting about me"));
    }

    fn strategy_conference_and_review_each_ask_her_again_and_what_she_wants_changes(server) {
        let case = Guide::begin(server, "PPN-STAGES");
        let (money, visits) = (case.wants("I want my nephew to stop taking my money", 1), case.wants("I want him to visit", 2));
        case.enquire("She wants it to stop");
        let bare = json!({"kind": "strategy_meeting", "heldStart": "2026-11-20T10:00:00Z"});
        let path = format!("{}/meetings/{}/participation", case.case, case.record("meetings", &bare).id());
        let absent = case.practitioner.put(&path, &json!({"adult": {"invited": false}})).if_match("W/\"1\"").expect(422);
        assert!(absent.pointers("errors").contains(&"/adult/notInvitedReason".to_owned()), "{}", absent.text);
        let strategy = case.meets("strategy_meeting", &json!({"invited": false, "notInvitedReason": "She asked not to be",
            "attendance": "not_invited", "viewsPutForwardBy": "practitioner", "viewsPutForward": "Stop the money, keep the nephew"}));
        let after = json!({"when": "after", "text": "Told her what was said", "wantsChanged": "She wants less",
            "promptsCovered": ["outcome_of_meeting", "priorities", "where_to_meet"],
            "wishes": [{"kind": "meeting_place", "text": "At the library", "saidBy": "adult"}]});
        case.record(&format!("{strategy}/discussions"), &after);
        let less = json!({"ownWords": "I want him to ask first", "changeKind": "narrowed", "changeReason": "negotiated",
            "whatWasExplained": "The bank cannot tell who draws", "initiatedBy": "practitioner", "adultAgrees": "not_known"});
        assert_eq!(case.change(&money, "revisions", &less).text("/standing"), "proposed");
        assert_eq!(case.words(&money), "I want my nephew to stop taking my money");
        case.meets("case_conference", &came());
        let hers = json!({"ownWords": "I want my own card back", "changeKind": "replaced", "changeReason": "adult_changed_mind",
            "initiatedBy": "adult", "adultAgrees": "yes"});
        assert_eq!(case.change(&money, "revisions", &hers).text("/standing"), "in_force");
        let plan = json!({"content": "The bank sends a new card", "lead": "Priya Nair", "adultAgrees": "partly"});
        case.goes_to(&json!({"to": "plan", "plan": plan}));
        case.meets("review", &came());
        let enough = json!({"changeKind": "withdrawn", "changeReason": "adult_changed_mind", "initiatedBy": "adult", "adultAgrees": "yes"});
        case.change(&visits, "revisions", &enough);
        case.judge(&money, "fully", "The card came");
        let derived = case.practitioner.get(&format!("{}/conclusion", case.case)).ok();
        assert_eq!(derived.body["derived"], json!({"asked": "asked_and_expressed", "overallAchievement": "fully"}),
            "what she gave up herself does not count against anyone");
        case.conclude(&conclusion(json!({"overallAchievement": "fully"})));
        case.close(json!({"adultAgrees": "yes", "feedbackOffered": "yes"}));
        let revisions = case.list(&format!("{money}/revisions"));
        let kept: Vec<&str> = revisions.iter().map(|one| one["ownWords"].as_str().unwrap()).collect();
        assert_eq!(kept, ["I want my nephew to stop taking my money", "I want him to ask first", "I want my own card back"]);
        assert_eq!(case.list("meetings").len(), 4);
    }

    fn she_lacks_capacity_and_her_own_words_stand_beside_what_is_best_for_her(server) {
        let case = Guide::begin(server, "PPN-IMCA");
        let own = case.wants("Home. Not there.", 1);
        let imca = json!({"name": "Idony Marsh", "organisation": "Northbank Voices", "kinds": ["imca_safeguarding"],
            "independenceDeclaredOn": "2026-04-01"});
        let imca = case.manager.post("/v1/advocates", &imca).created();
        let instruct = json!({"kind": "imca_safeguarding", "basis": "duty", "advocateId": imca.id()});
        let path = format!("{}/advocacy-assignments", case.case);
        case.practitioner.post(&path, &instruct).expect(403);
        case.manager.post(&path, &instruct).created();
        assert!(case.owes("capacity_assessment_pending"));
        let decided = |assessment: &str, status: u16| {
            let body = json!({"assessmentId": assessment, "decision": "Where she lives", "wishesAndFeelings": "Home. Not there.",
                "imcaRepresentations": "She is calm at home", "regardToImca": "Two weeks at home are tried first",
                "consulted": [{"who": "Her niece", "view": "The home"}], "outcome": "Home, with a carer at night"});
            case.practitioner.post(&format!("{}/best-interests-decisions", case.case), &body).expect(status)
        };
        let started = case.record("capacity-assessments", &json!({"decision": "Where she lives", "conclusion": "not_completed"}));
        assert_eq!(decided(&started.id(), 422).pointers("errors"), ["/assessmentId"]);
        let assessed = json!({"decision": "Where she lives", "supportGiven": "Pictures, in the morning", "impairment": "Dementia",
            "functionalTest": {"retain": {"able": "not_able", "evidence": "Asked again after a minute"}},
            "causalLink": "She forgets because of it", "conclusion": "lacks_capacity"});
        let assessed = case.record("capacity-assessments", &assessed);
        assert!(!case.owes("capacity_assessment_pending"));
        let best = |decision: Option<String>| json!({"ownWords": "A carer at night", "expressedBy": "best_interests",
            "bestInterestsDecisionId": decision});
        let outcomes = format!("{}/desired-outcomes", case.case);
        assert_eq!(case.practitioner.post(&outcomes, &best(None)).expect(422).pointers("errors"), ["/expressedBy"]);
        let best = case.record("desired-outcomes", &best(Some(decided(&assessed.id(), 201).id())));
        let later = case.wants("My own bed", 2);
        case.enquire("Home");
        let said: Vec<Value> = case.list("desired-outcomes").iter().map(|one| one["expressedBy"].clone()).collect();
        assert_eq!(said, ["adult", "best_interests", "adult"], "her words are always taken, and kept apart");
        for outcome in [&own, &later, &format!("desired-outcomes/{}", best.id())] {
            case.judge(outcome, "fully", "She sleeps at home");
        }
        case.conclude(&conclusion(json!({"capacity": "lacked_capacity", "supportedBy": ["advocate"], "overallAchievement": "fully"})));
        case.close(json!({"adultAgrees": "best_interests", "feedbackOffered": "yes"}));
        assert_eq!(case.words(&own), "Home. Not there.");
    }

    fn she_asks_to_stop_and_it_stops_with_her_reason_and_without_a_verdict(server) {
        let case = Guide::begin(server, "PPN-STOP");
        let outcome = case.wants("I want it to stop", 1);
        case.enquire("She agrees, if he does not get into trouble");
        let call = json!({"kind": "call", "withAdult": true, "basis": "said", "text": "Please leave it now",
            "outcomesAsked": {"asked": true, "result": "changed"},
            "wishes": [{"kind": "do_not_want", "text": "No more visits about this", "saidBy": "adult"}]});
        case.record("contacts", &call);
        let stop = json!({"changeKind": "withdrawn", "changeReason": "adult_changed_mind", "initiatedBy": "adult", "adultAgrees": "yes"});
        case.change(&outcome, "revisions", &stop);
        let mut set = conclusion(json!({"riskAssessmentOutcome": "ceased_at_individuals_request", "reason": "At her request",
            "overallAchievement": "fully", "adultView": "Thank you for stopping"}));
        set.as_object_mut().unwrap().remove("riskOutcome");
        case.draft("conclusion", &set);
        assert_eq!(case.step(&json!({"to": "concluded"})).pointers("missing"), ["/conclusion/overrideReason"],
            "nothing follows from what she no longer wants, and nothing becomes fully by default");
        set["overallAchievement"] = json!("not_judged");
        set["overrideReason"] = json!("She did not want to judge it");
        case.conclude(&set);
        case.close(json!({"adultAgrees": "yes", "feedbackOffered": "no", "feedbackNotOfferedReason": "She asked not to be rung"}));
        let enquiry = &case.list("enquiries")[0];
        assert_eq!(enquiry["conclusion"]["conclusion"]["riskAssessmentOutcome"], "ceased_at_individuals_request");
        assert!(enquiry["conclusion"]["derived"]["overallAchievement"].is_null());
        let refused = json!({"kind": "do_not_want", "text": "No letters either", "saidBy": "adult"});
        case.record("wishes", &refused);
    }

    fn no_enquiry_is_a_decision_with_reasons_and_the_referrer_hears_no_more_than_is_safe(server) {
        let case = Guide::begin(server, "PPN-NO-ENQUIRY");
        let bare = case.step(&json!({"to": "closed_no_enquiry"}));
        assert_eq!(bare.pointers("missing"), ["/dispositions", "/narrative", "/adultView", "/feedbackToReferrer"]);
        let decided = json!({"to": "closed_no_enquiry", "dispositions": ["care_needs_assessment", "domestic_abuse_service"],
            "narrative": "She can protect herself, and wants help at home", "adultViewNotSoughtReason": "He answers her telephone",
            "feedbackToReferrer": {"withheldReason": "It may reach him"}});
        assert_eq!(case.practitioner.post(&format!("{}/transitions", case.case), &decided).if_match("W/\"1\"").send().status, 403);
        case.goes_to(&decided);
        let receipt = case.receipt();
        assert_eq!(receipt.text("/status"), "closed");
        assert!(receipt.body.get("feedback").is_none() && !receipt.text.contains("reach him"));
        let steps = case.practitioner.get(&format!("{}/timeline?limit=100", case.case)).ok();
        assert!(steps.text.contains("\"transition\""));
        assert_eq!(case.list("enquiries"), Vec::<Value>::new());
        // The same worry again: the decision is made anew, with all of its parts.
        let again = case.step(&json!({"to": "enquiry", "reason": "A neighbour rang"}));
        assert_eq!(again.pointers("missing").len(), 5, "{}", again.text);
        case.goes_to(&json!({"to": "concern", "reason": "A neighbour rang"}));
        assert_eq!(case.receipt().text("/status"), "accepted");
    }

    fn the_hospitals_own_report_does_not_satisfy_and_the_enquiry_ends_with_what_the_authority_found(server) {
        let case = Guide::begin(server, "PPN-HOSPITAL");
        let outcome = case.wants("I want to know why nobody came", 1);
        case.enquire("Ask them");
        let nhs = server.as_("nhs-intake");
        let agency = nhs.get("/v1/me").ok().text("/agencyId");
        let asked = case.record("caused-enquiries", &json!({"agencyId": agency, "scope": "The nights of 3 and 4 November",
            "questions": ["Who answered the bell?"], "adultView": "Ask them"}));
        let one = format!("caused-enquiries/{}", asked.id());
        let path = format!("{}/{one}", case.case);
        let move_to = |who: &Actor, body: Value| {
            who.post(&format!("{path}/transitions"), &body).key(&Id::new().to_string()).if_match(&case.practitioner.tag(&path)).send()
        };
        assert!(case.owes("caused_enquiry_unanswered"));
        assert_eq!(move_to(&nhs, json!({"to": "accepted"})).status, 200);
        let report = json!({"findings": "The bell was answered"});
        nhs.post(&format!("{path}/report"), &report).key("report").if_match(&case.practitioner.tag(&path)).ok();
        assert_eq!(move_to(&case.practitioner, json!({"to": "not_satisfied", "reason": "It was not"})).status, 403);
        let unhappy = move_to(&case.manager, json!({"to": "not_satisfied", "reason": "The ward book says otherwise"}));
        assert_eq!(unhappy.text("/status"), "not_satisfied", "{}", unhappy.text);
        case.judge(&outcome, "not", "Nobody told her");
        case.conclude(&conclusion(json!({"risks": [{"type": "neglect_and_acts_of_omission", "location": "hospital_acute",
            "source": "other_known"}], "riskOutcome": "risk_remained", "overallAchievement": "not",
            "reason": "The ward book shows two nights without a visit", "adultView": "I still do not know why"})));
        case.close(json!({"adultAgrees": "no", "disagreement": "She wants an answer", "feedbackOffered": "yes"}));
        let enquiries = case.list("enquiries");
        assert_eq!(enquiries[0]["conclusion"]["conclusion"]["adultView"], "I still do not know why");
        assert_eq!(case.practitioner.get(&path).ok().text("/report/findings"), "The bell was answered", "the report stays");
        nhs.get(&case.case).expect(403);
    }

    fn a_case_that_goes_on_keeps_its_conclusion_and_needs_another_of_its_own(server) {
        let case = Guide::begin(server, "PPN-AGAIN");
        let first = case.wants("I want it to stop", 1);
        case.enquire("Yes");
        case.judge(&first, "fully", "It has stopped");
        case.conclude(&conclusion(json!({"overallAchievement": "fully", "adultView": "It is over"})));
        case.close(json!({"adultAgrees": "yes", "feedbackOffered": "yes"}));
        case.goes_to(&json!({"to": "enquiry", "reason": "He is back"}));
        let anew = case.practitioner.get(&format!("{}/conclusion", case.case)).ok();
        assert!(anew.body["conclusion"].get("adultView").is_none(), "{}", anew.text);
        case.wants("I want the lock changed", 2);
        let missing = case.step(&json!({"to": "concluded"})).pointers("missing");
        for pointer in ["/conclusion/risks", "/conclusion/adultView", "/conclusion/asked"] {
            assert!(missing.contains(&pointer.to_owned()), "{pointer}: {missing:?}");
        }
        let lock = case.list("desired-outcomes").into_iter().find(|one| one["ownWords"] == "I want the lock changed").unwrap();
        case.judge(&format!("desired-outcomes/{}", lock["id"].as_str().unwrap()), "not", "The landlord has not come");
        case.conclude(&conclusion(json!({"overallAchievement": "partially", "adultView": "Not over at all"})));
        assert_eq!(case.step(&json!({"to": "closed"})).pointers("missing").len(), 14, "the checklist of before is no answer now");
        let views: Vec<Value> = case.list("enquiries").iter().map(|one| one["conclusion"]["conclusion"]["adultView"].clone()).collect();
        assert_eq!(views, ["It is over", "Not over at all"]);
        server.as_("practitioner").post(&format!("{}/transitions", case.case), &json!({"to": "concern", "reason": "x"}))
            .if_match(&case.practitioner.tag(&case.case)).expect(403);
    }

    fn she_dies_during_the_enquiry_and_it_goes_on_for_those_still_at_risk(server) {
        let case = Guide::begin(server, "PPN-DIED");
        let outcome = case.wants("I want the others to be looked after", 1);
        case.enquire("For the others too");
        let adult = format!("/v1/adults/{}", case.read().text("/adult/id"));
        let died = json!({"dateOfDeath": "2026-11-18"});
        case.practitioner.patch(&adult, &died).if_match(&case.practitioner.tag(&adult)).ok();
        assert_eq!(case.read().text("/state"), "enquiry");
        assert!(case.owes("review_not_considered"));
        assert_eq!(case.words(&outcome), "I want the others to be looked after");
        case.record("risks", &json!({"riskType": "neglect_and_acts_of_omission", "location": "care_home_nursing",
            "source": "service_provider", "whatHappened": "Two others on the same floor"}));
        case.record("actions", &json!({"text": "See the two others", "responsible": "Priya Nair"}));
        let bare = case.change(&outcome, "achievement", &json!({"achieved": "not_judged", "judgedBy": "practitioner", "reason": "x"}));
        assert_eq!(bare.pointers("errors"), ["/notJudgedBecause"]);
        case.judge(&outcome, "not_judged", "She died");
        let mut set = conclusion(json!({"overallAchievement": "not_judged", "overrideReason": "She died before it could be asked",
            "adultViewNotSoughtReason": "She died", "reason": "The others are safe"}));
        set.as_object_mut().unwrap().remove("adultView");
        case.conclude(&set);
        case.record("links", &json!({"kind": "section_44_review", "status": "open"}));
        assert!(!case.owes("review_not_considered"));
        case.close(json!({"adultAgrees": "not_known", "feedbackOffered": "no", "feedbackNotOfferedReason": "She died"}));
        assert_eq!(case.read().text("/adult/dateOfDeath"), "2026-11-18");
    }

    fn one_home_three_cases_of_which_one_names_nobody_and_each_ends_in_its_own_way(server) {
        let (ada, ben) = (Guide::begin(server, "PPN-HOME-A"), Guide::begin(server, "PPN-HOME-B"));
        let mut nobody = referral("PPN-HOME-ALL");
        nobody["concern"] = json!({"kind": "organisational", "summary": "Call bells unplugged at night", "abuseTypes": ["organisational"]});
        nobody["adult"] = json!({});
        let sent = server.as_("police-intake").post("/v1/referrals", &nobody).created();
        let accept = json!({"decision": "accept", "allocateTo": server.user_id("practitioner")});
        let accepted = ada.manager.post(&format!("/v1/referrals/{}/triage", sent.id()), &accept).if_match(&sent.tag()).ok();
        let home = Guide::on(server, sent.id(), &accepted.text("/caseId"));
        for other in [&ben, &home] {
            let first = json!({"caseId": ada.read().id()});
            other.manager.post(&format!("{}/group", other.case), &first).if_match(&other.manager.tag(&other.case)).ok();
        }
        let group = format!("/v1/cases?caseGroupId={}", home.read().text("/caseGroupId"));
        assert_eq!(ada.manager.get(&group).ok().body["items"].as_array().unwrap().len(), 3);
        assert!(home.read().body.get("adult").is_none() && home.read().body["gaps"] == json!([]));
        let wish = ada.wants("I want my bell back", 1);
        for case in [&ada, &home] {
            case.goes_to(&json!({"to": "enquiry", "enquiryType": "section_42", "threePartTest": three_part_test(), "adultView": "Yes"}));
        }
        let risks = json!([{"type": "organisational", "location": "care_home_nursing", "source": "service_provider"}]);
        ada.judge(&wish, "fully", "It rings");
        ada.conclude(&conclusion(json!({"risks": risks, "overallAchievement": "fully"})));
        ben.goes_to(&json!({"to": "closed_no_enquiry", "dispositions": ["provider_quality"], "narrative": "His own bell worked",
            "adultView": "I am fine", "feedbackToReferrer": {"given": true, "text": "Seen to"}}));
        let set = conclusion(json!({"risks": risks, "capacity": "not_applicable", "asked": "not_applicable"}));
        home.conclude(&set);
        home.close(json!({}));
        ada.close(json!({"adultAgrees": "yes", "feedbackOffered": "yes"}));
        let states: Vec<String> = [&ada, &ben, &home].iter().map(|case| case.read().text("/state")).collect();
        assert_eq!(states, ["closed", "closed_no_enquiry", "closed"]);
        assert!(!ben.read().text.contains("bell"), "a group shares no words");
    }

    fn a_nephew_who_speaks_for_her_cannot_put_his_words_in_place_of_hers(server) {
        let case = Guide::begin(server, "PPN-NEPHEW");
        let outcome = case.wants("I want to manage my own money", 1);
        let read = case.read();
        let nephew = server.add_user("nephew", Role::Representative, "northbank", None);
        let people = format!("/v1/adults/{}/representatives", read.text("/adult/id"));
        let him = json!({"kind": "representative", "name": "A Nephew", "relationship": "nephew",
            "legalAuthority": "lpa_property_finance", "chosenByAdult": "not_known", "conflict": "none"});
        let him = case.practitioner.post(&people, &him).created();
        server.give_case(&nephew, &read.text("/reference"), (Role::Representative, Some(&him.id())));
        assert_eq!(nephew.get("/v1/me").ok().body["cases"].as_array().unwrap().len(), 1);
        let his = |agrees: &str| json!({"ownWords": "She wants me to look after it", "changeKind": "replaced", "changeReason": "other",
            "initiatedBy": "representative", "adultAgrees": agrees, "confirmedBy": "representative"});
        for agrees in ["not_known", "no"] {
            let proposed = case.change(&outcome, "revisions", &his(agrees));
            assert_eq!((proposed.text("/standing"), proposed.text("/initiatedBy")), ("proposed".to_owned(), "representative".to_owned()));
        }
        assert_eq!(case.change(&outcome, "revisions", &his("best_interests")).pointers("errors"), ["/adultAgrees"]);
        assert_eq!(case.words(&outcome), "I want to manage my own money");
        nephew.post(&format!("{}/{outcome}/revisions", case.case), &his("yes")).if_match("W/\"1\"").expect(403);
        case.record("wishes", &json!({"kind": "want", "text": "That I keep the card", "saidBy": "representative"}));
        case.record("wishes", &json!({"kind": "who_not_to_involve", "text": "A Nephew", "saidBy": "adult"}));
        let said: Vec<Value> = case.list("wishes").iter().map(|wish| wish["saidBy"].clone()).collect();
        assert_eq!(said, ["representative", "adult"], "his wish is not listed as hers");
        case.record("disagreements", &json!({"about": "Who keeps her card", "adultView": "I do",
            "betweenWhom": [{"who": "A Nephew", "view": "He does"}, {"who": "She", "view": "She does"}]}));
        let one = format!("{people}/{}", him.id());
        let implicated = json!({"conflict": "implicated", "conflictDetail": "The bank names him"});
        case.practitioner.patch(&one, &implicated).if_match(&case.practitioner.tag(&one)).ok();
        // It was the only case of this account.
        nephew.get("/v1/me").expect(401).is_problem("access_ended");
        case.record("persons-of-concern", &json!({"name": "A Nephew", "relationship": "nephew"}));
        assert_eq!(case.list(&format!("{outcome}/revisions")).len(), 3, "his attempts stay on record");
        assert_eq!(case.words(&outcome), "I want to manage my own money");
    }

    fn must_not_force_anything_about_the_adult_to_accept_a_referral_to_a_team(server) {
        let least = json!({"agencyReference": "PPN-LEAST", "adult": {"givenNames": ["Somebody"], "whereaboutsNow": "the bus station"},
            "concern": {"summary": "She sleeps there and someone takes her bag"}, "adultAgreesToShare": "not_known",
            "reasonWithoutAgreement": "She was asleep"});
        let sent = server.as_("police-intake").post("/v1/referrals", &least).created();
        let team: Id = server.database(|conn| Ok(teams::table.select(teams::id).first(conn)?));
        let accept = json!({"decision": "accept", "allocateToTeam": team.to_string()});
        let path = format!("/v1/referrals/{}/triage", sent.id());
        let accepted = server.as_("manager").post(&path, &accept).if_match(&sent.tag()).ok();
        let case = server.as_("duty").get(&format!("/v1/cases/{}", accepted.text("/caseId"))).ok();
        assert_eq!((case.text("/state"), case.text("/allocatedTeam")), ("concern".to_owned(), team.to_string()));
        assert!(case.body.get("allocatedTo").is_none());
        let owed = &case.body["gaps"];
        assert!(owed.as_array().unwrap().contains(&json!("adult_not_asked")), "shown, and in the way of nothing: {owed}");
    }

    fn must_not_force_a_judgement_where_there_could_be_none(server) {
        let case = Guide::begin(server, "PPN-UNJUDGED");
        let outcome = case.wants("I want to go home", 1);
        case.enquire("Yes");
        case.judge(&outcome, "not_judged", "She left and nobody knows where to");
        let hand = json!({"overallAchievement": "not_judged", "overrideReason": "She could not be asked", "capacity": "not_known"});
        case.conclude(&conclusion(hand));
        let none = Guide::begin(server, "PPN-NO-OUTCOMES");
        none.enquire("She says nothing to anyone");
        none.conclude(&conclusion(json!({"asked": "asked_none_expressed", "riskAssessmentOutcome": "inconclusive_no_action"})));
    }

    fn must_not_force_a_timescale(server) {
        let case = Guide::begin(server, "PPN-LATE");
        let outcome = case.wants("I want it to stop", 1);
        case.goes_to(&json!({"to": "enquiry", "enquiryType": "section_42", "threePartTest": three_part_test(), "adultView": "Yes",
            "effectiveAt": "2021-01-04T09:00:00Z"}));
        case.record("actions", &json!({"text": "Ring the bank", "responsible": "Priya Nair", "dueOn": "2021-02-01"}));
        case.record("meetings", &json!({"kind": "review", "plannedStart": "2021-03-01T10:00:00Z"}));
        let plan = json!({"content": "A visit each morning", "lead": "Priya Nair", "reviewOn": "2021-03-01", "adultAgrees": "yes"});
        let plan = case.record("plans", &plan);
        case.goes_to(&json!({"to": "plan", "planId": plan.id()}));
        assert_eq!(case.read().body["openActions"], 1);
        case.judge(&outcome, "fully", "It has");
        case.draft("conclusion", &conclusion(json!({"overallAchievement": "fully"})));
        case.goes_to(&json!({"to": "concluded", "effectiveAt": "2026-11-20T09:00:00Z"}));
        case.close(json!({"adultAgrees": "yes", "feedbackOffered": "yes"}));
        assert_eq!(case.read().body["openActions"], 1, "what is overdue is still to be done, and nothing else");
    }
}
