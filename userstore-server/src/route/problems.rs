//! What the code of a problem means: where its `type` leads.

use rocket::http::{Accept, Header};
use rocket::response::{self, Responder};
use rocket::{Build, Request, Rocket, get, routes};
use utoipa::OpenApi;

use super::Answer;
use crate::output::{File, Json, Public};
use crate::problem::{Meaning, Problem};

/// What the OpenAPI document says of it.
#[derive(OpenApi)]
#[openapi(paths(explain))]
pub(super) struct Docs;

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![explain])
}

/// Explain a problem
///
/// What the `code` of a problem means and what to do about it: as JSON, or as a page to a client that prefers HTML.
#[utoipa::path(
    operation_id = "explainProblem",
    tag = "operations",
    security(()),
    params(("code" = String, Path, description = "The code of a problem.", example = "username_taken")),
    responses((status = 200, description = "What the code means.", content(
        (Meaning = "application/json"),
        (String = "text/html; charset=utf-8", example = "<!doctype html>…"),
    ))),
)]
#[get("/problems/<code>")]
fn explain(code: &str) -> Answer<Explained> {
    Meaning::of(code).map(Explained).ok_or_else(|| Problem::not_found("code"))
}

struct Explained(Meaning);

impl<'r> Responder<'r, 'static> for Explained {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut answer = if request.accept().is_some_and(prefers_html) {
            Public(File::html(page(&self.0).into_bytes())).respond_to(request)?
        } else {
            Public(Json(self.0)).respond_to(request)?
        };
        answer.set_header(Header::new("vary", "Accept"));
        Ok(answer)
    }
}

/// Every text comes from our own table, and holds nothing that HTML would take for its own.
fn page(Meaning { code, title, statuses, meaning, remedy, .. }: &Meaning) -> String {
    let statuses: Vec<String> = statuses.iter().map(u16::to_string).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <h1>{title}</h1>\n<p><code>{code}</code>, with status {}</p>\n<p>{meaning}</p>\n<p>{remedy}</p>\n</html>\n",
        statuses.join(" or ")
    )
}

fn prefers_html(accept: &Accept) -> bool {
    quality(accept, "text", "html") > quality(accept, "application", "json")
}

/// How much a client wants a type: as the most specific of the ranges says that hold it (RFC 9110, section 12.5.1).
fn quality(accept: &Accept, top: &str, sub: &str) -> f32 {
    let holding = accept
        .iter()
        .filter(|range| (range.top() == "*" || range.top() == top) && (range.sub() == "*" || range.sub() == sub));
    let specific = holding.max_by_key(|range| (range.top() != "*", range.sub() != "*"));
    specific.map_or(0.0, |range| range.weight_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_client_prefers() {
        let prefers = |accept: &str| prefers_html(&accept.parse().unwrap());
        assert!(prefers("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(prefers("text/html"));
        assert!(prefers("application/json;q=0.5, text/*"));
        for other in ["*/*", "application/json", "text/html, application/json", "text/html;q=0.5, */*", "image/png"] {
            assert!(!prefers(other), "{other}");
        }
    }

    #[test]
    fn pages_hold_no_markup_of_the_table() {
        for meaning in Meaning::all() {
            let texts = [meaning.code, meaning.title, meaning.meaning, meaning.remedy].concat();
            assert!(!texts.contains(['<', '>', '&']), "{texts}");
        }
    }
}
