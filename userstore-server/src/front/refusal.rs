//! What the HTTP library refuses by itself, as the problem it should be.

use std::io::Write as _;

use crate::every_answer::EveryAnswer;
use crate::problem::Problem;
use crate::{access_log, request_id};

/// What they are all answered with.
pub(super) const STATUS: u16 = 400;

/// The answer to send instead of this one, which the library has written of itself: it is bare.
pub(super) fn instead_of(answer: &[u8], every_answer: EveryAnswer) -> Option<Vec<u8>> {
    let detail = match answer.strip_prefix(b"HTTP/1.1 ")?.first_chunk()? {
        b"400" => "the request could not be read; correct its method, address or headers",
        b"414" => "the address is too long; send 64 KiB at most",
        b"431" => "the headers are too long, or too many; send 100 at most, and 64 KiB in all",
        _ => return None,
    };
    let id = request_id::fresh();
    let body = Problem::malformed_request(detail).to_json(&id);
    let mut bytes = Vec::with_capacity(512);
    // A vector takes all that is written to it.
    let _ = write!(
        bytes,
        "HTTP/1.1 {STATUS} Bad Request\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\n\
         {}{}: {id}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        every_answer.written(),
        request_id::HEADER,
        body.len(),
    );
    bytes.extend_from_slice(&body);
    access_log::write_unread(STATUS, &id);
    Some(bytes)
}
