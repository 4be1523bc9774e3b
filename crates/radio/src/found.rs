//! What a radio trace shows: NAS PDUs, and the RRC messages around them.

use quintet_crypto::Direction;
use quintet_identity::{Plmn, STmsi, fgs};

/// The system whose NAS a radio carries, as these traces have it: LTE that of EPS, NR that of 5GS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// LTE: NAS of TS 24.301.
    Eps,
    /// NR: NAS of TS 24.501.
    Fgs,
}

/// Whose messages these are, as far as the trace tells UEs apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UeKey {
    /// Over which radio, and so which NAS.
    pub system: System,
    /// The log, numbered by the caller: UEs of two logs have nothing to do with each other.
    pub log: u64,
    /// Its C-RNTI; `None` in logs of RRC, which are of one UE, in F1AP, and in logs that write something else in
    /// its place.
    pub rnti: Option<u16>,
    /// The number that the tracing program gave it; many write 0 for all. In F1AP the gNB-DU UE F1AP ID.
    pub ue_id: Option<u32>,
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
    /// Of `rrcConnectionRequest`, of `rrcEarlyDataRequest-r15`, and of NR's `rrcSetupRequest`.
    ConnectionRequest(ConnectionRequest),
    /// Of `rrcConnectionReestablishmentRequest`, and of NR's `rrcReestablishmentRequest`.
    ReestablishmentRequest {
        /// C-RNTI of the UE in the cell where it was.
        c_rnti: u16,
        /// That cell.
        phys_cell_id: u16,
        /// The specification's name: `handoverFailure`.
        cause: &'static str,
    },
    /// Of `rrcConnectionReject`, and of NR's `rrcReject` that tells a time.
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
    /// Of NR's `rrcSetupComplete`.
    SetupCompleteNr {
        /// Which of the networks in SIB1, from 1.
        selected_plmn: u8,
        /// Where the UE was registered last.
        registered_amf: Option<RegisteredAmf>,
        /// Its 5G-S-TMSI, or what was missing of it in the request.
        s_tmsi: Option<FiveGSTmsiValue>,
    },
    /// Of `securityModeCommand`.
    Security {
        /// Number of the AS ciphering algorithm: 2 for EEA2 or NEA2; `None` for one of a later release.
        ciphering: Option<u8>,
        /// Number of the AS integrity algorithm: 2 for EIA2 or NIA2; `None` for one of a later release, and for
        /// none.
        integrity: Option<u8>,
    },
    /// Of `rrcConnectionRelease`, and of NR's `rrcRelease` that does not keep the UE inactive.
    Release {
        /// The specification's name: `loadBalancingTAUrequired`. NR tells none: `other`.
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

/// How a UE asks for a connection (TS 36.331 6.2.2 RRCConnectionRequest, TS 38.331 6.2.2 RRCSetupRequest).
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
            _ => None,
        }
    }

    /// The 5G-S-TMSI, if the UE has one and has told all of it.
    #[must_use]
    pub const fn five_g_s_tmsi(&self) -> Option<fgs::STmsi> {
        match self.identity {
            InitialUeIdentity::FiveGSTmsi(s_tmsi) => Some(s_tmsi),
            _ => None,
        }
    }

    /// The same, with what RRC SETUP COMPLETE adds.
    pub(crate) fn completed(self, value: FiveGSTmsiValue) -> Self {
        let identity = match (self.identity, value) {
            (_, FiveGSTmsiValue::Whole(s_tmsi)) => InitialUeIdentity::FiveGSTmsi(s_tmsi),
            (InitialUeIdentity::FiveGSTmsiPart1(low), FiveGSTmsiValue::Part2(high)) => {
                let [_, _, octets @ ..] = (u64::from(high) << PART_1_BITS | low).to_be_bytes();
                InitialUeIdentity::FiveGSTmsi(fgs::STmsi::from_octets(octets))
            }
            (identity, FiveGSTmsiValue::Part2(_)) => identity,
        };
        Self { identity, ..self }
    }
}

/// `InitialUE-Identity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitialUeIdentity {
    /// From an earlier registration.
    STmsi(STmsi),
    /// Forty random bits of a UE that has none; in NR 39.
    Random(u64),
    /// In NR, from an earlier registration: the lower 39 bits of the 5G-S-TMSI, the others of which come later.
    FiveGSTmsiPart1(u64),
    /// In NR, from an earlier registration: with what came later.
    FiveGSTmsi(fgs::STmsi),
}

/// Bits of a 5G-S-TMSI that `rrcSetupRequest` holds.
const PART_1_BITS: u32 = 39;

/// `ng-5G-S-TMSI-Value` of NR's `rrcSetupComplete`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FiveGSTmsiValue {
    /// All of it.
    Whole(fgs::STmsi),
    /// The upper 9 bits, which the request had not.
    Part2(u16),
}

/// `RegisteredAMF`: the GUAMI of the AMF where the UE was registered last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisteredAmf {
    /// Its network; `None` if that is the selected one.
    pub plmn: Option<Plmn>,
    /// The AMF there.
    pub amf_id: fgs::AmfId,
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
