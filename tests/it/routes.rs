//! The server's own table of routes.

use std::collections::BTreeMap;

use tests::TestServer;

/// The methods of each path, the path written as in the contract: `/user/{username}`.
pub(crate) fn routes() -> BTreeMap<String, Vec<String>> {
    let server = TestServer::start();
    let rocket = userstore_server::rocket(server.store().clone());
    let mut routes = BTreeMap::<String, Vec<String>>::new();
    for route in rocket.routes() {
        let path = route.uri.path().replace('<', "{").replace('>', "}");
        routes.entry(path).or_default().push(route.method.to_string());
    }
    routes
}

/// Something that has this path: `/user/me`.
pub(crate) fn example(path: &str) -> String {
    path.replace("{username}", "me")
        .replace("{id}", "0198d2f0-0000-7000-8000-00000000abcd")
        .replace("{member_id}", "7")
        .replace("{code}", "forbidden")
        .replace("{name}", "start.js")
}

/// The table is the contract's, as far as it is built.
#[test]
fn there_are_these() {
    let routes: Vec<String> = routes()
        .into_iter()
        .map(|(path, mut methods)| {
            methods.sort();
            format!("{path} {}", methods.join(" "))
        })
        .collect();
    insta::assert_snapshot!(routes.join("\n"), @"
    / GET
    /.well-known/jwks.json GET
    /auth DELETE GET POST
    /docs GET
    /docs/{name} GET
    /healthz GET
    /login POST
    /members GET POST
    /members/{member_id} DELETE GET PUT
    /metrics GET
    /openapi.json GET
    /problems/{code} GET
    /readyz GET
    /user POST
    /user/{username} DELETE GET PATCH PUT
    /user/{username}/password PUT
    /user/{username}/role PUT
    /user/{username}/sessions DELETE GET
    /user/{username}/sessions/{id} DELETE
    /user/{username}/status PUT
    /users GET
    ");
}
