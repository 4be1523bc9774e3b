//! What a node is told, what it reports, and what it wants done.

use super::Access;
use crate::radio::{NoConnection, Noise, Tampered, UeId};
use quintet_crypto::Direction;
use quintet_procedure::Disposition;
use std::net::Ipv4Addr;
use std::time::Duration;

/// Configuration of a [`super::Node`].
#[derive(Clone, Debug)]
pub struct Config<A: Access> {
    /// Its identity, its one cell, and the tracking areas that it broadcasts.
    pub cell: A::Cell,
    /// eNB Name, RAN Node Name (TS 36.413 9.1.8.4, TS 38.413 9.2.6.1, 1 to 150 printable characters).
    pub name: String,
    /// Its end of S1-U or N3. Nothing listens there.
    pub address: Ipv4Addr,
    /// How long it waits before another setup request when the failure gives no time, or no answer comes.
    pub setup_retry: Duration,
    /// How long it keeps a connection whose UE has left and which the core does not release.
    pub release_guard: Duration,
    /// Whether [`Event::Nas`] is wanted: one for each NAS PDU.
    pub nas_events: bool,
    /// What the radio does.
    pub noise: Noise,
    /// Seed of what the radio does.
    pub seed: u64,
}

impl<A: Access> Config<A> {
    /// A node of this identity, with a radio without faults.
    #[must_use]
    pub fn of(name: String, cell: A::Cell) -> Self {
        Self {
            cell,
            name,
            address: Ipv4Addr::LOCALHOST,
            setup_retry: Duration::from_secs(10),
            release_guard: Duration::from_secs(10),
            nas_events: false,
            noise: Noise::default(),
            seed: 0,
        }
    }
}

/// Who ended a connection; `C` is a cause of the application protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReleasedBy<C> {
    /// The core: UE CONTEXT RELEASE COMMAND.
    Core(Option<C>),
    /// The UE left.
    Ue,
    /// RESET, or an ERROR INDICATION that says the core has no such connection.
    Reset,
    /// The association is gone.
    Association,
    /// The node could not set up what the core asked for.
    Node,
}

/// What happened at a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<A: Access> {
    /// S1 SETUP RESPONSE, NG SETUP RESPONSE.
    SetUp {
        /// MME Name, AMF Name.
        core: Option<String>,
    },
    /// S1 SETUP FAILURE, NG SETUP FAILURE.
    SetupRefused {
        /// Why.
        cause: Option<A::Cause>,
        /// How long to wait.
        wait: Option<A::TimeToWait>,
    },
    /// The association is gone.
    Down,
    /// OVERLOAD START, or OVERLOAD STOP.
    Overload(Option<A::Overload>),
    /// A UE has an RRC connection; its INITIAL UE MESSAGE goes out.
    Connected(UeId),
    /// A UE got none.
    NotConnected(UeId, NoConnection),
    /// A UE's mobility management reports.
    Ue(UeId, A::Report),
    /// A NAS PDU reached the other end of the radio, or did not.
    Nas {
        /// Whose.
        ue: UeId,
        /// Which way.
        direction: Direction,
        /// The specification's name, as far as the node's end can see it; see [`crate::radio::System::nas_name`].
        name: &'static str,
        /// The PDU as it went on.
        nas: Vec<u8>,
        /// What was done to it on its way.
        tampered: Option<Tampered>,
        /// What became of a downlink one at the UE.
        disposition: Option<Disposition<A::NasCause>>,
    },
    /// INITIAL CONTEXT SETUP: the UE's KeNB or KgNB is the core's.
    ContextSetUp(UeId),
    /// INITIAL CONTEXT SETUP, or a modification of it: UE and core do not agree on KeNB or KgNB, or the UE has none.
    KeyMismatch(UeId),
    /// The connection has ended.
    Released(UeId, ReleasedBy<A::Cause>),
    /// PAGING found this UE.
    Paged(UeId),
    /// The core sent an ERROR INDICATION, about a UE or none.
    ErrorIndicated(Option<UeId>, Option<A::Cause>),
    /// What the core sent was answered with an ERROR INDICATION or a failure, or was of no use.
    Fault {
        /// The cause sent.
        cause: Option<A::Cause>,
        /// What it was.
        what: String,
    },
    /// What happens in this network alone.
    Of(A::Happening),
}

/// What a node wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output<A: Access> {
    /// Send a message of the application protocol (payload protocol identifier 18 or 60, ordered).
    Send {
        /// Stream.
        stream: u16,
        /// The message.
        payload: Vec<u8>,
    },
    /// Something happened.
    Event(Event<A>),
}
