//! The end of 5G AKA: PUT 5g-aka-confirmation (TS 29.509 5.2.2.2.2, TS 33.501 6.1.3.2 steps 9 to 12), and the removal of a
//! result (TS 29.509 5.2.2.4).

use crate::ausf::{At, Ausf, CONFIRM, DELETE};
use crate::context::{Answered, Challenge, ContextId, Done, Party};
use crate::event::{AusfEvent, Failure};
use crate::upstream::{Ask, Pending};
use quintet_identity::Supi;
use quintet_sbi::cause::CONTEXT_NOT_FOUND;
use quintet_sbi::nausf::{AuthResult, ConfirmationData, ConfirmationDataResponse};
use quintet_sbi::nudm::ueau::{AuthType, delete_auth};
use quintet_sbi::problem::ProblemDetails;
use quintet_sbi::{RequestId, Response, SecretHex};

/// What is answered to a RES* that is none.
const FAILED: ConfirmationDataResponse = ConfirmationDataResponse {
    auth_result: AuthResult::AuthenticationFailure,
    supi: None,
    kseaf: None,
};

impl Ausf {
    /// PUT 5g-aka-confirmation. A challenge is answered once: right or wrong, it is used up.
    pub(crate) fn confirm(&mut self, at: At, id: RequestId, ctx: ContextId, data: ConfirmationData) {
        let is_aka = |challenge: &Challenge| matches!(challenge, Challenge::FgAka { .. });
        if !self
            .contexts
            .waiting(ctx)
            .is_some_and(|context| is_aka(&context.challenge))
        {
            return self.confirm_again(id, ctx, data);
        }
        let Some(context) = self.contexts.take(ctx) else {
            return;
        };
        let Party { supi, serving } = &context.party;
        let (outcome, answer) = match (&context.challenge, &data.res_star) {
            // Compared in constant time.
            (Challenge::FgAka { xres_star, k_ausf }, Some(res_star)) if res_star == xres_star => {
                let answer = ConfirmationDataResponse {
                    auth_result: AuthResult::AuthenticationSuccess,
                    supi: Some(supi.to_string()),
                    kseaf: Some(SecretHex::new(*k_ausf.k_seaf(serving).expose())),
                };
                (Ok(()), answer)
            }
            (_, Some(_)) => (Err(Failure::ResStar), FAILED),
            (_, None) => (Err(Failure::NoResStar), FAILED),
        };
        let answered = Answered::FgAka {
            res_star: data.res_star,
            answer: answer.clone(),
        };
        let supi = supi.clone();
        self.end(at, ctx, (context.party, AuthType::FiveGAka), outcome, answered);
        self.respond(id, CONFIRM, Some(supi), Response::json(200, &answer));
    }

    /// A repetition gets the same answer, another RES* a failure that changes nothing.
    fn confirm_again(&mut self, id: RequestId, ctx: ContextId, data: ConfirmationData) {
        let Some(Done {
            party,
            answered: Answered::FgAka { res_star, answer },
            ..
        }) = self.contexts.ended(ctx)
        else {
            return self.refuse(id, CONFIRM, None, &ProblemDetails::new(CONTEXT_NOT_FOUND));
        };
        let answer = if *res_star == data.res_star {
            answer.clone()
        } else {
            FAILED
        };
        let supi = party.supi.clone();
        self.respond(id, CONFIRM, Some(supi), Response::json(200, &answer));
    }

    /// An authentication has ended: what was answered is kept for repetitions, and the UDM is told.
    pub(crate) fn end(
        &mut self,
        at: At,
        ctx: ContextId,
        (party, auth_type): (Party, AuthType),
        outcome: Result<(), Failure>,
        answered: Answered,
    ) {
        self.events.report(AusfEvent::Authenticated {
            supi: party.supi.clone(),
            outcome,
        });
        let done = Done {
            party,
            auth_type,
            success: outcome.is_ok(),
            answered,
            event: None,
        };
        self.tell_result(at, ctx, &done);
        self.contexts.end(at.now, ctx, done);
    }

    /// DELETE 5g-aka-confirmation, DELETE eap-session.
    pub(crate) fn delete(&mut self, at: At, id: RequestId, ctx: ContextId) {
        if let Some(context) = self.contexts.take(ctx) {
            // Not ended: there is no result yet, nor will be.
            return self.respond(id, DELETE, Some(context.party.supi), Response::new(204));
        }
        let Some(done) = self.contexts.forget(ctx) else {
            return self.refuse(id, DELETE, None, &ProblemDetails::new(CONTEXT_NOT_FOUND));
        };
        let supi: Supi = done.party.supi.clone();
        let Some(event) = &done.event else {
            // The UDM was not told, or did not answer yet: there is nothing to remove by name.
            return self.respond(id, DELETE, Some(supi), Response::new(204));
        };
        let mut body = self.auth_event(at, &done);
        body.auth_removal_ind = true;
        let request = delete_auth(&supi.to_string(), event, &body);
        let ask = Ask::Remove { supi };
        self.ask(request, Pending { request: id, ask });
    }
}
