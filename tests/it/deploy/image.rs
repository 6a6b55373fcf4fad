//! The image: built from all that it takes, by a Rust that is new enough, with a user who is not root.

use super::{read, root};

/// The values of a key in the manifest of the workspace, such as `members`.
fn manifest(key: &str) -> Vec<String> {
    let manifest = read("Cargo.toml");
    let line = manifest.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = ")).expect(key);
    line.trim_matches(['[', ']']).split(", ").map(|value| value.trim_matches('"').to_owned()).collect()
}

/// A version, to be compared.
fn version(text: &str) -> Vec<u32> {
    text.split('.').map(|number| number.parse().expect(text)).collect()
}

#[test]
fn the_build_has_all_that_it_takes_and_nothing_else() {
    let ignored = read(".dockerignore");
    let kept: Vec<&str> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    for needed in manifest("members").iter().map(String::as_str).chain(["Cargo.toml", "Cargo.lock"]) {
        assert!(kept.contains(&needed), "{needed} does not reach the build of the image");
    }
    for kept in &kept {
        assert!(root().join(kept).exists() && !kept.starts_with("deploy"), "{kept}");
    }
    assert_eq!(ignored.lines().find(|line| !line.starts_with('#')), Some("*"), "nothing, but for what is named");
}

#[test]
fn the_image_is_built_as_the_workspace_wants() {
    let file = read("deploy/Dockerfile");
    let rust = file.lines().find_map(|line| line.strip_prefix("FROM rust:")).unwrap();
    let (rust, debian) = rust.split(' ').next().unwrap().split_once('-').unwrap();
    assert!(version(rust) >= version(&manifest("rust-version")[0]), "{rust} is too old");
    assert!(file.contains(&format!("FROM debian:{debian}-slim\n")), "both stages have the same C library");
    let manifest = read("Cargo.toml");
    assert!(file.contains("--profile dist --locked") && manifest.contains("\n[profile.dist]\n"));
    for member in ["userstore-server", "userstore-cli"] {
        assert!(file.contains(&format!("--package {member}")) && file.contains(&format!("target/dist/{member}")));
    }
}

#[test]
fn the_image_does_not_run_as_root_and_knows_its_health() {
    let file = read("deploy/Dockerfile");
    let last = file.rsplit("\nFROM ").next().unwrap();
    let user = last.lines().find_map(|line| line.strip_prefix("USER ")).unwrap();
    assert!(user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)), "{user}");
    for line in ["WORKDIR /var/lib/userstore", "VOLUME /var/lib/userstore", "ENV HOST=0.0.0.0 PORT=8000", "EXPOSE 8000"]
    {
        assert!(last.lines().any(|other| other == line), "{line}");
    }
    assert!(last.contains("HEALTHCHECK ") && last.contains(r#"CMD ["userstore-server", "--check-health"]"#));
}
