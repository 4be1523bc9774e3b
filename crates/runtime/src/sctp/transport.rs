//! One SCTP transport, whatever it stands on: the same events and commands, what a full association does not take,
//! and an end to endings.

use super::kernel::{KernelEndpoint, is_available};
use super::packets::PacketEndpoint;
use super::settings::{SctpAddress, SctpBackend, SctpError, SctpSettings, SctpUse};
use super::{SctpConnectError, SctpRemote, SctpTransportId};
use crate::tap::{SctpLink, Tap, Way};
use crate::{Drbg, Moment};
use quintet_sctp::{AssociationId, Down, Event, Message, SendError, Streams};
use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Octets that wait for an association whose send buffer is full. As much as a Diameter connection may have: a peer that
/// takes longer than that to read is aborted.
const MAX_WAITING_OCTETS: usize = 8 << 20;

/// How long an association may take to end gracefully before it is aborted: a few retransmissions.
const LINGER: Duration = Duration::from_secs(5);

/// Transports of this process, so that no two of them number associations alike.
static TRANSPORTS: AtomicU32 = AtomicU32::new(1);

pub(crate) enum Back {
    Packets(Box<PacketEndpoint>),
    Kernel(Box<KernelEndpoint>),
}

/// What waits for room.
#[derive(Default)]
struct Waiting {
    messages: VecDeque<Message>,
    octets: usize,
    ending: bool,
}

pub(crate) struct SctpTransport {
    id: SctpTransportId,
    serves: SctpUse,
    pub(crate) back: Back,
    links: HashMap<AssociationId, SctpLink>,
    /// Begun by us and not up yet.
    connecting: HashSet<AssociationId>,
    waiting: HashMap<AssociationId, Waiting>,
    /// Ends that are waited for, the earliest first.
    lingering: VecDeque<(Duration, AssociationId)>,
}

type SharedTap = Option<Box<dyn Tap>>;

impl SctpTransport {
    /// Opens the sockets that the settings ask for.
    pub(crate) fn open(settings: &SctpSettings, serves: SctpUse) -> Result<Self, SctpError> {
        let number = TRANSPORTS.fetch_add(1, Ordering::Relaxed);
        let first = AssociationId(u64::from(number) << 32);
        let mut drbg = Drbg::new()?;
        let mut packets = |backend| {
            PacketEndpoint::open(settings, backend, first, &mut drbg)
                .map(|endpoint| Back::Packets(Box::new(endpoint)))
        };
        let kernel =
            || KernelEndpoint::open(settings, first).map(|endpoint| Back::Kernel(Box::new(endpoint)));
        let back = match settings.backend {
            SctpBackend::Kernel => kernel()?,
            SctpBackend::Auto if is_available() => kernel()?,
            SctpBackend::Auto => match packets(SctpBackend::RawIp) {
                Err(SctpError::NoRawSockets(_)) => packets(SctpBackend::Udp)?,
                other => other?,
            },
            backend => packets(backend)?,
        };
        Ok(Self {
            id: SctpTransportId(number),
            serves,
            back,
            links: HashMap::new(),
            connecting: HashSet::new(),
            waiting: HashMap::new(),
            lingering: VecDeque::new(),
        })
    }

    pub(crate) fn id(&self) -> SctpTransportId {
        self.id
    }

    pub(crate) fn serves(&self) -> SctpUse {
        self.serves
    }

    pub(crate) fn address(&self) -> SctpAddress {
        match &self.back {
            Back::Packets(packets) => packets.address(),
            Back::Kernel(kernel) => kernel.address(),
        }
    }

    /// The association, while it is up.
    pub(crate) fn link(&self, association: AssociationId) -> Option<&SctpLink> {
        self.links.get(&association)
    }

    pub(crate) fn connect(&mut self, at: Moment, to: SctpRemote) -> Result<AssociationId, SctpConnectError> {
        let association = match &mut self.back {
            Back::Packets(packets) => packets.connect(at, to)?,
            Back::Kernel(kernel) => kernel
                .connect(to.address)
                .map_err(|error| SctpConnectError::System {
                    address: to.address,
                    reason: error.to_string(),
                })?,
        };
        self.connecting.insert(association);
        Ok(association)
    }

    /// Sends, now or when there is room. What an association that is gone or ending does not take is dropped.
    pub(crate) fn send(
        &mut self,
        at: Moment,
        tap: &mut SharedTap,
        association: AssociationId,
        message: Message,
    ) {
        if let Some(waiting) = self.waiting.get_mut(&association) {
            if waiting.ending {
                return;
            }
            waiting.octets += message.payload.len();
            waiting.messages.push_back(message);
            if waiting.octets > MAX_WAITING_OCTETS {
                tracing::warn!(
                    ?association,
                    "SCTP: the peer does not read what it is sent: aborted"
                );
                self.abort(at, association);
            }
            return;
        }
        if let Err(message) = self.offer(at, tap, association, message) {
            let octets = message.payload.len();
            self.waiting.insert(
                association,
                Waiting {
                    messages: VecDeque::from([message]),
                    octets,
                    ending: false,
                },
            );
        }
    }

    /// Gives a message to the association; gives it back if that is full.
    fn offer(
        &mut self,
        at: Moment,
        tap: &mut SharedTap,
        association: AssociationId,
        message: Message,
    ) -> Result<(), Message> {
        if let Some(tap) = tap
            && let Some(link) = self.links.get(&association)
        {
            let room = self.back.room(association) >= message.payload.len();
            if room {
                tap.sctp_message(at.wall, link, Way::Sent, &message);
            }
        }
        // A message that is not taken is lost, so one that may not be is copied first.
        let kept = (self.back.room(association) < message.payload.len()).then(|| message.clone());
        match (self.back.send(at, association, message), kept) {
            (Ok(()), _) => Ok(()),
            (Err(SendError::Full), Some(message)) => Err(message),
            (Err(SendError::Full), None) => {
                tracing::error!(?association, "SCTP: a message was lost: aborted");
                self.abort(at, association);
                Ok(())
            }
            (Err(error @ (SendError::Unknown | SendError::ShuttingDown)), _) => {
                tracing::debug!(?association, %error, "SCTP: not sent");
                Ok(())
            }
            (Err(error), _) => {
                tracing::error!(?association, %error, "SCTP: not sent");
                Ok(())
            }
        }
    }

    /// Whether messages wait for room.
    pub(crate) fn is_full(&self, association: AssociationId) -> bool {
        self.waiting.contains_key(&association)
    }

    pub(crate) fn shutdown(&mut self, at: Moment, association: AssociationId) {
        match self.waiting.get_mut(&association) {
            Some(waiting) => waiting.ending = true,
            None => self.back.shutdown(at, association),
        }
        self.lingering.push_back((at.now + LINGER, association));
    }

    pub(crate) fn abort(&mut self, at: Moment, association: AssociationId) {
        self.waiting.remove(&association);
        self.back.abort(at, association);
    }

    /// Ends every association gracefully.
    pub(crate) fn shutdown_all(&mut self, at: Moment) {
        let associations: Vec<_> = self.connecting.iter().chain(self.links.keys()).copied().collect();
        for association in associations {
            self.shutdown(at, association);
        }
    }

    /// Whether no association is left.
    pub(crate) fn is_idle(&self) -> bool {
        match &self.back {
            Back::Packets(packets) => packets.endpoint.association_count() == 0,
            Back::Kernel(kernel) => kernel.association_count() == 0,
        }
    }

    /// What happened next. `Writable` comes when all that waited is sent.
    pub(crate) fn poll_event(&mut self, at: Moment, tap: &mut SharedTap) -> Option<Event> {
        loop {
            let event = match &mut self.back {
                Back::Packets(packets) => packets.endpoint.poll_event(),
                Back::Kernel(kernel) => kernel.poll_event(),
            }?;
            match &event {
                Event::Up {
                    association,
                    peer,
                    initiated,
                    streams,
                } => self.up(at, tap, *association, (*peer, *initiated), *streams),
                Event::Restarted { association, streams } => {
                    if let Some(waiting) = self.waiting.remove(association)
                        && waiting.ending
                    {
                        self.back.shutdown(at, *association);
                    }
                    if let Some(link) = self.links.get_mut(association) {
                        link.streams = *streams;
                        if let Some(tap) = tap {
                            tap.sctp_up(at.wall, link);
                        }
                    }
                }
                Event::Message { association, message } => {
                    if let Some(tap) = tap
                        && let Some(link) = self.links.get(association)
                    {
                        tap.sctp_message(at.wall, link, Way::Received, message);
                    }
                }
                Event::Writable { association } => {
                    if !self.resume(at, tap, *association) {
                        continue;
                    }
                }
                Event::Down { association, reason } => {
                    self.waiting.remove(association);
                    self.connecting.remove(association);
                    if let Some(link) = self.links.remove(association)
                        && let Some(tap) = tap
                    {
                        tap.sctp_down(at.wall, &link, *reason == Down::Shutdown);
                    }
                }
            }
            return Some(event);
        }
    }

    fn up(
        &mut self,
        at: Moment,
        tap: &mut SharedTap,
        association: AssociationId,
        (remote, initiated): (SocketAddr, bool),
        streams: Streams,
    ) {
        self.connecting.remove(&association);
        let SctpAddress { address, carrier } = self.address();
        let link = SctpLink {
            association,
            local: address,
            remote,
            initiated,
            streams,
            carrier,
        };
        if let Some(tap) = tap {
            tap.sctp_up(at.wall, &link);
        }
        self.links.insert(association, link);
    }

    /// Sends what waited. Answers whether all of it is sent and more is welcome.
    fn resume(&mut self, at: Moment, tap: &mut SharedTap, association: AssociationId) -> bool {
        let Some(mut waiting) = self.waiting.remove(&association) else {
            return true;
        };
        while let Some(message) = waiting.messages.pop_front() {
            let octets = message.payload.len();
            if let Err(message) = self.offer(at, tap, association, message) {
                waiting.messages.push_front(message);
                self.waiting.insert(association, waiting);
                return false;
            }
            waiting.octets -= octets;
        }
        if waiting.ending {
            self.back.shutdown(at, association);
        }
        !waiting.ending
    }

    /// Takes in what waits in the socket; a kernel's associations have tasks for that.
    pub(crate) fn receive(&mut self, at: Moment, tap: &mut SharedTap) -> io::Result<()> {
        match &mut self.back {
            Back::Packets(packets) => packets.receive(at, tap),
            Back::Kernel(_) => Ok(()),
        }
    }

    /// Sends what there is, as far as the system takes it.
    pub(crate) fn transmit(&mut self, at: Moment, tap: &mut SharedTap) {
        match &mut self.back {
            Back::Packets(packets) => packets.transmit(at, tap),
            Back::Kernel(kernel) => kernel.transmit(),
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        let endpoint = match &self.back {
            Back::Packets(packets) => packets.endpoint.poll_timeout(),
            Back::Kernel(_) => None,
        };
        let linger = self.lingering.front().map(|(deadline, _)| *deadline);
        [endpoint, linger].into_iter().flatten().min()
    }

    pub(crate) fn timeout(&mut self, at: Moment) {
        if let Back::Packets(packets) = &mut self.back {
            packets.endpoint.handle_timeout(at.now);
        }
        while let Some((_, association)) = self.lingering.pop_front_if(|(deadline, _)| *deadline <= at.now) {
            // Long gone, mostly: then there is nothing to abort.
            self.abort(at, association);
        }
    }
}

impl Back {
    fn room(&self, association: AssociationId) -> usize {
        match self {
            Self::Packets(packets) => packets.endpoint.room(association),
            Self::Kernel(kernel) => kernel.room(association),
        }
    }

    fn send(&mut self, at: Moment, association: AssociationId, message: Message) -> Result<(), SendError> {
        match self {
            Self::Packets(packets) => packets.endpoint.send(at.now, association, message),
            Self::Kernel(kernel) => kernel.send(association, message),
        }
    }

    fn shutdown(&mut self, at: Moment, association: AssociationId) {
        match self {
            Self::Packets(packets) => packets.endpoint.shutdown(at.now, association),
            Self::Kernel(kernel) => kernel.shutdown(association),
        }
    }

    fn abort(&mut self, at: Moment, association: AssociationId) {
        match self {
            Self::Packets(packets) => packets.endpoint.abort(at.now, association),
            Self::Kernel(kernel) => kernel.abort(association),
        }
    }
}
