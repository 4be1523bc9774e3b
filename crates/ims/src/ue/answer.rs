//! What a final response means (TS 24.229 5.1.1.2.1, 5.1.1.4.1, 5.1.1.6.1; RFC 3261 10.2).

use super::attempt::{Attempt, Proof};
use super::configuration::MAX_EXPIRES_CORRECTIONS;
use super::input::Unanswered;
use super::output::{Event, Failure, Procedure};
use super::reply::Reply;
use super::{Timer, Ue, Work};

impl Ue {
    /// The attempt whose REGISTER has this CSeq and waits for an answer.
    fn take_attempt(&mut self, cseq: u32) -> Option<Box<Attempt>> {
        self.attempt
            .take_if(|attempt| attempt.cseq == cseq && attempt.proof().is_some())
    }

    /// A final response.
    pub(super) fn answered(&mut self, work: &mut Work<'_>, cseq: u32, reply: &Reply) {
        let Some(attempt) = self.take_attempt(cseq) else {
            return;
        };
        let why = match reply.status {
            200..=299 => return self.accepted(work, attempt, reply),
            401 => return self.challenge(work, attempt, reply),
            423 => return self.too_brief(work, attempt, reply),
            421 | 494 => Failure::SecurityAgreement,
            status @ (408 | 480 | 500 | 503 | 504) => Failure::Unavailable(status),
            status => Failure::Refused(status),
        };
        // The P-CSCF, or the registrar, has lost what it knew (TS 24.229 5.1.1.4.1).
        self.anew |=
            matches!(reply.status, 408 | 500 | 504) && attempt.procedure == Procedure::ReRegistration;
        self.failed(work, &attempt, why, reply.retry_after);
    }

    /// No response.
    pub(super) fn unanswered(&mut self, work: &mut Work<'_>, cseq: u32, why: Unanswered) {
        let Some(attempt) = self.take_attempt(cseq) else {
            return;
        };
        // Nobody hears the UE on its set, or beside it any more (TS 24.229 5.1.1.4.1).
        self.anew |= attempt.procedure == Procedure::ReRegistration && !self.protection.has_temporary();
        self.failed(work, &attempt, Failure::Unanswered(why), None);
    }

    /// 423 Interval Too Brief.
    fn too_brief(&mut self, work: &mut Work<'_>, mut attempt: Box<Attempt>, reply: &Reply) {
        let wanted = reply.min_expires_s.filter(|least| *least > self.expires_s);
        let (Some(min_expires_s), Procedure::Registration | Procedure::ReRegistration) =
            (wanted, attempt.procedure)
        else {
            return self.failed(work, &attempt, Failure::Refused(reply.status), None);
        };
        if attempt.corrections == MAX_EXPIRES_CORRECTIONS {
            return self.failed(work, &attempt, Failure::Refused(reply.status), None);
        }
        attempt.corrections += 1;
        self.expires_s = min_expires_s;
        work.event(Event::TooBrief { min_expires_s });
        // It begins from the start: an error takes the new associations along (TS 33.203 7.3.1.1).
        self.timers.stop(Timer::RegAwaitAuth);
        self.protection.fail();
        let initial = attempt.procedure == Procedure::Registration;
        let authorization = self.first_authorization(work, initial);
        self.send(work, attempt, Proof::None, authorization);
    }
}
