//! Steps that change who may see what: naming, excluding, apps and invitations, advocates, accounts and agencies.

use serde_json::{Value, json};

use super::ledger::{Assignment, Code, Exclusion, For, Joined, Kind, Naming, Place, Representative, Who};
use super::world::{ADMIN, ADVOCATE, KIN, MANAGER, NURSE, POLICE, WARD, World, at_most, lately, text};
use crate::graph::dice::Dice;

pub fn named(
    world: &mut World,
    case: usize,
    id: String,
    user: Option<Who>,
    agency: Option<String>,
    sections: Vec<String>,
) {
    world.ledger.namings.push(Naming {
        id,
        case,
        user,
        agency,
        sections,
        stands: true,
    });
}

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
    named(world, case, format!("{list}/{id}"), user, agency, sections);
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
    let at = lately(dice, world.ledger.namings.len())?;
    let path = world.ledger.namings[at].id.clone();
    if path.is_empty() {
        return None;
    }
    let (who, _) = world.lead_of_a_case(dice);
    if undone(world, dice, who, &path, &json!({"endsOn": "2026-11-20"})) {
        world.ledger.namings[at].stands = false;
    }
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

/// Excludes somebody, or everybody of the ward.
pub fn exclude(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let standing: Vec<Who> = (0..world.actors.len())
        .filter(|who| !world.ledger.standings(*who, case).is_empty())
        .collect();
    let whom = match !standing.is_empty() && dice.percent(60) {
        true => dice.pick(&standing),
        false => world.somebody(dice),
    };
    let (number, word) = world.word();
    let mut body = json!({"kind": "is_person_of_concern", "detail": format!("She says it is him {word}")});
    let (user, agency) = match [NURSE, WARD, POLICE].contains(&whom) {
        true => (None, Some(world.ward())),
        false => (Some(whom), None),
    };
    match &agency {
        Some(agency) => body["agencyId"] = json!(agency),
        None => body["userId"] = json!(world.ledger.people[whom].id),
    }
    let list = format!("{}/conflicts", world.case_path(case));
    let answer = world.send(who, "POST", &list, &body);
    let id = text(&answer, "/id").filter(|_| answer.status == 201)?;
    let id = format!("{list}/{id}");
    world.wrote(number, Kind::ConflictDetail, Place::Case(case), who, id.clone());
    world.ledger.exclusions.push(Exclusion {
        id,
        case,
        user,
        agency,
        stands: true,
    });
    Some(())
}

pub fn end_an_exclusion(world: &mut World, dice: &mut Dice) -> Option<()> {
    let at = lately(dice, world.ledger.exclusions.len())?;
    let path = world.ledger.exclusions[at].id.clone();
    let (who, _) = world.lead_of_a_case(dice);
    if undone(world, dice, who, &path, &json!({"endedOn": "2026-11-20"})) {
        world.ledger.exclusions[at].stands = false;
    }
    Some(())
}

/// Records who represents her; now and then with an account that somebody has already.
pub fn record_a_representative(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let adult = world.ledger.cases[case].adult;
    let mut may_receive = ["outcomes", "wishes", "meetings", "next_steps"]
        .map(str::to_owned)
        .to_vec();
    may_receive.retain(|_| dice.percent(50));
    let mut body = json!({"kind": "representative", "name": "Nia Invented", "legalAuthority": "none", "chosenByAdult": "yes",
        "conflict": "none", "mayReceive": may_receive});
    let account = if dice.percent(40) {
        KIN
    } else {
        world.somebody(dice)
    };
    let mut account = dice.percent(50).then_some(account);
    if let Some(account) = account {
        body["userId"] = json!(world.ledger.people[account].id);
    }
    let list = format!("{}/representatives", world.adult_path(adult));
    let mut answer = world.send(who, "POST", &list, &body);
    if answer.status == 422 && account.take().is_some() {
        body.as_object_mut().unwrap().remove("userId");
        answer = world.send(who, "POST", &list, &body);
    }
    let id = text(&answer, "/id").filter(|_| answer.status == 201)?;
    world.ledger.representatives.push(Representative {
        id,
        adult,
        may_receive,
        account,
        implicated: false,
    });
    Some(())
}

pub fn implicate_a_representative(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let at = lately(dice, world.ledger.representatives.len())?;
    let one = &world.ledger.representatives[at];
    let path = format!("{}/representatives/{}", world.adult_path(one.adult), one.id);
    let implicated = dice.percent(70);
    let body = json!({"conflict": if implicated { "implicated" } else { "none" }});
    if world.change(who, "PATCH", &path, &body, &path).status == 200 {
        world.ledger.representatives[at].implicated = implicated;
        world.touched = (case, who);
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
    for joined in world
        .ledger
        .joined
        .iter_mut()
        .filter(|one| one.case == case && one.whose == whose)
    {
        joined.paused = decision != "allow";
    }
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

/// Whoever has a code redeems it: most are new, some were used or ended.
pub fn redeem(world: &mut World, dice: &mut Dice) -> Option<()> {
    let at = lately(dice, world.ledger.codes.len())?;
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
    let at = lately(dice, world.ledger.codes.len())?;
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
    if let Some(token) = text(&answer, "/accessToken") {
        let me = text(&world.site.server.with_token(&token).get("/v1/me").send(), "/id");
        if me.as_ref() != Some(&world.ledger.people[who].id) {
            world.broke("2: accepting an invitation opened another account", &name);
        }
    }
    if world.ledger.codes[at].spent {
        world.broke("2: a code that was used or ended was accepted", &name);
    }
    joins(world, who, at);
    Some(())
}

fn joins(world: &mut World, who: Who, code: usize) {
    let (case, whose) = (world.ledger.codes[code].case, world.ledger.codes[code].whose);
    world.ledger.codes[code].spent = true;
    world.ledger.joined.push(Joined {
        who,
        case,
        whose,
        paused: false,
    });
    world.touched = (case, who);
}

pub fn pause(world: &mut World, dice: &mut Dice) -> Option<()> {
    let at = lately(dice, world.ledger.joined.len())?;
    let who = world.ledger.joined[at].who;
    let answer = world.send(who, "POST", "/v1/me/pause", &json!({}));
    if answer.status == 200 {
        for joined in world.ledger.joined.iter_mut().filter(|one| one.who == who) {
            joined.paused = true;
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
    if answer.status == 200 {
        world.ledger.assignments[at].works = to != "ended";
        world.touched = (world.ledger.assignments[at].case, who);
    }
    Some(())
}

pub fn use_emergency_access(world: &mut World, dice: &mut Dice) -> Option<()> {
    let who = world.somebody(dice);
    let case = at_most(dice, world.ledger.cases.len());
    let path = format!("{}/emergency-access", world.case_path(case));
    let body = json!({"reasonCode": "out_of_hours", "reason": "The police ask where she is"});
    if world.send(who, "POST", &path, &body).status == 201 {
        world.ledger.emergencies.push((who, case));
    }
    world.touched = (case, who);
    Some(())
}

/// An administrator takes a role away, gives one, disables, or says for whom somebody works.
pub fn amend_an_account(world: &mut World, dice: &mut Dice) -> Option<()> {
    let by = if dice.percent(80) {
        ADMIN
    } else {
        world.somebody(dice)
    };
    let whom = at_most(dice, NURSE + 1);
    let role = dice.pick(&["manager", "practitioner", "delegated_practitioner"]);
    let body = match dice.roll() % 5 {
        0 => json!({"roles": []}),
        1 => json!({"roles": [{"role": role, "authority": "northbank"}]}),
        2 => json!({"enabled": false}),
        3 => json!({"enabled": true}),
        _ => json!({"agencyId": world.ward()}),
    };
    let path = format!("/v1/users/{}", world.ledger.people[whom].id);
    world.change(by, "PATCH", &path, &body, &path.clone());
    if whom != ADMIN {
        world.look_up(whom);
    }
    Some(())
}

/// The ward's agreement ends, or is made again; what it may then read is at most what it was named for.
pub fn amend_the_agency(world: &mut World, dice: &mut Dice) -> Option<()> {
    let by = if dice.percent(70) { ADMIN } else { MANAGER };
    let path = format!("/v1/agencies/{}", world.ward());
    let until = dice
        .pick(&[json!("2026-11-01"), json!(null), json!(null)].each_ref())
        .clone();
    world.change(
        by,
        "PATCH",
        &path,
        &json!({"agreementUntil": until}),
        &path.clone(),
    );
    Some(())
}
