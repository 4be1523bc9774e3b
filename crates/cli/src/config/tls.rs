//! TLS of Diameter nodes: their own certificate, and what a peer must prove (RFC 6733 13.1).

use super::Transport;
use anyhow::{Context, Result, bail};
use quintet_diameter::node::{Fingerprint, PeerSecurity};
use quintet_runtime::{PeerTls, PeerTlsPem};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What a node shows over TLS, and whom it believes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OwnTls {
    /// Our certificate with its chain, PEM.
    pub(crate) certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub(crate) key: Option<PathBuf>,
    /// Authorities that issue peers' certificates, PEM.
    pub(crate) authorities: Option<PathBuf>,
}

/// A certificate by its SHA-256, as `openssl x509 -fingerprint -sha256` says it, with colons or without.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub(crate) struct Pin(pub(crate) Fingerprint);

impl TryFrom<String> for Pin {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits: String = text.chars().filter(|letter| *letter != ':').collect();
        let mut octets = [0; 32];
        match hex::decode_to_slice(&digits, &mut octets) {
            Ok(()) => Ok(Self(Fingerprint(octets))),
            Err(_) => Err(format!(
                "{text:?} is no SHA-256 of a certificate: expected are 64 hexadecimal digits, as \
                 `openssl x509 -noout -fingerprint -sha256 -in FILE` says them"
            )),
        }
    }
}

/// The certificates that are pinned.
pub(crate) fn fingerprints(pins: &[Pin]) -> Vec<Fingerprint> {
    pins.iter().map(|pin| pin.0).collect()
}

/// What a peer must prove that is to use TLS, or of which certificates are pinned.
pub(crate) fn peer_security(tls: bool, pins: &[Pin]) -> PeerSecurity {
    match pins {
        [] if tls => PeerSecurity::Named,
        [] => PeerSecurity::Any,
        pins => PeerSecurity::Pinned(fingerprints(pins)),
    }
}

impl OwnTls {
    /// What depends on several values; `section` is where they stand.
    pub(super) fn check(&self, section: &str) -> Result<()> {
        if self.certificate.is_some() != self.key.is_some() {
            bail!("{section}.certificate and {section}.key belong together: give both or none");
        }
        Ok(())
    }

    /// TLS of these files; none if there is no certificate.
    ///
    /// # Errors
    /// Files that cannot be read or used, named by their keys in `section`.
    pub(crate) fn secured(&self, section: &str, pins: &[Fingerprint]) -> Result<Option<PeerTls>> {
        let (Some(certificate), Some(key)) = (&self.certificate, &self.key) else {
            return Ok(None);
        };
        let read = |key: &str, path: &Path| read(&format!("{section}.{key}"), path);
        let authorities = self.authorities.as_ref();
        let authorities = authorities.map(|path| read("authorities", path)).transpose()?;
        let certificates = read("certificate", certificate)?;
        let key = zeroize::Zeroizing::new(read("key", key)?);
        let pem = PeerTlsPem {
            certificates: &certificates,
            key: &key,
            authorities: authorities.as_deref(),
        };
        let tls = PeerTls::new(pem, pins);
        tls.map(Some).with_context(|| section.to_owned())
    }
}

/// The HSS of a node that connects to one, as far as it concerns TLS.
pub(crate) struct HssOverTls<'c> {
    /// Where the keys stand: `mme`, `ims`.
    pub(crate) section: &'static str,
    /// Whether it must show a certificate that names it.
    pub(crate) tls: bool,
    /// Or one of these.
    pub(crate) pins: &'c [Pin],
    /// What it is connected to over.
    pub(crate) transport: Transport,
    /// What we show.
    pub(crate) own: &'c OwnTls,
}

impl HssOverTls<'_> {
    /// Whether it is connected to over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.tls || !self.pins.is_empty()
    }

    /// Over what it is missed, for people.
    pub(crate) fn over(&self) -> &'static str {
        if self.is_secure() {
            " that listens for TLS (diameter.tls.listen)"
        } else {
            ""
        }
    }

    /// What it must prove.
    pub(crate) fn security(&self) -> PeerSecurity {
        peer_security(self.tls, self.pins)
    }

    /// What depends on several values.
    pub(super) fn check(&self) -> Result<()> {
        let section = self.section;
        self.own.check(&format!("{section}.tls"))?;
        let has_certificate = self.own.certificate.is_some();
        if !self.is_secure() && (has_certificate || self.own.authorities.is_some()) {
            bail!(
                "{section}.tls is given, but the HSS is connected to without TLS: say {section}.hss_tls = true, or pin its \
                 certificate in {section}.hss_certificate_sha256"
            );
        }
        if self.is_secure() && !has_certificate {
            bail!(
                "the HSS is to be reached over TLS, but there is no {section}.tls.certificate with its key"
            );
        }
        if self.is_secure() && self.transport == Transport::Sctp {
            bail!(
                "the HSS is to be reached over TLS and {section}.hss_transport = \"sctp\": DTLS over SCTP is not supported, use \"tcp\""
            );
        }
        if self.is_secure() && self.pins.is_empty() && self.own.authorities.is_none() {
            bail!(
                "{section}.hss_tls = true, but nobody would be believed: give {section}.tls.authorities, or pin the HSS's certificate \
                 in {section}.hss_certificate_sha256"
            );
        }
        Ok(())
    }

    /// TLS towards it; none if it is connected to without.
    ///
    /// # Errors
    /// Files that cannot be read or used.
    pub(crate) fn secured(&self) -> Result<Option<PeerTls>> {
        let section = format!("{}.tls", self.section);
        self.own.secured(&section, &fingerprints(self.pins))
    }
}

/// The octets of a file that a key names.
pub(super) fn read(key: &str, path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{key} = {:?}: cannot be read", path.display().to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use quintet_diameter::node::PeerSecurity;

    const PIN: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    const FILES: &str = "certificate = \"a\"\nkey = \"b\"\n";

    /// A node alone whose HSS is elsewhere.
    fn node(role: &str, table: &str, keys: &str, tls: &str) -> String {
        format!("roles = [\"{role}\"]\n[{table}]\nhss = \"10.0.0.5:5868\"\n{keys}\n[{table}.tls]\n{tls}")
    }

    #[test]
    fn what_the_hss_of_an_mme_and_of_cscfs_must_prove() {
        let authorities = format!("{FILES}authorities = \"c\"\n");
        let parse = |text: String| Config::parse(&text).unwrap();
        let named = parse(node("mme", "mme", "hss_tls = true", &authorities));
        assert_eq!(named.mme.hss_over_tls().security(), PeerSecurity::Named);
        let named = parse(node("scscf", "ims", "hss_tls = true", &authorities));
        assert_eq!(named.ims.hss_over_tls().security(), PeerSecurity::Named);
        let pinned = format!("hss_certificate_sha256 = [\"{PIN}\"]");
        for config in [
            parse(node("mme", "mme", &pinned, FILES)),
            parse(node("scscf", "ims", &pinned, FILES)),
        ] {
            let link = match config.mme.hss_over_tls() {
                link if link.is_secure() => link,
                _ => config.ims.hss_over_tls(),
            };
            let PeerSecurity::Pinned(pins) = link.security() else {
                panic!("a pin")
            };
            assert_eq!(pins[0].to_string(), PIN);
        }
        let bare = parse("roles = [\"mme\"]\n[mme]\nhss = \"10.0.0.5:3868\"\n".to_owned());
        assert_eq!(bare.mme.hss_over_tls().security(), PeerSecurity::Any);
    }

    #[test]
    fn tls_towards_the_hss_without_what_it_needs_is_one_error() {
        for (role, table) in [("mme", "mme"), ("icscf", "ims"), ("scscf", "ims")] {
            for (keys, tls, expected) in [
                ("hss_tls = true", "", "tls.certificate"),
                ("hss_tls = true", "certificate = \"a\"\n", "belong together"),
                ("hss_tls = true", FILES, "tls.authorities"),
                ("", FILES, "hss_tls = true"),
                ("", "authorities = \"c\"\n", "hss_tls = true"),
                (
                    "hss_certificate_sha256 = [\"12\"]",
                    FILES,
                    "64 hexadecimal digits",
                ),
                ("hss_tls = true", "listen = [\"127.0.0.1:5868\"]\n", "listen"),
            ] {
                let mut text = node(role, table, keys, tls);
                if role == "icscf" {
                    text += "[[icscf.scscf]]\nname = \"sip:scscf.x\"\n";
                }
                let error = format!("{:#}", Config::parse(&text).unwrap_err());
                assert!(error.contains(expected), "{text:?}: {error}");
            }
        }
        let sctp = node("mme", "mme", "hss_tls = true\nhss_transport = \"sctp\"", FILES);
        let error = format!("{:#}", Config::parse(&sctp).unwrap_err());
        assert!(error.contains("DTLS"), "{error}");
    }
}
