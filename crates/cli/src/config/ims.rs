//! `[ims]`, `[pcscf]`, `[icscf]`, `[scscf]`: the home domain, where its nodes are, what they allow.

use super::tls::{HssOverTls, OwnTls, Pin};
use super::{Config, Identity, Milliseconds, Role, Transport};
use anyhow::{Result, bail};
use quintet_cscf::pcscf::Limits;
use quintet_cscf::proxy::Hosts;
use quintet_esp::{Encryption, Integrity, Suite, UDP_PORT};
use quintet_runtime::{EspBackend, EspSettings};
use quintet_sip::transport::Protocol;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

/// What all CSCFs of this process share.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Ims {
    /// The home network domain (TS 23.003 13.2).
    pub(crate) domain: Identity,
    /// Where names are that are not nodes of this process: "address:port", "tcp:address:port".
    pub(crate) hosts: BTreeMap<String, Places>,
    /// Addresses of the CSCFs and application servers that I- and S-CSCF believe (TS 24.229 4.4), beside those of this process;
    /// empty: whoever reaches them.
    pub(crate) neighbours: Vec<IpAddr>,
    /// The HSS's address; by default that of this process.
    pub(crate) hss: Option<SocketAddr>,
    /// Its Origin-Host.
    pub(crate) hss_identity: Identity,
    /// Its realm.
    pub(crate) hss_realm: Identity,
    /// Whether it is connected to over TLS, and must show a certificate that names its identity.
    pub(crate) hss_tls: bool,
    /// SHA-256 of its certificates: over TLS with one of them, whoever issued it and whatever it names.
    pub(crate) hss_certificate_sha256: Vec<Pin>,
    /// What I- and S-CSCF show the HSS over TLS, and whom they believe.
    pub(crate) tls: OwnTls,
    /// How long it may take, ms.
    pub(crate) hss_timeout_ms: Milliseconds<100, 60_000>,
}

impl Default for Ims {
    fn default() -> Self {
        Self {
            domain: Identity::of("ims.mnc001.mcc001.3gppnetwork.org"),
            hosts: BTreeMap::new(),
            neighbours: Vec::new(),
            hss: None,
            hss_identity: Identity::of("hss.epc.mnc001.mcc001.3gppnetwork.org"),
            hss_realm: Identity::of("epc.mnc001.mcc001.3gppnetwork.org"),
            hss_tls: false,
            hss_certificate_sha256: Vec::new(),
            tls: OwnTls::default(),
            hss_timeout_ms: Milliseconds::new(5_000),
        }
    }
}

impl Ims {
    /// TLS towards the HSS.
    pub(crate) fn hss_over_tls(&self) -> HssOverTls<'_> {
        HssOverTls {
            section: "ims",
            tls: self.hss_tls,
            pins: &self.hss_certificate_sha256,
            transport: Transport::Tcp,
            own: &self.tls,
        }
    }
}

/// One place of a name, or several, the first to be tried first. Texts, for what is wrong with them is lost among alternatives.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Places {
    One(String),
    Several(Vec<String>),
}

impl Places {
    fn all(&self) -> &[String] {
        match self {
            Self::One(place) => std::slice::from_ref(place),
            Self::Several(places) => places,
        }
    }
}

/// An address, and over what it is reached; without a protocol over any.
struct Place {
    protocol: Option<Protocol>,
    address: SocketAddr,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (protocol, address) = match text.split_once(':') {
            Some((name, rest)) if Protocol::of(name).is_some() => (Protocol::of(name), rest),
            _ => (None, text),
        };
        let address = address.parse().map_err(|_| {
            format!("{text:?} is not a place: wanted is \"address:port\", or \"tcp:address:port\"")
        })?;
        Ok(Self { protocol, address })
    }
}

/// The P-CSCF.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Pcscf {
    /// Its name, in Path and Record-Route; `pcscf.` and the domain by default.
    pub(crate) name: Option<Identity>,
    /// Where UEs reach it without protection, UDP and TCP.
    pub(crate) access: SocketAddr,
    /// Where the other CSCFs reach it.
    pub(crate) core: SocketAddr,
    /// Its protected server port, at the address of `access`.
    pub(crate) protected_server_port: u16,
    /// Its protected client ports.
    pub(crate) protected_client_ports: Vec<u16>,
    /// The network it stands in; the domain by default.
    pub(crate) visited_network: Option<String>,
    /// What carries security associations.
    pub(crate) ipsec: Ipsec,
    /// The UDP port of ESP, for UEs behind NATs, and for all where `ipsec` is "udp" (RFC 3948).
    pub(crate) ipsec_udp_port: u16,
    /// What it agrees to, the best first: integrity and encryption, as "hmac-sha-1-96/aes-cbc". Empty: all.
    pub(crate) suites: Vec<Pair>,
    /// Whether UEs may register without IPsec, with SIP Digest.
    pub(crate) digest: bool,
    /// Where REGISTERs go; by default to the domain of their Request-URI, whose I-CSCF `ims.hosts` knows.
    pub(crate) entry: Option<Identity>,
    /// Where emergency calls go; without it they are answered 380.
    pub(crate) ecscf: Option<Identity>,
    /// Whether it subscribes to the registration state of its users.
    pub(crate) reg_event: bool,
    /// REGISTERs of one source a second; bursts are five times that. 0: as many as come.
    pub(crate) registers_per_second: u32,
    /// Where registrations are kept over a restart; by default `pcscf.db` in the platform's data directory.
    pub(crate) database: Option<PathBuf>,
    /// Whether they are kept at all.
    pub(crate) keep_registrations: bool,
}

impl Default for Pcscf {
    fn default() -> Self {
        Self {
            name: None,
            access: SocketAddr::from(([127, 0, 0, 1], 5060)),
            core: SocketAddr::from(([127, 0, 0, 1], 5070)),
            protected_server_port: 6100,
            protected_client_ports: vec![6101, 6102, 6103, 6104],
            visited_network: None,
            ipsec: Ipsec::Auto,
            ipsec_udp_port: UDP_PORT,
            suites: Vec::new(),
            digest: false,
            entry: None,
            ecscf: None,
            reg_event: true,
            registers_per_second: 20,
            database: None,
            keep_registrations: true,
        }
    }
}

/// What carries security associations.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ipsec {
    /// The kernel where it can, else raw IP where that is permitted, else UDP.
    Auto,
    /// The kernel's ESP.
    Kernel,
    /// Our own over IP protocol 50.
    Raw,
    /// Our own over UDP.
    Udp,
}

impl Ipsec {
    const fn backend(self) -> EspBackend {
        match self {
            Self::Auto => EspBackend::Auto,
            Self::Kernel => EspBackend::Kernel,
            Self::Raw => EspBackend::RawIp,
            Self::Udp => EspBackend::Udp,
        }
    }
}

/// An integrity and an encryption algorithm.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pair(Suite);

impl TryFrom<String> for Pair {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let known = || {
            let names = Suite::ALL.map(|suite| format!("{}/{}", suite.integrity(), suite.encryption()));
            format!("{text:?} is not allowed, expected one of {}", names.join(", "))
        };
        let (integrity, encryption) = text.split_once('/').ok_or_else(known)?;
        let integrity: Integrity = integrity.parse().map_err(|_| known())?;
        let encryption: Encryption = encryption.parse().map_err(|_| known())?;
        Suite::new(integrity, encryption).map(Self).map_err(|_| known())
    }
}

impl Pcscf {
    /// The suites it agrees to, if they are not all.
    pub(crate) fn suites(&self) -> Option<Vec<Suite>> {
        (!self.suites.is_empty()).then(|| self.suites.iter().map(|pair| pair.0).collect())
    }

    /// What carries its associations.
    pub(crate) fn esp(&self) -> EspSettings {
        let settings = EspSettings::new(vec![self.access.ip()], self.ipsec.backend());
        let mut settings = settings.for_registrations(Limits::default().registrations);
        settings.udp_port = self.ipsec_udp_port;
        settings
    }

    fn check(&self) -> Result<()> {
        let ports = &self.protected_client_ports;
        // One of the set in use, one of the set it replaces, one of the set under way.
        if ports.len() < 3 {
            bail!(
                "pcscf.protected_client_ports has {}: three sets of one UE need three",
                ports.len()
            );
        }
        if ports.contains(&self.protected_server_port) || self.access.port() == self.protected_server_port {
            bail!(
                "pcscf.protected_server_port = {} is used for something else as well",
                self.protected_server_port
            );
        }
        if self.access == self.core {
            bail!(
                "pcscf.access and pcscf.core are both {}: UEs and CSCFs must be told apart",
                self.core
            );
        }
        if self.access.ip().is_unspecified() {
            bail!(
                "pcscf.access = \"{}\": security associations are between addresses, give one of this machine",
                self.access
            );
        }
        Ok(())
    }
}

/// The I-CSCF.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Icscf {
    /// Its name, also its Origin-Host; `icscf.` and the domain by default.
    pub(crate) name: Option<Identity>,
    /// SIP over UDP and TCP.
    pub(crate) listen: SocketAddr,
    /// The S-CSCFs to choose from; by default the one of this process.
    #[serde(rename = "scscf")]
    pub(crate) scscfs: Vec<Candidate>,
}

impl Default for Icscf {
    fn default() -> Self {
        Self {
            name: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 4060)),
            scscfs: Vec::new(),
        }
    }
}

/// An S-CSCF to choose.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Candidate {
    /// Its SIP URI.
    pub(crate) name: String,
    /// What it can, by the operator's numbers.
    #[serde(default)]
    pub(crate) capabilities: Vec<u32>,
}

/// The S-CSCF.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Scscf {
    /// Its name, also its Origin-Host; `scscf.` and the domain by default.
    pub(crate) name: Option<Identity>,
    /// SIP over UDP and TCP.
    pub(crate) listen: SocketAddr,
    /// What it can, by the operator's numbers.
    pub(crate) capabilities: Vec<u32>,
    /// Shortest registration, s.
    pub(crate) min_expires_s: u32,
    /// Longest registration, s.
    pub(crate) max_expires_s: u32,
    /// How long a challenge may stay unanswered, ms.
    pub(crate) reg_await_auth_ms: Milliseconds<1_000, 600_000>,
    /// Vectors asked for at once.
    pub(crate) vectors_at_once: u32,
    /// Whether RES is taken only through a security association.
    pub(crate) aka_needs_protection: bool,
    /// REGISTERs of one private identity a second; bursts are five times that.
    pub(crate) registers_per_second: u32,
    /// Where registrations are kept over a restart; by default `scscf.db` in the platform's data directory.
    pub(crate) database: Option<PathBuf>,
    /// Whether they are kept at all.
    pub(crate) keep_registrations: bool,
}

impl Default for Scscf {
    fn default() -> Self {
        Self {
            name: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 6060)),
            capabilities: Vec::new(),
            min_expires_s: 60,
            max_expires_s: 600_000,
            reg_await_auth_ms: Milliseconds::new(240_000),
            vectors_at_once: 1,
            aka_needs_protection: true,
            registers_per_second: 10,
            database: None,
            keep_registrations: true,
        }
    }
}

impl Config {
    /// The name of a CSCF: as configured, or made of its role and the domain.
    pub(crate) fn cscf_name(&self, configured: Option<&Identity>, role: &str) -> String {
        configured.map_or_else(
            || format!("{role}.{}", self.ims.domain.as_str()),
            |name| name.as_str().to_owned(),
        )
    }

    /// The S-CSCF's SIP URI.
    pub(crate) fn scscf_uri(&self) -> String {
        let name = self.cscf_name(self.scscf.name.as_ref(), "scscf");
        format!("sip:{name}:{}", self.scscf.listen.port())
    }

    /// Where names are: what is configured, and the nodes of this process.
    pub(crate) fn hosts(&self) -> Result<Hosts> {
        let mut hosts = Hosts::default();
        for (name, places) in &self.ims.hosts {
            for place in places.all() {
                let inserted = place.parse::<Place>().and_then(|place| {
                    hosts
                        .insert(name, place.protocol, place.address)
                        .map_err(|error| error.to_string())
                });
                if let Err(why) = inserted {
                    bail!("ims.hosts: {name:?}: {why}");
                }
            }
        }
        let nodes = [
            (Role::Pcscf, &self.pcscf.name, "pcscf", self.pcscf.core),
            (Role::Icscf, &self.icscf.name, "icscf", self.icscf.listen),
            (Role::Scscf, &self.scscf.name, "scscf", self.scscf.listen),
        ];
        for (role, name, prefix, address) in nodes {
            if self.roles.0.contains(&role) {
                hosts.insert(&self.cscf_name(name.as_ref(), prefix), None, address)?;
            }
        }
        if self.roles.0.contains(&Role::Icscf) {
            hosts.insert(self.ims.domain.as_str(), None, self.icscf.listen)?;
        }
        Ok(hosts)
    }

    /// What is known of the IMS before anything is opened.
    pub(super) fn check_ims(&self) -> Result<()> {
        let has = |role| self.roles.0.contains(&role);
        if has(Role::Pcscf) {
            self.pcscf.check()?;
        }
        if has(Role::Scscf) && self.scscf.min_expires_s > self.scscf.max_expires_s {
            bail!("scscf.min_expires_s is more than scscf.max_expires_s: nobody could register");
        }
        if has(Role::Scscf)
            && !(1..=quintet_cx::MAX_AUTH_DATA_ITEMS as u32).contains(&self.scscf.vectors_at_once)
        {
            bail!(
                "scscf.vectors_at_once = {}: allowed is 1 to {}",
                self.scscf.vectors_at_once,
                quintet_cx::MAX_AUTH_DATA_ITEMS
            );
        }
        if has(Role::Icscf) || has(Role::Scscf) {
            self.ims.hss_over_tls().check()?;
        }
        if has(Role::Icscf) && self.icscf.scscfs.is_empty() && !has(Role::Scscf) {
            bail!(
                "the I-CSCF has no S-CSCF: give [[icscf.scscf]] with a name, or run one in the same process (roles = [\"hss\", \
                 \"pcscf\", \"icscf\", \"scscf\"])"
            );
        }
        self.hosts().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_an_association_for_every_registration_that_is_let_in() {
        let config = Config::parse("roles = [\"pcscf\"]\n").unwrap();
        let (esp, limits) = (config.pcscf.esp(), Limits::default());
        // Two sets of four while it is renewed.
        assert!(esp.max_associations >= 8 * limits.registrations);
        assert!(esp.max_connections >= 2 * limits.registrations);
    }

    #[test]
    fn nodes_of_one_process_find_each_other() {
        let config = Config::parse("roles = [\"hss\", \"pcscf\", \"icscf\", \"scscf\"]\n").unwrap();
        let hosts = config.hosts().unwrap();
        for (name, port) in [
            ("ims.mnc001.mcc001.3gppnetwork.org", 4060),
            ("scscf.ims.mnc001.mcc001.3gppnetwork.org", 6060),
            ("pcscf.ims.mnc001.mcc001.3gppnetwork.org", 5070),
        ] {
            let target = hosts.target(name, None, None).unwrap();
            assert_eq!(target.address.port(), port, "{name}");
        }
        assert_eq!(
            config.scscf_uri(),
            "sip:scscf.ims.mnc001.mcc001.3gppnetwork.org:6060"
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_key() {
        for (text, parts) in [
            (
                "[ims]\nhosts = { \"a.b\" = \"nowhere\" }\n",
                &["hosts", "address:port"][..],
            ),
            (
                "[pcscf]\nsuites = [\"null/null\"]\n",
                &["suites", "hmac-sha-1-96/aes-cbc"],
            ),
            (
                "roles = [\"pcscf\"]\n[pcscf]\ncore = \"127.0.0.1:5060\"\n",
                &["pcscf.core"],
            ),
            (
                "roles = [\"pcscf\"]\n[pcscf]\nprotected_client_ports = [1]\n",
                &["three"],
            ),
            ("roles = [\"icscf\"]\n", &["icscf.scscf"]),
            (
                "roles = [\"scscf\"]\n[scscf]\nmin_expires_s = 700000\n",
                &["min_expires_s"],
            ),
            (
                "roles = [\"scscf\"]\n[scscf]\nvectors_at_once = 0\n",
                &["vectors_at_once", "1 to"],
            ),
        ] {
            let error = format!("{:#}", Config::parse(text).unwrap_err());
            for part in parts {
                assert!(error.contains(part), "{text:?}: {part:?} is missing in: {error}");
            }
        }
    }

    #[test]
    fn a_host_has_places() {
        let text = "[ims]\nhosts = { \"as.test\" = [\"tcp:10.0.0.9:5060\", \"10.0.0.8:5062\"] }\n";
        let hosts = Config::parse(text).unwrap().hosts().unwrap();
        let targets = hosts.targets("as.test", None, None);
        assert_eq!(targets.len(), 2);
        assert_eq!(
            (targets[0].protocol, targets[1].address.port()),
            (Protocol::Tcp, 5062)
        );
    }
}
