//! Registration: initial, emergency, mobility and periodic (TS 24.501 5.5.1).

use super::input::RegistrationIdentity;
use super::kept::UpdateStatus;
use super::output::{Event, NotStarted, Procedure};
use super::send::Initial;
use super::start::{Goal, is_emergency};
use super::{Timer, Ue, Work};
use crate::path::MessageView;
use quintet_identity::fgs::STmsi;
use quintet_nas::fgs::{
    FgmmMessage, MobileIdentity, Nssai, PduSessionIdentity, PduSessionStatus, RegistrationAccept,
    RegistrationComplete, RegistrationReject, RegistrationRequest, RegistrationType,
};
use std::sync::Arc;

impl Ue {
    /// REGISTRATION REQUEST, initial or for an emergency (TS 24.501 5.5.1.2.2).
    pub(super) fn register(
        &mut self,
        work: &mut Work<'_>,
        registration_type: RegistrationType,
        choice: RegistrationIdentity,
    ) {
        self.drop_exhausted();
        let Some((identity, s_tmsi)) = self.registration_identity(work, registration_type, choice) else {
            self.goal = Goal::None;
            return work.event(Event::NotStarted(NotStarted::NoIdentity));
        };
        let with_context = choice != RegistrationIdentity::SuciWithoutContext;
        let registration_type = registration_type.with_follow_on_request(self.wants_session);
        self.request_registration(work, registration_type, identity, (s_tmsi, with_context));
    }

    /// REGISTRATION REQUEST for mobility or periodic update (TS 24.501 5.5.1.3.2). A registered UE without a 5G-GUTI
    /// registers anew instead.
    pub(super) fn update(&mut self, work: &mut Work<'_>, registration_type: RegistrationType) {
        self.drop_exhausted();
        let Some(guti) = self.kept.guti else {
            self.goal = Goal::None;
            return self.register_usual(work);
        };
        let identity = MobileIdentity::Guti(guti);
        self.request_registration(work, registration_type, identity, (Some(guti.s_tmsi()), true));
    }

    fn request_registration(
        &mut self,
        work: &mut Work<'_>,
        registration_type: RegistrationType,
        identity: MobileIdentity<'_>,
        (s_tmsi, with_context): (Option<STmsi>, bool),
    ) {
        let configuration = Arc::clone(&self.configuration);
        let ksi = if with_context {
            self.contexts.ksi()
        } else {
            quintet_nas::fgs::NasKsi::NO_KEY_AVAILABLE
        };
        let mut request = RegistrationRequest::new(registration_type, ksi, identity);
        let periodic =
            registration_type.registration_type() == RegistrationType::PERIODIC_REGISTRATION_UPDATING;
        // A periodic update brings no news of what the UE can (TS 24.501 8.2.6).
        if !periodic {
            request.ue_security_capability = Some(configuration.ue_security_capability);
            request.fgmm_capability = configuration.fgmm_capability();
            request.s1_ue_network_capability = configuration.s1_ue_network_capability();
            if !configuration.requested_nssai.is_empty() {
                request.requested_nssai = Some(Nssai::of(&configuration.requested_nssai));
            }
        }
        request.last_visited_registered_tai = self.kept.last_visited;
        if !is_initial(registration_type) {
            request.pdu_session_status = Some(self.pdu_session_status());
        }
        let message = Initial {
            whole: request.into(),
            s_tmsi,
            with_context,
        };
        if self.send_initial(work, &message) {
            self.run(work, Timer::T3510);
        } else {
            self.goal = Goal::None;
        }
    }

    fn registration_identity(
        &mut self,
        work: &mut Work<'_>,
        registration_type: RegistrationType,
        choice: RegistrationIdentity,
    ) -> Option<(MobileIdentity<'static>, Option<STmsi>)> {
        let guti = self
            .kept
            .guti
            .filter(|_| choice == RegistrationIdentity::Usual)
            .map(|guti| (MobileIdentity::Guti(guti), Some(guti.s_tmsi())));
        if guti.is_some() {
            return guti;
        }
        let imei = || Some((MobileIdentity::Imei(self.identity.imei), None));
        if choice == RegistrationIdentity::Imei || self.identity.subscription.is_none() {
            return imei().filter(|_| is_emergency(registration_type));
        }
        Some((MobileIdentity::Suci(self.suci(work)?), None))
    }

    /// REGISTRATION ACCEPT (TS 24.501 5.5.1.2.4, 5.5.1.3.4); one that comes again is confirmed again.
    pub(super) fn registration_accept(&mut self, work: &mut Work<'_>, accept: &RegistrationAccept<'_>) {
        let goal = self.goal;
        self.take_area(accept.guti.as_ref(), accept.tai_list.as_ref());
        if let Some(allowed) = &accept.allowed_nssai {
            self.kept.allowed_nssai = allowed.slices().collect();
        }
        if let Some(status) = accept.pdu_session_status {
            self.keep_session_if(status);
        }
        self.kept.status = UpdateStatus::Updated;
        self.kept.emergency = accept.registration_result.emergency_registered()
            || matches!(goal, Goal::Register { registration_type, .. } if is_emergency(registration_type))
            || self.kept.emergency && matches!(goal, Goal::Update { .. });
        self.kept.t3502 = accept
            .t3502_value
            .map(|value| value.duration().filter(|time| !time.is_zero()))
            .or(self.kept.t3502);
        if let Some(t3512) = accept.t3512_value {
            self.kept.t3512 = Some(t3512.duration().filter(|time| !time.is_zero()));
        }
        self.timers.stop(Timer::T3510);
        self.attempts = 0;
        self.give_up_waiting();
        let view = MessageView::of(&FgmmMessage::RegistrationAccept(accept.clone()));
        let confirmed = view != MessageView::RegistrationAccept { needs_complete: true }
            || self.send_fgmm(work, &RegistrationComplete::new().into());
        if !confirmed {
            return;
        }
        let guti = self.kept.guti;
        match goal {
            Goal::Register { .. } => work.event(Event::Registered { guti }),
            Goal::Update { .. } => work.event(Event::Updated { guti }),
            _ => return,
        }
        self.ask_for_session(work);
    }

    /// REGISTRATION REJECT (TS 24.501 5.5.1.2.5, 5.5.1.3.5).
    pub(super) fn registration_reject(
        &mut self,
        work: &mut Work<'_>,
        reject: &RegistrationReject<'_>,
        protected: bool,
    ) {
        if let Some(t3502) = reject.t3502_value {
            self.kept.t3502 = Some(t3502.duration().filter(|time| !time.is_zero()));
        }
        let procedure = match self.goal {
            Goal::Update { .. } => Procedure::Update,
            _ => Procedure::Registration,
        };
        self.refused(
            work,
            (procedure, reject.fgmm_cause, protected),
            reject.t3346_value,
        );
    }

    /// Which PDU sessions the UE has.
    pub(super) fn pdu_session_status(&self) -> PduSessionStatus {
        let none = PduSessionStatus::default();
        self.kept
            .session
            .map_or(none, |session| none.with(PduSessionIdentity(session.identity)))
    }

    /// Lets the session go that the network does not have (TS 24.501 5.5.1.3.4, 5.6.1.4).
    pub(super) fn keep_session_if(&mut self, status: PduSessionStatus) {
        if let Some(session) = self.kept.session
            && !status.contains(PduSessionIdentity(session.identity))
        {
            self.kept.session = None;
        }
    }
}

fn is_initial(registration_type: RegistrationType) -> bool {
    matches!(
        registration_type.registration_type(),
        RegistrationType::INITIAL_REGISTRATION | RegistrationType::EMERGENCY_REGISTRATION
    )
}
