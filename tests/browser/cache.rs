//! A cache that many users share, between them and a server: it stores and reuses what RFC 9111 lets it, as eagerly as it
//! may, and forwards the rest.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// How a cache takes answers to requests that say who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manners {
    /// As RFC 9111 section 3.5 has it: kept only where the answer says so.
    Standard,
    /// Like all others, as a cache does that was set up badly.
    Careless,
}

pub struct SharedCache {
    pub base: String,
    shelf: Arc<Shelf>,
}

struct Shelf {
    upstream: String,
    manners: Manners,
    kept: Mutex<HashMap<String, Vec<Kept>>>,
    hits: AtomicUsize,
}

struct Kept {
    asked: Message,
    answer: Vec<u8>,
    vary: Vec<String>,
}

/// The first line and the headers of a request or an answer.
#[derive(Clone, Default)]
struct Message {
    first: String,
    headers: Vec<(String, String)>,
}

impl Message {
    fn read(from: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        from.read_line(&mut line).ok()?;
        let mut message = Self {
            first: line.trim_end().to_owned(),
            headers: vec![],
        };
        loop {
            let mut line = String::new();
            if from.read_line(&mut line).ok()? == 0 {
                return None;
            }
            match line.trim_end().split_once(':') {
                Some((name, value)) => {
                    message
                        .headers
                        .push((name.to_lowercase(), value.trim().to_owned()));
                }
                None => return Some(message),
            }
        }
    }

    fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(header, _)| header == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    fn list(&self, name: &str) -> Vec<String> {
        let values = self.all(name).join(",").to_lowercase();
        let parts = values.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    }

    fn word(&self, at: usize) -> &str {
        self.first.split(' ').nth(at).unwrap_or_default()
    }
}

impl SharedCache {
    /// Starts one before the server at this URL.
    pub fn before(upstream: &str, manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let shelf = Arc::new(Shelf {
            upstream: upstream.trim_start_matches("http://").to_owned(),
            manners,
            kept: Mutex::default(),
            hits: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&shelf);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shelf = Arc::clone(&serving);
                std::thread::spawn(move || shelf.serve(client));
            }
        });
        Self { base, shelf }
    }

    /// How many answers it gave without asking the server.
    pub fn hits(&self) -> usize {
        self.shelf.hits.load(Ordering::Relaxed)
    }

    /// How many answers it has stored.
    pub fn stored(&self) -> usize {
        self.shelf.kept.lock().unwrap().values().map(Vec::len).sum()
    }
}

impl Shelf {
    fn serve(&self, mut client: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(client.try_clone().ok()?);
        let asked = Message::read(&mut reader)?;
        let length = asked
            .all("content-length")
            .first()
            .map_or(0, |text| text.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let answer = match self.reused(&asked) {
            Some(answer) => {
                self.hits.fetch_add(1, Ordering::Relaxed);
                answer
            }
            None => self.forwarded(&asked, &body)?,
        };
        client.write_all(&answer).ok()
    }

    fn reused(&self, asked: &Message) -> Option<Vec<u8>> {
        let kept = self.kept.lock().unwrap();
        let here = kept.get(asked.word(1)).filter(|_| asked.word(0) == "GET")?;
        let fits = |kept: &&Kept| {
            kept.vary
                .iter()
                .all(|name| kept.asked.all(name) == asked.all(name))
        };
        here.iter().rfind(fits).map(|kept| kept.answer.clone())
    }

    fn forwarded(&self, asked: &Message, body: &[u8]) -> Option<Vec<u8>> {
        let mut server = TcpStream::connect(&self.upstream).ok()?;
        let mut head = format!("{}\r\nconnection: close\r\n", asked.first);
        for (name, value) in asked.headers.iter().filter(|(name, _)| name != "connection") {
            head += &format!("{name}: {value}\r\n");
        }
        server.write_all(format!("{head}\r\n").as_bytes()).ok()?;
        server.write_all(body).ok()?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer).ok()?;
        let told = Message::read(&mut answer.as_slice())?;
        let mut kept = self.kept.lock().unwrap();
        if !matches!(asked.word(0), "GET" | "HEAD" | "OPTIONS")
            && matches!(told.word(1).as_bytes()[0], b'2' | b'3')
        {
            kept.remove(asked.word(1));
        }
        if self.may_keep(asked, &told) {
            kept.entry(asked.word(1).to_owned()).or_default().push(Kept {
                asked: asked.clone(),
                answer: answer.clone(),
                vary: told.list("vary"),
            });
        }
        Some(answer)
    }

    /// Section 3, and section 4.2 for the time being: what is kept is fresh as long as a test runs.
    fn may_keep(&self, asked: &Message, told: &Message) -> bool {
        let says = told.list("cache-control");
        let said = |wanted: &str| {
            says.iter()
                .any(|directive| directive.split('=').next() == Some(wanted))
        };
        let is_usual = matches!(
            told.word(1),
            "200" | "203" | "204" | "300" | "301" | "308" | "404" | "405" | "410" | "414" | "501"
        );
        let is_stale = says
            .iter()
            .any(|directive| matches!(directive.as_str(), "max-age=0" | "s-maxage=0"));
        let for_one = !asked.all("authorization").is_empty() && self.manners == Manners::Standard;
        asked.word(0) == "GET"
            && !asked.list("cache-control").contains(&"no-store".to_owned())
            && !["no-store", "no-cache", "private"].into_iter().any(said)
            && !is_stale
            && !told.list("vary").contains(&"*".to_owned())
            && (!for_one || ["public", "s-maxage", "must-revalidate"].into_iter().any(said))
            && (is_usual
                || ["public", "max-age", "s-maxage"].into_iter().any(said)
                || !told.all("expires").is_empty())
    }
}
