//! Subscribers and serving nodes for tests; every number gives another one, the same each time.

use quintet_crypto::{Amf, K, Opc, Topc, TuakSizes};
use quintet_identity::Imsi;
use quintet_identity::fgs::{AmfId, Guami};
use quintet_subscriber::auc::Slot;
use quintet_subscriber::ims::{
    DigestCredentials, DigestSecret, ImsSubscription, PublicIdentity, RegistrationSet, Registrations, Server,
    SetRegistration,
};
use quintet_subscriber::model::{
    AaaServer, AccessRestriction, Algorithm, AllocationRetentionPriority, Ambr, AmfRegistration,
    ApnConfiguration, Authentication, AuthenticationEvent, AuthenticationMethod, FgsSubscription, MtSms,
    Non3gppSubscription, PdnGateway, PdnType, QosClass, RatType, Roaming, SdmSubscription, ServiceCentre,
    ServingNode, SqnProfile, Subscriber, SubscriberStatus, Subscription,
};
use std::sync::Arc;

/// IMSI number `n` of the test network.
///
/// # Panics
/// If `n` has more than ten digits.
#[must_use]
pub fn imsi(n: u64) -> Imsi {
    format!("00101{n:010}").parse().expect("15 digits")
}

/// A slot.
///
/// # Panics
/// If there is none with this number.
#[must_use]
pub fn slot(n: u8) -> Slot {
    Slot::new(n).expect("0 to 7")
}

/// 16 octets that differ for each `n` and `salt`.
fn octets<const N: usize>(n: u64, salt: u8) -> [u8; N] {
    std::array::from_fn(|i| (n >> (8 * (i % 8))) as u8 ^ salt.wrapping_add(i as u8))
}

/// A subscription like those operators sell, with `ambr` telling them apart.
///
/// # Panics
/// Never: its names are valid.
#[must_use]
pub fn subscription(ambr: u64) -> Subscription {
    let apn = |context_identifier, name: &str, qci, priority_level| ApnConfiguration {
        context_identifier,
        apn: name.parse().expect("a valid APN"),
        pdn_type: PdnType::Ipv4v6,
        qci: QosClass(qci),
        arp: AllocationRetentionPriority {
            priority_level,
            pre_emption_capability: false,
            pre_emption_vulnerability: true,
        },
        ambr: Some(Ambr {
            uplink: ambr,
            downlink: ambr.saturating_mul(2),
        }),
        served_party_ip_addresses: Vec::new(),
        pdn_gw_addresses: Vec::new(),
        pdn_gw_host: None,
        pdn_gw_realm: None,
        pdn_gw_dynamic: false,
        vplmn_dynamic_address_allowed: false,
        charging_characteristics: None,
    };
    Subscription {
        subscriber_status: SubscriberStatus::ServiceGranted,
        operator_determined_barring: None,
        packet_only: true,
        access_restriction: AccessRestriction(0),
        eps: true,
        roaming: Roaming::Everywhere,
        ambr: Ambr {
            uplink: ambr,
            downlink: ambr.saturating_mul(2),
        },
        apn_configurations: vec![apn(1, "internet", 9, 8), apn(2, "ims", 5, 2)],
        default_context_identifier: 1,
        apn_oi_replacement: None,
        charging_characteristics: Some(0x0800),
        rfsp: None,
        rau_tau_timer_s: None,
        stn_sr: None,
        regional_zone_codes: Vec::new(),
        ue_usage_type: None,
        sgsn_camel: false,
        fgs: FgsSubscription {
            authentication_method: if ambr.is_multiple_of(2) {
                AuthenticationMethod::FgAka
            } else {
                AuthenticationMethod::EapAkaPrime
            },
            ..FgsSubscription::default()
        },
        mt_sms: if ambr.is_multiple_of(5) {
            MtSms::Barred
        } else {
            MtSms::Subscribed
        },
        non_3gpp: Non3gppSubscription {
            apns_enabled: !ambr.is_multiple_of(3),
            ..Non3gppSubscription::default()
        },
    }
}

/// Subscriber number `n`: MILENAGE mostly; every 5th is TUAK (every 10th with a K of 256 bits), every 7th XOR.
///
/// # Panics
/// If `n` has more than ten digits.
#[must_use]
pub fn subscriber(n: u64) -> Subscriber {
    let tuak = n % 5 == 4;
    let algorithm = if tuak {
        let sizes = TuakSizes::new(64, 128, 128, 256, 2).expect("allowed sizes");
        Algorithm::Tuak {
            topc: Topc::new(octets(n, 3)),
            sizes,
        }
    } else if n % 7 == 6 {
        Algorithm::Xor
    } else {
        Algorithm::Milenage {
            opc: Opc::new(octets(n, 2)),
        }
    };
    let k = if n % 10 == 9 {
        K::new_256(octets(n, 1))
    } else {
        K::new_128(octets(n, 1))
    };
    Subscriber {
        imsi: imsi(n),
        msisdn: (!n.is_multiple_of(3)).then(|| format!("4930{n}").parse().expect("digits")),
        authentication: Authentication {
            k,
            algorithm,
            amf: Amf([0x80, n as u8]),
            sqn_profile: if n % 11 == 10 {
                SqnProfile::PLAIN
            } else {
                SqnProfile::TIME_BASED
            },
            dif: None,
            seq_seed: n << 3,
        },
        subscription: Arc::new(subscription(1_000_000 * (1 + n % 4))),
    }
}

/// MME (or SGSN) number `n`.
///
/// # Panics
/// Never: its numbers are valid.
#[must_use]
pub fn node(n: u64) -> ServingNode {
    ServingNode {
        host: format!("mme{n}.epc.mnc001.mcc001.3gppnetwork.org"),
        realm: "epc.mnc001.mcc001.3gppnetwork.org".to_owned(),
        visited_plmn: Some("00101".parse().expect("a PLMN")),
        rat_type: Some(1004),
        features: n as u32,
        features_2: u32::MAX,
        purged: false,
        ims_voice: Some(true),
        srvcc: None,
        imei: Some("35209900176148".parse().expect("an IMEI")),
        imeisv: None,
        mme_number_for_mt_sms: None,
        since: 1_700_000_000 + n,
    }
}

/// A service centre that waits.
///
/// # Panics
/// If `n` has more than ten digits.
#[must_use]
pub fn waiting_centre(n: u64) -> ServiceCentre {
    ServiceCentre {
        address: format!("4917{n:010}").parse().expect("digits"),
        host: format!("gmsc{n}.epc.mnc001.mcc001.3gppnetwork.org"),
        realm: "epc.mnc001.mcc001.3gppnetwork.org".to_owned(),
    }
}

/// 3GPP AAA server number `n`; even ones are registered.
///
/// # Panics
/// Never: its numbers are valid.
#[must_use]
pub fn aaa(n: u64) -> AaaServer {
    AaaServer {
        host: format!("aaa{n}.epc.mnc001.mcc001.3gppnetwork.org"),
        realm: "epc.mnc001.mcc001.3gppnetwork.org".to_owned(),
        registered: n.is_multiple_of(2),
        rat_type: Some(0),
        visited_network: n
            .is_multiple_of(2)
            .then(|| "mnc001.mcc001.3gppnetwork.org".to_owned()),
        imei: Some("35209900176148".parse().expect("an IMEI")),
        imeisv: None,
        since: 1_700_000_000 + n,
    }
}

/// A PDN gateway for a Context-Identifier.
///
/// # Panics
/// Never: its name is valid.
#[must_use]
pub fn gateway(context_identifier: u32, n: u8) -> PdnGateway {
    PdnGateway {
        context_identifier,
        apn: Some("internet".parse().expect("an APN")),
        host: Some(format!("pgw{n}.example.org")),
        realm: Some("example.org".to_owned()),
        addresses: vec![
            [10, 0, 0, n].into(),
            [0x2001, 0xdb8, 0, 0, 0, 0, 0, u16::from(n)].into(),
        ],
    }
}

/// The registration of AMF number `n`.
///
/// # Panics
/// Never: its numbers are valid.
#[must_use]
pub fn amf_registration(n: u64) -> AmfRegistration {
    AmfRegistration {
        amf_instance_id: format!("00000000-0000-4000-8000-{n:012}"),
        guami: Guami {
            plmn: "00101".parse().expect("a PLMN"),
            amf_id: AmfId::new(1, (n % 1024) as u16, 0).expect("in range"),
        },
        dereg_callback_uri: format!("http://amf{n}.example.org/callback/{n}"),
        rat_type: RatType::Nr,
        pei: n.is_multiple_of(2).then(|| "imeisv-4901542032375186".to_owned()),
        ims_vo_ps: None,
        initial_registration: true,
        purged: false,
        since: 1_700_000_000 + n,
    }
}

/// SDM subscription number `n`.
#[must_use]
pub fn sdm_subscription(n: u64) -> SdmSubscription {
    SdmSubscription {
        id: format!("{n}"),
        nf_instance_id: format!("00000000-0000-4000-8000-{n:012}"),
        callback_reference: format!("http://amf.example.org/sdm/{n}"),
        monitored_resource_uris: vec!["am-data".to_owned()],
    }
}

/// Authentication event number `n`.
#[must_use]
pub fn authentication_event(n: u64) -> AuthenticationEvent {
    AuthenticationEvent {
        id: format!("{n}"),
        nf_instance_id: "00000000-0000-4000-8000-000000000001".to_owned(),
        success: !n.is_multiple_of(3),
        time_stamp: "2026-11-21T20:00:00Z".to_owned(),
        auth_type: "5G_AKA".to_owned(),
        serving_network_name: "5G:mnc001.mcc001.3gppnetwork.org".to_owned(),
    }
}

/// The IMS subscription of subscriber `n`: identities derived from IMSI and number, and `variant` in what tells
/// provisioned data apart.
///
/// # Panics
/// Never: its names are valid.
#[must_use]
pub fn ims_subscription(n: u64, variant: u64) -> ImsSubscription {
    let home = "00101".parse().expect("a PLMN");
    let mut ims = ImsSubscription::derived(imsi(n), home, subscriber(n).msisdn).expect("digits");
    ims.capabilities.mandatory = vec![variant as u32];
    if variant.is_multiple_of(2) {
        ims.private[0].digest = Some(DigestCredentials {
            realm: "example.org".to_owned(),
            secret: DigestSecret::Password(format!("password {variant}").into()),
        });
        // An identity that several subscribers want.
        let shared = format!("sip:shared{variant}@example.org");
        ims.sets.push(RegistrationSet {
            id: 1,
            identities: vec![PublicIdentity::new(shared.parse().expect("a URI"))],
            private: Vec::new(),
        });
    }
    ims
}

/// Registrations at S-CSCF `scscf`; none for 0.
#[must_use]
pub fn registrations(n: u64, scscf: u64) -> Registrations {
    if scscf == 0 {
        return Registrations::default();
    }
    Registrations {
        server: Some(Server {
            name: format!("sip:scscf{scscf}.example.org:6060"),
            host: format!("scscf{scscf}.example.org"),
            realm: "example.org".to_owned(),
        }),
        sets: vec![SetRegistration {
            registered: vec![ims_subscription(n, 1).private[0].impi.clone()],
            ..SetRegistration::default()
        }],
        ..Registrations::default()
    }
}
