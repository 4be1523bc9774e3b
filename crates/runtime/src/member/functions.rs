//! What a domain must know of the network functions here: their services, and whom they call.

use super::{Api, NetworkFunction};
use crate::{AmfApplication, AusfApplication, UdmApplication};
use quintet_amf::Service;
use quintet_sbi::nudm::{sdm, ueau, uecm};
use quintet_sbi::{Target, namf, nausf, nsmf};

const fn api(nf_type: &'static str, name: &'static str, version: &'static str) -> Api {
    Api {
        nf_type,
        name,
        version,
    }
}

const NAMF_COMM: Api = api("AMF", namf::API, namf::VERSION);
const NAUSF_AUTH: Api = api("AUSF", nausf::API, nausf::VERSION);
const NUDM_UEAU: Api = api("UDM", ueau::API, ueau::VERSION);
const NUDM_UECM: Api = api("UDM", uecm::API, uecm::VERSION);
const NUDM_SDM: Api = api("UDM", sdm::API, sdm::VERSION);
const NSMF_PDUSESSION: Api = api("SMF", nsmf::API, nsmf::VERSION);

impl NetworkFunction for AmfApplication {
    const NF_TYPE: &'static str = "AMF";
    const OFFERED: &'static [Api] = &[NAMF_COMM];
    const CALLBACKS: &'static [&'static str] = &[namf::CALLBACK_API];
    const CONSUMED: &'static [Api] = &[NAUSF_AUTH, NUDM_UECM, NUDM_SDM, NSMF_PDUSESSION];
    const SOUGHT: &'static [Api] = &[NAUSF_AUTH, NUDM_UECM, NSMF_PDUSESSION];

    fn found(&mut self, nf_type: &str, targets: Vec<Target>) {
        let service = match nf_type {
            "AUSF" => Service::Ausf,
            "UDM" => Service::Udm,
            "SMF" => Service::Smf,
            _ => return,
        };
        self.amf().set_targets(service, targets);
    }
}

impl NetworkFunction for AusfApplication {
    const NF_TYPE: &'static str = "AUSF";
    const OFFERED: &'static [Api] = &[NAUSF_AUTH];
    const CALLBACKS: &'static [&'static str] = &[];
    const CONSUMED: &'static [Api] = &[NUDM_UEAU];
    const SOUGHT: &'static [Api] = &[NUDM_UEAU];

    fn found(&mut self, nf_type: &str, targets: Vec<Target>) {
        if nf_type == "UDM" {
            self.ausf().set_udm(targets.into_iter().next());
        }
    }
}

/// A UDM calls others only where they asked it to: nothing is consumed, and no token goes there.
impl NetworkFunction for UdmApplication {
    const NF_TYPE: &'static str = "UDM";
    const OFFERED: &'static [Api] = &[NUDM_UEAU, NUDM_UECM, NUDM_SDM];
    const CALLBACKS: &'static [&'static str] = &[];
    const CONSUMED: &'static [Api] = &[];
    const SOUGHT: &'static [Api] = &[];

    fn found(&mut self, _: &str, _: Vec<Target>) {}
}
