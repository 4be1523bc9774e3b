//! The EMM causes that rejects carry (TS 24.301 Annex A): the code of each, what is likely behind it, and where the trail
//! speaks of that.

use super::super::catalogue::{self as code, Code};
use quintet_nas::eps::EmmCause;

/// What in a trail speaks for a cause.
#[derive(Clone, Copy, Debug)]
pub(super) enum Evidence {
    /// What the HSS answered.
    Hss,
    /// By what the UE identified itself.
    Identity,
    /// Whether, and how, the UE was authenticated before.
    Authentication,
    /// The algorithms it offered.
    Algorithms,
    /// What came before in the capture, of the same subscriber.
    History,
    /// The ESM cause beside it.
    Esm,
    /// Its serving network and area are what the subscription must allow.
    Area,
    /// The message before.
    Before,
}

/// A cause, its code, and what is likely behind it.
pub(super) struct Row {
    pub(super) cause: u8,
    pub(super) code: &'static Code,
    pub(super) likely: &'static [(&'static str, Evidence)],
}

/// One row of the table.
const fn row(cause: EmmCause, code: &'static Code, likely: &'static [(&'static str, Evidence)]) -> Row {
    Row {
        cause: cause.0,
        code,
        likely,
    }
}

use Evidence::{Algorithms, Area, Authentication, Before, Esm, History, Hss, Identity};

/// The causes, by number.
pub(super) const ROWS: &[Row] = &[
    row(
        EmmCause::IMSI_UNKNOWN_IN_HSS,
        &code::REJECTED_IMSI_UNKNOWN,
        &[("The IMSI is not provisioned", Hss)],
    ),
    row(
        EmmCause::ILLEGAL_UE,
        &code::REJECTED_ILLEGAL_UE,
        &[
            (
                "The network does not believe the UE: authentication failed",
                Authentication,
            ),
            ("The subscription is blocked, or the IMSI is on a list", Hss),
        ],
    ),
    row(
        EmmCause::IMEI_NOT_ACCEPTED,
        &code::REJECTED_IMEI_NOT_ACCEPTED,
        &[("The network serves no emergency call without a USIM", Identity)],
    ),
    row(
        EmmCause::ILLEGAL_ME,
        &code::REJECTED_ILLEGAL_ME,
        &[("The IMEI is barred in the EIR", Identity)],
    ),
    row(
        EmmCause::EPS_SERVICES_NOT_ALLOWED,
        &code::REJECTED_EPS_NOT_ALLOWED,
        &[
            ("The subscription has no EPS data", Hss),
            ("Access restrictions", Hss),
        ],
    ),
    row(
        EmmCause::EPS_SERVICES_AND_NON_EPS_SERVICES_NOT_ALLOWED,
        &code::REJECTED_NO_SERVICES_ALLOWED,
        &[
            ("The HSS does not know the IMSI", Hss),
            ("The MME routes to the wrong HSS (realm of the PLMN)", Area),
        ],
    ),
    row(
        EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK,
        &code::REJECTED_IDENTITY_NOT_DERIVED,
        &[
            (
                "The MME does not know the temporary identity: it restarted, or it is another MME's",
                Identity,
            ),
            ("The MME has the context and finds the MAC wrong", Before),
        ],
    ),
    row(
        EmmCause::IMPLICITLY_DETACHED,
        &code::REJECTED_IMPLICITLY_DETACHED,
        &[
            (
                "The MME dropped the UE's context: implicit detach timer, restart, Cancel Location",
                History,
            ),
            ("The MME does not know the temporary identity", Identity),
        ],
    ),
    row(
        EmmCause::PLMN_NOT_ALLOWED,
        &code::REJECTED_PLMN_NOT_ALLOWED,
        &[
            ("Roaming is not allowed by the HSS", Hss),
            ("The PLMN is not on the MME's list", Area),
        ],
    ),
    row(
        EmmCause::TRACKING_AREA_NOT_ALLOWED,
        &code::REJECTED_TA_NOT_ALLOWED,
        &[
            ("The TAC is not served, or not in the subscription", Area),
            ("Regional restrictions", Hss),
        ],
    ),
    row(
        EmmCause::ROAMING_NOT_ALLOWED_IN_THIS_TRACKING_AREA,
        &code::REJECTED_ROAMING_NOT_ALLOWED,
        &[
            ("The roaming agreement leaves this area out", Area),
            ("Roaming is not allowed by the HSS", Hss),
        ],
    ),
    row(
        EmmCause::EPS_SERVICES_NOT_ALLOWED_IN_THIS_PLMN,
        &code::REJECTED_EPS_NOT_ALLOWED_IN_PLMN,
        &[
            ("The roaming agreement has no LTE", Area),
            ("The subscription restricts it", Hss),
        ],
    ),
    row(
        EmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA,
        &code::REJECTED_NO_SUITABLE_CELLS,
        &[
            ("E-UTRAN is restricted for the subscriber", Hss),
            ("The area is restricted", Area),
        ],
    ),
    row(
        EmmCause::NETWORK_FAILURE,
        &code::REJECTED_NETWORK_FAILURE,
        &[
            ("The HSS did not answer, or answered an error", Hss),
            ("S11 or S10 failed", Before),
        ],
    ),
    row(
        EmmCause::ESM_FAILURE,
        &code::REJECTED_ESM_FAILURE,
        &[
            ("The PDN connection was refused", Esm),
            ("The subscription has no such APN", Hss),
        ],
    ),
    row(
        EmmCause::CONGESTION,
        &code::REJECTED_CONGESTION,
        &[("The MME or the APN is overloaded", History)],
    ),
    row(
        EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH,
        &code::REJECTED_CAPABILITIES_MISMATCH,
        &[
            (
                "The operator's list and the UE's algorithms have nothing in common",
                Algorithms,
            ),
            ("The UE's capabilities were changed on the way", Algorithms),
        ],
    ),
    row(
        EmmCause::NOT_AUTHORIZED_FOR_THIS_CSG,
        &code::REJECTED_CSG,
        &[("The CSG is not in the subscription", Hss)],
    ),
    row(
        EmmCause::REDIRECTION_TO_5GCN_REQUIRED,
        &code::REJECTED_REDIRECTED_TO_5GC,
        &[("The operator moves such UEs to 5G", Area)],
    ),
    row(
        EmmCause::REQUESTED_SERVICE_OPTION_NOT_AUTHORIZED_IN_THIS_PLMN,
        &code::REJECTED_SERVICE_OPTION,
        &[("The service is not offered here", Before)],
    ),
    row(
        EmmCause::CS_SERVICE_TEMPORARILY_NOT_AVAILABLE,
        &code::REJECTED_CS_TEMPORARILY,
        &[("SGs or the MSC is down", Before)],
    ),
    row(
        EmmCause::NO_EPS_BEARER_CONTEXT_ACTIVATED,
        &code::REJECTED_NO_BEARER,
        &[("UE and MME believe in different bearers", Before)],
    ),
    row(
        EmmCause::SEVERE_NETWORK_FAILURE,
        &code::REJECTED_SEVERE_NETWORK_FAILURE,
        &[("A node behind the MME failed", Hss)],
    ),
];

/// From here on a cause is about the message itself (TS 24.301 A.5).
pub(super) const PROTOCOL: u8 = EmmCause::SEMANTICALLY_INCORRECT_MESSAGE.0;
