//! Requests with a secret in every place where somebody may put one.

use serde_json::json;
use tests::{Client, Persona, Request};

use super::CANARY;

/// A request, and whether the answer names what was sent: the pointer to a member or the name of a parameter does.
pub(crate) struct Attempt {
    pub(crate) request: Request,
    pub(crate) is_named: bool,
}

/// Bodies that are refused, or that fail.
fn bodies() -> Vec<Vec<u8>> {
    let c = CANARY;
    let long = c.repeat(60);
    let deep = format!("{}\"{c}\"{}", "[".repeat(200), "]".repeat(200));
    let mut bodies: Vec<Vec<u8>> = [
        c.to_owned(),
        format!("\"{c}\""),
        format!("[\"{c}\"]"),
        format!("{{\"username\": \"alice\", \"password\": \"{c}\""),
        format!("{{\"username\": \"alice\", \"password\": \"{c}\",}}"),
        format!("{{\"username\": \"alice\", \"password\": \"{c}}}"),
        format!("{{\"username\": \"alice\", \"password\": \"{c}\"}} {c}"),
        format!("{{\"password\": \"{c}\", \"password\": \"{c}\"}}"),
        format!("{{\"username\": \"alice\", \"password\": [\"{c}\"]}}"),
        format!("{{\"username\": \"alice\", \"password\": {{\"is\": \"{c}\"}}}}"),
        format!("{{\"username\": \"alice\", \"password\": \"{c}\\u0000\"}}"),
        format!("{{\"username\": \"alice\", \"password\": \"{c}\\ud800\"}}"),
        format!("{{\"username\": \"alice\", \"password\": \"{c}\n\"}}"),
        format!("{{\"username\": \"alice\", \"password\": \"{long}\"}}"),
        format!("{{\"username\": \"alice\", \"password\": \"{c}\", \"more\": \"{c}\"}}"),
        format!("{{\"username\": \"{c}\", \"password\": \"{c}\"}}"),
        format!("{{\"username\": \"{c}\", \"password\": 7}}"),
        format!("{{\"data\": \"{c}\"}}"),
        format!("{{\"data\": {{\"is\": \"{c}\\u0000\"}}}}"),
        format!("{{\"data\": {{\"is\": {deep}}}}}"),
        format!("{{\"data\": {{\"is\": \"{c}\"}}, \"more\": 1}}"),
        format!("{{\"current_password\": \"{c}\", \"new_password\": \"{c}\", \"more\": \"{c}\"}}"),
        format!("{{\"current_password\": \"{c} but wrong\", \"new_password\": \"{c}\"}}"),
        format!("{{\"current_password\": \"{c}\", \"new_password\": \"short\"}}"),
        format!("{{\"current_password\": 1, \"new_password\": \"{c}\"}}"),
        format!("{{\"role\": \"{c}\"}}"),
        format!("{{\"status\": \"{c}\", \"reason\": \"{c}\"}}"),
        format!("{{\"data\": {{\"is\": \"{}\"}}}}", c.repeat(800)),
        format!("{{\"data\": {{\"is\": \"{}\"}}}}", c.repeat(3000)),
        format!("{{\"data\": {{\"is\": \"{}\"}}}}", c.repeat(80_000)),
    ]
    .map(String::into_bytes)
    .into();
    bodies.push([b"{\"username\": \"alice\", \"password\": \"".as_slice(), c.as_bytes(), b"\xff\"}"].concat());
    bodies
}

/// Requests that must not do what they might seem to ask for.
pub(crate) fn attempts(client: Client, alice: &Persona, root: &Persona) -> Vec<Attempt> {
    let mut requests = Vec::new();
    let mut named = Vec::new();
    let routes = [
        ("POST", "/user"),
        ("POST", "/auth"),
        ("PUT", "/user/me"),
        ("PATCH", "/user/me"),
        ("PUT", "/user/me/password"),
        ("PUT", "/user/alice/role"),
        ("PUT", "/user/alice/status"),
    ];
    for (method, target) in routes {
        for who in [alice, root] {
            for body in bodies() {
                requests.push(who.request(method, target).text("application/json", body.clone()));
            }
            let member = format!("{{\"{CANARY}\": 1, \"data\": {{}}}}");
            named.push(who.request(method, target).text("application/json", member));
        }
        let form = format!("username=alice&password={CANARY}&_method=put");
        for content_type in
            ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", CANARY]
        {
            requests.push(alice.request(method, target).text(content_type, form.clone()));
        }
        requests.push(alice.request(method, target).bytes(alice.credentials().to_string()));
    }
    let path = CANARY.replace(' ', "%20");
    for target in ["/?password=", "/", "/user/", "/user/me/", "/auth?token=", "/user/me/sessions/", "/%"] {
        for method in ["GET", "PUT", "OPTIONS"] {
            requests.extend([alice, root].map(|who| who.request(method, &format!("{target}{path}"))));
        }
    }
    requests.push(alice.request("DELETE", &format!("/user/me/sessions/{path}")));
    requests.push(alice.request("DELETE", &format!("/user/{path}")));
    for parameter in ["limit", "role", "status", "after"] {
        requests.push(root.request("GET", &format!("/users?{parameter}={path}")));
        requests.push(alice.request("GET", &format!("/user/me/sessions?{parameter}={path}")));
    }
    named.push(root.request("GET", &format!("/users?{path}=1")));
    let word = CANARY.replace(' ', "-");
    requests.push(client.request(&word, "/user/me"));
    let headers = [
        "Authorization",
        "Cookie",
        "If-Match",
        "If-None-Match",
        "Accept",
        "Accept-Encoding",
        "Referer",
        "Origin",
        "Expect",
        "X-Password",
        "X-Real-IP",
        "X-Forwarded-For",
        "Range",
        "Content-Encoding",
    ];
    for header in headers {
        for value in [word.clone(), format!("\"{CANARY}\""), format!("Bearer {CANARY}"), format!("Bearer ust_{word}")] {
            let data = json!({"data": {"is": "harmless"}});
            requests.push(alice.request("PUT", "/user/me").json(&data).header(header, &value));
            requests.push(alice.request("GET", "/user/me").header(header, &value));
        }
    }
    let attempt = |is_named| move |request| Attempt { request, is_named };
    requests.into_iter().map(attempt(false)).chain(named.into_iter().map(attempt(true))).collect()
}

/// What is no request, or is one that breaks off.
pub(crate) fn broken() -> Vec<String> {
    let c = CANARY;
    let word = c.replace(' ', "-");
    vec![
        format!("{c}\r\n\r\n"),
        format!("{c} {c} {c}\r\n\r\n"),
        format!("GET /{word} HTTP/9.9\r\n\r\n"),
        format!("GET / HTTP/1.1\r\n{c}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {c}\r\nConnection: close\r\n\r\n"),
        format!("GET http://{word}@x/{word} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        format!("POST /auth HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {c}\r\n\r\n{c}"),
        format!("POST /auth HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: {c}\r\n\r\n{c}"),
        format!(
            "POST /auth HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Transfer-Encoding: chunked\r\n\r\n5;{c}\r\n{{\"a\":\r\n{c}\r\n"
        ),
        format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: {}\r\n\r\n", c.repeat(20_000)),
    ]
}
