//! The kernel's ESP (XFRM): the same commands as our own takes, by netlink.
//!
//! An association is one state and, for UDP and for TCP, one policy. Policies *require* ESP: what comes to a protected
//! 5-tuple without it is dropped by the kernel, and what we send there leaves protected or not at all. The policy outwards
//! names the SPI, so that the commanded association is used where old and new overlap; the one inwards takes any of its
//! selectors.
//!
//! Messages are written here by hand: they are a handful of structures of fixed layout, and the crate `xfrmnetlink` (0.4)
//! would bring an asynchronous netlink stack, a second `thiserror` and flush commands that take other programs'
//! associations along.
//!
//! Our states carry a `reqid` that begins with [`OWNER`], and our policies a priority of their own; what a process that died
//! left is removed at the start.
//! So one network namespace has room for one of us (and the two ends of an association cannot both be kept by one kernel
//! in one namespace anyway).
//!
//! Left out: tunnels in UDP. A kernel decapsulates only for a socket with the option `UDP_ENCAP`, which no safe interface
//! sets; `EspTransport` keeps tunnels in user space beside the kernel's associations.

mod forgery;
mod message;
mod record;
mod socket;

use forgery::{LOOK, forged_packets};
use message::{Message, PolicyDirection, algorithms, hard_limit};
use quintet_esp::{CommandError, Direction, Event, Mode, SaCommand, SaKey, SaParameters, SaSet, SaStatus};
use record::StateRecord;
use socket::NetlinkSocket;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// The first octet of our `reqid`s.
const OWNER: u32 = 0x51;

/// How much longer than ours the kernel's lifetime is: it is for when we are gone.
const GRACE: Duration = Duration::from_secs(60);

/// How long an association outlives the command to remove it. What was said before the command leaves by ordinary sockets,
/// which may be later: it must not leave bare (TS 33.203 7.3.1.1: the answer, then the deletion).
const LINGER: Duration = Duration::from_secs(1);

/// Protocols that policies are for.
const PROTOCOLS: [u8; 2] = [UDP, TCP];
const TCP: u8 = 6;
const UDP: u8 = 17;

struct Kept {
    parameters: SaParameters,
    installed: Duration,
    expires: Duration,
    /// It was to be removed, and only lingers.
    leaving: bool,
    /// Forged packets that were told of.
    forged: u32,
}

/// Associations in the kernel.
pub(crate) struct Xfrm {
    socket: NetlinkSocket,
    limit: usize,
    kept: HashMap<SaKey, Kept>,
    /// By direction, source and destination; the last is sent with.
    selectors: HashMap<(Direction, SocketAddr, SocketAddr), Vec<SaKey>>,
    expiries: BTreeSet<(Duration, SaKey)>,
    /// When the count of forged packets is looked at next, and what it was.
    look: Option<Duration>,
    forged: Option<u64>,
    events: VecDeque<Event>,
}

/// The `reqid` of a set.
fn reqid(set: SaSet) -> u32 {
    OWNER << 24 | set.0 & 0x00ff_ffff
}

fn is_ours(reqid: u32) -> bool {
    reqid >> 24 == OWNER
}

impl Xfrm {
    /// Opens a netlink socket, and removes what an earlier process of ours left.
    ///
    /// # Errors
    /// As the system says: no such protocol, or not permitted.
    pub(crate) fn open(limit: usize) -> io::Result<Self> {
        let mut xfrm = Self {
            socket: NetlinkSocket::open()?,
            limit,
            kept: HashMap::new(),
            selectors: HashMap::new(),
            expiries: BTreeSet::new(),
            look: None,
            forged: forged_packets(),
            events: VecDeque::new(),
        };
        xfrm.remove_ours()?;
        Ok(xfrm)
    }

    /// Whether it keeps this association.
    pub(crate) fn has(&self, key: SaKey) -> bool {
        self.kept.contains_key(&key)
    }

    /// Removes every state and policy that is ours.
    fn remove_ours(&mut self) -> io::Result<()> {
        for policy in self.socket.policies()? {
            if policy.priority == message::PRIORITY {
                self.socket.command(Message::delete_policy_of(&policy))?;
            }
        }
        for state in self.socket.states()? {
            if is_ours(state.reqid) {
                self.socket
                    .command(Message::delete_state(state.destination, state.spi))?;
            }
        }
        Ok(())
    }

    pub(crate) fn command(&mut self, now: Duration, command: SaCommand) -> Result<(), CommandError> {
        match command {
            SaCommand::Install(parameters) => self.install(now, *parameters),
            SaCommand::Prefer(key) => self.prefer(key),
            SaCommand::SetLifetime { key, lifetime } => self.set_lifetime(now, key, lifetime),
            SaCommand::Remove(key) => {
                self.leave(now, key);
                Ok(())
            }
            SaCommand::RemoveSet(set) => {
                let members: Vec<_> = self
                    .kept
                    .values()
                    .filter(|kept| kept.parameters.set == set)
                    .collect();
                let keys: Vec<_> = members.into_iter().map(|kept| kept.parameters.key()).collect();
                keys.into_iter().for_each(|key| self.leave(now, key));
                Ok(())
            }
        }
    }

    fn install(&mut self, now: Duration, parameters: SaParameters) -> Result<(), CommandError> {
        let key = parameters.key();
        if parameters.mode != Mode::Transport {
            return Err(CommandError::NotSupported);
        }
        if parameters.source.is_ipv4() != parameters.destination.is_ipv4() {
            return Err(CommandError::Families);
        }
        if let Some(kept) = self.kept.get(&key)
            && kept.parameters.keys == parameters.keys
        {
            return self.set_lifetime(now, key, parameters.lifetime);
        }
        if self.kept.len() >= self.limit && !self.kept.contains_key(&key) {
            return Err(CommandError::TooMany(self.limit));
        }
        self.remove(key);
        let algorithms = algorithms(&parameters.keys);
        let limit = hard_limit(parameters.lifetime + GRACE);
        let state = Message::new_state(&parameters, reqid(parameters.set), limit, &algorithms);
        self.socket.command(state).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => CommandError::SpiInUse,
            _ => refused("state", key, &error),
        })?;
        let selectors = (key.direction, key.source, key.destination);
        self.selectors.entry(selectors).or_default().push(key);
        let expires = now.saturating_add(parameters.lifetime);
        self.expiries.insert((expires, key));
        self.kept.insert(
            key,
            Kept {
                parameters,
                installed: now,
                expires,
                leaving: false,
                forged: 0,
            },
        );
        self.look.get_or_insert(now.saturating_add(LOOK));
        let ruled = self.rule(key);
        if ruled.is_err() {
            self.remove(key);
        }
        ruled
    }

    /// Makes or changes the policies of an association's selectors, so that it is the one that is sent with.
    fn rule(&mut self, key: SaKey) -> Result<(), CommandError> {
        let Some(kept) = self.kept.get(&key) else {
            return Err(CommandError::Unknown);
        };
        for protocol in PROTOCOLS {
            let policy = Message::update_policy(&kept.parameters, reqid(kept.parameters.set), protocol);
            self.socket
                .command(policy)
                .map_err(|error| refused("policy", key, &error))?;
        }
        Ok(())
    }

    fn prefer(&mut self, key: SaKey) -> Result<(), CommandError> {
        let same = self
            .selectors
            .get_mut(&(key.direction, key.source, key.destination));
        let same = same.ok_or(CommandError::Unknown)?;
        let at = same
            .iter()
            .position(|other| *other == key)
            .ok_or(CommandError::Unknown)?;
        same[at..].rotate_left(1);
        self.rule(key)
    }

    fn set_lifetime(&mut self, now: Duration, key: SaKey, lifetime: Duration) -> Result<(), CommandError> {
        let kept = self.kept.get_mut(&key).ok_or(CommandError::Unknown)?;
        // The kernel counts from when the state was made.
        let limit = hard_limit(now.saturating_sub(kept.installed) + lifetime + GRACE);
        let parameters = &kept.parameters;
        let update = Message::update_state(
            parameters,
            reqid(parameters.set),
            limit,
            &algorithms(&parameters.keys),
        );
        self.socket
            .command(update)
            .map_err(|error| refused("lifetime", key, &error))?;
        self.expiries.remove(&(kept.expires, key));
        kept.expires = now.saturating_add(lifetime);
        kept.leaving = false;
        self.expiries.insert((kept.expires, key));
        Ok(())
    }

    /// Removes it soon.
    fn leave(&mut self, now: Duration, key: SaKey) {
        if let Some(kept) = self.kept.get_mut(&key)
            && !std::mem::replace(&mut kept.leaving, true)
        {
            self.expiries.remove(&(kept.expires, key));
            kept.expires = kept.expires.min(now.saturating_add(LINGER));
            self.expiries.insert((kept.expires, key));
        }
    }

    /// Removes state and policies; what another association of the same selectors needs stays.
    fn remove(&mut self, key: SaKey) {
        let Some(kept) = self.kept.remove(&key) else {
            return;
        };
        self.expiries.remove(&(kept.expires, key));
        self.report_forgeries(&kept);
        let selectors = (key.direction, key.source, key.destination);
        let same = self.selectors.get_mut(&selectors);
        let last = same.and_then(|same| {
            same.retain(|other| *other != key);
            same.last().copied()
        });
        match last {
            Some(other) => {
                if let Err(error) = self.rule(other) {
                    tracing::error!(?other, %error, "XFRM: the other association's policy was not made");
                }
            }
            None => {
                self.selectors.remove(&selectors);
                for protocol in PROTOCOLS {
                    self.try_command(
                        "policy not removed",
                        Message::delete_policy(&kept.parameters, protocol),
                    );
                }
            }
        }
        let destination = kept.parameters.outer().1;
        self.try_command(
            "state not removed",
            Message::delete_state(destination, key.spi.value()),
        );
    }

    fn try_command(&mut self, what: &str, message: Message) {
        if let Err(error) = self.socket.command(message)
            && !matches!(error.raw_os_error(), Some(NO_SUCH_PROCESS | NO_SUCH_FILE))
        {
            tracing::warn!(%error, "XFRM: {what}");
        }
    }

    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        let expiry = self.expiries.first().map(|(expires, _)| *expires);
        expiry.into_iter().chain(self.look).min()
    }

    pub(crate) fn timeout(&mut self, now: Duration) {
        while let Some(&(expires, key)) = self.expiries.first()
            && expires <= now
        {
            let leaving = self.kept.get(&key).is_some_and(|kept| kept.leaving);
            self.remove(key);
            if !leaving {
                self.events.push_back(Event::Expired(key));
            }
        }
        if self.look.is_some_and(|look| look <= now) {
            self.look_for_forgeries();
            self.look = (!self.kept.is_empty()).then(|| now.saturating_add(LOOK));
        }
    }

    /// All associations, with the kernel's counts.
    pub(crate) fn associations(&mut self, now: Duration) -> Vec<SaStatus> {
        let states = self.socket.states().unwrap_or_else(|error| {
            tracing::warn!(%error, "XFRM: states not read");
            Vec::new()
        });
        let by_id: HashMap<_, StateRecord> = states
            .into_iter()
            .map(|state| ((state.destination, state.spi), state))
            .collect();
        let status = |kept: &Kept| {
            let parameters = &kept.parameters;
            let state = by_id.get(&(parameters.outer().1, parameters.spi.value()));
            SaStatus {
                key: parameters.key(),
                set: parameters.set,
                suite: parameters.keys.suite(),
                mode: parameters.mode,
                remaining: kept.expires.saturating_sub(now),
                packets: state.map_or(0, |state| state.packets),
                octets: state.map_or(0, |state| state.octets),
                sequence: state.map_or(0, |state| state.sequence(parameters.direction)),
            }
        };
        let kept = self.kept.values().filter(|kept| !kept.leaving);
        kept.map(status).collect()
    }
}

const NO_SUCH_FILE: i32 = 2;
const NO_SUCH_PROCESS: i32 = 3;

fn refused(what: &str, key: SaKey, error: &io::Error) -> CommandError {
    tracing::warn!(?key, %error, "XFRM: {what} refused");
    CommandError::BackEnd(error.raw_os_error().unwrap_or_default())
}

impl Drop for Xfrm {
    fn drop(&mut self) {
        let keys: Vec<_> = self.kept.keys().copied().collect();
        keys.into_iter().for_each(|key| self.remove(key));
    }
}

impl PolicyDirection {
    fn of(direction: Direction) -> Self {
        match direction {
            Direction::Inbound => Self::In,
            Direction::Outbound => Self::Out,
        }
    }
}
