//! TLS from files, which are read again when they change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A certificate with its chain, and its key: PEM files.
pub(super) struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<(TlsAcceptor, Stamp)>,
}

/// When the files were changed last.
type Stamp = [Option<SystemTime>; 2];

impl Tls {
    pub(super) fn read(certificate: PathBuf, key: PathBuf) -> Result<Self, String> {
        let stamp = stamp(&certificate, &key);
        let acceptor = acceptor(&certificate, &key)?;
        Ok(Self { certificate, key, current: RwLock::new((acceptor, stamp)) })
    }

    /// What shakes hands with the next client.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.current.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Reads the files again if they have changed. As long as they make no sense, as in the middle of being replaced, the
    /// last that did are used.
    pub(super) fn refresh(&self) {
        let stamp = stamp(&self.certificate, &self.key);
        if self.current.read().unwrap_or_else(PoisonError::into_inner).1 == stamp {
            return;
        }
        let read = acceptor(&self.certificate, &self.key);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.1 = stamp;
        match read {
            Ok(acceptor) => {
                current.0 = acceptor;
                tracing::info!("the files of server.tls_cert and server.tls_key were read again");
            }
            Err(error) => tracing::error!("the certificate stays as it was: {error}"),
        }
    }
}

fn stamp(certificate: &Path, key: &Path) -> Stamp {
    [certificate, key].map(|path| path.metadata().and_then(|file| file.modified()).ok())
}

fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, String> {
    let unfit = |setting: &str, path: &Path, error: &dyn std::fmt::Display| {
        format!("{setting}: {} cannot be used: {error}; it has to be a PEM file", path.display())
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unfit("server.tls_cert", certificate, &error))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unfit("server.tls_key", key, &error))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| format!("server.tls_cert and server.tls_key do not go together: {error}"))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
