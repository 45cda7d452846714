//! Stories of meetings: planned anew and cancelled, discussed before and after, and written down.

use icalendar::{Calendar, CalendarComponent, Component, Event, EventStatus};
use serde_json::{Value, json};

use crate::stories::{accepted_case, three_part_test};
use crate::support::{Actor, Answer, Server};

/// Who plans and writes, the case's path, and a case conference that is planned on it.
fn planned(server: &Server, reference: &str) -> (Actor, String, Answer) {
    let practitioner = server.as_("practitioner");
    let case = format!("/v1/cases/{}", accepted_case(server, reference).1);
    let meeting = json!({"kind": "case_conference", "plannedStart": "2126-12-01T10:00:00Z",
        "plannedEnd": "2126-12-01T11:00:00Z", "place": "Her home; the front room, left", "purpose": "Winifred's money"});
    let meeting = practitioner.post(&format!("{case}/meetings"), &meeting).created();
    (practitioner, case, meeting)
}

/// The entry as a calendar program reads it, with its lines as they are sent.
fn entry(actor: &Actor, meeting: &str) -> (Event, Calendar, Answer) {
    let answer = actor
        .get(&format!("{meeting}/calendar"))
        .header("Accept", "text/calendar")
        .ok();
    assert!(answer.text.ends_with("END:VCALENDAR\r\n") && !answer.text.replace("\r\n", "").contains('\n'));
    assert!(
        answer.text.split("\r\n").all(|line| line.len() <= 75),
        "{}",
        answer.text
    );
    let calendar: Calendar = answer.text.parse().expect("RFC 5545");
    let [CalendarComponent::Event(event)] = calendar.components.as_slice() else {
        panic!("one event: {}", answer.text);
    };
    (event.clone(), calendar.clone(), answer)
}

fn sequence(actor: &Actor, meeting: &str) -> u32 {
    entry(actor, meeting).0.get_sequence().expect("a sequence")
}

on_both_databases! {
    fn asking_around_a_meeting_counts_as_asking(server) {
        let practitioner = server.as_("practitioner");
        let (_, case) = accepted_case(server, "PPN-ASKED-AROUND");
        let case = format!("/v1/cases/{case}");
        let gap = || practitioner.get(&case).ok().text.contains("adult_not_asked");
        let meeting = json!({"kind": "review", "heldStart": "2026-11-20T10:00:00Z"});
        let meeting = practitioner.post(&format!("{case}/meetings"), &meeting).created();
        let discussions = format!("{case}/meetings/{}/discussions", meeting.id());
        let wrong = json!({"when": "before", "text": "We spoke", "outcomesAsked": {"asked": true}});
        assert_eq!(practitioner.post(&discussions, &wrong).expect(422).pointers("errors"), ["/outcomesAsked/result"]);
        assert!(gap());
        let asked = json!({"when": "before", "text": "We spoke", "outcomesAsked": {"asked": true, "result": "none_expressed"}});
        let asked = practitioner.post(&discussions, &asked).created();
        assert_eq!(asked.text("/askedResult"), "none_expressed");
        assert!(!gap());
        let derived = practitioner.get(&format!("{case}/conclusion")).ok();
        assert_eq!(derived.text("/derived/asked"), "asked_none_expressed");
    }

    fn a_meeting_that_is_planned_anew_or_cancelled_keeps_its_times_and_moves_every_calendar(server) {
        let (practitioner, case, first) = planned(server, "PPN-RESCHEDULE");
        assert_eq!((first.text("/status"), first.text("/timeZone")), ("planned".to_owned(), "Europe/London".to_owned()));
        let meeting = format!("{case}/meetings/{}", first.id());
        let next = || practitioner.get(&case).ok().body.get("nextMeeting").cloned();
        let step = |body: Value| {
            let request = practitioner.post(&format!("{meeting}/transitions"), &body);
            request.if_match(&practitioner.tag(&meeting)).send()
        };
        assert_eq!(sequence(&practitioner, &meeting), 0);
        practitioner.patch(&meeting, &json!({"chair": "Somebody else"})).if_match(&first.tag()).ok();
        assert_eq!(sequence(&practitioner, &meeting), 0, "not with every edit");
        let bare = step(json!({"to": "planned"}));
        bare.is_problem("invalid_transition");
        assert_eq!(bare.pointers("missing"), ["/plannedStart", "/reason"]);
        let backwards = json!({"to": "planned", "plannedStart": "2126-12-08T10:00:00Z", "plannedEnd": "2126-12-08T09:00:00Z"});
        assert_eq!(step(backwards).pointers("errors"), ["/plannedEnd"]);
        let later = json!({"to": "planned", "plannedStart": "2126-12-08T10:00:00Z", "reason": "She is at the hospital"});
        practitioner.post(&format!("{meeting}/transitions"), &later).expect(428);
        practitioner.post(&format!("{meeting}/transitions"), &later).if_match(&first.tag()).expect(412);
        let moved = step(later);
        assert_eq!(moved.text("/plannedHistory/0/plannedEnd"), "2126-12-01T11:00:00Z");
        assert_eq!(moved.text("/plannedHistory/0/reason"), "She is at the hospital");
        assert!(moved.body.get("plannedEnd").is_none());
        assert_eq!((next(), sequence(&practitioner, &meeting)), (Some(json!("2126-12-08T10:00:00Z")), 1));
        let cancelled = step(json!({"to": "cancelled", "reason": "She does not want it"}));
        assert_eq!(cancelled.text("/status"), "cancelled");
        assert_eq!((next(), sequence(&practitioner, &meeting)), (None, 2), "a cancelled meeting is not the next");
        step(json!({"to": "cancelled", "reason": "Again"})).is_problem("invalid_transition");
        let held = json!({"heldStart": "2026-11-20T10:00:00Z"});
        let tag = practitioner.tag(&meeting);
        practitioner.patch(&meeting, &held).if_match(&tag).expect(409).is_problem("conflict");
        step(json!({"to": "planned", "plannedStart": "2126-12-15T10:00:00Z", "reason": "She does after all"}));
        let patched = json!({"plannedStart": "2126-12-16T10:00:00Z"});
        let tag = practitioner.tag(&meeting);
        let patched = practitioner.patch(&meeting, &patched).if_match(&tag).ok();
        assert_eq!(patched.body["plannedHistory"].as_array().unwrap().len(), 4, "no planned time is lost");
        assert_eq!(sequence(&practitioner, &meeting), 4);
        let was_held = practitioner.patch(&meeting, &held).if_match(&patched.tag()).ok();
        assert_eq!((was_held.text("/status"), was_held.text("/effectiveAt")),
            ("held".to_owned(), "2026-11-20T10:00:00Z".to_owned()));
        assert_eq!(was_held.body["plannedHistory"].as_array().unwrap().len(), 4, "the history is kept with every edit");
        step(json!({"to": "cancelled", "reason": "Too late"})).is_problem("invalid_transition");
        let told: Vec<String> = server.database(|conn| {
            use diesel::prelude::*;
            use msp_api::schema::foundation::events as table;
            let of_meetings = table::table.filter(table::resource.eq("meeting")).order(table::id.desc()).limit(5);
            Ok(of_meetings.select(table::event_type).load(conn)?)
        });
        assert_eq!(told, ["meeting.held", "meeting.amended", "meeting.scheduled", "meeting.cancelled", "meeting.scheduled"]);
        for (who, expected) in [("advocate", 403), ("duty", 403), ("practitioner2", 404)] {
            server.as_(who).post(&format!("{meeting}/transitions"), &json!({})).if_match("W/\"1\"").expect(expected);
        }
    }

    fn a_calendar_shows_the_reference_and_nothing_else(server) {
        let (practitioner, case, first) = planned(server, "PPN-CALENDAR");
        let meeting = format!("{case}/meetings/{}", first.id());
        let reference = practitioner.get(&case).ok().text("/reference");
        let (event, calendar, answer) = entry(&practitioner, &meeting);
        assert_eq!(event.get_uid(), Some(format!("{}@msp-api", first.id()).as_str()));
        assert_eq!(event.get_summary(), Some(reference.as_str()));
        assert_eq!(event.property_value("DTSTART"), Some("21261201T100000Z"));
        assert_eq!(event.property_value("DTEND"), Some("21261201T110000Z"));
        assert_eq!((event.get_status(), calendar.property_value("METHOD")), (Some(EventStatus::Confirmed), Some("PUBLISH")));
        assert!(event.get_timestamp().is_some());
        assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8; method=PUBLISH");
        for told in ["Winifred", "PPN-CALENDAR", "home", "money", "conference"] {
            assert!(!answer.text.to_lowercase().contains(&told.to_lowercase()), "{told}: {}", answer.text);
        }
        let calendar_path = format!("{meeting}/calendar");
        practitioner.get(&calendar_path).header("If-None-Match", &answer.tag()).expect(304);
        practitioner.get(&calendar_path).header("Accept", "application/json").expect(406);
        practitioner.get(&calendar_path).header("Accept", "text/*").ok();
        practitioner.get(&format!("{calendar_path}?place=yes")).expect(400);
        let cancel = json!({"to": "cancelled", "reason": "No longer needed"});
        practitioner.post(&format!("{meeting}/transitions"), &cancel).if_match(&first.tag()).ok();
        let (event, calendar, after) = entry(&practitioner, &meeting);
        assert_eq!((event.get_status(), calendar.property_value("METHOD")), (Some(EventStatus::Cancelled), Some("CANCEL")));
        assert_ne!(after.tag(), answer.tag());
        let held = json!({"kind": "first_conversation", "heldStart": "2026-11-19T10:00:00Z"});
        let held = practitioner.post(&format!("{case}/meetings"), &held).created();
        let (event, _, _) = entry(&practitioner, &format!("{case}/meetings/{}", held.id()));
        assert_eq!((event.property_value("DTSTART"), event.property_value("DTEND")), (Some("20261119T100000Z"), None));
        server.as_("practitioner2").get(&calendar_path).expect(404);
    }

    fn whom_she_does_not_want_there_is_not_invited_without_a_reason(server) {
        let (practitioner, case, first) = planned(server, "PPN-INVITEES");
        let wish = |kind: &str, text: &str, said_by: &str| {
            practitioner.post(&format!("{case}/wishes"), &json!({"kind": kind, "text": text, "saidBy": said_by})).created();
        };
        wish("who_not_to_involve", "My nephew Marmaduke Vole must stay away", "adult");
        wish("who_not_to_involve", "Not that Rosa Lindqvist", "representative");
        let meeting = format!("{case}/meetings/{}", first.id());
        let invite = |reason: Option<&str>| {
            let body = json!({"nextMeeting": "2127-01-05T10:00:00Z", "invitees": [
                {"name": "Rosa Lindqvist", "role": "advocate", "organisation": "Northbank Voices", "invitedHow": "by telephone"},
                {"name": "Marmaduke Vole", "overrideReason": reason}]});
            practitioner.patch(&meeting, &body).if_match(&practitioner.tag(&meeting)).send()
        };
        assert_eq!(invite(None).pointers("errors"), ["/invitees/1/overrideReason"], "a relative's wish is not hers");
        let invited = invite(Some("He holds the power of attorney that is to be given up"));
        assert_eq!(invited.text("/nextMeeting"), "2127-01-05T10:00:00Z");
        wish("who_not_to_involve", "And no Rosa Lindqvist", "adult");
        let came = json!({"heldStart": "2026-11-20T10:00:00Z", "invitees": [{"name": "Rosa Lindqvist", "attended": "attended_part"}],
            "decisions": [{"text": "The bank sets a limit", "responsible": "Priya Nair", "dueOn": "2026-12-02"}]});
        let held = practitioner.patch(&meeting, &came).if_match(&invited.tag()).ok();
        assert_eq!(held.text("/decisions/0/dueOn"), "2026-12-02");
        wish("who_to_involve", "Marmaduke Vole may come after all", "adult");
        let review = json!({"kind": "review", "plannedStart": "2126-12-20T10:00:00Z", "invitees": [{"name": "Marmaduke Vole"}]});
        practitioner.post(&format!("{case}/meetings"), &review).created();
    }

    fn what_she_says_around_a_meeting_is_recorded_whole_or_not_at_all(server) {
        let (practitioner, case, first) = planned(server, "PPN-DISCUSSION");
        let path = format!("{case}/meetings/{}/discussions", first.id());
        let outcomes = format!("{case}/desired-outcomes");
        let wanted = json!({"ownWords": "I want him to stop", "expressedBy": "adult", "priority": 1});
        let outcome = practitioner.post(&outcomes, &wanted).created();
        let others = accepted_case(server, "PPN-DISCUSSION-OTHER").1;
        let stranger = practitioner.post(&format!("/v1/cases/{others}/desired-outcomes"), &wanted).created();
        let change = |outcome: &str, version: i64| json!({"outcomeId": outcome, "version": version, "revision": {
            "ownWords": "I want him to ask first", "changeKind": "narrowed", "changeReason": "adult_changed_mind",
            "initiatedBy": "adult", "adultAgrees": "yes"}});
        let mut said = json!({"when": "after", "at": "2026-11-20T12:00:00Z", "text": "She was tired and content",
            "promptsCovered": ["outcome_of_meeting", "priorities"], "wantsChanged": "Fewer people", "helpNeeded": "A lift",
            "nextSteps": [{"text": "Ring the bank", "by": "Priya Nair"}],
            "outcomes": [{"ownWords": "I want my key back", "expressedBy": "adult", "priority": 2}],
            "revisions": [change(&outcome.id(), 1), change(&stranger.id(), 1), {"outcomeId": outcome.id(), "revision": {}}],
            "wishes": [{"kind": "meeting_place", "text": "At the library", "saidBy": "adult"}]});
        let refused = practitioner.post(&path, &said).expect(422);
        assert_eq!(refused.pointers("errors"), ["/revisions/1/outcomeId", "/revisions/2/revision/changeKind",
            "/revisions/2/revision/changeReason", "/revisions/2/revision/initiatedBy", "/revisions/2/revision/adultAgrees",
            "/revisions/2/revision/ownWords"]);
        said["revisions"] = json!([change(&outcome.id(), 7)]);
        practitioner.post(&path, &said).expect(412).is_problem("stale");
        let count = |list: &str| practitioner.get(list).ok().body["items"].as_array().unwrap().len();
        assert_eq!((count(&path), count(&outcomes), count(&format!("{case}/wishes"))), (0, 1, 0), "all or nothing");
        said["revisions"] = json!([change(&outcome.id(), 1)]);
        let recorded = practitioner.post(&path, &said).created();
        let now = practitioner.get(&format!("{outcomes}/{}", outcome.id())).ok();
        assert_eq!((now.text("/ownWords"), now.text("/saidAt")), ("I want him to ask first".to_owned(), "2026-11-20T12:00:00Z".to_owned()));
        let revision = format!("{outcomes}/{}/revisions/{}", outcome.id(), recorded.text("/revisionIds/0"));
        assert_eq!(practitioner.get(&revision).ok().body["number"], 2);
        assert_eq!((count(&outcomes), count(&format!("{case}/wishes"))), (2, 1));
        assert_eq!((recorded.text("/writtenBy"), recorded.text("/nextSteps/0/text")), ("practitioner".to_owned(), "Ring the bank".to_owned()));
        let one = format!("{path}/{}", recorded.id());
        assert_eq!(practitioner.patch(&one, &json!({})).if_match("W/\"1\"").send().status, 405, "append-only");
        let elsewhere = practitioner.post(&format!("{case}/meetings"), &json!({"kind": "review", "plannedStart": "2126-12-20T10:00:00Z"}));
        let elsewhere = format!("{case}/meetings/{}/discussions", elsewhere.created().id());
        practitioner.get(&format!("{elsewhere}/{}", recorded.id())).expect(404);
        assert_eq!(count(&elsewhere), 0);
        let note = json!({"kind": "call", "withAdult": true, "basis": "said", "text": "She rang", "revisions": [change(&outcome.id(), 2)]});
        assert_eq!(practitioner.post(&format!("{case}/contacts"), &note).created().body["revisionIds"].as_array().unwrap().len(), 1);
    }

    fn an_advocate_writes_their_own_notes_and_nobody_else_may(server) {
        let case = server.as_("adult").get("/v1/me").ok().text("/cases/0/id");
        let meetings = format!("/v1/cases/{case}/meetings");
        let meeting = server.as_("practitioner").get(&format!("{meetings}?sort=createdAt")).ok().text("/items/0/id");
        let path = format!("{meetings}/{meeting}/discussions");
        let mut note = json!({"when": "before", "text": "She told me what she is afraid of",
            "outcomes": [{"ownWords": "Not to be hurried", "expressedBy": "representative"}]});
        let advocate = server.as_("advocate");
        assert_eq!(advocate.post(&path, &note).expect(422).pointers("errors"), ["/outcomes/0/expressedBy"]);
        note["outcomes"][0]["expressedBy"] = json!("adult");
        assert_eq!(advocate.post(&path, &note).created().text("/writtenBy"), "advocate");
        // A manager may write, and does not record outcomes for the adult.
        server.as_("manager").post(&path, &note).expect(403);
        let own = json!({"when": "before", "text": "I rang her"});
        server.as_("manager").post(&path, &own).created();
        for (who, expected) in [("duty", 403), ("adult", 403), ("practitioner2", 404), ("police-intake", 403)] {
            server.as_(who).post(&path, &own).key("once").expect(expected);
        }
        assert_eq!(server.as_("adult").get(&path).ok().body["items"].as_array().unwrap().len(), 4);
    }

    fn the_restricted_part_of_the_minutes_is_for_those_who_decide_and_leaves_no_trace_elsewhere(server) {
        let case = server.as_("adult").get("/v1/me").ok().text("/cases/0/id");
        let practitioner = server.as_("practitioner");
        let meetings = format!("/v1/cases/{case}/meetings");
        let held = json!({"kind": "strategy_meeting", "heldStart": "2026-11-20T10:00:00Z"});
        let meeting = practitioner.post(&meetings, &held).created().id();
        let path = format!("{meetings}/{meeting}/minutes");
        let unwritten = server.as_("adult").get(&path).ok();
        let mut written = json!({"text": "The bank explained the limit", "restrictedPart": "A marker: wallaby"});
        practitioner.put(&path, &written).expect(428);
        practitioner.put(&path, &written).if_match(&practitioner.tag(&path)).ok();
        for (who, sees, withheld) in [("manager", true, json!([])), ("practitioner", true, json!([])),
            ("duty", false, json!(["restrictedPart"])), ("advocate", false, json!(["restrictedPart"]))] {
            let read = server.as_(who).get(&path).ok();
            assert_eq!((read.text.contains("wallaby"), &read.body["withheld"]), (sees, &withheld), "{who}");
        }
        let members = |answer: &Answer| answer.body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let hers = server.as_("adult").get(&path).ok();
        assert_eq!(hers.text("/text"), "The bank explained the limit");
        assert_eq!(members(&unwritten), ["version"]);
        assert!(!hers.text.contains("wallaby"));
        written.as_object_mut().unwrap().remove("restrictedPart");
        practitioner.put(&path, &written).if_match(&practitioner.tag(&path)).ok();
        assert_eq!(members(&server.as_("adult").get(&path).ok()), members(&hers), "with or without one");
        assert_eq!(server.as_("advocate").get(&path).ok().body["withheld"], json!([]));
        for who in ["adult", "advocate", "duty"] {
            server.as_(who).put(&path, &written).if_match("W/\"3\"").expect(403);
        }
    }

    fn a_checklist_goes_by_the_kind_of_meeting_and_the_server_says_who_and_when(server) {
        let (practitioner, case, first) = planned(server, "PPN-CHECKLIST");
        let meeting = format!("{case}/meetings/{}", first.id());
        let path = format!("{meeting}/checklist");
        let empty = practitioner.get(&path).ok();
        let items = |answer: &Answer| -> Vec<String> {
            answer.body["items"].as_array().unwrap().iter().map(|item| item["item"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(items(&empty), ["invited_and_knows_what_to_expect", "support_to_attend_offered", "views_put_forward_if_absent",
            "conversations_recorded", "responsibilities_recorded", "changes_to_wishes_recorded"]);
        assert!(empty.body["items"][0].get("state").is_none(), "not looked at is not the same as not done");
        let save = |actor: &Actor, body: Value| actor.put(&path, &body).if_match(&actor.tag(&path)).send();
        let wrong = save(&practitioner, json!({"items": [{"item": "booklet_given", "state": "done"},
            {"item": "conversations_recorded", "state": "done"}, {"item": "conversations_recorded", "state": "not_done"}]}));
        assert_eq!(wrong.pointers("errors"), ["/items/2/item", "/items/0/item"]);
        let forged = save(&practitioner, json!({"items": [{"item": "conversations_recorded", "state": "done", "by": server.user_id("manager")}]}));
        assert_eq!(forged.pointers("errors"), ["/items/0/by"]);
        let done = json!({"item": "conversations_recorded", "state": "done", "note": "Both"});
        let saved = save(&practitioner, json!({"items": [done]}));
        let of = |answer: &Answer, item: &str| {
            let items = answer.body["items"].as_array().unwrap().clone();
            items.into_iter().find(|one| one["item"] == item).unwrap()
        };
        let mine = of(&saved, "conversations_recorded");
        assert_eq!(mine["by"], server.user_id("practitioner").as_str());
        let by_both = save(&server.as_("manager"), json!({"items": [done, {"item": "support_to_attend_offered", "state": "not_applicable"}]}));
        assert_eq!(of(&by_both, "conversations_recorded"), mine, "an answer that stays keeps who gave it and when");
        assert_eq!(of(&by_both, "support_to_attend_offered")["by"], server.user_id("manager").as_str());
        practitioner.patch(&meeting, &json!({"kind": "strategy_meeting"})).if_match(&first.tag()).ok();
        let other_kind = practitioner.get(&path).ok();
        assert_eq!(items(&other_kind), ["views_presented", "feedback_afterwards", "details_recorded", "support_to_attend_offered",
            "conversations_recorded"], "the list of its kind, and no answer is lost");
        assert_ne!(other_kind.tag(), by_both.tag());
        server.as_("advocate").get(&path).expect(404);
    }

    fn must_not_force_a_checklist(server) {
        let (practitioner, case, first) = planned(server, "PPN-NO-CHECKLIST");
        let manager = server.as_("manager");
        let meeting = format!("{case}/meetings/{}", first.id());
        let not_done = json!({"items": [{"item": "support_to_attend_offered", "state": "not_done"}]});
        practitioner.put(&format!("{meeting}/checklist"), &not_done).if_match("W/\"1\"").ok();
        practitioner.put(&format!("{meeting}/checklist"), &json!({})).if_match("W/\"2\"").ok();
        let held = json!({"heldStart": "2026-11-20T10:00:00Z", "decisions": [{"text": "We go on"}]});
        practitioner.patch(&meeting, &held).if_match(&first.tag()).ok();
        let step = |body: Value| {
            manager.post(&format!("{case}/transitions"), &body).if_match(&manager.tag(&case)).send()
        };
        let enquiry = json!({"to": "enquiry", "enquiryType": "section_42", "threePartTest": three_part_test(), "adultView": "Go on"});
        assert_eq!(step(enquiry).text("/state"), "enquiry");
        let plan = json!({"content": "A visit each morning", "lead": "Priya Nair", "adultAgrees": "not_known"});
        assert_eq!(step(json!({"to": "plan", "plan": plan})).text("/state"), "plan");
        let missing = step(json!({"to": "concluded"})).pointers("missing");
        assert!(!missing.is_empty() && missing.iter().all(|pointer| pointer.starts_with("/conclusion/")), "{missing:?}");
        let conclusion = json!({"risks": [{"type": "not_known", "location": "not_known", "source": "not_known"}],
            "riskAssessmentOutcome": "inconclusive_no_action", "capacity": "not_known", "asked": "not_known",
            "reason": "She moved away", "adultViewNotSoughtReason": "Could not be reached"});
        manager.put(&format!("{case}/conclusion"), &conclusion).if_match("W/\"1\"").ok();
        assert_eq!(step(json!({"to": "concluded"})).text("/state"), "concluded");
    }
}
