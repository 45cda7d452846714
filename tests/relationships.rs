//! Who is what to a case follows from what was recorded: each cause that is taken away behind its back shows as a drift.

use std::sync::mpsc;

use diesel::prelude::*;
use msp_api::casework::cases::model::CaseState;
use msp_api::casework::relationships::verify::Drift;
use msp_api::casework::who_may_read::{self, Found};
use msp_api::clock;
use msp_api::db::Connection;
use msp_api::ids::Id;
use msp_api::policy::CaseRelationship;
use msp_api::problem::Problem;
use msp_api::schema::access::{
    app_access_decisions, case_grants, case_relationships, emergency_access, escalations, record_parties,
};
use msp_api::schema::actions::actions;
use msp_api::schema::adult_records::adult_representatives;
use msp_api::schema::case_life::caused_enquiries;
use msp_api::schema::casework::{advocacy_assignments, case_access, cases};
use msp_api::schema::people::{advocates, agencies, teams};
use msp_api::schema::records::sharing_decisions;
use serde_json::json;

use crate::support::Server;

/// Something that is changed behind the program's back, and how many rows of the case then differ: missing, left over.
type Removal = (
    &'static str,
    fn(&mut Connection, Id) -> QueryResult<usize>,
    (usize, usize),
);

macro_rules! set {
    ($table:ident of $case:ident $(where $filter:expr)?, $($set:expr),+) => {
        diesel::update($table::table.filter($table::case_id.eq($case))$(.filter($filter))?).set(($($set,)+))
    };
}

const REMOVALS: &[Removal] = &[
    (
        "nobody is allocated",
        |conn, case| {
            diesel::update(cases::table.find(case))
                .set(cases::allocated_to.eq(None::<Id>))
                .execute(conn)
        },
        (0, 1),
    ),
    (
        "no team is allocated",
        |conn, case| {
            diesel::update(cases::table.find(case))
                .set(cases::allocated_team.eq(None::<Id>))
                .execute(conn)
        },
        (0, 1),
    ),
    (
        "another adult",
        |conn, case| {
            // Her representative is not this adult's.
            diesel::update(cases::table.find(case))
                .set(cases::adult_id.eq(None::<Id>))
                .execute(conn)
        },
        (0, 1),
    ),
    (
        "closed: the apps of the adult and of the representative end",
        |conn, case| {
            diesel::update(cases::table.find(case))
                .set(cases::state.eq(CaseState::Closed))
                .execute(conn)
        },
        (2, 2),
    ),
    (
        "the adviser was named in error",
        |conn, case| {
            set!(case_grants of case where case_grants::relationship.eq("adviser"), case_grants::entered_in_error.eq("?")).execute(conn)
        },
        (0, 1),
    ),
    (
        "the partner's naming has a last day",
        |conn, case| {
            let today = clock::now().date();
            set!(case_grants of case where case_grants::relationship.eq("partner"), case_grants::ends_on.eq(today)).execute(conn)
        },
        (1, 1),
    ),
    (
        "emergency access ends sooner",
        |conn, case| set!(emergency_access of case, emergency_access::until.eq(clock::now())).execute(conn),
        (2, 2),
    ),
    (
        "what was given on is given to nobody",
        |conn, case| {
            diesel::update(escalations::table.filter(escalations::case_id.eq(case)))
                .set(escalations::user_id.eq(None::<Id>))
                .execute(conn)
        },
        (0, 1),
    ),
    (
        "the adult's app ended",
        |conn, case| {
            set!(case_access of case where case_access::relationship.eq("adult"), case_access::ended_at.eq(clock::now())).execute(conn)
        },
        (0, 1),
    ),
    (
        "an app shows next steps only",
        |conn, case| {
            set!(case_access of case where case_access::relationship.eq("adult"), case_access::view.eq("next_steps_only")).execute(conn)
        },
        (1, 1),
    ),
    (
        "her app is not safe",
        |conn, case| {
            set!(app_access_decisions of case where app_access_decisions::who.eq("adult"), app_access_decisions::decision.eq("not_safe"))
            .execute(conn)
        },
        (1, 1),
    ),
    (
        "the representative is implicated",
        |conn, _| {
            diesel::update(adult_representatives::table)
                .set(adult_representatives::conflict.eq("implicated"))
                .execute(conn)
        },
        (0, 1),
    ),
    (
        "the representative may receive nothing",
        |conn, _| {
            diesel::update(adult_representatives::table)
                .set(adult_representatives::may_receive.eq(0))
                .execute(conn)
        },
        (1, 1),
    ),
    (
        "the representative was a mistake",
        |conn, _| {
            diesel::update(adult_representatives::table)
                .set(adult_representatives::entered_in_error.eq("?"))
                .execute(conn)
        },
        (0, 1),
    ),
    (
        "the assignment ended",
        |conn, case| {
            set!(advocacy_assignments of case where advocacy_assignments::state.ne("requested"), advocacy_assignments::state.eq("ended"))
            .execute(conn)
        },
        (0, 1),
    ),
    (
        "the assignment that was asked for is accepted",
        |conn, case| {
            set!(advocacy_assignments of case where advocacy_assignments::state.eq("requested"), advocacy_assignments::state.eq("accepted"))
            .execute(conn)
        },
        (1, 1),
    ),
    (
        "the advocates have no login",
        |conn, _| {
            diesel::update(advocates::table)
                .set(advocates::user_id.eq(None::<Id>))
                .execute(conn)
        },
        (0, 2),
    ),
    (
        "the enquiry is another agency's",
        |conn, case| {
            let of: Id = caused_enquiries::table
                .filter(caused_enquiries::case_id.eq(case))
                .select(caused_enquiries::agency_id)
                .first(conn)?;
            let other: Id = agencies::table
                .filter(agencies::id.ne(of))
                .select(agencies::id)
                .first(conn)?;
            set!(caused_enquiries of case, caused_enquiries::agency_id.eq(other)).execute(conn)
        },
        (1, 1),
    ),
    (
        "a row was lost",
        |conn, case| {
            let rows = case_relationships::table.filter(case_relationships::case_id.eq(case));
            diesel::delete(rows.filter(case_relationships::relationship.eq("adult"))).execute(conn)
        },
        (1, 0),
    ),
    (
        "a row reaches further than its cause",
        |conn, case| {
            set!(case_relationships of case where case_relationships::relationship.eq("partner"), case_relationships::sections.eq(511))
            .execute(conn)
        },
        (1, 1),
    ),
];

/// The first case, with somebody of every kind.
fn with_everybody(server: &Server) -> Id {
    let (manager, advocate) = (server.as_("manager"), server.as_("advocate"));
    let case = server.as_("adult").get("/v1/cases").ok().text("/items/0/id");
    let path = format!("/v1/cases/{case}");
    let entry =
        json!({"name": "Asked Invented", "organisation": "Northern Voices", "kinds": ["care_act_s68"]});
    let entry = manager.post("/v1/advocates", &entry).expect(201).id();
    let asked = server.add_user("asked", msp_api::policy::Role::Advocate, "northbank", None);
    server.make_login(&asked, &entry);
    let ask = json!({"kind": "care_act_s68", "basis": "power", "advocateId": entry});
    manager
        .post(&format!("{path}/advocacy-assignments"), &ask)
        .expect(201);
    let agency = server.as_("nhs-intake").get("/v1/me").ok().text("/agencyId");
    let share = json!({"relationship": "partner", "agencyId": agency, "sections": ["outcomes"], "reason": "Knows the home"});
    manager.post(&format!("{path}/grants"), &share).expect(201);
    let used = json!({"reasonCode": "out_of_hours", "reason": "The police ask where she is"});
    server
        .as_("practitioner2")
        .post(&format!("{path}/emergency-access"), &used)
        .expect(201);
    advocate.get(&path).ok();
    let case = Id::parse(&case).unwrap();
    let (given_to, by) = (server.user_id("manager"), server.user_id("practitioner"));
    let (given_to, by) = (Id::parse(&given_to).unwrap(), Id::parse(&by).unwrap());
    server.database(move |conn| {
        let team: Id = teams::table.select(teams::id).first(conn)?;
        diesel::update(cases::table.find(case))
            .set(cases::allocated_team.eq(team))
            .execute(conn)?;
        diesel::insert_into(escalations::table)
            .values((
                escalations::id.eq(Id::new()),
                escalations::authority.eq("northbank"),
                escalations::case_id.eq(case),
                escalations::user_id.eq(given_to),
                escalations::caused_by.eq(by),
                escalations::started_at.eq(clock::now()),
            ))
            .execute(conn)?;
        let mended = who_may_read::check_all(conn, Some(clock::now()))?;
        let expected = Drift {
            case,
            missing: 2,
            left_over: 0,
        };
        assert_eq!(
            mended,
            [Found::Relationships(expected)],
            "the team, and whom it was given to"
        );
        assert_eq!(who_may_read::check_all(conn, Some(clock::now()))?, []);
        Ok(())
    });
    case
}

/// The kinds of relationship that a case has now.
fn kinds(conn: &mut Connection, case: Id) -> QueryResult<Vec<CaseRelationship>> {
    case_relationships::table
        .filter(
            case_relationships::case_id
                .eq(case)
                .and(case_relationships::ended_at.is_null()),
        )
        .select(case_relationships::relationship)
        .distinct()
        .load(conn)
}

on_both_databases! {
    fn each_cause_that_is_taken_away_behind_its_back_is_seen(server) {
        let case = with_everybody(server);
        let there = server.database(move |conn| Ok(kinds(conn, case)?));
        let missing: Vec<_> = CaseRelationship::ALL.iter().filter(|kind| !there.contains(kind)).collect();
        assert!(missing.is_empty(), "nobody on the first case is {missing:?}");
        for (what, remove, (missing, left_over)) in REMOVALS {
            let (tell, told) = mpsc::channel();
            let undone = server.try_database(move |conn| {
                tell.send((remove(conn, case)?, who_may_read::check(conn, &[case], None)?)).unwrap();
                // Nothing of it stays.
                Err::<(), _>(Problem::not_found())
            });
            assert!(undone.is_err());
            let (changed, seen) = told.recv().unwrap();
            assert!(changed > 0, "{what}: there is nothing to change");
            let expected = Drift { case, missing: *missing, left_over: *left_over };
            assert_eq!(seen, [Found::Relationships(expected)], "{what}");
        }
    }

    fn the_agency_of_a_record_that_is_changed_behind_its_back_is_seen(server) {
        let case = with_everybody(server);
        type Change = fn(&mut Connection, Id) -> QueryResult<usize>;
        let removals: [(&str, Change); 3] = [
            ("an action is another agency's", |conn, case| {
                let other: Id = agencies::table.select(agencies::id).first(conn)?;
                set!(actions of case where actions::agency_id.is_null(), actions::agency_id.eq(other)).execute(conn)
            }),
            ("what is shared is for another agency", |conn, case| {
                let other: Id = agencies::table.select(agencies::id).first(conn)?;
                set!(sharing_decisions of case where sharing_decisions::agency_id.is_null(), sharing_decisions::agency_id.eq(other)).execute(conn)
            }),
            ("a row is left over", |conn, case| {
                let of: Id = actions::table.filter(actions::case_id.eq(case)).select(actions::id).first(conn)?;
                let other: Id = agencies::table.select(agencies::id).first(conn)?;
                diesel::insert_into(record_parties::table)
                    .values((
                        (record_parties::id.eq(Id::new()), record_parties::case_id.eq(case), record_parties::authority.eq("northbank")),
                        (record_parties::record_kind.eq("action"), record_parties::record_id.eq(of)),
                        (record_parties::agency_id.eq(other), record_parties::recorded_at.eq(clock::now())),
                    ))
                    .execute(conn)
            }),
        ];
        for (what, remove) in removals {
            let (tell, told) = mpsc::channel();
            let undone = server.try_database(move |conn| {
                tell.send((remove(conn, case)?, who_may_read::check(conn, &[case], None)?)).unwrap();
                Err::<(), _>(Problem::not_found())
            });
            assert!(undone.is_err());
            let (changed, seen) = told.recv().unwrap_or_else(|_| panic!("{what}"));
            assert_eq!(seen, [Found::Parties(case, changed)], "{what}");
        }
    }

    fn what_ended_stays_and_says_until_when(server) {
        let manager = server.as_("manager");
        let case = server.as_("adult").get("/v1/cases").ok().text("/items/0/id");
        let stop = json!({"who": "adult", "decision": "not_safe", "sharedDevice": "yes", "view": "full", "reason": "He reads it"});
        manager.post(&format!("/v1/cases/{case}/app-access"), &stop).expect(201);
        let case = Id::parse(&case).unwrap();
        type Row = (Option<clock::UtcTime>, Option<clock::UtcTime>, clock::UtcTime);
        let rows: Vec<Row> = server.database(move |conn| {
            Ok(case_relationships::table
                .filter(case_relationships::case_id.eq(case))
                .filter(case_relationships::relationship.eq(CaseRelationship::Adult))
                .order(case_relationships::recorded_at)
                .select((case_relationships::ended_at, case_relationships::suspended_at, case_relationships::recorded_at))
                .load(conn)?)
        });
        let [before, after] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!((before.0, before.1), (Some(after.2), None), "it held until it was stopped");
        assert_eq!(after.0, None);
        assert_eq!(after.1, Some(after.2), "and is suspended since then");
    }
}
