//! What a server was asked, and how it answered: for tests that have to leave nothing out.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::{Arc, Mutex};

use rocket::fairing::{Fairing, Info, Kind};
use rocket::{Request, Response};
use serde_json::Value;

/// For each operation, such as `GET /user/{username}`, the answers it has given: a status, and the code of a refusal.
#[derive(Debug, Clone, Default)]
pub struct Record(Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>);

impl Record {
    /// All of it: `404 not_found` under `GET /user/{username}`. What no route has answered is under `-`.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, BTreeSet<String>> {
        self.0.lock().unwrap().clone()
    }
}

#[rocket::async_trait]
impl Fairing for Record {
    fn info(&self) -> Info {
        Info { name: "record of what was asked", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let operation = request.route().map_or_else(
            || "-".to_owned(),
            |route| format!("{} {}", route.method, route.uri.path().replace('<', "{").replace('>', "}")),
        );
        let status = response.status().code;
        let mut answer = status.to_string();
        if status >= 400 {
            let body = response.body_mut().to_bytes().await.unwrap();
            if let Some(code) =
                serde_json::from_slice(&body).ok().as_ref().and_then(|json: &Value| json["code"].as_str())
            {
                answer = format!("{answer} {code}");
            }
            response.set_sized_body(body.len(), Cursor::new(body));
        }
        self.0.lock().unwrap().entry(operation).or_default().insert(answer);
    }
}
