//! One request and its answer: out of HTTP, through the routes, and back.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Response, StatusCode};
use rocket::http::uri::Origin;
use rocket::http::{Header, Method};
use rocket::local::asynchronous::{Client, LocalRequest, LocalResponse};

use super::answer::Answer;
use super::fault::Fault;
use super::life::{Life, Phase};
use super::{Front, body, head};
use crate::begun::Begun;
use crate::edge::nowhere;
use crate::exported;

/// Headers that are never guessed at: where one of them is not text, the request is refused.
const EXACT: &[&str] =
    &["authorization", "content-encoding", "content-type", "forwarded", "if-match", "if-none-match", "x-forwarded-for"];

/// Works on a request, to the end even if its client leaves meanwhile.
pub(super) async fn answer(
    front: &Front,
    peer: SocketAddr,
    life: Arc<Life>,
    request: hyper::Request<Incoming>,
) -> Response<Answer> {
    life.enter(Phase::Serving);
    let (parts, incoming) = request.into_parts();
    let mut request = addressed(&front.router, &parts);
    request.set_remote(peer);
    let head = add_headers(&mut request, &parts.headers).and_then(|()| head::check(&parts));
    if let Err(fault) = head {
        fault.note(&request);
        request.set_uri(nowhere());
    }
    match body::receive(&parts.headers, incoming, front.limits.body).await {
        Ok(body) if body.is_empty() => {}
        Ok(body) => request.set_body(&*body),
        Err(fault) => fault.note(&request),
    }
    let (exported, trace) = exported::of(&request);
    let begun = Begun::now(&request, trace);
    let span = begun.span(&request);
    // Pinned, lest what works on the request be moved with every layer around it.
    let dispatched = pin!(request.dispatch());
    let answered = begun.during(span, exported, dispatched).await;
    let mut answer = shown(answered, &parts, front.is_stopping(), Arc::clone(&life)).await;
    life.every_answer().complete(answer.headers_mut());
    life.enter(Phase::Answering);
    answer
}

/// A request for the routes, without its headers and its body. A method that nobody has heard of is one that no route
/// knows, and an address that is none leads nowhere.
fn addressed<'r>(router: &'r Client, parts: &'r Parts) -> LocalRequest<'r> {
    let method = match parts.method {
        hyper::Method::GET => Method::Get,
        hyper::Method::HEAD => Method::Head,
        hyper::Method::OPTIONS => Method::Options,
        hyper::Method::POST => Method::Post,
        hyper::Method::PUT => Method::Put,
        hyper::Method::PATCH => Method::Patch,
        hyper::Method::DELETE => Method::Delete,
        hyper::Method::TRACE => Method::Trace,
        _ => Method::Connect,
    };
    let address = parts.uri.path_and_query().map_or("/", |address| address.as_str());
    let address = match address.strip_prefix('?') {
        // What follows a host may be a query alone.
        Some(_) => Origin::parse_owned(format!("/{address}")),
        None => Origin::parse(address),
    };
    router.req(method, address.unwrap_or_else(|_| nowhere()))
}

fn add_headers<'r>(request: &mut LocalRequest<'r>, headers: &'r HeaderMap) -> Result<(), Fault> {
    for (name, value) in headers {
        match std::str::from_utf8(value.as_bytes()) {
            Ok(value) => request.inner_mut().add_header(Header::new(name.as_str(), value)),
            Err(_) if EXACT.contains(&name.as_str()) => return Err(Fault::Header),
            Err(_) => {}
        }
    }
    Ok(())
}

/// The answer, as HTTP has it.
async fn shown(answered: LocalResponse<'_>, parts: &Parts, last: bool, life: Arc<Life>) -> Response<Answer> {
    let mut headers = HeaderMap::with_capacity(16);
    for header in answered.headers().iter() {
        let name = HeaderName::from_bytes(header.name().as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(header.value())) {
            headers.append(name, value);
        }
    }
    if last {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if parts.method == hyper::Method::HEAD
        && let Some(length) = answered.body().preset_size()
    {
        headers.insert(CONTENT_LENGTH, length.into());
    }
    let status = StatusCode::from_u16(answered.status().code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // Whatever an answer holds was made in memory: it does not break off.
    let body = answered.into_bytes().await.unwrap_or_default();
    let mut answer = Response::new(Answer::new(body, life));
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    answer
}
