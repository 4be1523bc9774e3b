//! The operator's decisions that all scenarios are made for.

use super::{LabTimers, serving_plmn};
use quintet_crypto::{CipheringAlgorithm as Nea, IntegrityAlgorithm as Nia};
use quintet_fgmm::network::{AlgorithmLists, Policy, ReauthenticationPolicy};
use quintet_identity::SNssai;
use quintet_identity::fgs::{AmfId, Guami, Tai};

/// The policy of an AMF of [`serving_plmn`] for these tracking areas: one for all scenarios, so that one AMF plays them. No
/// SMF is there: what a UE wants of session management comes back with 5GMM cause #90.
#[must_use]
pub fn policy(timers: &LabTimers, tracking_areas: Vec<Tai>) -> Policy {
    let amf_id = AmfId::new(1, 1, 1).expect("within their bits");
    Policy {
        guami: Guami {
            plmn: serving_plmn(),
            amf_id,
        },
        tracking_areas,
        slices: vec![SNssai::EMBB],
        algorithms: AlgorithmLists {
            integrity: vec![Nia::EIA2, Nia::EIA1, Nia::EIA3],
            ciphering: vec![Nea::EEA2, Nea::EEA1, Nea::EEA3, Nea::EEA0],
        },
        eps_algorithms: None,
        emergency: true,
        unauthenticated_emergency: true,
        reauthentication: ReauthenticationPolicy {
            every: None,
            after: None,
        },
        change_k_amf_on_mobility: false,
        request_imeisv: true,
        events: true,
        timers: timers.amf,
        smf: false,
        emergency_dnn: None,
        network_name: None,
        time_zone: None,
    }
}
