//! Key sets that others publish: fetched by their address, over TLS, without redirects, for so long and no longer.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// A fetch takes no longer.
const PATIENCE: Duration = Duration::from_secs(5);
/// A key set is no larger.
const LARGEST: u64 = 256 * 1024;

/// Whom a fetch may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Any host by TLS, and this machine also without: for addresses in the operator's own configuration.
    Anywhere,
    /// Hosts of the public internet by TLS, whatever their name resolves to at that moment: for addresses that partners name.
    PublicOnly,
}

/// Whether an address is one that this reach could ask.
pub fn faults_of_url(url: &str, reach: Reach) -> Result<(), String> {
    let plain_here = reach == Reach::Anywhere && url.starts_with("http://") && is_loopback(url);
    match url.starts_with("https://") || plain_here {
        true => Ok(()),
        false => Err("it must begin with https:// (http:// only on this machine)".to_owned()),
    }
}

/// Fetches a key set. Blocks: call it where that does no harm.
pub fn fetch(url: &str, reach: Reach) -> Result<JwkSet, String> {
    faults_of_url(url, reach)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ureq::tls::TlsConfig::builder()
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .tls_config(tls);
    let agent = match reach {
        Reach::Anywhere if is_loopback(url) => config.proxy(None).build().into(),
        Reach::Anywhere => config.https_only(true).build().into(),
        Reach::PublicOnly => {
            // A proxy would look up the name itself.
            let config = config.https_only(true).proxy(None).build();
            let resolver = PublicAddresses(DefaultResolver::default());
            ureq::Agent::with_parts(config, DefaultConnector::default(), resolver)
        }
    };
    let mut answer = agent.get(url).call().map_err(|error| error.to_string())?;
    if answer.status().as_u16() != 200 {
        return Err(format!("it answered {}", answer.status()));
    }
    let body = answer.body_mut().with_config().limit(LARGEST);
    let text = body.read_to_string().map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

fn is_loopback(url: &str) -> bool {
    let uri: Option<Uri> = url.parse().ok();
    uri.is_some_and(|uri| matches!(uri.host(), Some("127.0.0.1" | "[::1]" | "localhost")))
}

/// Resolves names, and refuses those of which any address is not public; the connection goes to the addresses that were looked at.
#[derive(Debug)]
struct PublicAddresses(DefaultResolver);

impl Resolver for PublicAddresses {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        match found.iter().all(|address| is_public(address.ip())) {
            true => Ok(found),
            false => Err(ureq::Error::HostNotFound),
        }
    }
}

/// Whether an address is in the public internet (IANA special-purpose registries; `is_global` of the standard library is not
/// stable yet).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => is_public_v4(mapped),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && (18..20).contains(&b));
    !special
}

/// Global unicast without what stands for other networks: IETF protocols, documentation, 6to4.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let special = (a == 0x2001 && b < 0x0200) || (a, b) == (0x2001, 0x0db8) || a == 0x2002 || a == 0x3fff;
    a & 0xe000 == 0x2000 && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_only_on_this_machine() {
        for good in [
            "https://login.example.org/keys",
            "http://127.0.0.1:1/keys",
            "http://localhost/keys",
        ] {
            assert!(faults_of_url(good, Reach::Anywhere).is_ok(), "{good}");
        }
        for bad in [
            "http://login.example.org/keys",
            "http://127.0.0.1.example.org/keys",
            "http://127.0.0.1@example.org/keys",
            "ftp://127.0.0.1/keys",
            "file:///etc/passwd",
        ] {
            assert!(faults_of_url(bad, Reach::Anywhere).is_err(), "{bad}");
        }
        assert!(faults_of_url("http://127.0.0.1:1/keys", Reach::PublicOnly).is_err());
    }

    #[test]
    fn an_address_that_a_partner_names_is_never_one_of_our_own_network() {
        for inside in [
            "https://127.0.0.1:1/keys",
            "https://localhost:1/keys",
            "https://10.1.2.3/keys",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]:1/keys",
            "https://[::ffff:127.0.0.1]:1/keys",
            "https://0.0.0.0:1/keys",
        ] {
            let why = fetch(inside, Reach::PublicOnly).unwrap_err();
            assert!(why.contains("host not found"), "{inside}: {why}");
        }
    }

    #[test]
    fn special_addresses_are_not_public() {
        for special in [
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.9.9.9",
            "169.254.0.1",
            "172.31.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.19.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "3fff::1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!is_public(special.parse().unwrap()), "{special}");
        }
        for public in [
            "1.1.1.1",
            "100.128.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "2001:4860:4860::8888",
            "2a00:1450::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
