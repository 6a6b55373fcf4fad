//! The house keeps its shape: who may depend on whom, how long a file may be, which lints are on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const OURS: &[&str] = &["userstore-core", "userstore-server", "userstore-cli", "migration", "tests"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // What other platforms need is not on this machine.
    let here = ["--filter-platform", env!("TARGET")];
    let arguments = [&["metadata", "--format-version", "1", "--locked", "--offline"][..], &here].concat();
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What each package of ours depends on itself, but for its tests.
fn direct(metadata: &Value) -> BTreeMap<&str, BTreeSet<&str>> {
    let packages = metadata["packages"].as_array().unwrap().iter();
    let ours = packages.filter(|package| OURS.contains(&package["name"].as_str().unwrap()));
    ours.map(|package| {
        let all = package["dependencies"].as_array().unwrap().iter();
        let names = all.filter(|dependency| dependency["kind"] != "dev").map(|it| it["name"].as_str().unwrap());
        (package["name"].as_str().unwrap(), names.collect())
    })
    .collect()
}

/// All that a package stands on, at any distance, but for its tests.
fn beneath(metadata: &Value, package: &str) -> BTreeSet<String> {
    let nodes: BTreeMap<&str, &Value> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| (node["id"].as_str().unwrap(), node))
        .collect();
    let names: BTreeMap<&str, &str> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (package["id"].as_str().unwrap(), package["name"].as_str().unwrap()))
        .collect();
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = names.iter().filter(|(_, name)| **name == package).map(|(id, _)| *id).collect();
    while let Some(id) = open.pop() {
        for dependency in nodes[id]["deps"].as_array().unwrap() {
            let used = dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"] != "dev");
            let id = dependency["pkg"].as_str().unwrap();
            if used && found.insert(names[id].to_owned()) {
                open.push(id);
            }
        }
    }
    found
}

#[test]
fn dependencies_point_one_way() {
    let metadata = metadata();
    let direct = direct(&metadata);
    assert_eq!(direct.keys().copied().collect::<BTreeSet<_>>(), OURS.iter().copied().collect());
    let ours =
        |package: &str| -> Vec<&str> { direct[package].iter().copied().filter(|name| OURS.contains(name)).collect() };
    assert_eq!(ours("migration"), [""; 0]);
    assert_eq!(ours("userstore-core"), ["migration"]);
    assert_eq!(ours("userstore-server"), ["userstore-core"]);
    assert_eq!(ours("userstore-cli"), ["userstore-core"]);
    for above in ["userstore-server", "userstore-cli"] {
        for database in ["sea-orm", "sea-orm-migration", "sqlx", "rusqlite"] {
            assert!(!direct[above].contains(database), "{above} lists {database}");
        }
    }
    let beneath = beneath(&metadata, "userstore-core");
    assert!(beneath.contains("sea-orm") && beneath.contains("tokio"), "the graph was read");
    for surface in ["rocket", "clap"] {
        assert!(!beneath.contains(surface), "the core stands on {surface}");
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn no_file_is_longer_than_300_lines() {
    for package in ["userstore-core", "userstore-server", "userstore-cli"] {
        let files = sources(&root().join(package).join("src"));
        assert!(files.len() > 3, "{package}");
        for file in files {
            let lines = std::fs::read_to_string(&file).unwrap().lines().count();
            assert!(lines <= 300, "{} has {lines} lines", file.display());
        }
    }
}

/// The nouns are values: no queries, nothing to wait for.
#[test]
fn the_model_is_values() {
    for file in sources(&root().join("userstore-core/src/model")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for word in ["sea_orm", "async fn", ".await", "tokio"] {
            assert!(!text.contains(word), "{} has {word}", file.display());
        }
    }
}

#[test]
fn every_package_takes_the_lints_of_the_workspace() {
    let manifest = |folder: &str| std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    let workspace = manifest("");
    assert!(workspace.lines().any(|line| line.trim() == "unsafe_code = \"forbid\""));
    let sections: Vec<String> = OURS
        .iter()
        .map(|package| manifest(package))
        .map(|text| text.lines().map(str::trim).collect::<Vec<_>>().join("\n"))
        .collect();
    for (package, text) in OURS.iter().zip(sections) {
        assert!(text.contains("[lints]\nworkspace = true"), "{package}");
    }
    let members = workspace.lines().find(|line| line.starts_with("members")).unwrap();
    assert_eq!(members.matches('"').count() / 2, OURS.len(), "{members}");
}

/// Exceptions to lints have a reason, and end with it.
#[test]
fn no_lint_is_allowed_away() {
    for package in OURS {
        for file in sources(&root().join(package)) {
            let text = std::fs::read_to_string(&file).unwrap();
            // Written so that this file does not hold it.
            assert!(
                !text.contains(&["#[", "allow("].concat()) && !text.contains(&["#![", "allow("].concat()),
                "{}",
                file.display()
            );
        }
    }
}
