//! Connections that have not sent a whole head yet: each takes a descriptor, and anybody may open as many as they like.
//!
//! They give way. Beyond a number for each address, and for all together, the one that has waited longest is closed when
//! another comes: whoever sends a request does so at once and is never among them. A proxy that the operator named
//! speaks for many, so its address has no number of its own.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use socket2::{SockRef, Socket};

use super::client_address::TrustedProxies;

/// Connections without a whole head from one address.
const OF_ONE: usize = 64;
/// Descriptors for everything that is neither a caller's connection nor the database's: files, logs, threads.
const OTHER_FILES: u64 = 96;
/// Descriptors of one connection to the database: on SQLite the file, its log and its shared memory.
const FILES_OF_A_DATABASE_CONNECTION: u64 = 3;

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

/// How many callers' connections fit into so many descriptors beside the database's; one without a whole head takes two.
pub fn connections_within(open_files: u64, database_connections: u32) -> usize {
    let others = OTHER_FILES + FILES_OF_A_DATABASE_CONNECTION * u64::from(database_connections);
    let left = open_files.saturating_sub(others + half_open_within(open_files));
    usize::try_from(left).unwrap_or(usize::MAX)
}

fn half_open_within(open_files: u64) -> u64 {
    (open_files / 8).clamp(16, 4_096)
}

/// The connections without a whole head.
pub struct HalfOpen {
    of_all: usize,
    proxies: TrustedProxies,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    /// In the order in which they came.
    all: VecDeque<(u64, IpAddr)>,
    open: HashMap<u64, Socket>,
    of_address: HashMap<IpAddr, VecDeque<u64>>,
}

impl Waiting {
    fn remove(&mut self, number: u64, address: IpAddr) -> Option<Socket> {
        let socket = self.open.remove(&number)?;
        if let Some(theirs) = self.of_address.get_mut(&address) {
            theirs.retain(|other| *other != number);
            if theirs.is_empty() {
                self.of_address.remove(&address);
            }
        }
        // The few at the front that are gone already; the others are skipped when their turn comes.
        while self
            .all
            .front()
            .is_some_and(|(first, _)| !self.open.contains_key(first))
        {
            self.all.pop_front();
        }
        Some(socket)
    }

    fn close(&mut self, number: u64, address: IpAddr) {
        if let Some(socket) = self.remove(number, address) {
            metrics::counter!("http_connections_gave_way_total").increment(1);
            // It may have ended by itself.
            let _ = socket.shutdown(std::net::Shutdown::Both);
        }
    }
}

/// A connection that may still be without a whole head; ends to be one with its first request, or when it is closed.
pub struct FirstHead {
    number: u64,
    address: IpAddr,
    waits: AtomicBool,
    among: Arc<HalfOpen>,
}

impl FirstHead {
    /// A whole head came.
    pub fn came(&self) {
        if self.waits.swap(false, Ordering::Relaxed) {
            self.among.lock().remove(self.number, self.address);
        }
    }
}

impl Drop for FirstHead {
    fn drop(&mut self) {
        self.came();
    }
}

impl HalfOpen {
    /// None yet, and never more than fit into so many descriptors.
    pub fn within(open_files: u64, proxies: TrustedProxies) -> Arc<Self> {
        Arc::new(Self {
            of_all: usize::try_from(half_open_within(open_files)).unwrap_or(usize::MAX),
            proxies,
            waiting: Mutex::default(),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in a connection that was just opened, and closes the one that gives way to it.
    pub fn opened(self: &Arc<Self>, stream: &TcpStream, data: &mut Extensions) {
        // Where either fails the connection is gone, or there is no descriptor left for a second handle: it is served
        // like any other.
        let (Ok(peer), Ok(socket)) = (stream.peer_addr(), SockRef::from(stream).try_clone()) else {
            return;
        };
        let address = peer.ip().to_canonical();
        let mut waiting = self.lock();
        let number = waiting.next;
        waiting.next += 1;
        waiting.open.insert(number, socket);
        waiting.all.push_back((number, address));
        let theirs = waiting.of_address.entry(address).or_default();
        theirs.push_back(number);
        let of_one = theirs.front().copied().filter(|_| theirs.len() > OF_ONE);
        if let Some(oldest) = of_one.filter(|_| !self.proxies.hold(address)) {
            waiting.close(oldest, address);
        }
        if waiting.open.len() > self.of_all
            && let Some((oldest, address)) = waiting.all.front().copied()
        {
            waiting.close(oldest, address);
        }
        drop(waiting);
        data.insert(FirstHead {
            number,
            address,
            waits: AtomicBool::new(true),
            among: Arc::clone(self),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_connections_and_half_open_ones_fit_into_the_descriptors() {
        for open_files in [512, 1_024, 4_096, 65_536, 1_048_576] {
            let (half_open, callers) = (half_open_within(open_files), connections_within(open_files, 16));
            let callers = u64::try_from(callers).unwrap();
            assert!(
                callers + half_open + OTHER_FILES + 48 <= open_files,
                "{open_files}"
            );
            assert!(
                half_open * 2 <= callers,
                "{open_files}: there is room for those who are served"
            );
        }
        assert_eq!(connections_within(256, 500), 0, "then one each has to do");
    }
}
