//! One case with withheld parts and one without, alike in all else.

use msp_api::policy::Role;
use serde_json::{Value, json};

use crate::stories::accepted_case;
use crate::support::{Actor, Server};

/// What is read of a case from outside the authority.
const READS: [&str; 14] = [
    "",
    "/summary",
    "/my-view",
    "/meetings",
    "/desired-outcomes",
    "/wishes",
    "/actions",
    "/plans",
    "/responses",
    "/risks",
    "/sharing-decisions",
    "/advocacy-assignments",
    "/contacts",
    "/feedback",
];

struct Side {
    adult_app: Actor,
    representative_app: Actor,
    case: String,
    adult: String,
    meeting: String,
    referral: String,
}

/// The answers of both differ in nothing but ids, times and names that tell the two cases apart.
pub fn shows_in_no_way(server: &Server) {
    let (with, without) = (side(server, "WITH", true), side(server, "BARE", false));
    let police = server.as_("police-intake");
    let mut compared = 0;
    for path in READS {
        let read = |actor: &Actor, side: &Side| seen(actor, &format!("/v1/cases/{}{path}", side.case));
        assert_eq!(
            read(&with.adult_app, &with),
            read(&without.adult_app, &without),
            "adult {path}"
        );
        let representative = read(&with.representative_app, &with);
        assert_eq!(
            representative,
            read(&without.representative_app, &without),
            "representative {path}"
        );
        compared += usize::from(representative.0 == 200);
    }
    for part in ["", "/minutes", "/participation", "/checklist", "/discussions"] {
        let read = |actor: &Actor, side: &Side| {
            seen(
                actor,
                &format!("/v1/cases/{}/meetings/{}{part}", side.case, side.meeting),
            )
        };
        assert_eq!(
            read(&with.adult_app, &with),
            read(&without.adult_app, &without),
            "adult {part}"
        );
        let representative = read(&with.representative_app, &with);
        assert_eq!(
            representative,
            read(&without.representative_app, &without),
            "representative {part}"
        );
        assert_eq!(representative.0, 200, "{part}");
    }
    for list in ["", "/contact-points", "/representatives", "/communication-needs"] {
        let read = |actor: &Actor, side: &Side| seen(actor, &format!("/v1/adults/{}{list}", side.adult));
        let adult = |side: &Side| {
            let (status, tag, mut body) = read(&side.adult_app, side);
            // It is the adult's own number: they are shown it, and that it is kept confidential.
            without_member(&mut body, "confidential");
            (status, tag, body)
        };
        assert_eq!(adult(&with), adult(&without), "adult {list}");
        let representative = read(&with.representative_app, &with);
        assert_eq!(
            representative,
            read(&without.representative_app, &without),
            "representative {list}"
        );
    }
    for list in ["", "/updates", "/information-requests"] {
        let read = |side: &Side| seen(&police, &format!("/v1/referrals/{}{list}", side.referral));
        assert_eq!(read(&with), read(&without), "referrer {list}");
        assert_eq!(read(&with).0, 200);
    }
    assert!(compared >= 5, "the representative reads only {compared}");
    let minutes = |actor: &str, side: &Side| {
        let path = format!("/v1/cases/{}/meetings/{}/minutes", side.case, side.meeting);
        server.as_(actor).get(&path).ok().body
    };
    assert!(minutes("practitioner", &with).get("restrictedPart").is_some());
    assert_ne!(
        minutes("duty", &with)["withheld"],
        minutes("duty", &without)["withheld"],
        "staff are told"
    );
}

fn side(server: &Server, name: &str, withheld: bool) -> Side {
    let practitioner = server.as_("practitioner");
    let (referral, case) = accepted_case(server, &format!("PPN-{name}"));
    let read = practitioner.get(&format!("/v1/cases/{case}")).ok();
    let (reference, adult) = (read.text("/reference"), read.text("/adult/id"));
    let adult_app = server.add_user(
        &format!("adult-{name}"),
        Role::Adult,
        "northbank",
        Some(&reference),
    );
    let role = Role::Representative;
    let representative_app = server.add_user(&format!("friend-{name}"), role, "northbank", None);
    let friend = json!({"kind": "representative", "name": "A friend", "legalAuthority": "none", "chosenByAdult": "yes",
        "conflict": "none",
        "mayReceive": ["outcomes", "wishes", "meetings", "plan", "next_steps", "feedback", "decisions"]});
    let friend = practitioner
        .post(&format!("/v1/adults/{adult}/representatives"), &friend)
        .created();
    server.give_case(&representative_app, &reference, (role, Some(&friend.id())));
    let number =
        json!({"kind": "mobile", "value": "07700 900123", "safeToUse": "yes", "confidential": withheld});
    practitioner
        .post(&format!("/v1/adults/{adult}/contact-points"), &number)
        .created();
    let mut note = json!({"kind": "visit", "withAdult": true, "basis": "said", "text": "She was at home"});
    let mut text = json!({"text": "The bank explained the daily limit"});
    if withheld {
        note["restrictedPart"] = json!("The police are looking into a second account");
        text["restrictedPart"] = json!("The police are looking into a second account");
    }
    practitioner
        .post(&format!("/v1/cases/{case}/contacts"), &note)
        .created();
    let meeting = json!({"kind": "review", "plannedStart": "2126-12-01T10:00:00Z", "place": "By telephone"});
    let meeting = practitioner
        .post(&format!("/v1/cases/{case}/meetings"), &meeting)
        .created()
        .id();
    let minutes = format!("/v1/cases/{case}/meetings/{meeting}/minutes");
    practitioner.put(&minutes, &text).if_match("W/\"1\"").ok();
    let wish = json!({"kind": "want", "text": "To stay at home", "saidBy": "adult"});
    practitioner
        .post(&format!("/v1/cases/{case}/wishes"), &wish)
        .created();
    Side {
        adult_app,
        representative_app,
        case,
        adult,
        meeting,
        referral,
    }
}

/// Status, version and body of an answer, without what differs between any two records.
fn seen(actor: &Actor, path: &str) -> (u16, String, Value) {
    let answer = actor.get(path).send();
    let mut body = answer.body.clone();
    neutral(&mut body);
    // What follows the dot of a tag is a digest of all of it, ids too.
    let version = answer.tag().split('.').next().unwrap_or_default().to_owned();
    (answer.status, version, body)
}

fn neutral(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(neutral),
        Value::Array(items) => items.iter_mut().for_each(neutral),
        Value::String(text) => {
            let is_id = msp_api::ids::Id::parse(text).is_some();
            let is_time = text.len() >= 20 && text.ends_with('Z') && text.as_bytes()[10] == b'T';
            let tells_apart = ["WITH", "BARE"].iter().any(|name| text.contains(name));
            let is_reference =
                text.contains("-2026-") || text.starts_with("/v1/") || text.starts_with("/problems");
            if is_id || is_time || tells_apart || is_reference {
                *text = "neutral".to_owned();
            }
        }
        _ => {}
    }
}

fn without_member(value: &mut Value, name: &str) {
    match value {
        Value::Object(members) => {
            members.remove(name);
            members.values_mut().for_each(|value| without_member(value, name));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| without_member(item, name)),
        _ => {}
    }
}
