//! Steps from a referral to a case, and what becomes of cases and adults as a whole.

use serde_json::{Value, json};

use super::ledger::{Kind, Place, Referral, Tie, Who};
use super::world::{
    EASTMOOR_MANAGER, HUMANS, MANAGER, POLICE, PRACTITIONER, WARD, World, at_most, lately, text,
};
use crate::graph::dice::Dice;

/// The first case of a world: referred by the police, accepted by the manager, allocated to the practitioner.
pub fn open_a_case(world: &mut World) {
    let referral = sent(world, POLICE, 0, "northbank").unwrap_or_else(|| panic!("{:?}", world.story));
    let allocated = world.ledger.people[PRACTITIONER].id.clone();
    let body = json!({"decision": "accept", "allocateTo": allocated});
    triaged(world, MANAGER, referral, &body).unwrap_or_else(|| panic!("{:?}", world.story));
    world.touched = (0, MANAGER);
}

fn sent(world: &mut World, who: Who, human: usize, authority: &str) -> Option<usize> {
    let ((first, summary), (second, name)) = (world.word(), world.word());
    let mut body = crate::stories::referral(&format!("R{}", msp_api::ids::Id::new()));
    body["authority"] = json!(authority);
    body["adult"] = world.human(human);
    body["concern"]["summary"] = json!(format!("Money is missing {summary}"));
    body["personsOfConcern"][0]["name"] = json!(name);
    for member in ["externalReferences", "agencyPayload"] {
        body.as_object_mut().unwrap().remove(member);
    }
    // A client's reference is its own, and people have none.
    if ![POLICE, WARD].contains(&who) {
        body.as_object_mut().unwrap().remove("agencyReference");
    }
    // Of a referral the story tells its beginning only.
    let answer = world.send(who, "POST", "/v1/referrals", &body);
    let line = world.story.pop()?;
    let short = json!({"adult": body["adult"], "authority": authority});
    world
        .story
        .push(line.replace(&body.to_string(), &short.to_string()));
    let id = text(&answer, "/id").filter(|_| answer.status == 201)?;
    let (authority, case) = (authority.to_owned(), None);
    world.ledger.referrals.push(Referral {
        id,
        authority,
        human,
        sender: who,
        case,
    });
    let referral = world.ledger.referrals.len() - 1;
    let path = format!("/v1/referrals/{}", world.ledger.referrals[referral].id);
    world.wrote(
        first,
        Kind::Referral,
        Place::Referral(referral),
        who,
        path.clone(),
    );
    world.wrote(
        second,
        Kind::PersonOfConcern,
        Place::Referral(referral),
        who,
        path,
    );
    Some(referral)
}

pub fn refer(world: &mut World, dice: &mut Dice) -> Option<()> {
    let who = if dice.percent(50) {
        POLICE
    } else {
        world.somebody(dice)
    };
    let authority = dice.pick(&["northbank", "northbank", "northbank", "eastmoor"]);
    sent(world, who, at_most(dice, HUMANS), authority).map(|_| ())
}

fn triaged(world: &mut World, who: Who, referral: usize, body: &Value) -> Option<()> {
    let path = format!("/v1/referrals/{}", world.ledger.referrals[referral].id);
    let answer = world.change(who, "POST", &format!("{path}/triage"), body, &path);
    let id = text(&answer, "/caseId").filter(|_| answer.status == 200)?;
    let known = world.ledger.cases.iter().position(|case| case.id == id);
    let (authority, human) = (
        world.ledger.referrals[referral].authority.clone(),
        world.ledger.referrals[referral].human,
    );
    let allocated = body["allocateTo"].as_str();
    let allocated = world
        .ledger
        .people
        .iter()
        .position(|person| Some(person.id.as_str()) == allocated);
    let case = known.unwrap_or_else(|| world.opened(&id, &authority, human, allocated));
    world.ledger.referrals[referral].case = Some(case);
    world.touched = (case, who);
    Some(())
}

/// A manager mostly, or whoever: accepts with a new or a known record, links, or asks without saying which record.
pub fn triage(world: &mut World, dice: &mut Dice) -> Option<()> {
    let waiting: Vec<usize> = (0..world.ledger.referrals.len())
        .filter(|referral| world.ledger.referrals[*referral].case.is_none())
        .collect();
    if waiting.is_empty() {
        return refer(world, dice);
    }
    let referral = dice.pick(&waiting);
    let authority = world.ledger.referrals[referral].authority.clone();
    let managers: Vec<Who> = (0..world.actors.len())
        .filter(|who| world.ledger.people[*who].is("manager", &authority))
        .collect();
    let who = match managers.is_empty() || dice.percent(15) {
        true => world.somebody(dice),
        false => dice.pick(&managers),
    };
    let to = if dice.percent(40) {
        who
    } else {
        world.somebody(dice)
    };
    let to = if authority == "northbank" && dice.percent(40) {
        PRACTITIONER
    } else {
        to
    };
    let mut body = json!({"decision": "accept", "allocateTo": world.ledger.people[to].id});
    let there: Vec<usize> = (0..world.ledger.adults.len())
        .filter(|adult| world.ledger.adults[*adult].authority == authority)
        .collect();
    match dice.roll() % 10 {
        0..4 if !there.is_empty() => body["adultId"] = json!(world.ledger.adults[dice.pick(&there)].id),
        4..8 => body["newAdult"] = json!(true),
        8 => {
            let case = at_most(dice, world.ledger.cases.len());
            body = json!({"decision": "link", "caseId": world.ledger.cases[case].id});
        }
        _ => {}
    }
    triaged(world, who, referral, &body)
}

pub fn allocate(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let to = world.somebody(dice);
    team(world, who, case, to, None)
}

/// Restricts a case to those who are named, or opens it again.
pub fn restrict(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let to = world.ledger.cases[case].allocated.unwrap_or(PRACTITIONER);
    team(world, who, case, to, Some(dice.percent(75)))
}

fn team(world: &mut World, who: Who, case: usize, to: Who, restricted: Option<bool>) -> Option<()> {
    let path = format!("{}/team", world.case_path(case));
    let mut body = json!({"allocateTo": world.ledger.people[to].id});
    if let Some(restricted) = restricted {
        body["restricted"] = json!(restricted);
    }
    let answer = world.change(who, "PUT", &path, &body, &path.clone());
    if answer.status != 200 {
        return None;
    }
    let kept = &mut world.ledger.cases[case];
    kept.allocated = Some(to);
    if let Some(restricted) = restricted {
        kept.restricted = restricted;
        if restricted {
            // Who restricts a case is named on it.
            super::access::named(world, case, String::new(), Some(who), None, vec![]);
        }
    }
    Some(())
}

pub fn transfer(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let path = world.case_path(case);
    let from = world.ledger.cases[case].authority.clone();
    let to = if from == "northbank" {
        "eastmoor"
    } else {
        "northbank"
    };
    let body = json!({"toAuthority": to, "reason": "She moved", "adultView": "Content"});
    let answer = world.change(who, "POST", &format!("{path}/transfer"), &body, &path);
    let id = text(&answer, "/transferredTo").filter(|_| answer.status == 200)?;
    let adult = world.ledger.cases[case].adult;
    let human = world.ledger.adults[adult].human;
    let there = world.opened(&id, to, human, None);
    world.ledger.cases[there].restricted = world.ledger.cases[case].restricted;
    let travelled = world.ledger.cases[there].adult;
    world.ledger.ties.push(Tie {
        from: adult,
        to: travelled,
        moved: vec![],
        merge: false,
        stands: true,
    });
    // Her current words go along.
    for text in world.ledger.texts.values_mut() {
        if text.kind == Kind::Outcome && text.places.contains(&Place::Case(case)) {
            text.places.push(Place::Case(there));
        }
    }
    world.touched = (there, if dice.percent(50) { EASTMOOR_MANAGER } else { who });
    Some(())
}

pub fn merge(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let adult = world.ledger.cases[case].adult;
    let authority = &world.ledger.adults[adult].authority;
    let others: Vec<usize> = (0..world.ledger.adults.len())
        .filter(|other| *other != adult && world.ledger.adults[*other].authority == *authority)
        .collect();
    if others.is_empty() {
        return None;
    }
    let other = dice.pick(&others);
    let path = world.adult_path(adult);
    let body = json!({"duplicateId": world.ledger.adults[other].id, "reason": "One person"});
    let answer = world.change(who, "POST", &format!("{path}/merge"), &body, &path);
    if answer.status != 200 {
        return None;
    }
    let moved: Vec<usize> = world.ledger.cases_of(&[other].into()).collect();
    for case in &moved {
        world.ledger.cases[*case].adult = adult;
    }
    world.ledger.ties.push(Tie {
        from: other,
        to: adult,
        moved,
        merge: true,
        stands: true,
    });
    Some(())
}

pub fn unmerge(world: &mut World, dice: &mut Dice) -> Option<()> {
    let merged: Vec<usize> = (0..world.ledger.ties.len())
        .filter(|tie| world.ledger.ties[*tie].merge && world.ledger.ties[*tie].stands)
        .collect();
    if merged.is_empty() {
        return merge(world, dice);
    }
    let (who, _) = world.lead_of_a_case(dice);
    let tie = dice.pick(&merged);
    let (from, to) = (world.ledger.ties[tie].from, world.ledger.ties[tie].to);
    let path = world.adult_path(to);
    let body = json!({"duplicateId": world.ledger.adults[from].id, "reason": "Two sisters"});
    let answer = world.change(who, "POST", &format!("{path}/unmerge"), &body, &path);
    if answer.status != 200 {
        return None;
    }
    world.ledger.ties[tie].stands = false;
    for case in world.ledger.ties[tie].moved.clone() {
        world.ledger.cases[case].adult = from;
    }
    Some(())
}

/// Somebody makes a record of one of the people, and is told who is like them.
pub fn make_a_record(world: &mut World, dice: &mut Dice) -> Option<()> {
    let who = world.somebody(dice);
    let human = at_most(dice, HUMANS);
    let mut body = json!({"adult": world.human(human)});
    if dice.percent(50) {
        body["newAdult"] = json!(true);
    }
    let answer = world.send(who, "POST", "/v1/adults", &body);
    let id = text(&answer, "/id").filter(|_| answer.status == 201)?;
    let authority = text(&answer, "/authority")?;
    world.read(who, &format!("/v1/adults/{id}/possible-matches"));
    world
        .ledger
        .adults
        .push(super::ledger::AdultRecord { id, authority, human });
    Some(())
}

pub fn close(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let path = world.case_path(case);
    let body = json!({"to": "closed_no_enquiry", "dispositions": ["information_advice"], "narrative": "Advice given",
        "adultView": "Content", "feedbackToReferrer": {"withheldReason": "Anonymous"}});
    let answer = world.change(who, "POST", &format!("{path}/transitions"), &body, &path);
    world.ledger.cases[case].closed |= answer.status == 200;
    (answer.status == 200).then_some(())
}

pub fn group(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let other = lately(dice, world.ledger.cases.len())?;
    let path = world.case_path(case);
    let body = json!({"caseId": world.ledger.cases[other].id});
    let answer = world.change(who, "POST", &format!("{path}/group"), &body, &path);
    (answer.status == 200).then_some(())
}
