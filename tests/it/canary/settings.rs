//! Settings that are wrong, and hold a secret.

use std::fs;
use std::time::Duration;

use assert_cmd::Command;
use tests::program;

use super::{IN_CANARY, KEY_ENCRYPTION_KEY, PEPPER, Secrets};

/// Starts both programs with settings that cannot be used; what they say must name no value.
#[track_caller]
fn assert_refused(environment: &[(&str, &str)], file: Option<&str>) {
    for (name, arguments) in
        [("userstore-server", &[][..]), ("userstore-cli", &["migrate"]), ("userstore-cli", &["doctor"])]
    {
        let folder = tempfile::tempdir().unwrap();
        if let Some(text) = file {
            fs::write(folder.path().join("userstore.toml"), text).unwrap();
        }
        let mut command = Command::new(program(name));
        command.env_clear().current_dir(folder.path()).args(arguments).envs(environment.iter().copied());
        let output = command.env("USERSTORE_SERVER_PORT", "0").timeout(Duration::from_secs(30)).output().unwrap();
        let told = [output.stdout, output.stderr].concat();
        Secrets::new().assert_none(&format!("what {name} says to {environment:?} {file:?}"), &told);
        assert!(!output.status.success() && output.status.code().is_some(), "{environment:?} {file:?}");
        assert!(!told.is_empty());
    }
}

#[test]
fn wrong_variables_are_not_shown() {
    for (section, keys) in [
        ("SERVER", &["HOST", "WORKERS", "SHUTDOWN_GRACE"][..]),
        ("DATABASE", &["MAX_CONNECTIONS", "TIMEOUT"]),
        ("SESSIONS", &["STORE", "TTL", "MAX_PER_USER"]),
        ("CACHE", &["KIND", "TTL"]),
        ("SIGNUP", &["MODE"]),
        (
            "PASSWORDS",
            &["MIN_LENGTH", "MEMORY_KIB", "ITERATIONS", "PARALLELISM", "MAX_CONCURRENT", "MAX_QUEUE", "PEPPER"],
        ),
        ("TOKENS", &["TTL", "ALGORITHM", "ROTATE_EVERY", "KEY_ENCRYPTION_KEY"]),
        ("LOG", &["LEVEL", "FORMAT"]),
        ("NO", &["SUCH_KEY"]),
    ] {
        for key in keys {
            assert_refused(&[(&format!("USERSTORE_{section}_{key}"), IN_CANARY)], None);
        }
    }
    for url in [
        "",
        "postgres://user:",
        "mysql://user:",
        "sqlite://x?mode=",
        "sqlite://users.db?mode=rwc&key=",
        "sqlite::memory:?key=",
    ] {
        assert_refused(&[("DATABASE_URL", &format!("{url}{IN_CANARY}@host/database"))], None);
    }
    assert_refused(&[("DATABASE_URL", "sqlite://a"), ("USERSTORE_DATABASE_URL", IN_CANARY)], None);
    assert_refused(&[("USERSTORE_PASSWORDS_PEPPER", PEPPER), ("USERSTORE_PASSWORDS_PEPPER_FILE", "x")], None);
    assert_refused(&[("USERSTORE_PASSWORDS_PEPPER", PEPPER), ("USERSTORE_LOG_LEVEL", "x")], None);
    let key = ("USERSTORE_TOKENS_KEY_ENCRYPTION_KEY", KEY_ENCRYPTION_KEY);
    assert_refused(&[key, ("USERSTORE_TOKENS_KEY_ENCRYPTION_KEY_FILE", "x")], None);
    assert_refused(&[key, ("USERSTORE_TOKENS_TTL", "x")], None);
}

#[test]
fn wrong_files_of_settings_are_not_shown() {
    for text in [
        format!("[passwords]\npepper = [\"{PEPPER}\"]"),
        format!("[passwords]\npepper = \"{PEPPER}"),
        format!("[passwords]\npepper = {PEPPER}"),
        format!("[passwords]\npepper = {IN_CANARY}"),
        format!("[passwords]\npepper = \"{IN_CANARY}\""),
        format!("[passwords]\npepper = {{ is = \"{PEPPER}\" }}"),
        format!("[passwords]\nsalt = \"{PEPPER}\""),
        format!("[passwords]\npepper = \"{PEPPER}\"\npepper = \"{PEPPER}\""),
        format!("[passwords]\npepper = \"{PEPPER}\"\nmin_length = \"{IN_CANARY}\""),
        format!("[passwords\npepper = \"{PEPPER}\""),
        format!("passwords = \"{PEPPER}\""),
        format!("[tokens]\nkey_encryption_key = [\"{KEY_ENCRYPTION_KEY}\"]"),
        format!("[tokens]\nkey_encryption_key = \"{KEY_ENCRYPTION_KEY}"),
        format!("[tokens]\nkey_encryption_key = \"{IN_CANARY}\""),
        format!("[tokens]\nkey = \"{KEY_ENCRYPTION_KEY}\""),
        format!("[tokens]\nkey_encryption_key = \"{KEY_ENCRYPTION_KEY}\"\nalgorithm = \"{IN_CANARY}\""),
        format!("issuers = \"{IN_CANARY}\""),
        format!("[[issuers]]\nissuer = \"a\"\naudience = \"b\"\njwks_url = \"https://a:{IN_CANARY}@c\""),
        format!("[[issuers]]\nissuer = \"a\"\naudience = \"b\"\njwks_url = \"{IN_CANARY}\""),
        format!("[[issuers]]\nissuer = \"a\"\naudience = \"b\"\nmax_ttl = \"{IN_CANARY}\""),
        format!("[database]\nurl = \"postgres://user:{IN_CANARY}@host/database\""),
        format!("[database]\nurl = [\"{IN_CANARY}\"]"),
        format!("[database]\ntimeout = \"{IN_CANARY}\""),
        format!("[log]\nlevel = \"{IN_CANARY}\""),
        format!("[server]\nhost = \"{IN_CANARY}\""),
    ] {
        assert_refused(&[], Some(&text));
    }
}
