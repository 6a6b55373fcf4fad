//! The bytes of a connection: notes what it is doing, and completes what the HTTP library refuses by itself.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::life::{Life, Phase};
use super::refusal;

/// A connection, in clear text or not.
pub(super) struct Stream<S> {
    inner: S,
    life: Arc<Life>,
    /// What is still to be written in the place of a bare refusal, and how much of it has been.
    refusal: Option<(Vec<u8>, usize)>,
}

impl<S> Stream<S> {
    pub(super) fn new(inner: S, life: Arc<Life>) -> Self {
        Self { inner, life, refusal: None }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Stream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buffer))?;
        if buffer.filled().len() > before && self.life.phase() == Phase::Idle {
            self.life.enter(Phase::Head);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Stream<S> {
    /// Writes the refusal that is still to be written.
    fn poll_refuse(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some((bytes, written)) = &mut self.refusal {
            match ready!(Pin::new(&mut self.inner).poll_write(cx, &bytes[*written..]))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                more => *written += more,
            }
            if *written == bytes.len() {
                self.refusal = None;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_refuse(cx))?;
        // While no request is being answered, it is the library that answers.
        if matches!(self.life.phase(), Phase::Idle | Phase::Head)
            && let Some(refusal) = refusal::instead_of(bytes, self.life.every_answer())
        {
            self.life.enter(Phase::Given);
            self.life.count_refusal(refusal::STATUS);
            self.refusal = Some((refusal, 0));
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = ready!(Pin::new(&mut self.inner).poll_write(cx, bytes))?;
        // A client that takes an answer slowly takes it.
        self.life.enter(self.life.phase());
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_refuse(cx))?;
        ready!(Pin::new(&mut self.inner).poll_flush(cx))?;
        if self.life.phase() == Phase::Given {
            self.life.enter(Phase::Idle);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_refuse(cx))?;
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
