//! What an endpoint may do and how far it goes: every limit with its reason (RFC 9260 16 for the protocol's own).

use crate::AssociationId;
use std::time::Duration;

/// The configuration of an [`Endpoint`](crate::Endpoint); [`Config::new`] has values for signalling between nodes of a
/// core network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The SCTP port that is ours; packets for others are not answered, since another program may own them.
    pub port: u16,
    /// Whether INITs of others are answered with an INIT ACK; else with an ABORT.
    pub listen: bool,
    /// The identifier of the first association; they count up from there. Endpoints of one process take bases that are
    /// far apart, for example `n << 32`.
    pub first_association: AssociationId,
    /// Streams that we want to send on; the peer may have fewer.
    pub outbound_streams: u16,
    /// Streams that the peer may send on.
    pub inbound_streams: u16,
    /// RTO.Initial (RFC 9260 16).
    pub rto_initial: Duration,
    /// RTO.Min.
    pub rto_min: Duration,
    /// RTO.Max.
    pub rto_max: Duration,
    /// HB.interval: how long a silent path waits for its next HEARTBEAT. Zero sends none.
    pub heartbeat_interval: Duration,
    /// Association.Max.Retrans: unanswered retransmissions and heartbeats after which the peer counts as unreachable.
    pub max_retransmissions: u32,
    /// Max.Init.Retransmits.
    pub max_init_retransmits: u32,
    /// Valid.Cookie.Life.
    pub cookie_life: Duration,
    /// How long a SACK may wait for a second packet or for data to travel with; at most 500 ms (RFC 9260 6.2).
    pub sack_delay: Duration,
    /// Associations at one time, those being set up included. An INIT keeps nothing, so it counts only from its COOKIE
    /// ECHO on.
    pub max_associations: usize,
    /// Octets of the largest message that is sent or taken.
    pub max_message: usize,
    /// Octets of messages that wait for being sent or acknowledged, per association; past it `send` says `Full`.
    pub send_buffer: usize,
    /// Octets that a peer may have on the way or out of order: the a_rwnd that is announced.
    pub receive_window: usize,
    /// Octets of the largest packet that is sent, IP (and UDP) header not counted.
    pub packet_size: usize,
    /// Answers a second to packets that belong to no association (RFC 9260 8.4).
    pub strays_per_second: u32,
}

impl Config {
    /// Streams: S1AP and Diameter use two to a handful; a peer that offers more costs nothing, one that offers thousands
    /// is held to this.
    pub const STREAMS: u16 = 32;
    /// RFC 9260 16 says 1 s.
    pub const RTO_INITIAL: Duration = Duration::from_secs(1);
    /// RFC 9260 16 says 1 s, made for peers that delay SACKs by 200 ms on paths across the world; between the nodes of an
    /// operator a lost packet need not wait that long. Above the 200 ms of a delayed SACK.
    pub const RTO_MIN: Duration = Duration::from_millis(400);
    /// RFC 9260 16 says 60 s: a peer that came back would be found a minute late. 10 retransmissions still take 80 s.
    pub const RTO_MAX: Duration = Duration::from_secs(10);
    /// RFC 9260 16.
    pub const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(30);
    /// RFC 9260 16, Association.Max.Retrans.
    pub const MAX_RETRANSMISSIONS: u32 = 10;
    /// RFC 9260 16.
    pub const MAX_INIT_RETRANSMITS: u32 = 8;
    /// RFC 9260 16.
    pub const COOKIE_LIFE: Duration = Duration::from_secs(60);
    /// What RFC 9260 6.2 recommends.
    pub const SACK_DELAY: Duration = Duration::from_millis(200);
    /// eNBs of a large MME; an idle association takes about 4 KiB.
    pub const MAX_ASSOCIATIONS: usize = 16_384;
    /// S1AP and Diameter messages stay below it, with room for what an operator adds.
    pub const MAX_MESSAGE: usize = 64 * 1024;
    /// Four of the largest messages.
    pub const SEND_BUFFER: usize = 4 * Self::MAX_MESSAGE;
    /// Four of the largest messages: one lost packet does not stop the peer.
    pub const RECEIVE_WINDOW: usize = 4 * Self::MAX_MESSAGE;
    /// Fits an IPv6 path of 1280 octets with a UDP header, and every tunnel that carries Ethernet.
    pub const PACKET_SIZE: usize = 1232;
    /// Enough for a peer that lost its state with all its associations; too few to be worth reflecting.
    pub const STRAYS_PER_SECOND: u32 = 100;

    /// A listening endpoint on `port`.
    pub fn new(port: u16) -> Self {
        Self {
            port,
            listen: true,
            first_association: AssociationId(1),
            outbound_streams: Self::STREAMS,
            inbound_streams: Self::STREAMS,
            rto_initial: Self::RTO_INITIAL,
            rto_min: Self::RTO_MIN,
            rto_max: Self::RTO_MAX,
            heartbeat_interval: Self::HEARTBEAT_INTERVAL,
            max_retransmissions: Self::MAX_RETRANSMISSIONS,
            max_init_retransmits: Self::MAX_INIT_RETRANSMITS,
            cookie_life: Self::COOKIE_LIFE,
            sack_delay: Self::SACK_DELAY,
            max_associations: Self::MAX_ASSOCIATIONS,
            max_message: Self::MAX_MESSAGE,
            send_buffer: Self::SEND_BUFFER,
            receive_window: Self::RECEIVE_WINDOW,
            packet_size: Self::PACKET_SIZE,
            strays_per_second: Self::STRAYS_PER_SECOND,
        }
    }

    /// The smallest `packet_size`: IPv4 promises 576 octets, headers included; our cookie and SACKs fit.
    pub const MIN_PACKET_SIZE: usize = 512;
    /// The largest: what IP carries, headers taken off.
    pub const MAX_PACKET_SIZE: usize = 65_000;
    /// The longest `sack_delay` (RFC 9260 6.2).
    pub const MAX_SACK_DELAY: Duration = Duration::from_millis(500);

    /// The configuration with what cannot be made possible: at least one stream each way, packets and delays within what
    /// the protocol allows, and messages that fit the buffers.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.outbound_streams = self.outbound_streams.max(1);
        self.inbound_streams = self.inbound_streams.max(1);
        self.packet_size = self
            .packet_size
            .clamp(Self::MIN_PACKET_SIZE, Self::MAX_PACKET_SIZE);
        self.sack_delay = self.sack_delay.min(Self::MAX_SACK_DELAY);
        self.rto_max = self.rto_max.max(self.rto_min);
        self.max_message = self.max_message.min(self.send_buffer).min(self.receive_window);
        self
    }
}
