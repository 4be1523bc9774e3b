//! What AUSFs and AMFs ask of a UDM.

use quintet_sbi::nudm::ueau::{AuthenticationInfoRequest, ResynchronizationInfo, generate_auth_data};
use quintet_sbi::nudm::uecm::{Amf3GppAccessRegistration, register_amf};
use quintet_sbi::ts29571::{Guami, PlmnIdNid, RatType};
use quintet_sbi::{Hex, Request};

/// Asks for a vector; `token` is RAND and AUTS of a synchronisation failure.
pub(crate) fn vector(imsi: &str, token: Option<&[u8]>) -> Request {
    let resynchronization_info = token.map(|token| {
        let (rand, auts) = token.split_at(16);
        ResynchronizationInfo {
            rand: Hex(rand.try_into().unwrap()),
            auts: Hex(auts.try_into().unwrap()),
        }
    });
    let request = AuthenticationInfoRequest {
        supported_features: None,
        serving_network_name: "5G:mnc001.mcc001.3gppnetwork.org".to_owned(),
        resynchronization_info,
        ausf_instance_id: "7f0e8f6a-0000-8000-8000-000000000001".to_owned(),
        cell_cag_info: Vec::new(),
        n5gc_ind: false,
        nswo_ind: false,
        disaster_roaming_ind: false,
        aun3_ind: false,
    };
    generate_auth_data(&format!("imsi-{imsi}"), &request)
}

/// Registers an AMF that is called back at this URI.
pub(crate) fn registration(imsi: &str, dereg_callback_uri: &str) -> Request {
    let registration = Amf3GppAccessRegistration {
        amf_instance_id: "7f0e8f6a-0000-8000-8000-000000000002".to_owned(),
        supported_features: None,
        purge_flag: None,
        pei: None,
        dereg_callback_uri: dereg_callback_uri.to_owned(),
        ims_vo_ps: None,
        amf_service_name_dereg: None,
        pcscf_restoration_callback_uri: None,
        initial_registration_ind: None,
        emergency_registration_ind: None,
        guami: Guami {
            plmn_id: PlmnIdNid {
                mcc: "001".to_owned(),
                mnc: "01".to_owned(),
                nid: None,
            },
            amf_id: Hex([1, 0, 0x41]),
        },
        dr_flag: None,
        rat_type: RatType::Nr,
        urrp_indicator: None,
        registration_time: None,
        no_ee_subscription_ind: None,
        supi: None,
        re_registration_required: None,
    };
    register_amf(&format!("imsi-{imsi}"), &registration)
}
