//! The numbers of the server, for Prometheus.

use std::net::SocketAddr;
use std::sync::Arc;

use rocket::{Build, Rocket, State, get, routes};
use userstore_core::UserStore;
use utoipa::OpenApi;

use super::Answer;
use crate::metrics;
use crate::output::Exposition;
use crate::problem::Problem;
use crate::traffic::Traffic;

/// What the OpenAPI document says of it.
#[derive(OpenApi)]
#[openapi(paths(read))]
pub(super) struct Docs;

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![read])
}

/// Read the metrics
///
/// In the text format of Prometheus. They are for programs on the same machine, and in the networks that
/// `metrics.allow` lists; it counts who has connected, whatever headers say.
#[utoipa::path(
    operation_id = "getMetrics",
    tag = "operations",
    security(()),
    responses((status = 200, description = "The metrics.", content(
        (String = "text/plain; version=0.0.4; charset=utf-8", example = "userstore_build_info{version=\"0.1.0\"} 1\n"),
    ))),
)]
#[get("/metrics")]
async fn read(store: &State<UserStore>, traffic: &State<Arc<Traffic>>, peer: Option<SocketAddr>) -> Answer<Exposition> {
    if !peer.is_some_and(|peer| store.settings().metrics.are_for(peer.ip())) {
        return Err(Problem::forbidden("metrics are for the machine of the server, and the networks in metrics.allow"));
    }
    Ok(Exposition(metrics::render(&store.figures().await, traffic)))
}
