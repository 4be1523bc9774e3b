//! The trail: what was seen of one attempt, in order, before anything is concluded from it.
//!
//! The observer fills it message by message; outcome, findings and report are functions of it.

mod contents;
mod identity;
mod view;

pub use crate::fgs::eap::EapSeen;
pub use contents::CommandContents;
pub use identity::{Area, Short, Temporary};
pub use view::{Identity, View};

use crate::keys::KeyNote;
use crate::report::{Ending, MacVerdict, Technology};
use crate::s6a::{Exchange, PathFact, VectorUse};
use crate::sbi;
use quintet_capture::{FlowId, Seen};
use quintet_crypto::Direction;
use quintet_identity::{Imei, Imsi, Plmn, Suci};
use quintet_nas::eps::EmmMessage;
use quintet_nas::fgs::FgmmMessage;
use quintet_nas::security::SecurityHeaderType;
use quintet_procedure::{Protection, Violation};

/// The most messages kept of one attempt; of more, the first half and the last are kept, and what lay between is counted.
pub const MAX_MESSAGES: usize = 256;

/// What the UE wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Procedure {
    /// ATTACH REQUEST.
    Attach,
    /// TRACKING AREA UPDATE REQUEST.
    TrackingAreaUpdate,
    /// SERVICE REQUEST, EXTENDED SERVICE REQUEST, CONTROL PLANE SERVICE REQUEST.
    ServiceRequest,
    /// DETACH REQUEST of the UE.
    Detach,
    /// NAS was seen, but no initial message.
    Unknown,
    /// Signalling of a connection without NAS.
    None,
    /// S6a alone.
    S6a,
    /// REGISTRATION REQUEST, initial.
    Registration,
    /// REGISTRATION REQUEST, mobility registration updating.
    MobilityRegistration,
    /// REGISTRATION REQUEST, periodic registration updating.
    PeriodicRegistration,
    /// REGISTRATION REQUEST, emergency registration.
    EmergencyRegistration,
}

impl Procedure {
    /// Which request it is, of those that have rejects of their own: ATTACH REQUEST, TRACKING AREA UPDATE REQUEST, and so on.
    #[must_use]
    pub const fn family(self) -> Self {
        match self {
            Self::MobilityRegistration | Self::PeriodicRegistration | Self::EmergencyRegistration => {
                Self::Registration
            }
            other => other,
        }
    }

    /// Whether the UE registers anew, rather than updating what it has.
    #[must_use]
    pub const fn is_initial(self) -> bool {
        matches!(
            self,
            Self::Attach | Self::Registration | Self::EmergencyRegistration
        )
    }
}

/// Where the attempt was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tap {
    /// Between radio access network and core: S1, N2.
    Ran,
    /// In a modem's or simulator's log of NAS PDUs.
    NasLog,
    /// In a radio trace.
    Radio,
    /// Within the core alone: S6a.
    Core,
}

/// How the attempt's connection ended, as far as the capture shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// UE CONTEXT RELEASE COMMAND or COMPLETE; the cause in S1AP's words (`radioNetwork: user-inactivity`).
    Released {
        /// When.
        seen: Seen,
        /// Of UE CONTEXT RELEASE COMMAND.
        cause: Option<String>,
    },
    /// The same UE began again.
    BeganAgain,
    /// The association broke, or was set up anew.
    ConnectionLost,
    /// Nothing more for longer than any timer runs.
    Silent,
    /// The capture ends.
    CaptureEnds,
}

/// What carried a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// An S1AP or NGAP message of this name.
    Ap(&'static str),
    /// An RRC message of this name.
    Rrc(&'static str),
    /// A log of NAS PDUs.
    Log,
}

/// A message that one end may not send there, by the transition table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offence {
    /// Who sent it.
    pub by: Direction,
    /// What is wrong.
    pub violation: Violation,
}

/// One NAS message as seen.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// Where and when.
    pub seen: Seen,
    /// Which way.
    pub direction: Direction,
    /// In what.
    pub carrier: Carrier,
    /// Its security header type.
    pub header: SecurityHeaderType,
    /// Protected how, as the transition table sees it.
    pub protection: Protection,
    /// The sequence number of a protected message: COUNT modulo 256, or modulo 32 in SERVICE REQUEST.
    pub sequence: Option<u8>,
    /// The specification's name, or what can be said of a message that has none.
    pub name: &'static str,
    /// What it is to the path, as far as it can be read.
    pub view: View,
    /// The PDU as seen.
    pub pdu: Box<[u8]>,
    /// The plain message inside; `None` if it is ciphered and no key opens it. Equal to `pdu` if that is plain.
    pub plain: Option<Box<[u8]>>,
    /// Whether the MAC holds.
    pub mac: MacVerdict,
    /// The COUNT that the MAC holds with.
    pub count: Option<u32>,
    /// What the keys say of it.
    pub notes: Vec<KeyNote>,
    /// Index, in the trail, of the message that this one repeats octet for octet.
    pub repeats: Option<usize>,
    /// What it violates.
    pub offence: Option<Offence>,
    /// Where parts of it did not decode, in words.
    pub malformed: Option<String>,
}

impl Sighting {
    /// The EMM message inside, decoded; `None` if it is ciphered or malformed.
    #[must_use]
    pub fn message(&self) -> Option<EmmMessage<'_>> {
        let plain = self.plain.as_deref()?;
        let decoded = match self.direction {
            Direction::Uplink => EmmMessage::decode_uplink(plain),
            Direction::Downlink => EmmMessage::decode_downlink(plain),
        };
        decoded.ok().map(|decoded| decoded.message)
    }

    /// The same of 5GS.
    #[must_use]
    pub fn fgmm_message(&self) -> Option<FgmmMessage<'_>> {
        let plain = self.plain.as_deref()?;
        let decoded = match self.direction {
            Direction::Uplink => FgmmMessage::decode_uplink(plain),
            Direction::Downlink => FgmmMessage::decode_downlink(plain),
        };
        decoded.ok().map(|decoded| decoded.message)
    }
}

/// An S1AP message of the connection that matters to the path, with or without NAS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Where and when.
    pub seen: Seen,
    /// Which way.
    pub direction: Direction,
    /// The specification's name: `INITIAL CONTEXT SETUP REQUEST`.
    pub name: &'static str,
    /// Its cause in S1AP's words.
    pub cause: Option<String>,
}

/// Security capabilities as octets: EEA, EIA, and UEA, UIA, GEA where there (TS 24.301 9.9.3.34, 9.9.3.36).
pub type Capability = Vec<u8>;

/// Who the attempt is of, as far as it was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identities {
    /// The SUCI the UE came with first.
    pub suci: Option<Suci>,
    /// IMSI, from NAS or from S6a; of 5GS, that of the SUPI.
    pub imsi: Option<Imsi>,
    /// The GUTI, or 5G-GUTI, the UE came with.
    pub guti: Option<Temporary>,
    /// The S-TMSI, or 5G-S-TMSI, the UE came with.
    pub s_tmsi: Option<Short>,
    /// The GUTI it was given.
    pub new_guti: Option<Temporary>,
    /// IMEI, or that of an IMEISV.
    pub imei: Option<Imei>,
}

/// What was seen of one attempt.
#[derive(Clone, Debug)]
pub struct Trail {
    /// From 1.
    pub id: u64,
    /// EPS or 5GS.
    pub technology: Technology,
    /// What the UE wanted.
    pub procedure: Procedure,
    /// Where it was seen.
    pub tap: Tap,
    /// The association or log.
    pub flow: Option<FlowId>,
    /// The UE's number at the core: MME UE S1AP ID, AMF UE NGAP ID.
    pub core_ue_id: Option<u64>,
    /// The UE's number at the radio access network: eNB UE S1AP ID, RAN UE NGAP ID.
    pub ran_ue_id: Option<u32>,
    /// Whether the connection's first message is in the capture.
    pub from_the_start: bool,
    /// Whether both directions of the association were seen. Unknown counts as yes.
    pub both_directions: bool,
    /// The cell's tracking area, from S1AP or NGAP.
    pub area: Option<Area>,
    /// The serving network: of the TAI, else of S6a's Visited-PLMN-Id, else of the GUTI.
    pub serving: Option<Plmn>,
    /// Who.
    pub identities: Identities,
    /// The UE network capability it reported, as received.
    pub reported: Option<Capability>,
    /// NAS messages.
    pub nas: Vec<Sighting>,
    /// S1AP messages that matter.
    pub signals: Vec<Signal>,
    /// S6a transactions that belong to it.
    pub s6a: Vec<Exchange>,
    /// Exchanges with AUSF and UDM that belong to it; filled when it has ended.
    pub sbi: Vec<sbi::Exchange>,
    /// Where the vectors of its challenges came from; one for each challenge, repetitions aside.
    pub vector_uses: Vec<VectorUse>,
    /// What befell connections to the HSS while it ran.
    pub hss_path: Vec<PathFact>,
    /// Messages beyond [`MAX_MESSAGES`].
    pub dropped: u64,
    /// First and last frame, S6a's too.
    pub first: Seen,
    /// Last.
    pub last: Seen,
    /// Its end.
    pub end: End,
    /// The last time seen anywhere in the capture when the trail was closed: how long it was silent.
    pub now: quintet_capture::Timestamp,
    /// Whether octets of the flow were missing from the capture while it ran.
    pub lossy: bool,
    /// Where the keys that opened it came from, in words; `None` without keys.
    pub keys: Option<String>,
    /// What came before, of the same subscriber.
    pub history: History,
}

impl Trail {
    /// Whether a challenge is in it.
    #[must_use]
    pub fn is_challenged(&self) -> bool {
        let mut views = self.nas.iter().map(|sighting| sighting.view);
        views.any(|view| matches!(view, View::AuthenticationRequest { .. }))
    }

    /// Whether a challenge was under way when message `index` was sent: one that nothing before it had answered.
    #[must_use]
    pub fn awaits_answer(&self, index: usize) -> bool {
        let before = self.nas.iter().take(index).rev();
        before
            .map(|sighting| sighting.view)
            .find(|view| {
                matches!(
                    view,
                    View::AuthenticationRequest { .. }
                        | View::AuthenticationResponse
                        | View::AuthenticationFailure { .. }
                )
            })
            .is_some_and(|view| matches!(view, View::AuthenticationRequest { .. }))
    }
}

/// What came before an attempt, of the same subscriber.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Attempts of the subscriber before this one.
    pub attempts: u64,
    /// How many of those right before this one came to one and the same failure: `last_ending`.
    pub same_failure_in_a_row: u64,
    /// How the one right before this one ended.
    pub last_ending: Option<Ending>,
    /// Every way in which one of them ended, once.
    pub endings: Vec<Ending>,
    /// How many of those right before this one ran authentication and security mode in full.
    pub full_security_in_a_row: u64,
    /// First frames of up to eight of them, the latest last.
    pub frames: Vec<Seen>,
    /// The last NAS message of theirs: behind this one's first where they interleave.
    pub until: Option<Seen>,
    /// The last challenge of theirs whose AUTN holds under a key: where it was seen, and the key's name.
    pub genuine: Option<(Seen, String)>,
}
