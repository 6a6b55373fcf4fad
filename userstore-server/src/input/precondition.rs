//! `If-Match` and `If-None-Match` (RFC 9110, sections 13.1.1 and 13.1.2).

use rocket::Request;
use rocket::request::{FromRequest, Outcome};
use userstore_core::{Precondition, States, Tag};

use crate::caller::outcome;
use crate::problem::Problem;

/// The state that a change is meant for.
pub(crate) struct Conditions(pub(crate) Precondition);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Conditions {
    type Error = Problem;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Problem> {
        outcome(Self::find(request))
    }
}

impl Conditions {
    fn find(request: &Request<'_>) -> Result<Self, Problem> {
        let states = |header, weak| {
            let refuse = || format!("{header} must be \"*\" or a list of entity tags in double quotes");
            parse(request.headers().get(header), weak).map_err(|_| Problem::malformed_request(refuse()))
        };
        Ok(Self(Precondition {
            if_match: states("if-match", Weak::MatchesNothing)?,
            if_none_match: states("if-none-match", Weak::IsAsGood)?,
        }))
    }
}

/// Whether a client that reads has this state already. A header that is no list of tags names none.
pub(crate) fn none_match(request: &Request<'_>, current: &Tag) -> bool {
    match parse(request.headers().get("if-none-match"), Weak::IsAsGood) {
        Ok(Some(States::Any)) => true,
        Ok(Some(States::Tags(tags))) => tags.contains(current),
        Ok(None) | Err(Malformed) => false,
    }
}

/// What a weak tag counts for (RFC 9110, section 8.8.3.2).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weak {
    /// Strong comparison.
    MatchesNothing,
    /// Weak comparison.
    IsAsGood,
}

#[derive(Debug, PartialEq, Eq)]
struct Malformed;

/// The states that the lines of one header name; `None` where there is no line.
fn parse<'v>(lines: impl Iterator<Item = &'v str>, weak: Weak) -> Result<Option<States>, Malformed> {
    let (mut any, mut seen, mut tags) = (false, 0, Vec::new());
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return Ok(None);
    }
    for line in lines {
        let mut rest = line;
        loop {
            // Empty elements are passed over (RFC 9110, section 5.6.1.2).
            rest = rest.trim_start_matches([' ', '\t', ',']);
            if rest.is_empty() {
                break;
            }
            seen += 1;
            rest = match rest.strip_prefix('*') {
                Some(after) => {
                    any = true;
                    after
                }
                None => tag(rest, weak, &mut tags)?,
            };
            rest = rest.trim_start_matches([' ', '\t']);
            if !rest.is_empty() && !rest.starts_with(',') {
                return Err(Malformed);
            }
        }
    }
    match (any, seen) {
        (true, 1) => Ok(Some(States::Any)),
        (false, 1..) => Ok(Some(States::Tags(tags))),
        _ => Err(Malformed),
    }
}

/// Reads one tag, and gives what follows it.
fn tag<'v>(text: &'v str, weak: Weak, tags: &mut Vec<Tag>) -> Result<&'v str, Malformed> {
    let (is_weak, quoted) = text.strip_prefix("W/").map_or((false, text), |quoted| (true, quoted));
    let (opaque, rest) = quoted.strip_prefix('"').and_then(|text| text.split_once('"')).ok_or(Malformed)?;
    if opaque.chars().any(|c| c.is_ascii_control() || c == ' ') {
        return Err(Malformed);
    }
    if !is_weak || weak == Weak::IsAsGood {
        tags.push(Tag::from(opaque));
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strong(lines: &[&'static str]) -> Result<Option<States>, Malformed> {
        parse(lines.iter().copied(), Weak::MatchesNothing)
    }

    fn tags(tags: &[&str]) -> States {
        States::Tags(tags.iter().map(|tag| Tag::from(*tag)).collect())
    }

    #[test]
    fn lists_of_tags() {
        assert_eq!(strong(&[]), Ok(None));
        assert_eq!(strong(&["*"]), Ok(Some(States::Any)));
        assert_eq!(strong(&[" * "]), Ok(Some(States::Any)));
        assert_eq!(strong(&["\"a\""]), Ok(Some(tags(&["a"]))));
        assert_eq!(strong(&["\"\""]), Ok(Some(tags(&[""]))));
        assert_eq!(strong(&["\"a\",\"b\" , \"c,d\""]), Ok(Some(tags(&["a", "b", "c,d"]))));
        assert_eq!(strong(&["\"a\"", ", ,\"b\","]), Ok(Some(tags(&["a", "b"]))));
    }

    #[test]
    fn a_weak_tag_counts_where_the_comparison_is_weak() {
        assert_eq!(strong(&["W/\"a\", \"b\""]), Ok(Some(tags(&["b"]))));
        assert_eq!(strong(&["W/\"a\""]), Ok(Some(tags(&[]))));
        assert_eq!(parse(["W/\"a\", \"b\""].into_iter(), Weak::IsAsGood), Ok(Some(tags(&["a", "b"]))));
    }

    #[test]
    fn anything_else_is_refused() {
        for line in
            ["", ",", "a", "'a'", "\"a", "a\"", "w/\"a\"", "\"a\" \"b\"", "\"a b\"", "*, \"a\"", "\"a\", *", "**"]
        {
            assert_eq!(strong(&[line]), Err(Malformed), "{line:?}");
        }
        assert_eq!(strong(&["*", "*"]), Err(Malformed));
    }
}
