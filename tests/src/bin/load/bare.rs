//! The limit for reads: a Rocket with one route and nothing else, which answers with the same JSON.

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{AsyncCommands as _, Client};
use rocket::config::{Config, LogLevel};
use rocket::serde::json::Json;
use rocket::shield::Shield;
use rocket::{Route, State, get, routes};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::server::Server;

/// What the bare server answers with.
pub(crate) trait Answer: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The one route that does so.
    fn routes() -> Vec<Route>;
}

/// A user's representation, as plain as can be.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    id: String,
    username: String,
    role: String,
    status: String,
    data: serde_json::Map<String, serde_json::Value>,
    created_at: String,
    updated_at: String,
}

#[get("/user/me")]
fn me(account: &State<Account>) -> Json<&Account> {
    Json(account.inner())
}

impl Answer for Account {
    fn routes() -> Vec<Route> {
        routes![me]
    }
}

/// A member's.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Member {
    #[serde(rename = "member_id")]
    id: i64,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    created_at: String,
    updated_at: String,
}

#[get("/members/<_>")]
fn member(member: &State<Member>) -> Json<&Member> {
    Json(member.inner())
}

impl Answer for Member {
    fn routes() -> Vec<Route> {
        routes![member]
    }
}

#[get("/user/me")]
async fn me_beside_redis<'a>(
    account: &'a State<Account>,
    redis: &State<MultiplexedConnection>,
) -> Option<Json<&'a Account>> {
    let value: String = redis.inner().clone().get(KEY).await.ok()?;
    (value == VALUE).then(|| Json(account.inner()))
}

/// As long as what a session is found by, and as what is remembered of it.
const KEY: &str = "0123456789abcdef0123456789abcdef:s:0123456789abcdef0123456789abcdef0123456789a";
const VALUE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Starts it with one thing to do: to ask Redis for a value, on one connection for all requests.
pub(crate) fn start_beside_redis(answer: &[u8], url: String) -> Result<Server> {
    let value: Account = parse(answer)?;
    Server::of_rocket("bare", 1, async move {
        let client = Client::open(url)?;
        let mut redis = client.get_multiplexed_async_connection().await?;
        let () = redis.set(KEY, VALUE).await?;
        Ok(rocket::custom(config())
            .attach(Shield::new())
            .manage(value)
            .manage(redis)
            .mount("/", routes![me_beside_redis]))
    })
}

/// Starts it, with what the user store's server answers as its JSON.
pub(crate) fn start<A: Answer>(answer: &[u8]) -> Result<Server> {
    let value: A = parse(answer)?;
    Server::of_rocket("bare", 1, async move {
        // Without the headers that Rocket adds of itself.
        Ok(rocket::custom(config()).attach(Shield::new()).manage(value).mount("/", A::routes()))
    })
}

fn parse<A: Answer>(answer: &[u8]) -> Result<A> {
    let value: A = serde_json::from_slice(answer)?;
    if serde_json::to_vec(&value)? != answer {
        return Err("the bare route would not give the same bytes as the user store".into());
    }
    Ok(value)
}

fn config() -> Config {
    Config { port: 0, workers: 1, log_level: LogLevel::Off, cli_colors: false, ..Config::release_default() }
}
