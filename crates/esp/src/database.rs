//! The associations (SAD) and which of them a packet goes through (SPD) (RFC 4301 4.4): exact pairs of addresses and
//! ports, UDP and TCP alike (TS 33.203 7.1). What has no association here is neither sent nor received.

use crate::association::{Direction, Mode, SaCommand, SaKey, SaParameters};
use crate::inbound::Inbound;
use crate::outbound::{Outbound, SealError};
use crate::spi::SaSet;
use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Two addresses between which packets go outside: ports are 0 where ESP follows IP, and those of UDP where it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    /// Ours.
    pub local: SocketAddr,
    /// The peer's.
    pub remote: SocketAddr,
}

impl Path {
    /// Whether ESP is in UDP (RFC 3948).
    #[must_use]
    pub const fn is_encapsulated(self) -> bool {
        self.remote.port() != 0
    }
}

/// Why a command was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// There are as many associations as may be.
    #[error("{0} security associations are the most there may be")]
    TooMany(usize),
    /// Another inbound association has this SPI and address.
    #[error("another inbound association has this SPI and destination: the receiver must choose another SPI")]
    SpiInUse,
    /// Source and destination are of two families.
    #[error("source and destination are not both of IPv4 or both of IPv6")]
    Families,
    /// The suite is not one to send with.
    #[error("{0}")]
    Seal(#[from] SealError),
    /// No such association.
    #[error("no such security association")]
    Unknown,
    /// The back end does not have this mode.
    #[error("this back end has no UDP-encapsulated tunnels")]
    NotSupported,
    /// A kernel refused; its error number.
    #[error("the kernel refused the security association (error {0})")]
    BackEnd(i32),
}

pub(crate) enum End {
    Inbound(Box<Inbound>),
    Outbound(Box<Outbound>),
}

/// An association in use.
pub(crate) struct Association {
    pub(crate) parameters: SaParameters,
    pub(crate) end: End,
    pub(crate) expires: Duration,
    pub(crate) packets: u64,
    pub(crate) octets: u64,
    /// Exhaustion was told.
    pub(crate) told: bool,
}

#[derive(Default)]
struct Set {
    members: BTreeSet<SaKey>,
    /// Where the latest authentic packet of the set came from, if in UDP.
    path: Option<Path>,
}

/// All associations, with what finds them.
pub(crate) struct Database {
    limit: usize,
    /// Behind pointers: a table that grows moves its entries, and these are large.
    associations: HashMap<SaKey, Box<Association>>,
    inbound: HashMap<(u32, IpAddr), SaKey>,
    /// By local and remote selector; the last is sent with.
    outbound: HashMap<(SocketAddr, SocketAddr), Vec<SaKey>>,
    sets: HashMap<SaSet, Set>,
    expiries: BTreeSet<(Duration, SaKey)>,
}

impl Database {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            associations: HashMap::new(),
            inbound: HashMap::new(),
            outbound: HashMap::new(),
            sets: HashMap::new(),
            expiries: BTreeSet::new(),
        }
    }

    /// Carries out a command; `secret` is for the IVs. Answers the flows' ends that lost their last outbound association.
    pub(crate) fn command(
        &mut self,
        now: Duration,
        command: SaCommand,
        secret: &[u8; 16],
    ) -> Result<Vec<SaKey>, CommandError> {
        match command {
            SaCommand::Install(parameters) => self.install(now, *parameters, secret).map(|()| Vec::new()),
            SaCommand::Prefer(key) => self.prefer(key).map(|()| Vec::new()),
            SaCommand::SetLifetime { key, lifetime } => {
                self.set_lifetime(now, key, lifetime).map(|()| Vec::new())
            }
            SaCommand::Remove(key) => Ok(self.remove(key).into_iter().collect()),
            SaCommand::RemoveSet(set) => Ok(self.remove_set(set)),
        }
    }

    fn install(
        &mut self,
        now: Duration,
        parameters: SaParameters,
        secret: &[u8; 16],
    ) -> Result<(), CommandError> {
        let key = parameters.key();
        if parameters.source.is_ipv4() != parameters.destination.is_ipv4() {
            return Err(CommandError::Families);
        }
        if let Some(known) = self.associations.get_mut(&key)
            && known.parameters.keys == parameters.keys
            && known.parameters.set == parameters.set
        {
            known.parameters.mode = parameters.mode;
            return self.set_lifetime(now, key, parameters.lifetime);
        }
        let arrives = (parameters.spi.value(), parameters.outer().1);
        if key.direction == Direction::Inbound
            && self.inbound.get(&arrives).is_some_and(|other| *other != key)
        {
            return Err(CommandError::SpiInUse);
        }
        if self.associations.len() >= self.limit && !self.associations.contains_key(&key) {
            return Err(CommandError::TooMany(self.limit));
        }
        let end = match key.direction {
            Direction::Inbound => End::Inbound(Box::new(Inbound::new(key.spi, &parameters.keys))),
            Direction::Outbound => {
                let outbound = Outbound::new(key.spi, &parameters.keys, parameters.sequence, secret)?;
                End::Outbound(Box::new(outbound))
            }
        };
        self.remove(key);
        match key.direction {
            Direction::Inbound => drop(self.inbound.insert(arrives, key)),
            Direction::Outbound => self
                .outbound
                .entry((key.source, key.destination))
                .or_default()
                .push(key),
        }
        self.sets.entry(parameters.set).or_default().members.insert(key);
        let expires = now.saturating_add(parameters.lifetime);
        self.expiries.insert((expires, key));
        let association = Association {
            parameters,
            end,
            expires,
            packets: 0,
            octets: 0,
            told: false,
        };
        self.associations.insert(key, Box::new(association));
        Ok(())
    }

    fn prefer(&mut self, key: SaKey) -> Result<(), CommandError> {
        let same = self
            .outbound
            .get_mut(&(key.source, key.destination))
            .ok_or(CommandError::Unknown)?;
        let at = same
            .iter()
            .position(|other| *other == key)
            .ok_or(CommandError::Unknown)?;
        same[at..].rotate_left(1);
        Ok(())
    }

    fn set_lifetime(&mut self, now: Duration, key: SaKey, lifetime: Duration) -> Result<(), CommandError> {
        let association = self.associations.get_mut(&key).ok_or(CommandError::Unknown)?;
        self.expiries.remove(&(association.expires, key));
        association.expires = now.saturating_add(lifetime);
        self.expiries.insert((association.expires, key));
        Ok(())
    }

    /// Forgets an association. Answers it if it was the last that its flow could send with.
    pub(crate) fn remove(&mut self, key: SaKey) -> Option<SaKey> {
        let association = self.associations.remove(&key)?;
        let parameters = &association.parameters;
        self.expiries.remove(&(association.expires, key));
        if let Some(set) = self.sets.get_mut(&parameters.set) {
            set.members.remove(&key);
            if set.members.is_empty() {
                self.sets.remove(&parameters.set);
            }
        }
        match key.direction {
            Direction::Inbound => {
                self.inbound
                    .remove(&(parameters.spi.value(), parameters.outer().1));
                None
            }
            Direction::Outbound => {
                let selectors = (key.source, key.destination);
                let same = self.outbound.get_mut(&selectors)?;
                same.retain(|other| *other != key);
                if !same.is_empty() {
                    return None;
                }
                self.outbound.remove(&selectors);
                Some(key)
            }
        }
    }

    fn remove_set(&mut self, set: SaSet) -> Vec<SaKey> {
        let members = self
            .sets
            .get(&set)
            .map(|set| set.members.clone())
            .unwrap_or_default();
        members.into_iter().filter_map(|key| self.remove(key)).collect()
    }

    /// Removes one association whose lifetime is over. Answers it, and whether its flow can send no more.
    pub(crate) fn expire(&mut self, now: Duration) -> Option<(SaKey, bool)> {
        let &(expires, key) = self.expiries.first()?;
        if expires > now {
            return None;
        }
        let last = self.remove(key).is_some();
        Some((key, last))
    }

    pub(crate) fn next_expiry(&self) -> Option<Duration> {
        self.expiries.first().map(|(expires, _)| *expires)
    }

    /// What a packet with this SPI that came to this address belongs to.
    pub(crate) fn inbound(&mut self, spi: u32, destination: IpAddr) -> Option<&mut Association> {
        let key = self.inbound.get(&(spi, destination))?;
        self.associations.get_mut(key).map(Box::as_mut)
    }

    /// What a packet between these ends is sent with, and the path that the peer was last heard on.
    pub(crate) fn outbound(
        &mut self,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Option<(&mut Association, Option<Path>)> {
        let key = self.outbound.get(&(local, remote))?.last()?;
        let association = self.associations.get_mut(key)?;
        let path = self
            .sets
            .get(&association.parameters.set)
            .and_then(|set| set.path);
        Some((association, path))
    }

    pub(crate) fn can_send(&self, local: SocketAddr, remote: SocketAddr) -> bool {
        self.outbound.contains_key(&(local, remote))
    }

    /// An authentic packet of the set came on a path.
    pub(crate) fn heard(&mut self, set: SaSet, path: Path) {
        if let Some(set) = self.sets.get_mut(&set) {
            set.path = Some(path);
        }
    }

    /// Paths of tunnels, for keeping NATs open: as they are in the associations.
    pub(crate) fn tunnels(&self) -> BTreeSet<Path> {
        let outbound = self
            .associations
            .values()
            .filter(|it| it.parameters.direction == Direction::Outbound);
        let paths = outbound.filter_map(|it| match it.parameters.mode {
            Mode::UdpEncapsulatedTunnel { source, destination } => Some(Path {
                local: source,
                remote: destination,
            }),
            Mode::Transport => None,
        });
        paths.collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Association> {
        self.associations.values().map(Box::as_ref)
    }

    pub(crate) fn len(&self) -> usize {
        self.associations.len()
    }
}
