//! TLS between Diameter peers (RFC 6733 13.1): 1.3, certificates on both sides, verified by authorities or pinned.
//!
//! What is proven here is that the other end holds a certificate that an authority of ours issued, or that is one of those pinned;
//! whose it must be, the node decides when the peer says who it is ([`PeerSecurity`](quintet_diameter::node::PeerSecurity)).

use crate::tls::{Tls, TlsError, read_certificates, read_key, read_roots};
use quintet_diameter::node::{Certificate, Fingerprint};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    SignatureScheme,
};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// TLS of a Diameter node: what it shows, and whom it believes.
pub type PeerTls = Tls<PeerTlsConfig>;

/// TLS of a node that connects and is connected to.
#[derive(Clone)]
pub struct PeerTlsConfig {
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
}

/// What a node shows, and whom it believes; PEM.
#[derive(Clone, Copy, Debug, Default)]
pub struct PeerTlsPem<'a> {
    /// Its certificate with the chain.
    pub certificates: &'a [u8],
    /// The certificate's private key.
    pub key: &'a [u8],
    /// Authorities that issue peers' certificates.
    pub authorities: Option<&'a [u8]>,
}

impl PeerTls {
    /// TLS of these certificates; those pinned are believed without an authority.
    ///
    /// # Errors
    /// See [`TlsError`]: also if there is neither authority nor pin, so that nobody would be believed.
    pub fn new(pem: PeerTlsPem<'_>, pins: &[Fingerprint]) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let (mut clients, mut servers): (
            Option<Arc<dyn ClientCertVerifier>>,
            Option<Arc<WebPkiServerVerifier>>,
        ) = (None, None);
        if let Some(authorities) = pem.authorities {
            let roots = Arc::new(read_roots(authorities)?);
            let wrong = |error: rustls::server::VerifierBuilderError| TlsError::Clients(error.to_string());
            clients = Some(
                WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider))
                    .build()
                    .map_err(wrong)?,
            );
            servers = Some(
                WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
                    .build()
                    .map_err(wrong)?,
            );
        } else if pins.is_empty() {
            return Err(TlsError::Nobody);
        }
        let believed = Arc::new(Believed {
            provider: Arc::clone(&provider),
            pins: pins.to_vec(),
            clients,
            servers,
        });
        let (certificates, key) = (read_certificates(pem.certificates)?, read_key(pem.key)?);
        let versions = &[&rustls::version::TLS13];
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions)?
            .with_client_cert_verifier(Arc::clone(&believed) as _)
            .with_single_cert(certificates.clone(), key.clone_key())?;
        let client = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)?
            .dangerous()
            .with_custom_certificate_verifier(believed)
            .with_client_auth_cert(certificates.clone(), key)?;
        let config = PeerTlsConfig {
            server: Arc::new(server),
            client: Arc::new(client),
        };
        Ok(Self::of(config, &certificates))
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current().server)
    }

    pub(crate) fn connector(&self) -> TlsConnector {
        TlsConnector::from(self.current().client)
    }
}

/// The fingerprint of the first certificate of a PEM file: what a peer pins.
///
/// # Errors
/// See [`TlsError`].
pub fn fingerprint(pem: &[u8]) -> Result<Fingerprint, TlsError> {
    let certificates = read_certificates(pem)?;
    Ok(fingerprint_of(&certificates[0]))
}

fn fingerprint_of(certificate: &CertificateDer<'_>) -> Fingerprint {
    Fingerprint(Sha256::digest(certificate).into())
}

/// What a verified certificate says.
pub(crate) fn certificate(shown: Option<&[CertificateDer<'_>]>) -> Option<Certificate> {
    let shown = shown?.first()?;
    let read = webpki::EndEntityCert::try_from(shown);
    let names = read.map(|read| read.valid_dns_names().map(str::to_owned).collect());
    Some(Certificate {
        fingerprint: fingerprint_of(shown),
        names: names.unwrap_or_default(),
    })
}

/// Whose certificates are believed.
struct Believed {
    provider: Arc<CryptoProvider>,
    pins: Vec<Fingerprint>,
    clients: Option<Arc<dyn ClientCertVerifier>>,
    servers: Option<Arc<WebPkiServerVerifier>>,
}

impl Believed {
    fn is_pinned(&self, certificate: &CertificateDer<'_>) -> bool {
        // Certificates are public: nothing is learnt from the time this takes.
        self.pins.contains(&fingerprint_of(certificate))
    }

    fn signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }
}

impl fmt::Debug for Believed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Believed {{ pins: {:?} }}", self.pins)
    }
}

const UNKNOWN_ISSUER: Error = Error::InvalidCertificate(CertificateError::UnknownIssuer);

/// A signature of TLS 1.2, which is not offered: nobody gets as far.
fn not_offered() -> Error {
    Error::General("TLS 1.2 is not offered".to_owned())
}

impl ServerCertVerifier for Believed {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match &self.servers {
            _ if self.is_pinned(certificate) => Ok(ServerCertVerified::assertion()),
            Some(by_authority) => {
                by_authority.verify_server_cert(certificate, intermediates, name, ocsp, now)
            }
            None => Err(UNKNOWN_ISSUER),
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(not_offered())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

impl ClientCertVerifier for Believed {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // A peer whose certificate is pinned may be of no authority of ours: it is not told which to choose.
        &[]
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        match &self.clients {
            _ if self.is_pinned(certificate) => Ok(ClientCertVerified::assertion()),
            Some(by_authority) => by_authority.verify_client_cert(certificate, intermediates, now),
            None => Err(UNKNOWN_ISSUER),
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(not_offered())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
