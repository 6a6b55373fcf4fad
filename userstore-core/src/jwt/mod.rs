//! Access tokens: JSON Web Tokens (RFC 7519) in the profile of RFC 9068, read as strictly as RFC 8725 asks.
//!
//! A program that has nothing of the store but its published keys (`GET /.well-known/jwks.json`) checks its tokens so:
//!
//! ```
//! use userstore_core::jwt::{Jwks, TokenError, Verifier};
//! use userstore_core::{Clock, Scope};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let fetched = br#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "7fTdX4qyAuvI",
//! #     "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
//! let keys = Jwks::parse(fetched)?;
//! let verifier = Verifier::new("userstore", "userstore", keys);
//!
//! match verifier.verify("eyJhbGciOiJub25lIn0.e30.e30", Clock::system().now()) {
//!     Ok(claims) => println!("may read members: {}", claims.scopes.contains(Scope::ReadMembers)),
//!     Err(TokenError::UnknownKey) => println!("fetch the keys again, once a minute at most"),
//!     Err(refused) => println!("401: {refused}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What such a program cannot know is whether a user was blocked, demoted or deleted meanwhile: the store does, and
//! refuses the token; elsewhere it lives until it expires.
//!
//! | type | |
//! | --- | --- |
//! | [`Verifier`] | checks the store's own tokens against a [`Jwks`], into [`Claims`] or a [`TokenError`] |
//! | [`Issuers`] | checks the tokens of outside issuers, each against the keys of its own |
//! | [`Inspection`] | shows what a token says, unchecked |
//! | [`PublishedKeys`] | what the store publishes: it cannot hold a private part |

mod algorithm;
mod claims;
pub(crate) mod compact;
mod error;
mod inspect;
mod issuer;
mod jwk;
mod jwks;
pub(crate) mod key;
mod published;
pub(crate) mod sign;
mod time;
mod token;
mod verify;

#[cfg(test)]
mod tests;

pub use self::algorithm::{SigningAlgorithm, UnknownAlgorithm};
pub use self::claims::{Claims, Subject};
pub use self::error::{KeySetError, TokenError};
pub use self::inspect::Inspection;
pub use self::issuer::{IssuerSettings, Issuers};
pub use self::jwks::Jwks;
pub use self::key::KeyState;
pub use self::published::{PublicJwk, PublishedKeys};
pub use self::token::AccessToken;
pub use self::verify::Verifier;
