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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::task::{JoinHandle, yield_now};

    use super::super::life::{Listed, Open, Patience};
    use super::*;
    use crate::every_answer::EveryAnswer;

    const ANSWER: Duration = Duration::from_secs(30);
    const NEARLY: Duration = Duration::from_millis(29_999);
    /// What is on the way between the two.
    const ROOM: usize = 4096;
    const LENGTH: usize = 20 * ROOM;

    /// A connection that hands over an answer.
    struct Answering {
        open: Arc<Open>,
        task: JoinHandle<io::Result<()>>,
        client: DuplexStream,
        passed: Duration,
        _listed: Listed,
    }

    impl Answering {
        fn start(phase: Phase) -> Self {
            let open = Open::new(Arc::default(), EveryAnswer { over_tls: false, by_origin: false });
            let (life, listed) = open.add();
            let (server, client) = duplex(ROOM);
            let mut stream = Stream::new(server, Arc::clone(&life));
            life.enter(phase);
            let task = tokio::spawn(async move { stream.write_all(&vec![b'x'; LENGTH]).await });
            life.belongs_to(task.abort_handle());
            Self { open, task, client, passed: Duration::ZERO, _listed: listed }
        }

        /// Lets so much time pass, after what can be written is.
        async fn wait(&mut self, time: Duration) {
            yield_now().await;
            self.passed += time;
            let never = Duration::MAX;
            self.open.close_late_after(self.passed, Patience { idle: never, head: never, answer: ANSWER });
            yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_client_that_takes_an_answer_slowly_is_not_cut_off() {
        for phase in [Phase::Answering, Phase::Given] {
            let mut answering = Answering::start(phase);
            for _ in 0..LENGTH / ROOM {
                answering.wait(NEARLY).await;
                assert_eq!(answering.client.read_exact(&mut [0; ROOM]).await.unwrap(), ROOM, "{phase:?}");
            }
            assert!(answering.task.await.unwrap().is_ok(), "{phase:?}");
        }
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_of_an_answer_is_cut_off() {
        for phase in [Phase::Answering, Phase::Given] {
            let mut answering = Answering::start(phase);
            answering.wait(NEARLY).await;
            assert!(!answering.task.is_finished(), "{phase:?}");
            answering.wait(Duration::from_millis(1)).await;
            assert!(answering.task.is_finished(), "{phase:?}");
            assert!(answering.task.await.unwrap_err().is_cancelled(), "{phase:?}");
            let mut told = Vec::new();
            answering.client.read_to_end(&mut told).await.unwrap();
            assert_eq!(told.len(), ROOM, "{phase:?}");
        }
    }
}
