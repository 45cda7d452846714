//! Stories of apps: decided about before anybody is invited, paused at once, and for one case only.

use serde_json::{Value, json};

use crate::stories::accepted_case;
use crate::support::{Actor, Answer, Server};

fn decision(who: &str, decision: &str, view: &str) -> Value {
    json!({"who": who, "decision": decision, "view": view, "sharedDevice": "no", "reason": "We talked about it"})
}

/// Decides, invites and redeems as the adult: the answer with the tokens.
fn joined(server: &Server, case: &str, view: &str) -> Answer {
    let practitioner = server.as_("practitioner");
    practitioner
        .post(
            &format!("/v1/cases/{case}/app-access"),
            &decision("adult", "allow", view),
        )
        .created();
    let invitation = json!({"who": "adult", "handedOver": "in_person"});
    let invited = practitioner
        .post(&format!("/v1/cases/{case}/invitations"), &invitation)
        .created();
    let code = json!({"code": invited.text("/code")});
    server.nobody().post("/v1/invitations/redeem", &code).ok()
}

fn with_the_token_of(server: &Server, session: &Answer) -> Actor {
    server.with_token(&session.text("/accessToken"))
}

on_both_databases! {
    fn nobody_is_invited_before_it_is_decided_and_a_code_is_good_once(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-APP");
        let (_, other) = accepted_case(server, "PPN-APP-OTHER");
        let invitations = format!("/v1/cases/{case}/invitations");
        let invitation = json!({"who": "adult", "handedOver": "in_person"});
        let redeem = |code: &str| server.nobody().post("/v1/invitations/redeem", &json!({"code": code})).send();
        practitioner.post(&invitations, &invitation).expect(409);
        let decisions = format!("/v1/cases/{case}/app-access");
        practitioner.post(&decisions, &decision("adult", "not_safe", "full")).created();
        practitioner.post(&invitations, &invitation).expect(409);
        practitioner.post(&decisions, &decision("adult", "allow", "full")).created();
        server.as_("duty").post(&invitations, &invitation).expect(403);
        let invited = practitioner.post(&invitations, &invitation).key("one").created();
        let again = practitioner.post(&invitations, &invitation).key("one").created();
        assert_eq!(again.id(), invited.id());
        assert!(again.body.get("code").is_none(), "a repeated request shows no code");
        let one = format!("{invitations}/{}", invited.id());
        assert!(practitioner.get(&one).ok().body.get("code").is_none());
        let code = invited.text("/code");
        let session = redeem(&code.to_lowercase().replace('-', " "));
        assert_eq!(session.status, 200, "{}", session.text);
        // Used, unknown and revoked: all alike.
        let revoked = practitioner.post(&invitations, &invitation).created();
        let revocation = format!("{invitations}/{}/revocation", revoked.id());
        practitioner.post(&revocation, &json!({})).if_match(&revoked.tag()).ok();
        let refusals = [code.as_str(), "00000-00000-00000-00000", &revoked.text("/code")].map(redeem);
        for refused in &refusals {
            assert_eq!(refused.status, 401, "{}", refused.text);
            assert_eq!(refused.body["detail"], refusals[0].body["detail"]);
        }
        practitioner.post(&format!("{one}/revocation"), &json!({})).if_match(&practitioner.tag(&one)).expect(409);
        // The account reaches this case and no other.
        let adult = with_the_token_of(server, &session);
        let me = adult.get("/v1/me").ok();
        assert_eq!(me.body["cases"], json!([{"id": case, "relationship": "adult"}]));
        adult.get(&format!("/v1/cases/{case}/my-view")).ok();
        adult.get(&format!("/v1/cases/{other}/my-view")).expect(404);
        adult.get(&format!("/v1/cases/{case}/contacts")).expect(403);
        let renewed = server.nobody().post("/oauth2/token", &json!({})).send();
        assert_ne!(renewed.status, 200);
    }

    fn the_adult_pauses_in_one_call_and_every_token_ends_with_it(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-PAUSE");
        let session = joined(server, &case, "full");
        let adult = with_the_token_of(server, &session);
        adult.post("/v1/me/pause", &json!({})).ok();
        adult.get("/v1/me").expect(401).is_problem("access_ended");
        let latest = practitioner.get(&format!("/v1/cases/{case}/app-access")).ok();
        assert_eq!((latest.text("/items/0/decision"), latest.text("/items/0/who")), ("paused".to_owned(), "adult".to_owned()));
        // Allowed again, the old tokens stay dead: a new code makes an account anew, and opens none that was there.
        let again = joined(server, &case, "full");
        adult.get("/v1/me").expect(401);
        assert_ne!(again.text("/userId"), session.text("/userId"));
        with_the_token_of(server, &again).get(&format!("/v1/cases/{case}")).ok();
    }

    fn any_member_of_staff_on_the_case_can_stop_an_app_and_only_its_worker_allows_it(server) {
        let (_, case) = accepted_case(server, "PPN-STOP");
        let adult = with_the_token_of(server, &joined(server, &case, "full"));
        let decisions = format!("/v1/cases/{case}/app-access");
        let duty = server.as_("duty");
        duty.post(&decisions, &decision("adult", "allow", "full")).expect(403);
        server.as_("practitioner2").post(&decisions, &decision("adult", "paused", "full")).expect(404);
        adult.get(&format!("/v1/cases/{case}")).ok();
        duty.post(&decisions, &decision("adult", "not_safe", "full")).created();
        adult.get(&format!("/v1/cases/{case}")).expect(401).is_problem("access_ended");
        for outsider in ["adult", "representative", "advocate", "admin", "board"] {
            server.as_(outsider).get(&decisions).expect(403);
        }
    }

    fn a_device_that_others_look_at_shows_what_happens_next_and_nothing_that_was_said(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-NEXT-ONLY");
        let at = |part: &str| format!("/v1/cases/{case}{part}");
        practitioner.post(&at("/desired-outcomes"), &json!({"ownWords": "He must stop", "expressedBy": "adult"})).created();
        let visit = json!({"kind": "visit", "withAdult": true, "basis": "said", "text": "At home",
            "nextSteps": [{"text": "Ring on Monday"}]});
        practitioner.post(&at("/contacts"), &visit).created();
        let adult = with_the_token_of(server, &joined(server, &case, "next_steps_only"));
        let page = adult.get(&at("/my-view")).ok();
        assert!(page.text.contains("Ring on Monday"));
        assert!(!page.text.contains("must stop"));
        for part in ["", "/desired-outcomes", "/wishes", "/meetings", "/summary"] {
            adult.get(&at(part)).expect(404);
        }
        adult.post(&at("/requests"), &json!({"kind": "call_me"})).created();
    }

    fn a_representative_joins_within_what_they_may_receive_and_never_when_implicated_or_unwanted(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-NIECE");
        let person = practitioner.get(&format!("/v1/cases/{case}")).ok().text("/adult/id");
        let niece = json!({"kind": "representative", "name": "Nia Invented", "legalAuthority": "none", "chosenByAdult": "yes",
            "conflict": "none", "mayReceive": ["wishes"]});
        let niece = practitioner.post(&format!("/v1/adults/{person}/representatives"), &niece).created();
        let unwanted = json!({"kind": "who_not_to_involve", "text": "Not Nia Invented", "saidBy": "adult"});
        let wish = practitioner.post(&format!("/v1/cases/{case}/wishes"), &unwanted).created();
        let decisions = format!("/v1/cases/{case}/app-access");
        let mut allow = decision("representative", "allow", "full");
        assert_eq!(practitioner.post(&decisions, &allow).expect(422).pointers("errors"), ["/representativeId"]);
        allow["representativeId"] = json!(niece.id());
        assert_eq!(practitioner.post(&decisions, &allow).expect(422).pointers("errors"), ["/overrideReason"]);
        let mark = format!("/v1/cases/{case}/wishes/{}/entered-in-error", wish.id());
        practitioner.post(&mark, &json!({"reason": "She meant another Nia"})).if_match(&wish.tag()).ok();
        practitioner.post(&decisions, &allow).created();
        let invitation = json!({"who": "representative", "representativeId": niece.id(), "handedOver": "safe_contact"});
        let invited = practitioner.post(&format!("/v1/cases/{case}/invitations"), &invitation).created();
        let session = server.nobody().post("/v1/invitations/redeem", &json!({"code": invited.text("/code")})).ok();
        let representative = with_the_token_of(server, &session);
        representative.get(&format!("/v1/cases/{case}/wishes")).ok();
        representative.get(&format!("/v1/cases/{case}/desired-outcomes")).expect(403);
        let one = format!("/v1/adults/{person}/representatives/{}", niece.id());
        let implicated = json!({"conflict": "implicated"});
        practitioner.patch(&one, &implicated).if_match(&practitioner.tag(&one)).ok();
        representative.get(&format!("/v1/cases/{case}/wishes")).expect(401);
        let refused = practitioner.post(&format!("/v1/cases/{case}/invitations"), &invitation).expect(422);
        assert_eq!(refused.pointers("errors"), ["/representativeId"]);
    }

    fn an_advocate_joins_by_invitation_and_reaches_what_the_assignment_reaches(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-ADVOCATE-APP");
        let entry = json!({"name": "Tova Newly", "organisation": "Eastmoor Voices", "kinds": ["care_act_s68"]});
        let entry = server.as_("manager").post("/v1/advocates", &entry).created();
        let asked = json!({"kind": "care_act_s68", "basis": "power", "advocateId": entry.id()});
        let asked = practitioner.post(&format!("/v1/cases/{case}/advocacy-assignments"), &asked).created();
        let mut allow = decision("advocate", "allow", "full");
        allow["advocateId"] = json!(entry.id());
        practitioner.post(&format!("/v1/cases/{case}/app-access"), &allow).created();
        let invitation = json!({"who": "advocate", "advocateId": entry.id(), "handedOver": "in_person"});
        let invited = practitioner.post(&format!("/v1/cases/{case}/invitations"), &invitation).created();
        let session = server.nobody().post("/v1/invitations/redeem", &json!({"code": invited.text("/code")})).ok();
        let advocate = with_the_token_of(server, &session);
        advocate.get(&format!("/v1/cases/{case}")).expect(404);
        let step = format!("/v1/cases/{case}/advocacy-assignments/{}/transitions", asked.id());
        advocate.post(&step, &json!({"to": "accepted"})).if_match(&asked.tag()).ok();
        advocate.get(&format!("/v1/cases/{case}/wishes")).ok();
    }

    fn an_app_shows_a_case_until_ninety_days_after_it_was_closed(server) {
        let (_, case) = accepted_case(server, "PPN-CLOSED-APP");
        let adult = with_the_token_of(server, &joined(server, &case, "full"));
        let path = format!("/v1/cases/{case}");
        let closed = json!({"to": "closed_no_enquiry", "dispositions": ["information_advice"], "narrative": "Advice given",
            "adultView": "Content", "feedbackToReferrer": {"withheldReason": "Anonymous"}});
        let manager = server.as_("manager");
        manager.post(&format!("{path}/transitions"), &closed).if_match(&manager.tag(&path)).ok();
        adult.get(&path).ok();
        let closed_on = |days: i64| {
            let case = msp_api::ids::Id::parse(&case).unwrap();
            server.behind_its_back(move |conn| {
                use diesel::prelude::*;
                use msp_api::schema::casework::case_transitions;
                diesel::update(case_transitions::table.filter(case_transitions::case_id.eq(case)))
                    .set(case_transitions::recorded_at.eq(msp_api::clock::now().plus_seconds(-days * 86_400)))
                    .execute(conn)?;
                Ok(())
            });
        };
        closed_on(89);
        adult.get(&path).ok();
        closed_on(91);
        adult.get(&path).expect(401).is_problem("access_ended");
    }
}
