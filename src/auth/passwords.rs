//! Passwords: argon2id, on threads that may block, only two at a time, each in memory of its own that is used again and
//! again. Those who come while both are taken wait a few seconds and are then told to come back, so that a flood of
//! sign-ins costs neither memory nor other people's requests.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::{constant_time, rand};
use tokio::sync::Semaphore;

use crate::problem::{Code, Problem};

/// Hashes that are computed at one time: each takes 19 MiB and tens of milliseconds of one core.
const AT_ONCE: usize = 2;
/// Those who may wait for their turn; beyond it they are told at once to come back.
const WAITING: usize = 256;
/// How long one waits for a turn.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// When to come back (`Retry-After`), in seconds.
const COME_BACK: u64 = 5;

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);
static PLACES: Semaphore = Semaphore::const_new(AT_ONCE + WAITING);
/// The memory of those who are not hashing now.
static MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// A hash nobody's password has, so that an unknown name costs as much time as a wrong password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2R5$Q0b4dWyOqBzv3nC5b8sPHr0mQ8T7o1b6W0nO2Yz1y5E";

/// Hashes a new password.
pub fn hash(password: &str) -> Result<String, Problem> {
    let internal = || Problem::internal("a password's hash");
    let mut salt = [0_u8; 16];
    rand::fill(&mut salt).map_err(|_| internal())?;
    let (params, mut out) = (Params::DEFAULT, [0_u8; Params::DEFAULT_OUTPUT_LEN]);
    let hashed = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(|_| internal())?,
        salt: Some(Salt::new(&salt).map_err(|_| internal())?),
        hash: {
            compute(params, password, &salt, &mut out).ok_or_else(internal)?;
            Some(Output::new(&out).map_err(|_| internal())?)
        },
    };
    Ok(hashed.to_string())
}

/// Hashes a new password for a request, on a thread that may block.
pub async fn hash_new(password: String) -> Result<String, Problem> {
    in_turn(LONGEST_WAIT, move || hash(&password)).await?
}

/// Whether the password belongs to the hash; takes as long where there is none.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, Problem> {
    let known = hash.is_some();
    let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
    let matches = in_turn(LONGEST_WAIT, move || matches(&password, &hash).unwrap_or(false));
    let matches = matches.await?;
    Ok(matches && known)
}

fn matches(password: &str, hash: &str) -> Option<bool> {
    let parsed = PasswordHash::new(hash).ok()?;
    if parsed.algorithm != Algorithm::Argon2id.ident() || parsed.version != Some(Version::V0x13.into()) {
        return None;
    }
    let (salt, expected) = (parsed.salt?, parsed.hash?);
    let mut out = [0_u8; Output::MAX_LENGTH];
    let out = out.get_mut(..expected.len())?;
    let params = Params::try_from(&parsed).ok()?;
    compute(params, password, &salt, out)?;
    Some(constant_time::verify_slices_are_equal(out, expected.as_bytes()).is_ok())
}

/// Computes in memory that was used before, where there is some.
fn compute(params: Params, password: &str, salt: &[u8], out: &mut [u8]) -> Option<()> {
    let taken = || MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
    let mut memory = taken().pop().unwrap_or_default();
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::new());
    }
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let done = argon.hash_password_into_with_memory(password.as_bytes(), salt, out, &mut memory);
    let mut kept = taken();
    if kept.len() < AT_ONCE {
        kept.push(memory);
    }
    done.ok()
}

/// Computes on a thread that may block, when it is our turn.
async fn in_turn<T: Send + 'static>(
    longest_wait: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let later = || Problem::new(Code::Unavailable).retry_after(COME_BACK);
    let _place = PLACES.try_acquire().map_err(|_| later())?;
    let turn = tokio::time::timeout(longest_wait, TURNS.acquire()).await;
    let turn = turn.map_err(|_| later())?.map_err(|_| later())?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the hash is the one computation that needs a blocking thread"
    )]
    let done = actix_web::web::block(move || {
        // Held by the thread: whoever asked may have gone away while it computes.
        let _turn = turn;
        work()
    });
    done.await.map_err(|_| Problem::new(Code::Unavailable))
}

#[cfg(test)]
mod tests {
    use argon2::PasswordVerifier;

    use super::*;

    #[test]
    fn the_stand_in_hash_costs_what_a_real_one_costs() {
        let stand_in = PasswordHash::new(NOBODY).unwrap();
        let real = hash("correct horse").unwrap();
        let real = PasswordHash::new(&real).unwrap();
        assert_eq!(stand_in.params.to_string(), real.params.to_string());
        assert!(stand_in.hash.is_some() && stand_in.salt.is_some());
    }

    /// Two hundred sign-ins at one time took half a gigabyte before.
    #[test]
    fn whoever_waits_too_long_or_behind_too_many_is_told_to_come_back() {
        let refused = |answer: Result<(), Problem>| {
            let problem = answer.unwrap_err();
            assert_eq!(problem.code(), Code::Unavailable);
        };
        let short = Duration::from_millis(20);
        actix_web::rt::System::new().block_on(async {
            let turns = TURNS.acquire_many(u32::try_from(AT_ONCE).unwrap()).await.unwrap();
            refused(in_turn(short, || ()).await);
            let places = PLACES.available_permits();
            let places = PLACES.acquire_many(u32::try_from(places).unwrap()).await.unwrap();
            refused(in_turn(Duration::MAX, || ()).await);
            drop((turns, places));
            in_turn(Duration::MAX, || ()).await.unwrap();
        });
    }

    #[test]
    fn memory_that_was_used_before_changes_no_hash() {
        for password in ["correct horse", "battery staple", "ö", ""] {
            let hashed = hash(password).unwrap();
            let parsed = PasswordHash::new(&hashed).unwrap();
            let library = Argon2::default();
            assert!(library.verify_password(password.as_bytes(), &parsed).is_ok());
            assert_eq!(matches(password, &hashed), Some(true));
            assert_eq!(matches("another", &hashed), Some(false));
        }
        assert_eq!(matches("x", NOBODY), Some(false));
        for not_ours in [
            "",
            "plain",
            "$argon2i$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$Q0b4dWyOqBzv3nC5b8sPHg",
        ] {
            assert_eq!(matches("x", not_ours), None, "{not_ours}");
        }
    }
}
