//! What is written about them: `docs/observability.md`, and what Prometheus's own tool thinks of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tests::TestServer;
use userstore_core::jwt::IssuerSettings;

use super::text;

/// A server of which every metric has a sample.
fn server() -> TestServer {
    let server = TestServer::with(|settings| {
        let mut issuer = IssuerSettings::new("https://issuer.example.org", "userstore");
        issuer.jwks_file = Some("jwks.json".into());
        settings.issuers.push(issuer);
    });
    server.user("alice").get("/user/me").is(200);
    server
}

/// Every metric, with its kind and the names of its labels.
pub(crate) fn exposed() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let text = text(&server());
    let mut metrics = BTreeMap::<String, (String, BTreeSet<String>)>::new();
    for line in text.lines() {
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").map(|rest| rest.split_once(' ').unwrap()) {
            assert!(metrics.insert(name.to_owned(), (kind.to_owned(), BTreeSet::new())).is_none(), "{name} twice");
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap();
            let (_, (kind, labels)) =
                metrics.iter_mut().filter(|(metric, _)| name.starts_with(*metric)).last().unwrap();
            let within = line.split_once('{').map_or("", |(_, rest)| rest.rsplit_once('}').unwrap().0);
            let names = within.split("\",").filter(|part| !part.is_empty()).map(|part| part.split_once('=').unwrap().0);
            labels.extend(names.filter(|name| kind != "histogram" || *name != "le").map(str::to_owned));
        }
    }
    metrics
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file)).unwrap()
}

#[test]
fn the_page_has_every_metric_and_no_other() {
    let page = read("docs/observability.md");
    let rows = page.lines().filter(|line| line.starts_with("| `userstore_"));
    let cell = |cell: &str| cell.trim().trim_matches('`').to_owned();
    let told: BTreeMap<String, (String, BTreeSet<String>)> = rows
        .map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
            assert!(cells.len() == 4 && !cells[3].trim().is_empty(), "{row}");
            let labels = cells[2].split(',').map(cell).filter(|label| !label.is_empty()).collect();
            (cell(cells[0]), (cell(cells[1]), labels))
        })
        .collect();
    assert_eq!(told, exposed());
}

#[test]
#[cfg_attr(not(has_promtool), ignore = "needs promtool, of Debian's package prometheus")]
fn prometheus_finds_no_fault_with_them() {
    let text = text(&server());
    let mut command = Command::new("promtool");
    command.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut promtool = command.spawn().unwrap();
    promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success() && said.is_empty(), "{}\n{text}", String::from_utf8_lossy(&said));
}
