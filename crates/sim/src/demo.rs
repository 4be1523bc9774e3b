//! Subscribers that everybody knows: for laboratories, examples and benchmarks. Their keys are published here, so they
//! must never be provisioned in a network that serves people.
//!
//! All live in the test PLMN 001/01 (ITU-T E.212), with IMSIs in two ranges:
//!
//! ```text
//!   00101 0000000001 …        a handful of hand-made ones, each with a purpose (`subscribers`)
//!   00101 1000000000 + n      the n-th of a population (`Population`), keys by the rule of `demo_key`
//! ```

use quintet_crypto::{Amf, K, Op, Opc, Sqn, Top, Topc, TuakSizes};
use quintet_identity::{Imsi, Msisdn, Plmn};
use quintet_subscriber::model::{
    AccessRestriction, Algorithm, AllocationRetentionPriority, Ambr, ApnConfiguration, Authentication,
    PdnType, QosClass, Roaming, SqnProfile, Subscriber, SubscriberStatus, Subscription,
};
use std::sync::Arc;

/// OP of every MILENAGE subscriber without keys of its own: that of TS 35.208 test set 1.
pub const DEMO_OP: [u8; 16] = 0xcdc2_02d5_123e_20f6_2b6d_676a_c72c_b318_u128.to_be_bytes();

/// The first octets of K of [`demo_key`]: `QUINTET1`.
pub const DEMO_K_PREFIX: [u8; 8] = *b"QUINTET1";

/// The most subscribers of a [`Population`]: the nine digits behind the leading 1 of its MSIN.
pub const MAX_POPULATION: u32 = 1_000_000_000;

/// The MSIN of the first subscriber of a [`Population`].
const POPULATION_MSIN: u64 = 1_000_000_000;

/// The test network: MCC 001, MNC 01.
#[must_use]
pub fn home_plmn() -> Plmn {
    Plmn::from_ascii(b"00101").expect("five digits")
}

/// A network that is not the home of any demo subscriber: MCC 001, MNC 02.
#[must_use]
pub fn visited_plmn() -> Plmn {
    Plmn::from_ascii(b"00102").expect("five digits")
}

/// An IMSI of the home network that is nobody's.
#[must_use]
pub fn unknown_imsi() -> Imsi {
    imsi_of(9_999_999_999)
}

/// The IMSI 00101 ‖ MSIN, the MSIN with ten digits.
fn imsi_of(msin: u64) -> Imsi {
    Imsi::from_ascii(format!("00101{msin:010}").as_bytes()).expect("fifteen digits")
}

/// The MSISDN 999 ‖ MSIN: 999 is a country code that nobody has (ITU-T E.164).
fn msisdn_of(msin: u64) -> Msisdn {
    Msisdn::from_ascii(format!("999{msin:010}").as_bytes()).expect("thirteen digits")
}

/// K and OPc (MILENAGE) of any IMSI of a population: K is `QUINTET1` in ASCII, then the IMSI as 16 decimal digits with
/// leading zeros, two in an octet; OPc follows from K and [`DEMO_OP`] (TS 35.206 4.1).
///
/// So 001011000000000 has K 5155494e54455431 0001011000000000.
#[must_use]
pub fn demo_key(imsi: Imsi) -> (K, Opc) {
    let (digits, n) = imsi.ascii();
    let mut padded = [b'0'; 16];
    padded[16 - n..].copy_from_slice(&digits[..n]);
    let mut k = [0; 16];
    k[..8].copy_from_slice(&DEMO_K_PREFIX);
    for (octet, pair) in k[8..].iter_mut().zip(padded.chunks_exact(2)) {
        *octet = (pair[0] & 15) << 4 | (pair[1] & 15);
    }
    let k = K::new_128(k);
    let opc = Opc::derive(&k, &Op::new(DEMO_OP)).expect("MILENAGE takes a K of 128 bits");
    (k, opc)
}

/// A population of like subscribers with keys by [`demo_key`], sharing one subscription (`internet` and `ims`).
#[derive(Clone, Debug)]
pub struct Population {
    subscription: Arc<Subscription>,
}

impl Default for Population {
    fn default() -> Self {
        Self::new()
    }
}

impl Population {
    /// The population.
    #[must_use]
    pub fn new() -> Self {
        Self {
            subscription: Arc::new(subscription(vec![internet(1), ims(2)])),
        }
    }

    /// The IMSI of the n-th, 001011000000000 + n; `None` from [`MAX_POPULATION`] on.
    #[must_use]
    pub fn imsi(n: u32) -> Option<Imsi> {
        (n < MAX_POPULATION).then(|| imsi_of(POPULATION_MSIN + u64::from(n)))
    }

    /// The n-th subscriber; `None` from [`MAX_POPULATION`] on.
    #[must_use]
    pub fn subscriber(&self, n: u32) -> Option<Subscriber> {
        let imsi = Self::imsi(n)?;
        let (k, opc) = demo_key(imsi);
        Some(Subscriber {
            imsi,
            msisdn: Some(msisdn_of(POPULATION_MSIN + u64::from(n))),
            authentication: authentication(k, Algorithm::Milenage { opc }),
            subscription: Arc::clone(&self.subscription),
        })
    }
}

/// What a hand-made subscriber is there to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// MILENAGE with the keys of TS 35.208 test set 1; `internet` and `ims`.
    Milenage,
    /// TUAK with the keys of TS 35.233 test set 1; a static IPv4 address.
    Tuak,
    /// TUAK with a K of 256 bits (TS 35.233 test set 2), MAC shortened to the 64 bits that AUTN has room for.
    TuakLongKey,
    /// The test algorithm XOR; a private network's APN with a fixed PDN gateway.
    Xor,
    /// A USIM whose SQN_MS is ahead of the AuC: it answers with AUTS.
    AheadOfAuc,
    /// E-UTRAN is restricted: 5421 RAT_NOT_ALLOWED.
    NoEutran,
    /// May not leave home: 5004 ROAMING_NOT_ALLOWED elsewhere.
    HomeOnly,
    /// No EPS subscription: 5420.
    NoEps,
    /// Moves from one MME to another.
    Mover,
    /// Its subscription is changed while it is attached.
    Changing,
}

/// A hand-made subscriber with its card.
#[derive(Clone, Debug)]
pub struct DemoSubscriber {
    /// Why it is there.
    pub purpose: Purpose,
    /// What the HSS knows.
    pub subscriber: Subscriber,
    /// The highest SQN its card has accepted before the story begins.
    pub sqn_ms: Sqn,
}

/// SQN_MS of [`Purpose::AheadOfAuc`]: SEQ 2^42, ahead of any clock in ticks of 0.1 s; IND 16, that of EPS vectors of slot 0.
const SQN_AHEAD: u64 = 1 << 47 | 16;

/// The hand-made subscribers, IMSI 001010000000001 and upward.
#[must_use]
pub fn subscribers() -> Vec<DemoSubscriber> {
    let usual = || subscription(vec![internet(1), ims(2)]);
    let rows: [(Purpose, (K, Algorithm), Subscription); 10] = [
        (
            Purpose::Milenage,
            milenage(0x465b_5ce8_b199_b49f_aa5f_0a2e_e238_a6bc, DEMO_OP),
            usual(),
        ),
        (Purpose::Tuak, tuak_short(), static_address()),
        (Purpose::TuakLongKey, tuak_long(), usual()),
        (
            Purpose::Xor,
            (
                K::new_128(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128.to_be_bytes()),
                Algorithm::Xor,
            ),
            private(),
        ),
        // TS 35.208 test sets 3 to 8.
        (
            Purpose::AheadOfAuc,
            milenage(0xfec8_6ba6_eb70_7ed0_8905_757b_1bb4_4b8f, OP_SET_3),
            usual(),
        ),
        (
            Purpose::NoEutran,
            milenage(0x9e59_44ae_a94b_8116_5c82_fbf9_f32d_b751, OP_SET_4),
            no_eutran(usual()),
        ),
        (
            Purpose::HomeOnly,
            milenage(0x4ab1_deb0_5ca6_ceb0_51fc_98e7_7d02_6a84, OP_SET_5),
            home_only(usual()),
        ),
        (
            Purpose::NoEps,
            milenage(0x6c38_a116_ac28_0c45_4f59_332e_e35c_8c4f, OP_SET_6),
            no_eps(usual()),
        ),
        (
            Purpose::Mover,
            milenage(0x2d60_9d4d_b0ac_5bf0_d2c0_de26_7014_de0d, OP_SET_7),
            usual(),
        ),
        (
            Purpose::Changing,
            milenage(0xa530_a7fe_428f_ad10_82c4_5edd_fce1_3884, OP_SET_8),
            usual(),
        ),
    ];
    let numbered = rows.into_iter().zip(1u64..);
    numbered
        .map(|((purpose, (k, algorithm), subscription), msin)| DemoSubscriber {
            purpose,
            subscriber: Subscriber {
                imsi: imsi_of(msin),
                msisdn: Some(msisdn_of(msin)),
                authentication: authentication(k, algorithm),
                subscription: Arc::new(subscription),
            },
            sqn_ms: match purpose {
                Purpose::AheadOfAuc => Sqn::new(SQN_AHEAD).expect("48 bits"),
                _ => Sqn::default(),
            },
        })
        .collect()
}

/// The hand-made subscriber of this purpose.
#[must_use]
pub fn subscriber(purpose: Purpose) -> DemoSubscriber {
    let mut all = subscribers().into_iter();
    all.find(|s| s.purpose == purpose)
        .expect("there is one for every purpose")
}

/// OP of TS 35.208 test sets 3 to 8.
const OP_SET_3: [u8; 16] = 0xdbc5_9adc_b6f9_a0ef_7354_77b7_fadf_8374_u128.to_be_bytes();
const OP_SET_4: [u8; 16] = 0x2230_14c5_8066_94c0_07ca_1eee_f57f_004f_u128.to_be_bytes();
const OP_SET_5: [u8; 16] = 0x2d16_c5cd_1fdf_6b22_3835_84e3_bef2_a8d8_u128.to_be_bytes();
const OP_SET_6: [u8; 16] = 0x1ba0_0a1a_7c67_00ac_8c3f_f3e9_6ad0_8725_u128.to_be_bytes();
const OP_SET_7: [u8; 16] = 0x460a_4838_5427_aa39_264a_ac8e_fc9e_73e8_u128.to_be_bytes();
const OP_SET_8: [u8; 16] = 0x511c_6c4e_83e3_8c89_b1c5_d8dd_e624_26fa_u128.to_be_bytes();

fn milenage(k: u128, op: [u8; 16]) -> (K, Algorithm) {
    let k = K::new_128(k.to_be_bytes());
    let opc = Opc::derive(&k, &Op::new(op)).expect("MILENAGE takes a K of 128 bits");
    (k, Algorithm::Milenage { opc })
}

/// TS 35.233 test set 1: K of 128 bits, RES of 32.
fn tuak_short() -> (K, Algorithm) {
    let k = K::new_128([0xab; 16]);
    let sizes = TuakSizes::new(32, 64, 128, 128, 1).expect("sizes that TS 35.231 allows");
    let topc = Topc::derive(&k, &Top::new([0x55; 32]), sizes);
    (k, Algorithm::Tuak { topc, sizes })
}

/// TS 35.233 test set 2: K is ff, fe, … e0 and TOP 80, 81, … 9f.
fn tuak_long() -> (K, Algorithm) {
    let k: [u8; 32] = std::array::from_fn(|i| 0xff - i as u8);
    let top: [u8; 32] = std::array::from_fn(|i| 0x80 + i as u8);
    let k = K::new(&k).expect("256 bits");
    let sizes = TuakSizes::default();
    let topc = Topc::derive(&k, &Top::new(top), sizes);
    (k, Algorithm::Tuak { topc, sizes })
}

fn authentication(k: K, algorithm: Algorithm) -> Authentication {
    let sqn_profile = SqnProfile::TIME_BASED;
    Authentication {
        k,
        algorithm,
        amf: Amf([0x80, 0]),
        sqn_profile,
        dif: None,
        seq_seed: 0,
    }
}

fn subscription(apn_configurations: Vec<ApnConfiguration>) -> Subscription {
    Subscription {
        subscriber_status: SubscriberStatus::ServiceGranted,
        operator_determined_barring: None,
        packet_only: true,
        access_restriction: AccessRestriction::default(),
        eps: true,
        roaming: Roaming::Everywhere,
        ambr: Ambr {
            uplink: 100_000_000,
            downlink: 500_000_000,
        },
        apn_configurations,
        default_context_identifier: 1,
        apn_oi_replacement: None,
        charging_characteristics: Some(0x0800),
        rfsp: None,
        rau_tau_timer_s: Some(3240),
        stn_sr: None,
        regional_zone_codes: Vec::new(),
        ue_usage_type: None,
        sgsn_camel: false,
        fgs: Default::default(),
        mt_sms: Default::default(),
        non_3gpp: Default::default(),
    }
}

fn apn(
    context_identifier: u32,
    name: &str,
    pdn_type: PdnType,
    qci: u8,
    priority_level: u8,
) -> ApnConfiguration {
    ApnConfiguration {
        context_identifier,
        apn: name.parse().expect("an APN"),
        pdn_type,
        qci: QosClass(qci),
        arp: AllocationRetentionPriority {
            priority_level,
            pre_emption_capability: priority_level <= 2,
            pre_emption_vulnerability: priority_level > 2,
        },
        ambr: None,
        served_party_ip_addresses: Vec::new(),
        pdn_gw_addresses: Vec::new(),
        pdn_gw_host: None,
        pdn_gw_realm: None,
        pdn_gw_dynamic: false,
        vplmn_dynamic_address_allowed: false,
        charging_characteristics: None,
    }
}

/// The default APN: QCI 9, no guarantee (TS 23.203 table 6.1.7).
fn internet(id: u32) -> ApnConfiguration {
    let ambr = Some(Ambr {
        uplink: 50_000_000,
        downlink: 200_000_000,
    });
    ApnConfiguration {
        ambr,
        ..apn(id, "internet", PdnType::Ipv4v6, 9, 8)
    }
}

/// IMS signalling: QCI 5 (TS 23.203 table 6.1.7), a high priority (GSMA IR.92 4.3).
fn ims(id: u32) -> ApnConfiguration {
    let ambr = Some(Ambr {
        uplink: 256_000,
        downlink: 256_000,
    });
    ApnConfiguration {
        ambr,
        ..apn(id, "ims", PdnType::Ipv4v6, 5, 1)
    }
}

fn static_address() -> Subscription {
    let mut internet = internet(1);
    internet.pdn_type = PdnType::Ipv4;
    internet.served_party_ip_addresses = vec![[192, 0, 2, 10].into()];
    subscription(vec![internet, ims(2)])
}

fn private() -> Subscription {
    let mut private = apn(3, "factory.local", PdnType::Ipv4, 8, 4);
    private.pdn_gw_addresses = vec![[198, 51, 100, 1].into()];
    private.ambr = Some(Ambr {
        uplink: 5_000_000_000,
        downlink: 10_000_000_000,
    });
    let ambr = Ambr {
        uplink: 5_000_000_000,
        downlink: 10_000_000_000,
    };
    Subscription {
        ambr,
        ..subscription(vec![internet(1), ims(2), private])
    }
}

fn no_eutran(subscription: Subscription) -> Subscription {
    Subscription {
        access_restriction: AccessRestriction(AccessRestriction::WB_E_UTRAN),
        ..subscription
    }
}

fn home_only(subscription: Subscription) -> Subscription {
    Subscription {
        roaming: Roaming::Only(Vec::new()),
        ..subscription
    }
}

fn no_eps(subscription: Subscription) -> Subscription {
    Subscription {
        eps: false,
        ..subscription
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_population_follow_the_documented_rule() {
        let imsi = Population::imsi(0).unwrap();
        assert_eq!(imsi.to_string(), "001011000000000");
        let (k, _) = demo_key(imsi);
        assert_eq!(
            k.expose(),
            &0x5155_494e_5445_5431_0001_0110_0000_0000_u128.to_be_bytes()
        );
        assert_eq!(
            Population::imsi(999_999_999).unwrap().to_string(),
            "001011999999999"
        );
        assert!(Population::imsi(MAX_POPULATION).is_none());
    }

    #[test]
    fn the_first_subscriber_has_the_published_keys() {
        let first = subscriber(Purpose::Milenage).subscriber;
        let Algorithm::Milenage { opc } = &first.authentication.algorithm else {
            panic!("MILENAGE")
        };
        assert_eq!(
            opc.expose(),
            &0xcd63_cb71_954a_9f4e_48a5_994e_37a0_2baf_u128.to_be_bytes()
        );
        let second = subscriber(Purpose::Tuak).subscriber;
        let Algorithm::Tuak { topc, .. } = &second.authentication.algorithm else {
            panic!("TUAK")
        };
        assert_eq!(topc.expose()[..4], [0xbd, 0x04, 0xd9, 0x53]);
    }

    #[test]
    fn no_two_subscribers_share_identity_or_keys() {
        let all = subscribers();
        for (i, a) in all.iter().enumerate() {
            for b in &all[..i] {
                assert_ne!(a.subscriber.imsi, b.subscriber.imsi);
                assert_ne!(a.subscriber.authentication.k, b.subscriber.authentication.k);
                assert_ne!(a.purpose, b.purpose);
            }
        }
    }
}
