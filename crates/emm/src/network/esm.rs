//! ESM messages on their own, on a connection that is secure (TS 24.301 6, 7.3).
//!
//! A UE has the default bearer of its attach and nothing else here: what would change that is refused with the cause that
//! says why. Bearers are activated inside ATTACH ACCEPT and accepted inside ATTACH COMPLETE, so their messages do not come
//! alone.

use super::Session;
use super::session::Environment;
use crate::{Discard, Disposition};
use quintet_nas::common::NasDecodeError;
use quintet_nas::eps::{
    BearerResourceAllocationReject, BearerResourceModificationReject, EpsBearerIdentity, EsmCause,
    EsmMessage, EsmStatus, PdnConnectivityReject, PdnDisconnectReject, ProcedureTransactionIdentity,
    RequestType,
};

impl Session {
    /// An ESM message that was verified.
    pub(super) fn esm(&mut self, env: &mut Environment<'_>, plain: &[u8]) -> Disposition {
        let Ok((bearer, transaction)) = EsmMessage::identities(plain) else {
            return Disposition::Silent(Discard::TooShort);
        };
        let decoded = match EsmMessage::decode_uplink(plain) {
            Ok(decoded) => decoded,
            Err(NasDecodeError::MessageType(_)) => {
                let cause = EsmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED;
                return self.esm_status_of(env, bearer, transaction, cause);
            }
            Err(NasDecodeError::TooShort { .. }) => return Disposition::Silent(Discard::TooShort),
            Err(_) => {
                let cause = EsmCause::INVALID_MANDATORY_INFORMATION;
                return self.esm_status_of(env, bearer, transaction, cause);
            }
        };
        if decoded.soft_errors.comprehension_required() {
            let cause = EsmCause::INVALID_MANDATORY_INFORMATION;
            return self.esm_status_of(env, bearer, transaction, cause);
        }
        match &decoded.message {
            EsmMessage::EsmInformationResponse(m) => self.esm_information(env, m),
            // A status ends what it is about, and nothing is under way (TS 24.301 6.7).
            EsmMessage::EsmStatus(_) | EsmMessage::EsmDummyMessage(_) => Disposition::Handled,
            message => match refusal(message, transaction) {
                Some(reject) => {
                    self.send_esm(env, &reject);
                    Disposition::Handled
                }
                None => {
                    let cause = EsmCause::MESSAGE_TYPE_NOT_COMPATIBLE_WITH_PROTOCOL_STATE;
                    self.esm_status_of(env, bearer, transaction, cause)
                }
            },
        }
    }

    /// ESM STATUS about a transaction (TS 24.301 6.7).
    pub(super) fn esm_status(
        &mut self,
        env: &mut Environment<'_>,
        transaction: ProcedureTransactionIdentity,
        cause: EsmCause,
    ) -> Disposition {
        self.esm_status_of(env, EpsBearerIdentity::UNASSIGNED, transaction, cause)
    }

    fn esm_status_of(
        &mut self,
        env: &mut Environment<'_>,
        bearer: EpsBearerIdentity,
        transaction: ProcedureTransactionIdentity,
        cause: EsmCause,
    ) -> Disposition {
        self.send_esm(env, &EsmStatus::new(bearer, transaction, cause).into());
        Disposition::Handled
    }
}

/// The reject of a request for what is not served (TS 24.301 6.5.1.4.1, 6.5.2.4.1, 6.5.3.4, 6.5.4.4).
fn refusal(
    message: &EsmMessage<'_>,
    transaction: ProcedureTransactionIdentity,
) -> Option<EsmMessage<'static>> {
    let none = EpsBearerIdentity::UNASSIGNED;
    let invalid = matches!(
        transaction,
        ProcedureTransactionIdentity::UNASSIGNED | ProcedureTransactionIdentity::RESERVED
    );
    let cause = |otherwise| {
        if invalid {
            EsmCause::INVALID_PTI_VALUE
        } else {
            otherwise
        }
    };
    let unsupported = cause(EsmCause::SERVICE_OPTION_NOT_SUPPORTED);
    Some(match message {
        EsmMessage::PdnConnectivityRequest(m) => {
            let why = if m.request_type == RequestType::INITIAL_REQUEST {
                // One PDN connection for each UE.
                EsmCause::MAXIMUM_NUMBER_OF_EPS_BEARERS_REACHED
            } else {
                EsmCause::SERVICE_OPTION_NOT_SUPPORTED
            };
            PdnConnectivityReject::new(none, transaction, cause(why)).into()
        }
        EsmMessage::PdnDisconnectRequest(_) => {
            let why = EsmCause::LAST_PDN_DISCONNECTION_NOT_ALLOWED;
            PdnDisconnectReject::new(none, transaction, cause(why)).into()
        }
        EsmMessage::BearerResourceAllocationRequest(_) => {
            BearerResourceAllocationReject::new(none, transaction, unsupported).into()
        }
        EsmMessage::BearerResourceModificationRequest(_) => {
            BearerResourceModificationReject::new(none, transaction, unsupported).into()
        }
        _ => return None,
    })
}
