//! Nudm_UEAuthentication_Get: one vector of the subscriber's method (TS 29.503 5.4.2.2, TS 33.501 6.1.2, 6.1.3, 14.2.2).
//!
//! What is the same for every front end of the AuC, from memory to the issued number, is `home`'s; here stand the
//! decisions of 5GS: may that network serve, and by which method.

use crate::identity::Identified;
use crate::serve::{Stage, Step, vector_problem};
use crate::udm::{At, Udm};
use quintet_crypto::fgs::ServingNetworkName;
use quintet_crypto::{Auts, Rand};
use quintet_home::{Ground, Halt, StoreReply};
use quintet_identity::{Imsi, Supi};
use quintet_sbi::cause::{
    AUTHENTICATION_REJECTED, AV_GENERATION_PROBLEM, MANDATORY_IE_INCORRECT, OPTIONAL_IE_INCORRECT,
    SERVING_NETWORK_NOT_AUTHORIZED,
};
use quintet_sbi::nudm::ueau::{
    AuthType, AuthenticationInfoRequest, AuthenticationInfoResult, AuthenticationVector, Av5GHeAka,
    AvEapAkaPrime,
};
use quintet_sbi::problem::ProblemDetails;
use quintet_sbi::{Hex, Response, SecretHex, Xres};
use quintet_subscriber::auc::Domain;
use quintet_subscriber::model::AuthenticationMethod;
use quintet_subscriber::nudm::{Refusal, authorize};

/// One request, read.
#[derive(Clone, Debug)]
pub(crate) struct Authenticate {
    by_suci: bool,
    serving: ServingNetworkName,
    token: Option<(Rand, Auts)>,
}

impl Authenticate {
    pub(crate) fn new(
        who: Identified,
        request: &AuthenticationInfoRequest,
    ) -> Result<Self, Box<ProblemDetails>> {
        let serving = request.serving_network_name.parse().map_err(|_| {
            ProblemDetails::new(MANDATORY_IE_INCORRECT).invalid(
                "/servingNetworkName",
                "5G:mncNNN.mccNNN.3gppnetwork.org is expected",
            )
        })?;
        let token = match &request.resynchronization_info {
            None => None,
            Some(info) => {
                let auts = Auts::from_octets(&info.auts.0).ok_or_else(|| {
                    ProblemDetails::new(OPTIONAL_IE_INCORRECT)
                        .invalid("/resynchronizationInfo/auts", "14 octets are expected")
                })?;
                Some((info.rand.0, auts))
            }
        };
        Ok(Self {
            by_suci: who.by_suci,
            serving,
            token,
        })
    }
}

impl Udm {
    pub(crate) fn authenticate(
        &mut self,
        at: At,
        imsi: Imsi,
        task: &Authenticate,
        stage: Stage,
        reply: Option<StoreReply>,
        wanted: bool,
    ) -> Step {
        let stage = match stage {
            Stage::Authentication(stage) => stage,
            _ => quintet_home::Stage::Start,
        };
        let made = self
            .front
            .take_up(imsi, stage, reply, wanted)
            .and_then(|ground| self.vector(at, imsi, task, &ground));
        match made {
            Ok(step) => step,
            Err(Halt::Wait(need, stage)) => Step::Wait(need, Stage::Authentication(stage)),
            Err(Halt::Failed(failure)) => vector_problem(&failure).into(),
            Err(Halt::Orphaned) => Step::Orphaned,
        }
    }

    fn vector(&mut self, at: At, imsi: Imsi, task: &Authenticate, ground: &Ground) -> Result<Step, Halt> {
        let subscription = self.front.subscription(imsi, ground)?;
        let allowed = &self.config.serving_networks;
        let method = match authorize(subscription, &task.serving, allowed, &self.own_plmns) {
            Ok(method) => method,
            Err(refusal) => {
                let cause = match refusal {
                    Refusal::ServingNetworkNotAuthorized => SERVING_NETWORK_NOT_AUTHORIZED,
                    _ => AUTHENTICATION_REJECTED,
                };
                return Ok(ProblemDetails::new(cause).into());
            }
        };
        let token = task.token.as_ref().map(|(rand, auts)| (rand, auts));
        // 5GS has EPS's part of IND: the slot tells HSS and UDM apart.
        let wanted = [(Domain::Eps, 1), (Domain::Eps, 0)];
        let batch = self.front.issue(at.wall, imsi, ground, token, wanted)?;
        let [Some(issued), _] = batch.issued else {
            return Ok(ProblemDetails::new(AV_GENERATION_PROBLEM).into());
        };
        let (vectors, entropy) = (&batch.vectors, batch.entropy);
        let made = match method {
            AuthenticationMethod::FgAka => vectors.fgs(task.serving, issued, entropy).next().and_then(|av| {
                Some(AuthenticationVector::FiveGHeAka(Av5GHeAka {
                    rand: Hex(av.rand),
                    xres_star: SecretHex::new(*av.xres_star.expose()),
                    autn: Hex(av.autn.octets()?),
                    kausf: SecretHex::new(*av.k_ausf.expose()),
                }))
            }),
            AuthenticationMethod::EapAkaPrime => vectors
                .eap_aka_prime(task.serving.octets(), issued, entropy)
                .next()
                .and_then(|av| {
                    Some(AuthenticationVector::EapAkaPrime(AvEapAkaPrime {
                        rand: Hex(av.rand),
                        xres: Xres::new(av.xres.octets())?,
                        autn: Hex(av.autn),
                        ck_prime: SecretHex::new(*av.keys.ck.expose_128()?),
                        ik_prime: SecretHex::new(*av.keys.ik.expose_128()?),
                    }))
                }),
        };
        let Some(vector) = made else {
            return Ok(ProblemDetails::new(AV_GENERATION_PROBLEM).into());
        };
        let result = AuthenticationInfoResult {
            auth_type: match method {
                AuthenticationMethod::FgAka => AuthType::FiveGAka,
                AuthenticationMethod::EapAkaPrime => AuthType::EapAkaPrime,
            },
            supported_features: None,
            authentication_vector: Some(vector),
            supi: task.by_suci.then(|| Supi::from(imsi).to_string()),
            akma_ind: false,
            auth_aaa: false,
            routing_id: None,
            msk_ind: false,
        };
        Ok(Step::Answer(Response::json(200, &result)))
    }
}
