//! Steps of administrators: accounts of people, and agencies with their agreements.

use serde_json::json;

use super::world::{ADMIN, MANAGER, NURSE, World, at_most};
use crate::graph::dice::Dice;

/// An administrator takes a role away, gives one, disables, says for whom somebody works or that two accounts are one
/// human's; now and then somebody else tries.
pub fn amend_an_account(world: &mut World, dice: &mut Dice) -> Option<()> {
    let by = if dice.percent(80) {
        ADMIN
    } else {
        world.somebody(dice)
    };
    let whom = at_most(dice, NURSE + 1);
    let role = dice.pick(&["manager", "practitioner", "delegated_practitioner"]);
    let number = format!("{}-{}", world.name, at_most(dice, 2));
    let body = match dice.roll() % 7 {
        0 => json!({"roles": []}),
        1 => json!({"roles": [{"role": role, "authority": world.north()}]}),
        2 => json!({"enabled": false}),
        3 => json!({"enabled": true}),
        4 => json!({"agencyId": world.ward()}),
        _ => json!({"staffNumber": number}),
    };
    let path = format!("/v1/users/{}", world.ledger.people[whom].id);
    let answer = world.change(by, "PATCH", &path, &body, &path.clone());
    world.second_person_approves();
    world.look_up(whom);
    (answer.status == 200).then_some(())
}

/// The ward's agreement ends, or is made again.
pub fn amend_the_agency(world: &mut World, dice: &mut Dice) -> Option<()> {
    let by = if dice.percent(80) { ADMIN } else { MANAGER };
    let path = format!("/v1/agencies/{}/agreements/{}", world.ward(), world.north());
    let ends = dice.percent(33);
    let body = match ends {
        true => json!({"from": "2026-04-01", "until": "2026-11-01"}),
        false => json!({"from": "2026-04-01"}),
    };
    if world.change(by, "PUT", &path, &body, &path.clone()).status != 200 {
        return None;
    }
    world.ledger.agreement = !ends;
    Some(())
}
