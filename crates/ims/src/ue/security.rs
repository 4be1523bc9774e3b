//! The UE's offers, and what goes over which set of security associations (TS 33.203 7.1, 7.4; TS 24.229 5.1.1.2.2,
//! 5.1.1.4.2).

use super::Work;
use super::configuration::Configuration;
use super::output::Way;
use crate::agreement::{Associations, Offer, Ports, Role, Sets, Spis, UePolicy, Unacceptable, Which};
use quintet_crypto::{Ck, Ik};
use quintet_esp::{EspKeys, SaSet, Spi};
use quintet_sip::transport::Protocol;
use std::net::{IpAddr, SocketAddr};

/// How many names a UE has for its sets: many more than it has sets at a time.
pub const SET_NAMES: u32 = 1 << 10;

/// Where the ends of a set are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses {
    /// The UE's as the P-CSCF sees it.
    pub(super) seen_as: IpAddr,
    /// The UE's own.
    pub(super) own: IpAddr,
    /// The P-CSCF's.
    pub(super) pcscf: IpAddr,
}

/// Why there is no set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoSet {
    /// Security-Server does not answer the offer.
    Unacceptable(Unacceptable),
    /// CK or IK has not 128 bits.
    Keys,
}

/// The sets of a UE, and Security-Verify of what goes over them.
#[derive(Debug)]
pub(super) struct Protection {
    pub(super) sets: Sets,
    verify: Option<String>,
    temporary_verify: Option<String>,
    next_client_port: u16,
    /// Names of sets: the first, and how many there were.
    first_set: u32,
    made: u32,
}

impl Protection {
    pub(super) const fn new(first_client_port: u16, first_set: u32) -> Self {
        Self {
            sets: Sets::new(Role::Ue),
            verify: None,
            temporary_verify: None,
            next_client_port: first_client_port,
            first_set,
            made: 0,
        }
    }

    /// The set in use.
    pub(super) fn current(&self) -> Option<SaSet> {
        self.sets.outbound().map(|associations| associations.set)
    }

    /// Whether there is a temporary set.
    pub(super) fn has_temporary(&self) -> bool {
        self.sets.get(Which::Temporary).is_some()
    }

    /// Which way requests go over a set, and Security-Verify there.
    pub(super) fn over(&self, which: Which) -> Option<(Way, Option<String>)> {
        let way = over(&self.sets.get(which)?.associations);
        let verify = if which == Which::Temporary {
            &self.temporary_verify
        } else {
            &self.verify
        };
        Some((way, verify.clone()))
    }

    /// Security-Verify of what goes over the set in use.
    pub(super) fn verify(&self) -> Option<&str> {
        self.verify.as_deref()
    }

    /// Another offer: its SPIs and client port are no other set's (TS 33.203 7.4).
    pub(super) fn offer(
        &mut self,
        work: &mut Work<'_>,
        configuration: &Configuration,
        policy: &UePolicy,
    ) -> Offer {
        let used: Vec<Spi> = self
            .sets
            .iter()
            .flat_map(|(_, entry)| entry.associations.ue.spis.both())
            .collect();
        let mut draw = |also: Option<Spi>| {
            loop {
                // Ends: of 2³² numbers few are taken.
                if let Some(spi) = Spi::new(work.number())
                    && !used.contains(&spi)
                    && also != Some(spi)
                {
                    return spi;
                }
            }
        };
        let client = draw(None);
        let server = draw(Some(client));
        let ports = Ports {
            client: self.client_port(configuration),
            server: configuration.server_port,
        };
        Offer::new(policy.clone(), Spis { client, server }, ports)
    }

    /// The next client port. A range of fewer ports than there are sets makes them repeat, as in a UE out of ports.
    fn client_port(&mut self, configuration: &Configuration) -> u16 {
        let range = &configuration.client_ports;
        let (first, last) = (*range.start(), *range.end());
        let used: Vec<u16> = self
            .sets
            .iter()
            .map(|(_, entry)| entry.associations.ue.ports.client)
            .collect();
        let mut port = self.next_client_port;
        for _ in 0..=used.len() {
            if !used.contains(&port) && range.contains(&port) {
                break;
            }
            port = if (first..last).contains(&port) {
                port + 1
            } else {
                first
            };
        }
        self.next_client_port = port.checked_add(1).unwrap_or(first);
        port
    }

    /// Sets up the temporary set that the P-CSCF's answer to an offer makes, with these keys.
    pub(super) fn agree(
        &mut self,
        work: &Work<'_>,
        offer: &Offer,
        server: &[String],
        at: Addresses,
        (ck, ik): (&Ck, &Ik),
    ) -> Result<(), NoSet> {
        let name = SaSet(self.first_set.wrapping_add(self.made % SET_NAMES));
        let values = server.iter().map(String::as_str);
        let verdict = offer
            .judge(name, at.seen_as, at.own, at.pcscf, values)
            .map_err(NoSet::Unacceptable)?;
        let keys = EspKeys::derive(verdict.associations.suite, ck, ik).ok_or(NoSet::Keys)?;
        self.sets.challenge(work.now, verdict.associations, keys);
        self.made = self.made.wrapping_add(1);
        self.temporary_verify = Some(verdict.security_verify);
        Ok(())
    }

    /// The registration is granted, by a REGISTER over this set: the temporary set is in use now, or what is stays so.
    pub(super) fn granted(&mut self, work: &Work<'_>, granted: std::time::Duration, over: Option<SaSet>) {
        if self.sets.confirm(work.now, granted, over) {
            self.verify = self.temporary_verify.take();
        } else if over.is_some() {
            self.sets.refresh(work.now, granted);
        } else {
            self.sets.clear();
            self.verify = None;
        }
    }

    /// The temporary set goes.
    pub(super) fn fail(&mut self) {
        self.sets.fail();
        self.temporary_verify = None;
    }
}

/// Without protection.
pub(super) const fn bare(configuration: &Configuration, address: IpAddr) -> Way {
    let local = SocketAddr::new(address, configuration.port);
    Way {
        local,
        remote: configuration.pcscf,
        heard_at: local,
        protected: false,
    }
}

/// Over a set.
const fn over(associations: &Associations) -> Way {
    let hop = associations.request_hop(Role::Ue, Protocol::Udp);
    Way {
        local: hop.local,
        remote: hop.remote,
        heard_at: associations.ue.server(),
        protected: true,
    }
}
