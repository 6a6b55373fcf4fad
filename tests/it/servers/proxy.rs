//! A network that is slow, dead or cut.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use tests::{Network, Proxy};

use super::{LONG, SHORT, connect};

/// A server that says everything back.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut from, mut to) = (stream.as_ref().unwrap().try_clone().unwrap(), stream.unwrap());
            std::thread::spawn(move || std::io::copy(&mut from, &mut to));
        }
    });
    address
}

/// How long a round trip takes; nothing where it does not come to an end.
fn round_trip(stream: &mut TcpStream) -> Option<Duration> {
    let start = Instant::now();
    stream.write_all(b"hello").ok()?;
    let mut heard = [0; 5];
    stream.read_exact(&mut heard).ok()?;
    assert_eq!(&heard, b"hello");
    Some(start.elapsed())
}

#[test]
fn a_good_network_carries_everything() {
    let proxy = Proxy::to(echo());
    let mut stream = connect(proxy.address(), LONG);
    assert!(round_trip(&mut stream).is_some());
    let much: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let mut heard = vec![0; much.len()];
    let mut reader = stream.try_clone().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| stream.write_all(&much).unwrap());
        reader.read_exact(&mut heard).unwrap();
    });
    assert!(heard == much);
}

#[test]
fn a_slow_network_is_late_and_not_narrow() {
    let proxy = Proxy::to(echo());
    let mut stream = connect(proxy.address(), LONG);
    let delay = Duration::from_millis(100);
    proxy.set(Network::Slow(delay));
    assert!(round_trip(&mut stream).unwrap() >= 2 * delay);
    let start = Instant::now();
    for _ in 0..50 {
        stream.write_all(b"hello").unwrap();
        std::thread::sleep(Duration::from_millis(1));
    }
    stream.read_exact(&mut [0; 250]).unwrap();
    assert!(start.elapsed() < 20 * delay, "{:?}", start.elapsed());
    proxy.set(Network::Good);
    assert!(round_trip(&mut stream).is_some());
}

#[test]
fn nothing_comes_out_of_a_black_hole_until_it_is_gone() {
    let proxy = Proxy::to(echo());
    let mut stream = connect(proxy.address(), SHORT);
    assert!(round_trip(&mut stream).is_some());
    proxy.set(Network::BlackHole);
    assert_eq!(round_trip(&mut stream), None);
    assert_eq!(round_trip(&mut connect(proxy.address(), SHORT)), None, "a new connection");
    proxy.set(Network::Good);
    stream.set_read_timeout(Some(LONG)).unwrap();
    let mut heard = [0; 5];
    stream.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"hello", "what was said meanwhile");
}

#[test]
fn connections_over_a_cut_network_break() {
    let proxy = Proxy::to(echo());
    let mut stream = connect(proxy.address(), LONG);
    assert!(round_trip(&mut stream).is_some());
    proxy.set(Network::Cut);
    assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0, "it ends at once");
    assert_eq!(round_trip(&mut connect(proxy.address(), LONG)), None, "a new connection");
    proxy.set(Network::Good);
    assert!(round_trip(&mut connect(proxy.address(), LONG)).is_some());
    let (address, last) = (proxy.address(), connect(proxy.address(), LONG));
    drop(proxy);
    TcpStream::connect(address).expect_err("it is gone");
    drop(last);
}

#[test]
fn it_takes_the_place_of_a_host_in_a_url() {
    let proxy = Proxy::to(([127, 0, 0, 1], 1).into());
    let address = proxy.address();
    for (url, instead) in [
        ("redis://127.0.0.1:6379", format!("redis://{address}")),
        ("redis://127.0.0.1:6379/2", format!("redis://{address}/2")),
        ("postgres://a:b@127.0.0.1:5432/c?x=y", format!("postgres://a:b@{address}/c?x=y")),
    ] {
        assert_eq!(proxy.instead(url), instead);
    }
}
