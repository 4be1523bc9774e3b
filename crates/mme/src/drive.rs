//! Sessions at work: an input goes in, outputs become messages, requests, saves.

use crate::connection::Phase;
use crate::event::{Counters, MmeEvent};
use crate::hss::For;
use crate::mme::{Cycle, Mme, S1Output};
use crate::schedule::Due;
use quintet_crypto::KeNb;
use quintet_diameter::node::RequestHandle;
use quintet_emm::network::{
    At, BearerSetup, ContextId, Contexts as _, EmmState, Environment, Event, Input, Output,
    Phase as EmmPhase, ReleaseCause, VectorsFailure,
};
use quintet_emm::{Discard, Disposition};
use quintet_s1ap::message::{
    DownlinkNasTransport, InitialContextSetupRequest, UeContextModificationRequest, UeContextReleaseCommand,
};
use quintet_s1ap::{
    AllocationAndRetentionPriority, Cause, ErabLevelQosParameters, ErabToBeSetup, MmeUeS1apId, S1apPdu,
    TransportLayerAddress, UeAggregateMaximumBitrate, UeS1apIds, UeSecurityCapabilities,
};
use quintet_telemetry::AttemptId;
use std::net::IpAddr;

impl Mme {
    /// Hands an input to the session of a connection and does what it wants. What that brings about at this or another
    /// session comes after all of it, so that messages leave in the order of their COUNTs.
    pub(crate) fn drive(&mut self, cycle: &mut Cycle<'_>, id: MmeUeS1apId, input: Input<'_>) -> Disposition {
        let disposition = self.step(cycle, id, input);
        while let Some((id, input)) = self.consequences.pop_front() {
            let _ = self.step(cycle, id, input);
        }
        disposition
    }

    fn step(&mut self, cycle: &mut Cycle<'_>, id: MmeUeS1apId, input: Input<'_>) -> Disposition {
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
                at: cycle.at,
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
            self.perform(cycle, id, output);
        }
        self.outputs = outputs;
        self.drop_replaced();
        self.arm(id);
        disposition
    }

    fn perform(&mut self, cycle: &mut Cycle<'_>, id: MmeUeS1apId, output: Output) {
        match output {
            Output::Downlink(nas) => self.downlink(id, nas),
            Output::ContextSetup(setup) => self.set_up_context(cycle, id, *setup),
            Output::ContextModification(k_enb) => self.modify_context(id, k_enb),
            Output::FetchVectors(request) => {
                let whose = (For::Session(id), self.attempt(id));
                let sent = self
                    .hss
                    .fetch_vectors(cycle.at.now, cycle.node, &self.config, whose, &request);
                self.asked(id, sent, Input::Vectors(Err(VectorsFailure::NoAnswer)));
            }
            Output::UpdateLocation { imsi, initial_attach } => {
                let imeisv = self.table.by_imsi(imsi).and_then(|id| self.table.get(id)?.imeisv);
                let whose = (For::Session(id), self.attempt(id));
                let sent = self.hss.update_location(
                    cycle.at.now,
                    cycle.node,
                    &self.config,
                    whose,
                    (imsi, imeisv, initial_attach),
                );
                self.asked(id, sent, Input::Location(Err(VectorsFailure::NoAnswer)));
            }
            Output::Purge(imsi) => {
                self.hss.purge(cycle.at.now, cycle.node, &self.config, imsi);
            }
            Output::Bound(context) => self.bind(cycle, id, context),
            Output::Changed(context) => {
                self.table.reindex(context);
                self.saves.note(context.0);
            }
            Output::Removed(context) => self.saves.note(context.0),
            Output::Release(cause) => self.release(cycle, id, cause),
            Output::Event(event) => self.emm_event(id, event),
        }
    }

    /// A request is on its way, or failed at once.
    fn asked(&mut self, id: MmeUeS1apId, sent: Option<RequestHandle>, failed: Input<'static>) {
        if let Some(connection) = self.connections.get_mut(id) {
            connection.asked = sent;
        }
        if sent.is_none() {
            self.consequences.push_back((id, failed));
        }
    }

    /// The connection is that of this UE now; another one it had ends (TS 23.401 5.3.2.1).
    fn bind(&mut self, cycle: &mut Cycle<'_>, id: MmeUeS1apId, context: ContextId) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        let association = connection.association;
        let former = connection.context.replace(context);
        if former.is_none()
            && let Some(enb) = self.enbs.get_mut(association)
        {
            enb.unproven = enb.unproven.saturating_sub(1);
        }
        // It was taken for another UE's until a new authentication.
        if let Some(former) = former.filter(|former| *former != context) {
            self.leave(cycle.at, id, former);
        }
        let Some(record) = self.table.record_mut(context) else {
            return;
        };
        let other = record.connection.replace(id).filter(|other| *other != id);
        record.idle_until = None;
        let paged = record.paging.take();
        self.schedule.set(&mut record.armed, None, Due::Context(context));
        if let Some(other) = other {
            let superseded = Input::Superseded { by: context };
            self.consequences.push_back((other, superseded));
        }
        if let Some(detach) = paged.and_then(|paging| paging.detach()) {
            self.consequences.push_back((id, detach));
        }
        self.confirm_location(cycle, context);
    }

    /// Contexts that another one of the same subscriber replaced: their connections end.
    fn drop_replaced(&mut self) {
        for mut replaced in self.table.take_replaced() {
            let context = replaced.id;
            self.schedule
                .set(&mut replaced.armed, None, Due::Context(context));
            self.saves.note(context.0);
            if let Some(connection) = replaced.connection {
                let superseded = Input::Superseded { by: context };
                self.consequences.push_back((connection, superseded));
            }
        }
    }

    fn downlink(&mut self, id: MmeUeS1apId, nas: Vec<u8>) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        let message = DownlinkNasTransport::new(id, connection.enb_ue_s1ap_id, nas.into());
        self.send_to_ue(id, &message.into());
    }

    fn set_up_context(&mut self, cycle: &Cycle<'_>, id: MmeUeS1apId, setup: BearerSetup) {
        let until = cycle.at.now + self.config.context_setup_timeout;
        let gateway = match self.config.gateway {
            IpAddr::V4(address) => TransportLayerAddress::v4(address),
            IpAddr::V6(address) => TransportLayerAddress::v6(address),
        };
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        connection.phase = Phase::SettingUp(until);
        let bearer = ErabToBeSetup {
            e_rab_id: setup.bearer,
            e_rab_level_qos_parameters: ErabLevelQosParameters {
                qci: setup.qci,
                allocation_retention_priority: AllocationAndRetentionPriority {
                    priority_level: setup.arp_priority,
                    may_trigger_pre_emption: false,
                    pre_emptable: true,
                },
                gbr_qos_information: None,
            },
            transport_layer_address: gateway,
            // There is no tunnel behind it; the connection's number tells bearers apart in a capture.
            gtp_teid: id.0,
            nas_pdu: setup.nas.map(Into::into),
        };
        let (ul, dl) = setup.ambr;
        let request = InitialContextSetupRequest::new(
            id,
            connection.enb_ue_s1ap_id,
            UeAggregateMaximumBitrate { dl, ul },
            vec![bearer],
            UeSecurityCapabilities {
                encryption_algorithms: setup.capabilities.0,
                integrity_protection_algorithms: setup.capabilities.1,
            },
            setup.kenb,
        );
        self.send_to_ue(id, &request.into());
    }

    /// UE CONTEXT MODIFICATION REQUEST with a new KeNB (TS 36.413 8.3.4; TS 33.401 7.2.9.2).
    fn modify_context(&mut self, id: MmeUeS1apId, k_enb: KeNb) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        let mut request = UeContextModificationRequest::new(id, connection.enb_ue_s1ap_id);
        request.security_key = Some(k_enb);
        self.send_to_ue(id, &request.into());
    }

    /// UE CONTEXT RELEASE COMMAND (TS 36.413 8.3.3).
    pub(crate) fn release(&mut self, cycle: &Cycle<'_>, id: MmeUeS1apId, cause: ReleaseCause) {
        let until = cycle.at.now + self.config.release_timeout;
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        connection.session = None;
        connection.phase = Phase::Releasing(until);
        let ids = UeS1apIds::Pair {
            mme_ue_s1ap_id: id,
            enb_ue_s1ap_id: connection.enb_ue_s1ap_id,
        };
        let cause = match cause {
            ReleaseCause::NormalRelease => Cause::NAS_NORMAL_RELEASE,
            ReleaseCause::AuthenticationFailure => Cause::NAS_AUTHENTICATION_FAILURE,
            ReleaseCause::Detach => Cause::NAS_DETACH,
            ReleaseCause::Unspecified => Cause::NAS_UNSPECIFIED,
            ReleaseCause::AsRequested => Cause::RELEASE_DUE_TO_EUTRAN_GENERATED_REASON,
        };
        self.send_to_ue(id, &UeContextReleaseCommand::new(ids, cause).into());
        self.unbind(cycle, id);
    }

    /// The connection is gone without a word.
    pub(crate) fn lose(&mut self, cycle: &mut Cycle<'_>, id: MmeUeS1apId) {
        let _ = self.drive(cycle, id, Input::ConnectionLost);
        self.unbind(cycle, id);
        let Some(mut connection) = self.connections.remove(id) else {
            return;
        };
        self.schedule
            .set(&mut connection.armed, None, Due::Connection(id));
        if let Some(enb) = self.enbs.get_mut(connection.association) {
            enb.connections.remove(&connection.enb_ue_s1ap_id);
            if connection.context.is_none() {
                enb.unproven = enb.unproven.saturating_sub(1);
            }
        }
        self.relax();
    }

    /// The UE of a connection is idle from now on.
    fn unbind(&mut self, cycle: &Cycle<'_>, id: MmeUeS1apId) {
        let context = self.connections.get(id).and_then(|connection| connection.context);
        if let Some(context) = context {
            self.leave(cycle.at, id, context);
        }
    }

    /// A connection is not a UE's any more: it is idle, if it has no other.
    fn leave(&mut self, at: At, id: MmeUeS1apId, context: ContextId) {
        if let Some(record) = self.table.record_mut(context)
            && record.connection == Some(id)
        {
            record.connection = None;
            self.now_idle(at, context);
        }
    }

    /// Sees to it that the earliest deadline of a connection is not missed. One that is later than what is armed stays:
    /// most move on with every message.
    pub(crate) fn arm(&mut self, id: MmeUeS1apId) {
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
    pub(crate) fn send_to_ue(&mut self, id: MmeUeS1apId, message: &S1apPdu<'_>) {
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
        message: &S1apPdu<'_>,
    ) {
        let mut payload = Vec::with_capacity(128);
        // Every value comes from a decoder or a configuration that keeps its range; what does not fit is a fault of ours.
        if let Err(error) = message.encode(&mut payload) {
            debug_assert!(false, "{}: {error}", message.name());
            return;
        }
        self.counters.s1_sent += 1;
        self.out.push_back(S1Output::Send {
            association,
            stream,
            payload,
        });
    }

    /// What the attempt of a connection is called.
    fn attempt(&self, id: MmeUeS1apId) -> Option<AttemptId> {
        self.connections.get(id)?.attempt
    }

    fn emm_event(&mut self, id: MmeUeS1apId, event: Event) {
        if let Event::Phase { phase, .. } = &event {
            counted(&mut self.counters, *phase);
        }
        let found = self.connections.get(id);
        let Some((association, attempt)) = found.and_then(|found| Some((found.association, found.attempt?)))
        else {
            return;
        };
        self.report(|| MmeEvent::Emm {
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
            .is_some_and(|context| context.state == EmmState::Registered)
    }
}

/// What the counters make of a phase.
fn counted(counters: &mut Counters, phase: EmmPhase) {
    match phase {
        EmmPhase::Attached => counters.attached += 1,
        EmmPhase::Served => counters.served += 1,
        EmmPhase::Updated => counters.updated += 1,
        EmmPhase::Authenticated => counters.authenticated += 1,
        _ => {}
    }
}
