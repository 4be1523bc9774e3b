//! The P-CSCF's end: what it takes of a proposal, what it answers, and whether both came back unchanged (TS 33.203 7.2).

use super::associations::{Associations, ENCAPSULATION_PORT, Encapsulation, End, Ports, Spis};
use super::mechanism::{Ipsec, Mechanism, Mode, letters, read};
use super::refusal::{Refusal, VerifyFailure};
use quintet_esp::{SaSet, Suite};
use std::net::{IpAddr, SocketAddr};

/// What a P-CSCF is willing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The suites it has, the best first: its order counts (TS 33.203 7.2).
    pub suites: Vec<Suite>,
    /// Whether it can put ESP into UDP, for UEs behind NATs (Annex M).
    pub encapsulation: bool,
}

impl Default for Policy {
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

/// The distance of two entries of Security-Server in q, in thousandths: twenty have different ones.
const Q_STEP: u16 = 50;

impl Policy {
    /// The value of Security-Server in an answer that refuses a proposal (RFC 3329 2.3.1, 494): what would be taken, without
    /// numbers, for nothing is set up.
    #[must_use]
    pub fn security_server(&self) -> String {
        let entry = |(index, suite): (usize, &Suite)| {
            let q = q(index);
            format!(
                "ipsec-3gpp;q={}.{:03};alg={};ealg={};prot=esp;mod=trans",
                q / 1_000,
                q % 1_000,
                suite.integrity(),
                suite.encryption()
            )
        };
        self.suites
            .iter()
            .enumerate()
            .map(entry)
            .collect::<Vec<_>>()
            .join(",")
    }

    /// What is taken of a Security-Client: the first of the P-CSCF's suites that the UE has too, in the mode that the path to
    /// the UE needs. `behind_nat`: the UE's address is another than it thinks (Annex M.6).
    ///
    /// # Errors
    /// [`Refusal`]: SM1 is answered with an error (TS 33.203 7.3.2.1).
    pub fn judge<'a>(
        &self,
        behind_nat: bool,
        security_client: impl IntoIterator<Item = &'a str>,
    ) -> Result<Proposal, Refusal> {
        let values: Vec<&str> = security_client.into_iter().collect();
        if values.is_empty() {
            return Err(Refusal::Missing);
        }
        let entries = read(values.iter().copied())?;
        let mode = match (behind_nat, self.encapsulation) {
            (false, _) => Mode::Transport,
            (true, true) => Mode::UdpEncapsulatedTunnel,
            (true, false) => return Err(Refusal::Nat),
        };
        let ipsec = || {
            entries.iter().filter_map(|entry| match entry {
                Mechanism::Ipsec(entry) => Some(entry),
                Mechanism::Unsupported | Mechanism::Media => None,
            })
        };
        let best = self
            .suites
            .iter()
            .find_map(|suite| ipsec().find(|entry| entry.suite == *suite && entry.mode == mode));
        let Some(entry) = best else {
            let otherwise = ipsec().any(|entry| self.suites.contains(&entry.suite));
            return Err(if otherwise && behind_nat {
                Refusal::Nat
            } else {
                Refusal::NoCommon
            });
        };
        if let Some(fault) = entry.fault() {
            return Err(Refusal::Numbers(fault));
        }
        Ok(Proposal {
            entry: *entry,
            letters: letters(values)?,
        })
    }
}

fn q(index: usize) -> u16 {
    1_000_u16.saturating_sub(Q_STEP * (index as u16 + 1))
}

/// What is taken of a UE's proposal, until the challenge comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    entry: Ipsec,
    letters: String,
}

/// Where the P-CSCF ends the associations that it sets up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Here {
    /// Their name.
    pub set: SaSet,
    /// The P-CSCF's address.
    pub address: IpAddr,
    /// Its protected ports; the client port is another than that of associations with the same UE (TS 33.203 7.4).
    pub ports: Ports,
    /// Its SPIs, none of them the UE's.
    pub spis: Spis,
}

impl Proposal {
    /// The UE's ports.
    #[must_use]
    pub const fn ports(&self) -> Ports {
        self.entry.ports
    }

    /// The UE's SPIs.
    #[must_use]
    pub const fn spis(&self) -> Spis {
        self.entry.spis
    }

    /// What is around the packets.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.entry.mode
    }

    /// The algorithms that are taken.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.entry.suite
    }

    /// The answer to it, when the challenge comes: `ue` is the UE's address as the P-CSCF sees it.
    #[must_use]
    pub fn choose(self, policy: &Policy, ue: IpAddr, here: Here) -> Choice {
        let Here {
            set,
            address,
            ports,
            spis,
        } = here;
        let mode = self.entry.mode;
        let entry = |(index, suite): (usize, &Suite)| {
            let (suite, q) = (*suite, q(index));
            Ipsec {
                suite,
                mode,
                spis,
                ports,
                q,
            }
            .text(true)
        };
        let entries = policy.suites.iter().enumerate().map(entry);
        let tunnel_end = |address| SocketAddr::new(address, ENCAPSULATION_PORT);
        Choice {
            associations: Associations {
                set,
                ue: End {
                    address: ue,
                    ports: self.entry.ports,
                    spis: self.entry.spis,
                },
                pcscf: End { address, ports, spis },
                suite: self.entry.suite,
                encapsulation: match mode {
                    Mode::Transport => Encapsulation::Transport,
                    Mode::UdpEncapsulatedTunnel => Encapsulation::UdpTunnel {
                        ue: tunnel_end(ue),
                        pcscf: tunnel_end(address),
                    },
                },
            },
            client: self.letters,
            server: entries.collect::<Vec<_>>().join(","),
        }
    }
}

/// What the P-CSCF chose, said in SM6, and expects to hear again in SM7.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The associations to set up.
    pub associations: Associations,
    client: String,
    server: String,
}

impl Choice {
    /// One that was made before a restart.
    #[must_use]
    pub fn restore(associations: Associations, client: String, server: String) -> Self {
        Self {
            associations,
            client,
            server,
        }
    }

    /// The value of Security-Server.
    #[must_use]
    pub fn security_server(&self) -> &str {
        &self.server
    }

    /// The letters of the Security-Client that it answers.
    #[must_use]
    pub fn client_letters(&self) -> &str {
        &self.client
    }

    /// Whether SM7 has what was sent: Security-Verify the letters of SM6, Security-Client those of SM1 (TS 33.203 7.2,
    /// 7.3.2.3). Only then did nobody bid down.
    ///
    /// # Errors
    /// [`VerifyFailure`]: the registration is aborted.
    pub fn verify<'a>(
        &self,
        security_client: impl IntoIterator<Item = &'a str>,
        security_verify: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), VerifyFailure> {
        self.verify_server(security_verify)?;
        let client = letters(security_client).map_err(VerifyFailure::Unreadable)?;
        match client {
            none if none.is_empty() => Err(VerifyFailure::NoClient),
            other if other != self.client => Err(VerifyFailure::Client),
            _ => Ok(()),
        }
    }

    /// The same of a request after the registration, which has a Security-Verify alone (RFC 3329 2.3.1).
    ///
    /// # Errors
    /// [`VerifyFailure`].
    pub fn verify_server<'a>(
        &self,
        security_verify: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), VerifyFailure> {
        let verify = letters(security_verify).map_err(VerifyFailure::Unreadable)?;
        match verify {
            none if none.is_empty() => Err(VerifyFailure::NoVerify),
            other if other != self.server => Err(VerifyFailure::Verify),
            _ => Ok(()),
        }
    }
}
