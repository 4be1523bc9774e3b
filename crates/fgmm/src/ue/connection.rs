//! What lives as long as a signalling connection, and its end.

use super::output::{Abandonment, Output, Procedure, SessionFailure};
use super::start::Goal;
use super::{Timer, Ue, Work};
use crate::path::Registration;
use quintet_crypto::Rand;
use quintet_crypto::fgs::ResStar;
use quintet_eap::Peer;
use quintet_nas::fgs::NasKsi;
use quintet_nas::security::NasCount;

/// A challenge that the card works at.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) rand: Rand,
    pub(super) autn: [u8; 16],
    pub(super) ksi: NasKsi,
    pub(super) abba: Vec<u8>,
    /// Of EAP: the rest is the peer's.
    pub(super) eap: bool,
}

/// PDU SESSION ESTABLISHMENT REQUEST under way: the UL NAS TRANSPORT, plain, and how often it was sent.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) transport: Vec<u8>,
    pub(super) sent: u8,
}

/// What lives as long as a signalling connection.
#[derive(Debug, Default)]
pub(super) struct Connection {
    /// The initial message, plain and whole, as the network may want it again (TS 24.501 4.4.6, 5.4.2.3).
    pub(super) request: Vec<u8>,
    /// It went without protection, so what of it is not cleartext did not go.
    pub(super) bare: bool,
    /// The challenge that waits for the card.
    pub(super) pending: Option<Pending>,
    /// The EAP conversation.
    pub(super) peer: Option<Peer>,
    /// ngKSI and ABBA of its last request.
    pub(super) eap: Option<(NasKsi, Vec<u8>)>,
    /// RAND and RES* of the last challenge answered, while T3516 runs (TS 24.501 5.4.1.3.3).
    pub(super) answered: Option<(Rand, ResStar)>,
    /// COUNT of the last SECURITY MODE COMPLETE or initial message: KgNB's (TS 33.501 6.9.2.1.1).
    pub(super) k_gnb_count: Option<NasCount>,
    /// COUNT of the last initial message: KAMF's, when it is derived anew (TS 33.501 A.13).
    pub(super) initial_count: Option<NasCount>,
    /// Consecutive authentications refused.
    pub(super) failures: u8,
    /// The timer that the refusal stopped (TS 24.501 5.4.1.3.7).
    pub(super) stopped: Option<Timer>,
    /// DEREGISTRATION REQUEST as it was sent, plain, to be sent again; and how often it was.
    pub(super) deregistration: Option<(Vec<u8>, u8)>,
    /// The PDU session asked for.
    pub(super) asked: Option<Asked>,
    /// The network wants another initial registration as soon as the connection is gone.
    pub(super) reregister: bool,
    /// The network wants a mobility registration update as soon as the connection is gone (TS 24.501 5.4.4.3).
    pub(super) update: bool,
}

impl Ue {
    /// The connection is gone, by whomever (TS 24.501 5.3.1.3).
    pub(super) fn connection_lost(&mut self, work: &mut Work<'_>) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        self.timers.stop_connection();
        self.path = self.path.released();
        self.contexts.partial = None;
        if connection.asked.is_some() {
            self.session_failed(work, SessionFailure::Interrupted);
        }
        if connection.reregister {
            self.goal = Goal::None;
            if self.configuration.automatic {
                self.register_usual(work);
            }
            return;
        }
        match self.goal {
            Goal::None if connection.update && self.configuration.automatic && self.is_registered() => {
                self.start(work, super::Start::UPDATE);
            }
            Goal::None => {}
            Goal::Deregister { .. } => self.deregistration_unanswered(work),
            goal if goal.waits() && self.timers.runs(Timer::T3346) => {}
            _ => self.abandon(work, Abandonment::ConnectionLost),
        }
        self.idle(work);
    }

    /// Ends the connection without a word.
    pub(super) fn release(&mut self, work: &mut Work<'_>) {
        if self.connection.is_some() {
            work.outputs.push(Output::Release);
            self.connection_lost(work);
        }
    }

    /// What a registered UE without a connection waits for: its periodic update (TS 24.501 5.3.7).
    fn idle(&mut self, work: &Work<'_>) {
        let registered = self.path.registration == Registration::Registered && !self.kept.emergency;
        let waits = self.configuration.automatic && self.goal == Goal::None && self.connection.is_none();
        if registered && waits {
            let t3512 = self.kept.t3512.unwrap_or(Some(self.configuration.timers.t3512));
            if let Some(t3512) = t3512 {
                self.timers.start(Timer::T3512, work.now + t3512);
            }
        }
    }

    /// The procedure that the goal stands for.
    pub(super) fn procedure(&self) -> Option<Procedure> {
        Some(match self.goal {
            Goal::None => return None,
            Goal::Register { .. } => Procedure::Registration,
            Goal::Update { .. } => Procedure::Update,
            Goal::Service { .. } => Procedure::ServiceRequest,
            Goal::Deregister { .. } => Procedure::Deregistration,
        })
    }
}
