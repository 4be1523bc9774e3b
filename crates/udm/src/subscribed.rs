//! Subscriber data as Nudm_SDM tells them (TS 29.503 6.1.6.2), made of the subscription.

use quintet_home::Known;
use quintet_identity::SNssai;
use quintet_sbi::Hex;
use quintet_sbi::nudm::sdm::{
    AccessAndMobilitySubscriptionData, DnnConfiguration, DnnInfo, Nssai, PduSessionTypes,
    SessionManagementSubscriptionData, SmfSelectionSubscriptionData, SnssaiInfo, SscModes,
};
use quintet_sbi::ts29571::{
    Ambr, Arp, BitRate, PduSessionType, RatType, Snssai, SscMode, SubscribedDefaultQos,
};
use quintet_subscriber::model::{self, SubscriberStatus, Subscription};

/// The same S-NSSAI as it travels.
pub(crate) fn snssai(slice: SNssai) -> Snssai {
    let sd = slice.sd().map(|sd| {
        let [_, a, b, c] = sd.to_be_bytes();
        Hex([a, b, c])
    });
    Snssai { sst: slice.sst(), sd }
}

fn ambr(ambr: model::Ambr) -> Ambr {
    Ambr {
        uplink: BitRate(ambr.uplink),
        downlink: BitRate(ambr.downlink),
    }
}

/// Nssai: the slices, the default ones first.
pub(crate) fn nssai(subscription: &Subscription) -> Nssai {
    let slices = |default: bool| {
        let of = subscription
            .fgs
            .nssai
            .iter()
            .filter(move |slice| slice.default == default);
        of.map(|slice| snssai(slice.s_nssai)).collect()
    };
    Nssai {
        default_single_nssais: slices(true),
        single_nssais: slices(false),
        ..Nssai::default()
    }
}

/// OdbPacketServices (TS 29.571 5.4.3.2), of TS 29.272 7.3.30's bits 0 to 2: the one that bars most.
fn barring(subscription: &Subscription) -> Option<String> {
    if subscription.subscriber_status != SubscriberStatus::OperatorDeterminedBarring {
        return None;
    }
    let bits = subscription.operator_determined_barring.unwrap_or(0);
    let names = [
        (1, "ALL_PACKET_SERVICES"),
        (2, "ROAMER_ACCESS_HPLMN_AP"),
        (4, "ROAMER_ACCESS_VPLMN_AP"),
    ];
    let found = names.into_iter().find(|(bit, _)| bits & bit != 0);
    found.map(|(_, name)| name.to_owned())
}

/// AccessAndMobilitySubscriptionData.
pub(crate) fn am_data(known: &Known) -> AccessAndMobilitySubscriptionData {
    let subscription = &*known.subscription;
    let fgs = &subscription.fgs;
    AccessAndMobilitySubscriptionData {
        gpsis: known
            .msisdn
            .iter()
            .map(|number| format!("msisdn-{number}"))
            .collect(),
        subscribed_ue_ambr: Some(ambr(subscription.fgs_ambr())),
        nssai: Some(nssai(subscription)),
        rat_restrictions: fgs
            .rat_restrictions
            .iter()
            .map(|rat| RatType::from(rat.name()))
            .collect(),
        core_network_type_restrictions: if fgs.subscribed {
            Vec::new()
        } else {
            vec!["5GC".to_owned()]
        },
        rfsp_index: subscription.rfsp.and_then(|rfsp| u16::try_from(rfsp).ok()),
        subs_reg_timer: subscription.rau_tau_timer_s,
        ue_usage_type: subscription.ue_usage_type,
        odb_packet_services: barring(subscription),
        ..AccessAndMobilitySubscriptionData::default()
    }
}

/// SmfSelectionSubscriptionData.
pub(crate) fn smf_select_data(subscription: &Subscription) -> SmfSelectionSubscriptionData {
    let info = |slice: &model::SubscribedSNssai| {
        let dnns = subscription.dnns(slice);
        let dnn_infos = dnns.iter().map(|dnn| DnnInfo {
            dnn: dnn.dnn.as_str().to_owned(),
            default_dnn_indicator: Some(dnn.default),
            ..DnnInfo::default()
        });
        let info = SnssaiInfo {
            dnn_infos: dnn_infos.collect(),
        };
        (snssai(slice.s_nssai).to_string(), info)
    };
    SmfSelectionSubscriptionData {
        subscribed_snssai_infos: subscription.fgs.nssai.iter().map(info).collect(),
        ..SmfSelectionSubscriptionData::default()
    }
}

/// SessionManagementSubscriptionData, one for each slice; of one slice, or one DNN, if that is asked for.
pub(crate) fn sm_data(
    subscription: &Subscription,
    slice: Option<Snssai>,
    dnn: Option<&str>,
) -> Vec<SessionManagementSubscriptionData> {
    let slices = subscription.fgs.nssai.iter();
    let wanted = slices.filter(|subscribed| slice.is_none_or(|slice| slice == snssai(subscribed.s_nssai)));
    wanted
        .filter_map(|subscribed| {
            let dnns = subscription.dnns(subscribed);
            let configurations: std::collections::BTreeMap<_, _> = dnns
                .iter()
                .filter(|known| dnn.is_none_or(|dnn| known.dnn.as_str().eq_ignore_ascii_case(dnn)))
                .map(|known| {
                    (
                        known.dnn.as_str().to_owned(),
                        dnn_configuration(subscription, known),
                    )
                })
                .collect();
            (!configurations.is_empty()).then(|| SessionManagementSubscriptionData {
                single_nssai: snssai(subscribed.s_nssai),
                dnn_configurations: configurations,
            })
        })
        .collect()
}

fn dnn_configuration(subscription: &Subscription, dnn: &model::DnnConfiguration) -> DnnConfiguration {
    let default = match dnn.pdu_session_type {
        model::PduSessionType::Ipv4 => PduSessionType::Ipv4,
        model::PduSessionType::Ipv6 => PduSessionType::Ipv6,
        model::PduSessionType::Ipv4v6 => PduSessionType::Ipv4v6,
        model::PduSessionType::Unstructured => PduSessionType::Unstructured,
        model::PduSessionType::Ethernet => PduSessionType::Ethernet,
    };
    // Who may have both may have either (TS 24.501 6.2.4.2).
    let allowed = match default {
        PduSessionType::Ipv4v6 => vec![PduSessionType::Ipv4, PduSessionType::Ipv6],
        _ => Vec::new(),
    };
    let word = |yes: bool, words: [&str; 2]| words[usize::from(yes)].to_owned();
    DnnConfiguration {
        pdu_session_types: PduSessionTypes {
            default_session_type: Some(default),
            allowed_session_types: allowed,
        },
        ssc_modes: SscModes {
            default_ssc_mode: SscMode::Mode1,
            allowed_ssc_modes: Vec::new(),
        },
        iwk_eps_ind: None,
        qos_profile: Some(SubscribedDefaultQos {
            five_qi: dnn.five_qi,
            arp: Arp {
                priority_level: dnn.arp.priority_level,
                preempt_cap: word(dnn.arp.pre_emption_capability, ["NOT_PREEMPT", "MAY_PREEMPT"]),
                preempt_vuln: word(
                    dnn.arp.pre_emption_vulnerability,
                    ["NOT_PREEMPTABLE", "PREEMPTABLE"],
                ),
            },
            priority_level: None,
        }),
        session_ambr: Some(ambr(dnn.ambr.unwrap_or_else(|| subscription.fgs_ambr()))),
    }
}
