//! What the UDM answers, and what its failures are for whoever asked (TS 29.509 6.1.7.3, TS 29.500 6.10.2).

use crate::ausf::{AUTHENTICATE, At, Ausf, DELETE, EAP_SESSION};
use crate::context::{Challenge, ContextId};
use crate::event::AusfEvent;
use quintet_crypto::fgs::ServingNetworkName;
use quintet_eap::Server;
use quintet_identity::Supi;
use quintet_sbi::cause::{
    self, CONTEXT_NOT_FOUND, Cause, INBOUND_SERVER_ERROR, MANDATORY_IE_INCORRECT, NETWORK_FAILURE,
    NF_CONGESTION, SYSTEM_FAILURE, UPSTREAM_SERVER_ERROR,
};
use quintet_sbi::nudm::ueau::AuthenticationInfoResult;
use quintet_sbi::problem::ProblemDetails;
use quintet_sbi::{CallFailure, RequestId, Response};

/// A request that waits for the UDM.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) request: RequestId,
    pub(crate) ask: Ask,
}

/// What the UDM was asked.
#[derive(Debug)]
pub(crate) enum Ask {
    /// A vector to begin with.
    Begin {
        serving: ServingNetworkName,
        /// Whom the SEAF named, if that was a SUPI.
        supi: Option<Supi>,
    },
    /// A vector after a resynchronisation in EAP-AKA'.
    Restart {
        ctx: ContextId,
        supi: Supi,
        server: Box<Server>,
        /// Identifier of the peer's last packet.
        identifier: u8,
    },
    /// To remove a result.
    Remove { supi: Supi },
}

impl Pending {
    pub(crate) fn operation(&self) -> &'static str {
        match self.ask {
            Ask::Begin { .. } => AUTHENTICATE,
            Ask::Restart { .. } => EAP_SESSION,
            Ask::Remove { .. } => DELETE,
        }
    }

    pub(crate) fn supi(&self) -> Option<Supi> {
        match &self.ask {
            Ask::Begin { supi, .. } => supi.clone(),
            Ask::Restart { supi, .. } | Ask::Remove { supi } => Some(supi.clone()),
        }
    }
}

/// Causes of the UDM that the SEAF is told as they are.
const PASSED_ON: [Cause; 7] = [
    cause::SERVING_NETWORK_NOT_AUTHORIZED,
    cause::AUTHENTICATION_REJECTED,
    cause::INVALID_HN_PUBLIC_KEY_IDENTIFIER,
    cause::INVALID_SCHEME_OUTPUT,
    cause::USER_NOT_FOUND,
    cause::AV_GENERATION_PROBLEM,
    cause::UNSUPPORTED_PROTECTION_SCHEME,
];

/// What a UDM's refusal is for the SEAF.
pub(crate) fn refusal(problem: &ProblemDetails) -> ProblemDetails {
    if let Some(cause) = PASSED_ON.into_iter().find(|cause| problem.is(*cause)) {
        return ProblemDetails::new(cause);
    }
    match problem.status.unwrap_or_default() {
        // The UDM cannot read whom it is about: that came from the SEAF. Anything else wrong is ours.
        400 if problem
            .invalid_params
            .iter()
            .any(|wrong| wrong.param.contains("supiOrSuci")) =>
        {
            ProblemDetails::new(MANDATORY_IE_INCORRECT).invalid("/supiOrSuci", "no SUPI or SUCI")
        }
        // Without a name it may be a proxy's, or of a path that the UDM does not have: it says nothing of the subscriber,
        // who would be barred for good.
        403 | 404 => ProblemDetails::new(NETWORK_FAILURE).detail("the UDM refuses without a cause"),
        400..429 => ProblemDetails::new(SYSTEM_FAILURE).detail("the UDM does not take our request"),
        429 | 503 => ProblemDetails::new(NF_CONGESTION).header("retry-after", "1"),
        504 => ProblemDetails::new(UPSTREAM_SERVER_ERROR),
        // What is no answer of this interface at all.
        502 => ProblemDetails::new(INBOUND_SERVER_ERROR),
        _ => ProblemDetails::new(NETWORK_FAILURE).detail("the UDM failed"),
    }
}

/// What it is for the SEAF that the UDM could not be asked.
pub(crate) fn unreachable(failure: &CallFailure) -> ProblemDetails {
    match failure {
        CallFailure::Busy => ProblemDetails::new(NF_CONGESTION).header("retry-after", "1"),
        CallFailure::Unreachable { .. } => {
            ProblemDetails::new(UPSTREAM_SERVER_ERROR).detail("the UDM cannot be reached")
        }
        CallFailure::Timeout(_) => {
            ProblemDetails::new(UPSTREAM_SERVER_ERROR).detail("the UDM does not answer")
        }
        CallFailure::Broken(_) => {
            ProblemDetails::new(UPSTREAM_SERVER_ERROR).detail("the UDM broke the exchange off")
        }
    }
}

impl Ausf {
    /// The outcome of a call that a request waits for.
    pub(crate) fn answered(&mut self, at: At, pending: Pending, outcome: Result<Response, CallFailure>) {
        let (id, operation, supi) = (pending.request, pending.operation(), pending.supi());
        let response = match outcome {
            Ok(response) => response,
            Err(failure) => {
                let problem = unreachable(&failure);
                self.udm_failed(operation, Some(failure));
                self.give_back(pending);
                return self.refuse(id, operation, supi, &problem);
            }
        };
        if response.status >= 500 {
            self.udm_failed(operation, None);
        }
        match pending.ask {
            Ask::Begin { serving, supi: named } => match response.read::<AuthenticationInfoResult>() {
                Ok(result) => self.begun(at, id, serving, named, result),
                Err(problem) => self.refuse(id, operation, supi, &refusal(&problem)),
            },
            Ask::Restart {
                ctx,
                server,
                identifier,
                ..
            } => {
                let result = response.read::<AuthenticationInfoResult>();
                self.restarted(at, id, ctx, (server, identifier), result);
            }
            Ask::Remove { .. } => {
                let answer = match response.status {
                    200..300 => Response::new(204),
                    404 => ProblemDetails::new(CONTEXT_NOT_FOUND).response(),
                    _ => refusal(&ProblemDetails::from_response(&response)).response(),
                };
                self.respond(id, operation, supi, answer);
            }
        }
    }

    /// A step that could not be taken leaves the context as it was: the SEAF may repeat it.
    pub(crate) fn give_back(&mut self, pending: Pending) {
        if let Ask::Restart { ctx, server, .. } = pending.ask
            && let Some(context) = self.contexts.waiting(ctx)
        {
            context.challenge = Challenge::Eap(Some(server));
        }
    }

    pub(crate) fn udm_failed(&mut self, what: &'static str, failure: Option<CallFailure>) {
        self.events.report(AusfEvent::UdmFailed { what, failure });
    }
}
