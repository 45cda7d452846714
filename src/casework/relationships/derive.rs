//! What relationships there must be, from the records behind them.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::casework::cases::access::{AppView, Relationship as App};
use crate::casework::cases::model::CaseState;
use crate::clock::UtcTime;
use crate::db::Connection;
use crate::db::code_set::CodeSet;
use crate::db::one_of::OneOfMethods as _;
use crate::ids::Id;
use crate::policy::{CaseRelationship, MayReceive, Part, Parts};
use crate::schema::access::{
    app_access_decisions, case_grants, case_relationships, emergency_access, escalations,
};
use crate::schema::adult_records::adult_representatives;
use crate::schema::case_life::caused_enquiries;
use crate::schema::casework::{advocacy_assignments, case_access, case_transitions, cases};
use crate::schema::people::advocates;

/// An app shows a case for so long after the last step on it, once it is closed: 90 days, in seconds.
const AFTER_CLOSURE: i64 = 90 * 86_400;

crate::codes! {
    /// Whose relationship it is.
    pub enum PrincipalKind {
        /// A person's account.
        User = "user",
        /// Every member of a team.
        Team = "team",
        /// Everybody who works for an agency, and its programs.
        Agency = "agency",
    }
}

crate::codes! {
    /// The record that is the cause.
    pub enum SourceKind {
        /// The case itself says so.
        Case = "case",
        /// Somebody was named on it.
        Naming = "naming",
        /// A use of emergency access.
        EmergencyAccess = "emergency_access",
        /// It was given to somebody because nobody else was left.
        Escalation = "escalation",
        /// The app of the adult or of a representative.
        App = "app",
        /// An advocate's assignment.
        Assignment = "assignment",
        /// An enquiry that an agency was asked to make.
        CausedEnquiry = "caused_enquiry",
    }
}

/// A relationship as its cause says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = case_relationships, treat_none_as_default_value = false)]
pub struct Derived {
    /// The case.
    pub case_id: Id,
    /// Its authority.
    pub authority: String,
    /// Whether it is a person's, a team's or an agency's.
    pub principal_kind: PrincipalKind,
    /// The person, team or agency.
    pub principal_id: Id,
    /// What they are to the case.
    pub relationship: CaseRelationship,
    /// Which parts it opens, as bits of [`Parts`].
    pub sections: i32,
    /// How much an app shows; none for all but apps.
    pub view: Option<AppView>,
    /// From when it holds.
    pub starts_at: Option<UtcTime>,
    /// The instant from which it no longer holds.
    pub ends_at: Option<UtcTime>,
    /// Since when it is suspended.
    pub suspended_at: Option<UtcTime>,
    /// The instant at which its view was frozen.
    pub as_of: Option<UtcTime>,
    /// What the cause is.
    pub source_kind: SourceKind,
    /// The record that is the cause.
    pub source_id: Id,
    /// The other record that it takes: the representative of an app, the app or entry of an assignment.
    pub via_id: Option<Id>,
}

/// What the case says itself.
struct Head {
    authority: String,
    adult: Option<Id>,
    /// When its apps end, because it is closed.
    apps_end: Option<UtcTime>,
}

/// What there must be for these cases.
pub fn derive(conn: &mut Connection, of: &[Id]) -> QueryResult<Vec<Derived>> {
    let mut found = Found {
        rows: vec![],
        heads: HashMap::new(),
    };
    found.cases(conn, of)?;
    found.namings(conn, of)?;
    found.emergencies(conn, of)?;
    found.escalations(conn, of)?;
    found.caused_enquiries(conn, of)?;
    let stops = stops(conn, of)?;
    let apps = apps(conn, of)?;
    found.apps(conn, &apps, &stops)?;
    found.assignments(conn, of, &apps, &stops)?;
    found.rows.sort();
    Ok(found.rows)
}

struct Found {
    rows: Vec<Derived>,
    heads: HashMap<Id, Head>,
}

/// One of them, to which the rest is added.
fn one(
    case: Id,
    (principal_kind, principal_id): (PrincipalKind, Id),
    relationship: CaseRelationship,
    (source_kind, source_id): (SourceKind, Id),
) -> Derived {
    Derived {
        case_id: case,
        authority: String::new(),
        principal_kind,
        principal_id,
        relationship,
        sections: Parts::all().bits(),
        view: None,
        starts_at: None,
        ends_at: None,
        suspended_at: None,
        as_of: None,
        source_kind,
        source_id,
        via_id: None,
    }
}

fn user(id: Id) -> (PrincipalKind, Id) {
    (PrincipalKind::User, id)
}

impl Found {
    fn add(&mut self, mut row: Derived) {
        if let Some(head) = self.heads.get(&row.case_id) {
            row.authority.clone_from(&head.authority);
            self.rows.push(row);
        }
    }

    /// What the cases themselves say, and when their apps end.
    fn cases(&mut self, conn: &mut Connection, of: &[Id]) -> QueryResult<()> {
        type Row = (Id, String, UtcTime, CaseState, Option<Id>, Option<Id>, Option<Id>);
        let rows: Vec<Row> = cases::table
            .filter(cases::id.one_of(of))
            .select((
                cases::id,
                cases::authority,
                cases::created_at,
                cases::state,
                cases::adult_id,
                cases::allocated_to,
                cases::allocated_team,
            ))
            .load(conn)?;
        let closed = rows.iter().filter(|row| !CaseState::OPEN.contains(&row.3));
        let closed: Vec<Id> = closed.map(|row| row.0).collect();
        let steps: Vec<(Id, UtcTime)> = match closed.is_empty() {
            true => vec![],
            false => case_transitions::table
                .filter(case_transitions::case_id.one_of(&closed))
                .select((case_transitions::case_id, case_transitions::recorded_at))
                .load(conn)?,
        };
        for (case, authority, created_at, _, adult, to, team) in rows {
            let last = steps
                .iter()
                .filter(|step| step.0 == case)
                .map(|step| step.1)
                .max();
            let apps_end = closed
                .contains(&case)
                .then(|| last.map_or(created_at, |last| last.plus_seconds(AFTER_CLOSURE)));
            self.heads.insert(
                case,
                Head {
                    authority,
                    adult,
                    apps_end,
                },
            );
            let itself = (SourceKind::Case, case);
            if let Some(to) = to {
                self.add(one(case, user(to), CaseRelationship::Allocated, itself));
            }
            if let Some(team) = team {
                self.add(one(
                    case,
                    (PrincipalKind::Team, team),
                    CaseRelationship::Team,
                    itself,
                ));
            }
        }
        Ok(())
    }

    /// Advisers and partner agencies: one that has a last day holds until the end of it.
    fn namings(&mut self, conn: &mut Connection, of: &[Id]) -> QueryResult<()> {
        type Row = (Id, Id, String, Option<Id>, Option<Id>, Option<NaiveDate>, Parts);
        let rows: Vec<Row> = case_grants::table
            .filter(case_grants::case_id.one_of(of))
            .filter(case_grants::entered_in_error.is_null())
            .select((
                case_grants::id,
                case_grants::case_id,
                case_grants::relationship,
                case_grants::user_id,
                case_grants::agency_id,
                case_grants::ends_on,
                case_grants::sections,
            ))
            .load(conn)?;
        for (id, case, relationship, member, agency, ends_on, sections) in rows {
            let source = (SourceKind::Naming, id);
            let named = match (relationship.as_str(), member, agency) {
                ("adviser", Some(member), _) => one(case, user(member), CaseRelationship::Adviser, source),
                ("partner", _, Some(agency)) => Derived {
                    sections: sections.bits(),
                    ..one(
                        case,
                        (PrincipalKind::Agency, agency),
                        CaseRelationship::Partner,
                        source,
                    )
                },
                _ => continue,
            };
            self.add(Derived {
                ends_at: ends_on.map(UtcTime::end_of),
                ..named
            });
        }
        Ok(())
    }

    fn emergencies(&mut self, conn: &mut Connection, of: &[Id]) -> QueryResult<()> {
        let rows: Vec<(Id, Id, Id, UtcTime)> = emergency_access::table
            .filter(emergency_access::case_id.one_of(of))
            .select((
                emergency_access::id,
                emergency_access::case_id,
                emergency_access::user_id,
                emergency_access::until,
            ))
            .load(conn)?;
        for (id, case, member, until) in rows {
            let source = (SourceKind::EmergencyAccess, id);
            let used = one(case, user(member), CaseRelationship::Emergency, source);
            self.add(Derived {
                ends_at: Some(until),
                ..used
            });
        }
        Ok(())
    }

    /// It lasts to the end of the request that ends it, so that whoever gives it on is answered with what became of it.
    fn escalations(&mut self, conn: &mut Connection, of: &[Id]) -> QueryResult<()> {
        type Row = (Id, Option<Id>, Option<Id>, Option<UtcTime>);
        let rows: Vec<Row> = escalations::table
            .filter(escalations::case_id.assume_not_null().one_of(of))
            .select((
                escalations::id,
                escalations::case_id,
                escalations::user_id,
                escalations::ended_at,
            ))
            .load(conn)?;
        for (id, case, member, ended_at) in rows {
            if let (Some(case), Some(member)) = (case, member) {
                let source = (SourceKind::Escalation, id);
                let given = one(case, user(member), CaseRelationship::Escalated, source);
                self.add(Derived {
                    ends_at: ended_at.map(|at| at.plus_micros(1)),
                    ..given
                });
            }
        }
        Ok(())
    }

    fn caused_enquiries(&mut self, conn: &mut Connection, of: &[Id]) -> QueryResult<()> {
        let rows: Vec<(Id, Id, Id)> = caused_enquiries::table
            .filter(caused_enquiries::case_id.one_of(of))
            .select((
                caused_enquiries::id,
                caused_enquiries::case_id,
                caused_enquiries::agency_id,
            ))
            .load(conn)?;
        for (id, case, agency) in rows {
            let principal = (PrincipalKind::Agency, agency);
            let source = (SourceKind::CausedEnquiry, id);
            self.add(one(case, principal, CaseRelationship::EnquiringAgency, source));
        }
        Ok(())
    }

    /// The apps of the adult, and those of her representatives and supporters as far as these may receive anything.
    fn apps(&mut self, conn: &mut Connection, apps: &[AppRow], stops: &Stops) -> QueryResult<()> {
        let entries: Vec<Id> = apps.iter().filter_map(|app| app.representative_id).collect();
        let entries = match entries.is_empty() {
            true => HashMap::new(),
            false => representatives(conn, &entries)?,
        };
        for app in apps {
            let Some((adult, apps_end)) = self
                .heads
                .get(&app.case_id)
                .map(|head| (head.adult, head.apps_end))
            else {
                continue;
            };
            let source = (SourceKind::App, app.id);
            let shown = Derived {
                view: Some(app.view),
                ends_at: apps_end,
                suspended_at: stops.get(&(app.case_id, app.person())).copied(),
                via_id: app.representative_id,
                ..one(app.case_id, user(app.user_id), CaseRelationship::Adult, source)
            };
            match (
                app.relationship,
                app.representative_id.and_then(|id| entries.get(&id)),
            ) {
                (App::Adult, _) => self.add(shown),
                (App::Representative, Some(entry)) if Some(entry.adult) == adult => self.add(Derived {
                    relationship: CaseRelationship::Representative,
                    sections: entry.sections,
                    ends_at: [apps_end, entry.ends_at].into_iter().flatten().min(),
                    ..shown
                }),
                _ => {}
            }
        }
        Ok(())
    }

    /// Advocates who were asked or accepted: by the login of their entry in the register, and by an app for the case.
    fn assignments(
        &mut self,
        conn: &mut Connection,
        of: &[Id],
        apps: &[AppRow],
        stops: &Stops,
    ) -> QueryResult<()> {
        let rows: Vec<(Id, Id, Id, String)> = advocacy_assignments::table
            .filter(advocacy_assignments::case_id.one_of(of))
            .filter(advocacy_assignments::state.one_of(["requested", "accepted", "active"]))
            .select((
                advocacy_assignments::id,
                advocacy_assignments::case_id,
                advocacy_assignments::advocate_id,
                advocacy_assignments::state,
            ))
            .load(conn)?;
        let entries: Vec<Id> = rows.iter().map(|row| row.2).collect();
        let logins: Vec<(Id, Option<Id>)> = match entries.is_empty() {
            true => vec![],
            false => advocates::table
                .filter(
                    advocates::id
                        .one_of(&entries)
                        .and(advocates::user_id.is_not_null()),
                )
                .select((advocates::id, advocates::user_id))
                .load(conn)?,
        };
        for (id, case, entry, state) in rows {
            let relationship = match state.as_str() {
                "requested" => CaseRelationship::AdvocateAsked,
                _ => CaseRelationship::Advocate,
            };
            let login = logins.iter().filter(|(of, _)| *of == entry);
            let login = login.filter_map(|(_, account)| account.map(|account| (account, entry)));
            let given = apps.iter().filter(|app| {
                app.case_id == case && app.relationship == App::Advocate && app.advocate_id == Some(entry)
            });
            let accounts: Vec<(Id, Id)> = login.chain(given.map(|app| (app.user_id, app.id))).collect();
            for (account, via) in accounts {
                self.add(Derived {
                    suspended_at: stops.get(&(case, entry)).copied(),
                    via_id: Some(via),
                    ..one(case, user(account), relationship, (SourceKind::Assignment, id))
                });
            }
        }
        Ok(())
    }
}

/// Since when the app of a person (an entry, or else the case for the adult) is stopped on a case.
type Stops = HashMap<(Id, Id), UtcTime>;

/// The latest decision about each person's app holds: `not_safe` and `paused` last until somebody decides otherwise.
fn stops(conn: &mut Connection, of: &[Id]) -> QueryResult<Stops> {
    type Row = (Id, Option<Id>, Option<Id>, String, UtcTime);
    let rows: Vec<Row> = app_access_decisions::table
        .filter(app_access_decisions::case_id.one_of(of))
        .filter(app_access_decisions::entered_in_error.is_null())
        .order(app_access_decisions::id)
        .select((
            app_access_decisions::case_id,
            app_access_decisions::representative_id,
            app_access_decisions::advocate_id,
            app_access_decisions::decision,
            app_access_decisions::created_at,
        ))
        .load(conn)?;
    let mut stops = Stops::new();
    for (case, representative, advocate, decision, at) in rows {
        let person = (case, representative.or(advocate).unwrap_or(case));
        match decision.as_str() {
            "not_safe" | "paused" => stops.insert(person, at),
            _ => stops.remove(&person),
        };
    }
    Ok(stops)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = case_access)]
struct AppRow {
    id: Id,
    case_id: Id,
    user_id: Id,
    relationship: App,
    representative_id: Option<Id>,
    advocate_id: Option<Id>,
    view: AppView,
}

impl AppRow {
    /// The person whose app it is, as decisions name them.
    fn person(&self) -> Id {
        self.representative_id
            .or(self.advocate_id)
            .unwrap_or(self.case_id)
    }
}

fn apps(conn: &mut Connection, of: &[Id]) -> QueryResult<Vec<AppRow>> {
    case_access::table
        .filter(
            case_access::case_id
                .one_of(of)
                .and(case_access::ended_at.is_null()),
        )
        .select(AppRow::as_select())
        .load(conn)
}

/// Somebody who represents or supports an adult, as far as an app of theirs goes.
struct Representative {
    adult: Id,
    sections: i32,
    ends_at: Option<UtcTime>,
}

/// Those of these entries who are not implicated.
fn representatives(conn: &mut Connection, entries: &[Id]) -> QueryResult<HashMap<Id, Representative>> {
    type Row = (Id, Id, String, Option<NaiveDate>, CodeSet<MayReceive>);
    let rows: Vec<Row> = adult_representatives::table
        .filter(adult_representatives::id.one_of(entries))
        .filter(adult_representatives::entered_in_error.is_null())
        .filter(adult_representatives::conflict.ne("implicated"))
        .select((
            adult_representatives::id,
            adult_representatives::adult_id,
            adult_representatives::legal_authority,
            adult_representatives::ends_on,
            adult_representatives::may_receive,
        ))
        .load(conn)?;
    let each = rows
        .into_iter()
        .map(|(id, adult, legal_authority, ends_on, received)| {
            // Capacity is for those with the legal authority to decide.
            let decides = legal_authority != "none" && received.contains(MayReceive::Decisions);
            let parts = received.codes().map(MayReceive::part);
            let sections: Parts = parts.chain(decides.then_some(Part::Capacity)).collect();
            let sections = sections.bits();
            let ends_at = ends_on.map(UtcTime::end_of);
            (
                id,
                Representative {
                    adult,
                    sections,
                    ends_at,
                },
            )
        });
    Ok(each.collect())
}
