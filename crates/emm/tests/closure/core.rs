//! The operator: policy, subscription, authentication centre, and chance.

use quintet_crypto::{
    Amf, AuthenticationFunctions, CipheringAlgorithm, IntegrityAlgorithm, K, Kasme, Opc, Sqn,
};
use quintet_emm::network::{
    Entropy, Location, Policy, ReauthenticationPolicy, Resynchronisation, Timers, Vector, VectorsFailure,
};
use quintet_identity::{Plmn, Tai};
use quintet_subscriber::model::{
    Algorithm, AllocationRetentionPriority, Ambr, ApnConfiguration, Authentication, PdnType, QosClass,
    SqnProfile,
};
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
}

impl Entropy for Chance {
    fn fill(&mut self, to: &mut [u8]) {
        for octet in to {
            *octet = self.next() as u8;
        }
    }
}

pub(crate) fn plmn() -> Plmn {
    "00101".parse().unwrap()
}

pub(crate) fn tai() -> Tai {
    Tai { plmn: plmn(), tac: 7 }
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

/// A policy; whether what is called ciphered can be read is by chance, and so are re-authentication and the IMEISV.
pub(crate) fn policy(chance: &mut Chance) -> Policy {
    let timer = Duration::from_secs(6);
    let ciphering = if chance.percent(50) {
        CipheringAlgorithm::EEA0
    } else {
        CipheringAlgorithm::EEA2
    };
    Policy {
        plmn: plmn(),
        tracking_areas: vec![tai()],
        integrity: vec![IntegrityAlgorithm::EIA2],
        ciphering: vec![ciphering],
        unauthenticated_emergency: false,
        emergency_apn: None,
        reauthentication: ReauthenticationPolicy {
            every: chance.percent(50).then_some(2),
            after: None,
        },
        vectors_at_once: 1,
        request_imeisv: chance.percent(50),
        events: false,
        timers: Timers {
            t3422: timer,
            t3450: timer,
            t3460: timer,
            t3470: timer,
            t3489: timer,
            t3412: Duration::from_secs(3240),
            retransmissions: 4,
        },
        address_pool: ([10, 0, 0, 0], 16),
        dns: None,
        network_name: Some("Quintet".into()),
    }
}

/// The AuC of one subscriber.
pub(crate) struct Auc {
    functions: AuthenticationFunctions,
    seq: u64,
}

impl Auc {
    /// One that is behind the card by chance.
    pub(crate) fn new(chance: &mut Chance) -> Self {
        Self {
            functions: authentication().functions().unwrap(),
            seq: if chance.percent(30) { 1 } else { 1_000 },
        }
    }

    pub(crate) fn vectors(
        &mut self,
        chance: &mut Chance,
        resynchronisation: Option<&Resynchronisation>,
    ) -> Result<Vec<Vector>, VectorsFailure> {
        if let Some(Resynchronisation { rand, auts }) = resynchronisation
            && let Ok(sqn_ms) = self.functions.verify_auts(rand, auts)
        {
            self.seq = sqn_ms.value() >> 5;
        }
        self.seq += 1;
        let mut rand = [0; 16];
        chance.fill(&mut rand);
        let quintet = self
            .functions
            .quintet(&rand, Sqn::new(self.seq << 5).unwrap(), Amf([0x80, 0]));
        let kasme = Kasme::derive(
            &quintet.ck,
            &quintet.ik,
            &plmn().octets(),
            &quintet.autn.concealed_sqn,
        );
        Ok(vec![Vector {
            rand,
            xres: quintet.xres,
            autn: quintet.autn.octets().unwrap(),
            kasme: kasme.unwrap(),
        }])
    }
}

pub(crate) fn location() -> Location {
    let rates = Ambr {
        uplink: 10_000_000,
        downlink: 20_000_000,
    };
    Location {
        access_restriction: None,
        barred: false,
        ambr: Some(rates),
        default_context_identifier: Some(1),
        apn_configurations: vec![ApnConfiguration {
            context_identifier: 1,
            apn: "internet".parse().unwrap(),
            pdn_type: PdnType::Ipv4,
            qci: QosClass(9),
            arp: AllocationRetentionPriority {
                priority_level: 8,
                pre_emption_capability: false,
                pre_emption_vulnerability: false,
            },
            ambr: Some(rates),
            served_party_ip_addresses: Vec::new(),
            pdn_gw_addresses: Vec::new(),
            pdn_gw_host: None,
            pdn_gw_realm: None,
            pdn_gw_dynamic: false,
            vplmn_dynamic_address_allowed: false,
            charging_characteristics: None,
        }],
    }
}
