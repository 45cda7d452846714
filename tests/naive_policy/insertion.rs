//! The random situations in a database.

use std::collections::HashMap;

use diesel::prelude::*;
use msp_api::casework::cases::access::AppView;
use msp_api::casework::cases::exclusions;
use msp_api::casework::cases::model::{CaseState, Transition};
use msp_api::clock::{self, UtcTime};
use msp_api::db::Connection;
use msp_api::db::code_set::{CodeSet, KeptAsBits};
use msp_api::db::types::Json;
use msp_api::ids::Id;
use msp_api::people::agencies::Agreement;
use msp_api::people::clients::ApiClient;
use msp_api::policy::{CallerKind, MayReceive, Part};
use msp_api::problem::Problem;
use msp_api::schema::access::{app_access_decisions, case_conflicts, case_grants, emergency_access};
use msp_api::schema::adult_records::adult_representatives;
use msp_api::schema::case_life::caused_enquiries;
use msp_api::schema::casework::{advocacy_assignments, case_access, case_groups, case_transitions, cases};
use msp_api::schema::people::{adults, advocates, agencies, team_members, teams, users};
use serde_json::json;

use super::situations::{Situation, Supporter, World};

impl World {
    /// Writes it all down.
    pub fn insert(&self, conn: &mut Connection) -> Result<(), Problem> {
        let now = clock::now();
        let by = self.callers[0].id;
        for agency in &self.agencies {
            let columns = (
                agencies::id.eq(*agency),
                agencies::name.eq(agency.to_string()),
                agencies::agency_type.eq("other"),
                agencies::created_at.eq(now),
                agencies::updated_at.eq(now),
            );
            diesel::insert_into(agencies::table)
                .values(columns)
                .execute(conn)?;
        }
        for agreed in &self.agreements {
            let days = (day(now, agreed.from_days), day(now, agreed.until_days));
            let agreement = Agreement::new(agreed.agency, agreed.authority, days, now);
            msp_api::people::agencies::agree(conn, &agreement)?;
        }
        for caller in self
            .callers
            .iter()
            .filter(|caller| caller.kind == CallerKind::Client)
        {
            let client = ApiClient {
                id: caller.id,
                name: caller.id.to_string(),
                agency_id: caller.agency_id.expect("a client has an agency"),
                scopes: Json(caller.scopes.clone()),
                default_authority: None,
                authorities: Json(caller.authorities.clone()),
                enabled: true,
                created_at: now,
            };
            msp_api::people::clients::insert(conn, &client, "a secret")?;
        }
        for team in &self.teams {
            let columns = (
                teams::id.eq(team.id),
                teams::authority.eq(&team.authority),
                teams::name.eq(team.id.to_string()),
                teams::kind.eq(team.kind),
                teams::created_at.eq(now),
                teams::updated_at.eq(now),
            );
            diesel::insert_into(teams::table).values(columns).execute(conn)?;
        }
        let entries = self.insert_users(conn, now)?;
        for adult in &self.adults {
            let nothing: Vec<String> = vec![];
            let columns = (
                (
                    adults::id.eq(*adult),
                    adults::authority.eq(self.homes[adult]),
                    adults::version.eq(1),
                ),
                (
                    adults::created_at.eq(now),
                    adults::created_by.eq(by),
                    adults::updated_at.eq(now),
                ),
                (
                    adults::updated_by.eq(by),
                    adults::given_names.eq(Json(nothing.clone())),
                ),
                adults::alerts.eq(Json(nothing)),
            );
            diesel::insert_into(adults::table).values(columns).execute(conn)?;
        }
        for supporter in &self.supporters {
            supporter.insert(conn, self.homes[&supporter.adult], by, now)?;
        }
        for (duplicate, kept) in &self.merged {
            diesel::update(adults::table.find(*duplicate))
                .set(adults::merged_into.eq(*kept))
                .execute(conn)?;
        }
        for (user, number) in &self.staff_numbers {
            diesel::update(users::table.find(*user))
                .set(users::staff_number.eq(number))
                .execute(conn)?;
        }
        for (group, authority) in &self.groups {
            let columns = (
                case_groups::id.eq(*group),
                case_groups::authority.eq(*authority),
                case_groups::created_at.eq(now),
                case_groups::created_by.eq(by),
            );
            diesel::insert_into(case_groups::table)
                .values(columns)
                .execute(conn)?;
        }
        for case in &self.cases {
            case.insert(conn, by, now, &entries)?;
        }
        let recorded: Vec<Id> = case_conflicts::table.select(case_conflicts::id).load(conn)?;
        for conflict in recorded {
            exclusions::derive_conflict(conn, conflict, now)?;
        }
        Ok(())
    }

    /// Answers the advocates' entries in the register, by account.
    fn insert_users(&self, conn: &mut Connection, now: UtcTime) -> Result<HashMap<Id, Id>, Problem> {
        let mut entries = HashMap::new();
        for caller in self
            .callers
            .iter()
            .filter(|caller| caller.kind == CallerKind::User)
        {
            let columns = (
                (
                    users::id.eq(caller.id),
                    users::username.eq(caller.id.to_string()),
                    users::name.eq("somebody"),
                ),
                (
                    users::enabled.eq(true),
                    users::agency_id.eq(caller.agency_id),
                    users::created_at.eq(now),
                ),
                (
                    users::updated_at.eq(now),
                    users::registered_by_authority.eq(self.registered_by.get(&caller.id).copied()),
                ),
            );
            diesel::insert_into(users::table).values(columns).execute(conn)?;
            msp_api::people::users::set_roles(conn, caller.id, &caller.roles)?;
            for team in &caller.teams {
                let columns = (
                    team_members::user_id.eq(caller.id),
                    team_members::team_id.eq(team.id),
                );
                diesel::insert_into(team_members::table)
                    .values(columns)
                    .execute(conn)?;
            }
            let entry = Id::new();
            let columns = (
                (
                    advocates::id.eq(entry),
                    advocates::authority.eq("northbank"),
                    advocates::version.eq(1),
                    advocates::created_at.eq(now),
                ),
                (
                    advocates::created_by.eq(caller.id),
                    advocates::updated_at.eq(now),
                    advocates::updated_by.eq(caller.id),
                ),
                (
                    advocates::name.eq("somebody"),
                    advocates::organisation.eq("Voices"),
                    advocates::available.eq(true),
                ),
                (
                    advocates::kinds.eq(Json(vec!["care_act_s68"])),
                    advocates::user_id.eq(caller.id),
                ),
            );
            diesel::insert_into(advocates::table)
                .values(columns)
                .execute(conn)?;
            entries.insert(caller.id, entry);
        }
        Ok(entries)
    }
}

/// The columns every record has.
macro_rules! head {
    ($table:ident, $owner:ident = $id:expr, $authority:expr, $by:expr, $now:expr) => {
        head!($table, $owner = $id, $authority, $by, $now, Id::new())
    };
    ($table:ident, $owner:ident = $id:expr, $authority:expr, $by:expr, $now:expr, $own:expr) => {
        (
            $table::id.eq($own),
            $table::$owner.eq($id),
            $table::authority.eq($authority),
            $table::version.eq(1),
            $table::created_at.eq($now),
            $table::created_by.eq($by),
            $table::updated_at.eq($now),
            $table::updated_by.eq($by),
        )
    };
}

fn error(in_error: bool) -> Option<&'static str> {
    in_error.then_some("Written into the wrong case")
}

fn day(now: UtcTime, days: Option<i64>) -> Option<chrono::NaiveDate> {
    days.map(|days| now.date() + chrono::Duration::days(days))
}

/// A set of codes as it is kept.
fn bits<C: KeptAsBits>(codes: &[&str], parse: fn(&str) -> Option<C>) -> CodeSet<C> {
    codes
        .iter()
        .map(|code| parse(code).expect("a code of the list"))
        .collect()
}

impl Supporter {
    fn insert(&self, conn: &mut Connection, authority: &str, by: Id, now: UtcTime) -> QueryResult<()> {
        use adult_representatives as table;
        let columns = (
            head!(table, adult_id = self.adult, authority, by, now, self.id),
            (table::kind.eq("supporter"), table::name.eq("somebody")),
            (
                table::legal_authority.eq(self.legal_authority),
                table::chosen_by_adult.eq("yes"),
            ),
            (
                table::conflict.eq(self.conflict),
                table::ends_on.eq(day(now, self.ends_in_days)),
            ),
            (
                table::may_receive.eq(bits::<MayReceive>(&self.may_receive, MayReceive::parse)),
                table::entered_in_error.eq(error(self.in_error)),
            ),
        );
        diesel::insert_into(table::table)
            .values(columns)
            .execute(conn)
            .map(drop)
    }
}

/// Whose app, and the entry among the representatives or in the register of advocates.
fn whom(person: Option<Id>, entries: &HashMap<Id, Id>) -> (&'static str, Option<Id>, Option<Id>) {
    match person.map(|id| (id, entries.get(&id))) {
        None => ("adult", None, None),
        Some((_, Some(entry))) => ("advocate", None, Some(*entry)),
        Some((supporter, None)) => ("supporter", Some(supporter), None),
    }
}

impl Situation {
    fn insert(
        &self,
        conn: &mut Connection,
        by: Id,
        now: UtcTime,
        entries: &HashMap<Id, Id>,
    ) -> QueryResult<()> {
        let columns = (
            (
                cases::id.eq(self.id),
                cases::authority.eq(self.authority),
                cases::version.eq(1),
            ),
            (
                cases::created_at.eq(now),
                cases::created_by.eq(by),
                cases::updated_at.eq(now),
                cases::updated_by.eq(by),
            ),
            (
                cases::reference.eq(self.id.to_string()),
                cases::state.eq(self.state),
                cases::adult_id.eq(self.adult),
            ),
            (
                cases::allocated_to.eq(self.allocated_to),
                cases::allocated_team.eq(self.allocated_team),
            ),
            (
                cases::restricted.eq(self.restricted),
                cases::case_group_id.eq(self.group),
                cases::transferred_from.eq(self.came_from),
            ),
        );
        diesel::insert_into(cases::table).values(columns).execute(conn)?;
        for grant in &self.grants {
            let relationship = if grant.user.is_some() {
                "adviser"
            } else {
                "partner"
            };
            let columns = (
                head!(case_grants, case_id = self.id, self.authority, by, now),
                (
                    case_grants::relationship.eq(relationship),
                    case_grants::user_id.eq(grant.user),
                ),
                (
                    case_grants::agency_id.eq(grant.agency),
                    case_grants::reason.eq("Visits"),
                ),
                (
                    case_grants::ends_on.eq(day(now, grant.ends_in_days)),
                    case_grants::sections.eq(bits::<Part>(&grant.sections, Part::parse)),
                ),
                case_grants::entered_in_error.eq(error(grant.in_error)),
            );
            diesel::insert_into(case_grants::table)
                .values(columns)
                .execute(conn)?;
        }
        for conflict in &self.conflicts {
            let columns = (
                head!(case_conflicts, case_id = self.id, self.authority, by, now),
                (
                    case_conflicts::user_id.eq(conflict.user),
                    case_conflicts::agency_id.eq(conflict.agency),
                    case_conflicts::staff_number.eq(conflict.staff_number.clone()),
                ),
                (
                    case_conflicts::kind.eq("related"),
                    case_conflicts::detail.eq("A cousin"),
                ),
                case_conflicts::ended_on.eq(day(now, conflict.ended.then_some(-1))),
                case_conflicts::entered_in_error.eq(error(conflict.in_error)),
            );
            diesel::insert_into(case_conflicts::table)
                .values(columns)
                .execute(conn)?;
        }
        for (user, lasts) in &self.emergency {
            let columns = (
                head!(emergency_access, case_id = self.id, self.authority, by, now),
                (
                    emergency_access::user_id.eq(*user),
                    emergency_access::reason_code.eq("other"),
                ),
                emergency_access::reason.eq("The police ask where she is"),
                emergency_access::until.eq(now.plus_seconds(if *lasts { 3600 } else { -3600 })),
            );
            diesel::insert_into(emergency_access::table)
                .values(columns)
                .execute(conn)?;
        }
        for (user, state) in &self.assignments {
            use advocacy_assignments as table;
            let columns = (
                head!(table, case_id = self.id, self.authority, by, now),
                (
                    table::kind.eq("care_act_s68"),
                    table::basis.eq("power"),
                    table::state.eq(*state),
                ),
                (
                    table::advocate_id.eq(entries[user]),
                    table::covers.eq(Json(Vec::<String>::new())),
                ),
            );
            diesel::insert_into(table::table).values(columns).execute(conn)?;
        }
        for (person, decision, in_error) in &self.decisions {
            use app_access_decisions as table;
            let (who, supporter, advocate) = whom(*person, entries);
            let columns = (
                head!(table, case_id = self.id, self.authority, by, now),
                (
                    table::who.eq(who),
                    table::representative_id.eq(supporter),
                    table::advocate_id.eq(advocate),
                ),
                (
                    table::decision.eq(*decision),
                    table::view.eq("full"),
                    table::reason.eq("We talked"),
                ),
                table::entered_in_error.eq(error(*in_error)),
            );
            diesel::insert_into(table::table).values(columns).execute(conn)?;
        }
        for given in &self.access {
            let (_, supporter, advocate) = whom(given.person, entries);
            let view = if given.next_steps_only {
                AppView::NextStepsOnly
            } else {
                AppView::Full
            };
            let columns = (
                (
                    case_access::id.eq(Id::new()),
                    case_access::case_id.eq(self.id),
                    case_access::created_by.eq(by),
                    case_access::authority.eq(self.authority),
                    case_access::user_id.eq(given.user),
                ),
                (
                    case_access::relationship.eq(given.relationship),
                    case_access::starts_at.eq(now),
                    case_access::ended_at.eq(given.ended.then_some(now)),
                    case_access::representative_id.eq(supporter),
                    case_access::advocate_id.eq(advocate),
                    case_access::view.eq(view),
                ),
            );
            diesel::insert_into(case_access::table)
                .values(columns)
                .execute(conn)?;
        }
        let days_ago = if self.closed_lately { 10 } else { 100 };
        let then = now.plus_seconds(-days_ago * 86_400);
        let step = Transition {
            id: Id::new(),
            case_id: self.id,
            authority: self.authority.to_owned(),
            from_state: CaseState::Concern,
            to_state: CaseState::Closed,
            effective_at: then,
            recorded_at: then,
            recorded_by: by,
            content: Json(json!({})),
        };
        diesel::insert_into(case_transitions::table)
            .values(&step)
            .execute(conn)?;
        for agency in &self.asked {
            use caused_enquiries as table;
            let columns = (
                head!(table, case_id = self.id, self.authority, by, now),
                (
                    table::agency_id.eq(*agency),
                    table::scope.eq("The ward"),
                    table::status.eq("requested"),
                ),
                table::questions.eq(Json(Vec::<String>::new())),
            );
            diesel::insert_into(table::table).values(columns).execute(conn)?;
        }
        Ok(())
    }
}
