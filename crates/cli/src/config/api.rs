//! `[api]`: provisioning over HTTP.

use super::tls::read;
use anyhow::{Context, Result, bail};
use quintet_runtime::{Alpn, ServerTls};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use zeroize::Zeroizing;

/// The longest time entries of the audit log are kept, in days: ten years.
const MAX_AUDIT_DAYS: u32 = 3_660;

/// Most connections that may be configured: each has a task and buffers of some 20 KiB.
const MAX_CONNECTIONS: usize = 10_000;

/// Provisioning over HTTP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Api {
    /// Where it listens; none: there is no such interface.
    pub(crate) listen: Option<SocketAddr>,
    /// Whether tokens and keys may pass without TLS on an address that other machines reach.
    pub(crate) insecure: bool,
    /// TLS.
    pub(crate) tls: Option<ApiTls>,
    /// Where the first administrator's token goes when there is no terminal; by default beside the database.
    pub(crate) first_token_file: Option<PathBuf>,
    /// Whether there is a web page beside the interface, at `/ui/`.
    pub(crate) page: bool,
    /// How long entries of the audit log are kept, days.
    pub(crate) audit_days: u32,
    /// Connections at once.
    pub(crate) max_connections: usize,
    /// Connections at once of one address.
    pub(crate) max_connections_per_address: usize,
    /// When the page may see what passes on this core.
    live: Live,
}

/// When what passes on this core is watched for the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Live {
    /// Never.
    Off,
    /// While a page that shows it is open, and ten minutes more.
    #[default]
    Watched,
    /// From the start.
    Always,
}

/// A certificate with its chain, and its key; PEM.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiTls {
    certificate: PathBuf,
    key: PathBuf,
}

impl Default for Api {
    fn default() -> Self {
        Self {
            listen: None,
            insecure: false,
            tls: None,
            first_token_file: None,
            page: true,
            audit_days: 400,
            max_connections: 512,
            max_connections_per_address: 128,
            live: Live::default(),
        }
    }
}

impl Api {
    /// What depends on several values; `kept`: whether the store is one that several parts of the program can open.
    pub(crate) fn check(&self, kept: bool) -> Result<()> {
        let Some(listen) = self.listen else { return Ok(()) };
        if !kept {
            bail!(
                "api.listen is given, but store.kind = \"memory\" is the HSS's alone: choose another store, or leave api.listen out"
            );
        }
        if self.tls.is_none() && !self.insecure && !listen.ip().is_loopback() {
            bail!(
                "api.listen = {listen}: other machines reach it, and keys and tokens would pass in the clear; give api.tls \
                 with certificate and key, listen on 127.0.0.1 behind a proxy, or say api.insecure = true"
            );
        }
        if !(1..=MAX_AUDIT_DAYS).contains(&self.audit_days) {
            bail!(
                "api.audit_days = {}: expected 1 to {MAX_AUDIT_DAYS}",
                self.audit_days
            );
        }
        for (name, value) in [
            ("max_connections", self.max_connections),
            ("max_connections_per_address", self.max_connections_per_address),
        ] {
            if !(1..=MAX_CONNECTIONS).contains(&value) {
                bail!("api.{name} = {value}: expected 1 to {MAX_CONNECTIONS}");
            }
        }
        Ok(())
    }

    /// Whether there is a web page.
    pub(crate) fn has_page(&self) -> bool {
        self.page && self.listen.is_some()
    }

    /// When the page may see what passes; never, where there is no page.
    pub(crate) fn live(&self) -> Live {
        match self.has_page() {
            true => self.live,
            false => Live::Off,
        }
    }

    /// How long entries of the audit log are kept.
    pub(crate) fn audit_kept(&self) -> Duration {
        Duration::from_secs(u64::from(self.audit_days) * 86_400)
    }

    /// TLS, if it is configured.
    ///
    /// # Errors
    /// Files that cannot be read, or hold no certificate and key.
    pub(crate) fn secured(&self) -> Result<Option<ServerTls>> {
        let Some(tls) = &self.tls else { return Ok(None) };
        let (certificate, key) = (
            read("api.tls.certificate", &tls.certificate)?,
            Zeroizing::new(read("api.tls.key", &tls.key)?),
        );
        let tls = ServerTls::from_pem(Alpn::Http11, &certificate, &key, None);
        Ok(Some(tls.context("api.tls.certificate, api.tls.key")?))
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn keys_do_not_pass_in_the_clear_unless_somebody_says_so() {
        let check = |text: &str| Config::parse(text).map(drop).map_err(|error| error.to_string());
        assert!(check("[api]\nlisten = \"127.0.0.1:8080\"\n").is_ok());
        assert!(check("[api]\nlisten = \"[::1]:8080\"\n").is_ok());
        let error = check("[api]\nlisten = \"0.0.0.0:8080\"\n").unwrap_err();
        assert!(error.contains("api.tls") && error.contains("insecure"), "{error}");
        assert!(check("[api]\nlisten = \"0.0.0.0:8080\"\ninsecure = true\n").is_ok());
        let tls = "[api]\nlisten = \"0.0.0.0:8080\"\n[api.tls]\ncertificate = \"a\"\nkey = \"b\"\n";
        assert!(check(tls).is_ok());
        let memory = check("[api]\nlisten = \"127.0.0.1:8080\"\n[store]\nkind = \"memory\"\n");
        assert!(memory.unwrap_err().contains("memory"));
        for none in ["audit_days", "max_connections", "max_connections_per_address"] {
            let error = check(&format!("[api]\nlisten = \"127.0.0.1:8080\"\n{none} = 0\n")).unwrap_err();
            assert!(error.contains(&format!("api.{none} = 0")), "{error}");
        }
    }
}
