//! What of session management a PDU session needs (TS 24.501 6.3.2, 6.3.3, 6.4.1), and NAS transport (5.4.5).
//!
//! ```text
//!   registered ─► UL NAS TRANSPORT(PDU SESSION ESTABLISHMENT REQUEST), T3580, five times at most
//!      ◄── DL NAS TRANSPORT(ACCEPT) ─► the session       (REJECT), or sent back with 5GMM cause ─► none
//!      ◄── DL NAS TRANSPORT(RELEASE COMMAND) ─► UL NAS TRANSPORT(RELEASE COMPLETE)
//! ```

use super::connection::Asked;
use super::kept::Session;
use super::output::{Event, SessionFailure};
use super::{Timer, Ue, Work};
use crate::path::MessageView;
use quintet_nas::common::NasDecodeError;
use quintet_nas::fgs::{
    DlNasTransport, FgmmCause, FgmmMessage, FgsmCause, FgsmMessage, FgsmStatus,
    IntegrityProtectionMaximumDataRate, PayloadContainer, PayloadContainerType, PduAddress,
    PduSessionEstablishmentAccept, PduSessionEstablishmentRequest, PduSessionIdentity,
    PduSessionModificationComplete, PduSessionReleaseComplete, ProcedureTransactionIdentity, RequestType,
    SNssaiIe, SscMode, UlNasTransport,
};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// The transaction of the establishment: the UE has no other (TS 24.501 9.6, TS 24.007 11.2.3.1a: 1 to 254).
const TRANSACTION: ProcedureTransactionIdentity = ProcedureTransactionIdentity(1);

/// How often PDU SESSION ESTABLISHMENT REQUEST is sent in all (TS 24.501 6.4.1.6: at the fifth expiry of T3580 it is over).
const TRANSMISSIONS: u8 = 5;

impl Ue {
    /// PDU SESSION ESTABLISHMENT REQUEST, if a session is wanted and may be asked for (TS 24.501 6.4.1.2).
    pub(super) fn ask_for_session(&mut self, work: &mut Work<'_>) {
        let configuration = Arc::clone(&self.configuration);
        let Some(wanted) = configuration.session.as_ref().filter(|_| self.wants_session) else {
            return;
        };
        let idle = self.connection.as_ref().is_some_and(|c| c.asked.is_none());
        if !idle || self.kept.session.is_some() || !self.path.is_secure() {
            return;
        }
        self.wants_session = false;
        let identity = PduSessionIdentity(wanted.identity);
        let full_rate = IntegrityProtectionMaximumDataRate::FULL;
        let mut request = PduSessionEstablishmentRequest::new(identity, TRANSACTION, full_rate);
        request.pdu_session_type = Some(wanted.session_type);
        request.ssc_mode = Some(SscMode::SSC_MODE_1);
        let request = FgsmMessage::from(request).to_octets();
        let mut transport = transport(identity, &request);
        transport.request_type = Some(if self.kept.emergency {
            RequestType::INITIAL_EMERGENCY_REQUEST
        } else {
            RequestType::INITIAL_REQUEST
        });
        // An emergency session has neither (TS 24.501 5.4.5.2.2).
        if !self.kept.emergency {
            transport.s_nssai = wanted.s_nssai.map(SNssaiIe::from);
            transport.dnn = wanted.dnn.clone();
        }
        let transport = FgmmMessage::from(transport).to_octets();
        if self.send(work, MessageView::UlNasTransport, &transport) {
            if let Some(connection) = &mut self.connection {
                connection.asked = Some(Asked { transport, sent: 1 });
            }
            self.run(work, Timer::T3580);
        }
    }

    /// T3580 has expired (TS 24.501 6.4.1.6 a).
    pub(super) fn ask_again(&mut self, work: &mut Work<'_>) {
        let Some(asked) = self.connection.as_mut().and_then(|c| c.asked.take()) else {
            return;
        };
        let Asked { transport, sent } = asked;
        if sent >= TRANSMISSIONS {
            return self.session_failed(work, SessionFailure::Unanswered);
        }
        if self.send(work, MessageView::UlNasTransport, &transport) {
            if let Some(connection) = &mut self.connection {
                let sent = sent + 1;
                connection.asked = Some(Asked { transport, sent });
            }
            self.run(work, Timer::T3580);
        }
    }

    /// The session that was asked for is not there.
    pub(super) fn session_failed(&mut self, work: &mut Work<'_>, why: SessionFailure) {
        self.timers.stop(Timer::T3580);
        if let Some(connection) = &mut self.connection {
            connection.asked = None;
        }
        if let Some(wanted) = &self.configuration.session {
            let identity = wanted.identity;
            work.event(Event::SessionFailed { identity, why });
        }
    }

    /// DL NAS TRANSPORT (TS 24.501 5.4.5.3.3). Of what it may carry, session management alone is for this UE.
    pub(super) fn dl_nas_transport(&mut self, work: &mut Work<'_>, transport: &DlNasTransport<'_>) {
        if transport.payload_container_type != PayloadContainerType::N1_SM_INFORMATION {
            return;
        }
        let payload = transport.payload_container.0;
        if let Some(cause) = transport.fgmm_cause {
            return self.not_forwarded(work, payload, cause);
        }
        let Ok((identity, transaction)) = FgsmMessage::identities(payload) else {
            return;
        };
        match FgsmMessage::decode_downlink(payload) {
            Ok(decoded) => self.take_fgsm(work, &decoded.message, (identity, transaction)),
            Err(NasDecodeError::MessageType(_)) => {
                let cause = FgsmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED;
                self.send_fgsm(
                    work,
                    identity,
                    &FgsmStatus::new(identity, transaction, cause).into(),
                );
            }
            Err(_) => {
                let cause = FgsmCause::INVALID_MANDATORY_INFORMATION;
                self.send_fgsm(
                    work,
                    identity,
                    &FgsmStatus::new(identity, transaction, cause).into(),
                );
            }
        }
    }

    /// The AMF sends a message of this UE back (TS 24.501 5.4.5.3.1 c to n).
    fn not_forwarded(&mut self, work: &mut Work<'_>, payload: &[u8], cause: FgmmCause) {
        let asked = self.connection.as_ref().is_some_and(|c| c.asked.is_some());
        let wanted = self.configuration.session.as_ref().map(|wanted| wanted.identity);
        if let Ok((identity, TRANSACTION)) = FgsmMessage::identities(payload)
            && asked
            && Some(identity.0) == wanted
        {
            self.session_failed(work, SessionFailure::NotForwarded(cause));
        }
    }

    /// A message of the session's SMF.
    fn take_fgsm(
        &mut self,
        work: &mut Work<'_>,
        message: &FgsmMessage<'_>,
        (identity, transaction): (PduSessionIdentity, ProcedureTransactionIdentity),
    ) {
        let asked = self.connection.as_ref().is_some_and(|c| c.asked.is_some())
            && transaction == TRANSACTION
            && self
                .configuration
                .session
                .as_ref()
                .is_some_and(|wanted| wanted.identity == identity.0);
        let own = self
            .kept
            .session
            .is_some_and(|session| session.identity == identity.0);
        let status = |cause| FgsmMessage::from(FgsmStatus::new(identity, transaction, cause));
        let answer = match message {
            FgsmMessage::PduSessionEstablishmentAccept(m) if asked => {
                return self.session_established(work, identity, m);
            }
            FgsmMessage::PduSessionEstablishmentReject(m) if asked => {
                return self.session_failed(work, SessionFailure::Rejected(m.fgsm_cause));
            }
            FgsmMessage::PduSessionEstablishmentAccept(_) | FgsmMessage::PduSessionEstablishmentReject(_) => {
                status(FgsmCause::PTI_MISMATCH)
            }
            FgsmMessage::PduSessionReleaseCommand(m) if own => {
                self.kept.session = None;
                let (identity, cause) = (identity.0, m.fgsm_cause);
                work.event(Event::SessionReleased { identity, cause });
                PduSessionReleaseComplete::new(m.pdu_session_identity, transaction).into()
            }
            FgsmMessage::PduSessionModificationCommand(_) if own => {
                PduSessionModificationComplete::new(identity, transaction).into()
            }
            FgsmMessage::PduSessionReleaseCommand(_) | FgsmMessage::PduSessionModificationCommand(_) => {
                status(FgsmCause::INVALID_PDU_SESSION_IDENTITY)
            }
            // Status and what answers requests that this UE does not make.
            _ => return,
        };
        self.send_fgsm(work, identity, &answer);
    }

    fn session_established(
        &mut self,
        work: &mut Work<'_>,
        identity: PduSessionIdentity,
        accept: &PduSessionEstablishmentAccept<'_>,
    ) {
        self.timers.stop(Timer::T3580);
        if let Some(connection) = &mut self.connection {
            connection.asked = None;
        }
        let session = Session {
            identity: identity.0,
            address: accept.pdu_address.as_ref().and_then(ipv4),
        };
        self.kept.session = Some(session);
        work.event(Event::SessionEstablished {
            identity: session.identity,
            address: session.address,
        });
    }

    fn send_fgsm(&mut self, work: &mut Work<'_>, identity: PduSessionIdentity, message: &FgsmMessage<'_>) {
        let octets = message.to_octets();
        self.send_fgmm(work, &transport(identity, &octets).into());
    }
}

/// UL NAS TRANSPORT of a message of session management.
fn transport(identity: PduSessionIdentity, message: &[u8]) -> UlNasTransport<'_> {
    let payload = PayloadContainer(message);
    let mut transport = UlNasTransport::new(PayloadContainerType::N1_SM_INFORMATION, payload);
    transport.pdu_session_id = Some(identity);
    transport
}

/// The IPv4 address of a PDU address.
const fn ipv4(address: &PduAddress<'_>) -> Option<Ipv4Addr> {
    match address {
        PduAddress::Ipv4(address) | PduAddress::Ipv4v6(_, address) => Some(*address),
        _ => None,
    }
}
