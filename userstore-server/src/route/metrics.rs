//! The numbers of the server, for Prometheus.

use std::sync::Arc;

use rocket::request::{FromRequest, Outcome};
use rocket::{Build, Request, Rocket, State, get, routes};
use userstore_core::UserStore;
use utoipa::OpenApi;

use super::{Answer, Guard};
use crate::caller::outcome;
use crate::client;
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

/// Somebody who may read them.
struct Reader;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Reader {
    type Error = Problem;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Problem> {
        outcome(Self::find(request))
    }
}

impl Reader {
    fn find(request: &Request<'_>) -> Result<Self, Problem> {
        let client = client::certain_address(request).ok_or_else(|| {
            Problem::forbidden("the request was forwarded, and no proxy in server.trusted_proxies says for whom")
        })?;
        match request.rocket().state::<UserStore>() {
            Some(store) if store.settings().metrics.are_for(client) => Ok(Self),
            _ => {
                Err(Problem::forbidden("metrics are for the machine of the server, and the networks in metrics.allow"))
            }
        }
    }
}

/// Read the metrics
///
/// In the text format of Prometheus. They are for programs on the same machine, and in the networks that
/// `metrics.allow` lists. A request that says it was forwarded is refused, unless a trusted proxy says that it is from
/// one of them.
#[utoipa::path(
    operation_id = "getMetrics",
    tag = "operations",
    security(()),
    responses((status = 200, description = "The metrics.", content(
        (String = "text/plain; version=0.0.4; charset=utf-8", example = "userstore_build_info{version=\"0.1.0\"} 1\n"),
    ))),
)]
#[get("/metrics")]
async fn read(reader: Guard<Reader>, store: &State<UserStore>, traffic: &State<Arc<Traffic>>) -> Answer<Exposition> {
    reader?;
    Ok(Exposition(metrics::render(&store.figures().await, traffic)))
}
