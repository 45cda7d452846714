//! Steps in which somebody writes something down: each text has a word that stands in no other.

use serde_json::{Value, json};

use super::ledger::{Kind, Place, Standing, Who};
use super::world::{World, lately, text};
use crate::graph::dice::Dice;

/// As whom somebody speaks in a case.
fn voice(world: &World, who: Who, case: usize) -> &'static str {
    let standings = world.ledger.standings(who, case);
    let is = |test: fn(&Standing) -> bool| standings.iter().any(test);
    match () {
        () if is(|one| *one == Standing::Adult) => "adult",
        () if is(|one| *one == Standing::Advocate) => "advocate",
        () if is(|one| matches!(one, Standing::Representative(_))) => "representative",
        () => "practitioner",
    }
}

/// Posts a text to a list of a case or an adult, and notes it where it is taken.
fn write(
    world: &mut World,
    who: Who,
    kind: Kind,
    place: Place,
    list: &str,
    body: &Value,
    number: usize,
) -> Option<String> {
    let answer = world.send(who, "POST", list, body);
    let id = text(&answer, "/id").filter(|_| answer.status == 201)?;
    world.wrote(number, kind, place, who, format!("{list}/{id}"));
    Some(id)
}

pub fn note(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.somebody_on_a_case(dice);
    let (number, word) = world.word();
    let body = json!({"kind": "visit", "withAdult": true, "basis": "said", "text": format!("She was at home {word}")});
    let list = format!("{}/contacts", world.case_path(case));
    write(
        world,
        who,
        Kind::CaseNote,
        Place::Case(case),
        &list,
        &body,
        number,
    )
    .map(|_| ())
}

pub fn say_an_outcome(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.speaker_on_a_case(dice);
    let (number, word) = world.word();
    let voice = voice(world, who, case).replace("practitioner", "adult");
    let body = json!({"ownWords": format!("I want my key back {word}"), "expressedBy": voice});
    let list = format!("{}/desired-outcomes", world.case_path(case));
    let id = write(world, who, Kind::Outcome, Place::Case(case), &list, &body, number)?;
    world.ledger.cases[case].outcomes.push(id);
    Some(())
}

pub fn say_a_wish(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.speaker_on_a_case(dice);
    let (number, word) = world.word();
    let said_by = voice(world, who, case).replace("practitioner", "adult");
    let body = json!({"kind": "want", "text": format!("Tea at four {word}"), "saidBy": said_by});
    let list = format!("{}/wishes", world.case_path(case));
    write(world, who, Kind::Wish, Place::Case(case), &list, &body, number).map(|_| ())
}

/// A meeting, to which the ward may be invited.
pub fn plan_a_meeting(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let (number, word) = world.word();
    let with_the_ward = dice.percent(60);
    let mut body = json!({"kind": "case_conference", "plannedStart": "2027-01-12T10:00:00Z", "plannedEnd": "2027-01-12T11:00:00Z",
        "purpose": format!("To hear her {word}"), "invitees": []});
    if with_the_ward {
        body["invitees"] = json!([{"name": "A nurse", "agencyId": world.ward()}]);
    }
    let kind = if with_the_ward {
        Kind::MeetingWithTheWard
    } else {
        Kind::Meeting
    };
    let list = format!("{}/meetings", world.case_path(case));
    write(world, who, kind, Place::Case(case), &list, &body, number).map(|_| ())
}

fn an_outcome(world: &World, dice: &mut Dice, case: usize) -> Option<String> {
    let outcomes = &world.ledger.cases[case].outcomes;
    let id = &outcomes[lately(dice, outcomes.len())?];
    Some(format!("{}/desired-outcomes/{id}", world.case_path(case)))
}

/// Revises an outcome, or proposes to.
pub fn propose(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.speaker_on_a_case(dice);
    let Some(path) = an_outcome(world, dice, case) else {
        return say_an_outcome(world, dice).and(None);
    };
    let (number, word) = world.word();
    let body = json!({"ownWords": format!("A spare key will do {word}"), "changeKind": "narrowed", "changeReason": "negotiated",
        "initiatedBy": voice(world, who, case), "adultAgrees": dice.pick(&["yes", "no", "not_known"])});
    let list = format!("{path}/revisions");
    let answer = world.change(who, "POST", &list, &body, &path);
    if answer.status != 201 {
        return None;
    }
    world.wrote(number, Kind::Outcome, Place::Case(case), who, path);
    Some(())
}

pub fn judge(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.speaker_on_a_case(dice);
    let Some(path) = an_outcome(world, dice, case) else {
        return say_an_outcome(world, dice).and(None);
    };
    let ((first, reason), (second, view)) = (world.word(), world.word());
    let judged_by = voice(world, who, case);
    let mut body = json!({"achieved": dice.pick(&["fully", "partially", "not"]), "judgedBy": judged_by, "reason": reason});
    if judged_by == "practitioner" {
        body["practitionerView"] = json!(view);
        body["judgedBy"] = json!(dice.pick(&["adult", "practitioner"]));
    }
    let answer = world.change(who, "POST", &format!("{path}/achievement"), &body, &path);
    if answer.status != 201 {
        return None;
    }
    // Who is not staff reads no judgement of the practitioner's.
    let kind = if body["judgedBy"] == "practitioner" {
        Kind::PractitionersView
    } else {
        Kind::Judgement
    };
    world.wrote(first, kind, Place::Case(case), who, path.clone());
    world.wrote(second, Kind::PractitionersView, Place::Case(case), who, path);
    Some(())
}

/// A confidential address of the adult.
pub fn hide_an_address(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.lead_of_a_case(dice);
    let adult = world.ledger.cases[case].adult;
    let (number, word) = world.word();
    let body =
        json!({"kind": "address", "value": format!("The refuge, 7 {word} Lane"), "confidential": true});
    let list = format!("{}/contact-points", world.adult_path(adult));
    write(
        world,
        who,
        Kind::ConfidentialAddress,
        Place::Adult(adult),
        &list,
        &body,
        number,
    )
    .map(|_| ())
}

/// Marks something that somebody wrote as entered in error.
pub fn mark_as_an_error(world: &mut World, dice: &mut Dice) -> Option<()> {
    let can_be = [
        Kind::CaseNote,
        Kind::Wish,
        Kind::Outcome,
        Kind::Meeting,
        Kind::MeetingWithTheWard,
    ];
    let texts: Vec<usize> = world
        .ledger
        .texts
        .iter()
        .filter(|(_, one)| can_be.contains(&one.kind) && one.in_error.is_empty())
        .map(|(number, _)| *number)
        .collect();
    let number = texts[lately(dice, texts.len())?];
    let (path, by) = (
        world.ledger.texts[&number].path.clone(),
        world.ledger.texts[&number].by,
    );
    let Place::Case(case) = world.ledger.texts[&number].places[0] else {
        return None;
    };
    let who = world.lead_of(dice, case, by);
    let body = json!({"reason": "Written into the wrong case"});
    let answer = world.change(who, "POST", &format!("{path}/entered-in-error"), &body, &path);
    if answer.status != 200 {
        return None;
    }
    // An outcome goes with its revisions.
    for text in world.ledger.texts.values_mut().filter(|text| text.path == path) {
        text.in_error.push(text.places[0]);
    }
    Some(())
}

/// Looks where one has no business, and searches.
pub fn look_around(world: &mut World, dice: &mut Dice) -> Option<()> {
    let (who, case) = world.somebody_on_a_case(dice);
    world.search(who, dice);
    let adult = world.ledger.cases[case].adult;
    let path = format!("{}/possible-matches", world.adult_path(adult));
    world.read(who, &path);
    Some(())
}
