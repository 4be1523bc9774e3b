//! `[sctp]`: what carries SCTP, for all interfaces that use it.

use anyhow::{Result, bail};
use quintet_runtime::sctp::{DEFAULT_UDP_PORT, SctpBackend, SctpSettings};
use serde::Deserialize;
use std::net::SocketAddr;

/// What a Diameter peer is connected to over.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Transport {
    /// TCP.
    #[default]
    Tcp,
    /// SCTP, as `[sctp]` says.
    Sctp,
}

/// What carries SCTP.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Backend {
    /// The kernel where it can, else raw IP where that is permitted, else UDP.
    #[default]
    Auto,
    /// The kernel's SCTP.
    Kernel,
    /// Our own over IP protocol 132.
    Raw,
    /// Our own over UDP.
    Udp,
}

/// SCTP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Sctp {
    /// What carries it.
    pub(crate) backend: Backend,
    /// Our UDP port for what listens, where UDP carries it (RFC 6951).
    pub(crate) udp_port: u16,
    /// The UDP port of the peers we connect to.
    pub(crate) remote_udp_port: u16,
}

impl Default for Sctp {
    fn default() -> Self {
        Self {
            backend: Backend::Auto,
            udp_port: DEFAULT_UDP_PORT,
            remote_udp_port: DEFAULT_UDP_PORT,
        }
    }
}

impl Sctp {
    /// What is known before anything is opened. `listeners` is how many addresses share the UDP port.
    pub(super) fn check(&self, listeners: usize) -> Result<()> {
        if self.udp_port == 0 && listeners > 0 {
            bail!("sctp.udp_port = 0: peers must know the port; the usual one is {DEFAULT_UDP_PORT}");
        }
        if self.remote_udp_port == 0 {
            bail!("sctp.remote_udp_port = 0: allowed is 1 to 65535; the usual one is {DEFAULT_UDP_PORT}");
        }
        Ok(())
    }

    /// A transport that listens on an address.
    pub(crate) fn listening(&self, address: SocketAddr) -> SctpSettings {
        SctpSettings {
            udp_port: self.udp_port,
            remote_udp_port: self.remote_udp_port,
            ..SctpSettings::listening(address, self.backend())
        }
    }

    /// A transport that only connects.
    pub(crate) fn connecting(&self, local: SocketAddr) -> SctpSettings {
        SctpSettings {
            remote_udp_port: self.remote_udp_port,
            ..SctpSettings::connecting(local, self.backend())
        }
    }

    fn backend(&self) -> SctpBackend {
        match self.backend {
            Backend::Auto => SctpBackend::Auto,
            Backend::Kernel => SctpBackend::Kernel,
            Backend::Raw => SctpBackend::RawIp,
            Backend::Udp => SctpBackend::Udp,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Transport};
    use quintet_runtime::sctp::SctpBackend;

    #[test]
    fn sctp_is_configured() {
        let config = Config::parse(
            "[diameter]\nlisten = []\nlisten_sctp = [\"10.0.0.1:3868\"]\n[[diameter.peer]]\nidentity = \"m.x\"\n\
             connect = \"10.0.0.2:3868\"\ntransport = \"sctp\"\n[sctp]\nbackend = \"udp\"\nudp_port = 9900\n",
        )
        .unwrap();
        assert_eq!(config.diameter.peers[0].transport, Transport::Sctp);
        let settings = config.sctp.listening(config.diameter.listen_sctp[0]);
        assert_eq!(settings.backend, SctpBackend::Udp);
        assert_eq!((settings.udp_port, settings.remote_udp_port), (9900, 9899));
        assert!(settings.endpoint.listen);
        assert!(
            !config
                .sctp
                .connecting("0.0.0.0:0".parse().unwrap())
                .endpoint
                .listen
        );
    }

    #[test]
    fn errors_say_what_is_allowed() {
        for (text, expected) in [
            (
                "[sctp]\nbackend = \"tcp\"\n",
                &["tcp", "kernel", "raw", "udp"][..],
            ),
            ("[sctp]\nremote_udp_port = 0\n", &["remote_udp_port", "9899"]),
            (
                "[diameter]\nlisten_sctp = [\"127.0.0.1:3868\"]\n[sctp]\nudp_port = 0\n",
                &["udp_port", "9899"],
            ),
            (
                "[[diameter.peer]]\nidentity = \"m.x\"\ntransport = \"udp\"\n",
                &["transport", "tcp", "sctp"],
            ),
        ] {
            let error = format!("{:#}", Config::parse(text).unwrap_err());
            for part in expected {
                assert!(error.contains(part), "{text:?}: {part:?} is missing in: {error}");
            }
        }
    }
}
