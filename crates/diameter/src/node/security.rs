//! What TLS proved of a peer, and what a peer must have proved before it is believed (RFC 6733 5.2, 13.1).
//!
//! TLS says that whoever is at the other end holds the key of a certificate; that the certificate is the peer's, the node says
//! when CER or CEA names the peer: an authority's certificate alone would let any of its holders be every other.

use super::refusal::Refusal;
use super::{ConnectionId, Node, PeerConfig, PeerId};
use crate::ResultCode;
use std::fmt;

/// Most names that are kept of a certificate: a node has one or two.
const MAX_NAMES: usize = 64;

/// SHA-256 of a certificate in DER, as `openssl x509 -fingerprint -sha256` says it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

/// The certificate of a connection, which TLS has verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Which.
    pub fingerprint: Fingerprint,
    /// Its subjectAltName entries of type dNSName.
    pub names: Vec<String>,
}

/// What a peer must prove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PeerSecurity {
    /// Nothing, without TLS; with it a certificate that names the Origin-Host.
    #[default]
    Any,
    /// A certificate that names the Origin-Host.
    Named,
    /// One of these certificates, whatever names they have.
    Pinned(Vec<Fingerprint>),
}

impl Certificate {
    /// Whether it names a node; a wildcard names none (RFC 6125 6.4.3 leaves that to the application).
    fn is_of(&self, identity: &str) -> bool {
        self.names
            .iter()
            .take(MAX_NAMES)
            .any(|name| name.trim_end_matches('.').eq_ignore_ascii_case(identity))
    }
}

/// What a peer did not prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// It is expected over TLS, and came without.
    #[error("this peer is expected over TLS")]
    NoTls,
    /// Another certificate than those pinned.
    #[error("this peer is expected with another certificate")]
    OtherCertificate,
    /// A certificate of other names.
    #[error("the certificate does not name this Origin-Host")]
    OtherName,
}

impl From<Unproven> for Refusal {
    fn from(unproven: Unproven) -> Self {
        let result = match unproven {
            Unproven::NoTls => ResultCode::NO_COMMON_SECURITY,
            Unproven::OtherCertificate | Unproven::OtherName => ResultCode::UNKNOWN_PEER,
        };
        Self {
            unproven: Some(unproven),
            ..Self::new(result, &unproven.to_string())
        }
    }
}

impl PeerSecurity {
    /// Whether a connection proved what it must, to be this peer.
    fn check(&self, identity: &str, certificate: Option<&Certificate>) -> Result<(), Unproven> {
        match (self, certificate) {
            (Self::Any, None) => Ok(()),
            (Self::Named | Self::Pinned(_), None) => Err(Unproven::NoTls),
            (Self::Pinned(pins), Some(shown)) if !pins.contains(&shown.fingerprint) => {
                Err(Unproven::OtherCertificate)
            }
            (Self::Any | Self::Named, Some(shown)) if !shown.is_of(identity) => Err(Unproven::OtherName),
            (_, Some(_)) => Ok(()),
        }
    }
}

impl Node {
    /// TLS was set up on a connection, and this is the peer's certificate: say so before its first message.
    pub fn secured(&mut self, id: ConnectionId, certificate: Certificate) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.certificate = Some(certificate);
        }
    }

    /// What a peer must prove from now on, whenever it connects. A connection that it has stays: it proved what was asked for then.
    pub fn expect_of(&mut self, peer: PeerId, security: PeerSecurity) {
        if let Some(peer) = self
            .peers
            .get_mut(peer.index as usize)
            .filter(|known| known.id == peer)
        {
            peer.config.security = security;
        }
    }

    /// Whether who is at the other end of a connection may be this peer.
    pub(super) fn check_security(
        &self,
        id: ConnectionId,
        config: Option<&PeerConfig>,
        identity: &str,
    ) -> Result<(), Unproven> {
        let certificate = self.connections.get(&id).and_then(|c| c.certificate.as_ref());
        let security = config.map_or(&PeerSecurity::Any, |config| &config.security);
        security.check(identity, certificate)
    }
}
