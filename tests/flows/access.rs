//! Steps that change who may see what: naming, excluding, apps and invitations, advocates.

use serde_json::{Value, json};

use super::ledger::{Assignment, Code, Decided, For, Joined, Kind, Place, Representative, Who, Whom};
use super::world::{ADVOCATE, KIN, NURSE, POLICE, WARD, World, at_most, lately, text};
use crate::graph::dice::Dice;

/// Names an adviser, or the ward as a partner; now and then with a member of staff smuggled in.
pub fn name(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let (number, word) = world.word();
    let somebody = world.somebody(dice);
    let is_partner = dice.percent(50);
    let mut body = json!({"reason": format!("Knows the home {word}")});
    let (mut user, mut agency, mut sections) = (None, None, vec![]);
    if is_partner {
        agency = Some(world.ward());
        sections = ["outcomes", "wishes", "meetings", "persons_of_concern"]
            .map(str::to_owned)
            .to_vec();
        sections.retain(|_| dice.percent(40));
        body["agencyId"] = json!(agency);
        body["sections"] = json!(sections);
        if dice.percent(40) {
            body["userId"] = json!(world.ledger.people[somebody].id);
        }
    } else {
        user = Some(somebody);
        body["userId"] = json!(world.ledger.people[somebody].id);
    }
    body["relationship"] = json!(if is_partner { "partner" } else { "adviser" });
    let list = format!("{}/grants", world.case_path(case));
    let answer = world.send(who, "POST", &list, &body);
    let id = text(&answer, "/id").filter(|_| answer.status == 201)?;
    world
        .ledger
        .name(case, format!("{list}/{id}"), user, agency, sections);
    world.wrote(
        number,
        Kind::NamingReason,
        Place::Case(case),
        who,
        format!("{list}/{id}"),
    );
    Some(())
}

pub fn end_a_naming(world: &mut World, dice: &mut Dice) -> Option<()> {
    if world.ledger.namings.iter().all(|one| one.id.is_empty()) {
        name(world, dice)?;
    }
    let known: Vec<usize> = (0..world.ledger.namings.len())
        .filter(|at| world.ledger.namings[*at].stands && !world.ledger.namings[*at].id.is_empty())
        .collect();
    let at = known[lately(dice, known.len())?];
    let (path, case) = (world.ledger.namings[at].id.clone(), world.ledger.namings[at].case);
    let any = world.somebody(dice);
    let who = world.lead_of(dice, case, any);
    if !undone(world, dice, who, &path, &json!({"endsOn": "2026-11-20"})) {
        return None;
    }
    world.ledger.namings[at].stands = false;
    Some(())
}

/// Ends something by a day, or marks it as entered in error.
fn undone(world: &mut World, dice: &mut Dice, who: Who, path: &str, ended: &Value) -> bool {
    let answer = match dice.percent(60) {
        true => world.change(who, "PATCH", path, ended, path),
        false => {
            let mistake = json!({"reason": "Of another case"});
            world.change(who, "POST", &format!("{path}/entered-in-error"), &mistake, path)
        }
    };
    answer.status == 200
}

/// One of those who work with her, or whoever; by account, by agency or by staff number.
pub fn somebody_to_keep_away(world: &World, dice: &mut Dice) -> Whom {
    let case = at_most(dice, world.ledger.cases.len());
    let standing: Vec<Who> = (0..world.actors.len())
        .filter(|who| !world.ledger.standings(*who, case).is_empty())
        .collect();
    let whom = match !standing.is_empty() && dice.percent(60) {
        true => dice.pick(&standing),
        false => world.somebody(dice),
    };
    match &world.ledger.people[whom].staff_number {
        Some(number) if dice.percent(50) => Whom::StaffNumber(number.clone()),
        _ => Whom::Account(whom),
    }
}

/// Excludes somebody, or everybody of the ward.
pub fn exclude(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let mut whom = somebody_to_keep_away(world, dice);
    if [NURSE, WARD, POLICE].map(Whom::Account).contains(&whom) {
        whom = Whom::Agency(world.ward());
    }
    let (number, word) = world.word();
    let mut body = json!({"kind": "is_person_of_concern", "detail": format!("She says it is him {word}")});
    match &whom {
        Whom::Account(who) => body["userId"] = json!(world.ledger.people[*who].id),
        Whom::Agency(agency) => body["agencyId"] = json!(agency),
        Whom::StaffNumber(number) => body["staffNumber"] = json!(number),
    }
    let list = format!("{}/conflicts", world.case_path(case));
    let answer = world.send(who, "POST", &list, &body);
    let id = text(&answer, "/id").filter(|_| answer.status == 201)?;
    let id = format!("{list}/{id}");
    world.wrote(number, Kind::ConflictDetail, Place::Case(case), who, id.clone());
    world.ledger.exclude(case, whom, id);
    Some(())
}

pub fn end_an_exclusion(world: &mut World, dice: &mut Dice) -> Option<()> {
    let known: Vec<usize> = (0..world.ledger.exclusions.len())
        .filter(|at| world.ledger.exclusions[*at].stands && !world.ledger.exclusions[*at].id.is_empty())
        .collect();
    let at = known[lately(dice, known.len())?];
    let (path, case) = (
        world.ledger.exclusions[at].id.clone(),
        world.ledger.exclusions[at].case,
    );
    let any = world.somebody(dice);
    let who = world.lead_of(dice, case, any);
    if !undone(world, dice, who, &path, &json!({"endedOn": "2026-11-20"})) {
        return None;
    }
    world.ledger.exclusions[at].stands = false;
    Some(())
}

/// Records who represents her.
pub fn record_a_representative(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let adult = world.ledger.cases[case].adult;
    let mut may_receive = ["outcomes", "wishes", "meetings", "next_steps"]
        .map(str::to_owned)
        .to_vec();
    may_receive.retain(|_| dice.percent(60));
    let body = json!({"kind": "representative", "name": "Nia Invented", "legalAuthority": "none", "chosenByAdult": "yes",
        "conflict": "none", "mayReceive": may_receive});
    let list = format!("{}/representatives", world.adult_path(adult));
    let answer = world.send(who, "POST", &list, &body);
    let id = text(&answer, "/id").filter(|_| answer.status == 201)?;
    world.ledger.representatives.push(Representative {
        id,
        adult,
        may_receive,
        implicated: false,
    });
    Some(())
}

pub fn implicate_a_representative(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (any, _) = world.lead_of_a_case(dice);
    let at = lately(dice, world.ledger.representatives.len())?;
    let adult = world.ledger.representatives[at].adult;
    let case = world.ledger.cases_of(&[adult].into()).next()?;
    let who = world.lead_of(dice, case, any);
    let one = &world.ledger.representatives[at];
    let path = format!("{}/representatives/{}", world.adult_path(one.adult), one.id);
    let implicated = dice.percent(70);
    let body = json!({"conflict": if implicated { "implicated" } else { "none" }});
    if world.change(who, "PATCH", &path, &body, &path).status != 200 {
        return None;
    }
    world.ledger.representatives[at].implicated = implicated;
    // Whoever is implicated loses the app, and does not get it back by being cleared.
    let apps = world.ledger.joined.iter_mut();
    for app in apps.filter(|one| implicated && one.whose == For::Representative(at)) {
        app.ended = true;
    }
    Some(())
}

/// Whose app it is to be, on this case.
fn whose(world: &World, dice: &mut Dice, case: usize) -> For {
    let hers = world.ledger.same_person(world.ledger.cases[case].adult, false);
    let representatives: Vec<usize> = (0..world.ledger.representatives.len())
        .filter(|at| hers.contains(&world.ledger.representatives[*at].adult))
        .collect();
    match dice.roll() % 10 {
        0..5 if !representatives.is_empty() => For::Representative(dice.pick(&representatives)),
        5..7 => For::Advocate(0),
        _ => For::Adult,
    }
}

fn naming(world: &World, whose: For) -> Value {
    match whose {
        For::Adult => json!({"who": "adult"}),
        For::Representative(at) => {
            json!({"who": "representative", "representativeId": world.ledger.representatives[at].id})
        }
        For::Advocate(at) => json!({"who": "advocate", "advocateId": world.ledger.advocates[at].id}),
    }
}

fn decide(world: &mut World, who: Who, case: usize, whose: For, decision: &str) -> bool {
    let (number, word) = world.word();
    let mut body = naming(world, whose);
    for (name, value) in [
        ("decision", decision),
        ("view", "full"),
        ("sharedDevice", "no"),
        ("reason", &word),
    ] {
        body[name] = json!(value);
    }
    let list = format!("{}/app-access", world.case_path(case));
    let answer = world.send(who, "POST", &list, &body);
    if answer.status != 201 {
        return false;
    }
    world.wrote(
        number,
        Kind::AppReason,
        Place::Case(case),
        who,
        format!("{list}/{}", answer.id()),
    );
    let decided = match decision {
        "allow" => Decided::Allowed,
        "paused" => Decided::Paused,
        _ => Decided::NotSafe,
    };
    world.ledger.decide(case, whose, decided);
    true
}

/// Decides about somebody's app: mostly that it is not to be used.
pub fn decide_about_an_app(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.somebody_on_a_case(dice);
    let whose = whose(world, dice, case);
    let decision = dice.pick(&["allow", "not_safe", "paused"]);
    decide(world, who, case, whose, decision).then_some(())
}

pub fn invite(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let whose = whose(world, dice, case);
    let list = format!("{}/invitations", world.case_path(case));
    let mut body = naming(world, whose);
    body["handedOver"] = json!("in_person");
    let mut answer = world.send(who, "POST", &list, &body);
    if answer.status == 409 && decide(world, who, case, whose, "allow") {
        answer = world.send(who, "POST", &list, &body);
    }
    let code = text(&answer, "/code").filter(|_| answer.status == 201)?;
    // One live invitation for each person and app.
    for earlier in world
        .ledger
        .codes
        .iter_mut()
        .filter(|one| one.case == case && one.whose == whose)
    {
        earlier.spent = true;
    }
    world.ledger.codes.push(Code {
        code,
        case,
        whose,
        spent: false,
    });
    Some(())
}

/// A code: mostly one that is good, or one that was used or ended.
fn a_code(world: &World, dice: &mut Dice) -> Option<usize> {
    let codes = &world.ledger.codes;
    let good: Vec<usize> = (0..codes.len()).filter(|at| !codes[*at].spent).collect();
    match good.last() {
        Some(last) if dice.percent(70) => Some(*last),
        _ if codes.is_empty() => None,
        _ => Some(at_most(dice, codes.len())),
    }
}

/// Whoever has a code redeems it.
pub fn redeem(world: &mut World, dice: &mut Dice) -> Option<()> {
    let Some(at) = a_code(world, dice) else {
        return invite(world, dice).and(None);
    };
    let code = world.ledger.codes[at].code.clone();
    let answer = world
        .site
        .server
        .nobody()
        .post("/v1/invitations/redeem", &json!({"code": code}))
        .send();
    world
        .story
        .push(format!("somebody redeems code{at} -> {}", answer.status));
    if answer.status >= 300 {
        return None;
    }
    let spent = world.ledger.codes[at].spent;
    let who = world.made_an_account(&answer, spent)?;
    joins(world, who, at);
    Some(())
}

/// Somebody who signs in already takes an invitation with their own token.
pub fn accept(world: &mut World, dice: &mut Dice) -> Option<()> {
    let Some(at) = a_code(world, dice) else {
        return invite(world, dice).and(None);
    };
    let own = match world.ledger.codes[at].whose {
        For::Advocate(_) => ADVOCATE,
        _ => KIN,
    };
    let who = if dice.percent(70) {
        own
    } else {
        world.somebody(dice)
    };
    let code = world.ledger.codes[at].code.clone();
    let answer = world.actors[who]
        .post("/v1/invitations/accept", &json!({"code": code}))
        .send();
    let name = world.ledger.people[who].name.clone();
    world
        .story
        .push(format!("{name} accepts code{at} -> {}", answer.status));
    world.judge(who, "POST", "/v1/invitations/accept", &answer);
    if answer.status >= 300 {
        return None;
    }
    if answer.text.contains("Token") {
        world.broke("2: accepting an invitation opened a session", &name);
    }
    if world.ledger.codes[at].spent {
        world.broke("2: a code that was used or ended was accepted", &name);
    }
    joins(world, who, at);
    if let For::Advocate(entry) = world.ledger.codes[at].whose {
        // Their own login becomes the entry's, unless it has one or is asked elsewhere.
        let asked = world
            .ledger
            .assignments
            .iter()
            .filter(|one| one.advocate == entry && !one.ended);
        let elsewhere = asked
            .into_iter()
            .any(|one| one.case != world.ledger.codes[at].case);
        let advocate = &mut world.ledger.advocates[entry];
        if !elsewhere && advocate.account.is_none() {
            advocate.account = Some(who);
        }
    }
    // It may have another role now.
    world.look_up(who);
    Some(())
}

/// One person has one app for a case, and an account speaks as one person on it.
fn joins(world: &mut World, who: Who, code: usize) {
    let (case, whose) = (world.ledger.codes[code].case, world.ledger.codes[code].whose);
    world.ledger.codes[code].spent = true;
    let before = world.ledger.joined.iter_mut().filter(|one| one.case == case);
    for app in before.filter(|one| one.whose == whose || one.who == who) {
        app.ended = true;
    }
    world.ledger.joined.push(Joined {
        who,
        case,
        whose,
        ended: false,
    });
    world.touched = (case, who);
}

/// Somebody pauses their own app, or tries to.
pub fn pause(world: &mut World, dice: &mut Dice) -> Option<()> {
    let at = lately(dice, world.ledger.joined.len())?;
    let who = world.ledger.joined[at].who;
    let answer = world.send(who, "POST", "/v1/me/pause", &json!({}));
    if answer.status != 200 {
        return None;
    }
    let own = world
        .ledger
        .joined
        .iter()
        .filter(|one| one.who == who && !one.ended);
    let mut own: Vec<(usize, For)> = own.map(|one| (one.case, one.whose)).collect();
    for one in world.ledger.assignments.iter().filter(|one| !one.ended) {
        if world.ledger.advocates[one.advocate].account == Some(who) {
            own.push((one.case, For::Advocate(one.advocate)));
        }
    }
    for (case, whose) in own {
        if !world.ledger.is_stopped(case, whose) {
            world.ledger.decide(case, whose, Decided::Paused);
        }
    }
    Some(())
}

pub fn ask_for_an_advocate(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let list = format!("{}/advocacy-assignments", world.case_path(case));
    let body = json!({"kind": "care_act_s68", "basis": "power", "advocateId": world.ledger.advocates[0].id});
    let answer = world.send(who, "POST", &list, &body);
    let id = text(&answer, "/id").filter(|_| answer.status == 201)?;
    world.ledger.assignments.push(Assignment {
        id: format!("{list}/{id}"),
        case,
        advocate: 0,
        works: false,
        ended: false,
    });
    Some(())
}

/// The advocate, or who writes it down, accepts or ends.
pub fn move_an_assignment(world: &mut World, dice: &mut Dice) -> Option<()> {
    let Some(at) = lately(dice, world.ledger.assignments.len()) else {
        return ask_for_an_advocate(world, dice);
    };
    let path = world.ledger.assignments[at].id.clone();
    let (lead, _) = world.lead_of_a_case(dice);
    let who = if dice.percent(70) { ADVOCATE } else { lead };
    let to = if world.ledger.assignments[at].works {
        dice.pick(&["active", "ended"])
    } else {
        "accepted"
    };
    let answer = world.change(
        who,
        "POST",
        &format!("{path}/transitions"),
        &json!({"to": to, "reason": "As agreed"}),
        &path,
    );
    if answer.status != 200 {
        return None;
    }
    world.ledger.assignments[at].works = to != "ended";
    world.ledger.assignments[at].ended = to == "ended";
    world.touched = (world.ledger.assignments[at].case, who);
    Some(())
}

pub fn use_emergency_access(world: &mut World, dice: &mut Dice) -> Option<()> {
    let who = world.somebody(dice);
    let case = at_most(dice, world.ledger.cases.len());
    let path = format!("{}/emergency-access", world.case_path(case));
    let body = json!({"reasonCode": "out_of_hours", "reason": "The police ask where she is"});
    world.touched = (case, who);
    if world.send(who, "POST", &path, &body).status != 201 {
        return None;
    }
    world.ledger.emergencies.push((who, case));
    Some(())
}
