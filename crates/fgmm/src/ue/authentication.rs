//! Primary authentication (TS 24.501 5.4.1): 5G AKA, and what it shares with EAP-AKA'.
//!
//! ```text
//!   AUTHENTICATION REQUEST ─┬─ RAND answered lately (T3516) ──────────────► RESPONSE again
//!                           ├─ ngKSI of a context that the UE has ────────► FAILURE #71, T3520
//!                           ├─ EAP ───────────────────────────────────────► the peer (`eap`)
//!                           ├─ separation bit clear ──────────────────────► FAILURE #26, T3520
//!                           └─► card ─┬─ fresh ───────────────────────────► RESPONSE with RES*, T3516
//!                                     ├─ MAC-A wrong ─────────────────────► FAILURE #20, T3520
//!                                     └─ SQN out of range ────────────────► FAILURE #21 with AUTS, T3520
//!   three failures in a row, T3520 ──► the network is not genuine: released, its cell barred
//! ```

use super::configuration::MAX_AUTHENTICATION_FAILURES;
use super::connection::Pending;
use super::kept::UpdateStatus;
use super::output::{Event, Output};
use super::security::Partial;
use super::{Timer, Ue, Work};
use crate::path::{Common, Ksi};
use quintet_crypto::fgs::{KAusf, ResStar};
use quintet_crypto::{Amf, Auts, Ck, Ik, Res};
use quintet_nas::fgs::{AuthenticationFailure, AuthenticationRequest, AuthenticationResponse, FgmmCause};
use quintet_subscriber::usim::Answer;

/// The timers that the refusal of a challenge stops (TS 24.501 5.4.1.3.7).
const RETRANSMISSION_TIMERS: [Timer; 3] = [Timer::T3510, Timer::T3517, Timer::T3521];

impl Ue {
    /// AUTHENTICATION REQUEST.
    pub(super) fn authentication_request(
        &mut self,
        work: &mut Work<'_>,
        request: &AuthenticationRequest<'_>,
    ) {
        let ksi = request.ng_ksi;
        let in_use = self
            .contexts
            .current
            .as_ref()
            .is_some_and(|current| current.ksi == ksi);
        let Some(connection) = &mut self.connection else {
            return;
        };
        if in_use {
            connection.pending = None;
            return self.refuse_challenge(work, FgmmCause::NG_KSI_ALREADY_IN_USE, None);
        }
        if let Some(eap) = &request.eap_message {
            return self.eap_request(work, (ksi, request.abba.0), eap.0);
        }
        let (Some(rand), Some(autn)) = (
            request.authentication_parameter_rand,
            request.authentication_parameter_autn,
        ) else {
            return;
        };
        if let Some((answered, res_star)) = &connection.answered
            && *answered == rand
        {
            let res_star = res_star.clone();
            if let Some(partial) = &mut self.contexts.partial {
                partial.ksi = ksi;
                partial.abba = request.abba.0.to_vec();
            }
            return self.respond(work, &res_star);
        }
        connection.answered = None;
        connection.pending = None;
        self.timers.stop(Timer::T3516);
        if !Amf([autn[6], autn[7]]).is_separated() {
            return self.refuse_challenge(work, FgmmCause::NON_5G_AUTHENTICATION_UNACCEPTABLE, None);
        }
        connection.pending = Some(Pending {
            rand,
            autn,
            ksi,
            abba: request.abba.0.to_vec(),
            eap: false,
        });
        work.outputs.push(Output::Challenge { rand, autn });
    }

    /// The card's answer. One that comes after the procedure has ended is of no use.
    pub(super) fn challenged(&mut self, work: &mut Work<'_>, answer: Answer) {
        let Some(pending) = self.connection.as_mut().and_then(|c| c.pending.take()) else {
            return;
        };
        let waits = match self.path.common {
            Common::Authentication { ksi, .. } => ksi == Ksi::from(pending.ksi),
            _ => false,
        };
        if !waits {
            return;
        }
        if pending.eap {
            return self.eap_challenged(work, pending, answer);
        }
        match answer {
            Answer::Accepted { res, ck, ik } => self.accepted(work, pending, &res, (&ck, &ik)),
            Answer::MacFailure => self.refuse_challenge(work, FgmmCause::MAC_FAILURE, None),
            Answer::SynchFailure(auts) => {
                self.refuse_challenge(work, FgmmCause::SYNCH_FAILURE, Some(&auts));
            }
        }
    }

    /// The network is genuine and the vector fresh: RES* and the keys, bound to the serving network's name as this UE knows
    /// it (TS 33.501 6.1.3.2).
    fn accepted(&mut self, work: &mut Work<'_>, pending: Pending, res: &Res, (ck, ik): (&Ck, &Ik)) {
        let Some((res_star, k_ausf, name)) = self.configuration.network_name().and_then(|name| {
            let res_star = ResStar::derive(ck, ik, &name, &pending.rand, res)?;
            let k_ausf = KAusf::derive(ck, ik, &name, &concealed_sqn(&pending.autn))?;
            Some((res_star, k_ausf, name))
        }) else {
            // Keys of other lengths than 5GS has.
            return self.refuse_challenge(work, FgmmCause::NON_5G_AUTHENTICATION_UNACCEPTABLE, None);
        };
        let Pending { rand, ksi, abba, .. } = pending;
        self.contexts.partial = Some(Box::new(Partial {
            ksi,
            k_seaf: k_ausf.k_seaf(&name),
            abba,
        }));
        self.genuine(work);
        if let Some(connection) = &mut self.connection {
            connection.answered = Some((rand, res_star.clone()));
        }
        self.run(work, Timer::T3516);
        self.respond(work, &res_star);
    }

    /// The network has shown that it is genuine: what a refusal stopped goes on.
    pub(super) fn genuine(&mut self, work: &Work<'_>) {
        self.timers.stop(Timer::T3520);
        let stopped = self.connection.as_mut().and_then(|connection| {
            connection.failures = 0;
            connection.stopped.take()
        });
        if let Some(timer) = stopped {
            self.run(work, timer);
        }
    }

    fn respond(&mut self, work: &mut Work<'_>, res_star: &ResStar) {
        let mut response = AuthenticationResponse::new();
        response.authentication_response_parameter = Some(*res_star.expose());
        self.send_fgmm(work, &response.into());
    }

    /// AUTHENTICATION FAILURE (TS 24.501 5.4.1.3.6, 5.4.1.3.7 c to f).
    fn refuse_challenge(&mut self, work: &mut Work<'_>, cause: FgmmCause, auts: Option<&Auts>) {
        self.contexts.partial = None;
        let mut failure = AuthenticationFailure::new(cause);
        failure.authentication_failure_parameter = auts.and_then(auts_octets);
        if self.send_fgmm(work, &failure.into()) {
            work.event(Event::AuthenticationFailed(cause));
            self.refused_challenge(work);
        }
    }

    /// A challenge was refused: T3520, unless it was the third in a row.
    pub(super) fn refused_challenge(&mut self, work: &mut Work<'_>) {
        self.timers.stop(Timer::T3520);
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
        self.run(work, Timer::T3520);
    }

    /// The network failed the authentication check (TS 24.501 5.4.1.3.7): the connection is given up, and the procedure with
    /// it, as after any loss of the connection.
    pub(super) fn network_not_genuine(&mut self, work: &mut Work<'_>) {
        work.event(Event::NetworkNotGenuine);
        self.release(work);
    }

    /// AUTHENTICATION REJECT: the card is of no use here any more (TS 24.501 5.4.1.3.5, 5.4.1.2.3.1).
    pub(super) fn authentication_reject(&mut self, work: &mut Work<'_>) {
        self.kept.forget(UpdateStatus::RoamingNotAllowed);
        self.kept.suci = None;
        self.timers.stop(Timer::T3519);
        self.contexts.forget();
        self.kept.usim_invalid = true;
        self.give_up_waiting();
        self.timers.stop_connection();
        self.run(work, Timer::T3540);
        work.event(Event::AuthenticationRejected);
    }
}

/// AUTN's first six octets.
pub(super) fn concealed_sqn(autn: &[u8; 16]) -> [u8; 6] {
    let [a, b, c, d, e, f, ..] = *autn;
    [a, b, c, d, e, f]
}

/// AUTS in the 14 octets it has here; `None` with MACs of other lengths.
pub(super) fn auts_octets(auts: &Auts) -> Option<[u8; 14]> {
    let mut octets = Vec::with_capacity(14);
    auts.put(&mut octets);
    octets.try_into().ok()
}
