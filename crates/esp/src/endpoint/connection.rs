//! One TCP connection inside ESP: a stack of `smoltcp` with one socket.
//!
//! A stack for each connection, since one stack looks at all its sockets for every packet; so the cost of a packet does
//! not grow with the number of connections, and `Connections` knows when each wants to be called.

use crate::event::{Closed, Flow};
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::tcp::{Socket, SocketBuffer, State};
use smoltcp::time::Instant;
use smoltcp::wire::{HardwareAddress, IpCidr};
use std::collections::VecDeque;
use std::time::Duration;

/// Octets of each of a connection's two buffers: some SIP messages.
const BUFFER_OCTETS: usize = 16 * 1024;

/// Octets that wait for room in the buffer: the longest SIP message, and then some.
const MAX_BACKLOG_OCTETS: usize = 128 * 1024;

/// The longest inner packet. With what ESP, UDP and an outer IPv6 header add it passes links of 1,500 octets.
const INNER_MTU: usize = 1360;

/// How long a peer may leave octets, or the beginning, unanswered.
const SILENCE: smoltcp::time::Duration = smoltcp::time::Duration::from_secs(32);

/// What happened on a connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Happened {
    Opened,
    Octets(Vec<u8>),
    Closed(Closed),
}

/// Whether octets were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused;

pub(super) struct Connection {
    interface: Interface,
    sockets: SocketSet<'static>,
    handle: SocketHandle,
    wire: Wire,
    backlog: VecDeque<u8>,
    began_here: bool,
    opened: bool,
    closed: bool,
    /// The node wants it closed once the backlog is out.
    closing: bool,
    /// The peer reset it, as far as can be seen.
    reset: bool,
    pub(super) due: Option<Duration>,
}

impl Connection {
    /// A connection that waits for the peer to begin it.
    pub(super) fn listen(now: Duration, flow: Flow, seed: u64) -> Option<Self> {
        let mut connection = Self::new(now, flow, seed)?;
        connection.socket().listen(flow.local).ok()?;
        Some(connection)
    }

    /// A connection that begins now.
    pub(super) fn connect(now: Duration, flow: Flow, seed: u64) -> Option<Self> {
        let mut connection = Self::new(now, flow, seed)?;
        connection.began_here = true;
        let socket = connection.sockets.get_mut::<Socket<'static>>(connection.handle);
        let context = connection.interface.context();
        socket.connect(context, flow.remote, flow.local).ok()?;
        Some(connection)
    }

    /// No connection: what answers segments that belong to none.
    pub(super) fn none(now: Duration, flow: Flow) -> Option<Self> {
        Self::new(now, flow, 0)
    }

    fn new(now: Duration, flow: Flow, seed: u64) -> Option<Self> {
        let mut wire = Wire::default();
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = seed;
        let mut interface = Interface::new(config, &mut wire, instant(now));
        let address = flow.local.ip().into();
        let prefix = if flow.local.is_ipv4() { 32 } else { 128 };
        let mut fits = false;
        interface.update_ip_addrs(|addresses| {
            fits = addresses.push(IpCidr::new(address, prefix)).is_ok();
        });
        if !fits || flow.remote.port() == 0 || flow.local.port() == 0 {
            return None;
        }
        let buffer = || SocketBuffer::new(vec![0; BUFFER_OCTETS]);
        let mut socket = Socket::new(buffer(), buffer());
        socket.set_nagle_enabled(false);
        let mut sockets = SocketSet::new(Vec::with_capacity(1));
        let handle = sockets.add(socket);
        Some(Self {
            interface,
            sockets,
            handle,
            wire,
            backlog: VecDeque::new(),
            began_here: false,
            opened: false,
            closed: false,
            closing: false,
            reset: false,
            due: None,
        })
    }

    fn socket(&mut self) -> &mut Socket<'static> {
        self.sockets.get_mut(self.handle)
    }

    fn state(&self) -> State {
        self.sockets.get::<Socket<'static>>(self.handle).state()
    }

    /// A packet of IP with a segment of it arrived.
    pub(super) fn receive(&mut self, packet: Vec<u8>, reset: bool) {
        self.reset |= reset;
        self.wire.inward = Some(packet);
    }

    /// Takes octets to send.
    pub(super) fn send(&mut self, octets: &[u8]) -> Result<(), Refused> {
        if self.backlog.len() + octets.len() > MAX_BACKLOG_OCTETS.max(octets.len()) {
            return Err(Refused);
        }
        self.backlog.extend(octets);
        Ok(())
    }

    /// Ends it after everything was sent.
    pub(super) fn close(&mut self) {
        self.closing = true;
    }

    /// Whether octets can still be sent, or will be when it is open.
    pub(super) fn is_usable(&self) -> bool {
        let may = matches!(
            self.state(),
            State::SynSent | State::SynReceived | State::Established | State::CloseWait
        );
        may && !self.closing
    }

    /// Whether a new connection may take its place: only the wait for stray segments is left.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.state(), State::Closed | State::TimeWait | State::Listen)
    }

    /// Whether the node has heard of it, or is to hear.
    pub(super) fn was_told(&self) -> bool {
        (self.opened || self.began_here) && !self.closed
    }

    /// Works off what arrived, what is to be sent, and what is due. Packets of IP go to `out`.
    pub(super) fn drive(&mut self, now: Duration, out: &mut Vec<Vec<u8>>) -> Vec<Happened> {
        let mut happened = Vec::new();
        loop {
            let moved = self.move_backlog();
            self.expect_answers();
            self.interface
                .poll(instant(now), &mut self.wire, &mut self.sockets);
            let came = self.look(&mut happened);
            if !moved && !came && self.wire.outward.is_empty() {
                break;
            }
            out.append(&mut self.wire.outward);
        }
        let due = self.interface.poll_at(instant(now), &self.sockets);
        self.due = due.map(|due| Duration::from_micros(due.total_micros().max(0) as u64).max(now));
        happened
    }

    /// Fills the send buffer; closes when nothing is left. Answers whether anything moved.
    fn move_backlog(&mut self) -> bool {
        let socket = self.sockets.get_mut::<Socket<'static>>(self.handle);
        let mut moved = false;
        while socket.can_send() && !self.backlog.is_empty() {
            let (front, _) = self.backlog.as_slices();
            match socket.send_slice(front) {
                Ok(octets) if octets > 0 => {
                    self.backlog.drain(..octets);
                    moved = true;
                }
                _ => break,
            }
        }
        let has_opened = !matches!(
            socket.state(),
            State::Listen | State::SynSent | State::SynReceived
        );
        if self.closing && self.backlog.is_empty() && has_opened && socket.may_send() {
            socket.close();
            moved = true;
        }
        moved
    }

    /// The stack's timeout ends idle connections too; ours ends those only that wait for the peer. One that is idle lives
    /// as long as its association.
    fn expect_answers(&mut self) {
        let socket = self.socket();
        let idle = socket.state() == State::Established && socket.send_queue() == 0;
        socket.set_timeout((!idle).then_some(SILENCE));
    }

    /// Reads the socket. Answers whether it brought anything.
    fn look(&mut self, happened: &mut Vec<Happened>) -> bool {
        let before = happened.len();
        let state = self.state();
        let is_open = !matches!(
            state,
            State::Listen | State::SynSent | State::SynReceived | State::Closed
        );
        if is_open && !std::mem::replace(&mut self.opened, true) {
            happened.push(Happened::Opened);
        }
        let socket = self.sockets.get_mut::<Socket<'static>>(self.handle);
        let mut octets = Vec::new();
        while socket.can_recv() {
            let taken = socket.recv(|slice| {
                octets.extend_from_slice(slice);
                (slice.len(), slice.len())
            });
            if !matches!(taken, Ok(taken) if taken > 0) {
                break;
            }
        }
        if !octets.is_empty() {
            happened.push(Happened::Octets(octets));
        }
        // The peer is done, and SIP has no use for half a connection (RFC 3261 18): done as well.
        if matches!(state, State::CloseWait) {
            self.closing = true;
        }
        if matches!(state, State::Closed | State::TimeWait) && !self.closed {
            let told = self.was_told();
            self.closed = true;
            if told {
                happened.push(Happened::Closed(self.reason(state)));
            }
        }
        happened.len() > before
    }

    fn reason(&self, state: State) -> Closed {
        if self.reset {
            Closed::Reset
        } else if state == State::TimeWait || self.closing {
            Closed::Finished
        } else {
            Closed::TimedOut
        }
    }
}

fn instant(now: Duration) -> Instant {
    Instant::from_micros(i64::try_from(now.as_micros()).unwrap_or(i64::MAX))
}

/// What the stack takes for a network card: one packet inwards, any outwards.
#[derive(Default)]
struct Wire {
    inward: Option<Vec<u8>>,
    outward: Vec<Vec<u8>>,
}

impl Device for Wire {
    type RxToken<'a> = Arrived;
    type TxToken<'a> = Leaving<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Arrived, Leaving<'_>)> {
        let packet = self.inward.take()?;
        Some((Arrived(packet), Leaving(&mut self.outward)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Leaving<'_>> {
        Some(Leaving(&mut self.outward))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = INNER_MTU;
        capabilities
    }
}

struct Arrived(Vec<u8>);

impl RxToken for Arrived {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

struct Leaving<'a>(&'a mut Vec<Vec<u8>>);

impl TxToken for Leaving<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut packet = vec![0; len];
        let result = f(&mut packet);
        self.0.push(packet);
        result
    }
}
