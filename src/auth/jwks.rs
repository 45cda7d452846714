//! Public keys of others: which are taken, and which algorithm each may be used with.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header};
use serde_json::Value;

use crate::problem::Fault;

/// Signatures that are taken from others, by their names in the contract. HMAC and `none` are not among them, whatever
/// a key or a token says.
pub const NAMES: [&str; 5] = ["RS512", "PS256", "ES256", "ES384", "EdDSA"];
/// The same for the code.
pub const CLIENTS: [Algorithm; 5] = [
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// Most keys in a set.
const MOST: usize = 10;
/// Shortest RSA modulus, in base64 characters of 2048 bits.
const SHORTEST_MODULUS: usize = 342;
/// Longest, of 8192 bits: a longer one would only cost time.
const LONGEST_MODULUS: usize = 1366;
/// Members of a JSON Web Key that no public key has.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The key of a set with which a token of this header may be verified.
pub fn key_for(keys: &JwkSet, header: &Header, taken: &[Algorithm]) -> Option<DecodingKey> {
    let kid = header.kid.as_deref().filter(|kid| !kid.is_empty())?;
    let mut found = keys
        .keys
        .iter()
        .filter(|key| key.common.key_id.as_deref() == Some(kid));
    let (key, None) = (found.next()?, found.next()) else {
        return None;
    };
    let fits = taken.contains(&header.alg) && algorithms_of(key).contains(&header.alg);
    fits.then(|| DecodingKey::from_jwk(key).ok()).flatten()
}

/// The algorithms a key may be used with: by its kind, and only the one it names, if it names one.
fn algorithms_of(key: &Jwk) -> Vec<Algorithm> {
    let by_kind: &[Algorithm] = match &key.algorithm {
        AlgorithmParameters::RSA(rsa) if (SHORTEST_MODULUS..=LONGEST_MODULUS).contains(&rsa.n.len()) => &[
            Algorithm::RS256,
            Algorithm::RS384,
            Algorithm::RS512,
            Algorithm::PS256,
            Algorithm::PS384,
            Algorithm::PS512,
        ],
        AlgorithmParameters::EllipticCurve(point) => match point.curve {
            EllipticCurve::P256 => &[Algorithm::ES256],
            EllipticCurve::P384 => &[Algorithm::ES384],
            _ => &[],
        },
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            &[Algorithm::EdDSA]
        }
        _ => &[],
    };
    let for_signing = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let named = key.common.key_algorithm;
    let fits = |algorithm: &Algorithm| {
        for_signing && named.is_none_or(|named| named == KeyAlgorithm::from(*algorithm))
    };
    by_kind.iter().copied().filter(fits).collect()
}

/// What is wrong with a set that a client is registered with.
pub fn faults_of(set: &Value) -> Vec<Fault> {
    let keys = set
        .get("keys")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    if keys.is_empty() || keys.len() > MOST {
        let why = format!("A key set has 1 to {MOST} keys under `keys`.");
        return vec![Fault::at("/jwks", "wrong_key_set", why)];
    }
    let mut faults = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        let mut fault =
            |code: &str, why: &str| faults.push(Fault::at(format!("/jwks/keys/{index}"), code, why));
        if PRIVATE.iter().any(|member| key.get(member).is_some()) {
            fault(
                "private_key",
                "This is not a public key: keep the private part to yourself, and make a new key.",
            );
            continue;
        }
        let Ok(key) = serde_json::from_value::<Jwk>(key.clone()) else {
            fault("wrong_key", "This is no JSON Web Key.");
            continue;
        };
        let taken = algorithms_of(&key);
        if !taken.iter().any(|algorithm| CLIENTS.contains(algorithm)) || DecodingKey::from_jwk(&key).is_err()
        {
            fault(
                "wrong_key",
                "Keys are taken for RS512 and PS256 (from 2048 bits), ES256, ES384 and EdDSA.",
            );
        }
        match key
            .common
            .key_id
            .filter(|kid| !kid.is_empty() && kid.len() <= 200)
        {
            None => fault("kid_missing", "A key needs a name in `kid`."),
            Some(kid) if names.contains(&kid) => fault("repeated", "Another key has this `kid`."),
            Some(kid) => names.push(kid),
        }
    }
    faults
}
