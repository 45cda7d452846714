//! Synthetic cases in bulk, straight to the tables: for benchmarks and trials, not for the demo.
//!
//! One audit row tells of the run; there are no events, since nobody is to be told of what did not happen.

use diesel::prelude::*;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::seed_access;
use crate::audit::{self, Entry};
use crate::casework::cases::model::{Case, CaseState, EnquiryType};
use crate::casework::outcomes::model::{
    AdultAgrees, ChangeKind, ConfirmedBy, ExpressedBy, Outcome, OutcomeStatus, Party, Revision,
    RevisionStanding,
};
use crate::casework::relationships;
use crate::clock::{self, UtcTime};
use crate::db::numbering::{Series, next_numbers, reference};
use crate::db::types::Json;
use crate::db::{Connection, Database};
use crate::facts::check_digit;
use crate::ids::Id;
use crate::people::adults::Adult;
use crate::people::authorities::{self, Authority};
use crate::people::users::{self, User};
use crate::policy::{Role, RoleGrant};
use crate::problem::Problem;
use crate::schema::casework::{cases, desired_outcomes, outcome_revisions};
use crate::schema::people::adults;

const AUTHORITY: &str = "northbank";
/// Cases in one transaction.
const BATCH: u32 = 1_000;
const WORDS: [&str; 6] = [
    "I want it to stop",
    "I want to stay in my own home",
    "I want someone to explain what happens next",
    "I want to choose who has my key",
    "I want to feel safe in the evenings",
    "I want to go out on my own again",
];

/// Makes cases with three outcomes each, spread over practitioners named `seed-practitioner-1` and on; who else reads them is
/// in [`seed_access`].
pub async fn run(database: &Database, count: u32, practitioners: u32) -> Result<(), String> {
    let (workers, agency) = database
        .write(move |conn| {
            super::mark(conn, super::InventedBy::Seed, clock::now())?;
            let workers = workers(conn, practitioners)?;
            Ok((workers, seed_access::agency(conn, AUTHORITY, clock::now())?))
        })
        .await
        .map_err(|problem| problem.for_operator())?;
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} cases, {per_sec}, {eta} left")
        .map_err(|error| error.to_string())?;
    let progress = ProgressBar::new(u64::from(count)).with_style(style);
    let mut done = 0;
    while done < count {
        let size = BATCH.min(count - done);
        let workers = workers.clone();
        let offset = done;
        database
            .write(move |conn| batch(conn, (&workers, agency), offset, size))
            .await
            .map_err(|problem| problem.for_operator())?;
        done += size;
        progress.inc(u64::from(size));
    }
    database
        .write(move |conn| Ok(audit::insert(conn, &[entry(count)])?))
        .await
        .map_err(|problem| problem.for_operator())?;
    database
        .read(|conn| Ok(analyse(conn)?))
        .await
        .map_err(|problem| problem.for_operator())?;
    progress.finish();
    Ok(())
}

/// Tells the planner how much there is now. SQLite never looks again by itself: it would go on taking the trail for
/// the few rows of this moment, and read all of it whenever some are wanted.
fn analyse(conn: &mut Connection) -> QueryResult<()> {
    diesel::sql_query("ANALYZE").execute(conn)?;
    if let Connection::Sqlite(sqlite) = conn {
        diesel::sql_query("DELETE FROM sqlite_stat1 WHERE tbl LIKE 'audit%' OR tbl = 'events'")
            .execute(sqlite)?;
    }
    Ok(())
}

fn entry(count: u32) -> Entry {
    Entry {
        status: 201,
        ..Entry::of_the_system("seed", Some(AUTHORITY.to_owned()), json!({ "cases": count }))
    }
}

fn workers(conn: &mut Connection, count: u32) -> Result<Vec<Id>, Problem> {
    let now = clock::now();
    authorities::ensure(conn, &Authority::new(AUTHORITY, now))?;
    let mut workers = Vec::new();
    for number in 1..=count {
        let username = format!("seed-practitioner-{number}");
        let known = users::named(conn, &username)?.map(|user| user.id);
        workers.push(match known {
            Some(id) => id,
            None => {
                let user = User {
                    id: Id::new(),
                    name: username.clone(),
                    username,
                    enabled: true,
                    password_hash: None,
                    agency_id: None,
                    roles: Json(vec![RoleGrant {
                        role: Role::Practitioner,
                        authority: AUTHORITY.to_owned(),
                    }]),
                    public_contact: None,
                    created_at: now,
                };
                users::insert(conn, &user)?;
                user.id
            }
        });
    }
    Ok(workers)
}

fn batch(
    conn: &mut Connection,
    (workers, agency): (&[Id], Id),
    offset: u32,
    size: u32,
) -> Result<(), Problem> {
    let now = clock::now();
    let numbers = next_numbers(conn, Series::Cases, i64::from(size))?;
    let (mut people, mut rows, mut wishes, mut revisions) = (vec![], vec![], vec![], vec![]);
    for (index, number) in (offset..).zip(numbers) {
        let place = usize::try_from(index).unwrap_or_default();
        let worker = workers.get(place % workers.len()).copied().unwrap_or_default();
        let adult = adult(number, worker, now);
        let case = case(place, number, adult.id, worker, now);
        for priority in 1..=3 {
            let outcome = outcome(&case, place, priority, worker, now);
            revisions.push(first_revision(&outcome));
            wishes.push(outcome);
        }
        people.push(adult);
        rows.push(case);
    }
    super::insert_all!(conn, adults, people);
    super::insert_all!(conn, cases, rows);
    super::insert_all!(conn, desired_outcomes, wishes);
    super::insert_all!(conn, outcome_revisions, revisions);
    let first = usize::try_from(offset).unwrap_or_default();
    seed_access::write(conn, (&rows, first), (workers, agency), now)?;
    let ids: Vec<Id> = rows.iter().map(|case| case.id).collect();
    Ok(relationships::refresh(conn, &ids, now)?)
}

/// An NHS number in the 999 range, which is never given to anyone.
fn nhs_number(number: i64) -> Option<String> {
    let first_nine = format!("999{:06}", number % 1_000_000);
    let digits: Vec<u32> = first_nine
        .chars()
        .filter_map(|digit| digit.to_digit(10))
        .collect();
    check_digit(&digits).map(|check| format!("{first_nine}{check}"))
}

fn adult(number: i64, by: Id, now: UtcTime) -> Adult {
    let born = chrono::NaiveDate::from_ymd_opt(1930, 1, 1)
        .map(|day| day + chrono::Days::new(number.unsigned_abs() * 37 % 20_000));
    Adult {
        family_name: Some(format!("Seeded-{number}")),
        given_names: Json(vec!["Person".to_owned()]),
        date_of_birth: born,
        nhs_number: nhs_number(number),
        ..Adult::new(Id::new(), AUTHORITY, by, now)
    }
    .keyed()
}

fn case(place: usize, number: i64, adult: Id, worker: Id, now: UtcTime) -> Case {
    let state = CaseState::ALL
        .get(place / 7 % CaseState::ALL.len())
        .copied()
        .unwrap_or(CaseState::Concern);
    let had_enquiry = !matches!(state, CaseState::Concern | CaseState::ClosedNoEnquiry);
    Case {
        id: Id::new(),
        authority: AUTHORITY.to_owned(),
        version: 1,
        created_at: now,
        created_by: worker,
        updated_at: now,
        updated_by: worker,
        reference: reference(Series::Cases, now, number),
        state,
        enquiry_type: had_enquiry.then_some(EnquiryType::Section42),
        adult_id: Some(adult),
        allocated_to: Some(worker),
        allocated_team: None,
        restricted: seed_access::is_restricted(place),
        case_group_id: None,
        transferred_from: None,
        transferred_to: None,
        transfer: None,
    }
}

fn outcome(case: &Case, place: usize, priority: i16, worker: Id, now: UtcTime) -> Outcome {
    let words = WORDS
        .get((place + usize::from(priority.unsigned_abs())) % WORDS.len())
        .copied()
        .unwrap_or_default();
    Outcome {
        id: Id::new(),
        case_id: case.id,
        authority: case.authority.clone(),
        version: 1,
        created_at: now,
        created_by: worker,
        updated_at: now,
        updated_by: worker,
        entered_in_error: None,
        own_words: words.to_owned(),
        expressed_by: ExpressedBy::Adult,
        communicated_by: None,
        suggestion_codes: Json(vec![]),
        local_suggestion_codes: Json(vec![]),
        how_we_can_help: None,
        priority: Some(priority),
        status: OutcomeStatus::Current,
        said_at: now,
        best_interests_decision_id: None,
    }
}

fn first_revision(outcome: &Outcome) -> Revision {
    Revision {
        id: Id::new(),
        outcome_id: outcome.id,
        case_id: outcome.case_id,
        authority: outcome.authority.clone(),
        number: 1,
        standing: RevisionStanding::InForce,
        own_words: outcome.own_words.clone(),
        priority: outcome.priority,
        change_kind: ChangeKind::Initial,
        change_reason: None,
        what_was_explained: None,
        alternatives_offered: None,
        initiated_by: Party::Adult,
        adult_agrees: AdultAgrees::Yes,
        confirmed_by: ConfirmedBy::None,
        said_at: outcome.said_at,
        created_at: outcome.created_at,
        created_by: outcome.created_by,
    }
}
