//! Sessions at work: an input goes in, outputs become messages, calls, saves.

use crate::amf::{Amf, Consequence, N2Output};
use crate::calls::Ticket;
use crate::connection::Phase;
use crate::event::{AmfEvent, Counters};
use crate::schedule::Due;
use quintet_crypto::fgs::KgNb;
use quintet_fgmm::network::{
    At, ContextId, ContextSetup, Contexts as _, Environment, Event, FgmmState, Input, Output,
    Phase as FgmmPhase, ReleaseCause, SmResource,
};
use quintet_fgmm::{Discard, Disposition};
use quintet_identity::SNssai;
use quintet_nas::fgs::UeSecurityCapability;
use quintet_ngap::limits::MAX_ALLOWED_S_NSSAIS;
use quintet_ngap::message::{
    DownlinkNasTransport, InitialContextSetupRequest, PduSessionResourceSetupRequest,
    UeContextModificationRequest, UeContextReleaseCommand,
};
use quintet_ngap::{
    AmfUeNgapId, Cause, MaskedImeisv, NgapPdu, PduSessionId, PduSessionSetupItem, SecurityKey,
    UeAggregateMaximumBitRate, UeNgapIds, UeSecurityCapabilities,
};
use quintet_subscriber::model::Ambr;

impl Amf {
    /// Hands an input to the session of a connection and does what it wants. What that brings about at this or another
    /// session comes after all of it, so that messages leave in the order of their COUNTs.
    pub(crate) fn drive(&mut self, at: At, id: AmfUeNgapId, input: Input<'_>) -> Disposition {
        let disposition = self.step(at, id, input);
        self.follow(at);
        disposition
    }

    /// Works off what outputs brought about.
    pub(crate) fn follow(&mut self, at: At) {
        while let Some((id, consequence)) = self.consequences.pop_front() {
            let _ = match consequence {
                Consequence::Input(input) => self.step(at, id, input),
                Consequence::Sm(reply) => self.step(at, id, Input::Sm(reply.delivery())),
            };
        }
    }

    fn step(&mut self, at: At, id: AmfUeNgapId, input: Input<'_>) -> Disposition {
        let Some(connection) = self.connections.get_mut(id) else {
            return Disposition::Silent(Discard::Released);
        };
        let Some(mut session) = connection.session.take() else {
            return Disposition::Silent(Discard::Released);
        };
        let mut outputs = std::mem::take(&mut self.outputs);
        let disposition = {
            let env = &mut Environment {
                policy: &self.config.policy,
                contexts: &mut self.table,
                entropy: &mut self.random,
                outputs: &mut outputs,
                at,
            };
            session.handle(env, input)
        };
        let over = session.is_over();
        let bound = session.context();
        if let Some(connection) = self.connections.get_mut(id) {
            connection.session = (!over).then_some(session);
        }
        if let Some(context) = bound {
            self.table.reindex(context);
        }
        self.count(&disposition);
        for output in outputs.drain(..) {
            self.perform(at, id, output);
        }
        self.outputs = outputs;
        self.drop_gone();
        self.arm(id);
        disposition
    }

    fn perform(&mut self, at: At, id: AmfUeNgapId, output: Output) {
        match output {
            Output::Downlink(nas) => self.downlink(id, nas),
            Output::ContextSetup(setup) => self.set_up_context(at, id, *setup),
            Output::ContextModification(k_gnb) => self.modify_context(id, &k_gnb),
            Output::Authenticate(request) => self.authenticate(id, *request),
            Output::Confirm { res_star } => self.confirm(id, &res_star),
            Output::EapAnswer { payload } => self.eap_answer(id, &payload),
            Output::AbandonAuthentication => self.abandon(id),
            Output::Register { supi, initial } => self.register(at, id, supi, initial),
            Output::Deregistered { supi } => self.leave_home(&supi),
            Output::Sm(request) => self.session_management(id, *request),
            Output::SmResource(resource) => self.set_up_resource(id, *resource),
            Output::Bound(context) => self.bind(at, id, context),
            Output::Changed(context) => {
                self.table.reindex(context);
                self.saves.note(context.0);
            }
            Output::Removed(context) => self.saves.note(context.0),
            Output::Release(cause) => self.release(at, id, cause),
            Output::Event(event) => self.fgmm_event(id, event),
        }
    }

    /// A call is on its way, or failed at once.
    pub(crate) fn made(&mut self, id: AmfUeNgapId, ticket: Option<Ticket>, failed: Input<'static>) {
        if ticket.is_none() {
            self.consequences.push_back((id, Consequence::Input(failed)));
        }
    }

    /// The connection is that of this UE now; another one it had ends (TS 23.502 4.2.2.2.2).
    fn bind(&mut self, at: At, id: AmfUeNgapId, context: ContextId) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        let association = connection.association;
        let former = connection.context.replace(context);
        if former.is_none()
            && let Some(gnb) = self.gnbs.get_mut(association)
        {
            gnb.unproven = gnb.unproven.saturating_sub(1);
        }
        // It was taken for another UE's until a new authentication.
        if let Some(former) = former.filter(|former| *former != context) {
            self.leave(at, id, former);
        }
        let Some(record) = self.table.record_mut(context) else {
            return;
        };
        if record.since == Ticket::default() {
            record.since = self.calls.last();
        }
        let other = record.connection.replace(id).filter(|other| *other != id);
        record.idle_until = None;
        let paged = record.paging.take();
        self.schedule.set(&mut record.armed, None, Due::Context(context));
        if let Some(other) = other {
            let superseded = Consequence::Input(Input::Superseded { by: context });
            self.consequences.push_back((other, superseded));
        }
        for purpose in paged.into_iter().flat_map(|paging| paging.purposes()) {
            self.consequences.push_back((id, purpose));
        }
    }

    /// Contexts that a session removed, or that another one of the same subscriber replaced: their connections end, and what
    /// other network functions keep for them.
    fn drop_gone(&mut self) {
        for mut gone in self.table.take_gone() {
            let context = gone.id;
            self.schedule
                .set(&mut gone.record.armed, None, Due::Context(context));
            self.saves.note(context.0);
            let subscription = gone.record.sdm_subscription.take();
            self.end_subscription(subscription);
            if let Some(sm) = gone.record.sm.take() {
                self.release_all(*sm);
            }
            if let Some(connection) = gone.record.connection {
                let superseded = Consequence::Input(Input::Superseded { by: context });
                self.consequences.push_back((connection, superseded));
            }
        }
    }

    fn downlink(&mut self, id: AmfUeNgapId, nas: Vec<u8>) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        let message = DownlinkNasTransport::new(id, connection.ran_ue_ngap_id, nas.into());
        self.send_to_ue(id, &message.into());
    }

    fn set_up_context(&mut self, at: At, id: AmfUeNgapId, setup: ContextSetup) {
        let until = at.now + self.config.context_setup_timeout;
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        connection.phase = Phase::SettingUp(until);
        let context = connection.context.and_then(|context| self.table.get(context));
        let imeisv = context.and_then(|context| context.imeisv);
        let mut request = InitialContextSetupRequest::new(
            id,
            connection.ran_ue_ngap_id,
            self.config.policy.guami,
            self.allowed_nssai(&setup.allowed_nssai),
            capabilities(&setup.capabilities),
            SecurityKey::new(*setup.k_gnb.expose()),
        );
        request.ue_aggregate_maximum_bit_rate = setup.ambr.map(bit_rate);
        request.masked_imeisv = imeisv.map(|imeisv| MaskedImeisv(masked(&imeisv.to_string())));
        request.nas_pdu = setup.nas.map(Into::into);
        self.send_to_ue(id, &request.into());
    }

    /// Allowed NSSAI as NGAP wants it: one slice at least, also for an emergency, and eight at most (TS 38.413 9.3.1.31).
    fn allowed_nssai(&self, allowed: &[SNssai]) -> Vec<SNssai> {
        if allowed.is_empty() {
            let any = self.config.policy.slices.first().copied();
            return vec![any.unwrap_or(SNssai::EMBB)];
        }
        allowed.iter().take(MAX_ALLOWED_S_NSSAIS).copied().collect()
    }

    /// UE CONTEXT MODIFICATION REQUEST with a new KgNB (TS 38.413 8.3.4; TS 33.501 6.9.4.4).
    fn modify_context(&mut self, id: AmfUeNgapId, k_gnb: &KgNb) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        let mut request = UeContextModificationRequest::new(id, connection.ran_ue_ngap_id);
        request.security_key = Some(SecurityKey::new(*k_gnb.expose()));
        self.send_to_ue(id, &request.into());
    }

    /// PDU SESSION RESOURCE SETUP REQUEST (TS 38.413 8.2.1).
    fn set_up_resource(&mut self, id: AmfUeNgapId, resource: SmResource) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        let context = connection.context.and_then(|context| self.table.get(context));
        let ambr = context.and_then(|context| context.registration.as_ref()?.ambr);
        let s_nssai = resource
            .s_nssai
            .or_else(|| self.config.policy.slices.first().copied())
            .unwrap_or(SNssai::EMBB);
        let item = PduSessionSetupItem {
            pdu_session_id: PduSessionId(resource.pdu_session_id),
            nas_pdu: resource.nas.map(Into::into),
            s_nssai,
            transfer: resource.transfer.into_vec().into(),
        };
        let mut request = PduSessionResourceSetupRequest::new(id, connection.ran_ue_ngap_id, vec![item]);
        request.ue_aggregate_maximum_bit_rate = ambr.map(bit_rate);
        self.send_to_ue(id, &request.into());
    }

    /// UE CONTEXT RELEASE COMMAND (TS 38.413 8.3.3).
    pub(crate) fn release(&mut self, at: At, id: AmfUeNgapId, cause: ReleaseCause) {
        let until = at.now + self.config.release_timeout;
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        connection.session = None;
        connection.authentication = None;
        connection.phase = Phase::Releasing(until);
        let ids = UeNgapIds::Pair {
            amf_ue_ngap_id: id,
            ran_ue_ngap_id: connection.ran_ue_ngap_id,
        };
        let cause = match cause {
            ReleaseCause::NormalRelease => Cause::NAS_NORMAL_RELEASE,
            ReleaseCause::AuthenticationFailure => Cause::NAS_AUTHENTICATION_FAILURE,
            ReleaseCause::Deregister => Cause::NAS_DEREGISTER,
            ReleaseCause::Unspecified => Cause::NAS_UNSPECIFIED,
            ReleaseCause::AsRequested => Cause::RELEASE_DUE_TO_NGRAN_GENERATED_REASON,
        };
        self.send_to_ue(id, &UeContextReleaseCommand::new(ids, cause).into());
        self.give_up_registering(id);
        self.unbind(at, id);
    }

    /// The connection is gone without a word.
    pub(crate) fn lose(&mut self, at: At, id: AmfUeNgapId) {
        let _ = self.drive(at, id, Input::ConnectionLost);
        self.give_up_registering(id);
        self.unbind(at, id);
        let Some(mut connection) = self.connections.remove(id) else {
            return;
        };
        self.schedule
            .set(&mut connection.armed, None, Due::Connection(id));
        if let Some(gnb) = self.gnbs.get_mut(connection.association) {
            // The gNB may use its identity for another connection already.
            if gnb.connections.get(&connection.ran_ue_ngap_id) == Some(&id) {
                gnb.connections.remove(&connection.ran_ue_ngap_id);
            }
            if connection.context.is_none() {
                gnb.unproven = gnb.unproven.saturating_sub(1);
            }
        }
        self.relax();
    }

    /// The UE of a connection is idle from now on.
    fn unbind(&mut self, at: At, id: AmfUeNgapId) {
        let context = self.connections.get(id).and_then(|connection| connection.context);
        if let Some(context) = context {
            self.leave(at, id, context);
        }
    }

    /// A connection is not a UE's any more: it is idle, if it has no other.
    fn leave(&mut self, at: At, id: AmfUeNgapId, context: ContextId) {
        if let Some(record) = self.table.record_mut(context)
            && record.connection == Some(id)
        {
            record.connection = None;
            self.leave_unregistered(context);
            self.deactivate_sessions(context);
            self.now_idle(at, context);
        }
    }

    /// Sees to it that the earliest deadline of a connection is not missed. One that is later than what is armed stays:
    /// most move on with every message.
    pub(crate) fn arm(&mut self, id: AmfUeNgapId) {
        let inactivity = self.config.inactivity_timeout;
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        let guard = match connection.phase {
            Phase::SettingUp(until) | Phase::Releasing(until) => until,
            Phase::Signalling | Phase::Established => connection.heard + inactivity,
        };
        let session = connection
            .session
            .as_ref()
            .and_then(|session| session.poll_timeout());
        let due = session.map_or(guard, |session| session.min(guard));
        if connection.armed.is_none_or(|armed| due < armed) {
            let owner = Due::Connection(id);
            self.schedule.set(&mut connection.armed, Some(due), owner);
        }
    }

    /// Sends a message of one UE, on its stream.
    pub(crate) fn send_to_ue(&mut self, id: AmfUeNgapId, message: &NgapPdu<'_>) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        let (association, stream) = (connection.association, connection.stream);
        self.send(association, stream, message);
    }

    /// Sends a message.
    pub(crate) fn send(
        &mut self,
        association: quintet_sctp::AssociationId,
        stream: u16,
        message: &NgapPdu<'_>,
    ) {
        let mut payload = Vec::with_capacity(128);
        // Every value comes from a decoder or a configuration that keeps its range; what does not fit is a fault of ours.
        if let Err(error) = message.encode(&mut payload) {
            debug_assert!(false, "{}: {error}", message.name());
            return;
        }
        self.counters.n2_sent += 1;
        self.out.push_back(N2Output::Send {
            association,
            stream,
            payload,
        });
    }

    fn fgmm_event(&mut self, id: AmfUeNgapId, event: Event) {
        if let Event::Phase { phase, .. } = &event {
            counted(&mut self.counters, *phase);
        }
        let found = self.connections.get(id);
        let Some((association, attempt)) = found.and_then(|found| Some((found.association, found.attempt?)))
        else {
            return;
        };
        self.report(|| AmfEvent::Fgmm {
            association,
            connection: id,
            attempt,
            event,
        });
    }

    fn count(&mut self, disposition: &Disposition) {
        match disposition {
            Disposition::Handled => {}
            Disposition::Silent(_) => self.counters.nas_discarded += 1,
            Disposition::Replied(_) => self.counters.rejected += 1,
        }
    }

    /// Whether a context is registered.
    pub(crate) fn is_registered(&self, id: ContextId) -> bool {
        self.table
            .get(id)
            .is_some_and(|context| context.state == FgmmState::Registered)
    }
}

/// UE Security Capabilities: NAS has a bit for algorithm 0 in front, NGAP has not (TS 38.413 9.3.1.86).
fn capabilities(of: &UeSecurityCapability) -> UeSecurityCapabilities {
    let bits = |octet: u8| u16::from(octet & 0x7f) << 9;
    UeSecurityCapabilities {
        nr_encryption_algorithms: bits(of.ea_5g()),
        nr_integrity_protection_algorithms: bits(of.ia_5g()),
        eutra_encryption_algorithms: bits(of.eea().unwrap_or(0)),
        eutra_integrity_protection_algorithms: bits(of.eia().unwrap_or(0)),
    }
}

/// The most that NGAP can say, bit/s (TS 38.413 9.3.1.4).
const MAX_BIT_RATE: u64 = 4_000_000_000_000;

fn bit_rate(ambr: Ambr) -> UeAggregateMaximumBitRate {
    UeAggregateMaximumBitRate {
        dl: ambr.downlink.min(MAX_BIT_RATE),
        ul: ambr.uplink.min(MAX_BIT_RATE),
    }
}

/// Masked IMEISV: the last four digits of the serial number are all ones (TS 38.413 9.3.1.54).
fn masked(digits: &str) -> u64 {
    let packed = digits.bytes().take(16).fold(0u64, |packed, digit| {
        packed << 4 | u64::from(digit.wrapping_sub(b'0') & 15)
    });
    // Digits 11 to 14 of 16.
    packed | 0x0000_0000_00ff_ff00
}

/// What the counters make of a phase.
fn counted(counters: &mut Counters, phase: FgmmPhase) {
    match phase {
        FgmmPhase::Registered => counters.registered += 1,
        FgmmPhase::Served => counters.served += 1,
        FgmmPhase::Authenticated => counters.authenticated += 1,
        _ => {}
    }
}
