//! Random steps and drafts: some lack what they need, most have all of it.

use serde_json::{Map, Value, json};

use super::model::{CLOSURE, Model, PARTS, STATES};

/// Steele, Lea and Flood's splitmix64.
pub struct Dice {
    pub seed: u64,
    /// Rolled so that a case gets somewhere.
    pub deep: bool,
}

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.seed ^ (self.seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn percent(&mut self, chance: u64) -> bool {
        self.roll() % 100 < chance
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.roll() % from.len() as u64).unwrap()]
    }

    /// How likely each member is there: in most bodies, all are.
    fn chance(&mut self) -> u64 {
        let incomplete = if self.deep { 12 } else { 33 };
        if self.percent(incomplete) { 78 } else { 100 }
    }

    /// Puts a member there, or not.
    fn maybe(&mut self, chance: u64, object: &mut Map<String, Value>, name: &str, value: Value) {
        if self.percent(chance) {
            object.insert(name.to_owned(), value);
        }
    }
}

/// What a step to this state is about.
fn members(to: &str) -> &'static [&'static str] {
    match to {
        "enquiry" => &[
            "threePartTest",
            "enquiryType",
            "otherEnquiryReason",
            "adultView",
            "adultViewNotSoughtReason",
            "reason",
        ],
        "closed_no_enquiry" => &[
            "dispositions",
            "narrative",
            "feedbackToReferrer",
            "adultView",
            "adultViewNotSoughtReason",
        ],
        "plan" => &["plan"],
        "concern" => &["reason"],
        _ => &[],
    }
}

/// A step with some of what it needs, mostly one that there is, mostly with all.
pub fn any_step(dice: &mut Dice, model: &Model) -> Value {
    let there_are: Vec<&str> = STATES.into_iter().filter(|to| model.step(to).is_some()).collect();
    let onward = match model.state {
        "concern" => "enquiry",
        "enquiry" | "plan" => "concluded",
        _ => "closed",
    };
    let to = match dice.roll() % 100 {
        0..45 if dice.deep => onward,
        0..88 => dice.pick(&there_are),
        _ => dice.pick(&STATES),
    };
    let chance = dice.chance();
    let kind = dice.pick(&["section_42", "section_42", "other"]);
    let mut test = Map::new();
    for part in PARTS {
        let answer = if dice.percent(90) {
            "yes"
        } else {
            dice.pick(&["no", "unknown"])
        };
        dice.maybe(
            chance,
            &mut test,
            part,
            json!({"answer": answer, "reasoning": "As she said"}),
        );
    }
    let dispositions = dice.pick(&[&["police"][..], &["complaint", "carer_assessment"], &[]]);
    let feedback = [
        json!({"given": true, "text": "Thank you"}),
        json!({"withheldReason": "He may be the abuser"}),
        json!({"given": true}),
    ];
    let feedback = feedback[dice.pick(&[0, 0, 1, 1, 2])].clone();
    let agrees = dice.pick(&["yes", "no", "partly", "best_interests", "not_known"]);
    let view = dice.pick(&["adultView", "adultViewNotSoughtReason"]);
    let at = dice.pick(&[
        "2024-02-29T23:59:00Z",
        "2026-03-29T01:30:00+01:00",
        "2126-01-01T00:00:00Z",
    ]);
    let mut step = Map::from_iter([("to".to_owned(), json!(to))]);
    dice.maybe(15, &mut step, "effectiveAt", json!(at));
    dice.maybe(chance, &mut step, "threePartTest", Value::Object(test));
    dice.maybe(chance, &mut step, "enquiryType", json!(kind));
    dice.maybe(
        chance,
        &mut step,
        "otherEnquiryReason",
        json!("She is not safe all the same"),
    );
    dice.maybe(chance, &mut step, view, json!("It is said"));
    dice.maybe(chance, &mut step, "dispositions", json!(dispositions));
    dice.maybe(chance, &mut step, "narrative", json!("What was found"));
    dice.maybe(chance, &mut step, "feedbackToReferrer", feedback);
    dice.maybe(
        chance.min(90),
        &mut step,
        "plan",
        json!({"content": "A visit", "lead": "Priya Nair", "adultAgrees": agrees}),
    );
    dice.maybe(chance.min(90), &mut step, "reason", json!("There is more to do"));
    // Now and then with what belongs to other steps.
    if !dice.percent(15) {
        step.retain(|name, _| {
            ["to", "effectiveAt"].contains(&name.as_str()) || members(to).contains(&name.as_str())
        });
    }
    Value::Object(step)
}

pub fn any_conclusion(dice: &mut Dice, model: &Model, number: u64) -> Value {
    let chance = dice.chance();
    let found = dice.pick(&[
        "risk_identified_action_taken",
        "inconclusive_no_action",
        "ceased_at_individuals_request",
    ]);
    let usual = dice.percent(90) == model.has_adult;
    let capacity = if usual {
        dice.pick(&["not_known", "lacked_capacity"])
    } else {
        "not_applicable"
    };
    let asked = if usual {
        dice.pick(&["asked_and_expressed", "asked_none_expressed", "not_asked"])
    } else {
        "not_applicable"
    };
    let view = dice.pick(&["adultView", "adultViewNotSoughtReason"]);
    let overall = dice.pick(&["fully", "partially", "not", "not_judged"]);
    let risk = json!([{"type": "not_known", "location": "not_known", "source": "not_known"}]);
    let risks = if dice.percent(95) { risk } else { json!([]) };
    let mut set = Map::new();
    dice.maybe(chance, &mut set, "risks", risks);
    dice.maybe(chance, &mut set, "riskAssessmentOutcome", json!(found));
    dice.maybe(chance, &mut set, "riskOutcome", json!("risk_remained"));
    dice.maybe(chance, &mut set, "capacity", json!(capacity));
    dice.maybe(chance, &mut set, "asked", json!(asked));
    dice.maybe(90, &mut set, "overallAchievement", json!(overall));
    dice.maybe(90, &mut set, "overrideReason", json!("She sees it otherwise"));
    dice.maybe(chance, &mut set, "reason", json!(format!("conclusion {number}")));
    dice.maybe(chance, &mut set, view, json!("It is said"));
    Value::Object(set)
}

pub fn any_checklist(dice: &mut Dice) -> Value {
    let chance = dice.chance();
    let items: Vec<&str> = CLOSURE.into_iter().filter(|_| dice.percent(chance)).collect();
    let items: Vec<Value> = items
        .into_iter()
        .map(|item| json!({"item": item, "state": dice.pick(&["done", "not_applicable", "not_done"])}))
        .collect();
    let agrees = dice.pick(&["yes", "no", "partly", "best_interests", "not_known"]);
    let offered = dice.pick(&["yes", "no"]);
    let mut set = Map::from_iter([("items".to_owned(), json!(items))]);
    dice.maybe(chance, &mut set, "adultAgrees", json!(agrees));
    dice.maybe(90, &mut set, "disagreement", json!("She wants it to go on"));
    dice.maybe(chance, &mut set, "feedbackOffered", json!(offered));
    dice.maybe(
        80,
        &mut set,
        "feedbackNotOfferedReason",
        json!("She asked not to be rung"),
    );
    Value::Object(set)
}
