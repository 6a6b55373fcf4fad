//! Takes connections in, as many as there may be.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use super::life::{Life, Phase};
use super::stream::Stream;
use super::{Front, exchange};

/// How long is waited for a connection to go that was told to.
const LEAVING: Duration = Duration::from_millis(50);

/// How long is looked for a connection that has come already.
const ARRIVED: Duration = Duration::from_millis(10);

/// How long those that have come already are taken.
const LAST: Duration = Duration::from_millis(50);

/// The longest head of a request, in bytes.
const HEAD: usize = 64 * 1024;

/// Takes connections, for as long as this is awaited.
pub(super) async fn forever(front: &Arc<Front>, listener: &TcpListener, places: &Arc<Semaphore>) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => take(front, stream, peer, place(front, places).await),
            Err(error) => overcome(front, &error).await,
        }
    }
}

/// Takes those that have come already, for a moment: others may come meanwhile for ever.
pub(super) async fn rest(front: &Arc<Front>, listener: &TcpListener, places: &Arc<Semaphore>) {
    let end = Instant::now() + LAST;
    while Instant::now() < end
        && let Ok(place) = Arc::clone(places).try_acquire_owned()
        && let Ok(Ok((stream, peer))) = timeout(ARRIVED, listener.accept()).await
    {
        take(front, stream, peer, place);
    }
}

/// A place for one more connection. Where there is none, the one that has done nothing for longest makes room.
async fn place(front: &Front, places: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    loop {
        if let Ok(place) = Arc::clone(places).try_acquire_owned() {
            return place;
        }
        front.open.close_idlest();
        // Where all of them are at work, the next one waits.
        if let Ok(Ok(place)) = timeout(LEAVING, Arc::clone(places).acquire_owned()).await {
            return place;
        }
    }
}

/// Goes on where a connection could not be taken: its client has gone, or there is no file descriptor left.
async fn overcome(front: &Front, error: &io::Error) {
    if matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::Interrupted
    ) {
        return;
    }
    tracing::warn!(%error, "a connection could not be taken; more file descriptors may help (ulimit -n)");
    front.open.close_idlest();
    sleep(LEAVING).await;
}

fn take(front: &Arc<Front>, stream: TcpStream, peer: SocketAddr, place: OwnedSemaphorePermit) {
    // Slower, but no less right, without it.
    let _ = stream.set_nodelay(true);
    let (life, listed) = front.open.add();
    let (front, own) = (Arc::clone(front), Arc::clone(&life));
    let task = tokio::spawn(async move {
        let _open = (place, listed);
        match front.tls.as_deref().map(super::Tls::acceptor) {
            None => serve(front, stream, peer, own).await,
            Some(acceptor) => {
                own.enter(Phase::Head);
                // Hands that are not shaken are the client's affair.
                if let Ok(stream) = acceptor.accept(stream).await {
                    own.enter(Phase::Idle);
                    serve(front, stream, peer, own).await;
                }
            }
        }
    });
    life.belongs_to(task.abort_handle());
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(front: Arc<Front>, stream: S, peer: SocketAddr, life: Arc<Life>) {
    let stream = TokioIo::new(Stream::new(stream, Arc::clone(&life)));
    let service = service_fn(move |request| {
        let (front, life) = (Arc::clone(&front), Arc::clone(&life));
        async move { Ok::<_, std::convert::Infallible>(exchange::answer(&front, peer, life, request).await) }
    });
    let connection = http1::Builder::new()
        // Time-outs are those of `Open`, which cost a request nothing.
        .header_read_timeout(None)
        .max_header_size(HEAD)
        // What was begun is finished, also for a client that leaves.
        .half_close(true)
        .serve_connection(stream, service);
    // A connection that breaks off is the client's affair.
    let _ = connection.await;
}
