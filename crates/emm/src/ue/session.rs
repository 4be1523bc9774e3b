//! What of session management a default bearer needs (TS 24.301 6.4.1, 6.5.1, 6.6.1.2).

use super::{Ue, Work, silent};
use crate::path::{self, MessageView};
use crate::{Discard, Disposition};
use quintet_nas::common::NasDecodeError;
use quintet_nas::eps::{
    ActivateDedicatedEpsBearerContextReject, ActivateDefaultEpsBearerContextAccept,
    ActivateDefaultEpsBearerContextReject, DeactivateEpsBearerContextAccept, EpsBearerIdentity, EsmCause,
    EsmInformationResponse, EsmInformationTransferFlag, EsmMessage, EsmStatus, ModifyEpsBearerContextReject,
    PdnAddress, PdnConnectivityRequest, ProcedureTransactionIdentity, RequestType,
};
use std::net::Ipv4Addr;

/// The transaction of the attach: the UE has no other (TS 24.301 9.4: 1 to 254).
const ATTACH_TRANSACTION: ProcedureTransactionIdentity = ProcedureTransactionIdentity(1);

/// The IPv4 address of a PDN address.
pub(super) fn address(pdn: &PdnAddress<'_>) -> Option<Ipv4Addr> {
    match pdn {
        PdnAddress::Ipv4(address) | PdnAddress::Ipv4v6(_, address) => Some(*address),
        _ => None,
    }
}

/// ACTIVATE DEFAULT EPS BEARER CONTEXT ACCEPT: its transaction is over (TS 24.301 6.4.1.3).
pub(super) fn activate_default_accept(bearer: EpsBearerIdentity) -> Vec<u8> {
    let none = ProcedureTransactionIdentity::UNASSIGNED;
    let accept = ActivateDefaultEpsBearerContextAccept::new(bearer, none);
    EsmMessage::ActivateDefaultEpsBearerContextAccept(accept).to_octets()
}

impl Ue {
    /// PDN CONNECTIVITY REQUEST; an APN goes under protection only, so its presence is announced (TS 24.301 6.5.1.2).
    pub(super) fn pdn_connectivity_request(&self, emergency: bool) -> Vec<u8> {
        let request_type = if emergency {
            RequestType::EMERGENCY
        } else {
            RequestType::INITIAL_REQUEST
        };
        let mut request = PdnConnectivityRequest::new(
            EpsBearerIdentity::UNASSIGNED,
            ATTACH_TRANSACTION,
            request_type,
            self.configuration.pdn_type,
        );
        if self.configuration.apn.is_some() && !emergency {
            request.esm_information_transfer_flag = Some(EsmInformationTransferFlag::REQUIRED);
        }
        EsmMessage::PdnConnectivityRequest(request).to_octets()
    }

    /// An ESM message on its own, protected.
    pub(super) fn receive_esm(
        &mut self,
        work: &mut Work<'_>,
        plain: &[u8],
        protection: path::Protection,
    ) -> Disposition {
        let Ok((bearer, transaction)) = EsmMessage::identities(plain) else {
            return silent(Discard::TooShort);
        };
        let message_type = plain.get(2).copied().unwrap_or_default();
        if let Err(refused) = self.admit(protection, MessageView::Esm { message_type }) {
            return refused;
        }
        let answer = match EsmMessage::decode_downlink(plain) {
            Ok(decoded) => self.answer_esm(&decoded.message, bearer, transaction),
            Err(NasDecodeError::MessageType(_)) => Some(status(
                bearer,
                transaction,
                EsmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED,
            )),
            Err(_) => Some(status(
                bearer,
                transaction,
                EsmCause::INVALID_MANDATORY_INFORMATION,
            )),
        };
        if let Some(answer) = answer {
            self.send(work, MessageView::of_esm(&answer), &answer.to_octets());
        }
        Disposition::Handled
    }

    /// The answer an ESM message gets.
    fn answer_esm(
        &mut self,
        message: &EsmMessage<'_>,
        bearer: EpsBearerIdentity,
        transaction: ProcedureTransactionIdentity,
    ) -> Option<EsmMessage<'static>> {
        let own = self.kept.bearer.is_some_and(|own| own.identity == bearer.0);
        Some(match message {
            EsmMessage::EsmInformationRequest(_) => {
                if transaction != ATTACH_TRANSACTION {
                    return Some(status(bearer, transaction, EsmCause::INVALID_PTI_VALUE));
                }
                let mut response = EsmInformationResponse::new(EpsBearerIdentity::UNASSIGNED, transaction);
                response.access_point_name = self.configuration.apn.clone();
                EsmMessage::EsmInformationResponse(response)
            }
            EsmMessage::DeactivateEpsBearerContextRequest(_) if own => {
                self.kept.bearer = None;
                let accept =
                    DeactivateEpsBearerContextAccept::new(bearer, ProcedureTransactionIdentity::UNASSIGNED);
                EsmMessage::DeactivateEpsBearerContextAccept(accept)
            }
            EsmMessage::ActivateDefaultEpsBearerContextRequest(_) => {
                let cause = EsmCause::REQUEST_REJECTED_UNSPECIFIED;
                let reject = ActivateDefaultEpsBearerContextReject::new(
                    bearer,
                    ProcedureTransactionIdentity::UNASSIGNED,
                    cause,
                );
                EsmMessage::ActivateDefaultEpsBearerContextReject(reject)
            }
            EsmMessage::ActivateDedicatedEpsBearerContextRequest(_) => {
                let cause = EsmCause::INSUFFICIENT_RESOURCES;
                let reject = ActivateDedicatedEpsBearerContextReject::new(
                    bearer,
                    ProcedureTransactionIdentity::UNASSIGNED,
                    cause,
                );
                EsmMessage::ActivateDedicatedEpsBearerContextReject(reject)
            }
            EsmMessage::ModifyEpsBearerContextRequest(_) => {
                let cause = if own {
                    EsmCause::REQUEST_REJECTED_UNSPECIFIED
                } else {
                    EsmCause::INVALID_EPS_BEARER_IDENTITY
                };
                let none = ProcedureTransactionIdentity::UNASSIGNED;
                EsmMessage::ModifyEpsBearerContextReject(ModifyEpsBearerContextReject::new(
                    bearer, none, cause,
                ))
            }
            EsmMessage::DeactivateEpsBearerContextRequest(_) => {
                status(bearer, transaction, EsmCause::INVALID_EPS_BEARER_IDENTITY)
            }
            // Status and notifications want no answer.
            _ => return None,
        })
    }
}

fn status(
    bearer: EpsBearerIdentity,
    transaction: ProcedureTransactionIdentity,
    cause: EsmCause,
) -> EsmMessage<'static> {
    EsmMessage::EsmStatus(EsmStatus::new(bearer, transaction, cause))
}
