//! TLS of both ends (TS 33.501 13.1, 13.3; TS 33.210 6.2, TS 33.203 Annex O): 1.2 and 1.3 with ALPN, and certificates of the peer
//! where wanted; all of it exchanged while it is used.

use crate::validity::first_end;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// What is spoken over TLS, by the name that ALPN has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alpn {
    /// HTTP/2 (RFC 9113 3.2).
    H2,
    /// HTTP/1.1 (RFC 7301 6).
    Http11,
    /// SIP (RFC 7443 3).
    Sip,
}

impl Alpn {
    fn protocols(self) -> Vec<Vec<u8>> {
        vec![match self {
            Self::H2 => b"h2".to_vec(),
            Self::Http11 => b"http/1.1".to_vec(),
            Self::Sip => b"sip/2".to_vec(),
        }]
    }
}

/// Why certificates and keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// What is no PEM, or has none of what it should have.
    #[error("{what}: {reason}")]
    Pem {
        /// Which of the inputs.
        what: &'static str,
        /// The parser's words.
        reason: String,
    },
    /// The key does not belong to the certificate, or the like.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
    /// The authorities of clients cannot be used.
    #[error("client authorities: {0}")]
    Clients(String),
    /// There is neither an authority nor a pinned certificate.
    #[error("no peer would be believed: name authorities, or the certificates of peers")]
    Nobody,
}

/// A configuration of TLS, which may be exchanged while it is used: all clones have the new one, for connections that begin
/// afterwards. Those of before stay as they are. Nothing is resumed across: sessions are remembered by a configuration.
#[derive(Clone)]
pub struct Tls<T>(watch::Sender<Current<T>>);

/// What new connections use.
#[derive(Clone)]
struct Current<T> {
    config: T,
    /// Of our own certificate.
    ends: Option<Duration>,
}

/// TLS of a server.
pub type ServerTls = Tls<Arc<ServerConfig>>;

/// TLS of a client.
pub type ClientTls = Tls<Arc<ClientConfig>>;

impl<T: Clone> Tls<T> {
    /// One whose own certificate is the first of a chain, if it has one.
    pub(crate) fn of(config: T, own: &[CertificateDer<'_>]) -> Self {
        let ends = first_end(own);
        Self(watch::Sender::new(Current { config, ends }))
    }

    /// What a connection that begins now uses.
    pub(crate) fn current(&self) -> T {
        self.0.borrow().config.clone()
    }

    /// Connections that begin from now on, of all clones, use what this other one has now.
    pub fn renew(&self, fresh: &Self) {
        let current = fresh.0.borrow().clone();
        self.0.send_replace(current);
    }

    /// When our own certificate ends, or the first of its chain, since 1970. None if there is none, or it does not say.
    #[must_use]
    pub fn ends(&self) -> Option<Duration> {
        self.0.borrow().ends
    }
}

impl<T> fmt::Debug for Tls<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

impl ServerTls {
    /// Of a certificate with its chain and its private key (PEM). With `client_authorities` every client must show a
    /// certificate that one of them issued.
    ///
    /// # Errors
    /// See [`TlsError`].
    pub fn from_pem(
        alpn: Alpn,
        certificates: &[u8],
        key: &[u8],
        client_authorities: Option<&[u8]>,
    ) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        let builder = match client_authorities {
            None => builder.with_no_client_auth(),
            Some(authorities) => {
                let roots = Arc::new(read_roots(authorities)?);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider)
                    .build()
                    .map_err(|error| TlsError::Clients(error.to_string()))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let own = read_certificates(certificates)?;
        let mut config = builder.with_single_cert(own.clone(), read_key(key)?)?;
        config.alpn_protocols = alpn.protocols();
        Ok(Self::of(Arc::new(config), &own))
    }

    /// What a connection that begins now uses, for a listener of another crate.
    #[must_use]
    pub fn config(&self) -> Arc<ServerConfig> {
        self.current()
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current())
    }
}

impl ClientTls {
    /// Of the authorities that are trusted (PEM) and, where servers ask for one, a certificate with its private key.
    ///
    /// # Errors
    /// See [`TlsError`].
    pub fn from_pem(
        alpn: Alpn,
        authorities: &[u8],
        identity: Option<(&[u8], &[u8])>,
    ) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(read_roots(authorities)?);
        let (mut config, own) = match identity {
            None => (builder.with_no_client_auth(), Vec::new()),
            Some((certificates, key)) => {
                let own = read_certificates(certificates)?;
                (builder.with_client_auth_cert(own.clone(), read_key(key)?)?, own)
            }
        };
        config.alpn_protocols = alpn.protocols();
        Ok(Self::of(Arc::new(config), &own))
    }

    pub(crate) fn connector(&self) -> TlsConnector {
        TlsConnector::from(self.current())
    }
}

/// The name in a certificate that an authority must show: its host.
pub(crate) fn server_name(authority: &str) -> Option<ServerName<'static>> {
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    ServerName::try_from(host.to_owned()).ok()
}

fn pem(what: &'static str, reason: impl fmt::Display) -> TlsError {
    TlsError::Pem {
        what,
        reason: reason.to_string(),
    }
}

pub(crate) fn read_certificates(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(text)
        .collect::<Result<_, _>>()
        .map_err(|error| pem("certificate", error))?;
    if certificates.is_empty() {
        return Err(pem("certificate", "there is none"));
    }
    Ok(certificates)
}

pub(crate) fn read_key(text: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(text).map_err(|error| pem("private key", error))
}

pub(crate) fn read_roots(text: &[u8]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in read_certificates(text)? {
        roots.add(certificate)?;
    }
    Ok(roots)
}
