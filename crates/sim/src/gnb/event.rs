//! What a gNB is told, what it reports, and what it wants done.

use crate::radio::{NoConnection, Noise, Tampered, UeId};
use quintet_crypto::Direction;
use quintet_fgmm::{Disposition, ue};
use quintet_identity::SNssai;
use quintet_identity::fgs::{Ncgi, Tai};
use quintet_ngap::{
    AmfSetId, BroadcastPlmn, Cause, GlobalRanNodeId, GnbId, OverloadAction, PduSessionId, SupportedTa,
    TimeToWait, UserLocationInformation,
};
use std::net::Ipv4Addr;
use std::time::Duration;

/// Configuration of an [`super::Gnb`].
#[derive(Clone, Debug)]
pub struct GnbConfig {
    /// Global RAN Node ID.
    pub global_ran_node_id: GlobalRanNodeId,
    /// RAN Node Name (TS 38.413 9.2.6.1, 1 to 150 printable characters).
    pub name: String,
    /// The tracking areas it broadcasts, and their slices.
    pub supported_ta_list: Vec<SupportedTa>,
    /// The tracking area of its one cell.
    pub tai: Tai,
    /// Its one cell.
    pub nr_cgi: Ncgi,
    /// Its end of N3. Nothing listens there.
    pub address: Ipv4Addr,
    /// How long it waits before another NG SETUP REQUEST when the failure gives no time, or no answer comes.
    pub setup_retry: Duration,
    /// How long it keeps a connection whose UE has left and whose AMF does not release it.
    pub release_guard: Duration,
    /// Whether [`GnbEvent::Nas`] is wanted: one for each NAS PDU.
    pub nas_events: bool,
    /// What the radio does.
    pub noise: Noise,
    /// Seed of what the radio does.
    pub seed: u64,
}

impl GnbConfig {
    /// A gNB with one cell in one tracking area, one slice, and a radio without faults.
    ///
    /// `number` has 24 bits; more are cut off. The cell is its first.
    #[must_use]
    pub fn new(name: impl Into<String>, tai: Tai, number: u32) -> Self {
        const BITS: u8 = 24;
        const CELL_BITS: u8 = 36 - BITS;
        let number = number & ((1 << BITS) - 1);
        Self {
            global_ran_node_id: GlobalRanNodeId::Gnb {
                plmn_identity: tai.plmn,
                gnb_id: GnbId {
                    value: number,
                    length: BITS,
                },
            },
            name: name.into(),
            supported_ta_list: vec![SupportedTa {
                tac: tai.tac,
                broadcast_plmns: vec![BroadcastPlmn {
                    plmn_identity: tai.plmn,
                    tai_slice_support: vec![SNssai::EMBB],
                }],
            }],
            tai,
            nr_cgi: Ncgi::new(tai.plmn, u64::from(number) << CELL_BITS | 1).expect("36 bits"),
            address: Ipv4Addr::LOCALHOST,
            setup_retry: Duration::from_secs(10),
            release_guard: Duration::from_secs(10),
            nas_events: false,
            noise: Noise::default(),
            seed: 0,
        }
    }

    /// Where its UEs are.
    #[must_use]
    pub const fn location(&self) -> UserLocationInformation {
        UserLocationInformation::nr(self.nr_cgi, self.tai)
    }
}

/// Who ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReleasedBy {
    /// UE CONTEXT RELEASE COMMAND.
    Amf(Option<Cause>),
    /// The UE left.
    Ue,
    /// NG RESET, or an ERROR INDICATION that says the AMF has no such connection.
    Reset,
    /// The association is gone.
    Association,
    /// The gNB could not set up what the AMF asked for.
    Gnb,
}

/// What happened at a gNB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GnbEvent {
    /// NG SETUP RESPONSE.
    SetUp {
        /// AMF Name.
        amf: String,
    },
    /// NG SETUP FAILURE.
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
        /// The specification's name, as far as the gNB's end can see it; see [`crate::radio::System::nas_name`].
        name: &'static str,
        /// The PDU as it went on.
        nas: Vec<u8>,
        /// What was done to it on its way.
        tampered: Option<Tampered>,
        /// What became of a downlink one at the UE.
        disposition: Option<Disposition>,
    },
    /// INITIAL CONTEXT SETUP: the UE's KgNB is the AMF's.
    ContextSetUp(UeId),
    /// INITIAL CONTEXT SETUP, or a modification of it: UE and AMF do not agree on KgNB, or the UE has none.
    KgNbMismatch(UeId),
    /// The connection has ended.
    Released(UeId, ReleasedBy),
    /// A PDU session has resources, or has none for this reason.
    SessionSetUp(UeId, PduSessionId, Result<(), Cause>),
    /// A PDU session's resources are released.
    SessionReleased(UeId, PduSessionId),
    /// The AMF wants another one of this set to have the UE's first message; there is none, so the connection ends.
    Rerouted(UeId, AmfSetId),
    /// The AMF is about to give up GUAMIs: so many.
    AmfStatus(usize),
    /// PAGING found this UE.
    Paged(UeId),
    /// The AMF sent an ERROR INDICATION, about a UE or none.
    ErrorIndicated(Option<UeId>, Option<Cause>),
    /// What the AMF sent was answered with an ERROR INDICATION or a failure, or was of no use.
    Fault {
        /// The cause sent.
        cause: Option<Cause>,
        /// What it was.
        what: String,
    },
}

/// What a gNB wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GnbOutput {
    /// Send an NGAP message (payload protocol identifier 60, ordered).
    Send {
        /// Stream.
        stream: u16,
        /// The message.
        payload: Vec<u8>,
    },
    /// Something happened.
    Event(GnbEvent),
}
