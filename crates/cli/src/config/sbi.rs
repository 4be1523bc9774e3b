//! `[sbi]`: TLS of the service based interfaces, and the addresses of network functions.

use super::tls::read;
use anyhow::{Context, Result, bail};
use quintet_runtime::{Alpn, ClientTls, ServerTls};
use quintet_sbi::Target;
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use zeroize::Zeroizing;

/// TLS; without a certificate everything is cleartext (h2c with prior knowledge).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Sbi {
    /// Our certificate with its chain, PEM.
    pub(crate) certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub(crate) key: Option<PathBuf>,
    /// Authorities that other network functions' certificates are of, PEM.
    pub(crate) authorities: Option<PathBuf>,
    /// Whether clients must show a certificate of those authorities.
    pub(crate) client_certificates: bool,
    /// The NRF, where nodes register and find those that are not configured.
    pub(crate) nrf: Option<NfUri>,
    /// Whether requests need a token of the NRF; calls carry one then.
    pub(crate) oauth2: bool,
    /// The key that the NRF signs tokens with, PEM.
    pub(crate) nrf_public_key: Option<PathBuf>,
}

/// The address of a network function: `http://10.0.0.5:7777`, `https://ausf.example.org:443`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub(crate) struct NfUri(pub(crate) Target);

impl TryFrom<String> for NfUri {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match quintet_sbi::path::split_uri(&text) {
            Some((target, path)) if path.is_empty() || path == "/" => Ok(Self(target)),
            _ => Err(format!(
                "{text:?} is no address of a network function: expected like http://10.0.0.5:7777 or https://ausf.example.org:443"
            )),
        }
    }
}

impl Sbi {
    pub(super) fn check(&self) -> Result<()> {
        if self.certificate.is_some() != self.key.is_some() {
            bail!("sbi.certificate and sbi.key belong together: give both or none");
        }
        if self.client_certificates && self.authorities.is_none() {
            bail!("sbi.client_certificates = true, but there are no sbi.authorities to check them with");
        }
        if self.oauth2 && (self.nrf.is_none() || self.nrf_public_key.is_none()) {
            bail!(
                "sbi.oauth2 = true needs sbi.nrf, which gives the tokens out, and sbi.nrf_public_key, which they are \
                 checked with"
            );
        }
        if self.nrf_public_key.is_some() && !self.oauth2 {
            bail!("sbi.nrf_public_key is given, but sbi.oauth2 is not true: no token would be checked");
        }
        Ok(())
    }

    /// Whether our servers speak TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.certificate.is_some()
    }

    /// TLS of our servers.
    pub(crate) fn server(&self) -> Result<Option<ServerTls>> {
        let (Some(certificate), Some(key)) = (&self.certificate, &self.key) else {
            return Ok(None);
        };
        let authorities = match self.authorities.as_ref().filter(|_| self.client_certificates) {
            Some(path) => Some(read("sbi.authorities", path)?),
            None => None,
        };
        let tls = ServerTls::from_pem(
            Alpn::H2,
            &read("sbi.certificate", certificate)?,
            &Zeroizing::new(read("sbi.key", key)?),
            authorities.as_deref(),
        );
        Ok(Some(tls.context("sbi.certificate, sbi.key")?))
    }

    /// TLS of our calls.
    pub(crate) fn client(&self) -> Result<Option<ClientTls>> {
        let Some(authorities) = &self.authorities else {
            return Ok(None);
        };
        let identity = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => {
                let key = Zeroizing::new(read("sbi.key", key)?);
                Some((read("sbi.certificate", certificate)?, key))
            }
            _ => None,
        };
        let pair = identity
            .as_ref()
            .map(|(certificate, key)| (&certificate[..], &key[..]));
        let tls = ClientTls::from_pem(Alpn::H2, &read("sbi.authorities", authorities)?, pair);
        Ok(Some(tls.context("sbi.authorities")?))
    }

    /// The key that tokens are checked with; none if they are not.
    pub(crate) fn nrf_key(&self) -> Result<Option<String>> {
        let Some(path) = self.nrf_public_key.as_ref().filter(|_| self.oauth2) else {
            return Ok(None);
        };
        let octets = read("sbi.nrf_public_key", path)?;
        let text = String::from_utf8(octets).context("sbi.nrf_public_key: no PEM")?;
        Ok(Some(text))
    }

    /// Where others reach a server of ours that listens there.
    pub(crate) fn own(&self, listen: SocketAddr) -> Target {
        Target {
            tls: self.is_secure(),
            authority: reachable(listen).to_string(),
        }
    }
}

/// An address that listens everywhere is reached on this machine.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            IpAddr::V6(Ipv6Addr::LOCALHOST)
        });
    }
    address
}
