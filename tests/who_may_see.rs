//! Stories of who may see a case: conflicts, restricted cases, advisers, partner agencies, representatives, emergency.

use serde_json::{Value, json};

use crate::stories::accepted_case;
use crate::support::{Actor, Server};

fn agency_of(server: &Server, client: &str) -> String {
    server.as_(client).get("/v1/me").ok().text("/agencyId")
}

/// What can be read of a case.
const READS: [&str; 6] = [
    "",
    "/summary",
    "/desired-outcomes",
    "/wishes",
    "/meetings",
    "/actions",
];

fn all_are(actor: &Actor, case: &str, status: u16) {
    for path in READS {
        let answer = actor.get(&format!("/v1/cases/{case}{path}")).send();
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
}

/// Somebody who works for the agency behind `nhs-intake`, with no role in any authority.
fn nurse(server: &Server) -> Actor {
    server.add_agency_worker("nurse", &agency_of(server, "nhs-intake"))
}

on_both_databases! {
    fn a_conflict_denies_before_any_permit_and_on_the_very_next_request(server) {
        let (manager, practitioner, advocate) = (server.as_("manager"), server.as_("practitioner"), server.as_("advocate"));
        let case = server.as_("adult").get("/v1/me").ok().text("/cases/0/id");
        let adult = manager.get(&format!("/v1/cases/{case}")).ok().text("/adult/id");
        let list = format!("/v1/cases/{case}/conflicts");
        let conflict = |name: &str| json!({"userId": server.user_id(name), "kind": "related", "detail": "A cousin"});
        let own = manager.post(&list, &conflict("manager")).expect(422);
        assert_eq!(own.pointers("errors"), ["/userId"]);
        practitioner.post(&list, &conflict("duty")).expect(403);
        for (name, actor) in [("practitioner", &practitioner), ("advocate", &advocate), ("duty", &server.as_("duty"))] {
            actor.get(&format!("/v1/cases/{case}")).ok();
            let recorded = manager.post(&list, &conflict(name)).created();
            all_are(actor, &case, 404);
            actor.get(&format!("/v1/adults/{adult}")).expect(404);
            let listed = actor.get("/v1/cases?limit=100").ok();
            assert!(!listed.text.contains(&case), "{name}: lists are filtered too");
            let glass = json!({"reasonCode": "other", "reason": "I would like to know"});
            if name != "advocate" {
                actor.post(&format!("/v1/cases/{case}/emergency-access"), &glass).expect(404);
            }
            let one = format!("{list}/{}", recorded.id());
            manager.patch(&one, &json!({"endedOn": "2026-11-20"})).if_match(&recorded.tag()).ok();
            actor.get(&format!("/v1/cases/{case}")).ok();
        }
    }

    fn a_conflict_of_an_agency_keeps_its_client_away(server) {
        let (manager, nhs) = (server.as_("manager"), server.as_("nhs-intake"));
        let (_, case) = accepted_case(server, "PPN-AGENCY-CONFLICT");
        let request = json!({"agencyId": agency_of(server, "nhs-intake"), "scope": "The ward"});
        let asked = manager.post(&format!("/v1/cases/{case}/caused-enquiries"), &request).created();
        let one = format!("/v1/cases/{case}/caused-enquiries/{}", asked.id());
        nhs.get(&one).ok();
        let conflict = json!({"agencyId": agency_of(server, "nhs-intake"), "kind": "works_for", "detail": "Its nurse is named"});
        manager.post(&format!("/v1/cases/{case}/conflicts"), &conflict).created();
        nhs.get(&one).expect(404);
        let nobody = json!({"kind": "other", "detail": "x"});
        manager.post(&format!("/v1/cases/{case}/conflicts"), &nobody).expect(422);
    }

    fn a_restricted_case_is_for_those_who_are_named(server) {
        let (manager, practitioner) = (server.as_("manager"), server.as_("practitioner"));
        let (_, case) = accepted_case(server, "PPN-RESTRICTED");
        let adult = manager.get(&format!("/v1/cases/{case}")).ok().text("/adult/id");
        let other = server.add_user("manager-two", msp_api::policy::Role::Manager, "northbank", None);
        let duty = server.as_("duty");
        all_are(&other, &case, 200);
        let team = format!("/v1/cases/{case}/team");
        let restrict = json!({"allocateTo": server.user_id("practitioner"), "restricted": true});
        manager.put(&team, &restrict).if_match(&manager.tag(&team)).ok();
        all_are(&manager, &case, 200);
        all_are(&practitioner, &case, 200);
        all_are(&other, &case, 404);
        other.get(&format!("/v1/adults/{adult}")).expect(404);
        duty.get(&format!("/v1/cases/{case}")).expect(404);
        let named = json!({"relationship": "adviser", "userId": other.get("/v1/me").ok().text("/id"), "reason": "Covers next week"});
        manager.post(&format!("/v1/cases/{case}/grants"), &named).created();
        all_are(&other, &case, 200);
    }

    fn an_adviser_reads_while_named_and_changes_nothing(server) {
        let (manager, adviser) = (server.as_("manager"), server.as_("practitioner2"));
        let (_, case) = accepted_case(server, "PPN-ADVISER");
        let list = format!("/v1/cases/{case}/grants");
        let named = |user: String| json!({"relationship": "adviser", "userId": user, "reason": "Knows the home"});
        all_are(&adviser, &case, 404);
        let stranger = manager.post(&list, &named(server.user_id("manager-eastmoor"))).expect(422);
        assert_eq!(stranger.pointers("errors"), ["/userId"]);
        let grant = manager.post(&list, &named(server.user_id("practitioner2"))).created();
        all_are(&adviser, &case, 200);
        let wish = json!({"kind": "want", "text": "x", "saidBy": "adult"});
        adviser.post(&format!("/v1/cases/{case}/wishes"), &wish).expect(403);
        adviser.post(&format!("/v1/cases/{case}/transitions"), &json!({"to": "enquiry"})).if_match("W/\"1\"").expect(403);
        let ended = json!({"endsOn": "2026-11-20"});
        manager.patch(&format!("{list}/{}", grant.id()), &ended).if_match(&grant.tag()).ok();
        all_are(&adviser, &case, 404);
    }

    fn a_partner_agency_reads_name_and_needs_and_the_sections_it_is_named_for(server) {
        let manager = server.as_("manager");
        let nurse = nurse(server);
        let case = server.as_("adult").get("/v1/me").ok().text("/cases/0/id");
        let list = format!("/v1/cases/{case}/grants");
        nurse.get(&format!("/v1/cases/{case}")).expect(404);
        let partner = |sections: Value| json!({"relationship": "partner", "agencyId": agency_of(server, "nhs-intake"),
            "reason": "Visits twice a week", "sections": sections});
        let grant = manager.post(&list, &partner(json!([]))).created();
        let read = nurse.get(&format!("/v1/cases/{case}")).ok();
        assert!(!read.text("/adult/preferredName").is_empty());
        for hidden in ["gaps", "allocatedTo", "nextMeeting", "lastContactWithAdultAt", "withheld"] {
            assert!(read.body.get(hidden).is_none(), "{hidden} shows: {}", read.text);
        }
        assert_eq!(read.body["adult"]["alerts"], json!([]));
        for path in ["/desired-outcomes", "/wishes", "/meetings", "/actions", "/capacity-assessments", "/persons-of-concern"] {
            nurse.get(&format!("/v1/cases/{case}{path}")).expect(403);
        }
        let one = format!("{list}/{}", grant.id());
        manager.patch(&one, &json!({"sections": ["meetings"]})).if_match(&grant.tag()).ok();
        nurse.get(&format!("/v1/cases/{case}/meetings")).ok();
        nurse.get(&format!("/v1/cases/{case}/wishes")).expect(403);
        nurse.get(&format!("/v1/cases/{case}/contacts")).expect(403);
        server.as_("police-intake").get(&format!("/v1/cases/{case}")).expect(403);
    }

    fn a_representative_sees_what_they_may_receive_and_cannot_replace_her_words(server) {
        let (practitioner, representative, adult) = (server.as_("practitioner"), server.as_("representative"), server.as_("adult"));
        let case = adult.get("/v1/me").ok().text("/cases/0/id");
        let person = practitioner.get(&format!("/v1/cases/{case}")).ok().text("/adult/id");
        let list = format!("/v1/adults/{person}/representatives");
        let one = format!("{list}/{}", practitioner.get(&list).ok().text("/items/0/id"));
        let may = |parts: Value| {
            practitioner.patch(&one, &json!({"mayReceive": parts})).if_match(&practitioner.tag(&one)).ok();
        };
        may(json!([]));
        let read = representative.get(&format!("/v1/cases/{case}")).ok();
        assert!(read.body.get("gaps").is_none() && read.body.get("withheld").is_none());
        for path in ["/desired-outcomes", "/wishes", "/meetings", "/actions", "/capacity-assessments", "/contacts"] {
            representative.get(&format!("/v1/cases/{case}{path}")).expect(403);
        }
        may(json!(["outcomes", "decisions"]));
        let outcomes = representative.get(&format!("/v1/cases/{case}/desired-outcomes")).ok();
        let summary = representative.get(&format!("/v1/cases/{case}/summary")).ok().body;
        assert!(summary.get("desiredOutcomes").is_some() && summary.get("advocacyNeeds").is_some());
        for hidden in ["wishes", "meetings", "actions", "capacityAssessments", "contacts", "risks"] {
            assert!(summary.get(hidden).is_none(), "the summary shows {hidden}");
        }
        representative.get(&format!("/v1/cases/{case}/wishes")).expect(403);
        representative.get(&format!("/v1/cases/{case}/capacity-assessments")).expect(403);
        let outcome = outcomes.body["items"].as_array().unwrap().iter().find(|one| one["status"] == "current").unwrap().clone();
        let path = format!("/v1/cases/{case}/desired-outcomes/{}", outcome["id"].as_str().unwrap());
        let instead = json!({"ownWords": "She wants to move to a home", "changeKind": "replaced", "changeReason": "other",
            "initiatedBy": "adult", "adultAgrees": "yes"});
        let tried = representative.post(&format!("{path}/revisions"), &instead).if_match(&representative.tag(&path)).created();
        assert_eq!((tried.text("/standing"), tried.text("/initiatedBy")), ("proposed".to_owned(), "representative".to_owned()));
        assert_eq!(practitioner.get(&path).ok().body["ownWords"], outcome["ownWords"], "the words before it stand");
        let as_her = json!({"ownWords": "I want to move", "expressedBy": "adult"});
        let refused = representative.post(&format!("/v1/cases/{case}/desired-outcomes"), &as_her).expect(422);
        assert_eq!(refused.pointers("errors"), ["/expressedBy"]);
        let order = json!({"order": [outcome["id"]]});
        representative.put(&format!("/v1/cases/{case}/desired-outcomes/priorities"), &order).expect(403);
    }

    fn emergency_access_says_until_when_is_noticed_and_reviewed_and_ends(server) {
        let (manager, stranger, auditor) = (server.as_("manager"), server.as_("practitioner2"), server.as_("auditor"));
        let (_, case) = accepted_case(server, "PPN-GLASS");
        let path = format!("/v1/cases/{case}/emergency-access");
        all_are(&stranger, &case, 404);
        let long = json!({"reasonCode": "out_of_hours", "reason": "The police ask where she is", "minutes": 241});
        assert_eq!(stranger.post(&path, &long).expect(422).pointers("errors"), ["/minutes"]);
        server.as_("manager-eastmoor").post(&path, &json!({"reasonCode": "other", "reason": "Only curious"})).expect(404);
        for name in ["adult", "advocate", "board", "admin", "police-intake"] {
            server.as_(name).post(&path, &json!({})).key("glass").expect(403);
        }
        let used = json!({"reasonCode": "out_of_hours", "reason": "The police ask where she is"});
        let begun = stranger.post(&path, &used).created();
        assert!(!begun.text("/until").is_empty() && begun.text("/recorded").contains("audited"));
        all_are(&stranger, &case, 200);
        assert_eq!(stranger.get(&format!("/v1/cases/{case}")).ok().body["emergencyAccessUntil"], begun.body["until"]);
        stranger.post(&format!("/v1/cases/{case}/wishes"), &json!({"kind": "want", "text": "x", "saidBy": "adult"})).expect(403);
        for actor in [&manager, &auditor] {
            let notices = actor.get("/v1/notices").ok();
            assert_eq!(notices.body["items"][0]["resourceId"], json!(begun.id()));
            assert!(!notices.text.contains("police"), "no personal data in a notice");
        }
        let one = format!("{path}/{}", begun.id());
        auditor.get(&one).ok();
        stranger.get(&one).expect(403);
        let review = json!({"outcome": "justified", "note": "Nobody else could be reached"});
        let reviewed = manager.post(&format!("{one}/review"), &review).if_match(&begun.tag()).ok();
        assert_eq!(reviewed.text("/reviewOutcome"), "justified");
        let ended = case.clone();
        server.behind_its_back(move |conn| {
            use diesel::prelude::*;
            use msp_api::schema::access::emergency_access;
            let case = msp_api::ids::Id::parse(&ended).unwrap();
            diesel::update(emergency_access::table.filter(emergency_access::case_id.eq(case)))
                .set(emergency_access::until.eq(msp_api::clock::now()))
                .execute(conn)?;
            Ok(())
        });
        all_are(&stranger, &case, 404);
    }

    fn a_notice_is_put_aside_by_somebody_else_than_who_it_tells_of(server) {
        let manager = server.as_("manager");
        let curious = server.add_user("manager-curious", msp_api::policy::Role::Manager, "northbank", None);
        let relative = server.add_user("manager-relative", msp_api::policy::Role::Manager, "northbank", None);
        let (_, case) = accepted_case(server, "PPN-NOTICE");
        let conflict = json!({"userId": relative.get("/v1/me").ok().id(), "kind": "related", "detail": "Her son"});
        manager.post(&format!("/v1/cases/{case}/conflicts"), &conflict).created();
        let used = json!({"reasonCode": "out_of_hours", "reason": "The police ask where she is"});
        let begun = curious.post(&format!("/v1/cases/{case}/emergency-access"), &used).created();
        let waiting = "/v1/notices?kind=emergency_access_used&handled=false&limit=100";
        let waits_for = |who: &Actor| {
            let page = who.get(waiting).ok();
            page.body["items"].as_array().unwrap().iter().find(|notice| notice["resourceId"] == json!(begun.id())).cloned()
        };
        let notice = waits_for(&manager).expect("the manager reads it");
        let one = format!("/v1/notices/{}", notice["id"].as_str().unwrap());
        let handled = format!("{one}/handled");
        let tag = manager.get(&one).ok().tag();
        // Who looked may know of the notice, and not make it disappear.
        assert!(waits_for(&curious).is_some());
        curious.post(&handled, &json!({})).if_match(&tag).expect(403);
        server.as_("auditor").post(&handled, &json!({})).if_match(&tag).expect(403);
        // Whom a conflict keeps away from the case, and who sees no case at all, find no notice of it.
        for nothing in [&relative, &server.as_("admin"), &server.as_("manager-eastmoor")] {
            assert!(waits_for(nothing).is_none());
            nothing.get(&one).expect(404);
            nothing.post(&handled, &json!({})).if_match(&tag).expect(404);
        }
        let done = manager.post(&handled, &json!({})).if_match(&tag).ok();
        assert_eq!(done.text("/handledBy"), server.user_id("manager"));
        assert!(waits_for(&manager).is_none() && waits_for(&server.as_("auditor")).is_none());
        server.as_("auditor").get(&one).ok();
        manager.post(&handled, &json!({})).if_match(&tag).expect(412);
        manager.post(&handled, &json!({})).if_match(&done.tag()).expect(409);
    }

    fn a_conflict_and_a_restriction_hold_for_the_referral_and_for_reviews_too(server) {
        let manager = server.as_("manager");
        let (referral, case) = accepted_case(server, "PPN-CONFLICTED");
        let other = server.add_user("manager-two", msp_api::policy::Role::Manager, "northbank", None);
        let path = format!("/v1/referrals/{referral}");
        let reviews = format!("/v1/cases/{case}/emergency-access");
        let listed = || other.get("/v1/referrals?limit=100").ok().text.contains(&referral);
        let knows = |status: u16| {
            other.get(&path).expect(status);
            other.get(&reviews).expect(status);
            assert_eq!(listed(), status == 200);
        };
        knows(200);
        let conflict = json!({"userId": other.get("/v1/me").ok().text("/id"), "kind": "related", "detail": "Her brother"});
        let recorded = manager.post(&format!("/v1/cases/{case}/conflicts"), &conflict).created();
        knows(404);
        let one = format!("/v1/cases/{case}/conflicts/{}", recorded.id());
        manager.patch(&one, &json!({"endedOn": "2026-11-20"})).if_match(&recorded.tag()).ok();
        knows(200);
        let team = format!("/v1/cases/{case}/team");
        let restrict = json!({"allocateTo": server.user_id("practitioner"), "restricted": true});
        manager.put(&team, &restrict).if_match(&manager.tag(&team)).ok();
        other.get(&path).expect(404);
        assert!(!listed());
        manager.get(&path).ok();
        server.as_("practitioner").get(&path).ok();
        server.as_("police-intake").get(&path).ok();
    }

    fn why_the_adult_was_not_told_is_not_shown_in_her_own_app(server) {
        let (practitioner, adult) = (server.as_("practitioner"), server.as_("adult"));
        let case = adult.get("/v1/me").ok().text("/cases/0/id");
        let list = format!("/v1/cases/{case}/sharing-decisions");
        let decision = json!({"what": "The dates", "withWhom": "The bank", "why": "A limit", "initiative": "offered",
            "adultTold": "not_told", "adultNotToldReason": "He reads her messages", "minimumNecessary": "Dates only",
            "decision": "shared", "lawfulBasis": ["common_law"]});
        let recorded = practitioner.post(&list, &decision).created();
        let one = format!("{list}/{}", recorded.id());
        for path in [&one, &list] {
            assert!(practitioner.get(path).ok().text.contains("reads her messages"));
            assert!(!adult.get(path).ok().text.contains("reads her messages"), "{path}");
        }
    }
}
