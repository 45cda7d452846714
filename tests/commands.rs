//! The program itself: its commands, as somebody types them.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Actor, Kind, databases};

pub fn program(database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_msp-api"));
    command
        .env_clear()
        .env("DATABASE_URL", database)
        .stdin(Stdio::null());
    command
}

pub fn run(database: &str, arguments: &[&str]) -> Output {
    program(database)
        .args(arguments)
        .output()
        .expect("the program runs")
}

pub fn printed(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A server process that is told to stop when the test is done with it.
pub struct Served {
    child: Child,
    pub base: String,
    /// Of its metrics, if `MSP_METRICS_BIND` was set.
    pub metrics: String,
    greeting: String,
}

pub fn serve(database: &str, arguments: &[&str], settings: &[(&str, &str)]) -> Served {
    serve_as(program(database), arguments, settings)
}

/// Serves by this command, which is the program or ends in it.
pub fn serve_as(mut program: Command, arguments: &[&str], settings: &[(&str, &str)]) -> Served {
    let mut child = program
        .envs(settings.iter().copied())
        .args(["serve", "--bind", "127.0.0.1:0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut greeting = String::new();
    for line in lines.by_ref() {
        let line = line.unwrap();
        greeting.push_str(&line);
        greeting.push('\n');
        if line.contains("documentation http://") {
            break;
        }
    }
    let (base, metrics) = addresses(&greeting);
    Served {
        child,
        base,
        metrics,
        greeting,
    }
}

/// Where a server says that it is, and its metrics.
pub fn addresses(greeting: &str) -> (String, String) {
    let after = |start: &str| {
        let line = greeting.lines().find_map(|line| line.split_once(start));
        line.map_or_else(String::new, |(_, address)| format!("http://{address}"))
    };
    let metrics = after("metrics http://");
    (
        after(": http://"),
        metrics.trim_end_matches("/metrics").to_owned(),
    )
}

impl Served {
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM, waits, and answers the exit code and what was logged.
    pub fn stop(mut self) -> (Option<i32>, String) {
        let killed = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(killed.success());
        let mut logged = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut logged)
            .unwrap();
        (self.child.wait().unwrap().code(), logged)
    }
}

#[test]
fn a_wrong_setting_ends_the_program_at_once_and_is_named() {
    let cases = [
        ("DATABASE_URL", "mysql://localhost/msp", "DATABASE_URL"),
        ("MSP_RATE_LIMIT", "many", "MSP_RATE_LIMIT"),
        ("MSP_BIND", "somewhere", "MSP_BIND"),
        ("MSP_PUBLIC_URL", "example.org", "MSP_PUBLIC_URL"),
        ("MSP_SIGNING_KEY_FILE", "/no/such/key.pem", "MSP_SIGNING_KEY_FILE"),
        ("MSP_OIDC_ISSUERS", "/no/such/issuers.json", "MSP_OIDC_ISSUERS"),
        ("MSP_TRUSTED_PROXIES", "the proxy", "MSP_TRUSTED_PROXIES"),
        ("MSP_LOG", "access=loudly", "MSP_LOG"),
        ("MSP_PRODUCTION", "true", "MSP_P"),
    ];
    for (name, value, named) in cases {
        let database = databases::empty(Kind::Sqlite);
        let started = Instant::now();
        let output = program(&database)
            .env(name, value)
            .args(["serve"])
            .output()
            .unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{name}={value} was accepted");
        assert!(message.contains(named), "{name}={value}: {message}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn every_command_has_help_with_an_example_and_the_contract_needs_no_database() {
    let commands: [&[&str]; 14] = [
        &["serve"],
        &["migrate"],
        &["openapi"],
        &["token"],
        &["user", "add"],
        &["user", "code"],
        &["client", "add"],
        &["rotate-key"],
        &["seed"],
        &["backup"],
        &["purge"],
        &["config"],
        &["audit", "verify"],
        &["audit", "erase-personal"],
    ];
    for command in commands {
        let help = printed(&run("sqlite:unused.db", &[command, &["--help"]].concat()));
        assert!(help.contains("Example"), "{command:?}: {help}");
    }
    let contract = printed(&run("nonsense", &["openapi"]));
    assert_eq!(
        serde_json::from_str::<Value>(&contract).unwrap()["openapi"],
        "3.1.0"
    );
    let settings = printed(&run("postgres://msp:secret@db/msp", &["config"]));
    for name in [
        "DATABASE_URL",
        "MSP_RATE_LIMIT",
        "MSP_SIGNING_KEY_FILE",
        "MSP_PRODUCTION",
        "MSP_METRICS_BIND",
    ] {
        assert!(settings.contains(name), "{name}");
    }
    assert!(!settings.contains("secret"));
}

#[test]
fn the_demo_is_made_once_and_commands_work_beside_the_server() {
    for kind in Kind::BOTH {
        let database = databases::empty(kind);
        let first = serve(&database, &["--demo"], &[]);
        assert!(first.greeting.contains("practitioner2") && first.greeting.contains("police-intake"));
        let token = printed(&run(&database, &["token", "practitioner"]));
        let practitioner = Actor::new(&first.base, Some(token));
        let cases = practitioner.get("/v1/cases?limit=100").ok().body["items"]
            .as_array()
            .unwrap()
            .len();
        assert!(cases >= 9, "{cases}");
        let reference = practitioner
            .get("/v1/cases?sort=createdAt")
            .ok()
            .text("/items/0/reference");
        let add = [
            "user",
            "add",
            "winifred",
            "--role",
            "adult",
            "--authority",
            "northbank",
            "--case",
            &reference,
        ];
        printed(&run(&database, &add));
        assert!(!run(&database, &add).status.success(), "a name is given once");
        let adult = Actor::new(
            &first.base,
            Some(printed(&run(&database, &["token", "winifred"]))),
        );
        assert_eq!(
            adult.get("/v1/cases").ok().body["items"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        let first_admin = [
            "user",
            "add",
            "first-admin",
            "--role",
            "admin",
            "--authority",
            "northbank",
        ];
        printed(&run(&database, &first_admin));
        let code = printed(&run(&database, &["user", "code", "first-admin"]));
        let session = json!({"username": "first-admin", "password": code.trim(), "newPassword": "correct horse battery"});
        let nobody = Actor::new(&first.base, None);
        let session = nobody.post("/v1/sessions", &session).ok();
        let admin = Actor::new(&first.base, Some(session.text("/accessToken")));
        admin.get("/v1/api-clients").ok();
        assert!(!run(&database, &["user", "code", "nobody"]).status.success());
        assert!(printed(&run(&database, &["rotate-key"])).starts_with("kid="));
        admin.get("/v1/api-clients").ok();
        printed(&run(
            &database,
            &["seed", "--cases", "30", "--practitioners", "3"],
        ));
        let seeded = Actor::new(
            &first.base,
            Some(printed(&run(&database, &["token", "seed-practitioner-2"]))),
        );
        let many = |who: &Actor, list: &str| who.get(list).ok().body["items"].as_array().unwrap().len();
        assert_eq!(many(&seeded, "/v1/cases?allocatedTo=me"), 10);
        assert_eq!(
            many(&seeded, "/v1/cases"),
            11,
            "and one that names them as an adviser"
        );
        let agency = Actor::new(
            &first.base,
            Some(printed(&run(&database, &["token", "seed-agency"]))),
        );
        assert_eq!(many(&agency, "/v1/cases"), 2, "of those that name it");
        let client = printed(&run(
            &database,
            &[
                "client",
                "add",
                "fire",
                "--agency",
                "Northshire Fire",
                "--agency-type",
                "fire",
                "--authority",
                "northbank",
            ],
        ));
        assert!(client.contains("client_id=") && client.contains("client_secret="));
        if kind == Kind::Sqlite {
            let copy = format!("{}.copy", databases::path_of(&database).display());
            printed(&run(&database, &["backup", &copy]));
            assert!(Path::new(&copy).metadata().unwrap().len() > 100_000);
            let second = program(&database)
                .args(["serve", "--bind", "127.0.0.1:0"])
                .output()
                .unwrap();
            assert!(String::from_utf8_lossy(&second.stderr).contains("another server"));
        }
        assert_eq!(first.stop().0, Some(0));
        let again = serve(&database, &["--demo"], &[]);
        assert!(again.greeting.contains("is there already"), "{}", again.greeting);
        let practitioner = Actor::new(
            &again.base,
            Some(printed(&run(&database, &["token", "practitioner"]))),
        );
        assert_eq!(
            practitioner.get("/v1/cases?limit=100").ok().body["items"]
                .as_array()
                .unwrap()
                .len(),
            cases
        );
        again.stop();
    }
}

#[test]
fn logs_and_metrics_name_routes_and_nothing_personal() {
    let database = databases::empty(Kind::Sqlite);
    let settings = [
        ("MSP_LOG", "debug"),
        ("MSP_LOG_FORMAT", "json"),
        ("MSP_METRICS_BIND", "127.0.0.1:0"),
    ];
    let server = serve(&database, &["--demo"], &settings);
    let police = Actor::new(
        &server.base,
        Some(printed(&run(&database, &["token", "police-intake"]))),
    );
    let marked = json!({"agencyReference": "PPN-MARKED", "adult": {"familyName": "Quokkason", "nhsNumber": "6541003238"},
        "concern": {"summary": "A worry about quokkas"}, "adultAgreesToShare": "yes"});
    let sent = police.post("/v1/referrals", &marked).created();
    police.get(&format!("/v1/referrals/{}", sent.id())).ok();
    police.get("/v1/referrals?agencyReference=PPN-MARKED").ok();
    police
        .post("/v1/referrals", &json!({"adult": {"familyName": "Quokkason"}}))
        .expect(422);
    let metrics = Actor::new(&server.metrics, None).get("/metrics").ok();
    assert!(
        metrics.text.contains("http_requests_total")
            && metrics.text.contains("referrals_oldest_unread_seconds")
    );
    let (code, logged) = server.stop();
    assert_eq!(code, Some(0));
    assert!(
        logged.contains("/v1/referrals/{referralId}"),
        "the log names route templates"
    );
    for text in [&logged, &metrics.text] {
        for marker in ["Quokka", "quokka", "6541003238", "PPN-MARKED", &sent.id()] {
            assert!(!text.contains(marker), "{marker} is in the logs or metrics");
        }
    }
}

#[test]
fn the_trail_is_sealed_while_serving_and_once_more_at_the_end() {
    for kind in Kind::BOTH {
        let database = databases::empty(kind);
        let server = serve(&database, &["--demo"], &[]);
        let token = printed(&run(&database, &["token", "manager"]));
        let manager = Actor::new(&server.base, Some(token));
        let id = manager.get("/v1/me").ok().id();
        for _ in 0..20 {
            manager.get("/v1/cases").ok();
        }
        let beside = printed(&run(&database, &["audit", "verify"]));
        assert!(beside.ends_with("valid"), "beside a running server: {beside}");
        assert_eq!(server.stop().0, Some(0));
        let sealed = printed(&run(&database, &["audit", "verify"]));
        assert!(sealed.contains("; 0 wait for a seal;"), "{sealed}");
        let anchor: Vec<&str> = sealed
            .lines()
            .find(|line| line.starts_with("last seal"))
            .unwrap()
            .split(' ')
            .collect();
        let erased = printed(&run(&database, &["audit", "erase-personal", "--subject", &id]));
        assert_eq!(erased, "personal detail erased from 21 entries");
        printed(&run(
            &database,
            &["audit", "verify", "--expect", anchor[2], anchor[3]],
        ));
        // A digest may begin with a hyphen, and is no option then.
        let wrong = run(&database, &["audit", "verify", "--expect", anchor[2], "-lother"]);
        assert!(!wrong.status.success());
        assert!(String::from_utf8_lossy(&wrong.stdout).contains("expected_differs"));
    }
}
