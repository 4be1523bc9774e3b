//! The kernel's SCTP (RFC 6458): a socket for each association, so that a peer that does not read holds up nobody
//! else, which the shared send buffer of a one-to-many socket would let it do.

use super::settings::{SctpAddress, SctpCarrier, SctpError, SctpSettings};
use oxirush_sctp::{
    AssocChangeState, AssociationParams, BindxFlags, ConnectedSocket, Event as KernelEvent, InitParams,
    Listener, Notification, NotificationOrData, RtoInfo, SendOptions, Socket, SocketToAssociation,
    SubscribeEventAssocId,
};
use quintet_sctp::{AssociationId, Config, Down, Event, Message, SendError, Streams};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::sync::Notify;

/// Associations that may wait to be accepted: a restart brings every eNB back at once.
const BACKLOG: i32 = 1024;

/// Messages of one system call.
pub(crate) const BATCH: usize = 64;

/// What needs a task of its own.
pub(crate) enum KernelTask {
    /// Accept associations.
    Accept(Rc<Listener>),
    /// Connect a socket.
    Connect {
        association: AssociationId,
        socket: Box<Socket>,
        to: SocketAddr,
    },
    /// Read an association, and write what the socket did not take.
    Serve {
        association: AssociationId,
        socket: Rc<ConnectedSocket>,
        wake: Rc<Notify>,
    },
}

/// One association.
struct Open {
    socket: Rc<ConnectedSocket>,
    wake: Rc<Notify>,
    streams: Streams,
    /// What the socket did not take yet.
    outbox: VecDeque<Message>,
    octets: usize,
    /// A `send` was refused since.
    refused: bool,
    /// The socket is full: its task waits.
    blocked: bool,
    /// Shut down once the outbox is empty.
    ending: bool,
}

/// The sockets of one local port.
pub(crate) struct KernelEndpoint {
    config: Config,
    local: SocketAddr,
    connecting: BTreeSet<AssociationId>,
    open: BTreeMap<AssociationId, Open>,
    dirty: Vec<AssociationId>,
    events: VecDeque<Event>,
    tasks: Vec<KernelTask>,
    next: u64,
}

impl KernelEndpoint {
    /// Listens, if it is to.
    pub(super) fn open(settings: &SctpSettings, first_association: AssociationId) -> Result<Self, SctpError> {
        let config = settings.endpoint.clone();
        let socket = socket(settings.local).map_err(SctpError::NoKernelSctp)?;
        let mut endpoint = Self {
            local: settings.local,
            connecting: BTreeSet::new(),
            open: BTreeMap::new(),
            dirty: Vec::new(),
            events: VecDeque::new(),
            tasks: Vec::new(),
            next: first_association.0,
            config,
        };
        if endpoint.config.listen {
            let listener = endpoint
                .listen(socket)
                .map_err(|error| SctpError::bind(settings.local, "the kernel's SCTP", error))?;
            endpoint.local = listener.local_addr()?;
            endpoint.tasks.push(KernelTask::Accept(Rc::new(listener)));
        }
        Ok(endpoint)
    }

    fn listen(&self, socket: Socket) -> io::Result<Listener> {
        socket.options().set_reuseaddr(true)?;
        self.prepare(&socket)?;
        socket.bindx(&[self.local], BindxFlags::Add)?;
        socket.listen(BACKLOG)
    }

    /// Timers and limits; accepted associations inherit them.
    fn prepare(&self, socket: &Socket) -> io::Result<()> {
        let options = socket.options();
        let config = &self.config;
        let ms = |duration: Duration| u32::try_from(duration.as_millis()).unwrap_or(u32::MAX);
        let mut init = InitParams::streams(config.outbound_streams, config.inbound_streams);
        init.max_attempts = u16::try_from(config.max_init_retransmits).unwrap_or(u16::MAX);
        options.set_init_params(init)?;
        options.set_rto_info(RtoInfo::new(
            ms(config.rto_initial),
            ms(config.rto_max),
            ms(config.rto_min),
        ))?;
        options.set_association_params(AssociationParams {
            max_retransmissions: u16::try_from(config.max_retransmissions).unwrap_or(u16::MAX),
            cookie_life: ms(config.cookie_life),
            ..AssociationParams::default()
        })?;
        options.set_nodelay(true)?;
        options.set_max_message_size(config.max_message);
        options.set_send_buffer_size(config.send_buffer)?;
        options.set_recv_buffer_size(config.receive_window)?;
        options
            .subscribe_events(&[KernelEvent::Association], SubscribeEventAssocId::Future)
            .map_err(io::Error::other)
    }

    pub(super) fn address(&self) -> SctpAddress {
        SctpAddress {
            address: self.local,
            carrier: SctpCarrier::Kernel,
        }
    }

    /// Tasks to be spawned.
    pub(crate) fn take_tasks(&mut self) -> Vec<KernelTask> {
        std::mem::take(&mut self.tasks)
    }

    /// Begins to connect.
    pub(super) fn connect(&mut self, to: SocketAddr) -> io::Result<AssociationId> {
        let socket = socket(to)?;
        self.prepare(&socket)?;
        // A listener has the port of the settings; a client's is the system's to choose.
        let port = if self.config.listen { 0 } else { self.local.port() };
        if !(self.local.ip().is_unspecified() && port == 0) {
            socket.bindx(&[SocketAddr::new(self.local.ip(), port)], BindxFlags::Add)?;
        }
        let association = self.number();
        self.connecting.insert(association);
        self.tasks.push(KernelTask::Connect {
            association,
            socket: Box::new(socket),
            to,
        });
        Ok(association)
    }

    fn number(&mut self) -> AssociationId {
        let association = AssociationId(self.next);
        self.next += 1;
        association
    }

    /// An accepted socket, or a connected one with the number it got.
    pub(crate) fn adopt(
        &mut self,
        association: Option<AssociationId>,
        socket: ConnectedSocket,
        peer: SocketAddr,
    ) -> io::Result<()> {
        let initiated = association.is_some();
        if let Some(association) = association
            && !self.connecting.remove(&association)
        {
            // Aborted meanwhile.
            return socket.abort(b"");
        }
        if self.open.len() + self.connecting.len() >= self.config.max_associations {
            return socket.abort(b"");
        }
        let status = socket.status()?;
        let streams = Streams {
            outbound: status.outstreams,
            inbound: status.instreams,
        };
        let association = association.unwrap_or_else(|| self.number());
        let (socket, wake) = (Rc::new(socket), Rc::new(Notify::new()));
        self.tasks.push(KernelTask::Serve {
            association,
            socket: Rc::clone(&socket),
            wake: Rc::clone(&wake),
        });
        self.open.insert(
            association,
            Open {
                socket,
                wake,
                streams,
                outbox: VecDeque::new(),
                octets: 0,
                refused: false,
                blocked: false,
                ending: false,
            },
        );
        self.events.push_back(Event::Up {
            association,
            peer,
            initiated,
            streams,
        });
        Ok(())
    }

    /// The connection could not be made.
    pub(crate) fn connect_failed(&mut self, association: AssociationId, error: &io::Error) {
        if self.connecting.remove(&association) {
            let reason = match error.kind() {
                io::ErrorKind::TimedOut => Down::NoAnswer,
                io::ErrorKind::ConnectionRefused => Down::Aborted("nobody listens there".to_owned()),
                _ => Down::Aborted(error.to_string()),
            };
            self.events.push_back(Event::Down { association, reason });
        }
    }

    /// What a read brought: messages and notifications, `Ok(0)` for the end, or an error.
    pub(crate) fn received(
        &mut self,
        association: AssociationId,
        batch: &mut Vec<NotificationOrData>,
        result: io::Result<usize>,
    ) {
        if !self.open.contains_key(&association) {
            batch.clear();
            return;
        }
        for received in batch.drain(..) {
            match received {
                NotificationOrData::Data(data) => {
                    let message = Message {
                        stream: data.stream_id().unwrap_or(0),
                        ppid: data.ppid().unwrap_or(0),
                        unordered: false,
                        payload: data.payload,
                    };
                    self.events.push_back(Event::Message { association, message });
                }
                NotificationOrData::Notification(Notification::AssociationChange(change))
                    if change.state == AssocChangeState::Restart =>
                {
                    let streams = Streams {
                        outbound: change.outbound_streams,
                        inbound: change.inbound_streams,
                    };
                    if let Some(open) = self.open.get_mut(&association) {
                        open.streams = streams;
                        open.outbox.clear();
                        open.octets = 0;
                    }
                    self.events.push_back(Event::Restarted { association, streams });
                }
                // The end of an association comes as the end of its socket.
                _ => {}
            }
        }
        match result {
            Ok(0) => self.down(association, Down::Shutdown),
            Ok(_) => {}
            Err(error) => {
                let reason = match error.kind() {
                    io::ErrorKind::ConnectionReset => Down::Aborted("by the peer".to_owned()),
                    io::ErrorKind::TimedOut => Down::Unreachable,
                    io::ErrorKind::InvalidData => Down::Violation(format!(
                        "a message of more than {} octets",
                        self.config.max_message
                    )),
                    _ => Down::Aborted(error.to_string()),
                };
                self.down(association, reason);
            }
        }
    }

    fn down(&mut self, association: AssociationId, reason: Down) {
        if let Some(open) = self.open.remove(&association) {
            if reason != Down::Shutdown {
                // Dropping the socket then says ABORT, if there is still somebody to say it to.
                let _ = open.socket.options().set_linger(Some(Duration::ZERO));
            }
            open.wake.notify_one();
            self.events.push_back(Event::Down { association, reason });
        }
    }

    pub(super) fn room(&self, association: AssociationId) -> usize {
        self.open
            .get(&association)
            .map_or(0, |open| self.config.send_buffer.saturating_sub(open.octets))
    }

    pub(super) fn send(&mut self, association: AssociationId, message: Message) -> Result<(), SendError> {
        let (octets, limit) = (message.payload.len(), self.config.max_message);
        let Some(open) = self.open.get_mut(&association) else {
            return Err(SendError::Unknown);
        };
        if octets == 0 {
            return Err(SendError::Empty);
        }
        if octets > limit {
            return Err(SendError::TooLong { octets, limit });
        }
        if message.stream >= open.streams.outbound {
            return Err(SendError::Stream {
                stream: message.stream,
                streams: open.streams.outbound,
            });
        }
        if open.ending {
            return Err(SendError::ShuttingDown);
        }
        if open.octets + octets > self.config.send_buffer {
            open.refused = true;
            return Err(SendError::Full);
        }
        if open.outbox.is_empty() {
            self.dirty.push(association);
        }
        open.octets += octets;
        open.outbox.push_back(message);
        Ok(())
    }

    pub(super) fn shutdown(&mut self, association: AssociationId) {
        if self.connecting.remove(&association) {
            self.events.push_back(Event::Down {
                association,
                reason: Down::Local,
            });
        } else if let Some(open) = self.open.get_mut(&association) {
            open.ending = true;
            self.dirty.push(association);
        }
    }

    pub(super) fn abort(&mut self, association: AssociationId) {
        if self.connecting.remove(&association) {
            self.events.push_back(Event::Down {
                association,
                reason: Down::Local,
            });
        } else {
            self.down(association, Down::Local);
        }
    }

    /// Hands the sockets what they take of what is new.
    pub(super) fn transmit(&mut self) {
        for association in std::mem::take(&mut self.dirty) {
            let blocked = self.open.get(&association).is_some_and(|open| open.blocked);
            if !blocked
                && self
                    .poll_send(association, &mut Context::from_waker(Waker::noop()))
                    .is_pending()
                && let Some(open) = self.open.get_mut(&association)
            {
                open.blocked = true;
                open.wake.notify_one();
            }
        }
    }

    /// Whether an association is still there, and if so whether its task is to wait for its socket to take more.
    pub(crate) fn is_blocked(&self, association: AssociationId) -> Option<bool> {
        Some(self.open.get(&association)?.blocked)
    }

    /// Sends what waits. Ready when nothing is left to send, also because the association is gone.
    pub(crate) fn poll_send(&mut self, association: AssociationId, cx: &mut Context<'_>) -> Poll<()> {
        let Some(open) = self.open.get_mut(&association) else {
            return Poll::Ready(());
        };
        while !open.outbox.is_empty() {
            let batch: Vec<(&[u8], SendOptions)> = open
                .outbox
                .iter()
                .take(BATCH)
                .map(|message| (&message.payload[..], options(message)))
                .collect();
            match open.socket.poll_send_many(cx, &batch) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(sent)) => {
                    for message in open.outbox.drain(..sent) {
                        open.octets -= message.payload.len();
                    }
                }
                // The reader hears of the end, and of why.
                Poll::Ready(Err(error)) => {
                    tracing::debug!(%error, "SCTP: not sent");
                    open.outbox.clear();
                    open.octets = 0;
                }
            }
        }
        open.blocked = false;
        if std::mem::take(&mut open.refused) {
            self.events.push_back(Event::Writable { association });
        }
        if open.ending {
            // Of an association that has ended by itself the reader hears.
            let _ = open.socket.shutdown(Shutdown::Write);
        }
        Poll::Ready(())
    }

    pub(super) fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub(super) fn association_count(&self) -> usize {
        self.open.len() + self.connecting.len()
    }
}

/// Whether this kernel has SCTP. Asking loads its module, if there is one.
pub(super) fn is_available() -> bool {
    Socket::new_v4(SocketToAssociation::OneToOne).is_ok()
}

fn socket(family_of: SocketAddr) -> io::Result<Socket> {
    if family_of.is_ipv4() {
        Socket::new_v4(SocketToAssociation::OneToOne)
    } else {
        Socket::new_v6(SocketToAssociation::OneToOne)
    }
}

fn options(message: &Message) -> SendOptions {
    SendOptions::new()
        .stream(message.stream)
        .ppid(message.ppid)
        .unordered(message.unordered)
}
