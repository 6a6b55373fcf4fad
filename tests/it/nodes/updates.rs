//! What is written on one server is read on the other.

use serde_json::json;
use userstore_core::Role;

use super::{ADVISED, Nodes};

const ROUNDS: usize = 200;

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn are_read_on_the_other_server_at_once() {
    let nodes = Nodes::new(ADVISED);
    let ada = nodes.persona("ada", Role::Admin);
    let mut stale = Vec::new();
    for round in 0..ROUNDS {
        let (here, there) = nodes.clients(round);
        let (here, there) = (ada.at(here), ada.at(there));
        // Read there before, so that it may be remembered.
        let _before = (there.get("/user/me").is(200), there.get("/members/7"));
        let (target, written) = match round % 5 {
            0 => ("/user/me", here.put("/user/me", json!({"data": {"round": round}})).is(200)),
            1 => ("/user/me", here.patch("/user/me", json!({"data": {"patched": round}})).is(200)),
            2 => ("/members/7", here.put("/members/7", json!({"name": format!("round {round}")}))),
            3 => ("/members/7", here.put("/members/7", json!({"name": "Ada", "phone": format!("{round}")})).is(200)),
            _ => ("/members/7", here.delete("/members/7").is(204)),
        };
        let read = there.get(target);
        let wanted = if written.status() == 204 { 404 } else { 200 };
        let same = read.status() == wanted
            && (wanted == 404 || (read.body(), read.etag()) == (written.body(), written.etag()));
        if !same {
            stale.push((round, written, read));
        }
    }
    assert!(stale.is_empty(), "{} of {ROUNDS} were stale; the first: {:?}", stale.len(), stale[0]);
}
