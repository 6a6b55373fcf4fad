//! Looking at a token.

use crate::UserStore;
use crate::error::{Error, Result, Violation};
use crate::jwt::Inspection;
use crate::op::access::{Refusal, check};

/// What a token carries, and what it is worth here and now.
#[derive(Debug)]
#[non_exhaustive]
pub struct TokenReport {
    /// What it says, true or not.
    pub inspection: Inspection,
    /// Why it is refused; nothing where it is accepted.
    pub refusal: Option<String>,
}

pub(super) async fn inspect_token(store: &UserStore, token: &str) -> Result<TokenReport> {
    let token = token.trim();
    let malformed = |error: crate::jwt::TokenError| Error::invalid(Violation::at("/token", error.to_string()));
    let inspection = Inspection::of(token).map_err(malformed)?;
    let refusal = match check(store, token).await {
        Ok(_) => None,
        Err(Refusal::Failed(error)) => return Err(error),
        Err(refusal) => Some(refusal.to_string()),
    };
    Ok(TokenReport { inspection, refusal })
}
