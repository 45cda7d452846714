//! Random secrets, and how they are kept: only as digests.

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::{constant_time, digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::problem::Problem;

/// A new 256-bit secret as URL-safe text.
pub fn random() -> Result<String, Problem> {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes).map_err(|error| Problem::caused("random bytes", &error))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Letters and digits that are not mistaken for one another, read out loud or in handwriting.
const LEGIBLE: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new 100-bit code that a person can type.
pub fn code() -> Result<String, Problem> {
    let mut bytes = [0_u8; 20];
    rand::fill(&mut bytes).map_err(|error| Problem::caused("random bytes", &error))?;
    let letters = bytes
        .iter()
        .filter_map(|byte| LEGIBLE.get(usize::from(byte & 31)));
    let letters: Vec<char> = letters.map(|letter| char::from(*letter)).collect();
    let groups: Vec<String> = letters.chunks(5).map(|group| group.iter().collect()).collect();
    Ok(groups.join("-"))
}

/// The digest under which a secret of full entropy is kept.
pub fn digest_of(secret: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, secret))
}

/// Compares without telling by its duration where the difference is.
pub fn same(a: &str, b: &str) -> bool {
    constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}

/// A secret on its way from the effect of a request to its answer. A repeated request has no effect, and so shows none.
#[derive(Clone)]
pub struct Once(Arc<Mutex<Option<String>>>);

impl Once {
    /// The two ends.
    pub fn pair() -> (Self, Self) {
        let one = Self(Arc::new(Mutex::new(None)));
        (one.clone(), one)
    }

    /// Leaves the secret.
    pub fn put(&self, secret: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(secret);
    }

    /// Takes it.
    pub fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
