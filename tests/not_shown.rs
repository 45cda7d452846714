//! Stories of what does not show: what was entered in error to all but staff, on every path; what is withheld, not even by
//! the version of its record; and rows of a partner's section that are not the partner's own.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::conventions::examples::newly_recorded;
use crate::conventions::{World, operations};
use crate::own_view::partner;
use crate::stories::accepted_case;
use crate::support::{Actor, Server};

/// Everything in which a record of a case may turn up for somebody, as one text.
fn everything(actor: &Actor, case: &str, list: &str) -> String {
    let here = format!("/v1/cases/{case}");
    let paths = [
        list.to_owned(),
        format!("{here}/summary"),
        format!("{here}/my-view"),
        format!("{here}?expand=desiredOutcomes"),
        format!("{here}/timeline?limit=100"),
        format!("{here}/timeline?limit=100&updatedSince=2026-01-01T00:00:00Z"),
    ];
    paths.iter().map(|path| actor.get(path).send().text).collect()
}

fn timeline(actor: &Actor, case: &str) -> BTreeSet<String> {
    let read = actor.get(&format!("/v1/cases/{case}/timeline?limit=100")).ok();
    assert!(
        read.body["nextCursor"].is_null(),
        "the walk reads one page: {}",
        read.text
    );
    let items = read.body["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The same without what differs from one case to the next: ids become one, instants are numbered as they turn up.
fn without_ids(text: &str) -> String {
    let mut instants: Vec<String> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for word in text.split('"') {
        let parts: Vec<String> = word
            .split('/')
            .map(|part| match msp_api::ids::Id::parse(part) {
                Some(_) => "<id>".to_owned(),
                None => part.to_owned(),
            })
            .collect();
        let is_instant = word.len() > 19 && word.ends_with('Z') && word.as_bytes()[10] == b'T';
        words.push(match is_instant {
            true => {
                let place = instants
                    .iter()
                    .position(|known| known == word)
                    .unwrap_or_else(|| {
                        instants.push(word.to_owned());
                        instants.len() - 1
                    });
                format!("<instant {place}>")
            }
            false if word.starts_with("MSP-2") || word.starts_with("REF-2") => "<reference>".to_owned(),
            false => parts.join("/"),
        });
    }
    words.join("\"")
}

on_both_databases! {
    fn c_a1_what_was_entered_in_error_shows_to_staff_only_on_every_path(server) {
        let world = World::of(server);
        let case = world.id("caseId").to_owned();
        let (nurse, _) = partner(server, &case);
        let manager = server.as_("manager");
        let readers = [server.as_("advocate"), server.as_("adult"), server.as_("representative"), nurse];
        let (_, operations) = operations(server);
        let marks: Vec<_> = operations
            .iter()
            .filter(|one| one.template.starts_with("/v1/cases/") && one.template.ends_with("/entered-in-error"))
            // What names somebody on a case or keeps them away from it is in no timeline and in no app.
            .filter(|one| !one.template.contains("/grants/") && !one.template.contains("/conflicts/"))
            .collect();
        assert!(marks.len() >= 16, "{}", marks.len());
        for mark in marks {
            let before = timeline(&readers[0], &case);
            let one = newly_recorded(server, &world, mark);
            let (list, id) = one.rsplit_once('/').unwrap();
            // What is part of it goes with it.
            if mark.template.contains("/meetings/") {
                let talk = json!({"when": "after", "text": "She was glad"});
                let said = server.as_("practitioner").post(&format!("{one}/discussions"), &talk).created().id();
                assert!(timeline(&readers[0], &case).contains(&said));
            }
            assert!(timeline(&manager, &case).contains(id), "{} is in the timeline of staff", mark.template);
            let by = match mark.template.contains("/feedback/") {
                true => server.as_("adult"),
                false => manager.clone(),
            };
            let reason = json!({"reason": "Written into the wrong person's case"});
            by.post(&format!("{one}/entered-in-error"), &reason).if_match(&manager.tag(&one)).ok();
            for reader in &readers {
                let shown = everything(reader, &case, list);
                assert!(!shown.contains(id), "{}: {shown}", mark.template);
                let status = reader.get(&one).send().status;
                // Whoever wrote it reads it still.
                let wrote_it = mark.template.contains("/feedback/") && status == 200;
                assert!(wrote_it || [403, 404].contains(&status), "{}: {status}", mark.template);
            }
            // What came of a conversation is a record of its own, and is marked by itself.
            let came_of_it = mark.template.contains("/contacts/");
            let after = timeline(&readers[0], &case);
            assert!(came_of_it || after == before, "{}: nor any part of it", mark.template);
            assert!(timeline(&manager, &case).contains(id), "{}: staff see that it was", mark.template);
        }
    }

    fn s18_withholding_moves_nothing_for_whoever_does_not_see_it(server) {
        let (manager, practitioner) = (server.as_("manager"), server.as_("practitioner"));
        let police = server.as_("police-intake");
        let mut apps = Vec::new();
        let mut told = Vec::new();
        let staff_versions: Vec<i64> = ["PLAIN", "WITHHELD"].iter().map(|name| {
            let withheld = *name == "WITHHELD";
            let reference = format!("PPN-TWIN-{name}");
            let (referral, case) = accepted_case(server, &reference);
            let here = format!("/v1/cases/{case}");
            let (nurse, agency) = twin_partner(server, &case, name);
            let adult = server.add_user(&format!("adult-{name}"), msp_api::policy::Role::Adult, "northbank",
                Some(&manager.get(&here).ok().text("/reference")));
            let person = manager.get(&here).ok().text("/adult/id");
            let entry = json!({"kind": "supporter", "name": "A Friend", "legalAuthority": "none", "chosenByAdult": "yes",
                "conflict": "none", "mayReceive": ["meetings", "plan", "next_steps"]});
            let entry = practitioner.post(&format!("/v1/adults/{person}/representatives"), &entry).created();
            let role = msp_api::policy::Role::Representative;
            let friend = server.add_user(&format!("friend-{name}"), role, "northbank", None);
            server.give_case(&friend, &manager.get(&here).ok().text("/reference"), (role, Some(&entry.id())));
            let wish = json!({"kind": "do_not_want", "text": "No letters", "saidBy": "adult"});
            let wish = practitioner.post(&format!("{here}/wishes"), &wish).created().id();
            let mut action = json!({"text": "Write to her", "responsible": "Priya Nair", "agencyId": agency});
            let mut meeting = json!({"kind": "review", "plannedStart": "2126-12-01T10:00:00Z",
                "invitees": [{"name": "A Nephew", "role": "family"}, {"name": "The ward", "role": "nurse", "agencyId": agency}]});
            if withheld {
                action["overridesWishId"] = json!(wish);
                action["overrideReason"] = json!("She must know");
                meeting["invitees"][0]["overrideReason"] = json!("He holds the keys");
            }
            let action = format!("{here}/actions/{}", practitioner.post(&format!("{here}/actions"), &action).created().id());
            let meeting = format!("{here}/meetings/{}", practitioner.post(&format!("{here}/meetings"), &meeting).created().id());
            let since = msp_api::clock::now().to_string();
            if withheld {
                let changed = json!({"overrideReason": "A court ordered it"});
                practitioner.patch(&action, &changed).if_match(&practitioner.tag(&action)).ok();
                let mut invitees = practitioner.get(&meeting).ok().body["invitees"].clone();
                invitees[0]["overrideReason"] = json!("He holds the keys and the car");
                practitioner.patch(&meeting, &json!({"invitees": invitees})).if_match(&practitioner.tag(&meeting)).ok();
            }
            let mut answers = String::new();
            for reader in [&nurse, &adult, &friend] {
                for path in ["", "/summary", "/actions", "/meetings", "/wishes", "/my-view"] {
                    let read = reader.get(&format!("{here}{path}")).send();
                    answers += &format!("{} {}\n", read.status, read.text);
                }
                for list in ["actions", "meetings"] {
                    let read = reader.get(&format!("{here}/{list}?updatedSince={since}")).send();
                    answers += &format!("since {} {}\n", read.status, read.text);
                }
                for one in [&action, &meeting] {
                    let read = reader.get(one).ok();
                    answers += &format!("{} {} {}\n", read.status, read.tag(), read.text);
                }
                let entry = reader.get(&format!("{meeting}/calendar")).send();
                answers += &format!("{} {:?}\n", entry.status, entry.headers.get("etag"));
            }
            let receipt = police.get(&format!("/v1/referrals/{referral}")).ok();
            told.push(without_ids(&receipt.text));
            apps.push(without_ids(&answers).replace(&reference, "<own reference>"));
            // The partner moves its own action by the version that it knows.
            let done = nurse.patch(&action, &json!({"status": "done"})).key("done").if_match(&nurse.tag(&action)).ok();
            assert_eq!(done.body["version"], json!(2), "{}", done.text);
            assert!(!done.text.contains("overrid"), "{}", done.text);
            practitioner.get(&action).ok().body["version"].as_i64().unwrap()
        }).collect();
        assert!(apps[0].contains("Write to her") && apps[0].contains("The ward"));
        assert_eq!(apps[0].replace("PLAIN", ""), apps[1].replace("WITHHELD", ""));
        assert_eq!(told[0].replace("PLAIN", ""), told[1].replace("WITHHELD", ""));
        assert_eq!(staff_versions, [2, 3], "staff hold each other's changes apart all the same");
    }
}

fn twin_partner(server: &Server, case: &str, name: &str) -> (Actor, String) {
    let kept = json!({"name": format!("Ward {name}"), "agencyType": "other", "agreementFrom": "2026-01-01"});
    let agency = server.as_("admin").post("/v1/agencies", &kept).created().id();
    let grant = json!({"relationship": "partner", "agencyId": agency, "reason": "Visits",
        "sections": ["meetings", "plan", "wishes"]});
    server
        .as_("manager")
        .post(&format!("/v1/cases/{case}/grants"), &grant)
        .created();
    let nurse = server.add_user(
        &format!("nurse-{name}"),
        msp_api::policy::Role::Analyst,
        "northbank",
        None,
    );
    let user = msp_api::ids::Id::parse(&nurse.get("/v1/me").ok().text("/id")).unwrap();
    let works_for = msp_api::ids::Id::parse(&agency).unwrap();
    server.database(move |conn| {
        use diesel::prelude::*;
        use msp_api::schema::people::users;
        diesel::update(users::table.find(user))
            .set(users::agency_id.eq(works_for))
            .execute(conn)?;
        Ok(())
    });
    (nurse, agency)
}

#[test]
fn everything_here_is_compared_as_text() {
    let value: Value =
        json!({"id": "01890000-0000-7000-8000-000000000001", "at": "2026-11-20T10:00:00Z", "n": 1});
    assert_eq!(
        without_ids(&value.to_string()),
        r#"{"at":"<instant 0>","id":"<id>","n":1}"#
    );
}
