//! `compose.yaml`: what it starts, what it shows, and what it is told by its secrets.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Map, Value};
use tempfile::TempDir;

use super::{load_settings, read, root};

const READ_YAML: &str = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)";

fn compose() -> Value {
    let Some(python) = option_env!("PYTHON_WITH_PYYAML") else { panic!("there is no python3 on the path with PyYAML") };
    let file = root().join("deploy/compose.yaml");
    let output = Command::new(python).args(["-c", READ_YAML]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("an object: {value}"))
}

/// The texts of a list, or the keys of an object.
fn names(value: &Value) -> BTreeSet<&str> {
    match value {
        Value::Array(list) => list.iter().map(|text| text.as_str().unwrap()).collect(),
        Value::Object(object) => object.keys().map(String::as_str).collect(),
        _ => BTreeSet::new(),
    }
}

/// Runs the command that makes the secrets, as printed; gives whether it did.
fn make_secrets(folder: &Path) -> bool {
    let text = read("deploy/compose.yaml");
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("#     mkdir -m 700 secrets && "));
    let (Some(rest), None) = (lines.next(), lines.next()) else { panic!("one command makes the secrets") };
    let mut command = Command::new("bash");
    command.args(["-c", &format!("mkdir -m 700 secrets && {rest}")]).current_dir(folder).stderr(Stdio::null());
    command.status().unwrap().success()
}

fn secrets() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert!(make_secrets(folder.path()));
    folder
}

/// The files of a folder, and what is in them.
fn contents(folder: &Path) -> Vec<(String, String)> {
    let entries = folder.join("secrets").read_dir().unwrap().map(|entry| entry.unwrap());
    let mut files: Vec<_> = entries
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
#[cfg_attr(not(has_pyyaml), ignore = "needs python3 with PyYAML")]
fn two_servers_are_behind_a_load_balancer_and_nothing_else_is_published() {
    let compose = compose();
    let services = object(&compose["services"]);
    assert_eq!(services["server-1"], services["server-2"]);
    for (name, service) in services {
        let published = names(&service["ports"]);
        assert_eq!(!published.is_empty(), name == "load-balancer", "{name}: {published:?}");
        assert!(
            published.iter().all(|port| port.starts_with("127.0.0.1:")),
            "plain HTTP, for this machine: {published:?}"
        );
        assert!(service.get("network_mode").is_none() && service.get("privileged").is_none(), "{name}");
    }
    assert_eq!(compose["networks"]["back"]["internal"], true);
    // Who is alone in front of the servers is believed.
    let front = &compose["networks"]["front"]["ipam"]["config"][0]["subnet"];
    assert_eq!(services["server-1"]["environment"]["USERSTORE_SERVER_TRUSTED_PROXIES"], *front);
    let with_front = services.iter().filter(|(_, service)| names(&service["networks"]).contains("front"));
    let with_front: BTreeSet<&str> = with_front.map(|(name, _)| name.as_str()).collect();
    assert_eq!(with_front, ["load-balancer", "server-1", "server-2"].into());
    for name in ["postgres", "redis"] {
        assert_eq!(names(&services[name]["networks"]), ["back"].into(), "{name}");
    }
}

#[test]
#[cfg_attr(not(has_pyyaml), ignore = "needs python3 with PyYAML")]
fn every_part_is_waited_for_and_comes_back() {
    let compose = compose();
    let services = object(&compose["services"]);
    for (name, service) in services.iter().filter(|(_, service)| service.get("profiles").is_none()) {
        assert_eq!(service["restart"], "unless-stopped", "{name}");
        assert_eq!(names(&service["cap_drop"]), ["ALL"].into(), "{name}");
        // That of the servers is in their image.
        assert_eq!(service.get("healthcheck").is_none(), service.get("build").is_some(), "{name}");
        for (other, condition) in service.get("depends_on").map_or(&Map::new(), object) {
            assert!(services.contains_key(other) && condition["condition"] == "service_healthy", "{name}: {other}");
        }
    }
    let server = &services["server-1"];
    let trusted = &server["environment"]["USERSTORE_SERVER_TRUSTED_PROXIES"];
    assert_eq!(*trusted, compose["networks"]["front"]["ipam"]["config"][0]["subnet"]);
    let seconds = |text: &Value| text.as_str().unwrap().strip_suffix('s').unwrap().parse::<u64>().unwrap();
    let grace = seconds(&server["environment"]["USERSTORE_SERVER_SHUTDOWN_GRACE"]);
    assert!(seconds(&server["stop_grace_period"]) > grace + 1 + 5 + 5);
}

#[test]
#[cfg_attr(not(has_bash), ignore = "needs bash")]
fn the_command_that_makes_the_secrets_makes_others_each_time_and_changes_none() {
    let (folder, other) = (secrets(), secrets());
    let before = contents(folder.path());
    assert!(!make_secrets(folder.path()) && contents(folder.path()) == before);
    for ((name, one), (_, another)) in before.iter().zip(contents(other.path())) {
        assert!(*one != another && one.len() >= 64, "{name}");
    }
    let mode = |file: &str| fs::metadata(folder.path().join(file)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("secrets"), 0o700, "it is shut to others");
    assert!(before.iter().all(|(name, _)| mode(&format!("secrets/{name}")) == 0o644), "but not to the containers");
}

#[test]
#[cfg_attr(not(all(has_bash, has_pyyaml)), ignore = "needs bash, and python3 with PyYAML")]
fn every_secret_is_made_and_is_where_it_is_looked_for() {
    let (compose, folder) = (compose(), secrets());
    let made: BTreeSet<String> = contents(folder.path()).into_iter().map(|(name, _)| name).collect();
    let defined = object(&compose["secrets"]);
    assert_eq!(made, defined.keys().cloned().collect());
    assert!(defined.iter().all(|(name, secret)| secret["file"] == format!("./secrets/{name}")));
    assert!(read(".gitignore").lines().any(|line| line == "/deploy/secrets"), "they are not committed");
    for (name, service) in object(&compose["services"]) {
        let conf = if name == "redis" { read("deploy/redis.conf") } else { String::new() };
        let text = format!("{service}\n{conf}");
        let used =
            text.split("/run/secrets/").skip(1).filter_map(|rest| rest.split([' ', '"', ')', '\\', '\n']).next());
        assert_eq!(used.collect::<BTreeSet<_>>(), names(&service["secrets"]), "{name}");
    }
}

#[test]
#[cfg_attr(not(all(has_bash, has_pyyaml)), ignore = "needs bash, and python3 with PyYAML")]
fn the_servers_can_use_what_they_are_given() {
    let (compose, folder) = (compose(), secrets());
    let place = format!("{}/secrets/", folder.path().display());
    for service in ["server-1", "server-2", "copy"] {
        let environment = object(&compose["services"][service]["environment"]);
        let environment: Vec<(&str, String)> = environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap().replace("/run/secrets/", &place)))
            .collect();
        let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (code, message) = load_settings(folder.path(), &environment);
        assert_eq!(code, Some(1), "{service}: {message}");
    }
    let all = contents(folder.path());
    let of = |name: &str| all.iter().find(|(other, _)| other == name).unwrap().1.trim();
    assert!(of("database_url").starts_with(&format!("postgres://userstore:{}@postgres/", of("postgres_password"))));
    let password = of("redis_auth").strip_prefix("requirepass ").unwrap();
    assert_eq!(of("redis_url"), format!("redis://:{password}@redis/0"));
}
