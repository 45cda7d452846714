//! The database is away, silent, full or broken: what callers are answered, what the orchestrator sees, and what the
//! operator reads. Each on a server process of its own, since its log is read.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::commands::{Served, printed, program, run, serve, serve_as};
use crate::stories::referral;
use crate::support::databases::{self, beside};
use crate::support::proxy::Proxy;
use crate::support::{Actor, Kind};

/// One object a line, so that the test can read it.
const LOGGED: [(&str, &str); 2] = [("MSP_LOG", "warn,msp_api::db=info"), ("MSP_LOG_FORMAT", "json")];

fn somebody(served: &Served, database: &str, name: &str) -> Actor {
    Actor::new(&served.base, Some(printed(&run(database, &["token", name]))))
}

fn status(served: &Served, path: &str) -> u16 {
    Actor::new(&served.base, None).get(path).send().status
}

/// What is logged at a level, with its request.
fn lines(logged: &str, level: &str) -> Vec<Value> {
    let lines = logged.lines().filter_map(|line| serde_json::from_str(line).ok());
    lines.filter(|line: &Value| line["level"] == level).collect()
}

fn until(what: &str, most: Duration, mut is_so: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < most, "not within {most:?}: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
    began.elapsed()
}

/// One line when it begins and one when it is over, with the place and the cause, and no more.
fn is_told_once(logged: &str, began: &str, ended: &str, cause: &str) {
    let mut errors = lines(logged, "ERROR");
    errors.retain(|line| line["message"] == began);
    assert_eq!(errors.len(), 1, "{logged}");
    let why = errors[0]["why"].as_str().unwrap();
    assert!(why.contains(cause), "{why}");
    assert!(!errors[0]["place"].as_str().unwrap().is_empty());
    let good = lines(logged, "INFO");
    let good: Vec<_> = good.iter().filter(|line| line["message"] == ended).collect();
    assert_eq!(good.len(), 1, "{logged}");
    assert!(good[0]["seconds"].is_u64(), "{logged}");
}

#[test]
fn a_silent_fail_over_is_noticed_and_left_behind_within_fifteen_seconds() {
    let database = databases::filled(Kind::Postgres);
    let proxy = Proxy::to(&database);
    let served = serve(&proxy.url, &[], &LOGGED);
    let manager = somebody(&served, &database, "manager");
    let police = somebody(&served, &database, "police-intake");
    // Several connections are open, and are used from time to time.
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| manager.get("/v1/cases").ok());
        }
    });
    proxy.go_silent();
    let began = Instant::now();
    let mut good_since = None;
    while good_since.is_none_or(|since: Instant| since.elapsed() < Duration::from_secs(2)) {
        let asked = Instant::now();
        let reference = format!("PPN-SILENT-{}", began.elapsed().as_millis());
        let answers = std::thread::scope(|scope| {
            let write = scope.spawn(|| police.post("/v1/referrals", &referral(&reference)).send());
            [manager.get("/v1/cases").send(), write.join().unwrap()]
        });
        assert!(asked.elapsed() < Duration::from_secs(6), "{:?}", asked.elapsed());
        for answer in &answers {
            assert!([200, 201, 503].contains(&answer.status), "{}", answer.text);
            assert_eq!(answer.status == 503, !answer.header("retry-after").is_empty());
        }
        match answers.iter().all(|answer| answer.status < 300) {
            true => good_since = good_since.or(Some(Instant::now())),
            false => good_since = None,
        }
        assert!(began.elapsed() < Duration::from_secs(17), "it is not left behind");
    }
    let good_after = good_since.unwrap() - began;
    assert!(good_after < Duration::from_secs(15), "{good_after:?}");
    assert_eq!(status(&served, "/health/ready"), 200);
    // What still waits for the silent server keeps the process no longer than its requests may take.
    let stopping = Instant::now();
    let (code, logged) = served.stop();
    assert_eq!(code, Some(0), "{logged}");
    assert!(
        stopping.elapsed() < Duration::from_secs(14),
        "{:?}",
        stopping.elapsed()
    );
    is_told_once(
        &logged,
        "the database cannot be reached",
        "the database can be reached again",
        "no answer",
    );
}

#[test]
fn an_outage_is_told_once_and_calls_off_no_alarm() {
    let database = databases::filled(Kind::Postgres);
    let name = database.rsplit('/').next().unwrap();
    let settings = [LOGGED[0], LOGGED[1], ("MSP_METRICS_BIND", "127.0.0.1:0")];
    let served = serve(&database, &[], &settings);
    let manager = somebody(&served, &database, "manager");
    let metric = |name: &str| {
        let text = Actor::new(&served.metrics, None).get("/metrics").ok().text;
        let line = text
            .lines()
            .find(|line| line.starts_with(name))
            .map(str::to_owned);
        line.unwrap_or_else(|| panic!("no {name}: {text}"))
            .rsplit(' ')
            .next()
            .unwrap()
            .to_owned()
    };
    let unread = "referrals_oldest_unread_seconds{authority=\"northbank\"}";
    assert_eq!(metric("database_up"), "1");
    assert!(metric(unread).parse::<f64>().unwrap() >= 0.0);
    databases::sql(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    databases::end_connections(&database);
    for _ in 0..5 {
        let answer = manager.get("/v1/cases").expect(503);
        assert!(!answer.header("retry-after").is_empty());
    }
    assert_eq!(
        (status(&served, "/health/ready"), status(&served, "/health/live")),
        (503, 200)
    );
    assert_eq!(metric("database_up"), "0");
    assert_eq!(metric(unread), "NaN", "nobody knows how long a concern waits");
    databases::sql(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
    until("reads", Duration::from_secs(5), || {
        manager.get("/v1/cases").send().status == 200
    });
    until("ready", Duration::from_secs(8), || {
        status(&served, "/health/ready") == 200
    });
    assert_eq!(metric("database_up"), "1");
    // A success right after a failure proves little: it is told once they have gone on for a second.
    let good = Instant::now();
    until("good for a while", Duration::from_secs(5), || {
        manager.get("/v1/cases").ok();
        good.elapsed() > Duration::from_millis(1_200)
    });
    let (_, logged) = served.stop();
    is_told_once(
        &logged,
        "the database cannot be reached",
        "the database can be reached again",
        "SQLSTATE",
    );
}

/// Every read is audited, so that without writes there are no reads either: such an instance is not ready.
#[test]
fn readiness_includes_writing() {
    for kind in Kind::BOTH {
        let database = databases::filled(kind);
        // SIGXFSZ would end the process; a real full disk sends no signal.
        let mut command = program(&database);
        if kind == Kind::Sqlite {
            command = Command::new("/bin/sh");
            command.env_clear().env("DATABASE_URL", &database).args([
                "-c",
                "trap '' XFSZ; exec \"$0\" \"$@\"",
                env!("CARGO_BIN_EXE_msp-api"),
            ]);
        }
        let served = serve_as(command, &[], &LOGGED);
        let manager = somebody(&served, &database, "manager");
        until("ready", Duration::from_secs(5), || {
            status(&served, "/health/ready") == 200
        });
        let broken = Broken {
            kind,
            database: &database,
            process: served.process(),
        };
        broken.takes_no_writes();
        until("writes fail", Duration::from_secs(20), || {
            manager.get("/v1/me").send().status == 503
        });
        // What was found a second ago is still told.
        until("not ready", Duration::from_secs(4), || {
            let ready = Actor::new(&served.base, None).get("/health/ready").send();
            assert_eq!(ready.status == 503, !ready.header("retry-after").is_empty());
            ready.status == 503
        });
        let bind = served.base.trim_start_matches("http://");
        let health = program(&database)
            .env("MSP_BIND", bind)
            .arg("health")
            .output()
            .unwrap();
        assert!(!health.status.success(), "{kind:?}");
        assert_eq!(status(&served, "/health/live"), 200);
        broken.takes_writes_again();
        until("reads again", Duration::from_secs(3), || {
            manager.get("/v1/me").send().status == 200
        });
        until("ready again", Duration::from_secs(8), || {
            status(&served, "/health/ready") == 200
        });
        let (_, logged) = served.stop();
        let cause = match kind {
            Kind::Sqlite => "d",
            Kind::Postgres => "SQLSTATE 25006",
        };
        is_told_once(
            &logged,
            "the database takes no writes",
            "the database takes writes again",
            cause,
        );
    }
}

struct Broken<'a> {
    kind: Kind,
    database: &'a str,
    process: u32,
}

impl Broken<'_> {
    /// The disk is full; or the server is a read-only copy of one that is gone.
    fn takes_no_writes(&self) {
        match self.kind {
            Kind::Sqlite => {
                let log = format!("{}-wal", databases::path_of(self.database).display());
                self.largest_file(&format!("{}:unlimited", log_size(&log) + 64 * 1024));
            }
            Kind::Postgres => self.set("SET default_transaction_read_only = on"),
        }
    }

    fn takes_writes_again(&self) {
        match self.kind {
            Kind::Sqlite => self.largest_file("unlimited:unlimited"),
            Kind::Postgres => self.set("RESET default_transaction_read_only"),
        }
    }

    fn largest_file(&self, size: &str) {
        let limit = [format!("--pid={}", self.process), format!("--fsize={size}")];
        assert!(Command::new("prlimit").args(limit).status().unwrap().success());
    }

    fn set(&self, setting: &str) {
        let name = self.database.rsplit('/').next().unwrap();
        databases::sql(&format!("ALTER DATABASE {name} {setting}"));
        if setting.starts_with("SET") {
            databases::end_connections(self.database);
        }
    }
}

fn log_size(log: &str) -> u64 {
    std::fs::metadata(log).unwrap().len()
}

/// Whoever reads the log knows which request failed, in which operation and why; and nothing about anybody.
#[test]
fn each_500_is_logged_once_with_its_request_its_operation_and_its_cause() {
    for kind in Kind::BOTH {
        let database = databases::filled(kind);
        let served = serve(&database, &[], &LOGGED);
        let practitioner = somebody(&served, &database, "practitioner");
        let case = practitioner.get("/v1/cases").ok().text("/items/0/id");
        let risks = format!("/v1/cases/{case}/risks");
        practitioner.get(&risks).ok();
        drop(beside(
            &database,
            "ALTER TABLE risks RENAME COLUMN impact_in_own_words TO renamed",
        ));
        let read = practitioner.get(&risks).expect(500);
        let risk = json!({"riskType": "physical",
            "whatHappened": "Quokkason pushed her"});
        let written = practitioner.post(&risks, &risk).expect(500);
        for answer in [&read, &written] {
            answer.is_problem("internal");
            assert!(
                !answer.text.contains("renamed") && !answer.text.contains("impact_in"),
                "{}",
                answer.text
            );
        }
        let (_, logged) = served.stop();
        let errors = lines(&logged, "ERROR");
        assert_eq!(errors.len(), 2, "{logged}");
        for (line, answer, operation) in [(&errors[0], &read, "GET"), (&errors[1], &written, "POST")] {
            assert_eq!(line["span"]["request_id"], answer.text("/requestId"), "{line}");
            assert_eq!(
                line["span"]["operation"],
                format!("{operation} /v1/cases/{{caseId}}/risks")
            );
            let cause = line["cause"].as_str().unwrap();
            assert!(cause.contains("impact_in_own_words"), "{cause}");
            assert!(
                kind == Kind::Sqlite || cause.contains("SQLSTATE 42703"),
                "{cause}"
            );
        }
        assert!(!logged.contains("Quokka") && !logged.contains(&case), "{logged}");
    }
}
