//! Passwords: argon2id, on threads that may block, and only a few at a time.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::problem::{Code, Problem};

/// Hashes that are computed at one time: each takes 19 MiB and tens of milliseconds of one core.
static PLACES: Semaphore = Semaphore::const_new(2);

/// A hash nobody's password has, so that an unknown name costs as much time as a wrong password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2R5$Q0b4dWyOqBzv3nC5b8sPHr0mQ8T7o1b6W0nO2Yz1y5E";

/// Hashes a new password.
pub fn hash(password: &str) -> Result<String, Problem> {
    let hashed = Argon2::default().hash_password(password.as_bytes());
    hashed
        .map(|hash| hash.to_string())
        .map_err(|error| Problem::caused("a password's hash", &error))
}

/// Hashes a new password for a request, on a thread that may block.
pub async fn hash_new(password: String) -> Result<String, Problem> {
    let unavailable = || Problem::new(Code::Unavailable);
    let _place = PLACES.acquire().await.map_err(|_| unavailable())?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the hash is the one computation that needs a blocking thread"
    )]
    let hashed = actix_web::web::block(move || hash(&password)).await;
    hashed.map_err(|error| Problem::caused("the thread of a password's hash", &error))?
}

/// Whether the password belongs to the hash; takes as long where there is none.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, Problem> {
    let unavailable = || Problem::new(Code::Unavailable);
    let _place = PLACES.acquire().await.map_err(|_| unavailable())?;
    let known = hash.is_some();
    let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
    #[expect(
        clippy::disallowed_methods,
        reason = "the hash is the one computation that needs a blocking thread"
    )]
    let matches = actix_web::web::block(move || {
        PasswordHash::new(&hash).is_ok_and(|parsed| {
            Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok()
        })
    })
    .await
    .map_err(|error| Problem::caused("the thread of a password's check", &error))?;
    Ok(matches && known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stand_in_hash_costs_what_a_real_one_costs() {
        let stand_in = PasswordHash::new(NOBODY).unwrap();
        let real = hash("correct horse").unwrap();
        let real = PasswordHash::new(&real).unwrap();
        assert_eq!(stand_in.params.to_string(), real.params.to_string());
        assert!(stand_in.hash.is_some() && stand_in.salt.is_some());
    }
}
