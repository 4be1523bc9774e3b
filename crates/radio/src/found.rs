//! What a radio trace shows: NAS PDUs, and the RRC messages around them.

use quintet_crypto::Direction;
use quintet_identity::{Plmn, STmsi};

/// Whose messages these are, as far as the trace tells UEs apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UeKey {
    /// The log, numbered by the caller: UEs of two logs have nothing to do with each other.
    pub log: u64,
    /// Its C-RNTI; `None` in logs of RRC, which are of one UE.
    pub rnti: Option<u16>,
    /// The number that the tracing program gave it; many write 0 for all.
    pub ue_id: Option<u16>,
}

/// Something found in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found<'a> {
    /// An RRC message of a CCCH or DCCH. It comes before the NAS messages in it.
    Signal(Signal),
    /// A NAS PDU.
    Nas(Nas<'a>),
}

/// A NAS PDU out of an RRC message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nas<'a> {
    /// Whose.
    pub ue: UeKey,
    /// Which way.
    pub direction: Direction,
    /// What carried it, by the specification's name: `ulInformationTransfer`.
    pub carrier: &'static str,
    /// The PDU, as the NAS layer gave it.
    pub octets: &'a [u8],
    /// How the UE asked for the connection, if that was seen.
    pub request: Option<ConnectionRequest>,
}

/// An RRC message of one UE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Whose.
    pub ue: UeKey,
    /// Which way.
    pub direction: Direction,
    /// The specification's name: `rrcConnectionRelease`.
    pub name: &'static str,
    /// What it says, of what matters here.
    pub detail: Detail,
}

/// What an RRC message says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detail {
    /// Nothing, or nothing that is read here.
    #[default]
    None,
    /// Of `rrcConnectionRequest`, and of `rrcEarlyDataRequest-r15`.
    ConnectionRequest(ConnectionRequest),
    /// Of `rrcConnectionReestablishmentRequest`.
    ReestablishmentRequest {
        /// C-RNTI of the UE in the cell where it was.
        c_rnti: u16,
        /// That cell.
        phys_cell_id: u16,
        /// The specification's name: `handoverFailure`.
        cause: &'static str,
    },
    /// Of `rrcConnectionReject`.
    Reject {
        /// How long the UE has to wait, in seconds.
        wait_time_s: u8,
    },
    /// Of `rrcConnectionSetupComplete`.
    SetupComplete {
        /// Which of the networks in SIB1, from 1.
        selected_plmn: u8,
        /// Where the UE was registered last.
        registered_mme: Option<RegisteredMme>,
    },
    /// Of `securityModeCommand`.
    Security {
        /// Number of the AS ciphering algorithm: 2 for EEA2; `None` for one of a later release.
        ciphering: Option<u8>,
        /// Number of the AS integrity algorithm: 2 for EIA2; `None` for one of a later release.
        integrity: Option<u8>,
    },
    /// Of `rrcConnectionRelease`.
    Release {
        /// The specification's name: `loadBalancingTAUrequired`.
        cause: &'static str,
        /// Whether it sends the UE to another carrier.
        redirected: bool,
    },
    /// Of an `rrcConnectionReconfiguration` that is a handover within E-UTRA.
    Handover {
        /// Physical identity of the target cell.
        phys_cell_id: u16,
        /// The C-RNTI that the UE has there.
        new_rnti: u16,
    },
}

/// How a UE asks for a connection (TS 36.331 6.2.2 RRCConnectionRequest).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionRequest {
    /// Who.
    pub identity: InitialUeIdentity,
    /// Why, by the specification's name: `mo-Signalling`.
    pub cause: &'static str,
}

impl ConnectionRequest {
    /// The S-TMSI, if the UE has one of this tracking area.
    #[must_use]
    pub const fn s_tmsi(&self) -> Option<STmsi> {
        match self.identity {
            InitialUeIdentity::STmsi(s_tmsi) => Some(s_tmsi),
            InitialUeIdentity::Random(_) => None,
        }
    }
}

/// `InitialUE-Identity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitialUeIdentity {
    /// From an earlier registration.
    STmsi(STmsi),
    /// Forty random bits of a UE that has none.
    Random(u64),
}

/// `RegisteredMME`: the GUMMEI of the MME where the UE was registered last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisteredMme {
    /// Its network; `None` if that is the selected one.
    pub plmn: Option<Plmn>,
    /// MME Group ID.
    pub mme_group_id: u16,
    /// MME Code.
    pub mme_code: u8,
}
