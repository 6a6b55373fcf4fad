//! Where the settings come from, which of them wins, and what is said of those that do not load.

use super::{Desk, PASSWORD, Ran};

/// A desk with three databases, in each of which somebody else lives.
fn desk() -> Desk {
    let desk = Desk::new();
    for name in ["one", "two", "three"] {
        let mut command = desk.command(&["create-user", name, "--password-stdin"]);
        Ran::of(command.env("DATABASE_URL", url(name)).write_stdin(PASSWORD)).done();
    }
    desk
}

/// Relative to the working directory.
fn url(name: &str) -> String {
    format!("sqlite://{name}.db?mode=rwc")
}

fn file(name: &str) -> String {
    format!("[database]\nurl = \"{}\"\n", url(name))
}

/// Lists users with these variables and arguments, and without `DATABASE_URL` unless it is one of them.
fn list(desk: &Desk, variables: &[(&str, &str)], more: &[&str]) -> Ran {
    let mut command = desk.command(&[&["list-users", "--output", "csv"], more].concat());
    Ran::of(command.env_remove("DATABASE_URL").envs(variables.iter().copied()))
}

/// Who lives in the database that the settings name.
#[track_caller]
fn found(desk: &Desk, variables: &[(&str, &str)], more: &[&str]) -> String {
    let csv = list(desk, variables, more).done();
    let line = csv.lines().nth(1).unwrap_or_default();
    line.split(',').nth(1).unwrap_or_default().to_owned()
}

#[test]
fn without_settings_the_database_is_in_the_working_directory() {
    let desk = Desk::new();
    let mut command = desk.command(&["create-user", "alice", "--password-stdin"]);
    Ran::of(command.env_remove("DATABASE_URL").write_stdin(PASSWORD)).done();
    assert!(desk.path("userstore.db").exists());
    assert_eq!(found(&desk, &[], &[]), "alice");
}

#[test]
fn the_later_wins_of_file_and_environment() {
    let desk = desk();
    desk.write("userstore.toml", file("one"));
    desk.write("other.toml", file("two"));
    let other = ("USERSTORE_CONFIG", "other.toml");
    assert_eq!(found(&desk, &[], &[]), "one");
    assert_eq!(found(&desk, &[other], &[]), "two");
    assert_eq!(found(&desk, &[], &["--config", "other.toml"]), "two");
    assert_eq!(found(&desk, &[other], &["--config", "userstore.toml"]), "one");
    for name in ["DATABASE_URL", "USERSTORE_DATABASE_URL"] {
        let third = (name, url("three"));
        assert_eq!(found(&desk, &[(third.0, &third.1)], &[]), "three");
        assert_eq!(found(&desk, &[other, (third.0, &third.1)], &["--config", "other.toml"]), "three");
    }
}

#[test]
fn a_secret_is_read_from_a_file() {
    let desk = desk();
    desk.write("url", format!("{}\n", url("two")));
    for name in ["DATABASE_URL_FILE", "USERSTORE_DATABASE_URL_FILE"] {
        assert_eq!(found(&desk, &[(name, "url")], &[]), "two");
        list(&desk, &[(name, "nowhere")], &[]).refused(2, &format!("{name} names nowhere, which cannot be read"));
        list(&desk, &[(name, "")], &[]).refused(2, &format!("{name} is empty"));
    }
}

#[test]
fn a_secret_given_twice_is_an_error() {
    let desk = desk();
    desk.write("url", url("two"));
    let two = url("two");
    for name in ["DATABASE_URL", "USERSTORE_DATABASE_URL"] {
        let from_file = format!("{name}_FILE");
        let ran = list(&desk, &[(name, &two), (&from_file, "url")], &[]).exits(2);
        assert!(ran.stderr.contains(&from_file) && ran.stderr.contains(&format!("{name} ")), "{ran:?}");
    }
}

#[test]
fn two_names_of_one_key_have_to_agree() {
    let desk = desk();
    let (one, two) = (url("one"), url("two"));
    assert_eq!(found(&desk, &[("DATABASE_URL", &one), ("USERSTORE_DATABASE_URL", &one)], &[]), "one");
    let ran = list(&desk, &[("DATABASE_URL", &one), ("USERSTORE_DATABASE_URL", &two)], &[]).exits(2);
    assert!(ran.stderr.contains("USERSTORE_DATABASE_URL") && ran.stderr.contains("and DATABASE_URL"), "{ran:?}");
    list(&desk, &[("PORT", "1"), ("USERSTORE_SERVER_PORT", "2")], &[]).refused(2, "USERSTORE_SERVER_PORT");
    list(&desk, &[("HOST", "127.0.0.1"), ("USERSTORE_SERVER_HOST", "::1")], &[]).refused(2, "USERSTORE_SERVER_HOST");
}

#[test]
fn what_is_unknown_is_named() {
    let desk = desk();
    let one = url("one");
    for name in ["USERSTORE_NO_SUCH", "USERSTORE_DATABASE_URI", "USERSTORE_", "USERSTORE_SERVER_PORT_FILE"] {
        list(&desk, &[("DATABASE_URL", &one), (name, "canary")], &[]).refused(2, name);
    }
    // What is not ours is none of our business.
    assert_eq!(found(&desk, &[("DATABASE_URL", &one), ("USERSTOREX", "1"), ("REDIS", "2")], &[]), "one");
    let unknown = [
        ("colour = 1", "colour"),
        ("[databse]\nurl = \"canary\"", "databse"),
        ("[database]\nurll = \"\"", "database.urll"),
    ];
    for (text, name) in unknown {
        desk.write("userstore.toml", text);
        list(&desk, &[], &[]).refused(2, &format!("`{name}`"));
    }
}

#[test]
fn a_value_that_does_not_parse_is_named_and_not_shown() {
    let desk = desk();
    let wrong = [
        ("USERSTORE_SERVER_PORT", "canary", "server.port"),
        ("USERSTORE_SERVER_PORT", "70000", "server.port"),
        ("PORT", "-1", "server.port"),
        ("HOST", "canary", "server.host"),
        ("USERSTORE_SERVER_WORKERS", "0", "server.workers"),
        ("USERSTORE_SERVER_DOCS", "canary", "server.docs"),
        ("USERSTORE_SERVER_TRUSTED_PROXIES", "canary", "server.trusted_proxies"),
        ("USERSTORE_SERVER_TRUSTED_PROXIES", "10.0.0.0/8,10.0.0.1/8", "server.trusted_proxies"),
        ("USERSTORE_LIMITS_ENABLED", "canary", "limits.enabled"),
        ("USERSTORE_LIMITS_SIGN_IN_PER_ACCOUNT", "canary", "limits.sign_in_per_account"),
        ("USERSTORE_LIMITS_SIGN_IN_PER_IP", "0/m", "limits.sign_in_per_ip"),
        ("USERSTORE_LIMITS_SIGN_UP_PER_IP", "30", "limits.sign_up_per_ip"),
        ("USERSTORE_SERVER_SHUTDOWN_GRACE", "canary", "server.shutdown_grace"),
        ("USERSTORE_DATABASE_URL", "canary", "database.url"),
        ("USERSTORE_DATABASE_URL", "oracle://alice:canary@db/users", "database.url"),
        ("USERSTORE_DATABASE_URL", "postgres://alice:canary@db", "database.url"),
        ("USERSTORE_REDIS_TIMEOUT", "0s", "redis.timeout"),
        ("USERSTORE_REDIS_URL", "canary", "redis.url"),
        ("USERSTORE_CACHE_MEMCACHED_URL", "canary", "cache.memcached_url"),
        ("USERSTORE_DATABASE_URL", "sqlite::memory:", "database.url"),
        ("USERSTORE_DATABASE_MAX_CONNECTIONS", "0", "database.max_connections"),
        ("USERSTORE_DATABASE_TIMEOUT", "5", "database.timeout"),
        ("USERSTORE_SESSIONS_STORE", "canary", "sessions.store"),
        ("USERSTORE_SESSIONS_TTL", "canary", "sessions.ttl"),
        ("USERSTORE_SESSIONS_MAX_PER_USER", "1001", "sessions.max_per_user"),
        ("USERSTORE_CACHE_KIND", "canary", "cache.kind"),
        ("USERSTORE_CACHE_TTL", "canary", "cache.ttl"),
        ("USERSTORE_SIGNUP_MODE", "canary", "signup.mode"),
        ("USERSTORE_PASSWORDS_MIN_LENGTH", "7", "passwords.min_length"),
        ("USERSTORE_PASSWORDS_MEMORY_KIB", "19455", "passwords.memory_kib"),
        ("USERSTORE_PASSWORDS_ITERATIONS", "0", "passwords.iterations"),
        ("USERSTORE_PASSWORDS_PARALLELISM", "99", "passwords.parallelism"),
        ("USERSTORE_PASSWORDS_MAX_CONCURRENT", "0", "passwords.max_concurrent"),
        ("USERSTORE_PASSWORDS_MAX_QUEUE", "canary", "passwords.max_queue"),
        ("USERSTORE_PASSWORDS_PEPPER", "canary", "passwords.pepper"),
        ("USERSTORE_LOG_LEVEL", "canary", "log.level"),
        ("USERSTORE_LOG_FORMAT", "canary", "log.format"),
    ];
    for (name, value, key) in wrong {
        list(&desk, &[(name, value)], &[]).refused(2, key);
    }
    assert!(!desk.path("userstore.db").exists());
}

/// A length of time that no date can be added to would be found out late.
#[test]
fn a_length_of_time_beyond_reason_is_refused_under_its_key() {
    let desk = desk();
    for (name, key) in [
        ("USERSTORE_SERVER_SHUTDOWN_GRACE", "server.shutdown_grace"),
        ("USERSTORE_SERVER_HEADER_TIMEOUT", "server.header_timeout"),
        ("USERSTORE_SERVER_BODY_TIMEOUT", "server.body_timeout"),
        ("USERSTORE_SERVER_IDLE_TIMEOUT", "server.idle_timeout"),
        ("USERSTORE_DATABASE_TIMEOUT", "database.timeout"),
        ("USERSTORE_REDIS_TIMEOUT", "redis.timeout"),
        ("USERSTORE_SESSIONS_TTL", "sessions.ttl"),
        ("USERSTORE_CACHE_TTL", "cache.ttl"),
        ("USERSTORE_TOKENS_TTL", "tokens.ttl"),
    ] {
        list(&desk, &[(name, "3651d")], &[]).refused(2, &format!("{name} ({key}) must be 3650 days at most"));
    }
    let longest = [("USERSTORE_SESSIONS_TTL", "3650d"), ("USERSTORE_DATABASE_TIMEOUT", "24h")];
    assert_eq!(found(&desk, &[&[("DATABASE_URL", url("one").as_str())], &longest[..]].concat(), &[]), "one");
    for (value, told) in [("24h 1ms", "must be 24h at most"), ("3650d", "must be 24h at most")] {
        let told = format!("USERSTORE_DATABASE_TIMEOUT (database.timeout) {told}");
        list(&desk, &[("USERSTORE_DATABASE_TIMEOUT", value)], &[]).refused(2, &told);
    }
    desk.write("userstore.toml", "[sessions]\nttl = \"3651d\"");
    list(&desk, &[], &[]).refused(2, "sessions.ttl");
}

/// The administrator looks for what is wrong under the name it was given.
#[test]
fn a_value_that_does_not_parse_is_told_with_its_variable() {
    let desk = desk();
    for (name, value, key) in [
        ("PORT", "canary", "server.port"),
        ("USERSTORE_SERVER_PORT", "70000", "server.port"),
        ("HOST", "canary", "server.host"),
        ("USERSTORE_SESSIONS_TTL", "canary", "sessions.ttl"),
        ("USERSTORE_LOG_LEVEL", "canary", "log.level"),
        // What makes sense by itself and not here, too.
        ("USERSTORE_SERVER_WORKERS", "0", "server.workers"),
        ("USERSTORE_PASSWORDS_PEPPER", "canary", "passwords.pepper"),
        ("USERSTORE_PASSWORDS_MEMORY_KIB", "1024", "passwords.memory_kib"),
        ("DATABASE_URL", "canary", "database.url"),
        ("USERSTORE_DATABASE_URL", "", "database.url"),
    ] {
        list(&desk, &[(name, value)], &[]).refused(2, &format!("{name} ({key}) must "));
    }
    desk.write("url", "canary");
    list(&desk, &[("DATABASE_URL_FILE", "url")], &[]).refused(2, "DATABASE_URL_FILE (database.url) must start with");
}

/// Read as well as it could be, it would name another file.
#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf_8_is_an_error() {
    use std::os::unix::ffi::OsStrExt as _;

    let desk = desk();
    for name in ["DATABASE_URL", "USERSTORE_DATABASE_URL", "USERSTORE_LOG_LEVEL", "PORT"] {
        let mut command = desk.command(&["list-users"]);
        let value = std::ffi::OsStr::from_bytes(b"sqlite://canary\xff.db?mode=rwc");
        Ran::of(command.env_remove("DATABASE_URL").env(name, value))
            .refused(2, &format!("{name} is not text in UTF-8"));
    }
    assert_eq!(std::fs::read_dir(desk.path(".")).unwrap().count(), 3, "the three databases there were");
}

#[test]
fn a_file_that_is_not_there_or_not_toml_is_an_error() {
    let desk = desk();
    list(&desk, &[], &["--config", "nowhere.toml"]).refused(2, "nowhere.toml");
    list(&desk, &[("USERSTORE_CONFIG", "nowhere.toml")], &[]).refused(2, "USERSTORE_CONFIG names nowhere.toml");
    list(&desk, &[("USERSTORE_CONFIG", "")], &[]).refused(2, "USERSTORE_CONFIG is empty");
    let wrong = [
        ("[passwords]\npepper = canary canary\n", "TOML"),
        ("[passwords]\npepper = [\"canary\"]\n", "passwords.pepper"),
        ("[passwords]\npepper = \"canary\"\n", "passwords.pepper"),
        ("[database]\nurl = 5\n", "database.url"),
        ("[server]\nport = \"8000\"\n", "server.port"),
        ("database = \"canary\"\n", "database"),
        ("[sessions]\nttl = 24\n", "sessions.ttl must be a length of time"),
        ("[server]\nworkers = 0\n", "server.workers must be 1 or more (in settings.toml)"),
        ("[passwords]\nmemory_kib = 8\n", "passwords.memory_kib must be"),
        ("[server]\nport = \"80\"\n", "server.port must be a whole number from 0 to 65535, without quotes"),
        ("server = 1\n", "a section, under a line [server]"),
        ("a = 1\n\nb c\n", "correct what is at line 3"),
    ];
    for (text, named) in wrong {
        desk.write("settings.toml", text);
        list(&desk, &[], &["--config", "settings.toml"]).refused(2, named);
    }
    desk.write("settings.toml", b"[log]\nlevel = \"\xff\"\n");
    list(&desk, &[], &["--config", "settings.toml"]).refused(2, "settings.toml");
}
