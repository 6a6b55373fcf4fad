//! Proof: what is accepted, and every way in which a token is refused.

mod good;
