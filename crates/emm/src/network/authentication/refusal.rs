//! What a UE is told when the HSS gives nothing (TS 29.272 Annex A, table A.1).

use crate::network::VectorsFailure;
use quintet_nas::eps::EmmCause;

/// The EMM cause of an answer of the HSS.
pub(in crate::network) fn cause_of(failure: VectorsFailure) -> EmmCause {
    match failure {
        VectorsFailure::UserUnknown => EmmCause::EPS_SERVICES_AND_NON_EPS_SERVICES_NOT_ALLOWED,
        VectorsFailure::UnknownEpsSubscription | VectorsFailure::RatNotAllowed => {
            EmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA
        }
        VectorsFailure::RoamingNotAllowed => EmmCause::PLMN_NOT_ALLOWED,
        VectorsFailure::Unavailable | VectorsFailure::NoAnswer => EmmCause::NETWORK_FAILURE,
    }
}
