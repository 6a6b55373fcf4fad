//! The body of an answer.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};

use super::life::{Life, Phase};

/// The bytes of an answer. When it is dropped, all of them were handed over.
pub(super) struct Answer {
    bytes: Option<Bytes>,
    life: Arc<Life>,
}

impl Answer {
    pub(super) fn new(bytes: Vec<u8>, life: Arc<Life>) -> Self {
        Self { bytes: Some(bytes).filter(|bytes| !bytes.is_empty()).map(Bytes::from), life }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.life.enter(Phase::Given);
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
