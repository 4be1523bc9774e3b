//! What a UE is told when its home network gives nothing (TS 29.524 4.2.2: causes of Nausf as 5GMM causes).
//!
//! What passes by itself is answered by #22 without T3346, after which the UE tries again (TS 24.501 5.5.1.2.7).

use crate::network::{AuthenticationUnavailable, ConfirmationFailure};
use quintet_nas::fgs::FgmmCause;

/// The 5GMM cause of an AUSF that has no challenge.
pub(in crate::network) fn cause_of_authentication(why: AuthenticationUnavailable) -> FgmmCause {
    match why {
        AuthenticationUnavailable::UserNotFound => FgmmCause::FGS_SERVICES_NOT_ALLOWED,
        AuthenticationUnavailable::AuthenticationRejected => FgmmCause::ILLEGAL_UE,
        AuthenticationUnavailable::ServingNetworkNotAuthorized => FgmmCause::SERVING_NETWORK_NOT_AUTHORIZED,
        // It may have been concealed for a key that was replaced meanwhile, so it is not held against the USIM.
        AuthenticationUnavailable::InvalidSuci => FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK,
        AuthenticationUnavailable::Unavailable | AuthenticationUnavailable::NoAnswer => FgmmCause::CONGESTION,
    }
}

/// The 5GMM cause of an AUSF that cannot confirm.
pub(in crate::network) fn cause_of_confirmation(why: ConfirmationFailure) -> FgmmCause {
    match why {
        ConfirmationFailure::Rejected => FgmmCause::ILLEGAL_UE,
        ConfirmationFailure::Unavailable | ConfirmationFailure::NoAnswer => FgmmCause::CONGESTION,
    }
}
