//! Reference data: every code has words, the national labels are the national ones, and Easy Read is easy to read.

use std::collections::HashMap;

use msp_api::server::contract::Contract;
use serde_json::Value;

use crate::support::readability::{reading_age, sentences, words};
use crate::support::{Actor, Server};

fn read(server: &Server) -> Value {
    server.as_("adult").get("/v1/reference-data").ok().body
}

fn texts(items: &Value, member: &str) -> Vec<String> {
    let items = items.as_array().unwrap().iter();
    items
        .filter_map(|item| item[member].as_str().map(str::to_owned))
        .collect()
}

/// Codes by the name of their list.
fn lists(data: &Value) -> HashMap<String, Vec<String>> {
    let lists = data["lists"].as_array().unwrap().iter();
    lists
        .map(|list| {
            (
                list["name"].as_str().unwrap().to_owned(),
                texts(&list["codes"], "code"),
            )
        })
        .collect()
}

/// Codes that only programs read, and why nobody needs words for them.
const TECHNICAL: [(&[&str], &str); 5] = [
    (
        &[
            "referrals:submit",
            "referrals:read",
            "enquiries:write",
            "actions:write",
            "events:read",
            "webhooks:write",
            "reports:read",
        ],
        "scopes of programs",
    ),
    (&["createdAt", "-createdAt"], "orders of a list: names of fields"),
    (&["restrictedPart"], "what minutes withhold: names of fields"),
    (&["Europe/London"], "a name of the time zone database"),
    (
        &["desiredOutcomes"],
        "what a case is expanded by: names of fields",
    ),
];

const ETHNIC_GROUPS: &str = "White; Mixed / Multiple; Asian / Asian British; Black / African / Caribbean / \
    Black British; Other Ethnic Group; Refused; Undeclared / Not Known";

/// The national collection's own strings; codes that are counted together follow each other.
const NATIONAL: [(&str, &str); 13] = [
    (
        "AbuseType",
        "Physical Abuse; Sexual Abuse; Psychological Abuse; Financial or Material Abuse; Discriminatory Abuse; \
         Organisational Abuse; Neglect and Acts of Omission; Domestic Abuse; Sexual Exploitation; Modern Slavery; \
         Self-Neglect",
    ),
    (
        "Location",
        "Own Home; In the Community; Community Service; Care Home - Nursing; Care Home - Residential; Hospital - Acute; \
         Hospital - Mental Health; Hospital - Community; Other",
    ),
    (
        "RiskSource",
        "Service Provider; Other - Known to individual; Other - Unknown to individual",
    ),
    (
        "AssessmentOutcome",
        "Risk identified and action taken; Risk identified and no action taken; Risk Assessment inconclusive and action \
         taken; Risk Assessment inconclusive and no action taken; No risk identified and action taken; No risk \
         identified and no action taken; Enquiry ceased at individual's request and no action taken",
    ),
    ("RiskOutcome", "Risk remained; Risk reduced; Risk removed"),
    (
        "CapacityAnswer",
        "Yes, they lacked capacity; No, they did not lack capacity; Don't know; Not recorded",
    ),
    (
        "AskedAnswer",
        "Yes they were asked and outcomes were expressed; Yes they were asked but no outcomes were expressed; No; \
         Don't Know; Not Recorded",
    ),
    ("Achieved", "Fully Achieved; Partially Achieved; Not Achieved"),
    ("AgeBand", "18-64; 65-74; 75-84; 85-94; 95+; Not Known"),
    ("Gender", "Male; Female; Not Known"),
    ("Ethnicity", ETHNIC_GROUPS),
    ("EthnicGroup", ETHNIC_GROUPS),
    (
        "PrimarySupportReason",
        "Physical Support; Sensory Support; Support with Memory and Cognition; Learning Disability Support; Mental \
         Health Support; Social Support; No Support Reason; Not Known",
    ),
];

on_both_databases! {
    fn anyone_signed_in_reads_it_and_fetches_it_again_only_when_it_has_changed(server) {
        let path = "/v1/reference-data";
        for who in ["adult", "practitioner", "auditor", "board", "police-intake"] {
            server.as_(who).get(path).ok();
        }
        let reader: Actor = server.as_("adult");
        let tag = reader.tag(path);
        assert!(tag.len() > 12, "a tag of the content: {tag}");
        for language in ["en", "en-GB", "*", "cy, en;q=0.5", "fr", "en;q=0", "not a language"] {
            let answer = reader.get(path).header("Accept-Language", language).ok();
            assert_eq!(answer.header("content-language"), "en-GB", "{language}");
            assert_eq!(answer.tag(), tag);
            let unchanged = reader.get(path).header("Accept-Language", language).header("If-None-Match", &tag);
            assert_eq!(unchanged.expect(304).text, "");
        }
        reader.get(path).header("If-None-Match", "W/\"1.another\"").ok();
    }

    fn every_code_of_the_contract_has_words(server) {
        let known = lists(&read(server));
        let contract: Value = serde_json::from_str(&Contract::build().unwrap().json).unwrap();
        let mut without_words = Vec::new();
        let mut seen = 0;
        every_enum(&contract, "", &mut |place, codes| {
            seen += 1;
            let name = place.strip_prefix("/components/schemas/");
            let has_words = match name.filter(|name| !name.contains('/')) {
                Some(name) => known.get(name).is_some_and(|words| words == codes),
                None => known.values().any(|words| words == codes),
            };
            // Each problem has a page of its own.
            let has_words = has_words || name == Some("ProblemCode");
            if !has_words && !TECHNICAL.iter().any(|(technical, _)| codes == *technical) {
                without_words.push(format!("{place}: {codes:?}"));
            }
        });
        assert!(seen > 60, "{seen}");
        assert!(without_words.is_empty(), "add their words in src/reference/words/: {without_words:#?}");
    }

    fn the_national_labels_are_the_national_collections_own(server) {
        let data = read(server);
        for list in data["lists"].as_array().unwrap() {
            let name = list["name"].as_str().unwrap();
            let expected = NATIONAL.iter().find(|(known, _)| *known == name).map(|(_, labels)| *labels);
            let mut labels = texts(&list["codes"], "nationalLabel");
            labels.dedup();
            assert_eq!(labels.join("; "), expected.unwrap_or_default(), "{name}");
            if expected.is_some() {
                let ours: Vec<&Value> = list["codes"].as_array().unwrap().iter()
                    .filter(|code| code.get("nationalLabel").is_none()).map(|code| &code["code"]).collect();
                assert!(ours.iter().all(|code| ["not_known", "not_applicable", "not_judged"].contains(&code.as_str().unwrap())),
                    "{name}: {ours:?}");
            }
        }
        let names = lists(&data);
        assert!(NATIONAL.iter().all(|(name, _)| names.contains_key(*name)));
    }

    fn easy_read_the_promise_and_the_booklet_are_read_at_nine_to_eleven(server) {
        let data = read(server);
        for list in data["lists"].as_array().unwrap() {
            assert_is_easy(list["name"].as_str().unwrap(), &texts(&list["codes"], "easyRead"));
        }
        assert_is_easy("glossary", &texts(&data["glossary"], "easyRead"));
        assert_is_easy("promise", &texts(&data["promise"], "easyRead"));
        for stage in data["prompts"].as_array().unwrap() {
            let asked = ["before", "during", "after"].map(|moment| texts(&stage[moment], "easyRead")).concat();
            assert_is_easy(stage["stage"].as_str().unwrap(), &asked);
        }
        for section in data["booklet"]["sections"].as_array().unwrap() {
            let paragraphs = section["paragraphs"].as_array().unwrap().iter();
            let paragraphs: Vec<String> = paragraphs.map(|text| text.as_str().unwrap().to_owned()).collect();
            assert_is_easy(section["heading"].as_str().unwrap(), &paragraphs);
        }
        let age_for = |wording: &str| reading_age(&texts(&data["glossary"], wording).join(" "));
        assert!(age_for("plain") > age_for("easyRead") + 3.0, "Easy Read is easier than plain words");
    }

    fn a_phone_on_the_table_gives_nothing_away(server) {
        let notifications = texts(&read(server)["notifications"], "text");
        assert!(notifications.contains(&"You have a new message".to_owned()));
        for text in notifications {
            let telling = ["safeguard", "abuse", "case", "council", "police", "meeting", "advocate", "worker", "{"];
            assert!(!telling.iter().any(|word| text.to_lowercase().contains(word)), "{text}");
        }
    }

    fn the_promise_the_terms_and_the_stages_are_all_there(server) {
        let data = read(server);
        let promised = "Listen to you; Understand your views and wishes; Take you seriously; Treat you with respect; \
            Support you to feel as safe as you want; Support you to make your own decisions; Keep you informed and \
            involved; Tell you what will happen next";
        assert_eq!(texts(&data["promise"], "text").join("; "), promised);
        let terms = texts(&data["glossary"], "term");
        let mut sorted = terms.clone();
        sorted.sort_by_key(|term| term.to_lowercase());
        sorted.dedup();
        assert!(terms.len() >= 25 && terms == sorted, "{terms:?}");
        let stages = texts(&data["prompts"], "stage");
        for stage in ["first_conversation", "strategy_meeting", "case_conference", "review", "end_of_process"] {
            assert!(stages.iter().any(|known| known == stage), "{stage}");
        }
        let conference = data["prompts"].as_array().unwrap().iter().find(|one| one["stage"] == "case_conference").unwrap();
        assert!(["before", "after"].iter().all(|moment| conference[moment].as_array().unwrap().len() >= 4));
        let booklet = data["booklet"].to_string();
        for placeholder in texts(&data["booklet"]["placeholders"], "name") {
            assert!(booklet.contains(&format!("{{{placeholder}}}")), "{placeholder} stands nowhere in the text");
        }
    }
}

fn every_enum(part: &Value, place: &str, found: &mut impl FnMut(&str, &[String])) {
    match part {
        Value::Object(members) => {
            if let Some(codes) = members.get("enum").and_then(Value::as_array) {
                let codes: Vec<String> = codes
                    .iter()
                    .map(|code| code.as_str().unwrap().to_owned())
                    .collect();
                found(place, &codes);
            }
            for (name, member) in members {
                every_enum(member, &format!("{place}/{name}"), found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| every_enum(item, place, found)),
        _ => {}
    }
}

/// At most the reading age of eleven over the whole (easier is no fault), and no long sentence anywhere.
fn assert_is_easy(what: &str, easy_read: &[String]) {
    assert!(!easy_read.is_empty(), "{what}");
    let whole = easy_read.join(" ");
    assert!(
        reading_age(&whole) <= 11.0,
        "{what} is for the age of {}",
        reading_age(&whole)
    );
    for sentence in easy_read.iter().flat_map(|text| sentences(text)) {
        assert!(words(sentence).len() <= 20, "{what}: {sentence}");
    }
    for text in easy_read {
        assert!(
            text.ends_with(['.', '?']) && !text.contains("  "),
            "{what}: {text}"
        );
    }
}
