//! What happens to a UE.

use quintet_crypto::{Auts, Kasme, Res};
use quintet_nas::eps::{EpsAttachType, EpsUpdateType};

/// How a UE names itself in ATTACH REQUEST.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttachIdentity {
    /// As TS 24.301 5.5.1.2.2 says: by GUTI if it has a valid one, else by IMSI, or by IMEI in an emergency without.
    Usual,
    /// By IMSI, although it may have a GUTI.
    Imsi,
    /// By IMEI: an emergency without a usable card.
    Imei,
}

/// What the user, or a scenario, wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// Attach; a registered UE leaves first, without a word.
    Attach {
        /// For what.
        attach_type: EpsAttachType,
        /// How it names itself.
        identity: AttachIdentity,
    },
    /// Tracking area update.
    TrackingAreaUpdate {
        /// Which, and whether bearers are wanted.
        update_type: EpsUpdateType,
    },
    /// Service request.
    ServiceRequest,
    /// Detach.
    Detach {
        /// Because of power off: nobody waits for an answer.
        switch_off: bool,
    },
}

impl Start {
    /// An ordinary attach.
    pub const ATTACH: Self = Self::Attach {
        attach_type: EpsAttachType::EPS_ATTACH,
        identity: AttachIdentity::Usual,
    };
    /// An ordinary update, without bearers.
    pub const UPDATE: Self = Self::TrackingAreaUpdate {
        update_type: EpsUpdateType::TA_UPDATING,
    };
}

/// What the card and the ME around it say to a challenge (TS 33.102 6.3.3, TS 33.401 6.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Challenged {
    /// The network is genuine and the vector is fresh.
    Accepted {
        /// RES.
        res: Res,
        /// KASME for the serving network.
        kasme: Kasme,
    },
    /// MAC-A does not hold.
    MacFailure,
    /// The separation bit is clear, or there are no keys of 128 bits.
    NotSeparated,
    /// The SQN is out of range.
    SynchFailure(Auts),
}

/// What happens to a UE.
#[derive(Debug)]
pub enum Input<'a> {
    /// The user wants something.
    Start(Start),
    /// A NAS PDU from the network.
    Downlink(&'a [u8]),
    /// The card's answer to [`super::Output::Challenge`].
    Challenged(Challenged),
    /// Security of the access stratum and bearers are there (TS 24.301 5.6.1.4).
    ContextSetUp,
    /// The network pages, by S-TMSI or by IMSI (TS 24.301 5.6.2.2).
    Paged {
        /// By IMSI: the network has forgotten the S-TMSI.
        with_imsi: bool,
    },
    /// The connection could not be had, or broke.
    LowerLayerFailure,
    /// The connection was released.
    ConnectionReleased,
    /// The deadline of [`super::Ue::poll_timeout`] has passed.
    Timeout,
}
