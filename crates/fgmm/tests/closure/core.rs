//! The operator: policy, subscription, AUSF and UDM in one, and chance.

use quintet_crypto::fgs::{HeAv, KAusf, KSeaf, ResStar, ServingNetworkName};
use quintet_crypto::{
    Amf, AuthenticationFunctions, Auts, CipheringAlgorithm, CkIkPrime, IntegrityAlgorithm, K, Opc, Sqn,
};
use quintet_eap::{Server, ServerOptions, ServerStep, Vector};
use quintet_fgmm::network::{
    AlgorithmLists, AuthenticationRequest, AuthenticationUnavailable, Challenge, Confirmation,
    ConfirmationFailure, EapProgress, Entropy, Policy, ReauthenticationPolicy, Resynchronisation, Subject,
    SubscribedSNssai, Subscription, Timers,
};
use quintet_identity::fgs::{AmfId, Guami, Tac, Tai};
use quintet_identity::{Plmn, SNssai, Supi};
use quintet_subscriber::model::{Algorithm, Ambr, Authentication, SqnProfile};
use std::time::Duration;

/// Chance from a seed (SplitMix64).
#[derive(Clone)]
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Once in a hundred, `percent` times.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn octets(&mut self, to: &mut [u8]) {
        for octet in to {
            *octet = self.next() as u8;
        }
    }
}

impl Entropy for Chance {
    fn fill(&mut self, to: &mut [u8]) {
        self.octets(to);
    }
}

pub(crate) fn plmn() -> Plmn {
    "00101".parse().unwrap()
}

pub(crate) fn supi() -> Supi {
    Supi::Imsi("001010000000001".parse().unwrap())
}

pub(crate) fn guami() -> Guami {
    Guami {
        plmn: plmn(),
        amf_id: AmfId::new(2, 1, 1).unwrap(),
    }
}

pub(crate) fn tai() -> Tai {
    Tai {
        plmn: plmn(),
        tac: Tac::new(7).unwrap(),
    }
}

fn network_name() -> ServingNetworkName {
    ServingNetworkName::of_plmn(&plmn().octets()).unwrap()
}

pub(crate) fn authentication() -> Authentication {
    Authentication {
        k: K::new_128([0x11; 16]),
        algorithm: Algorithm::Milenage {
            opc: Opc::new([0x22; 16]),
        },
        amf: Amf([0x80, 0]),
        sqn_profile: SqnProfile::TIME_BASED,
        dif: None,
        seq_seed: 0,
    }
}

/// A policy; whether what is called ciphered can be read is by chance, and so are re-authentication, another KAMF at mobility,
/// the IMEISV, and whether session management is there.
pub(crate) fn policy(chance: &mut Chance) -> Policy {
    let timer = Duration::from_secs(6);
    let ciphering = if chance.percent(50) {
        CipheringAlgorithm::EEA0
    } else {
        CipheringAlgorithm::EEA2
    };
    Policy {
        guami: guami(),
        tracking_areas: vec![tai()],
        slices: vec![SNssai::EMBB],
        algorithms: AlgorithmLists {
            integrity: vec![IntegrityAlgorithm::EIA2],
            ciphering: vec![ciphering],
        },
        eps_algorithms: None,
        emergency: true,
        unauthenticated_emergency: false,
        reauthentication: ReauthenticationPolicy {
            every: chance.percent(50).then_some(2),
            after: None,
        },
        change_k_amf_on_mobility: chance.percent(50),
        request_imeisv: chance.percent(50),
        events: false,
        timers: Timers {
            t3522: timer,
            t3550: timer,
            t3555: timer,
            t3560: timer,
            t3570: timer,
            ..Timers::default()
        },
        smf: false,
        emergency_dnn: None,
        network_name: Some("Quintet".into()),
        time_zone: None,
    }
}

/// What waits for the UE's answer.
enum Under {
    Aka { xres_star: ResStar, k_seaf: KSeaf },
    Eap(Box<Server>),
}

/// AUSF and UDM of one subscriber.
pub(crate) struct Home {
    functions: AuthenticationFunctions,
    eap: bool,
    seq: u64,
    under: Option<Under>,
}

impl Home {
    /// One that is behind the card by chance; 5G AKA or EAP-AKA' by chance.
    pub(crate) fn new(chance: &mut Chance) -> Self {
        Self {
            functions: authentication().functions().unwrap(),
            eap: chance.percent(50),
            seq: if chance.percent(30) { 1 } else { 1_000 },
            under: None,
        }
    }

    fn resynchronise(&mut self, rand: &[u8; 16], auts: &Auts) {
        if let Ok(sqn_ms) = self.functions.verify_auts(rand, auts) {
            self.seq = sqn_ms.value() >> 5;
        }
    }

    fn quintet(&mut self, chance: &mut Chance) -> quintet_crypto::Quintet {
        self.seq += 1;
        let mut rand = [0; 16];
        chance.octets(&mut rand);
        let sqn = Sqn::new(self.seq << 5).unwrap();
        self.functions.quintet(&rand, sqn, Amf([0x80, 0]))
    }

    fn vector(&mut self, chance: &mut Chance) -> Vector {
        let quintet = self.quintet(chance);
        let name = network_name();
        let concealed = &quintet.autn.concealed_sqn;
        let keys = CkIkPrime::eap_aka_prime(&quintet.ck, &quintet.ik, name.octets(), concealed);
        Vector {
            rand: quintet.rand,
            autn: quintet.autn.octets().unwrap(),
            xres: quintet.xres,
            keys: keys.unwrap(),
        }
    }

    /// Nausf_UEAuthentication_Authenticate.
    pub(crate) fn authenticate(
        &mut self,
        chance: &mut Chance,
        request: &AuthenticationRequest,
    ) -> Result<Challenge, AuthenticationUnavailable> {
        let named = match &request.subject {
            Subject::Suci(suci) => suci.null_supi(),
            Subject::Supi(supi) => Some(supi.clone()),
        };
        if named != Some(supi()) {
            return Err(AuthenticationUnavailable::UserNotFound);
        }
        if let Some(Resynchronisation { rand, auts }) = &request.resynchronisation {
            self.resynchronise(rand, auts);
        }
        if self.eap {
            let identifier = chance.next() as u8;
            let (vector, supi) = (self.vector(chance), supi());
            let name = network_name();
            let begun = Server::begin(
                vector,
                name.octets(),
                &supi.value(),
                ServerOptions::default(),
                identifier,
            );
            let (server, payload) = begun.unwrap();
            self.under = Some(Under::Eap(Box::new(server)));
            return Ok(Challenge::Eap {
                payload: payload.into(),
            });
        }
        let av = HeAv::derive(&self.quintet(chance), &network_name()).unwrap();
        let hxres_star = av.xres_star.hres_star(&av.rand);
        self.under = Some(Under::Aka {
            xres_star: av.xres_star,
            k_seaf: av.k_ausf.k_seaf(&network_name()),
        });
        Ok(Challenge::Aka {
            rand: av.rand,
            autn: av.autn.octets().unwrap(),
            hxres_star,
        })
    }

    /// PUT to `5g-aka-confirmation`.
    pub(crate) fn confirm(&mut self, res_star: &ResStar) -> Result<Confirmation, ConfirmationFailure> {
        match self.under.take() {
            Some(Under::Aka { xres_star, k_seaf }) if xres_star == *res_star => {
                Ok(Confirmation { supi: supi(), k_seaf })
            }
            Some(Under::Aka { .. }) => Err(ConfirmationFailure::Rejected),
            _ => Err(ConfirmationFailure::Unavailable),
        }
    }

    /// POST to `eap-session`.
    pub(crate) fn eap(
        &mut self,
        chance: &mut Chance,
        payload: &[u8],
    ) -> Result<EapProgress, ConfirmationFailure> {
        let Some(Under::Eap(mut server)) = self.under.take() else {
            return Err(ConfirmationFailure::Unavailable);
        };
        let progress = match server.handle(payload) {
            ServerStep::Send(payload) => EapProgress::Next {
                payload: payload.into(),
            },
            ServerStep::Resynchronise { rand, auts } => {
                self.resynchronise(&rand, &Auts::from_octets(&auts).unwrap());
                let payload = server.restart(self.vector(chance)).unwrap();
                EapProgress::Next {
                    payload: payload.into(),
                }
            }
            ServerStep::Success { packet, keys } => {
                return Ok(EapProgress::Success {
                    payload: packet.into(),
                    supi: supi(),
                    k_seaf: KAusf::from_emsk(&keys.emsk).k_seaf(&network_name()),
                });
            }
            ServerStep::Failure { packet, .. } => {
                return Ok(EapProgress::Failure {
                    payload: packet.into(),
                });
            }
            ServerStep::Discard(_) => return Err(ConfirmationFailure::NoAnswer),
        };
        self.under = Some(Under::Eap(server));
        Ok(progress)
    }
}

pub(crate) fn subscription() -> Subscription {
    Subscription {
        nssai: vec![SubscribedSNssai {
            s_nssai: SNssai::EMBB,
            default: true,
        }],
        ambr: Some(Ambr {
            uplink: 10_000_000,
            downlink: 20_000_000,
        }),
        ..Subscription::default()
    }
}
