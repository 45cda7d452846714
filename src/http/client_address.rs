//! Where a request comes from: the one answer for the guard against guessing, the limits on connections and the audit
//! trail.
//!
//! Each proxy adds at the right of `X-Forwarded-For` the address that it was reached from. So it is read from the right,
//! past the proxies that the operator named; the first address that is none of theirs is the client's. What stands left
//! of it anybody may have made up. An entry that is no address ends the walk: then the peer counts, since what stands
//! left of that entry is worth no more.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::HeaderMap;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The proxies whose word counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

/// Addresses that begin with the same bits; a single address is a network of all its bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().ok()?)),
            None => (text, None),
        };
        let address = address.parse::<IpAddr>().ok()?;
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(all);
        (bits <= all).then_some(Self { address, bits })
    }

    fn holds(self, other: IpAddr) -> bool {
        let differ = match (self.address, other) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            _ => return false,
        };
        differ >= self.bits
    }
}

impl TrustedProxies {
    /// Nobody's word counts.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Reads addresses and networks with commas between, or `none`.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self::none());
        }
        let networks = text.split(',').map(|one| Network::parse(one.trim()));
        networks.collect::<Option<_>>().map(Self).ok_or_else(|| {
            "addresses (192.0.2.10) or networks (10.0.0.0/8, fd00::/8) with commas between, or none"
                .to_owned()
        })
    }

    /// Whether this is one of them.
    pub fn hold(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address.to_canonical()))
    }
}

/// The client's address, given who opened the connection.
pub fn of(peer: Option<SocketAddr>, headers: &HeaderMap, trusted: &TrustedProxies) -> Option<IpAddr> {
    let peer = peer?.ip().to_canonical();
    if !trusted.hold(peer) {
        return Some(peer);
    }
    // Several headers of one name are one list. One that is no text has no entry that could be read.
    let lines: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .map(|line| line.to_str().unwrap_or_default())
        .collect();
    let entries = lines.iter().rev().flat_map(|line| line.rsplit(','));
    for entry in entries {
        match address(entry.trim()) {
            Some(proxy) if trusted.hold(proxy) => {}
            Some(client) => return Some(client),
            None => break,
        }
    }
    Some(peer)
}

/// An entry: an address, with a port or without.
fn address(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address = match entry.parse::<SocketAddr>() {
        Ok(with_port) => with_port.ip(),
        Err(_) => bare.unwrap_or(entry).parse().ok()?,
    };
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn told(peer: &str, lines: &[&[u8]]) -> String {
        let trusted = TrustedProxies::parse("127.0.0.1, 10.0.0.0/8, 2001:db8:ffff::/48").unwrap();
        let mut headers = HeaderMap::new();
        for line in lines {
            let value = HeaderValue::from_bytes(line).unwrap();
            headers.append(HeaderName::from_static(FORWARDED_FOR), value);
        }
        let peer = SocketAddr::new(peer.parse().unwrap(), 4711);
        of(Some(peer), &headers, &trusted).unwrap().to_string()
    }

    #[test]
    fn the_first_from_the_right_that_is_no_proxy_is_the_client() {
        let good: [(&[&[u8]], &str); 9] = [
            (&[b"203.0.113.9"], "203.0.113.9"),
            (&[b"198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            (&[b"198.51.100.1, 203.0.113.9:5678"], "203.0.113.9"),
            (&[b"198.51.100.1,203.0.113.9, 10.1.2.3"], "203.0.113.9"),
            (&[b"198.51.100.1", b"203.0.113.9, 10.1.2.3"], "203.0.113.9"),
            (&[b"198.51.100.1, [2001:db8::7]:443"], "2001:db8::7"),
            (&[b"[2001:db8::7]"], "2001:db8::7"),
            (&[b"2001:db8::7, 2001:db8:ffff::1"], "2001:db8::7"),
            (&[b"::ffff:203.0.113.9"], "203.0.113.9"),
        ];
        for (lines, client) in good {
            assert_eq!(told("127.0.0.1", lines), client, "{lines:?}");
        }
        assert_eq!(
            told("203.0.113.50", &[b"198.51.100.1"]),
            "203.0.113.50",
            "no proxy of ours"
        );
    }

    #[test]
    fn what_stands_left_of_an_entry_that_is_no_address_is_never_believed() {
        let unreadable: [&[&[u8]]; 8] = [
            &[b"198.51.100.1, unknown"],
            &[b"198.51.100.1, "],
            &[b"198.51.100.1, 203.0.113.9:port"],
            &[b"198.51.100.1, 203.0.113.9 203.0.113.8"],
            &[b"198.51.100.1, _hidden, 10.0.0.1"],
            &[b"198.51.100.1", b"\xff"],
            &[b"10.0.0.1, 127.0.0.1"],
            &[],
        ];
        for lines in unreadable {
            assert_eq!(told("127.0.0.1", lines), "127.0.0.1", "{lines:?}");
        }
    }
}
