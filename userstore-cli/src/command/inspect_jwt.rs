//! `inspect-jwt`

use serde::Serialize;
use serde_json::Value;
use userstore_core::json::Object;
use userstore_core::{Error, Timestamp, TokenReport};

use crate::args::Format;
use crate::context::Context;
use crate::exit::Failure;
use crate::input;
use crate::output::Record;

/// The whole, as JSON.
#[derive(Serialize)]
struct Inspected<'t> {
    header: &'t Object,
    claims: &'t Object,
    signature: &'t str,
    verifies: bool,
    reason: Option<&'t str>,
}

/// One thing that the token says, as a row.
#[derive(Serialize)]
struct Said<'t> {
    part: &'static str,
    name: &'t str,
    value: String,
}

impl Record for Said<'_> {
    const COLUMNS: &'static [&'static str] = &["part", "name", "value"];
}

pub(super) async fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let token = input::token(context.io)?;
    let report = match context.store().await?.keys().inspect_token(&token).await {
        Err(Error::Invalid(violations)) => {
            let why = violations.first().map_or("", |violation| &violation.detail);
            return Err(Failure::NotVerified(why.to_owned()));
        }
        report => report?,
    };
    if context.format() == Format::Json {
        let TokenReport { inspection, refusal, .. } = &report;
        let verifies = refusal.is_none();
        let (header, claims, signature) = (&inspection.header, &inspection.claims, inspection.signature.as_str());
        context.print_json(&Inspected { header, claims, signature, verifies, reason: refusal.as_deref() })?;
    } else {
        let mut list = context.list::<Said<'_>>()?;
        rows(&report).iter().try_for_each(|row| list.add(row))?;
        list.finish()?;
    }
    report.refusal.map_or(Ok(()), |why| Err(Failure::NotVerified(why)))
}

fn rows(report: &TokenReport) -> Vec<Said<'_>> {
    let parts = [("header", &report.inspection.header), ("claims", &report.inspection.claims)];
    let mut rows = Vec::new();
    for (part, object) in parts {
        rows.extend(object.iter().map(|(name, value)| Said { part, name, value: text(name, value) }));
    }
    let signature = Said { part: "signature", name: "", value: report.inspection.signature.clone() };
    let verdict = report.refusal.as_ref().map_or_else(|| "yes".to_owned(), |why| format!("no: {why}"));
    rows.extend([signature, Said { part: "verifies", name: "", value: verdict }]);
    rows
}

/// A value as it is; a point in time also as people read it.
fn text(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(seconds) if matches!(name, "exp" | "iat" | "nbf") => match seconds.as_i64() {
            Some(whole) if (0..=253_402_300_799).contains(&whole) => {
                format!("{seconds} ({})", Timestamp::from_millis(whole * 1000))
            }
            _ => seconds.to_string(),
        },
        other => other.to_string(),
    }
}
