//! HTTPS from files.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tests::{Answer, Client, ServerProcess, TestServer, program};

/// Puts a new certificate and its key there, and gives what trusts it.
fn certify(folder: &Path) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    cert.der().clone()
}

/// What is answered to these bytes by whoever has this certificate; nothing where it is another's.
fn ask(client: Client, trusted: &CertificateDer<'static>, protocols: &[&[u8]], bytes: &[u8]) -> Option<Vec<u8>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let name = "localhost".try_into().unwrap();
    let socket = TcpStream::connect(client.address()).unwrap();
    let mut stream = StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), socket);
    stream.write_all(bytes).ok()?;
    let mut answer = Vec::new();
    // A server that closes need not say so.
    let _closed = stream.read_to_end(&mut answer);
    Some(answer)
}

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

fn with_tls(folder: &Path) -> TestServer {
    TestServer::with(|settings| {
        settings.server.tls_cert = Some(folder.join("cert.pem"));
        settings.server.tls_key = Some(folder.join("key.pem"));
    })
}

#[test]
fn https_is_served_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = certify(folder.path());
    let server = with_tls(folder.path());
    let answer = ask(server.client(), &trusted, &[b"h2", b"http/1.1"], GET).unwrap();
    let home = Answer::read("GET", "/", &answer).is(200);
    assert_eq!(home.header("Strict-Transport-Security"), Some("max-age=31536000"));
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(70 * 1024));
    let refused = ask(server.client(), &trusted, &[], long.as_bytes()).unwrap();
    let refused = Answer::read("GET", "/", &refused).refused(400, "malformed_request");
    refused.check();
    assert_eq!(refused.header("Strict-Transport-Security"), Some("max-age=31536000"));
    // In clear text nothing is said there.
    assert!(!server.client().raw(GET).starts_with(b"HTTP"));
}

#[test]
fn a_certificate_that_is_replaced_is_used_and_one_that_makes_no_sense_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let first = certify(folder.path());
    let server = with_tls(folder.path());
    assert!(ask(server.client(), &first, &[], GET).is_some());
    let second = certify(folder.path());
    let begun = std::time::Instant::now();
    while ask(server.client(), &second, &[], GET).is_none() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the new certificate is not used");
    }
    assert!(ask(server.client(), &first, &[], GET).is_none());
    fs::write(folder.path().join("cert.pem"), "none").unwrap();
    let begun = std::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(1) {
        assert!(ask(server.client(), &second, &[], GET).is_some());
    }
}

#[test]
fn clear_text_on_a_public_address_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for (host, told) in [("0.0.0.0", true), ("127.0.0.1", false)] {
        let server =
            ServerProcess::with(&folder.path().join("users.db"), [("HOST", host), ("USERSTORE_LOG_LEVEL", "info")]);
        let (_, log) = server.stop();
        assert_eq!(log.contains("clear text"), told, "{host}: {log}");
    }
}

#[test]
fn a_server_that_speaks_tls_can_be_asked_whether_it_is_well() {
    let folder = tempfile::tempdir().unwrap();
    let _trusted = certify(folder.path());
    let server = with_tls(folder.path());
    let check = |folder: &Path| {
        let mut command = std::process::Command::new(program("userstore-server"));
        command.env_clear().current_dir(folder).arg("--check-health");
        command.env("PORT", server.client().address().port().to_string());
        command.env("USERSTORE_SERVER_TLS_CERT", "cert.pem").env("USERSTORE_SERVER_TLS_KEY", "key.pem");
        command.output().unwrap().status.code()
    };
    assert_eq!(check(folder.path()), Some(0));
    // Another server, which has taken the port, is not the one that is asked for.
    let other = tempfile::tempdir().unwrap();
    let _other = certify(other.path());
    assert_eq!(check(other.path()), Some(1));
}
