//! `[diameter]`: the node, its peers, and TLS between them.

use super::overload::Overload;
use super::tls::{OwnTls, Pin, peer_security};
use super::{Identity, Milliseconds, Transport};
use anyhow::{Result, bail};
use quintet_diameter::node::{Fingerprint, PeerConfig, PeerSecurity};
use quintet_runtime::PeerTls;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The Diameter node (RFC 6733).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Diameter {
    /// Origin-Host.
    pub(crate) identity: Identity,
    /// Origin-Realm.
    pub(crate) realm: Identity,
    /// Further realms whose requests are answered here.
    pub(crate) further_realms: Vec<Identity>,
    /// TCP addresses to listen on.
    pub(crate) listen: Vec<SocketAddr>,
    /// SCTP addresses to listen on.
    pub(crate) listen_sctp: Vec<SocketAddr>,
    /// Whether peers that are not listed may connect.
    pub(crate) unknown_peers: UnknownPeers,
    /// Tw of RFC 3539, ms (6 s at least).
    pub(crate) watchdog_ms: Milliseconds<6_000, 3_600_000>,
    /// Tc of RFC 6733 2.1, ms: how long after a connection ended, or could not be made, the next is tried.
    pub(crate) reconnect_ms: Milliseconds<100, 3_600_000>,
    /// How many connections at most.
    pub(crate) max_connections: usize,
    /// How many from one address: more if MMEs sit behind one NAT or proxy.
    pub(crate) max_connections_per_address: usize,
    /// The peers that are known by name.
    #[serde(rename = "peer")]
    pub(crate) peers: Vec<Peer>,
    /// Further dictionary files (`.dia`), for vendors' AVPs.
    pub(crate) dictionaries: Vec<PathBuf>,
    /// TLS, where peers have it.
    pub(crate) tls: DiameterTls,
    /// Overload.
    pub(crate) overload: Overload,
}

impl Default for Diameter {
    fn default() -> Self {
        Self {
            identity: Identity::of("hss.epc.mnc001.mcc001.3gppnetwork.org"),
            realm: Identity::of("epc.mnc001.mcc001.3gppnetwork.org"),
            further_realms: Vec::new(),
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 3868))],
            listen_sctp: Vec::new(),
            unknown_peers: UnknownPeers::Local,
            watchdog_ms: Milliseconds::new(30_000),
            reconnect_ms: Milliseconds::new(30_000),
            max_connections: 1024,
            max_connections_per_address: 64,
            peers: Vec::new(),
            dictionaries: Vec::new(),
            tls: DiameterTls::default(),
            overload: Overload::default(),
        }
    }
}

/// What becomes of a peer that is not listed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UnknownPeers {
    /// It may connect.
    Accept,
    /// It may connect from this machine; from elsewhere it gets 3010 UNKNOWN_PEER.
    Local,
    /// It gets 3010 UNKNOWN_PEER.
    Refuse,
}

/// A peer known by name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Peer {
    /// Its Origin-Host.
    pub(crate) identity: Identity,
    /// Its realm, if other than ours.
    pub(crate) realm: Option<Identity>,
    /// Where to connect to; without it the peer connects to us.
    pub(crate) connect: Option<SocketAddr>,
    /// What to connect over.
    #[serde(default)]
    pub(crate) transport: Transport,
    /// Addresses it may come from; none means any.
    #[serde(default)]
    pub(crate) from: Vec<std::net::IpAddr>,
    /// Whether it must come over TLS, with a certificate that names its identity.
    #[serde(default)]
    pub(crate) tls: bool,
    /// SHA-256 of its certificates: it must come over TLS with one of them, whoever issued it and whatever it names.
    #[serde(default)]
    pub(crate) certificate_sha256: Vec<Pin>,
    /// The applications whose requests are taken from it; absent: all.
    pub(crate) applications: Option<Vec<ApplicationName>>,
}

/// TLS between Diameter peers (RFC 6733 13.1), 1.3.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DiameterTls {
    /// Our certificate with its chain, PEM.
    pub(crate) certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub(crate) key: Option<PathBuf>,
    /// Authorities that issue peers' certificates, PEM.
    pub(crate) authorities: Option<PathBuf>,
    /// Addresses to listen on for TLS; 5868 is the port of RFC 6733 2.1.
    pub(crate) listen: Vec<SocketAddr>,
}

impl DiameterTls {
    /// What is shown and believed.
    fn own(&self) -> OwnTls {
        OwnTls {
            certificate: self.certificate.clone(),
            key: self.key.clone(),
            authorities: self.authorities.clone(),
        }
    }
}

/// A Diameter application by its name.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ApplicationName {
    /// TS 29.272.
    S6a,
    /// TS 29.229.
    Cx,
    /// TS 29.272.
    S13,
    /// TS 29.329.
    Sh,
    /// TS 29.273.
    Swx,
    /// TS 29.173.
    Slh,
    /// TS 29.338.
    S6c,
}

impl ApplicationName {
    const fn id(self) -> u32 {
        match self {
            Self::S6a => quintet_diameter::dict::application::S6A,
            Self::Cx => quintet_hss::CX,
            Self::S13 => quintet_hss::S13,
            Self::Sh => quintet_hss::SH,
            Self::Swx => quintet_hss::SWX,
            Self::Slh => quintet_hss::SLH,
            Self::S6c => quintet_hss::S6C,
        }
    }
}

impl Peer {
    /// Whether connections to it are made over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.tls || !self.certificate_sha256.is_empty()
    }

    /// What it must prove.
    pub(crate) fn security(&self) -> PeerSecurity {
        peer_security(self.tls, &self.certificate_sha256)
    }

    /// What the node is told of it.
    pub(crate) fn config(&self) -> PeerConfig {
        let applications = self.applications.as_ref();
        PeerConfig {
            identity: self.identity.as_str().to_owned(),
            realm: self.realm.as_ref().map(|realm| realm.as_str().to_owned()),
            address: self.connect,
            connect: self.connect.is_some(),
            addresses: self.from.clone(),
            security: self.security(),
            applications: applications.map(|named| named.iter().map(|name| name.id()).collect()),
        }
    }
}

impl Diameter {
    pub(super) fn check(&self) -> Result<()> {
        let listens = !self.listen.is_empty() || !self.listen_sctp.is_empty();
        if !listens && self.peers.iter().all(|peer| peer.connect.is_none()) {
            bail!(
                "diameter.listen and diameter.listen_sctp are empty and no [[diameter.peer]] has `connect`: nobody could \
                 reach this node"
            );
        }
        for (key, value) in [
            ("max_connections", self.max_connections),
            ("max_connections_per_address", self.max_connections_per_address),
        ] {
            if value == 0 {
                bail!("diameter.{key} = 0: allowed is 1 or more");
            }
        }
        for (n, peer) in self.peers.iter().enumerate() {
            if self.peers[..n]
                .iter()
                .any(|other| other.identity == peer.identity)
            {
                bail!(
                    "two [[diameter.peer]] entries have the identity {:?}: each peer once",
                    peer.identity.as_str()
                );
            }
            if peer.identity == self.identity {
                bail!(
                    "a [[diameter.peer]] has this node's own identity {:?}",
                    peer.identity.as_str()
                );
            }
        }
        self.overload.check()?;
        self.check_tls()
    }

    fn check_tls(&self) -> Result<()> {
        let tls = &self.tls;
        let mut secured = self.peers.iter().filter(|peer| peer.is_secure());
        if let Some(peer) = secured.find(|peer| peer.connect.is_some() && peer.transport == Transport::Sctp) {
            bail!(
                "the [[diameter.peer]] {:?} has TLS and transport = \"sctp\": DTLS over SCTP is not supported, use \"tcp\"",
                peer.identity.as_str()
            );
        }
        tls.own().check("diameter.tls")?;
        if tls.certificate.is_some() {
            return Ok(());
        }
        if !tls.listen.is_empty() {
            bail!(
                "diameter.tls.listen needs diameter.tls.certificate and diameter.tls.key: peers want to know who answers"
            );
        }
        if let Some(peer) = self.peers.iter().find(|peer| peer.is_secure()) {
            bail!(
                "the [[diameter.peer]] {:?} is to use TLS, but there is no diameter.tls.certificate with its key",
                peer.identity.as_str()
            );
        }
        Ok(())
    }

    /// TLS of this node; none if it has no certificate.
    ///
    /// # Errors
    /// Files that cannot be read or used.
    pub(crate) fn secured(&self) -> Result<Option<PeerTls>> {
        let pins = self.peers.iter().flat_map(|peer| &peer.certificate_sha256);
        let pins: Vec<Fingerprint> = pins.map(|pin| pin.0).collect();
        self.tls.own().secured("diameter.tls", &pins)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use quintet_diameter::node::{PeerSecurity, UnknownPeers as Unknown};

    const PIN: &str =
        "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff";
    const OWN: &str = "[diameter.tls]\ncertificate = \"a\"\nkey = \"b\"\n";

    #[test]
    fn what_a_peer_must_prove() {
        let peer = |more: &str| {
            let text = format!("{OWN}[[diameter.peer]]\nidentity = \"mme.x\"\n{more}");
            Config::parse(&text).unwrap().diameter.peers[0].config()
        };
        assert_eq!(peer("").security, PeerSecurity::Any);
        assert_eq!(peer("tls = true").security, PeerSecurity::Named);
        let PeerSecurity::Pinned(pins) = peer(&format!("certificate_sha256 = [{PIN:?}]")).security else {
            panic!("a pin")
        };
        assert_eq!(pins[0].to_string(), PIN.replace(':', "").to_lowercase());
        assert_eq!(peer("").applications, None);
        let applications = peer("applications = [\"s6a\", \"cx\"]").applications;
        assert_eq!(applications, Some(vec![16_777_251, 16_777_216]));
        let applications = peer("applications = [\"slh\", \"s6c\"]").applications;
        assert_eq!(applications, Some(vec![16_777_291, 16_777_312]));
    }

    #[test]
    fn tls_without_what_it_needs_is_one_error() {
        for (text, expected) in [
            ("[diameter.tls]\nkey = \"a\"\n", "certificate"),
            (
                "[diameter.tls]\nlisten = [\"127.0.0.1:5868\"]\n",
                "diameter.tls.certificate",
            ),
            ("[[diameter.peer]]\nidentity = \"mme.x\"\ntls = true\n", "mme.x"),
            (
                &format!(
                    "{OWN}[[diameter.peer]]\nidentity = \"mme.x\"\ntls = true\nconnect = \"127.0.0.1:1\"\ntransport = \"sctp\"\n"
                ),
                "DTLS",
            ),
            (
                "[[diameter.peer]]\nidentity = \"mme.x\"\ncertificate_sha256 = [\"12\"]\n",
                "64 hexadecimal digits",
            ),
        ] {
            let error = format!("{:#}", Config::parse(text).unwrap_err());
            assert!(error.contains(expected), "{text:?}: {error}");
        }
    }

    #[test]
    fn strangers_are_served_from_this_machine_alone() {
        let config = Config::parse("").unwrap();
        assert_eq!(config.diameter.unknown_peers, super::UnknownPeers::Local);
        assert_ne!(Unknown::default(), Unknown::Accept);
    }
}
