//! Random secrets, and how they are kept: only as digests.

use aws_lc_rs::{constant_time, digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::problem::{Code, Problem};

/// A new 256-bit secret as URL-safe text.
pub fn random() -> Result<String, Problem> {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes).map_err(|_| Problem::new(Code::Internal))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The digest under which a secret of full entropy is kept.
pub fn digest_of(secret: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, secret))
}

/// Compares without telling by its duration where the difference is.
pub fn same(a: &str, b: &str) -> bool {
    constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}
