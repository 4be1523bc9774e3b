//! What an eNB is told, what it reports, and what it wants done.

use crate::radio::{NoConnection, Noise, Tampered, UeId};
use quintet_crypto::Direction;
use quintet_emm::{Disposition, ue};
use quintet_identity::{Ecgi, Tai};
use quintet_s1ap::{Cause, GlobalEnbId, OverloadAction, SupportedTa, TimeToWait};
use std::net::Ipv4Addr;
use std::time::Duration;

/// Configuration of an [`super::Enb`].
#[derive(Clone, Debug)]
pub struct EnbConfig {
    /// Global eNB ID.
    pub global_enb_id: GlobalEnbId,
    /// eNB Name (TS 36.413 9.1.8.4, 1 to 150 printable characters).
    pub name: String,
    /// The tracking areas it broadcasts.
    pub supported_tas: Vec<SupportedTa>,
    /// The tracking area of its one cell.
    pub tai: Tai,
    /// Its one cell.
    pub ecgi: Ecgi,
    /// Its end of S1-U. Nothing listens there.
    pub address: Ipv4Addr,
    /// How long it waits before another S1 SETUP REQUEST when the failure gives no time, or no answer comes.
    pub setup_retry: Duration,
    /// How long it keeps a connection whose UE has left and whose MME does not release it.
    pub release_guard: Duration,
    /// Whether [`EnbEvent::Nas`] is wanted: one for each NAS PDU.
    pub nas_events: bool,
    /// What the radio does.
    pub noise: Noise,
    /// Seed of what the radio does.
    pub seed: u64,
}

impl EnbConfig {
    /// A macro eNB with one cell in one tracking area and a radio without faults.
    ///
    /// `number` has 20 bits; more are cut off. The cell is its first.
    #[must_use]
    pub fn new(name: impl Into<String>, tai: Tai, number: u32) -> Self {
        const BITS: u32 = 20;
        let number = number & ((1 << BITS) - 1);
        Self {
            global_enb_id: GlobalEnbId {
                plmn_identity: tai.plmn,
                enb_id: quintet_s1ap::EnbId::Macro(number),
            },
            name: name.into(),
            supported_tas: vec![SupportedTa {
                tac: tai.tac,
                broadcast_plmns: vec![tai.plmn],
            }],
            tai,
            ecgi: Ecgi::new(tai.plmn, number << 8 | 1).expect("28 bits"),
            address: Ipv4Addr::LOCALHOST,
            setup_retry: Duration::from_secs(10),
            release_guard: Duration::from_secs(10),
            nas_events: false,
            noise: Noise::default(),
            seed: 0,
        }
    }
}

/// Who ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReleasedBy {
    /// UE CONTEXT RELEASE COMMAND.
    Mme(Option<Cause>),
    /// The UE left.
    Ue,
    /// RESET, or an ERROR INDICATION that says the MME has no such connection.
    Reset,
    /// The association is gone.
    Association,
    /// The eNB could not set up what the MME asked for.
    Enb,
}

/// What happened at an eNB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnbEvent {
    /// S1 SETUP RESPONSE.
    SetUp {
        /// MME Name.
        mme: Option<String>,
    },
    /// S1 SETUP FAILURE.
    SetupRefused {
        /// Why.
        cause: Option<Cause>,
        /// How long to wait.
        wait: Option<TimeToWait>,
    },
    /// The association is gone.
    Down,
    /// OVERLOAD START, or OVERLOAD STOP.
    Overload(Option<OverloadAction>),
    /// A UE has an RRC connection; its INITIAL UE MESSAGE goes out.
    Connected(UeId),
    /// A UE got none.
    NotConnected(UeId, NoConnection),
    /// A UE's mobility management reports.
    Ue(UeId, ue::Event),
    /// A NAS PDU reached the other end of the radio, or did not.
    Nas {
        /// Whose.
        ue: UeId,
        /// Which way.
        direction: Direction,
        /// The specification's name, as far as the eNB's end can see it; see [`super::nas_name`].
        name: &'static str,
        /// The PDU as it went on.
        nas: Vec<u8>,
        /// What was done to it on its way.
        tampered: Option<Tampered>,
        /// What became of a downlink one at the UE.
        disposition: Option<Disposition>,
    },
    /// INITIAL CONTEXT SETUP: the UE's KeNB is the MME's.
    ContextSetUp(UeId),
    /// INITIAL CONTEXT SETUP, or a modification of it: UE and MME do not agree on KeNB, or the UE has none.
    KeNbMismatch(UeId),
    /// The connection has ended.
    Released(UeId, ReleasedBy),
    /// PAGING found this UE.
    Paged(UeId),
    /// The MME sent an ERROR INDICATION, about a UE or none.
    ErrorIndicated(Option<UeId>, Option<Cause>),
    /// What the MME sent was answered with an ERROR INDICATION or a failure, or was of no use.
    Fault {
        /// The cause sent.
        cause: Option<Cause>,
        /// What it was.
        what: String,
    },
}

/// What an eNB wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnbOutput {
    /// Send an S1AP message (payload protocol identifier 18, ordered).
    Send {
        /// Stream.
        stream: u16,
        /// The message.
        payload: Vec<u8>,
    },
    /// Something happened.
    Event(EnbEvent),
}
