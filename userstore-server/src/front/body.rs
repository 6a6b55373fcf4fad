//! The body of a request, received whole before the request is worked on.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::HeaderMap;
use hyper::body::{Body as _, Incoming};
use hyper::header::CONTENT_LENGTH;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::fault::Fault;
use crate::input::BODY_LIMIT;

/// How much more is read, and thrown away, so that a client that sends too much hears why.
const SURPLUS: usize = 1024 * 1024;

/// Receives a body. What is beyond the limit is thrown away, but for the one byte that tells.
pub(super) async fn receive(
    headers: &HeaderMap,
    body: Incoming,
    patience: Duration,
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if body.is_end_stream() || announced.is_some_and(|length: usize| length > BODY_LIMIT + SURPLUS) {
        return Ok(Zeroizing::default());
    }
    // With room for all of it, it is never moved.
    let room = announced.unwrap_or(BODY_LIMIT).min(BODY_LIMIT) + 1;
    timeout(patience, collect(body, room)).await.unwrap_or(Err(Fault::LateBody))
}

async fn collect(mut body: Incoming, room: usize) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    let mut received = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Fault::BrokenBody)?.into_data() else { continue };
        received += data.len();
        let fits = data.len().min(room - bytes.len());
        bytes.extend_from_slice(&data[..fits]);
        if received > BODY_LIMIT + SURPLUS {
            break;
        }
    }
    Ok(bytes)
}
