//! A network between two programs that can be slow, dead or cut.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

/// How a network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// It carries everything at once.
    Good,
    /// Whatever is said arrives so much later, answers too: a round trip takes twice as long.
    Slow(Duration),
    /// Nothing arrives, and nobody is told: what was said meanwhile arrives once it is better.
    BlackHole,
    /// Connections break, and new ones do as soon as they are made.
    Cut,
}

/// A port of the loopback behind which there is another one, with a network between them. It is gone when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    network: watch::Sender<Network>,
    thread: Option<JoinHandle<()>>,
    stop: Option<oneshot::Sender<()>>,
}

impl Proxy {
    /// One to this address, with a good network.
    #[must_use]
    pub fn to(target: SocketAddr) -> Self {
        let (network, seen) = watch::channel(Network::Good);
        let (stop, stopped) = oneshot::channel();
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = carry(&listener, target, &seen) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, network, thread: Some(thread), stop: Some(stop) }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Makes the network better or worse, for the connections that are there, too.
    pub fn set(&self, network: Network) {
        self.network.send_replace(network);
    }

    /// This URL, with the proxy in the place of its host and port.
    #[must_use]
    pub fn instead(&self, url: &str) -> String {
        let (scheme, rest) = url.split_once("://").expect("a URL");
        let (authority, path) =
            rest.split_once('/').map_or((rest, String::new()), |(it, path)| (it, format!("/{path}")));
        let user = authority.rsplit_once('@').map_or(String::new(), |(user, _)| format!("{user}@"));
        format!("{scheme}://{user}{}{path}", self.address)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

async fn carry(listener: &TcpListener, target: SocketAddr, network: &watch::Receiver<Network>) {
    while let Ok((near, _)) = listener.accept().await {
        if *network.borrow() == Network::Cut {
            continue;
        }
        let network = network.clone();
        tokio::spawn(async move {
            let Ok(far) = TcpStream::connect(target).await else { return };
            for stream in [&near, &far] {
                stream.set_nodelay(true).unwrap();
            }
            let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
            let mut cut = network.clone();
            // Whichever ends first ends the connection, both ways.
            tokio::select! {
                () = one_way(near_read, far_write, network.clone()) => {}
                () = one_way(far_read, near_write, network) => {}
                _ = cut.wait_for(|network| *network == Network::Cut) => {}
            }
        });
    }
}

/// Carries what is said in one direction, until it ends: each piece at its time, so that a slow network is late and not
/// narrow.
async fn one_way(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, network: watch::Receiver<Network>) {
    let (under_way, mut arriving) = mpsc::channel::<(Instant, Vec<u8>)>(1024);
    let mut holes = network.clone();
    let leave = async {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            let delay = if let Network::Slow(delay) = *network.borrow() { delay } else { Duration::ZERO };
            if under_way.send((Instant::now() + delay, buffer[..read].to_vec())).await.is_err() {
                break;
            }
        }
        drop(under_way);
    };
    let arrive = async {
        while let Some((due, piece)) = arriving.recv().await {
            tokio::time::sleep_until(due).await;
            if holes.wait_for(|network| *network != Network::BlackHole).await.is_err()
                || to.write_all(&piece).await.is_err()
            {
                break;
            }
        }
    };
    tokio::join!(leave, arrive);
}
