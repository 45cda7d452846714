//! Who is calling: keys, access tokens, sign-in, and the caller behind a token.

pub mod assertions;
pub mod authenticators;
pub mod bearer;
pub mod callers;
pub mod guesses;
pub mod issuers;
pub mod jwks;
pub mod key_sets;
pub mod keys;
pub mod metadata;
pub mod oauth;
pub mod passwords;
pub mod published;
pub mod routes;
pub mod sessions;
pub mod sign_in;
pub mod tokens;
