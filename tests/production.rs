//! What whoever runs the program must be able to rely on: it makes no database by mistake, copies are whole, files are
//! private, and production does not start on what is not safe.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use msp_api::schema::audit::{audit_seals, audit_unsealed, leases};
use msp_api::schema::foundation::audit_entries;

use crate::commands::{addresses, printed, program, run, serve};
use crate::private_keys::openssl;
use crate::support::{Actor, Kind, databases};

fn mode(path: impl AsRef<Path>) -> u32 {
    let path = path.as_ref();
    let found = path
        .metadata()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    found.permissions().mode() & 0o777
}

fn beside(database: &Path, ending: &str) -> PathBuf {
    format!("{}{ending}", database.display()).into()
}

/// A folder for one test.
fn folder() -> PathBuf {
    let file = databases::path_of(&databases::empty(Kind::Sqlite));
    let folder = beside(&file, ".folder");
    std::fs::create_dir(&folder).unwrap();
    folder
}

fn key_file() -> PathBuf {
    let file = folder().join("key.pem");
    std::fs::write(&file, openssl(&["genpkey", "-algorithm", "ed25519"], b"")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    file
}

fn refused(output: &std::process::Output) -> String {
    assert!(!output.status.success(), "it was accepted");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// R4.
#[test]
fn only_serve_and_migrate_make_a_database() {
    let commands: [&[&str]; 11] = [
        &["backup", "copy.db"],
        &["audit", "verify"],
        &[
            "audit",
            "erase-personal",
            "--subject",
            "019a4c3e-8f00-7000-8000-000000000001",
        ],
        &["token", "manager"],
        &[
            "user",
            "add",
            "kim",
            "--role",
            "manager",
            "--authority",
            "northbank",
        ],
        &["user", "code", "kim"],
        &[
            "client",
            "add",
            "fire",
            "--agency",
            "Fire",
            "--authority",
            "northbank",
        ],
        &["rotate-key"],
        &["seed", "--cases", "1"],
        &["purge"],
        &["audit", "verify", "--empty-ok"],
    ];
    let missing = folder().join("typo").join("msp.db");
    let url = format!("sqlite:{}", missing.display());
    for command in commands {
        let message = refused(&run(&url, command));
        assert!(message.contains("there is no database"), "{command:?}: {message}");
        assert!(!missing.parent().unwrap().exists(), "{command:?} made something");
    }
    // Nor is an empty one that is there taken for theirs.
    for kind in Kind::BOTH {
        let empty = databases::empty(kind);
        if kind == Kind::Sqlite {
            std::fs::write(databases::path_of(&empty), b"").unwrap();
        }
        for command in commands.iter().skip(1) {
            let message = refused(&run(&empty, command));
            assert!(message.contains("there is no database"), "{command:?}: {message}");
        }
        printed(&run(&empty, &["migrate"]));
        printed(&run(&empty, &["purge"]));
    }
    printed(&run(&url, &["migrate"]));
    assert!(missing.is_file());
    assert_eq!(mode(missing.parent().unwrap()), 0o700);
}

/// R4: an empty trail is the sign of a wrong database.
#[test]
fn a_trail_without_an_entry_is_good_only_if_that_is_expected() {
    for kind in Kind::BOTH {
        let database = databases::empty(kind);
        printed(&run(&database, &["migrate"]));
        assert!(refused(&run(&database, &["audit", "verify"])).contains("--empty-ok"));
        assert!(printed(&run(&database, &["audit", "verify", "--empty-ok"])).ends_with("valid"));
    }
}

on_both_databases! {
    /// S21.
    fn a_trail_that_is_gone_whole_shows_as_long_as_there_are_cases(server) {
        server.as_("manager").get("/v1/cases").ok();
        server.seal();
        let auditor = server.as_("auditor");
        assert_eq!(auditor.get("/v1/audit-events/verification").ok().body["valid"], true);
        server.database(|conn| {
            diesel::delete(audit_unsealed::table).execute(conn)?;
            diesel::delete(audit_entries::table).execute(conn)?;
            diesel::delete(audit_seals::table).execute(conn)?;
            diesel::delete(leases::table).execute(conn)?;
            Ok(())
        });
        let found = auditor.get("/v1/audit-events/verification").ok();
        assert_eq!(found.body["valid"], false);
        assert_eq!(found.text("/faults/0/code"), "trail_empty");
    }
}

/// R4.
#[test]
fn a_backup_is_checked_private_and_tells_what_it_holds() {
    let database = databases::empty(Kind::Sqlite);
    let server = serve(&database, &["--demo"], &[]);
    let manager = Actor::new(
        &server.base,
        Some(printed(&run(&database, &["token", "manager"]))),
    );
    manager.get("/v1/cases").ok();
    server.stop();
    let place = folder().join("copy.db");
    let path = place.display().to_string();
    // What a backup that was killed left behind stands in nobody's way.
    std::fs::write(beside(&place, ".part"), vec![7; 10_000]).unwrap();
    let told = printed(&run(&database, &["backup", &path]));
    let bytes = place.metadata().unwrap().len();
    assert!(told.contains(&format!("{path}: {bytes} bytes, ")), "{told}");
    assert!(
        !told.contains(" 0 cases") && told.contains("last audit entry 20"),
        "{told}"
    );
    assert_eq!(mode(&place), 0o600);
    assert!(!beside(&place, ".part").exists());
    // The seal it tells of is the one that a verification of the copy is held against.
    let seal = told
        .lines()
        .find_map(|line| line.strip_prefix("last seal "))
        .unwrap();
    let anchor: Vec<&str> = seal.split(' ').collect();
    let copy = format!("sqlite:{path}");
    printed(&run(
        &copy,
        &["audit", "verify", "--expect", anchor[0], anchor[1]],
    ));
    assert!(refused(&run(&database, &["backup", &path])).contains("exists already"));
}

/// R4.
#[test]
fn a_backup_that_fails_says_why_and_leaves_no_file() {
    let database = databases::filled(Kind::Sqlite);
    let missing = folder().join("no").join("copy.db");
    let message = refused(&run(&database, &["backup", &missing.display().to_string()]));
    assert!(message.contains("No such file or directory"), "{message}");

    // As on a full disk: no file of this process may grow past 64 KiB.
    let place = folder().join("copy.db");
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 128; exec \"$0\" backup \"$1\""])
        .args([env!("CARGO_BIN_EXE_msp-api"), &place.display().to_string()])
        .env_clear()
        .env("DATABASE_URL", &database)
        .output()
        .unwrap();
    let message = refused(&limited);
    assert!(
        message.contains("full") || message.contains("disk I/O error"),
        "{message}"
    );
    assert!(!place.exists() && !beside(&place, ".part").exists());

    // A database that is none of ours is no backup of anything.
    let other = folder().join("other.db");
    let mut of_others = SqliteConnection::establish(&other.display().to_string()).unwrap();
    of_others
        .batch_execute("CREATE TABLE others (id INTEGER)")
        .unwrap();
    let other = format!("sqlite:{}", other.display());
    let message = refused(&run(&other, &["backup", &place.display().to_string()]));
    assert!(message.contains("the copy is not good"), "{message}");
    assert!(!place.exists() && !beside(&place, ".part").exists());
}

/// S08.
#[test]
fn whatever_holds_data_is_readable_by_its_owner_only() {
    let home = folder();
    let file = home.join("made").join("msp.db");
    let database = format!("sqlite:{}", file.display());
    let server = serve(&database, &["--demo"], &[]);
    let whole = [file.clone(), beside(&file, "-wal"), beside(&file, "-shm")];
    let locks = ["server.lock", "migrate.lock"].map(|ending| file.with_extension(ending));
    for path in whole.iter().chain(&locks) {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    server.stop();
    // One from before, or copied in by hand.
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    printed(&run(&database, &["token", "manager"]));
    assert_eq!(mode(&file), 0o600);
}

/// S08.
#[test]
fn a_signing_key_that_others_may_read_is_refused() {
    let database = databases::filled(Kind::Sqlite);
    let (key, other) = (key_file(), key_file());
    let public = folder().join("public.pem");
    let published = openssl(&["pkey", "-pubout"], &std::fs::read(&other).unwrap());
    std::fs::write(&public, published).unwrap();
    let verify = |own: &Path, other: &Path| {
        program(&database)
            .env("MSP_SIGNING_KEY_FILE", own)
            .env("MSP_OTHER_KEY_FILES", other)
            .args(["audit", "verify"])
            .output()
            .unwrap()
    };
    assert!(verify(&key, &other).status.success());
    std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(refused(&verify(&key, &other)).contains("MSP_OTHER_KEY_FILES"));
    assert!(refused(&verify(&other, &public)).contains("chmod 600"));
    std::fs::set_permissions(&public, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(
        verify(&key, &public).status.success(),
        "a public part is no secret"
    );
}

/// S12, S23 and what was seen without a script.
#[test]
fn production_refuses_demo_data_a_missing_proxy_statement_and_a_database_in_clear() {
    let key = key_file().display().to_string();
    let start = |database: &str, more: &[(&str, &str)]| {
        let started = Instant::now();
        let output = program(database)
            .envs([
                ("MSP_PRODUCTION", "true"),
                ("MSP_PUBLIC_URL", "https://api.example.org"),
                ("MSP_SIGNING_KEY_FILE", key.as_str()),
            ])
            .envs(more.iter().copied())
            .args(["serve", "--bind", "127.0.0.1:0"])
            .output()
            .unwrap();
        assert!(started.elapsed() < Duration::from_secs(10));
        refused(&output)
    };
    let proxies = ("MSP_TRUSTED_PROXIES", "none");
    let local = ("MSP_DATABASE_NETWORK", "local");
    assert!(start("sqlite:unused.db", &[]).contains("MSP_TRUSTED_PROXIES"));
    assert!(start("postgres://msp@db/msp", &[proxies]).contains("sslmode=verify-full"));
    for kind in Kind::BOTH {
        let demo = databases::filled(kind);
        let message = start(&demo, &[proxies, local]);
        assert!(
            message.contains("invented people") && message.contains("`demo`"),
            "{message}"
        );
        // Another database is refused for what `seed` put there.
        let seeded = databases::empty(kind);
        printed(&run(&seeded, &["migrate"]));
        printed(&run(&seeded, &["seed", "--cases", "1", "--practitioners", "1"]));
        let message = start(&seeded, &[proxies, local]);
        assert!(message.contains("`seed`"), "{message}");
        // And nothing invented is put among what is real.
        for command in [&["seed", "--cases", "1"][..], &["serve", "--demo"]] {
            let output = program(&seeded)
                .envs([
                    ("MSP_PRODUCTION", "true"),
                    ("MSP_PUBLIC_URL", "https://api.example.org"),
                    ("MSP_SIGNING_KEY_FILE", key.as_str()),
                ])
                .envs([proxies, local])
                .args(command)
                .output()
                .unwrap();
            assert!(refused(&output).contains("MSP_PRODUCTION=true"), "{command:?}");
        }
    }
}

/// S22.
#[test]
fn a_log_reader_that_goes_away_costs_log_lines_and_nothing_else() {
    let database = databases::filled(Kind::Sqlite);
    let mut child = program(&database)
        .env("MSP_LOG", "trace")
        .args(["serve", "--bind", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut greeting = BufReader::new(child.stdout.take().unwrap()).lines();
    let (base, _) = addresses(&greeting.next().unwrap().unwrap());
    assert!(greeting.any(|line| line.unwrap().contains("documentation http://")));
    drop(child.stderr.take());
    drop(greeting);
    let manager = Actor::new(&base, Some(printed(&run(&database, &["token", "manager"]))));
    for _ in 0..50 {
        manager.get("/v1/cases").ok();
    }
    let kill = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let asked = Instant::now();
    let ended = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(
            asked.elapsed() < Duration::from_secs(10),
            "SIGTERM ends the program"
        );
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(ended.code(), Some(0));
}

/// S22: one that stays and does not read fills the pipe, and holds up nobody.
#[test]
fn a_log_reader_that_does_not_read_holds_up_nobody() {
    let database = databases::filled(Kind::Sqlite);
    let server = serve(&database, &[], &[("MSP_LOG", "trace")]);
    let manager = Actor::new(
        &server.base,
        Some(printed(&run(&database, &["token", "manager"]))),
    );
    for _ in 0..300 {
        manager.get("/v1/me").ok();
    }
    let (code, logged) = server.stop();
    assert_eq!(code, Some(0));
    assert!(logged.len() > 60_000, "the pipe was full: {}", logged.len());
}

/// Passes on what is sent between a server and PostgreSQL, until it is told to keep everything to itself.
struct Line {
    url: String,
    is_dead: Arc<AtomicBool>,
}

impl Line {
    fn to(database: &str) -> Self {
        let (_, rest) = database.split_once("://").unwrap();
        let (who, place) = rest
            .rsplit_once('@')
            .map_or(("", rest), |(who, place)| (who, place));
        let (host, name) = place.split_once('/').unwrap();
        let host = match host.contains(':') {
            true => host.to_owned(),
            false => format!("{host}:5432"),
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = match who {
            "" => String::new(),
            who => format!("{who}@"),
        };
        let url = format!("postgres://{at}{}/{name}", listener.local_addr().unwrap());
        let is_dead = Arc::new(AtomicBool::new(false));
        let dead = Arc::clone(&is_dead);
        std::thread::spawn(move || {
            for one in listener.incoming() {
                let (one, other) = (one.unwrap(), TcpStream::connect(&host).unwrap());
                let ways = [
                    (one.try_clone().unwrap(), other.try_clone().unwrap()),
                    (other, one),
                ];
                for (mut from, mut to) in ways {
                    let dead = Arc::clone(&dead);
                    std::thread::spawn(move || {
                        let mut some = [0; 8_192];
                        while let Ok(count @ 1..) = from.read(&mut some) {
                            if !dead.load(Ordering::Relaxed) && to.write_all(&some[..count]).is_err() {
                                break;
                            }
                        }
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
            }
        });
        Self { url, is_dead }
    }
}

/// S22: not even a database that is gone without a word keeps the program from ending.
#[test]
fn sigterm_ends_the_program_though_the_database_never_answers() {
    let line = Line::to(&databases::filled(Kind::Postgres));
    let server = serve(&line.url, &[], &[("MSP_SHUTDOWN_SECONDS", "1")]);
    let manager = Actor::new(
        &server.base,
        Some(printed(&run(&line.url, &["token", "manager"]))),
    );
    manager.get("/v1/cases").ok();
    line.is_dead.store(true, Ordering::Relaxed);
    let address = server.base.trim_start_matches("http://").to_owned();
    let mut asked = TcpStream::connect(address).unwrap();
    let request = b"POST /v1/sessions HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/json\r\n\
        Content-Length: 31\r\n\r\n{\"username\":\"a\",\"password\":\"b\"}";
    asked.write_all(request).unwrap();
    let begun = Instant::now();
    let (_, _) = server.stop();
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn a_setting_with_a_wrong_letter_or_a_word_that_is_no_level_ends_the_program() {
    let database = databases::filled(Kind::Sqlite);
    for (name, value) in [
        ("MSP_POOLSIZE", "3"),
        ("MSP_LOG", "chatty"),
        ("MSP_LOG", "nonsense=,"),
    ] {
        let output = program(&database)
            .env(name, value)
            .args(["serve"])
            .output()
            .unwrap();
        assert!(refused(&output).contains(name), "{name}={value}");
    }
    let output = program(&database)
        .envs([
            ("MSP_TEST_MIXED", "1"),
            ("MSP_BLESS", "1"),
            ("MSP_SERVICE_HOST", "10.0.0.1"),
        ])
        .args(["config"])
        .output()
        .unwrap();
    printed(&output);
}

/// S11: what is only counted is written before the program ends.
#[test]
fn refusals_that_are_counted_are_written_when_the_server_stops() {
    for kind in Kind::BOTH {
        let database = databases::filled(kind);
        let server = serve(&database, &[], &[("MSP_RATE_LIMIT", "0")]);
        let board = Actor::new(&server.base, Some(printed(&run(&database, &["token", "board"]))));
        for _ in 0..100 {
            board.get("/v1/cases").expect(403);
        }
        assert_eq!(server.stop().0, Some(0));
        let again = serve(&database, &[], &[]);
        let auditor = Actor::new(&again.base, Some(printed(&run(&database, &["token", "auditor"]))));
        let found = "/v1/audit-events?operation=listCases&outcome=refused&limit=100";
        let items = auditor.get(found).ok().body["items"].as_array().unwrap().clone();
        let counts: i64 = items.iter().map(|item| item["count"].as_i64().unwrap()).sum();
        assert_eq!((counts, items.len()), (100, 61));
        again.stop();
        printed(&run(&database, &["audit", "verify"]));
    }
}

/// S09, and R6: durations in buckets can be added up over instances.
#[test]
fn made_up_methods_are_one_series_and_one_word_in_the_log() {
    let database = databases::filled(Kind::Sqlite);
    let server = serve(&database, &[], &[("MSP_METRICS_BIND", "127.0.0.1:0")]);
    let mut connection = TcpStream::connect(server.base.trim_start_matches("http://")).unwrap();
    for number in 0..500 {
        let request = format!("MADEUP{number} /health/live HTTP/1.1\r\nHost: a.example\r\n\r\n");
        connection.write_all(request.as_bytes()).unwrap();
    }
    connection
        .write_all(b"GET /health/live HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answers = String::new();
    connection.read_to_string(&mut answers).unwrap();
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 501);
    let told = Actor::new(&server.metrics, None).get("/metrics").ok().text;
    let of_others = told
        .lines()
        .filter(|line| line.contains("method=\"other\""))
        .count();
    assert!((1..40).contains(&of_others), "{told}");
    assert!(
        told.contains("http_request_seconds_bucket") && !told.contains("quantile"),
        "{told}"
    );
    let (_, logged) = server.stop();
    assert!(!told.contains("MADEUP") && !logged.contains("MADEUP"));
}
