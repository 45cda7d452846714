//! Who has only a part of a case, or only their own view of it: what of it is theirs, and that the rest shows in no way.

use msp_api::ids::Id;
use msp_api::policy::Role;
use serde_json::{Value, json};

use crate::stories::accepted_case;
use crate::support::{Actor, Server};

/// Somebody who works for a new agency that is named on the case with every section, and the agency.
pub fn partner(server: &Server, case: &str) -> (Actor, String) {
    let entry =
        json!({"name": "Harbour Hospice", "agencyType": "nhs_community", "agreementFrom": "2026-01-01"});
    let agency = server.as_("admin").post("/v1/agencies", &entry).created().id();
    let grant = json!({"relationship": "partner", "agencyId": agency, "reason": "Visits twice a week",
        "sections": msp_api::policy::Part::ALL});
    server
        .as_("manager")
        .post(&format!("/v1/cases/{case}/grants"), &grant)
        .created();
    let nurse = server.add_user("hospice-nurse", Role::Analyst, "northbank", None);
    let (user, works_for) = (
        Id::parse(&nurse.get("/v1/me").ok().text("/id")).unwrap(),
        Id::parse(&agency).unwrap(),
    );
    server.database(move |conn| {
        use diesel::prelude::*;
        use msp_api::schema::people::users;
        let no_roles: msp_api::db::types::Json<Vec<msp_api::policy::RoleGrant>> =
            msp_api::db::types::Json(vec![]);
        diesel::update(users::table.find(user))
            .set((users::agency_id.eq(works_for), users::roles.eq(no_roles)))
            .execute(conn)?;
        Ok(())
    });
    (nurse, agency)
}

fn ids(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap()).collect()
}

fn first_case(server: &Server) -> String {
    server.as_("adult").get("/v1/me").ok().text("/cases/0/id")
}

on_both_databases! {
    fn a_partner_agency_reads_its_own_actions_and_says_where_they_stand(server) {
        let practitioner = server.as_("practitioner");
        let case = first_case(server);
        let (nurse, agency) = partner(server, &case);
        let list = format!("/v1/cases/{case}/actions");
        let unknown = json!({"text": "Ring", "responsible": "Nobody", "agencyId": case});
        assert_eq!(practitioner.post(&list, &unknown).expect(422).pointers("errors"), ["/agencyId"]);
        let theirs = json!({"text": "Visit on Tuesdays", "responsible": "District nurse", "agencyId": agency});
        let theirs = practitioner.post(&list, &theirs).created().id();
        let others = json!({"text": "Ask the bank about her nephew", "responsible": "Priya Nair"});
        let others = practitioner.post(&list, &others).created().id();
        let read = nurse.get(&list).ok();
        assert_eq!(ids(&read.body), [&theirs]);
        assert!(nurse.get(&format!("{list}?limit=1")).ok().body.get("next").is_none(), "no page tells of others");
        assert_eq!(nurse.get(&format!("/v1/cases/{case}/summary")).ok().body["actions"], read.body["items"]);
        nurse.get(&format!("{list}/{others}")).expect(404);
        let one = format!("{list}/{theirs}");
        nurse.patch(&one, &json!({"text": "Visit never"})).if_match(&nurse.tag(&one)).expect(403);
        nurse.patch(&one, &json!({"status": "done", "agencyId": null})).if_match(&nurse.tag(&one)).expect(403);
        nurse.patch(&one, &json!({"status": "done"})).expect(428);
        let done = nurse.patch(&one, &json!({"status": "done"})).if_match(&nurse.tag(&one)).ok();
        assert_eq!((done.text("/status"), practitioner.get(&one).ok().text("/status")), ("done".to_owned(), "done".to_owned()));
        nurse.patch(&format!("{list}/{others}"), &json!({"status": "done"})).if_match("W/\"1\"").expect(404);
        nurse.post(&list, &json!({"text": "More", "responsible": "Me"})).expect(403);
        nurse.post(&format!("{one}/entered-in-error"), &json!({"reason": "No"})).if_match(&nurse.tag(&one)).expect(403);
        nurse.get(&format!("/v1/cases/{case}/plans")).expect(403);
    }

    fn a_partner_agency_reads_what_was_shared_with_it_and_no_other_decision(server) {
        let practitioner = server.as_("practitioner");
        let case = first_case(server);
        let (nurse, agency) = partner(server, &case);
        let list = format!("/v1/cases/{case}/sharing-decisions");
        let shared = |with: &str, agency: Option<&str>| json!({"what": "The dates", "withWhom": with, "agencyId": agency,
            "why": "A limit", "initiative": "offered", "adultTold": "told", "minimumNecessary": "Dates only",
            "decision": "shared", "lawfulBasis": ["common_law"]});
        let theirs = practitioner.post(&list, &shared("Harbour Hospice", Some(&agency))).created().id();
        let others = practitioner.post(&list, &shared("Her bank", None)).created().id();
        assert_eq!(ids(&nurse.get(&list).ok().body), [&theirs]);
        nurse.get(&format!("{list}/{theirs}")).ok();
        nurse.get(&format!("{list}/{others}")).expect(404);
        assert!(practitioner.get(&list).ok().text.contains(&others));
    }

    fn a_partner_agency_reads_the_meetings_it_is_asked_to_and_once_held_those_it_attended(server) {
        let practitioner = server.as_("practitioner");
        let case = first_case(server);
        let (nurse, agency) = partner(server, &case);
        let list = format!("/v1/cases/{case}/meetings");
        let meeting = |who: Value| json!({"kind": "case_conference", "plannedStart": "2027-02-01T10:00:00Z", "invitees": who});
        let asked = json!([{"name": "Sister Amara", "organisation": "Harbour Hospice", "agencyId": agency}]);
        let theirs = practitioner.post(&list, &meeting(asked)).created().id();
        let others = practitioner.post(&list, &meeting(json!([]))).created().id();
        assert_eq!(ids(&nurse.get(&list).ok().body), [&theirs]);
        nurse.get(&format!("{list}/{theirs}/discussions")).expect(403);
        for path in ["", "/minutes", "/participation", "/checklist", "/calendar"] {
            nurse.get(&format!("{list}/{theirs}{path}")).ok();
            nurse.get(&format!("{list}/{others}{path}")).expect(404);
        }
        let one = format!("{list}/{theirs}");
        let held = |attended: Value| {
            let who = json!([{"name": "Sister Amara", "organisation": "Harbour Hospice", "agencyId": agency, "attended": attended}]);
            let body = json!({"heldStart": "2026-11-20T10:00:00Z", "invitees": who});
            practitioner.patch(&one, &body).if_match(&practitioner.tag(&one)).ok();
        };
        for (attended, status) in [(json!(null), 404), (json!("declined"), 404), (json!("remote"), 200), (json!("attended_part"), 200)] {
            held(attended);
            nurse.get(&one).expect(status);
            nurse.get(&format!("{one}/minutes")).expect(status);
            assert_eq!(nurse.get(&list).ok().text.contains(&theirs), status == 200);
        }
    }

    fn how_far_the_practitioner_thinks_an_outcome_was_achieved_is_kept_from_the_adults_side(server) {
        let practitioner = server.as_("practitioner");
        let case = first_case(server);
        let (nurse, _) = partner(server, &case);
        let list = format!("/v1/cases/{case}/desired-outcomes");
        let outcome = practitioner.post(&list, &json!({"ownWords": "I want my garden back", "expressedBy": "adult"})).created().id();
        let (one, judgements) = (format!("{list}/{outcome}"), format!("{list}/{outcome}/achievement"));
        let judge = |achieved: &str, by: &str| {
            let body = json!({"achieved": achieved, "judgedBy": by, "reason": "As it looks", "practitionerView": "Her nephew stays away"});
            practitioner.post(&judgements, &body).if_match(&practitioner.tag(&one)).created().id()
        };
        let hers = judge("not", "adult");
        let ours = judge("fully", "practitioner");
        assert_eq!(practitioner.get(&one).ok().text("/achieved"), "fully");
        assert_eq!(ids(&practitioner.get(&judgements).ok().body).len(), 2);
        for name in ["adult", "representative", "advocate"] {
            let actor = server.as_(name);
            assert_eq!(actor.get(&one).ok().text("/achieved"), "not", "{name}");
            let read = actor.get(&judgements).ok();
            assert_eq!(ids(&read.body), [&hers], "{name}");
            assert!(!read.text.contains("nephew"), "{name}");
            assert!(!actor.get(&format!("{judgements}/{hers}")).ok().text.contains("practitionerView"), "{name}");
            actor.get(&format!("{judgements}/{ours}")).expect(404);
            let all = actor.get(&format!("{list}?limit=100")).ok();
            let this = all.body["items"].as_array().unwrap().iter().find(|one| one["id"] == json!(outcome)).unwrap();
            assert_eq!(this["achieved"], "not", "{name}");
        }
        let tag = server.as_("adult").tag(&one);
        judge("partially", "practitioner");
        assert_eq!(server.as_("adult").tag(&one), tag, "nothing tells that the practitioner judged again");
        assert!(nurse.get(&one).ok().body.get("achieved").is_none());
        nurse.get(&judgements).expect(403);
        nurse.get(&format!("{judgements}/{hers}")).expect(403);
    }

    fn a_change_of_the_restricted_minutes_alone_moves_nothing_that_the_adult_sees(server) {
        let (practitioner, adult) = (server.as_("practitioner"), server.as_("adult"));
        let case = first_case(server);
        let meetings = format!("/v1/cases/{case}/meetings");
        let meeting = practitioner.post(&meetings, &json!({"kind": "review", "heldStart": "2026-11-20T10:00:00Z"})).created().id();
        let path = format!("{meetings}/{meeting}/minutes");
        let save = |body: Value| practitioner.put(&path, &body).if_match(&practitioner.tag(&path)).ok();
        save(json!({"text": "The bank agreed"}));
        let before = adult.get(&path).ok();
        let first = save(json!({"text": "The bank agreed", "restrictedPart": "A second account"}));
        save(json!({"text": "The bank agreed", "restrictedPart": "A second account at another bank"}));
        let after = adult.get(&path).ok();
        assert_eq!((before.tag(), before.text), (after.tag(), after.text));
        practitioner.put(&path, &json!({"text": "x"})).if_match(&first.tag()).expect(412);
        assert_eq!(practitioner.get(&path).ok().text("/restrictedPart"), "A second account at another bank");
        let told = server.as_("duty").get(&path).ok();
        assert_eq!(told.body["withheld"], json!(["restrictedPart"]));
        save(json!({"text": "The bank agreed and wrote", "restrictedPart": "A second account at another bank"}));
        assert_eq!(adult.get(&path).ok().text("/text"), "The bank agreed and wrote");
    }

    fn why_a_wish_of_the_adult_was_overridden_is_not_shown_in_her_own_app(server) {
        let practitioner = server.as_("practitioner");
        let case = first_case(server);
        let wish = json!({"kind": "do_not_want", "text": "I do not want my nephew told", "saidBy": "adult"});
        let wish = practitioner.post(&format!("/v1/cases/{case}/wishes"), &wish).created().id();
        let action = json!({"text": "Write to the nephew", "responsible": "Priya Nair", "overridesWishId": wish,
            "overrideReason": "The police need his account"});
        let actions = format!("/v1/cases/{case}/actions");
        let action = format!("{actions}/{}", practitioner.post(&actions, &action).created().id());
        let meetings = format!("/v1/cases/{case}/meetings");
        let meeting = json!({"kind": "review", "plannedStart": "2027-02-01T10:00:00Z",
            "invitees": [{"name": "Her nephew", "overrideReason": "The police need his account"}]});
        let meeting = format!("{meetings}/{}", practitioner.post(&meetings, &meeting).created().id());
        for path in [actions, action, meetings, meeting, format!("/v1/cases/{case}/summary")] {
            assert!(practitioner.get(&path).ok().text.contains("his account"), "{path}");
            assert!(!server.as_("adult").get(&path).ok().text.contains("his account"), "{path}");
        }
    }

    fn the_adult_and_who_represents_her_refer_and_read_the_receipt_and_nothing_else(server) {
        let manager = server.as_("manager");
        for name in ["adult", "representative", "advocate"] {
            let actor = server.as_(name);
            let body = json!({"adult": {"familyName": "Example", "givenNames": ["Ada"]},
                "concern": {"kind": "individual", "summary": "He came again and shouted"}, "adultAgreesToShare": "yes"});
            let sent = actor.post("/v1/referrals", &body).created();
            let path = format!("/v1/referrals/{}", sent.id());
            assert!(sent.body.get("adult").is_none() && sent.body.get("content").is_none());
            let triage = json!({"decision": "accept", "allocateTo": server.user_id("practitioner"), "newAdult": true});
            manager.post(&format!("{path}/triage"), &triage).if_match(&manager.tag(&path)).ok();
            let receipt = actor.get(&path).ok();
            assert_eq!(receipt.text("/status"), "received", "{name}: what comes of it is not told to who is no agency");
            assert!(receipt.body.get("caseId").is_none() && receipt.body.get("content").is_none(), "{name}");
            assert_eq!(ids(&actor.get("/v1/referrals").ok().body), [sent.id()], "{name}");
            let more = json!({"kind": "additional_information", "text": "He has a key"});
            actor.post(&format!("{path}/updates"), &more).created();
            for other in ["adult", "representative", "advocate"].iter().filter(|other| **other != name) {
                server.as_(other).get(&path).expect(404);
            }
            let elsewhere = json!({"authority": "eastmoor", "adult": body["adult"], "concern": body["concern"], "adultAgreesToShare": "yes"});
            assert_eq!(actor.post("/v1/referrals", &elsewhere).expect(422).pointers("errors"), ["/authority"]);
        }
    }

    fn an_advocate_reads_the_referrals_of_the_case_without_the_referrer_the_person_of_concern_and_addresses(server) {
        let (manager, advocate) = (server.as_("manager"), server.as_("advocate"));
        let (referral, case) = accepted_case(server, "PPN-ADVOCATE-READS");
        let path = format!("/v1/referrals/{referral}");
        advocate.get(&path).expect(404);
        let entry = manager.get("/v1/advocates").ok().text("/items/0/id");
        let ask = json!({"kind": "care_act_s68", "basis": "power", "advocateId": entry});
        let asked = manager.post(&format!("/v1/cases/{case}/advocacy-assignments"), &ask).created();
        advocate.get(&path).expect(404);
        let steps = format!("/v1/cases/{case}/advocacy-assignments/{}/transitions", asked.id());
        let accepted = advocate.post(&steps, &json!({"to": "accepted"})).if_match(&asked.tag()).ok();
        let read = advocate.get(&path).ok();
        assert!(!read.text("/content/concern/summary").is_empty());
        assert!(read.body["withheld"].as_array().unwrap().len() > 4);
        let whole = manager.get(&path).ok();
        for hidden in ["referrer", "personsOfConcern", "agencyPayload"] {
            let shows = &read.body["content"][hidden];
            assert!(shows.is_null() || shows == &json!([]), "{hidden} shows: {shows}");
        }
        for hidden in ["address", "postcode", "contactPoints", "whereaboutsNow"] {
            let shows = &read.body["content"]["adult"][hidden];
            assert!(shows.is_null() || shows == &json!([]), "{hidden} shows: {shows}");
        }
        assert!(!whole.body["content"]["personsOfConcern"].as_array().unwrap().is_empty());
        let list = format!("/v1/referrals?caseId={case}");
        assert_eq!(ids(&advocate.get(&list).ok().body), [&referral]);
        assert_eq!(ids(&manager.get(&list).ok().body), [&referral]);
        assert_eq!(advocate.get("/v1/referrals").ok().body["items"], json!([]), "of their own they sent none");
        advocate.get(&format!("{path}/updates")).expect(403);
        server.as_("police-intake").get(&list).expect(400);
        advocate.post(&steps, &json!({"to": "ended", "reason": "She has found her voice"})).if_match(&accepted.tag()).ok();
        advocate.get(&path).expect(404);
        assert_eq!(advocate.get(&list).ok().body["items"], json!([]));
    }

    fn the_decision_to_enquire_is_read_by_the_representative_who_may_receive_decisions(server) {
        let (practitioner, representative) = (server.as_("practitioner"), server.as_("representative"));
        let case = first_case(server);
        let person = practitioner.get(&format!("/v1/cases/{case}")).ok().text("/adult/id");
        let list = format!("/v1/adults/{person}/representatives");
        let one = format!("{list}/{}", practitioner.get(&list).ok().text("/items/0/id"));
        let enquiries = format!("/v1/cases/{case}/enquiries");
        let may = |parts: Value| {
            practitioner.patch(&one, &json!({"mayReceive": parts})).if_match(&practitioner.tag(&one)).ok();
        };
        may(json!(["outcomes"]));
        representative.get(&enquiries).expect(403);
        may(json!(["decisions"]));
        let read = representative.get(&enquiries).ok();
        assert!(!ids(&read.body).is_empty());
        assert!(read.body["items"][0].get("conclusion").is_none());
        server.as_("adult").get(&enquiries).expect(403);
        let plain = server.as_("adult").get(&format!("/v1/cases/{case}/my-view")).ok();
        assert!(!plain.text("/whereThingsAre").is_empty(), "the adult reads it in plain words");
        assert!(representative.get(&format!("/v1/cases/{case}")).ok().body.get("openActions").is_none());
    }

    fn an_entry_of_the_register_of_advocates_is_kept_by_the_authority_that_made_it(server) {
        let (manager, elsewhere) = (server.as_("manager"), server.as_("manager-eastmoor"));
        let entry = manager.get("/v1/advocates").ok();
        let path = format!("/v1/advocates/{}", entry.text("/items/0/id"));
        elsewhere.get(&path).expect(404);
        elsewhere.patch(&path, &json!({"available": false})).if_match("W/\"1\"").expect(404);
        assert!(!elsewhere.get("/v1/advocates").ok().text.contains("Rosa Lindqvist"));
        let tag = manager.tag(&path);
        server.as_("practitioner").patch(&path, &json!({"available": false})).if_match(&tag).expect(403);
        let taken = json!({"userId": server.user_id("advocate")});
        let refused = manager.patch(&path, &taken).if_match(&tag).expect(422);
        assert_eq!(refused.pointers("errors"), ["/userId"], "nobody links a login by hand");
        let named = json!({"name": "Jo Marsh", "organisation": "Eastmoor Voices", "kinds": ["imca_general"], "authority": "northbank"});
        assert_eq!(elsewhere.post("/v1/advocates", &named).expect(422).pointers("errors"), ["/authority"]);
        manager.patch(&path, &json!({"available": false})).if_match(&manager.tag(&path)).ok();
    }
}
