//! Many at once: whoever floods the server costs others neither memory nor their turn.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::{Connection as _, SimpleConnection};
use diesel::sqlite::SqliteConnection;
use msp_api::server::connections;
use serde_json::json;
use socket2::{Domain, Socket, Type};

use crate::commands::{addresses, printed, run};
use crate::support::{Actor, Kind, databases};

/// A server with limits of its own, ended when the test is.
struct Limited {
    child: Child,
    address: SocketAddr,
    database: String,
}

impl Limited {
    /// `limits` is what a shell does first, such as `ulimit -n 1024`.
    fn start(kind: Kind, limits: &str, settings: &[(&str, &str)]) -> Self {
        let database = databases::filled(kind);
        let mut child = Command::new("sh")
            .args(["-c", &format!("{limits}; exec \"$0\" serve --bind 127.0.0.1:0")])
            .arg(env!("CARGO_BIN_EXE_msp-api"))
            .env_clear()
            .env("DATABASE_URL", &database)
            .env("MSP_LOG", "off")
            .env("MSP_RATE_LIMIT", "0")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut greeting = BufReader::new(child.stdout.take().unwrap()).lines();
        let (base, _) = addresses(&greeting.next().unwrap().unwrap());
        assert!(greeting.any(|line| line.unwrap().contains("documentation http://")));
        let address = base.trim_start_matches("http://").parse().unwrap();
        Self {
            child,
            address,
            database,
        }
    }

    fn as_(&self, name: &str) -> Actor {
        let token = printed(&run(&self.database, &["token", name]));
        Actor::new(&format!("http://{}", self.address), Some(token))
    }

    /// A figure of `/proc/PID/status`, in MiB.
    fn memory(&self, figure: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{figure}:")))
            .unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// R6: two hashes at once take 38 MiB, whoever asks and how many.
#[test]
fn two_hundred_sign_ins_at_once_keep_no_memory_and_hold_up_no_reader() {
    const AT_ONCE: usize = 200;
    const MORE: u64 = 150;
    let server = Limited::start(Kind::Sqlite, "true", &[("MSP_TRUSTED_PROXIES", "127.0.0.1")]);
    let manager = server.as_("manager");
    manager.get("/v1/cases").ok();
    let before = server.memory("VmRSS");
    let done = AtomicBool::new(false);
    let (statuses, mut reads) = std::thread::scope(|scope| {
        let signing_in: Vec<_> = (0..AT_ONCE)
            .map(|number| {
                let base = format!("http://{}", server.address);
                scope.spawn(move || {
                    let body = json!({"username": format!("nobody-{number}"), "password": "wrong"});
                    let answer = Actor::new(&base, None)
                        .post("/v1/sessions", &body)
                        .header("X-Forwarded-For", &format!("198.51.100.{number}"))
                        .send();
                    if answer.status == 503 {
                        assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
                    }
                    answer.status
                })
            })
            .collect();
        let reading = scope.spawn(|| {
            let mut reads = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let begun = Instant::now();
                manager.get("/v1/me").ok();
                reads.push(begun.elapsed());
            }
            reads
        });
        let statuses: Vec<_> = signing_in.into_iter().map(|one| one.join().unwrap()).collect();
        done.store(true, Ordering::Relaxed);
        (statuses, reading.join().unwrap())
    });
    assert!(
        statuses.iter().all(|status| [401, 503].contains(status)),
        "{statuses:?}"
    );
    assert!(statuses.contains(&401), "{statuses:?}");
    reads.sort();
    let nearly_all = reads[reads.len() * 9 / 10];
    assert!(nearly_all < Duration::from_secs(2), "{reads:?}");
    let (peak, after) = (server.memory("VmHWM"), server.memory("VmRSS"));
    assert!(peak <= before + MORE, "{before} MiB before, {peak} at most");
    assert!(after <= before + MORE, "{before} MiB before, {after} after");
}

/// What a caller does with a connection before falling silent.
#[derive(Debug, Clone, Copy)]
enum Holds {
    HalfAHead,
    AfterARequest,
    WithoutTheBody,
}

impl Holds {
    fn hold(self, from: IpAddr, to: SocketAddr) -> TcpStream {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::new(from, 0).into()).unwrap();
        socket
            .connect_timeout(&to.into(), Duration::from_secs(5))
            .unwrap();
        let mut stream = TcpStream::from(socket);
        let sent: &[u8] = match self {
            Self::HalfAHead => b"POST /v1/referrals HTTP/1.1\r\nHost: a.example\r\nX-Slow: ",
            Self::AfterARequest => b"GET /health/live HTTP/1.1\r\nHost: a.example\r\n\r\n",
            Self::WithoutTheBody => {
                b"POST /v1/sessions HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{"
            }
        };
        let _ = stream.write_all(sent);
        if matches!(self, Self::AfterARequest) {
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let _ = stream.read(&mut [0; 1_024]);
        }
        stream
    }
}

/// S16: also connections on which nothing comes any more after a whole request, or after a whole head.
#[test]
fn a_thousand_connections_that_are_only_held_keep_nobody_out() {
    connections::raise_open_files();
    let server = Limited::start(Kind::Sqlite, "ulimit -n 1024", &[]);
    let manager = server.as_("manager");
    // A connection that stayed open would be given up for the others, and might be so in the moment in which it is used again.
    manager.get("/v1/me").header("Connection", "close").ok();
    // From one address, the manager's own even; then from many.
    for (holds, addresses) in [
        (Holds::HalfAHead, 1),
        (Holds::HalfAHead, 50),
        (Holds::AfterARequest, 50),
        (Holds::WithoutTheBody, 50),
    ] {
        let held: Vec<TcpStream> = (0..1_000)
            .map(|number: u16| {
                let last = u8::try_from(1 + number % addresses).unwrap();
                holds.hold(IpAddr::from([127, 0, 0, last]), server.address)
            })
            .collect();
        for _ in 0..10 {
            let begun = Instant::now();
            // A connection of its own each time.
            manager
                .clone()
                .get("/v1/cases")
                .header("Connection", "close")
                .ok();
            let took = begun.elapsed();
            assert!(took < Duration::from_secs(3), "{holds:?}: {took:?}");
        }
        assert_eq!(held.len(), 1_000);
        let folder = format!("/proc/{}/fd", server.child.id());
        let open = std::fs::read_dir(folder).unwrap().count();
        assert!(open < 950, "{holds:?}: {open} descriptors");
    }
}

/// S16: whoever is known and waits for an answer does not give way to them.
#[test]
fn a_request_that_is_served_is_never_closed_for_others() {
    connections::raise_open_files();
    let server = Limited::start(Kind::Sqlite, "ulimit -n 1024", &[]);
    let client = server.as_("police-intake");
    let slow = std::thread::scope(|scope| {
        let path = databases::path_of(&server.database);
        let mut lock = SqliteConnection::establish(&path.display().to_string()).unwrap();
        // Others read meanwhile, and this referral waits for its turn to be written.
        lock.batch_execute("BEGIN IMMEDIATE").unwrap();
        let waiting = scope.spawn(|| {
            client
                .post("/v1/referrals", &crate::stories::referral("PPN-F1"))
                .send()
                .status
        });
        let held: Vec<TcpStream> = (0..1_000)
            .map(|number: u16| {
                let last = u8::try_from(2 + number % 50).unwrap();
                Holds::AfterARequest.hold(IpAddr::from([127, 0, 0, last]), server.address)
            })
            .collect();
        lock.batch_execute("ROLLBACK").unwrap();
        drop(held);
        waiting.join().unwrap()
    });
    assert!([201, 503].contains(&slow), "{slow}");
}

/// S16: what the process may have it takes.
#[test]
fn the_number_of_open_files_is_raised_to_what_is_allowed() {
    let server = Limited::start(Kind::Sqlite, "ulimit -S -n 256; ulimit -H -n 2048", &[]);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.child.id())).unwrap();
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .unwrap();
    let soft = line.split_whitespace().nth(3).unwrap();
    assert_eq!(soft, "2048", "{line}");
}
