//! `doctor`

use serde::Serialize;
use userstore_core::{Finding, Verdict};

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::Record;

pub(super) async fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let (findings, exit) = examine(context).await;
    let mut list = context.list::<Examined>()?;
    findings.iter().try_for_each(|finding| list.add(finding))?;
    list.finish()?;
    if exit == Exit::Done { Ok(()) } else { Err(Failure::Unhealthy(exit)) }
}

/// As far as it gets: without settings there is no database to look at.
async fn examine(context: &mut Context<'_>) -> (Vec<Examined>, Exit) {
    let opened = match context.settings() {
        Ok(settings) => context.open(settings).await,
        Err(failure) => Err(failure),
    };
    let store = match opened {
        Ok(store) => store,
        Err(failure) if failure.exit() == Exit::Usage => {
            return (vec![Examined::failed("settings", &failure, SETTINGS)], Exit::Usage);
        }
        Err(failure) => {
            return (vec![Examined::settings_load(), Examined::failed("database", &failure, DATABASE)], failure.exit());
        }
    };
    let findings: Vec<_> = store.operator().diagnose().await.into_iter().map(Examined::from).collect();
    let failed = findings.iter().any(|finding| finding.verdict == Verdict::Failed);
    (findings, if failed { Exit::Failed } else { Exit::Done })
}

const SETTINGS: &str = "correct userstore.toml or the environment, as the detail says";
const DATABASE: &str =
    "see that the server, or the file and its directory, that database.url names is there and can be used";

/// A finding: core's, or one about what core did not get to.
#[derive(Serialize)]
struct Examined {
    check: &'static str,
    verdict: Verdict,
    detail: String,
    advice: Option<String>,
}

impl Record for Examined {
    const COLUMNS: &'static [&'static str] = &["check", "verdict", "detail", "advice"];
}

impl From<Finding> for Examined {
    fn from(finding: Finding) -> Self {
        let Finding { check, verdict, detail, advice, .. } = finding;
        Self { check, verdict, detail, advice }
    }
}

impl Examined {
    fn settings_load() -> Self {
        Self { check: "settings", verdict: Verdict::Good, detail: "they load, and make sense".to_owned(), advice: None }
    }

    fn failed(check: &'static str, failure: &Failure, advice: &str) -> Self {
        let detail = match failure {
            Failure::Store(error) => error.with_causes(),
            _ => "it cannot be told".to_owned(),
        };
        Self { check, verdict: Verdict::Failed, detail, advice: Some(advice.to_owned()) }
    }
}
