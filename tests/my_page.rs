//! The adult's own page, and what they ask for from it.

use msp_api::casework::cases::model::CaseState;
use msp_api::casework::requests;
use msp_api::my_view;
use serde_json::json;

use crate::support::readability::{reading_age, sentences, words};

on_both_databases! {
    fn the_adult_reads_their_own_words_who_helps_and_what_happens_next(server) {
        let (adult, practitioner) = (server.as_("adult"), server.as_("practitioner"));
        let case = adult.get("/v1/me").ok().text("/cases/0/id");
        let path = format!("/v1/cases/{case}/my-view");
        let page = adult.get(&path).ok();
        assert!(!page.body["whatYouSaid"].as_array().unwrap().is_empty());
        assert_eq!(page.body["whatYouDoNotWant"], json!(["I do not want to leave my home"]));
        assert_eq!(page.body["promise"].as_array().unwrap().len(), 8);
        assert!(page.body["whoIsHelping"].as_array().unwrap().len() >= 2, "the worker and the advocate");
        assert_eq!(page.body["nextSteps"][0]["text"], "Ring the bank");
        assert_eq!(practitioner.get(&path).ok().body, page.body, "the worker sees what the adult sees");
        for hidden in ["nephew", "gaps", "withheld", "restricted"] {
            assert!(!page.body["whatWeAgreed"].to_string().contains(hidden));
        }
        let words = json!({"kind": "do_not_want", "text": "No more letters", "saidBy": "adult"});
        adult.post(&format!("/v1/cases/{case}/wishes"), &words).created();
        let later = adult.get(&path).header("If-None-Match", &page.tag()).ok();
        assert!(later.body["whatYouDoNotWant"].to_string().contains("No more letters"));
        for name in ["duty", "advocate", "admin", "police-intake"] {
            server.as_(name).get(&path).expect(403);
        }
        server.as_("practitioner2").get(&path).expect(404);
        // A representative who may receive the next steps reads those, and nothing that was said.
        let theirs = server.as_("representative").get(&path).ok();
        assert_eq!(theirs.body["nextSteps"], later.body["nextSteps"]);
        for part in ["whatYouSaid", "whatYouDoNotWant", "whoIsHelping", "whatWeAgreed", "questionsForYou"] {
            assert_eq!(theirs.body[part], json!([]), "{part}");
        }
    }

    fn an_adult_who_is_not_safe_is_told_what_to_do_and_staff_are_noticed_at_once(server) {
        let (adult, manager, practitioner) = (server.as_("adult"), server.as_("manager"), server.as_("practitioner"));
        let case = adult.get("/v1/me").ok().text("/cases/0/id");
        let path = format!("/v1/cases/{case}/requests");
        let asked = adult.post(&path, &json!({"kind": "not_safe_now"})).created();
        assert!(asked.text("/ifUrgent").contains("999"));
        let notice = manager.get("/v1/notices").ok();
        assert_eq!((notice.text("/items/0/kind"), notice.text("/items/0/resourceId")), ("adult_is_not_safe".to_owned(), asked.id()));
        let one = format!("{path}/{}", asked.id());
        let answer = json!({"text": "I am on my way"});
        adult.post(&format!("{one}/answer"), &answer).if_match(&asked.tag()).expect(403);
        practitioner.post(&format!("{one}/answer"), &answer).if_match(&asked.tag()).ok();
        assert_eq!(adult.get(&one).ok().text("/answer"), "I am on my way");
        practitioner.post(&path, &json!({"kind": "call_me"})).expect(403);
    }
}

#[test]
fn the_fixed_words_of_the_page_are_easy_to_read() {
    let decided = CaseState::ALL
        .iter()
        .map(|state| my_view::where_things_are(*state));
    let fixed: Vec<&str> = decided
        .chain([
            my_view::IF_YOU_ARE_NOT_HAPPY,
            my_view::WHAT_DO_YOU_WANT,
            my_view::DID_YOU_GET_IT,
            my_view::YOUR_WORKER,
            my_view::NEW_CODE_BY_YOUR_WORKER,
            my_view::NEW_CODE_BY_A_MANAGER,
            my_view::YOUR_ADVOCATE,
            requests::IF_URGENT,
        ])
        .collect();
    let all = fixed.join(" ");
    assert!(sentences(&all).len() > 8 && words(&all).len() > 50);
    assert!(reading_age(&all) <= 11.0, "reading age {}", reading_age(&all));
}
