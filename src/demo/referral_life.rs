//! What became of the first referral after it was sent: something in each of its lists.

use serde_json::json;

use super::organisations::People;
use super::scene::{body, perform};
use crate::casework::referrals::{reach, requests, tasks, telling, updates};
use crate::db::Connection;
use crate::ids::Id;
use crate::policy::Action;
use crate::problem::Problem;

/// The police add, mix something up, are asked, and hear what came of it.
pub fn tell(conn: &mut Connection, people: &People, referral: Id) -> Result<(), Problem> {
    let (police, manager) = (people.named("police-intake")?, people.named("manager")?);
    let said = [
        json!({ "kind": "additional_information", "text": "The nephew was seen at her bank on Monday" }),
        json!({ "kind": "wrong_person", "text": "We may have mixed up two incidents of that evening" }),
    ];
    for update in said {
        let update = body(&update)?;
        perform(conn, police, Action::ReferralsUpdate, 1, |act| {
            updates::add(act, referral, &update)
        })?;
    }
    let question =
        body(&json!({ "question": "Who else was in the house?", "neededFor": "To see who may help her" }))?;
    let request = perform(conn, manager, Action::ReferralsAsk, 1, |act| {
        requests::ask(act, referral, &question)
    })?;
    let answer = body(&json!({ "text": "A neighbour, who had come to look after the cat" }))?;
    perform(conn, police, Action::ReferralsUpdate, 1, |act| {
        requests::answer(act, referral, request, &answer)
    })?;
    let feedback =
        body(&json!({ "given": true, "code": "accepted", "text": "We are talking with her; thank you" }))?;
    perform(conn, manager, Action::ReferralsTell, 1, |act| {
        telling::give(act, referral, &feedback)
    })?;
    let row = perform(conn, manager, Action::ReferralsRead, 1, |act| {
        Ok(reach::reach(act, referral)?.row)
    })?;
    let task = row.tasks.0.first().ok_or_else(Problem::not_found)?;
    let note = body(&json!({ "note": "Rang the station: it is her after all", "showContentAgain": true }))?;
    perform(conn, manager, Action::ReferralsResolve, row.version, |act| {
        tasks::resolve(act, referral, task.id, &note)
    })?;
    let seen = body(&json!({}))?;
    perform(conn, manager, Action::ReferralsTell, row.version + 1, |act| {
        telling::acknowledge(act, referral, &seen)
    })
    .map(drop)
}
