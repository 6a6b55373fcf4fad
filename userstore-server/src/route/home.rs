//! `/`, which never refuses.

use rocket::{Build, Rocket, get, routes};
use userstore_core::User;
use utoipa::{OpenApi, ToSchema};

use crate::caller::Caller;
use crate::input::shape::Known;
use crate::output::{Json, Representation, shape};

/// What the OpenAPI document says of them.
#[derive(OpenApi)]
#[openapi(paths(greet))]
pub(super) struct Docs;

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![greet])
}

/// A greeting, to whom no session has been shown.
#[derive(serde::Serialize, ToSchema)]
pub(crate) struct Greeting {
    /// The greeting.
    #[schema(pattern = "^Hello World$", example = "Hello World")]
    message: &'static str,
}

/// The caller's own user, or a greeting.
#[derive(ToSchema)]
#[schema(as = Home)]
#[expect(dead_code, reason = "only its shape is of interest")]
#[serde(untagged)]
pub(crate) enum HomeBody {
    User(shape::User),
    Greeting(Greeting),
}

#[derive(rocket::Responder)]
enum Home {
    User(Representation<User>),
    Greeting(Json<Greeting>),
}

/// Say hello, or who asks
///
/// Never refuses. With the token of a live session it answers the caller's own user, with anything else a greeting.
#[utoipa::path(
    operation_id = "home",
    tag = "operations",
    security((), ("session" = [])),
    params(Known),
    responses((status = 200, description = "The caller's own user, or a greeting.", body = HomeBody)),
)]
#[get("/")]
fn greet(caller: Option<Caller>) -> Home {
    match caller {
        Some(caller) => Home::User(Representation(caller.user().clone())),
        None => Home::Greeting(Json(Greeting { message: "Hello World" })),
    }
}
