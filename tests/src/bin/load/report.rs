//! What was measured, as a table and as JSON.

use std::fmt;

use serde::Serialize;

use crate::Result;

/// Figures in the order in which they were measured, and what makes them doubtful.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    figures: Vec<Figure>,
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Figure {
    measurement: &'static str,
    name: String,
    value: f64,
    unit: &'static str,
    #[serde(flatten)]
    target: Option<Judged>,
}

#[derive(Debug, Serialize)]
struct Judged {
    target: Target,
    met: bool,
}

/// What a figure must be.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    AtLeast(f64),
    Below(f64),
}

impl Report {
    /// Adds a figure that is only of interest.
    pub(crate) fn note(&mut self, measurement: &'static str, name: impl Into<String>, value: f64, unit: &'static str) {
        self.figures.push(Figure { measurement, name: name.into(), value, unit, target: None });
    }

    /// Adds a figure that has to meet a target.
    pub(crate) fn judge(
        &mut self,
        measurement: &'static str,
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        target: Target,
    ) {
        let met = match target {
            Target::AtLeast(limit) => value >= limit,
            Target::Below(limit) => value < limit,
        };
        let target = Some(Judged { target, met });
        self.figures.push(Figure { measurement, name: name.into(), value, unit, target });
    }

    /// Adds why figures are not what they should be.
    pub(crate) fn warn(&mut self, warning: String) {
        self.warnings.push(warning);
    }

    /// Whether every target was met.
    pub(crate) fn is_met(&self) -> bool {
        self.figures.iter().filter_map(|figure| figure.target.as_ref()).all(|judged| judged.met)
    }

    pub(crate) fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(&serde_json::json!({
            "met": self.is_met(),
            "figures": self.figures,
            "warnings": self.warnings,
        }))?)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Figure { measurement, name, value, unit, target } in &self.figures {
            let digits = if *value < 10.0 { 2 } else { usize::from(*value < 1000.0) };
            write!(f, "{measurement:<9} {name:<46} {value:>9.digits$} {unit:<4}")?;
            match target {
                Some(Judged { target, met }) => {
                    writeln!(f, " {target:<8} {}", if *met { "PASS" } else { "FAIL" })?;
                }
                None => writeln!(f)?,
            }
        }
        for warning in &self.warnings {
            writeln!(f, "WARNING: {warning}")?;
        }
        f.write_str(if self.is_met() { "every target is met" } else { "a target is missed" })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::AtLeast(limit) => format!(">= {limit:.2}"),
            Self::Below(limit) => format!("< {limit:.0}"),
        };
        f.pad(&text)
    }
}
