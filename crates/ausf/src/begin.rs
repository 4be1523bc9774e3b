//! The beginning: POST ue-authentications, a vector from the UDM, the challenge for the UE (TS 29.509 5.2.2.2, TS 33.501
//! 6.1.2, 6.1.3).
//!
//! A resynchronisation of 5G AKA begins anew as well: the SEAF hands RAND and AUTS through to the UDM, which believes them
//! or not (TS 33.501 6.1.3.3).

use crate::ausf::{AUTHENTICATE, At, Ausf};
use crate::context::{Challenge, Context, ContextId, Party};
use crate::event::AusfEvent;
use crate::upstream::{Ask, Pending};
use core::time::Duration;
use quintet_crypto::fgs::{KAusf, ResStar, ServingNetworkName};
use quintet_crypto::{Ck, CkIkPrime, Ik, Res};
use quintet_eap::{Server, Vector};
use quintet_identity::Supi;
use quintet_sbi::cause::{
    INBOUND_SERVER_ERROR, MANDATORY_IE_INCORRECT, NF_CONGESTION, SERVING_NETWORK_NOT_AUTHORIZED,
};
use quintet_sbi::json::HAL_JSON;
use quintet_sbi::nausf::{
    AuthData, AuthenticationInfo, Av5gAka, LINK_5G_AKA, LINK_EAP_SESSION, UEAuthenticationCtx, resource,
};
use quintet_sbi::nudm::ueau::{
    AuthType, AuthenticationInfoRequest, AuthenticationInfoResult, AuthenticationVector, AvEapAkaPrime,
    generate_auth_data,
};
use quintet_sbi::path::uri;
use quintet_sbi::problem::ProblemDetails;
use quintet_sbi::{Base64, RequestId, Response, SecretHex};
use std::collections::BTreeMap;

/// Longest identity that is asked for: a SUCI with the longest scheme output is some 7,000 characters, but no path is.
const MAX_IDENTITY_OCTETS: usize = 1500;

/// A vector of EAP-AKA' as the EAP server takes it; `None` for lengths that cannot be.
pub(crate) fn eap_vector(vector: &AvEapAkaPrime) -> Option<Vector> {
    Some(Vector {
        rand: vector.rand.0,
        autn: vector.autn.0,
        xres: Res::new(vector.xres.expose())?,
        keys: CkIkPrime {
            ck: Ck::new_128(*vector.ck_prime.expose()),
            ik: Ik::new_128(*vector.ik_prime.expose()),
        },
    })
}

impl Ausf {
    /// POST ue-authentications.
    pub(crate) fn begin(&mut self, id: RequestId, info: AuthenticationInfo) {
        let supi: Option<Supi> = info.supi_or_suci.parse().ok();
        let wrong =
            |param: &str, reason: &str| ProblemDetails::new(MANDATORY_IE_INCORRECT).invalid(param, reason);
        let problem = match info.serving_network_name.parse::<ServingNetworkName>() {
            Err(_) => wrong(
                "/servingNetworkName",
                "5G:mncNNN.mccNNN.3gppnetwork.org is expected",
            ),
            Ok(name) if !self.config.serving_networks.allow(&name) => {
                ProblemDetails::new(SERVING_NETWORK_NOT_AUTHORIZED)
            }
            Ok(_) if !(1..=MAX_IDENTITY_OCTETS).contains(&info.supi_or_suci.len()) => {
                wrong("/supiOrSuci", "a SUPI or SUCI is expected")
            }
            Ok(_) if !self.contexts.has_room() => {
                ProblemDetails::new(NF_CONGESTION).header("retry-after", "5")
            }
            Ok(serving) => {
                if let (Some(supi), true) = (&supi, info.resynchronization_info.is_some()) {
                    let supi = supi.clone();
                    self.events.report(AusfEvent::Resynchronising { supi });
                }
                let request = AuthenticationInfoRequest {
                    supported_features: None,
                    serving_network_name: info.serving_network_name,
                    resynchronization_info: info.resynchronization_info,
                    ausf_instance_id: self.config.nf_instance_id.clone(),
                    cell_cag_info: info.cell_cag_info,
                    n5gc_ind: info.n5gc_ind,
                    nswo_ind: info.nswo_ind,
                    disaster_roaming_ind: info.disaster_roaming_ind,
                    aun3_ind: info.aun3_ind,
                };
                let request = generate_auth_data(&info.supi_or_suci, &request);
                let ask = Ask::Begin { serving, supi };
                return self.ask(request, Pending { request: id, ask });
            }
        };
        self.refuse(id, AUTHENTICATE, supi, &problem);
    }

    /// The UDM gave a vector.
    pub(crate) fn begun(
        &mut self,
        at: At,
        id: RequestId,
        serving: ServingNetworkName,
        named: Option<Supi>,
        result: AuthenticationInfoResult,
    ) {
        // A SUPI that we named ourselves is the one that counts.
        let supi = named.or_else(|| result.supi.as_ref()?.parse().ok());
        let Some(supi) = supi else {
            let problem = ProblemDetails::new(INBOUND_SERVER_ERROR).detail("the UDM names no SUPI");
            return self.refuse(id, AUTHENTICATE, None, &problem);
        };
        let party = Party { supi, serving };
        let made = match result.authentication_vector {
            Some(AuthenticationVector::FiveGHeAka(vector)) => {
                let xres_star = ResStar::new(*vector.xres_star.expose());
                let hxres_star = xres_star.hres_star(&vector.rand.0);
                let challenge = Challenge::FgAka {
                    xres_star: vector.xres_star,
                    k_ausf: KAusf::new(*vector.kausf.expose()),
                };
                let data = AuthData::Av5gAka(Av5gAka {
                    rand: vector.rand,
                    hxres_star: SecretHex::new(*hxres_star.expose()),
                    autn: vector.autn,
                });
                Some((challenge, data, LINK_5G_AKA, "5g-aka-confirmation"))
            }
            Some(AuthenticationVector::EapAkaPrime(vector)) => {
                let begun = eap_vector(&vector).and_then(|vector| self.eap_begin(vector, &party));
                begun.map(|(server, packet)| {
                    let data = AuthData::EapPayload(Some(Base64(packet)));
                    let challenge = Challenge::Eap(Some(Box::new(server)));
                    (challenge, data, LINK_EAP_SESSION, "eap-session")
                })
            }
            None => {
                let problem = ProblemDetails::with_status(501)
                    .detail("the subscriber's method is neither 5G AKA nor EAP-AKA'");
                return self.refuse(id, AUTHENTICATE, Some(party.supi), &problem);
            }
        };
        match made {
            Some((challenge, data, relation, below)) => {
                self.challenge(at.now, id, party, challenge, (data, relation, below));
            }
            None => {
                let problem = ProblemDetails::new(INBOUND_SERVER_ERROR)
                    .detail("the UDM's vector cannot be used for EAP-AKA'");
                self.refuse(id, AUTHENTICATE, Some(party.supi), &problem);
            }
        }
    }

    /// A server with its first packet.
    fn eap_begin(&mut self, vector: Vector, party: &Party) -> Option<(Server, Vec<u8>)> {
        let mut identifier = [0];
        (self.entropy)(&mut identifier);
        let options = self.config.eap.clone();
        let supi = party.supi.value();
        Server::begin(vector, party.serving.octets(), &supi, options, identifier[0])
    }

    /// Keeps what the answer is checked against, and sends the challenge.
    fn challenge(
        &mut self,
        now: Duration,
        id: RequestId,
        party: Party,
        challenge: Challenge,
        (auth_data, relation, below): (AuthData, &str, &str),
    ) {
        let mut octets = [0; 16];
        (self.entropy)(&mut octets);
        let ctx = ContextId(octets);
        let path = resource(&ctx.to_string());
        let link = uri(&self.config.own, &format!("{path}/{below}"));
        let body = UEAuthenticationCtx {
            auth_type: match challenge.auth_type() {
                AuthType::FiveGAka => AuthType::FiveGAka,
                _ => AuthType::EapAkaPrime,
            },
            auth_data,
            links: BTreeMap::from([(relation.to_owned(), quintet_sbi::ts29571::Links::to(link))]),
            serving_network_name: Some(party.serving.to_string()),
        };
        let response = Response {
            content_type: HAL_JSON.to_owned(),
            location: Some(uri(&self.config.own, &path)),
            ..Response::json(201, &body)
        };
        let supi = party.supi.clone();
        self.contexts.insert(now, ctx, Context { party, challenge });
        self.respond(id, AUTHENTICATE, Some(supi), response);
    }
}
