//! Proof: what is accepted, and every way in which a token, a key set or an issuer is refused.

mod endpoint;
mod forge;
mod good;
mod inspection;
mod key_sets;
mod keyring;
mod lifetimes;
mod outside;
mod own;
mod refetch;
mod sealed;
mod settings;
