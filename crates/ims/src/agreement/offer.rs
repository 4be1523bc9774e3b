//! The UE's end: what it proposes, and what it makes of the P-CSCF's answer (TS 33.203 7.2, TS 24.229 5.1.1.5.1).

use super::associations::{Associations, Encapsulation, End, Ports, Spis};
use super::mechanism::{Ipsec, Mechanism, Mode, Unreadable, read};
use quintet_esp::{SaSet, Suite};
use std::net::{IpAddr, SocketAddr};

/// What a UE is willing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UePolicy {
    /// The suites it has, as it prefers them; the P-CSCF's order counts (TS 33.203 7.2).
    pub suites: Vec<Suite>,
    /// Whether it can put ESP into UDP (Annex M).
    pub encapsulation: bool,
}

impl Default for UePolicy {
    /// Every suite, the ones that encipher first, and UDP where a NAT needs it.
    fn default() -> Self {
        let mut suites = Suite::ALL.to_vec();
        suites.reverse();
        suites.sort_by_key(|suite| suite.encryption() == quintet_esp::Encryption::Null);
        Self {
            suites,
            encapsulation: true,
        }
    }
}

/// What a UE proposes in SM1, and repeats in SM7.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    policy: UePolicy,
    spis: Spis,
    ports: Ports,
    header: String,
}

/// Why a UE abandons a registration (TS 33.203 7.3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unacceptable {
    /// There is no Security-Server.
    #[error("the challenge has no Security-Server")]
    Missing,
    /// It cannot be read.
    #[error("Security-Server: {0}")]
    Unreadable(#[from] Unreadable),
    /// Nothing in it was offered.
    #[error("Security-Server has no mechanism that was offered")]
    NoCommon,
    /// Ports or SPIs that cannot be.
    #[error("Security-Server: {0}")]
    Numbers(&'static str),
    /// An SPI of the P-CSCF is one of the UE's: what the UE sends could be reflected (TS 33.203 7.1).
    #[error("Security-Server has an SPI of the UE's own")]
    OwnSpi,
}

/// What a UE takes of SM6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The associations to set up.
    pub associations: Associations,
    /// What SM7 and every protected request after it has in Security-Verify: what Security-Server had.
    pub security_verify: String,
}

impl Offer {
    /// An offer; SPIs and ports are the UE's, all of them new where there are associations already, but the server port
    /// (TS 33.203 7.4).
    #[must_use]
    pub fn new(policy: UePolicy, spis: Spis, ports: Ports) -> Self {
        let modes: &[Mode] = if policy.encapsulation {
            &[Mode::Transport, Mode::UdpEncapsulatedTunnel]
        } else {
            &[Mode::Transport]
        };
        let entries = modes.iter().flat_map(|&mode| {
            let entry = move |&suite| {
                let q = 1_000;
                Ipsec {
                    suite,
                    mode,
                    spis,
                    ports,
                    q,
                }
                .text(false)
            };
            policy.suites.iter().map(entry)
        });
        let header = entries.collect::<Vec<_>>().join(",");
        Self {
            policy,
            spis,
            ports,
            header,
        }
    }

    /// The value of Security-Client.
    #[must_use]
    pub fn security_client(&self) -> &str {
        &self.header
    }

    /// Its SPIs.
    #[must_use]
    pub const fn spis(&self) -> Spis {
        self.spis
    }

    /// Its protected ports.
    #[must_use]
    pub const fn ports(&self) -> Ports {
        self.ports
    }

    /// What becomes of the P-CSCF's answer: the first of its mechanisms by q that was offered (TS 33.203 7.2).
    ///
    /// `ue` is the UE's address as the P-CSCF knows it (`received` of SM6's Via, where there is one), `local` the UE's own.
    ///
    /// # Errors
    /// [`Unacceptable`]: the registration is abandoned.
    pub fn judge<'a>(
        &self,
        set: SaSet,
        ue: IpAddr,
        local: IpAddr,
        pcscf: IpAddr,
        security_server: impl IntoIterator<Item = &'a str>,
    ) -> Result<Verdict, Unacceptable> {
        let values: Vec<&str> = security_server.into_iter().collect();
        if values.is_empty() {
            return Err(Unacceptable::Missing);
        }
        let mut entries: Vec<Ipsec> = read(values.iter().copied())?
            .into_iter()
            .filter_map(|mechanism| match mechanism {
                Mechanism::Ipsec(entry) => Some(entry),
                Mechanism::Unsupported | Mechanism::Media => None,
            })
            .collect();
        // Stable: of equal q the earlier counts.
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.q));
        let offered = |entry: &&Ipsec| {
            let mode = entry.mode == Mode::Transport || self.policy.encapsulation;
            mode && self.policy.suites.contains(&entry.suite)
        };
        let entry = entries.iter().find(offered).ok_or(Unacceptable::NoCommon)?;
        if let Some(fault) = entry.fault() {
            return Err(Unacceptable::Numbers(fault));
        }
        if entry.spis.both().iter().any(|spi| self.spis.both().contains(spi)) {
            return Err(Unacceptable::OwnSpi);
        }
        let encapsulation = match entry.mode {
            Mode::Transport => Encapsulation::Transport,
            Mode::UdpEncapsulatedTunnel => Encapsulation::UdpTunnel {
                ue: SocketAddr::new(local, super::ENCAPSULATION_PORT),
                pcscf: SocketAddr::new(pcscf, super::ENCAPSULATION_PORT),
            },
        };
        let end = |address, ports, spis| End { address, ports, spis };
        Ok(Verdict {
            associations: Associations {
                set,
                ue: end(ue, self.ports, self.spis),
                pcscf: end(pcscf, entry.ports, entry.spis),
                suite: entry.suite,
                encapsulation,
            },
            security_verify: values.join(","),
        })
    }
}
