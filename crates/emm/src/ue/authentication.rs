//! EPS authentication (TS 24.301 5.4.2).
//!
//! ```text
//!   AUTHENTICATION REQUEST ─┬─ RAND answered lately (T3416) ──────────────► RESPONSE again
//!                           ├─ separation bit clear ──────────────────────► FAILURE #26, T3418
//!                           └─► card ─┬─ fresh ───────────────────────────► RESPONSE, T3416
//!                                     ├─ MAC-A wrong ─────────────────────► FAILURE #20, T3418
//!                                     └─ SQN out of range ────────────────► FAILURE #21 with AUTS, T3420
//!   three failures in a row, T3418, T3420 ──► the network is not genuine: released, its cell barred
//! ```

use super::configuration::MAX_AUTHENTICATION_FAILURES;
use super::connection::Pending;
use super::input::Challenged;
use super::kept::UpdateStatus;
use super::output::{Event, Output};
use super::security::Partial;
use super::{Timer, Ue, Work};
use crate::path::{Common, Ksi};
use quintet_crypto::{Amf, Auts, Res};
use quintet_nas::eps::{
    AuthenticationFailure, AuthenticationRequest, AuthenticationResponse, EmmCause, EmmMessage,
};

/// The timers that AUTHENTICATION FAILURE stops (TS 24.301 5.4.2.7).
const RETRANSMISSION_TIMERS: [Timer; 4] = [Timer::T3410, Timer::T3417, Timer::T3421, Timer::T3430];

impl Ue {
    /// AUTHENTICATION REQUEST.
    pub(super) fn authentication_request(
        &mut self,
        work: &mut Work<'_>,
        request: &AuthenticationRequest<'_>,
    ) {
        let Some(connection) = &mut self.connection else {
            return;
        };
        let ksi = request.nas_key_set_identifier_asme;
        let rand = request.authentication_parameter_rand;
        let autn = request.authentication_parameter_autn;
        if let Some((answered, res)) = &connection.answered
            && *answered == rand
        {
            let res = *res;
            if let Some(partial) = &mut self.contexts.partial {
                partial.ksi = ksi;
            }
            return self.respond(work, &res);
        }
        connection.answered = None;
        connection.pending = None;
        self.timers.stop(Timer::T3416);
        if !Amf([autn[6], autn[7]]).is_separated() {
            return self.refuse_challenge(work, EmmCause::NON_EPS_AUTHENTICATION_UNACCEPTABLE, None);
        }
        connection.pending = Some(Pending { rand, ksi });
        work.outputs.push(Output::Challenge { rand, autn });
    }

    /// The card's answer. One that comes after the procedure has ended is of no use.
    pub(super) fn challenged(&mut self, work: &mut Work<'_>, outcome: Challenged) {
        let Some(connection) = &mut self.connection else {
            return;
        };
        let Some(Pending { rand, ksi }) = connection.pending.take() else {
            return;
        };
        if self.path.common != (Common::Authentication { ksi: Ksi::from(ksi) }) {
            return;
        }
        match outcome {
            Challenged::Accepted { res, kasme } => {
                connection.failures = 0;
                connection.answered = Some((rand, res));
                let stopped = connection.stopped.take();
                self.contexts.partial = Some(Box::new(Partial { ksi, kasme }));
                self.timers.stop(Timer::T3418);
                self.timers.stop(Timer::T3420);
                self.run(work, Timer::T3416);
                if let Some(timer) = stopped {
                    self.run(work, timer);
                }
                self.respond(work, &res);
            }
            Challenged::MacFailure => self.refuse_challenge(work, EmmCause::MAC_FAILURE, None),
            Challenged::NotSeparated => {
                self.refuse_challenge(work, EmmCause::NON_EPS_AUTHENTICATION_UNACCEPTABLE, None);
            }
            Challenged::SynchFailure(auts) => {
                self.refuse_challenge(work, EmmCause::SYNCH_FAILURE, Some(&auts))
            }
        }
    }

    fn respond(&mut self, work: &mut Work<'_>, res: &Res) {
        let response = AuthenticationResponse::new(res.octets());
        self.send_emm(work, &EmmMessage::AuthenticationResponse(response));
    }

    /// AUTHENTICATION FAILURE (TS 24.301 5.4.2.6, 5.4.2.7 c to e).
    fn refuse_challenge(&mut self, work: &mut Work<'_>, cause: EmmCause, auts: Option<&Auts>) {
        self.contexts.partial = None;
        let mut failure = AuthenticationFailure::new(cause);
        failure.authentication_failure_parameter = auts.and_then(|auts| {
            let mut octets = Vec::with_capacity(14);
            auts.put(&mut octets);
            octets.try_into().ok()
        });
        if !self.send_emm(work, &EmmMessage::AuthenticationFailure(failure)) {
            return;
        }
        work.event(Event::AuthenticationFailed(cause));
        self.timers.stop(Timer::T3418);
        self.timers.stop(Timer::T3420);
        let stopped = RETRANSMISSION_TIMERS
            .into_iter()
            .find(|timer| self.timers.stop(*timer));
        let Some(connection) = &mut self.connection else {
            return;
        };
        connection.stopped = stopped.or(connection.stopped);
        connection.failures += 1;
        if connection.failures >= MAX_AUTHENTICATION_FAILURES {
            return self.network_not_genuine(work);
        }
        let timer = if cause == EmmCause::SYNCH_FAILURE {
            Timer::T3420
        } else {
            Timer::T3418
        };
        self.run(work, timer);
    }

    /// The network failed the authentication check (TS 24.301 5.4.2.7): the connection is given up, and the procedure with
    /// it, as after any loss of the connection.
    pub(super) fn network_not_genuine(&mut self, work: &mut Work<'_>) {
        work.event(Event::NetworkNotGenuine);
        self.release(work);
    }

    /// AUTHENTICATION REJECT: the card is of no use here any more (TS 24.301 5.4.2.5).
    pub(super) fn authentication_reject(&mut self, work: &mut Work<'_>) {
        self.kept.forget(UpdateStatus::RoamingNotAllowed);
        self.contexts.forget();
        self.kept.usim_invalid = true;
        self.give_up_waiting();
        self.timers.stop_connection();
        self.run(work, Timer::T3440);
        work.event(Event::AuthenticationRejected);
    }
}
