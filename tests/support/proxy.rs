//! A way to the database that can go silent, as a fail-over does that nobody announces: what was open stays open and
//! never answers, what is opened afterwards works.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

pub struct Proxy {
    /// The database's URL by this way.
    pub url: String,
    /// Goes up when what is open goes silent.
    era: Arc<AtomicU32>,
}

impl Proxy {
    /// A way to this PostgreSQL database.
    pub fn to(url: &str) -> Self {
        let (user, rest) = url.split_once('@').expect("a URL with a user");
        let (server, name) = rest.split_once('/').expect("a URL with a database");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{user}@{}/{name}", listener.local_addr().unwrap());
        let era = Arc::new(AtomicU32::new(0));
        let (server, now) = (server.to_owned(), Arc::clone(&era));
        std::thread::spawn(move || {
            // Nobody closes what is silent.
            let open = Arc::new(Mutex::new(Vec::new()));
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(&server).unwrap());
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let (now, born) = (Arc::clone(&now), now.load(Ordering::SeqCst));
                    std::thread::spawn(move || pass_on(from, to, || now.load(Ordering::SeqCst) == born));
                }
                open.lock().unwrap().extend([client, server]);
            }
        });
        Self { url, era }
    }

    /// What is open says nothing from now on.
    pub fn go_silent(&self) {
        self.era.fetch_add(1, Ordering::SeqCst);
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, speaks: impl Fn() -> bool) {
    let mut bytes = [0_u8; 16 * 1024];
    while let Ok(length) = from.read(&mut bytes)
        && speaks()
    {
        if length == 0 || to.write_all(&bytes[..length]).is_err() {
            let _ = to.shutdown(Shutdown::Write);
            return;
        }
    }
}
