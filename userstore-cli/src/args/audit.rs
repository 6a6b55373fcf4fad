//! What can be said about the audit log.

use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use userstore_core::{Action, AuditFilter, Timestamp};

use super::limit;

const FOLLOWING: &str = "\
With --follow the last 10 entries come first, unless --limit or --since says otherwise, and
then each as it is made, one a line; in JSON, an object a line. Ctrl-C ends it.";

#[derive(Debug, Args)]
#[command(after_long_help = FOLLOWING)]
pub(crate) struct Audit {
    /// Only what the user with this name did, and what was done to it.
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,

    /// Only this action, such as `sign_in`.
    #[arg(long, value_name = "ACTION", value_parser = action(), hide_possible_values = true)]
    pub(crate) action: Option<Action>,

    /// Only this outcome: done, refused for every other, or the code of a refusal.
    #[arg(long, value_name = "OUTCOME", value_parser = PossibleValuesParser::new(AuditFilter::OUTCOMES))]
    pub(crate) outcome: Option<String>,

    /// Only from then on: a time such as 2026-01-02T03:04:05Z, a day such as 2026-01-02 from its
    /// midnight in UTC, or so long ago, such as 90m or 7days.
    #[arg(long, value_name = "TIME", value_parser = since)]
    pub(crate) since: Option<Since>,

    /// Only the last so many. All are listed by default.
    #[arg(long, value_name = "NUMBER", value_parser = limit)]
    pub(crate) limit: Option<u64>,

    /// Go on with those that come.
    #[arg(long, short)]
    pub(crate) follow: bool,
}

/// From when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    At(Timestamp),
    Ago(Duration),
}

fn action() -> impl clap::builder::TypedValueParser<Value = Action> {
    let words = Action::ALL.iter().map(|action| action.as_str());
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Action>())
}

fn since(text: &str) -> Result<Since, &'static str> {
    let ago = || humantime::parse_duration(text).map(Since::Ago);
    let refuse = |_| "must be a time such as 2026-01-02T03:04:05Z, a day, or a length of time such as 90m or 7days";
    let midnight = || format!("{text}T00:00:00Z").parse();
    text.parse().or_else(|_| midnight()).map(Since::At).or_else(|_| ago()).map_err(refuse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_by_itself_or_by_how_long_ago_it_was() {
        assert_eq!(since("1970-01-01T00:00:01Z"), Ok(Since::At(Timestamp::from_millis(1000))));
        assert_eq!(since("90m"), Ok(Since::Ago(Duration::from_mins(90))));
        assert_eq!(since("7days"), Ok(Since::Ago(Duration::from_hours(7 * 24))));
        for (day, millis) in [("1970-01-02", 86_400_000), ("2026-01-31", 1_769_817_600_000)] {
            assert_eq!(since(day), Ok(Since::At(Timestamp::from_millis(millis))));
        }
        for text in ["", "yesterday", "7", "1970-1-1", "1970-02-30", "70-01-01", "1970-01-01T", "1970-01-01T00:00"] {
            assert!(since(text).is_err(), "{text}");
        }
    }
}
