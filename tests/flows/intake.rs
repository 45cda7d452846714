//! Steps from a referral to a case, and what becomes of cases and adults as a whole.

use serde_json::{Value, json};

use super::ledger::{AdultRecord, Kind, Merge, Place, Referral, Who, Whom};
use super::world::{
    EASTMOOR_MANAGER, HUMANS, MANAGER, POLICE, PRACTITIONER, WARD, World, at_most, lately, text,
};
use crate::graph::dice::Dice;

/// The first cases of a world: referred by the police, accepted by the manager, allocated to the practitioner.
pub fn open_cases(world: &mut World) {
    for human in [0, 1] {
        let north = world.north();
        let referral =
            sent(world, POLICE, human, &north, vec![]).unwrap_or_else(|| panic!("{:?}", world.story));
        let allocated = world.ledger.people[PRACTITIONER].id.clone();
        let body = json!({"decision": "accept", "allocateTo": allocated});
        triaged(world, MANAGER, referral, &body).unwrap_or_else(|| panic!("{:?}", world.story));
    }
    world.touched = (0, MANAGER);
}

fn sent(world: &mut World, who: Who, human: usize, authority: &str, hidden_from: Vec<Whom>) -> Option<usize> {
    let ((first, summary), (second, name)) = (world.word(), world.word());
    let mut body = crate::stories::referral(&format!("R{}", msp_api::ids::Id::new()));
    body["authority"] = json!(authority);
    body["adult"] = world.human(human);
    body["concern"]["summary"] = json!(format!("Money is missing {summary}"));
    body["personsOfConcern"][0]["name"] = json!(name);
    for member in ["externalReferences", "agencyPayload"] {
        body.as_object_mut().unwrap().remove(member);
    }
    let must_not_see = hidden_from.iter().map(|whom| match whom {
        Whom::StaffNumber(number) => json!({"staffNumber": number, "reason": "His friend"}),
        Whom::Account(who) => json!({"userId": world.ledger.people[*who].id, "reason": "His wife"}),
        Whom::Agency(_) => json!({}),
    });
    body["mustNotSee"] = must_not_see.collect();
    // A client's reference is its own, and people have none.
    if ![POLICE, WARD].contains(&who) {
        body.as_object_mut().unwrap().remove("agencyReference");
    }
    // Of a referral the story tells its beginning only.
    let answer = world.send(who, "POST", "/v1/referrals", &body);
    let line = world.story.pop()?;
    let short = json!({"adult": body["adult"], "authority": authority, "mustNotSee": body["mustNotSee"]});
    world
        .story
        .push(line.replace(&body.to_string(), &short.to_string()));
    let id = text(&answer, "/id").filter(|_| answer.status == 201)?;
    // A program acts for everybody of its agency.
    let people = &world.ledger.people;
    let hidden_from = hidden_from.into_iter().map(|whom| match &whom {
        Whom::Account(who) if people[*who].is_client => Whom::Agency(people[*who].agency.clone().unwrap()),
        _ => whom,
    });
    let hidden_from = hidden_from.collect();
    let (authority, case) = (authority.to_owned(), None);
    world.ledger.referrals.push(Referral {
        id,
        authority,
        human,
        sender: who,
        hidden_from,
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

/// The police mostly, or whoever; now and then it says who must not see it.
pub fn refer(world: &mut World, dice: &mut Dice) -> Option<()> {
    let east = dice.percent(25);
    let who = match (east, dice.percent(50)) {
        (true, _) => dice.pick(&[EASTMOOR_MANAGER, EASTMOOR_MANAGER + 1]),
        (false, true) => POLICE,
        (false, false) => world.somebody(dice),
    };
    let authority = if east { world.east() } else { world.north() };
    let hidden_from = match dice.percent(25) {
        true => vec![super::access::somebody_to_keep_away(world, dice)],
        false => vec![],
    };
    sent(world, who, at_most(dice, HUMANS), &authority, hidden_from).map(|_| ())
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
    if known.is_none() {
        world.ledger.protect(world.ledger.cases[case].adult, &[case], who);
    }
    for whom in world.ledger.referrals[referral].hidden_from.clone() {
        world.ledger.exclude(case, whom, String::new());
    }
    world.learn_conflicts(case);
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
    let to = if authority == world.north() && dice.percent(40) {
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
        let anew = restricted && !kept.restricted;
        kept.restricted = restricted;
        if anew {
            // Who restricts a case is named on it.
            world.ledger.name(case, String::new(), Some(who), None, vec![]);
        }
    }
    Some(())
}

pub fn transfer(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let path = world.case_path(case);
    let to = if world.ledger.cases[case].authority == world.north() {
        world.east()
    } else {
        world.north()
    };
    let body = json!({"toAuthority": to, "reason": "She moved", "adultView": "Content"});
    let answer = world.change(who, "POST", &format!("{path}/transfer"), &body, &path);
    let id = text(&answer, "/transferredTo").filter(|_| answer.status == 200)?;
    let human = world.ledger.adults[world.ledger.cases[case].adult].human;
    let there = world.opened(&id, &to, human, None);
    world.ledger.cases[case].went_to = Some(there);
    let travelled = world.ledger.cases[there].adult;
    world.ledger.protect(travelled, &[there], who);
    world.ledger.take_conflicts_along(there);
    world.learn_conflicts(there);
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
    let (any, case) = world.lead_of_a_case(dice);
    let adult = world.ledger.cases[case].adult;
    let authority = &world.ledger.adults[adult].authority;
    let merged: Vec<usize> = world
        .ledger
        .merges
        .iter()
        .filter(|one| one.stands)
        .map(|one| one.from)
        .collect();
    let others: Vec<usize> = (0..world.ledger.adults.len())
        .filter(|other| {
            *other != adult && !merged.contains(other) && world.ledger.adults[*other].authority == *authority
        })
        .collect();
    if others.is_empty() {
        return None;
    }
    // A manager, who alone may, mostly; now and then one who is kept from either.
    let managers: Vec<Who> = (0..world.actors.len())
        .filter(|who| world.ledger.people[*who].is("manager", authority))
        .collect();
    let who = if managers.is_empty() || dice.percent(20) {
        any
    } else {
        dice.pick(&managers)
    };
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
    world.ledger.merges.push(Merge {
        from: other,
        to: adult,
        moved,
        stands: true,
    });
    let all = world.ledger.same_person(adult, true);
    let all: Vec<usize> = world.ledger.cases_of(&all).collect();
    world.ledger.protect(adult, &all, who);
    Some(())
}

pub fn unmerge(world: &mut World, dice: &mut Dice) -> Option<()> {
    let merged: Vec<usize> = (0..world.ledger.merges.len())
        .filter(|merge| world.ledger.merges[*merge].stands)
        .collect();
    if merged.is_empty() {
        return merge(world, dice);
    }
    let (who, _) = world.lead_of_a_case(dice);
    let at = dice.pick(&merged);
    let (from, to) = (world.ledger.merges[at].from, world.ledger.merges[at].to);
    let path = world.adult_path(to);
    let body = json!({"duplicateId": world.ledger.adults[from].id, "reason": "Two sisters"});
    let answer = world.change(who, "POST", &format!("{path}/unmerge"), &body, &path);
    if answer.status != 200 {
        return None;
    }
    world.ledger.merges[at].stands = false;
    for case in world.ledger.merges[at].moved.clone() {
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
    world.ledger.adults.push(AdultRecord { id, authority, human });
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
    let authority = &world.ledger.cases[case].authority;
    let others: Vec<usize> = (0..world.ledger.cases.len())
        .filter(|other| *other != case && world.ledger.cases[*other].authority == *authority)
        .collect();
    let other = others[lately(dice, others.len())?];
    let path = world.case_path(case);
    let body = json!({"caseId": world.ledger.cases[other].id});
    let answer = world.change(who, "POST", &format!("{path}/group"), &body, &path);
    if answer.status != 200 {
        return None;
    }
    // The first of a group gives it its number.
    let group = world.ledger.cases[other].group.unwrap_or(world.story.len());
    for one in [case, other] {
        world.ledger.cases[one].group = Some(group);
    }
    Some(())
}
