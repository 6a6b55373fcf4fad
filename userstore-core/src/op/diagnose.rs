//! What a doctor looks at.

mod clients;
mod files;
mod shared;

use std::path::Path;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait as _, Statement};
use serde::Serialize;

use super::known_keys;
use super::row::users;
use crate::UserStore;
use crate::model::password::Password;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// What was seen.
    pub detail: String,
    /// What to do about it.
    pub advice: Option<String>,
}

/// How a thing is that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Good,
    /// It works, but should be seen to.
    Warning,
    /// It does not work.
    Failed,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }
}

impl Finding {
    fn good(check: &'static str, detail: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Good, detail: detail.into(), advice: None }
    }

    fn warning(check: &'static str, detail: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Warning, detail: detail.into(), advice: Some(advice.into()) }
    }

    fn failed(check: &'static str, detail: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Failed, detail: detail.into(), advice: Some(advice.into()) }
    }
}

pub(super) async fn diagnose(store: &UserStore) -> Vec<Finding> {
    let mut findings = vec![Finding::good("settings", "they load, and make sense")];
    match store.database().file() {
        Some(file) => {
            findings.push(file_of_database(store, file).await);
            findings.push(files::database(file));
        }
        None => findings.push(database_server(store).await),
    }
    findings.extend(files::tls_key(store.settings()));
    findings.extend(shared::redis(store).await);
    findings.extend(shared::cache(store).await);
    findings.push(admins(store).await);
    findings.push(hashing(store).await);
    findings.push(pepper(store).await);
    findings.push(signing_keys(store).await);
    findings.push(clients::limits(store.settings()));
    findings.push(clients::proxies(store.settings()));
    findings
}

async fn file_of_database(store: &UserStore, file: &Path) -> Finding {
    let check = async {
        let reads = store.reads();
        let rows =
            reads.query_all_raw(Statement::from_string(reads.get_database_backend(), "PRAGMA quick_check(5)")).await?;
        let told: Vec<String> = rows.iter().filter_map(|row| row.try_get_by_index(0).ok()).collect();
        let migrations = store.migrations().await?;
        Ok::<_, crate::Error>((told, migrations.len()))
    };
    // In the wrong directory, a path that starts there would look right.
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let file = file.display();
    match check.await {
        Ok((told, migrations)) if told == ["ok"] => {
            Finding::good("database", format!("{file} is sound, with all {migrations} migrations"))
        }
        Ok((told, _)) => {
            Finding::failed("database", format!("{file}: {}", told.join("; ")), "stop the server and restore a backup")
        }
        Err(error) => {
            let advice = "see that its file can be read and written; if it is damaged, restore a backup";
            Finding::failed("database", format!("{file}: {}", error.with_causes()), advice)
        }
    }
}

async fn database_server(store: &UserStore) -> Finding {
    match store.migrations().await {
        Ok(migrations) => {
            Finding::good("database", format!("the server answers, with all {} migrations", migrations.len()))
        }
        Err(error) => Finding::failed("database", error.with_causes(), "see that the server runs, and database.url"),
    }
}

async fn admins(store: &UserStore) -> Finding {
    match users::has_admin(store.reads()).await {
        Ok(true) => Finding::good("administrators", "there is an active one"),
        Ok(false) => {
            let advice = "make one with: userstore-cli grant-role NAME admin";
            Finding::warning("administrators", "there is no active one", advice)
        }
        Err(error) => {
            Finding::failed("administrators", crate::Error::from(error).with_causes(), "see the database first")
        }
    }
}

/// One hash should cost an attacker time, and a sign-in not too much of it.
async fn hashing(store: &UserStore) -> Finding {
    let start = Instant::now();
    let outcome = store.passwords().verify(&Password::new("how long does it take"), None, "").await;
    let took = start.elapsed();
    let detail = format!("one password takes {} ms", took.as_millis());
    match outcome {
        Err(error) => {
            Finding::failed("hashing", error.with_causes(), "see passwords.memory_kib and the memory there is")
        }
        Ok(_) if took > Duration::from_secs(1) => {
            let advice = "lower passwords.iterations or passwords.memory_kib, not below OWASP's minimum";
            Finding::warning("hashing", detail, advice)
        }
        Ok(_) => Finding::good("hashing", detail),
    }
}

async fn pepper(store: &UserStore) -> Finding {
    match users::count_peppered_but_not(store.reads(), store.passwords().pepper_mark()).await {
        Ok(0) => {}
        Ok(count) => {
            let what = if count == 1 { "1 password hash needs" } else { &format!("{count} password hashes need") };
            let advice = "set passwords.pepper to what it was when they were made, or else new passwords with: \
                          userstore-cli set-password NAME";
            let detail = format!("{what} a pepper other than passwords.pepper: their users cannot sign in");
            return Finding::failed("pepper", detail, advice);
        }
        Err(error) => {
            return Finding::failed("pepper", crate::Error::from(error).with_causes(), "see the database first");
        }
    }
    if store.settings().passwords.pepper.is_some() {
        return Finding::good("pepper", "hashes need a secret that the database does not hold");
    }
    let advice = "set passwords.pepper to make a stolen database worth less".to_owned();
    Finding { advice: Some(advice), ..Finding::good("pepper", "none") }
}

/// Whoever has the database must not be able to sign with what lies in it.
async fn signing_keys(store: &UserStore) -> Finding {
    let check = "signing keys";
    match known_keys(store).await {
        Ok(keys) if keys.are_sealed() => Finding::good(check, "they are encrypted in the database"),
        Ok(_) => {
            let advice = "set tokens.key_encryption_key, for the servers and here; make one with: openssl rand -hex 32";
            Finding::warning(check, "they are not encrypted in the database", advice)
        }
        Err(error) => {
            let advice = "set tokens.key_encryption_key to what it was when the keys were made";
            Finding::failed(check, error.with_causes(), advice)
        }
    }
}
