//! Whether the process lives, and whether it can serve.

use rocket::{Build, Rocket, Shutdown, State, get, routes};
use userstore_core::UserStore;

use super::Answer;
use crate::output::Json;
use crate::problem::Problem;

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![alive, ready])
}

#[derive(serde::Serialize)]
struct Health {
    status: &'static str,
}

#[get("/healthz")]
fn alive() -> Json<Health> {
    Json(Health { status: "ok" })
}

#[get("/readyz")]
async fn ready(store: &State<UserStore>, shutdown: Shutdown) -> Answer<Json<Health>> {
    let mut failing = store.readiness().await;
    if is_stopping(shutdown).await {
        failing.push("server");
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
