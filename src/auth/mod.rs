//! Who is calling: keys, access tokens, sign-in, and the caller behind a token.

pub mod callers;
pub mod keys;
pub mod passwords;
pub mod routes;
pub mod secrets;
pub mod tokens;
