//! The OpenAPI document: what the routes say of themselves, completed by what holds for all of them.

mod complete;
mod header;
mod refusal;

use std::sync::LazyLock;

use serde_json::Value;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::route;

/// The document as JSON, made when it is first asked for.
pub(crate) fn json() -> &'static str {
    static JSON: LazyLock<String> = LazyLock::new(|| document().to_string());
    &JSON
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "userstore",
        description = "Accounts with a password and any JSON, sessions, roles, and a member directory.\n\n\
            Bodies are JSON objects, 64 KiB at most, of which no member may be unknown or there twice; a string holds \
            no NUL. Every answer of 400 or more is a problem (RFC 9457) whose `code` is stable. Every path answers \
            `HEAD` as `GET` without the body, `OPTIONS` with 204 and `Allow`, and any other method with 405 \
            `method_not_allowed` and `Allow`; an unknown path is 404 `not_found`. Tokens are read from the header \
            `Authorization` alone; two of them are 400. Pages of the origins in `server.cors_origins` may use all of it \
            from a browser (CORS): a preflight is answered with the methods of its path.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/", description = "This server.")),
    tags(
        (name = "accounts", description = "The own account, and for administrators every other."),
        (name = "sessions", description = "Signing in and out."),
        (name = "administration", description = "Roles and blocking, for administrators."),
        (name = "access tokens", description = "JWTs (RFC 9068) for the member directory, and the keys that verify them."),
        (name = "members", description = "The member directory: with a session or an access token, and a scope for each verb."),
        (name = "operations", description = "The server itself."),
    ),
    components(schemas(crate::problem::Body<'_>)),
    modifiers(&Tokens),
)]
struct Base;

/// The two kinds of tokens.
struct Tokens;

impl Modify for Tokens {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let mut session = Http::new(HttpAuthScheme::Bearer);
        session.description =
            Some("The token of a session, from `POST /auth`: it opens accounts and members.".to_owned());
        let mut access = Http::new(HttpAuthScheme::Bearer);
        access.bearer_format = Some("JWT".to_owned());
        access.description = Some(
            "An access token, from `POST /login`, the command line or an outside issuer: it opens members alone. The \
             scopes count that both it and its user's role have."
                .to_owned(),
        );
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("session", SecurityScheme::Http(session));
        components.add_security_scheme("access_token", SecurityScheme::Http(access));
    }
}

fn document() -> Value {
    let mut openapi = Base::openapi();
    for module in route::DOCUMENTED {
        openapi.merge(module());
    }
    // What it is made of always serialises.
    let mut document = serde_json::to_value(openapi).unwrap_or_default();
    complete::complete(&mut document);
    document
}
