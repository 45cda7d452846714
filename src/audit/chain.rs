//! A link of the chain: a seal names the entries it covers, holds the digest of each, and stands on the seal before.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use jsonwebtoken::jwk::{AlgorithmParameters, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};

use super::Entry;
use super::canonical::{DIGEST, digest_of, sha256};
use crate::clock::UtcTime;
use crate::ids::Id;
use crate::problem::Problem;
use crate::schema::audit::audit_seals;

/// Begins everything that is signed here; a token begins otherwise, so neither passes for the other.
const SEAL: &str = "msp-api audit seal 1\n";
const MARK: &str = "msp-api audit mark 1\n";
const ID: usize = 16;

/// A seal.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = audit_seals)]
pub struct Seal {
    /// 1, 2, 3 …
    pub number: i64,
    /// When it was made.
    pub sealed_at: UtcTime,
    /// How many entries it covers.
    pub entries: i32,
    /// Their ids and digests.
    pub covers: Vec<u8>,
    /// Digest of the seal before with its signature; empty in the first.
    pub previous: String,
    /// Digest of all the above.
    pub digest: String,
    /// The key that signed, as a JWK has it in `x`. It is part of what is signed; whether it is ours is asked apart.
    pub public_key: String,
    /// Ed25519 signature over the digest.
    pub signature: String,
}

impl Seal {
    /// Seals these entries, which stand in the order of their ids, on top of a seal.
    pub fn of(
        entries: &[(Id, [u8; DIGEST])],
        before: Option<&Self>,
        now: UtcTime,
        signer: &Signer,
    ) -> Result<Self, Problem> {
        let mut covers = Vec::with_capacity(entries.len() * (ID + DIGEST));
        for (id, digest) in entries {
            covers.extend_from_slice(id.as_bytes());
            covers.extend_from_slice(digest);
        }
        let mut seal = Self {
            number: before.map_or(1, |before| before.number + 1),
            sealed_at: now,
            entries: i32::try_from(entries.len())
                .map_err(|error| Problem::caused("a seal's entries", &error))?,
            covers,
            previous: before.map(Self::link).unwrap_or_default(),
            digest: String::new(),
            public_key: signer.public_key.clone(),
            signature: String::new(),
        };
        seal.digest = seal.right_digest();
        seal.signature = signer.sign(&format!("{SEAL}{}", seal.digest))?;
        Ok(seal)
    }

    /// What the next seal has in `previous`: the signature is in it, so that changing one shows in the next.
    pub fn link(&self) -> String {
        URL_SAFE_NO_PAD.encode(sha256(format!("{}.{}", self.digest, self.signature).as_bytes()))
    }

    fn right_digest(&self) -> String {
        let mut bytes = Vec::with_capacity(self.covers.len() + 256);
        bytes.extend_from_slice(SEAL.as_bytes());
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&self.sealed_at.get().timestamp_micros().to_be_bytes());
        bytes.extend_from_slice(&self.entries.to_be_bytes());
        for text in [&self.previous, &self.public_key] {
            bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes.extend_from_slice(&self.covers);
        URL_SAFE_NO_PAD.encode(sha256(&bytes))
    }

    /// Whether the seal is what its digest says.
    pub fn is_whole(&self) -> bool {
        let each = ID + DIGEST;
        let entries = usize::try_from(self.entries).unwrap_or_default();
        self.covers.len() == entries * each && self.digest == self.right_digest()
    }

    /// Whether the key it names signed it.
    pub fn is_signed(&self) -> bool {
        signed(
            &self.public_key,
            &format!("{SEAL}{}", self.digest),
            &self.signature,
        )
    }

    /// The entries it covers, each with its digest.
    pub fn covered(&self) -> impl Iterator<Item = (Id, [u8; DIGEST])> + '_ {
        self.covers.chunks_exact(ID + DIGEST).filter_map(|chunk| {
            let (id, digest) = chunk.split_at_checked(ID)?;
            Some((uuid::Uuid::from_slice(id).ok()?.into(), digest.try_into().ok()?))
        })
    }
}

/// An entry as a seal covers it.
pub fn to_cover(entry: &Entry) -> (Id, [u8; DIGEST]) {
    (entry.id, digest_of(entry))
}

/// How far the chain goes, signed and kept apart from it: without the last seals it would look whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Number of the last seal.
    pub number: i64,
    /// Its digest.
    pub digest: String,
    public_key: String,
    signature: String,
}

impl Mark {
    /// Marks this seal as the last.
    pub fn at(seal: &Seal, signer: &Signer) -> Result<Self, Problem> {
        let signature = signer.sign(&format!("{MARK}{} {}", seal.number, seal.digest))?;
        Ok(Self {
            number: seal.number,
            digest: seal.digest.clone(),
            public_key: signer.public_key.clone(),
            signature,
        })
    }

    /// Reads a mark as it is kept.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(' ').map(str::to_owned);
        let mark = Self {
            number: parts.next()?.parse().ok()?,
            digest: parts.next()?,
            public_key: parts.next()?,
            signature: parts.next()?,
        };
        // One spelling only, so that a change of any character is a change of the mark.
        (mark.to_string() == text).then_some(mark)
    }

    /// Whether one of our keys signed it.
    pub fn is_ours(&self, signer: &Signer) -> bool {
        let text = format!("{MARK}{} {}", self.number, self.digest);
        signer.knows(&self.public_key) && signed(&self.public_key, &text, &self.signature)
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (number, digest) = (self.number, &self.digest);
        write!(f, "{number} {digest} {} {}", self.public_key, self.signature)
    }
}

/// The key that seals, and the keys whose seals are taken for ours.
#[derive(Clone)]
pub struct Signer {
    public_key: String,
    key: EncodingKey,
    known: Vec<String>,
}

impl Signer {
    /// From the signing key named `kid` among the published ones. `retired` keys sealed before; they sign no more.
    pub fn new(kid: &str, key: EncodingKey, published: &JwkSet, retired: &[String]) -> Result<Self, String> {
        let public = |jwk: &jsonwebtoken::jwk::Jwk| match &jwk.algorithm {
            AlgorithmParameters::OctetKeyPair(pair) => Some(pair.x.clone()),
            _ => None,
        };
        let public_key = published
            .find(kid)
            .and_then(public)
            .ok_or("the signing key is not an Ed25519 key")?;
        let known = published.keys.iter().filter_map(public);
        Ok(Self {
            public_key,
            key,
            known: known.chain(retired.iter().cloned()).collect(),
        })
    }

    /// Whether seals of this key are taken for ours.
    pub fn knows(&self, public_key: &str) -> bool {
        self.known.iter().any(|known| known == public_key)
    }

    fn sign(&self, text: &str) -> Result<String, Problem> {
        crypto::sign(text.as_bytes(), &self.key, Algorithm::EdDSA)
            .map_err(|error| Problem::caused("a seal's signature", &error))
    }
}

fn signed(public_key: &str, text: &str, signature: &str) -> bool {
    let Ok(key) = DecodingKey::from_ed_components(public_key) else {
        return false;
    };
    crypto::verify(signature, text.as_bytes(), &key, Algorithm::EdDSA).unwrap_or(false)
}
