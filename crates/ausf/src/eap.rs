//! The steps of EAP-AKA': POST eap-session (TS 29.509 5.2.2.2.3, TS 33.501 6.1.3.1).

use crate::ausf::{At, Ausf, EAP_SESSION};
use crate::begin::eap_vector;
use crate::context::{Answered, Challenge, ContextId, Done, Party};
use crate::event::{AusfEvent, Failure};
use crate::upstream::{Ask, Pending, refusal};
use quintet_crypto::fgs::KAusf;
use quintet_eap::{Server, ServerStep};
use quintet_sbi::cause::{
    CONTEXT_NOT_FOUND, INBOUND_SERVER_ERROR, MANDATORY_IE_INCORRECT, MANDATORY_IE_MISSING,
};
use quintet_sbi::json::HAL_JSON;
use quintet_sbi::nausf::{AuthResult, EapSession, LINK_EAP_SESSION, resource};
use quintet_sbi::nudm::ueau::{
    AuthType, AuthenticationInfoRequest, AuthenticationInfoResult, AuthenticationVector,
    ResynchronizationInfo, generate_auth_data,
};
use quintet_sbi::path::uri;
use quintet_sbi::problem::ProblemDetails;
use quintet_sbi::{Base64, Hex, RequestId, Response, SecretHex};
use std::collections::BTreeMap;

type Refused = Box<ProblemDetails>;

impl Ausf {
    /// POST eap-session.
    pub(crate) fn eap_session(&mut self, at: At, id: RequestId, ctx: ContextId, session: EapSession) {
        let Some(Base64(packet)) = session.eap_payload else {
            let problem =
                ProblemDetails::new(MANDATORY_IE_MISSING).invalid("/eapPayload", "an EAP packet is expected");
            return self.refuse(id, EAP_SESSION, None, &problem);
        };
        let Some(context) = self.contexts.waiting(ctx) else {
            return self.eap_again(id, ctx, &packet);
        };
        let party = context.party.clone();
        let server = match &mut context.challenge {
            Challenge::Eap(server) => server.take(),
            Challenge::FgAka { .. } => {
                let problem = ProblemDetails::new(CONTEXT_NOT_FOUND);
                return self.refuse(id, EAP_SESSION, Some(party.supi), &problem);
            }
        };
        let Some(mut server) = server else {
            let problem = ProblemDetails::with_status(409).detail("a step of this session is under way");
            return self.refuse(id, EAP_SESSION, Some(party.supi), &problem);
        };
        match server.handle(&packet) {
            ServerStep::Send(next) => {
                self.keep(ctx, server);
                self.eap_next(at, id, ctx, party, next);
            }
            ServerStep::Discard(why) => {
                self.keep(ctx, server);
                let problem = ProblemDetails::new(MANDATORY_IE_INCORRECT).invalid("/eapPayload", why);
                self.refuse(id, EAP_SESSION, Some(party.supi), &problem);
            }
            ServerStep::Resynchronise { rand, auts } => {
                // The UDM finds out whether it is genuine; meanwhile the server is away with the call.
                let identifier = packet.get(1).copied().unwrap_or_default();
                self.resynchronise(id, ctx, party, (server, identifier), (rand, auts));
            }
            ServerStep::Success { packet: last, keys } => {
                let k_seaf = KAusf::from_emsk(&keys.emsk).k_seaf(&party.serving);
                let answer = EapSession {
                    k_seaf: Some(SecretHex::new(*k_seaf.expose())),
                    supi: Some(party.supi.to_string()),
                    ..ended(&last, AuthResult::AuthenticationSuccess)
                };
                self.eap_end(at, id, ctx, (party, packet), Ok(()), answer);
            }
            ServerStep::Failure { packet: last, reason } => {
                let answer = ended(&last, AuthResult::AuthenticationFailure);
                self.eap_end(at, id, ctx, (party, packet), Err(Failure::Eap(reason)), answer);
            }
        }
    }

    /// Puts a server back into its context.
    fn keep(&mut self, ctx: ContextId, server: Box<Server>) {
        if let Some(context) = self.contexts.waiting(ctx) {
            context.challenge = Challenge::Eap(Some(server));
        }
    }

    /// The next request for the peer; it waits for its answer as long as the first did.
    fn eap_next(&mut self, at: At, id: RequestId, ctx: ContextId, party: Party, next: Vec<u8>) {
        self.contexts.renew(at.now, ctx);
        let link = format!("{}/eap-session", resource(&ctx.to_string()));
        let link = uri(&self.config.own, &link);
        let body = EapSession {
            links: BTreeMap::from([(LINK_EAP_SESSION.to_owned(), quintet_sbi::ts29571::Links::to(link))]),
            ..session(next)
        };
        let response = Response {
            content_type: HAL_JSON.to_owned(),
            ..Response::json(200, &body)
        };
        self.respond(id, EAP_SESSION, Some(party.supi), response);
    }

    fn eap_end(
        &mut self,
        at: At,
        id: RequestId,
        ctx: ContextId,
        (party, packet): (Party, Vec<u8>),
        outcome: Result<(), Failure>,
        answer: EapSession,
    ) {
        self.contexts.take(ctx);
        let supi = party.supi.clone();
        let answered = Answered::Eap {
            packet,
            answer: answer.clone(),
        };
        self.end(at, ctx, (party, AuthType::EapAkaPrime), outcome, answered);
        self.respond(id, EAP_SESSION, Some(supi), Response::json(200, &answer));
    }

    /// The last packet again gets the same answer.
    fn eap_again(&mut self, id: RequestId, ctx: ContextId, again: &[u8]) {
        let response = match self.contexts.ended(ctx) {
            Some(Done {
                answered: Answered::Eap { packet, answer },
                ..
            }) if packet == again => Response::json(200, answer),
            _ => ProblemDetails::new(CONTEXT_NOT_FOUND).response(),
        };
        self.respond(id, EAP_SESSION, None, response);
    }

    fn resynchronise(
        &mut self,
        id: RequestId,
        ctx: ContextId,
        party: Party,
        (server, identifier): (Box<Server>, u8),
        (rand, auts): ([u8; 16], [u8; 14]),
    ) {
        let supi = party.supi.clone();
        self.events.report(AusfEvent::Resynchronising { supi });
        let request = AuthenticationInfoRequest {
            supported_features: None,
            serving_network_name: party.serving.to_string(),
            resynchronization_info: Some(ResynchronizationInfo {
                rand: Hex(rand),
                auts: Hex(auts),
            }),
            ausf_instance_id: self.config.nf_instance_id.clone(),
            cell_cag_info: Vec::new(),
            n5gc_ind: false,
            nswo_ind: false,
            disaster_roaming_ind: false,
            aun3_ind: false,
        };
        let request = generate_auth_data(&party.supi.to_string(), &request);
        let ask = Ask::Restart {
            ctx,
            supi: party.supi,
            server,
            identifier,
        };
        self.ask(request, Pending { request: id, ask });
    }

    /// The UDM has answered the resynchronisation.
    pub(crate) fn restarted(
        &mut self,
        at: At,
        id: RequestId,
        ctx: ContextId,
        (mut server, identifier): (Box<Server>, u8),
        result: Result<AuthenticationInfoResult, Refused>,
    ) {
        let Some(context) = self.contexts.waiting(ctx) else {
            // It took so long that the context is gone.
            return self.refuse(id, EAP_SESSION, None, &ProblemDetails::new(CONTEXT_NOT_FOUND));
        };
        let party = context.party.clone();
        let vector = match result {
            Ok(result) => match result.authentication_vector {
                Some(AuthenticationVector::EapAkaPrime(vector)) => eap_vector(&vector),
                _ => None,
            },
            // The token does not hold: that ends the authentication, as the peer is told.
            Err(problem) if problem.status == Some(403) => {
                let answer = ended(
                    &quintet_eap::failure(identifier),
                    AuthResult::AuthenticationFailure,
                );
                let outcome = Err(Failure::Resynchronisation);
                return self.eap_end(at, id, ctx, (party, Vec::new()), outcome, answer);
            }
            Err(problem) => {
                self.keep(ctx, server);
                return self.refuse(id, EAP_SESSION, Some(party.supi), &refusal(&problem));
            }
        };
        match vector.and_then(|vector| server.restart(vector)) {
            Some(next) => {
                self.keep(ctx, server);
                self.eap_next(at, id, ctx, party, next);
            }
            None => {
                self.keep(ctx, server);
                let problem = ProblemDetails::new(INBOUND_SERVER_ERROR)
                    .detail("the UDM's vector cannot be used for EAP-AKA'");
                self.refuse(id, EAP_SESSION, Some(party.supi), &problem);
            }
        }
    }
}

fn session(packet: Vec<u8>) -> EapSession {
    EapSession {
        eap_payload: Some(Base64(packet)),
        k_seaf: None,
        links: BTreeMap::new(),
        auth_result: None,
        supi: None,
        supported_features: None,
        msk: None,
    }
}

fn ended(packet: &[u8; 4], result: AuthResult) -> EapSession {
    EapSession {
        auth_result: Some(result),
        ..session(packet.to_vec())
    }
}
