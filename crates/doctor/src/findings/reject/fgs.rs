//! The 5GMM causes that rejects of 5GS carry (TS 24.501 Annex A): those of EPS where number and meaning are the same, and
//! their own.

use super::super::catalogue::{self as code, Code};
use super::table::Evidence::{self, Area, Before, History, Hss, Identity};
use super::table::{ROWS, Row};
use quintet_nas::fgs::FgmmCause;

/// Causes whose number and meaning EMM shares.
const SHARED: &[FgmmCause] = &[
    FgmmCause::ILLEGAL_UE,
    FgmmCause::PEI_NOT_ACCEPTED,
    FgmmCause::ILLEGAL_ME,
    FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK,
    FgmmCause::IMPLICITLY_DEREGISTERED,
    FgmmCause::PLMN_NOT_ALLOWED,
    FgmmCause::TRACKING_AREA_NOT_ALLOWED,
    FgmmCause::ROAMING_NOT_ALLOWED_IN_THIS_TRACKING_AREA,
    FgmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA,
    FgmmCause::UE_SECURITY_CAPABILITIES_MISMATCH,
];

const fn own(cause: FgmmCause, code: &'static Code, likely: &'static [(&'static str, Evidence)]) -> Row {
    Row {
        cause: cause.0,
        code,
        likely,
    }
}

/// Those of 5GS alone.
const OWN: &[Row] = &[
    own(
        FgmmCause::CONGESTION,
        &code::REJECTED_CONGESTION,
        &[
            (
                "AUSF or UDM could not be reached, or did not answer: an AMF says so with this cause",
                Hss,
            ),
            ("The AMF or a slice is overloaded", History),
        ],
    ),
    own(
        FgmmCause::FGS_SERVICES_NOT_ALLOWED,
        &code::REJECTED_5GS_NOT_ALLOWED,
        &[
            ("The UDM does not know the subscriber", Hss),
            ("The subscription has no 5GS data", Hss),
        ],
    ),
    own(
        FgmmCause::N1_MODE_NOT_ALLOWED,
        &code::REJECTED_N1_NOT_ALLOWED,
        &[("The subscription, or the network's policy, leaves out 5GS", Hss)],
    ),
    own(
        FgmmCause::RESTRICTED_SERVICE_AREA,
        &code::REJECTED_RESTRICTED_AREA,
        &[("The area is not one of the subscription's allowed ones", Area)],
    ),
    own(
        FgmmCause::REDIRECTION_TO_EPC_REQUIRED,
        &code::REJECTED_REDIRECTED_TO_EPC,
        &[("The operator moves such UEs to LTE", Area)],
    ),
    own(
        FgmmCause::NO_NETWORK_SLICES_AVAILABLE,
        &code::REJECTED_NO_SLICES,
        &[
            (
                "No requested or default slice is subscribed, or served in this area",
                Hss,
            ),
            ("The slices of AMF, gNB and subscription differ (SST, SD)", Area),
        ],
    ),
    own(
        FgmmCause::SERVING_NETWORK_NOT_AUTHORIZED,
        &code::REJECTED_SERVING_NETWORK,
        &[
            ("The home network does not know this serving network", Hss),
            ("The AMF names another network than it should", Area),
        ],
    ),
    own(
        FgmmCause::TEMPORARILY_NOT_AUTHORIZED_FOR_THIS_SNPN,
        &code::REJECTED_SNPN,
        &[("The subscription is not one of this non-public network", Identity)],
    ),
    own(
        FgmmCause::PERMANENTLY_NOT_AUTHORIZED_FOR_THIS_SNPN,
        &code::REJECTED_SNPN,
        &[("The subscription is not one of this non-public network", Identity)],
    ),
    own(
        FgmmCause::NOT_AUTHORIZED_FOR_THIS_CAG_OR_AUTHORIZED_FOR_CAG_CELLS_ONLY,
        &code::REJECTED_CAG,
        &[("The cell's closed access group is not in the subscription", Area)],
    ),
    own(
        FgmmCause::INSUFFICIENT_USER_PLANE_RESOURCES_FOR_THE_PDU_SESSION,
        &code::REJECTED_NO_USER_PLANE,
        &[("SMF or UPF could not give resources", Before)],
    ),
];

/// The row of a 5GMM cause.
pub(super) fn row(cause: u8) -> Option<&'static Row> {
    let shared = SHARED.iter().any(|shared| shared.0 == cause);
    OWN.iter()
        .find(|row| row.cause == cause)
        .or_else(|| ROWS.iter().find(|row| shared && row.cause == cause))
}
