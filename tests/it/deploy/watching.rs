//! The dashboard and the alerts: what they look at is there.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Command;

use serde_json::Value;

use super::{read, root};
use crate::metrics::documented::exposed;

/// The names of metrics in a text.
fn named(text: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices("userstore_").map(|(at, _)| text[at..].split(|c| !is_part(c)).next().unwrap()).collect()
}

/// What a panel, or whatever is in it, asks Prometheus.
fn asked(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(members) => {
            let own = members.get("expr").and_then(Value::as_str);
            own.into_iter().chain(members.values().flat_map(asked)).collect()
        }
        Value::Array(items) => items.iter().flat_map(asked).collect(),
        _ => Vec::new(),
    }
}

fn dashboard() -> Value {
    serde_json::from_str(&read("deploy/grafana.json")).unwrap()
}

#[test]
fn every_metric_that_is_looked_at_exists() {
    let exposed = exposed();
    let is_exposed = |name: &str| {
        let of_histogram = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        exposed.contains_key(name)
            || of_histogram.is_some_and(|name| exposed.get(name).is_some_and(|it| it.0 == "histogram"))
    };
    for file in ["deploy/grafana.json", "deploy/alerts.yaml"] {
        let text = read(file);
        let named = named(&text);
        assert!(named.len() > 5, "{file}: {named:?}");
        for name in named {
            assert!(is_exposed(name), "{file}: there is no {name}");
        }
    }
    let dashboard = dashboard();
    let asked = asked(&dashboard).join("\n");
    let missing: Vec<_> = exposed.keys().filter(|name| !asked.contains(name.as_str())).collect();
    assert_eq!(missing, [""; 0], "the dashboard does not show them");
}

#[test]
fn panels_have_names_and_a_place_of_their_own() {
    let dashboard = dashboard();
    let mut places = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        assert!(panel["title"].as_str().is_some_and(|title| !title.is_empty()), "{panel}");
        assert!(places.insert((panel["gridPos"]["y"].as_u64(), panel["gridPos"]["x"].as_u64())), "{panel}");
        assert!(panel["type"] == "row" || panel["datasource"]["uid"] == "${datasource}", "{panel}");
    }
}

#[test]
#[cfg_attr(not(has_promtool), ignore = "needs promtool, of Debian's package prometheus")]
fn prometheus_understands_them() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("dashboard.yaml");
    let dashboard = dashboard();
    let mut text = "groups:\n- name: dashboard\n  rules:\n".to_owned();
    for (number, asked) in asked(&dashboard).into_iter().enumerate() {
        let asked = asked.replace("$__rate_interval", "5m").replace(['$'], "");
        writeln!(text, "  - record: panel:{number}\n    expr: {}", Value::from(asked)).unwrap();
    }
    std::fs::write(&rules, text).unwrap();
    for file in [rules, root().join("deploy/alerts.yaml")] {
        let output = Command::new("promtool").args(["check", "rules"]).arg(&file).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}{}", file.display(), String::from_utf8_lossy(&output.stdout));
    }
}
