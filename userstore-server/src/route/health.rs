//! Whether the process lives, and whether it can serve.

use rocket::{Build, Rocket, Shutdown, State, get, routes};
use userstore_core::UserStore;
use utoipa::{OpenApi, ToSchema};

use super::Answer;
use crate::output::Json;
use crate::problem::{Problem, STOPPING};

/// What the OpenAPI document says of them.
#[derive(OpenApi)]
#[openapi(paths(alive, ready))]
pub(super) struct Docs;

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![alive, ready])
}

/// That all is well.
#[derive(serde::Serialize, ToSchema)]
pub(crate) struct Health {
    /// In a word.
    #[schema(pattern = "^(ok|ready)$", example = "ok")]
    status: &'static str,
}

/// Ask whether the process lives
///
/// It answers as long as it can answer at all.
#[utoipa::path(
    operation_id = "getLiveness",
    tag = "operations",
    security(()),
    responses((status = 200, description = "It does.", body = Health)),
)]
#[get("/healthz")]
fn alive() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Ask whether the server can serve
///
/// With 503, `failing` names the parts that do not work: `database`, `sessions`, `cache`, `keys`, or `server` while it
/// stops.
#[utoipa::path(
    operation_id = "getReadiness",
    tag = "operations",
    security(()),
    responses((status = 200, description = "It can.", body = Health)),
)]
#[get("/readyz")]
async fn ready(store: &State<UserStore>, shutdown: Shutdown) -> Answer<Json<Health>> {
    let mut failing = store.readiness().await;
    if is_stopping(shutdown).await {
        failing.push(STOPPING);
    }
    if failing.is_empty() { Ok(Json(Health { status: "ready" })) } else { Err(Problem::not_ready(failing)) }
}

async fn is_stopping(shutdown: Shutdown) -> bool {
    tokio::select! {
        biased;
        () = shutdown => true,
        () = std::future::ready(()) => false,
    }
}
