//! Connections that nobody known is served on: each takes descriptors, and anybody may open as many as they like.
//!
//! They give way. One that never sent a whole head is *silent*: beyond a number for each address, and for all together,
//! the one that has been silent longest is closed when another comes. One whose request is done, or is of nobody known (a
//! sign-in whose body does not come), is *idle*: when places run short, the one that has waited longest is closed, silent
//! or idle. Whoever is known and waits for an answer never gives way. A proxy that the operator named speaks for many, so
//! its address has no number of its own.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use socket2::{SockRef, Socket};

use crate::http::client_address::TrustedProxies;

/// Silent connections from one address.
const SILENT_OF_ONE: usize = 64;
/// Descriptors for everything that is neither a caller's connection nor the database's: files, logs, threads.
const OTHER_FILES: u64 = 96;
/// Descriptors of one connection to the database: on SQLite the file, its log and its shared memory.
const FILES_OF_A_DATABASE_CONNECTION: u64 = 3;
/// Descriptors of one caller's connection: its own, and the one by which it is closed when it gives way.
const FILES_OF_A_CONNECTION: u64 = 2;

/// Raises the number of descriptors this process may have to what it may raise it to; answers that number.
pub fn raise_open_files() -> u64 {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return 1_024;
    };
    match setrlimit(Resource::RLIMIT_NOFILE, hard, hard) {
        Ok(()) => hard,
        Err(_) => soft,
    }
}

/// How many callers' connections fit into so many descriptors beside the database's.
pub fn connections_within(open_files: u64, database_connections: u32) -> usize {
    let others = OTHER_FILES + FILES_OF_A_DATABASE_CONNECTION * u64::from(database_connections);
    let left = open_files.saturating_sub(others) / FILES_OF_A_CONNECTION;
    usize::try_from(left).unwrap_or(usize::MAX)
}

/// All open connections.
pub struct Connections {
    most: usize,
    most_silent: usize,
    proxies: TrustedProxies,
    all: Mutex<All>,
}

#[derive(Default)]
struct All {
    next: u64,
    open: usize,
    /// By numbers that grow with the moment at which each began to be silent or idle.
    silent: BTreeMap<u64, (IpAddr, Arc<Socket>)>,
    silent_of: HashMap<IpAddr, BTreeSet<u64>>,
    idle: BTreeMap<u64, Arc<Socket>>,
}

impl All {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Whatever the connection with this number was, it is no longer.
    fn leave(&mut self, number: u64) -> Option<Arc<Socket>> {
        let Some((address, socket)) = self.silent.remove(&number) else {
            return self.idle.remove(&number);
        };
        if let Some(theirs) = self.silent_of.get_mut(&address) {
            theirs.remove(&number);
            if theirs.is_empty() {
                self.silent_of.remove(&address);
            }
        }
        Some(socket)
    }

    fn close(&mut self, number: Option<u64>) {
        if let Some(socket) = number.and_then(|number| self.leave(number)) {
            metrics::counter!("http_connections_gave_way_total").increment(1);
            // It may have ended by itself.
            let _ = socket.shutdown(std::net::Shutdown::Both);
        }
    }

    fn longest_silent(&self) -> Option<u64> {
        self.silent.keys().next().copied()
    }

    fn longest_waiting(&self) -> Option<u64> {
        let idle = self.idle.keys().next().copied();
        self.longest_silent().into_iter().chain(idle).min()
    }
}

/// One open connection.
pub struct Connection {
    /// The number by which it is silent or idle.
    number: Mutex<u64>,
    socket: Arc<Socket>,
    among: Arc<Connections>,
}

impl Connection {
    /// It is idle from now on: a request came of which is not known who sent it, or one is done.
    pub fn is_idle(&self) {
        let mut number = self.number.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.among.lock();
        all.leave(*number);
        *number = all.number();
        all.idle.insert(*number, Arc::clone(&self.socket));
    }

    /// Somebody known waits for an answer on it.
    pub fn is_needed(&self) {
        let number = self.number.lock().unwrap_or_else(PoisonError::into_inner);
        self.among.lock().leave(*number);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.is_needed();
        self.among.lock().open -= 1;
    }
}

impl Connections {
    /// None yet, and never more than these within so many descriptors.
    pub fn within(most: usize, open_files: u64, proxies: TrustedProxies) -> Arc<Self> {
        Arc::new(Self {
            // Before there is no place left at all, since then nobody new is seen.
            most: most - most / 8,
            most_silent: usize::try_from((open_files / 8).clamp(16, 4_096)).unwrap_or(usize::MAX),
            proxies,
            all: Mutex::default(),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in a connection that was just opened, and closes those that give way to it.
    pub fn opened(self: &Arc<Self>, stream: &TcpStream, data: &mut Extensions) {
        // Where either fails the connection is gone, or there is no descriptor left for a second handle: it is served
        // like any other.
        let (Ok(peer), Ok(socket)) = (stream.peer_addr(), SockRef::from(stream).try_clone()) else {
            return;
        };
        let (address, socket) = (peer.ip().to_canonical(), Arc::new(socket));
        let mut all = self.lock();
        all.open += 1;
        let number = all.number();
        all.silent.insert(number, (address, Arc::clone(&socket)));
        let theirs = all.silent_of.entry(address).or_default();
        theirs.insert(number);
        if theirs.len() > SILENT_OF_ONE && !self.proxies.hold(address) {
            let oldest = theirs.first().copied();
            all.close(oldest);
        }
        if all.silent.len() > self.most_silent {
            let oldest = all.longest_silent();
            all.close(oldest);
        }
        if all.open > self.most {
            let oldest = all.longest_waiting();
            all.close(oldest);
        }
        drop(all);
        data.insert(Arc::new(Connection {
            number: Mutex::new(number),
            socket,
            among: Arc::clone(self),
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_connections_fit_into_the_descriptors() {
        for open_files in [512, 1_024, 4_096, 65_536, 1_048_576] {
            let callers = u64::try_from(connections_within(open_files, 16)).unwrap();
            assert!(callers * 2 + OTHER_FILES + 48 <= open_files, "{open_files}");
            assert!(callers * 3 >= open_files, "{open_files}: there is room for them");
        }
        assert_eq!(connections_within(256, 500), 0, "then one each has to do");
    }
}
