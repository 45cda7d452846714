//! The two migration trees make the same tables, and can be undone.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use msp_api::db::{Connection, Database};

use crate::support::{Kind, Server, databases};

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    nullable: String,
}

const POSTGRES: &str = "SELECT table_name::text, column_name::text, is_nullable::text AS nullable \
    FROM information_schema.columns WHERE table_schema = 'public'";
const SQLITE: &str = "SELECT m.name AS table_name, c.name AS column_name, \
    CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN 'NO' ELSE 'YES' END AS nullable \
    FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'";

type Tables = BTreeMap<String, BTreeMap<String, String>>;

fn tables(conn: &mut Connection) -> Tables {
    let rows: Vec<Column> = match conn {
        Connection::Postgres(postgres) => sql_query(POSTGRES).load(postgres).unwrap(),
        Connection::Sqlite(sqlite) => sql_query(SQLITE).load(sqlite).unwrap(),
    };
    let mut tables = Tables::new();
    for row in rows {
        tables
            .entry(row.table_name)
            .or_default()
            .insert(row.column_name, row.nullable);
    }
    // What only one of them needs.
    for own in [
        "__diesel_schema_migrations",
        "sqlite_sequence",
        "reference_counters",
    ] {
        tables.remove(own);
    }
    tables
}

fn on_a_database<T: Send + 'static>(kind: Kind, work: impl AsyncFnOnce(Database) -> T + Send + 'static) -> T {
    std::thread::spawn(move || {
        actix_web::rt::System::new()
            .block_on(async move { work(Database::open(&databases::empty(kind), 4).unwrap()).await })
    })
    .join()
    .unwrap()
}

fn migrated(kind: Kind) -> Tables {
    on_a_database(kind, async |database: Database| {
        database.migrate().await.unwrap();
        database.read(|conn| Ok(tables(conn))).await.unwrap()
    })
}

#[test]
fn both_databases_have_the_same_tables_and_columns() {
    let (sqlite, postgres) = (migrated(Kind::Sqlite), migrated(Kind::Postgres));
    assert!(sqlite.len() > 20);
    assert_eq!(sqlite, postgres);
}

#[test]
fn up_down_and_up_again_give_the_same_schema() {
    for kind in Kind::BOTH {
        on_a_database(kind, async |database: Database| {
            assert!(database.migrate().await.unwrap() > 0);
            let first = database.read(|conn| Ok(tables(conn))).await.unwrap();
            database.migrate_down().await.unwrap();
            assert_eq!(
                database.read(|conn| Ok(tables(conn))).await.unwrap(),
                Tables::new()
            );
            assert!(database.migrate().await.unwrap() > 0);
            assert_eq!(database.read(|conn| Ok(tables(conn))).await.unwrap(), first);
        });
    }
}

#[test]
fn two_instances_that_start_together_migrate_once() {
    for kind in Kind::BOTH {
        let url = databases::empty(kind);
        let instances: Vec<_> = (0..2)
            .map(|_| {
                let url = url.clone();
                std::thread::spawn(move || {
                    actix_web::rt::System::new()
                        .block_on(async move { Database::open(&url, 2).unwrap().migrate().await.unwrap() })
                })
            })
            .collect();
        let mut applied: Vec<usize> = instances
            .into_iter()
            .map(|instance| instance.join().unwrap())
            .collect();
        applied.sort_unstable();
        assert_eq!(applied[0], 0, "{kind:?}");
        assert!(applied[1] > 0, "{kind:?}");
    }
}

#[test]
fn a_database_from_before_the_first_schema_is_refused_and_one_of_a_later_version_is_not() {
    for kind in Kind::BOTH {
        on_a_database(kind, async |database: Database| {
            database.migrate().await.unwrap();
            let applied = async |version: &'static str| {
                let noted = format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}')");
                let noted = database
                    .write(move |conn| Ok(sql_query(&noted).execute(conn)?))
                    .await;
                assert_eq!(noted.unwrap(), 1);
                database.migrate().await
            };
            assert_eq!(applied("99990101000001").await, Ok(0));
            let refused = applied("20261121000001").await.unwrap_err();
            assert!(refused.contains("before its first schema"), "{refused}");
        });
    }
}

/// Every code list has its `CHECK`: a row with another code is refused by the database itself.
#[test]
fn the_checks_in_the_migrations_are_the_code_lists() {
    use msp_api::auth::guesses::CountedBy;
    use msp_api::auth::sessions::EndedBecause;
    use msp_api::casework::advocacy::model::{AssignmentKind, AssignmentState};
    use msp_api::casework::cases::model::{Agreement, CaseState};
    use msp_api::casework::feedback::FeedbackStatus;
    use msp_api::casework::meetings::MeetingKind;
    use msp_api::casework::meetings::discussions::DiscussionSide;
    use msp_api::casework::outcomes::model::{
        Achieved, ChangeKind, ChangeReason, CommunicatedBy, ExpressedBy,
    };
    use msp_api::casework::plans::model::PlanStatus;
    use msp_api::casework::questionnaires::model::QuestionnaireStatus;
    use msp_api::casework::referrals::model::{FeedbackCode, Status, WrittenBy};
    use msp_api::casework::referrals::requests::RequestStatus;
    use msp_api::casework::referrals::updates::UpdateKind;
    use msp_api::casework::relationships::{PrincipalKind, SourceKind};
    use msp_api::casework::responses::{AdultChoice, ResponseOption};
    use msp_api::casework::singleton;
    use msp_api::demo::InventedBy;
    use msp_api::people::agencies::AgencyType;
    use msp_api::policy::{CaseRelationship, Role};
    let sql = include_str!("../migrations/postgres/2026-12-01-000001_first/up.sql");
    let squeezed = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let scopes = msp_api::people::clients::SCOPES.map(|scope| format!("'{scope}'"));
    assert!(squeezed.contains(&scopes.join(", ")), "no CHECK lists the scopes");
    macro_rules! stands_there {
        ($($codes:ty),+) => {$(
            let list: Vec<String> = <$codes>::ALL.iter().map(|code| format!("'{}'", code.as_str())).collect();
            assert!(squeezed.contains(&list.join(", ")), concat!("no CHECK lists ", stringify!($codes)));
        )+};
    }
    stands_there!(
        CaseState,
        Status,
        AgencyType,
        MeetingKind,
        DiscussionSide,
        singleton::Kind,
        PlanStatus,
        Agreement,
        ResponseOption,
        AdultChoice,
        AssignmentKind,
        AssignmentState,
        Achieved,
        ChangeKind,
        ChangeReason,
        CommunicatedBy,
        ExpressedBy,
        UpdateKind,
        WrittenBy,
        RequestStatus,
        FeedbackCode,
        FeedbackStatus,
        QuestionnaireStatus,
        EndedBecause,
        InventedBy,
        CountedBy,
        CaseRelationship,
        Role,
        PrincipalKind,
        SourceKind
    );
}

/// A code that is kept as a bit never moves: what stands in the databases would mean something else.
#[test]
fn codes_that_are_kept_as_bits_keep_their_places() {
    use msp_api::db::code_set::KeptAsBits;
    use msp_api::policy::{MayReceive, Part};
    let parts = [
        "outcomes",
        "wishes",
        "meetings",
        "plan",
        "next_steps",
        "feedback",
        "decisions",
        "capacity",
        "persons_of_concern",
    ];
    assert_eq!(
        Part::PLACES.iter().map(|part| part.as_str()).collect::<Vec<_>>(),
        parts
    );
    let received: Vec<&str> = MayReceive::PLACES.iter().map(|one| one.as_str()).collect();
    assert_eq!(received, parts[..7]);
}

/// What belongs to a case, an adult or a referral belongs to its authority, whoever writes it and by whatever mistake.
#[test]
fn what_belongs_to_a_case_an_adult_or_a_referral_stands_in_its_authority() {
    // These look back at things that may be anywhere, or nowhere any more.
    let loose = ["audit_entries", "events", "notices", "escalations"];
    let database = databases::filled(Kind::Sqlite);
    let keys = on(&database, |conn| {
        let Connection::Sqlite(sqlite) = conn else {
            unreachable!()
        };
        let rows: Vec<Key> = sql_query(
            "SELECT m.name AS table_name, k.\"table\" AS parent, GROUP_CONCAT(k.\"from\", ' ') AS columns \
             FROM sqlite_master AS m JOIN pragma_foreign_key_list(m.name) AS k WHERE m.type = 'table' \
             GROUP BY m.name, k.id",
        )
        .load(sqlite)?;
        Ok((rows, tables(conn)))
    });
    let (keys, tables) = keys;
    let mut held = 0;
    for (parent, key) in [
        ("cases", "case_id"),
        ("adults", "adult_id"),
        ("referrals", "referral_id"),
    ] {
        for (table, columns) in &tables {
            let both = columns.contains_key(key) && columns.contains_key("authority");
            if !both || loose.contains(&table.as_str()) {
                continue;
            }
            let expected = format!("authority {key}");
            assert!(
                keys.iter()
                    .any(|one| one.table_name == *table && one.parent == parent && one.columns == expected),
                "{table}: nothing holds its {key} to its authority"
            );
            held += 1;
        }
    }
    assert!(held > 40, "{held}");
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = Text)]
    columns: String,
}

/// Work on a database that is there already.
fn on<T: Send + 'static>(
    url: &str,
    work: impl FnOnce(&mut Connection) -> Result<T, msp_api::problem::Problem> + Send + 'static,
) -> T {
    let url = url.to_owned();
    std::thread::spawn(move || {
        actix_web::rt::System::new()
            .block_on(async move { Database::open(&url, 1).unwrap().read(work).await.unwrap() })
    })
    .join()
    .unwrap()
}

/// Each of these would be accepted by a schema without keys and checks; the rules of the services are another matter.
const IMPOSSIBLE: [&str; 22] = [
    "UPDATE meetings SET authority = 'eastmoor' WHERE authority = 'northbank'",
    "UPDATE adult_contact_points SET authority = 'eastmoor' WHERE authority = 'northbank'",
    "UPDATE referral_keys SET authority = 'eastmoor' WHERE authority = 'northbank'",
    "UPDATE cases SET adult_id = (SELECT id FROM adults WHERE authority = 'eastmoor') WHERE authority = 'northbank'",
    "UPDATE cases SET case_group_id = id",
    "UPDATE cases SET transferred_from = adult_id",
    "UPDATE adults SET merged_into = (SELECT id FROM adults WHERE authority = 'eastmoor') WHERE authority = 'northbank'",
    "UPDATE actions SET plan_id = id",
    "UPDATE desired_outcomes SET best_interests_decision_id = id",
    "UPDATE outcome_revisions SET case_id = outcome_id",
    "UPDATE singletons SET meeting_id = NULL, owner_id = case_id WHERE meeting_id IS NOT NULL",
    "UPDATE user_roles SET role = 'queen'",
    "UPDATE user_roles SET authority = 'nowhere'",
    "UPDATE api_client_scopes SET scope = 'everything'",
    "UPDATE api_client_authorities SET authority = 'nowhere'",
    "UPDATE advocates SET authority = ''",
    "UPDATE case_grants SET sections = 512",
    "UPDATE case_grants SET user_id = NULL WHERE relationship = 'adviser'",
    "UPDATE case_grants SET relationship = 'partner' WHERE relationship = 'adviser'",
    "UPDATE adult_representatives SET may_receive = 128",
    "UPDATE case_access SET representative_id = NULL WHERE relationship = 'representative'",
    "UPDATE case_access SET user_id = (SELECT id FROM users WHERE username = 'adult')",
];

#[test]
fn the_database_itself_refuses_what_cannot_be() {
    for kind in Kind::BOTH {
        let server = Server::start(kind);
        for impossible in IMPOSSIBLE {
            let refused = server.try_database(move |conn| Ok(sql_query(impossible).execute(conn)?));
            let why = refused.expect_err(impossible);
            assert!(
                format!("{why:?}").contains("Violation"),
                "{kind:?} {impossible}: {why:?}"
            );
        }
    }
}
