//! Update location, purge, notify and what the HSS sends (TS 29.272 5.2.1, 5.2.2, 5.2.4, 5.2.5) at the node.

#![cfg(test)]

mod support;

use quintet_diameter::dict::{avp, command};
use quintet_diameter::{ConnectionId, MessageWriter};
use quintet_hss::{Disposition, FIRST_PAUSE, HssConfig, HssEvent, MAX_ATTEMPTS};
use quintet_identity::Imsi;
use quintet_store::{Command, StoreError};
use quintet_subscriber::model::{AccessRestriction, Ambr, Roaming, SubscriberStatus, Subscription};
use quintet_subscriber::s6a::{DsrFlags, IdrFlags};
use std::time::Duration;
use support::*;

const S6A_ULR: u32 = 2;
const SINGLE: u32 = 1;
const SKIP: u32 = 4;
const INITIAL_ATTACH: u32 = 32;
const DATA: quintet_diameter::AvpId = avp::SUBSCRIPTION_DATA;

fn gateway(w: &mut MessageWriter<'_>) {
    w.group(avp::MIP6_AGENT_INFO, |w| {
        w.address(avp::MIP_HOME_AGENT_ADDRESS, [192, 0, 2, 77].into());
        w.group(avp::MIP_HOME_AGENT_HOST, |w| {
            w.text(avp::DESTINATION_REALM, REALM);
            w.text(avp::DESTINATION_HOST, "pgw.example");
        });
    });
}

fn nor(id: u32, mme: &str, who: Imsi, more: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    s6a(command::NOTIFY, id, mme, who, more)
}

fn pur(id: u32, mme: &str, who: Imsi) -> Vec<u8> {
    s6a(command::PURGE_UE, id, mme, who, |_| ())
}

/// The next request of the HSS: over which connection, and its command.
fn sent(rig: &mut Rig) -> Option<(ConnectionId, u32, Vec<u8>)> {
    rig.request()
        .map(|(id, octets)| (id, header(&octets).code, octets))
}

fn apns(ula: &[u8]) -> Vec<String> {
    let profile = find(ula, &[DATA, avp::APN_CONFIGURATION_PROFILE]).unwrap();
    let all = profile
        .group()
        .map(Result::unwrap)
        .filter(|avp| avp.is(avp::APN_CONFIGURATION));
    all.map(|apn| {
        apn.group()
            .find(avp::SERVICE_SELECTION)
            .unwrap()
            .text()
            .unwrap()
            .to_owned()
    })
    .collect()
}

/// Registers a subscriber and answers nothing but success.
fn register(rig: &mut Rig, mme: ConnectionId, id: u32, name: &str, who: Imsi, flags: u32) -> Vec<u8> {
    let ula = rig.ask(mme, &ulr(id, name, who, S6A_ULR | flags, |_| ()));
    assert_eq!(result_of(&ula), 2001);
    ula
}

/// The answer to an MME that supports every feature, about a subscriber who has everything.
fn full_ula() -> Vec<u8> {
    let mut rig = Rig::started(0);
    let mut full = subscription();
    full.ambr = Ambr {
        uplink: 5_000_000_000,
        downlink: 10_000_000_000,
    };
    full.apn_oi_replacement = Some("mnc001.mcc001.gprs".into());
    full.stn_sr = Some("49111".parse().unwrap());
    full.regional_zone_codes = vec![0x1234, 0x5678];
    full.ue_usage_type = Some(7);
    full.subscriber_status = SubscriberStatus::OperatorDeterminedBarring;
    full.operator_determined_barring = Some(0b110);
    full.access_restriction =
        AccessRestriction(AccessRestriction::HO_TO_NON_3GPP | AccessRestriction::NR_AS_SECONDARY);
    full.apn_configurations[1].pdn_gw_host = Some("pgw-ims.example".into());
    full.apn_configurations[1].pdn_gw_realm = Some("example".into());
    full.apn_configurations[1].served_party_ip_addresses = vec![[10, 1, 2, 3].into()];
    full.apn_configurations[1].vplmn_dynamic_address_allowed = true;
    full.apn_configurations[1].ambr = None;
    rig.provision(imsi(1), &full);
    let mme = rig.mme("mme");
    let all_features = ulr(1, "mme", imsi(1), S6A_ULR, |w| {
        features(w, 1, u32::MAX);
        features(w, 2, u32::MAX);
    });
    rig.ask(mme, &all_features)
}

#[test]
fn the_ula_carries_the_whole_subscription() {
    let ula = full_ula();
    assert_eq!(result_of(&ula), 2001);
    assert_eq!(value(&ula, &[avp::ULA_FLAGS]), Some(1), "separation indication");
    assert_eq!(apns(&ula), ["internet", "ims"]);
    assert_eq!(
        find(&ula, &[DATA, avp::MSISDN]).unwrap().data,
        [0x94, 0x21, 0x43, 0x65, 0x87, 0xf9]
    );
    assert_eq!(value(&ula, &[DATA, avp::SUBSCRIBER_STATUS]), Some(1));
    assert_eq!(
        value(&ula, &[DATA, avp::OPERATOR_DETERMINED_BARRING]),
        Some(0b110)
    );
    assert_eq!(value(&ula, &[DATA, avp::NETWORK_ACCESS_MODE]), Some(2));
    assert_eq!(
        value(&ula, &[DATA, avp::ACCESS_RESTRICTION_DATA]),
        Some(1 << 5 | 1 << 8)
    );
    assert_eq!(
        value(&ula, &[DATA, avp::AMBR, avp::MAX_REQUESTED_BANDWIDTH_UL]),
        Some(u32::MAX)
    );
    assert_eq!(
        value(&ula, &[DATA, avp::AMBR, avp::EXTENDED_MAX_REQUESTED_BW_UL]),
        Some(5_000_000)
    );
    assert_eq!(
        value(&ula, &[DATA, avp::AMBR, avp::EXTENDED_MAX_REQUESTED_BW_DL]),
        Some(10_000_000)
    );
    assert_eq!(
        find(&ula, &[DATA, avp::TGPP_CHARGING_CHARACTERISTICS])
            .unwrap()
            .text(),
        Ok("0800")
    );
    assert_eq!(
        find(&ula, &[DATA, avp::APN_OI_REPLACEMENT]).unwrap().text(),
        Ok("mnc001.mcc001.gprs")
    );
    assert_eq!(find(&ula, &[DATA, avp::STN_SR]).unwrap().data, [0x94, 0x11, 0xf1]);
    assert_eq!(
        find(&ula, &[DATA, avp::REGIONAL_SUBSCRIPTION_ZONE_CODE])
            .unwrap()
            .data,
        [0x12, 0x34]
    );
    assert_eq!(
        value(&ula, &[DATA, avp::RAT_FREQUENCY_SELECTION_PRIORITY_ID]),
        Some(1)
    );
    assert_eq!(
        value(&ula, &[DATA, avp::SUBSCRIBED_PERIODIC_RAU_TAU_TIMER]),
        Some(720)
    );
    assert_eq!(value(&ula, &[DATA, avp::UE_USAGE_TYPE]), Some(7));
}

#[test]
fn the_ula_carries_every_apn_configuration() {
    let ula = full_ula();
    let profile = find(&ula, &[DATA, avp::APN_CONFIGURATION_PROFILE])
        .unwrap()
        .group();
    assert_eq!(
        profile.find(avp::CONTEXT_IDENTIFIER).unwrap().u32(),
        Ok(1),
        "the default APN"
    );
    assert_eq!(
        profile
            .find(avp::ALL_APN_CONFIGURATIONS_INCLUDED_INDICATOR)
            .unwrap()
            .u32(),
        Ok(0)
    );
    let ims = profile
        .map(Result::unwrap)
        .filter(|a| a.is(avp::APN_CONFIGURATION))
        .nth(1)
        .unwrap();
    let inner = |id| ims.group().find(id).unwrap();
    assert_eq!(
        inner(avp::SERVED_PARTY_IP_ADDRESS).address(),
        Ok(Some([10, 1, 2, 3].into()))
    );
    assert_eq!(inner(avp::VPLMN_DYNAMIC_ADDRESS_ALLOWED).u32(), Ok(1));
    assert_eq!(inner(avp::PDN_GW_ALLOCATION_TYPE).u32(), Ok(0), "static");
    let host = inner(avp::MIP6_AGENT_INFO)
        .group()
        .find(avp::MIP_HOME_AGENT_HOST)
        .unwrap();
    assert_eq!(
        host.group().find(avp::DESTINATION_HOST).unwrap().text(),
        Ok("pgw-ims.example")
    );
    let qos = inner(avp::EPS_SUBSCRIBED_QOS_PROFILE).group();
    assert_eq!(qos.find(avp::QOS_CLASS_IDENTIFIER).unwrap().u32(), Ok(5));
    let arp = qos.find(avp::ALLOCATION_RETENTION_PRIORITY).unwrap().group();
    assert_eq!(arp.find(avp::PRIORITY_LEVEL).unwrap().u32(), Ok(8));
    assert_eq!(
        arp.find(avp::PRE_EMPTION_CAPABILITY).unwrap().u32(),
        Ok(1),
        "disabled"
    );
    assert_eq!(
        arp.find(avp::PRE_EMPTION_VULNERABILITY).unwrap().u32(),
        Ok(0),
        "enabled"
    );
    let ambr = inner(avp::AMBR).group();
    assert_eq!(
        ambr.find(avp::MAX_REQUESTED_BANDWIDTH_UL).unwrap().u32(),
        Ok(u32::MAX),
        "the subscriber's"
    );
}

#[test]
fn what_the_node_does_not_understand_is_left_out() {
    let mut rig = Rig::started(0);
    let mut full = subscription();
    full.ambr = Ambr {
        uplink: 5_000_000_000,
        downlink: 1,
    };
    full.regional_zone_codes = vec![1];
    full.ue_usage_type = Some(7);
    full.stn_sr = Some("49111".parse().unwrap());
    full.access_restriction = AccessRestriction(AccessRestriction::NR_AS_SECONDARY);
    rig.provision(imsi(1), &full);
    let mme = rig.mme("mme");
    let ula = rig.ask(
        mme,
        &ulr(1, "mme", imsi(1), S6A_ULR, |w| w.u32(avp::UE_SRVCC_CAPABILITY, 0)),
    );
    for absent in [
        avp::REGIONAL_SUBSCRIPTION_ZONE_CODE,
        avp::UE_USAGE_TYPE,
        avp::STN_SR,
    ] {
        assert!(find(&ula, &[DATA, absent]).is_none(), "{absent:?}");
    }
    assert!(find(&ula, &[DATA, avp::AMBR, avp::EXTENDED_MAX_REQUESTED_BW_UL]).is_none());
    assert_eq!(value(&ula, &[DATA, avp::ACCESS_RESTRICTION_DATA]), Some(0));
    assert_eq!(
        value(&ula, &[DATA, avp::ROAMING_RESTRICTED_DUE_TO_UNSUPPORTED_FEATURE]),
        Some(0)
    );
    let ula = register(&mut rig, mme, 2, "mme", imsi(1), SKIP);
    assert!(find(&ula, &[DATA]).is_none(), "skip subscriber data");
}

#[test]
fn every_refusal_of_an_update() {
    type Case = (
        &'static str,
        fn(&mut Subscription),
        &'static str,
        u32,
        Option<u32>,
    );
    let cases: [Case; 8] = [
        ("no EPS", |s| s.eps = false, HOME, 5420, Some(1)),
        (
            "roaming",
            |s| s.roaming = Roaming::Only(vec![]),
            "26201",
            5004,
            None,
        ),
        (
            "excepted",
            |s| s.roaming = Roaming::Except(vec![plmn("26201")]),
            "26201",
            5004,
            None,
        ),
        (
            "at home nobody roams",
            |s| s.roaming = Roaming::Only(vec![]),
            HOME,
            2001,
            None,
        ),
        (
            "RAT",
            |s| s.access_restriction = AccessRestriction(AccessRestriction::WB_E_UTRAN),
            HOME,
            5421,
            None,
        ),
        (
            "other RAT",
            |s| s.access_restriction = AccessRestriction(AccessRestriction::NB_IOT),
            HOME,
            2001,
            None,
        ),
        ("all barred", |s| barred(s, 1), HOME, 5004, Some(2)),
        ("barred abroad", |s| barred(s, 2), "26201", 5004, Some(3)),
    ];
    fn barred(s: &mut Subscription, odb: u32) {
        s.subscriber_status = SubscriberStatus::OperatorDeterminedBarring;
        s.operator_determined_barring = Some(odb);
    }
    let mut rig = Rig::started(0);
    let mme = rig.mme("mme");
    for (n, (what, alter, visited, result, diagnostic)) in (1..).zip(cases) {
        let mut altered = subscription();
        alter(&mut altered);
        rig.provision(imsi(n), &altered);
        let answer = rig.ask(mme, &ulr_in(n, "mme", imsi(n), visited, S6A_ULR, |_| ()));
        assert_eq!(result_of(&answer), result, "{what}");
        assert_eq!(value(&answer, &[avp::ERROR_DIAGNOSTIC]), diagnostic, "{what}");
        let stored = rig.location(imsi(n)).mme.is_some();
        assert_eq!(
            stored,
            result == 2001,
            "{what}: a refused registration is not stored"
        );
    }
    assert_eq!(
        result_of(&rig.ask(mme, &ulr(90, "mme", imsi(90), S6A_ULR, |_| ()))),
        5001
    );
    let mut camel = subscription();
    camel.sgsn_camel = true;
    rig.provision(imsi(91), &camel);
    let sgsn = |id, bits| ulr(id, "mme", imsi(91), 0, move |w| features(w, 2, bits));
    assert_eq!(result_of(&rig.ask(mme, &sgsn(91, 1 << 14))), 4182);
    assert_eq!(
        result_of(&rig.ask(mme, &sgsn(92, 0))),
        2001,
        "an SGSN that cannot use MAP is not refused"
    );
}

#[test]
fn the_old_mme_is_cancelled_once() {
    let mut rig = Rig::started(1);
    let (a, b) = (rig.mme("a"), rig.mme("b"));
    register(&mut rig, a, 1, "a", imsi(1), 0);
    register(&mut rig, a, 2, "a", imsi(1), 0);
    assert_eq!(sent(&mut rig), None, "a node does not cancel itself");
    register(&mut rig, b, 3, "b", imsi(1), 0);
    let (to, code, clr) = sent(&mut rig).expect("a CLR");
    assert_eq!((to, code), (a, command::CANCEL_LOCATION));
    assert_eq!(
        value(&clr, &[avp::CANCELLATION_TYPE]),
        Some(0),
        "MME_UPDATE_PROCEDURE"
    );
    assert_eq!(value(&clr, &[avp::CLR_FLAGS]), Some(1), "S6a");
    assert_eq!(
        find(&clr, &[avp::USER_NAME]).unwrap().text().unwrap(),
        imsi(1).to_string()
    );
    assert_eq!(
        find(&clr, &[avp::DESTINATION_HOST]).unwrap().text().unwrap(),
        format!("a.{REALM}")
    );
    for path in [
        avp::SESSION_ID,
        avp::AUTH_SESSION_STATE,
        avp::ORIGIN_HOST,
        avp::ORIGIN_REALM,
        avp::DESTINATION_REALM,
    ] {
        assert!(find(&clr, &[path]).is_some(), "{path:?}");
    }
    rig.confirm(&(to, clr), 2001);
    assert_eq!(rig.hss.owed(), 0);
    // A purged UE is not cancelled.
    let pua = rig.ask(b, &pur(4, "b", imsi(1)));
    assert_eq!((result_of(&pua), value(&pua, &[avp::PUA_FLAGS])), (2001, Some(1)));
    register(&mut rig, a, 5, "a", imsi(1), 0);
    assert_eq!(sent(&mut rig), None);
    // A purge by whom it is not with changes nothing.
    let pua = rig.ask(b, &pur(6, "b", imsi(1)));
    assert_eq!((result_of(&pua), value(&pua, &[avp::PUA_FLAGS])), (2001, Some(0)));
    assert!(!rig.location(imsi(1)).mme.unwrap().purged);
    assert_eq!(result_of(&rig.ask(b, &pur(7, "b", imsi(9)))), 5001);
}

#[test]
fn the_other_domain_is_cancelled_if_asked_for() {
    for (flags, kind) in [(SINGLE, Some(1)), (INITIAL_ATTACH, Some(4)), (0, None)] {
        let mut rig = Rig::started(1);
        let (sgsn, mme) = (rig.mme("sgsn"), rig.mme("mme"));
        assert_eq!(
            result_of(&rig.ask(sgsn, &ulr(1, "sgsn", imsi(1), 0, |_| ()))),
            2001
        );
        register(&mut rig, mme, 2, "mme", imsi(1), flags);
        let clr = sent(&mut rig);
        assert_eq!(clr.as_ref().map(|c| c.0), kind.map(|_| sgsn));
        assert_eq!(
            clr.as_ref().and_then(|c| value(&c.2, &[avp::CANCELLATION_TYPE])),
            kind
        );
        assert_eq!(
            clr.as_ref().and_then(|c| value(&c.2, &[avp::CLR_FLAGS])),
            kind.map(|_| 0),
            "S6d"
        );
        assert_eq!(rig.location(imsi(1)).sgsn.unwrap().purged, kind.is_some());
    }
}

#[test]
fn a_clr_that_cannot_be_delivered_is_retried_bounded_and_withdrawn() {
    let mut rig = Rig::started(2);
    let (a, b) = (rig.mme("a"), rig.mme("b"));
    for n in 1..=2 {
        register(&mut rig, a, n, "a", imsi(n), 0);
    }
    rig.node.closed(rig.now, a);
    rig.pump();
    for n in 1..=2 {
        register(&mut rig, b, 10 + n, "b", imsi(n), 0);
    }
    assert_eq!(rig.hss.owed(), 2, "the answers did not wait for it");
    // The first subscriber comes back to where it was: a late CLR would do harm.
    let a = rig.mme("a");
    rig.out.clear();
    register(&mut rig, a, 20, "a", imsi(1), 0);
    rig.out.clear();
    rig.advance(FIRST_PAUSE);
    let (to, _, clr) = sent(&mut rig).expect("the second subscriber's CLR");
    assert_eq!(
        (to, find(&clr, &[avp::USER_NAME]).unwrap().text().unwrap()),
        (a, &*imsi(2).to_string())
    );
    assert!(sent(&mut rig).is_none());
    // Answered 3004 each time, it ends.
    rig.confirm(&(to, clr), 3004);
    for _ in 2..MAX_ATTEMPTS {
        rig.advance(Duration::from_secs(20));
        while let Some(request) = rig.request() {
            rig.confirm(&request, 3004);
        }
    }
    rig.advance(Duration::from_secs(60));
    assert!(
        rig.events
            .iter()
            .any(|event| matches!(event, HssEvent::GivenUp { imsi: Some(who), .. } if *who == imsi(2)))
    );
}

#[test]
fn two_updates_that_race_leave_one_mme_and_one_clr() {
    let mut rig = Rig::started(1);
    let (a, b) = (rig.mme("a"), rig.mme("b"));
    register(&mut rig, a, 1, "a", imsi(1), SKIP);
    rig.store.hold();
    assert_eq!(
        rig.feed(b, &ulr(2, "b", imsi(1), S6A_ULR, |_| ())),
        Some(Disposition::Waiting)
    );
    assert_eq!(
        rig.feed(a, &ulr(3, "a", imsi(1), S6A_ULR, |_| ())),
        Some(Disposition::Waiting)
    );
    rig.store.release_all();
    rig.pump();
    assert_eq!(result_of(&rig.answer(b)), 2001);
    assert_eq!(result_of(&rig.answer(a)), 2001);
    let clrs: Vec<_> = std::iter::from_fn(|| sent(&mut rig)).map(|c| c.0).collect();
    assert_eq!(clrs, [a, b], "a by b's update, then b by a's");
    assert_eq!(rig.location(imsi(1)).mme.unwrap().host, format!("a.{REALM}"));
}

#[test]
fn a_gateway_told_by_nor_is_in_the_next_ula() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    let told = |id| {
        nor(id, "mme", imsi(1), |w| {
            w.u32(avp::CONTEXT_IDENTIFIER, 1);
            w.text(avp::SERVICE_SELECTION, "internet");
            gateway(w);
        })
    };
    assert_eq!(
        result_of(&rig.ask(mme, &told(1))),
        5423,
        "not before it is registered"
    );
    register(&mut rig, mme, 2, "mme", imsi(1), 0);
    assert_eq!(result_of(&rig.ask(mme, &told(3))), 2001);
    let path = [
        DATA,
        avp::APN_CONFIGURATION_PROFILE,
        avp::APN_CONFIGURATION,
        avp::MIP6_AGENT_INFO,
    ];
    let ula = register(&mut rig, mme, 4, "mme", imsi(1), 0);
    let info = find(&ula, &path).expect("the gateway").group();
    assert_eq!(
        info.find(avp::MIP_HOME_AGENT_ADDRESS).unwrap().address(),
        Ok(Some([192, 0, 2, 77].into()))
    );
    assert_eq!(
        value(&ula, &[path[0], path[1], path[2], avp::PDN_GW_ALLOCATION_TYPE]),
        Some(1),
        "dynamic"
    );
    // Forgotten by a NOR without a gateway, and by an initial attach.
    let forget = nor(5, "mme", imsi(1), |w| w.u32(avp::CONTEXT_IDENTIFIER, 1));
    assert_eq!(result_of(&rig.ask(mme, &forget)), 2001);
    assert!(find(&register(&mut rig, mme, 6, "mme", imsi(1), 0), &path).is_none());
    assert_eq!(result_of(&rig.ask(mme, &told(7))), 2001);
    assert!(find(&register(&mut rig, mme, 8, "mme", imsi(1), INITIAL_ATTACH), &path).is_none());
    assert!(rig.location(imsi(1)).pdn_gateways.is_empty());
    assert_eq!(result_of(&rig.ask(mme, &nor(9, "mme", imsi(8), |_| ()))), 5001);
}

#[test]
fn a_notification_updates_the_registration() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    register(&mut rig, mme, 1, "mme", imsi(1), 0);
    let request = nor(2, "mme", imsi(1), |w| {
        w.group(avp::TERMINAL_INFORMATION, |w| {
            w.text(avp::IMEI, "35722009245138");
            w.text(avp::SOFTWARE_VERSION, "39");
        });
        w.u32(avp::UE_SRVCC_CAPABILITY, 1);
        w.u32(avp::HOMOGENEOUS_SUPPORT_OF_IMS_VOICE_OVER_PS_SESSIONS, 1);
        w.u32(avp::NOR_FLAGS, 1 << 3 | 1 << 8);
    });
    assert_eq!(result_of(&rig.ask(mme, &request)), 2001);
    let node = rig.location(imsi(1)).mme.unwrap();
    assert_eq!((node.srvcc, node.ims_voice), (Some(true), Some(true)));
    assert_eq!(node.imeisv.unwrap().to_string(), "3572200924513839");
    assert!(rig.events.contains(&HssEvent::Reachable { imsi: imsi(1) }));
}

#[test]
fn a_notified_single_registration_cancels_the_sgsn() {
    let mut rig = Rig::started(1);
    let (sgsn, mme) = (rig.mme("sgsn"), rig.mme("mme"));
    assert_eq!(
        result_of(&rig.ask(sgsn, &ulr(1, "sgsn", imsi(1), 0, |_| ()))),
        2001
    );
    register(&mut rig, mme, 2, "mme", imsi(1), 0);
    assert!(sent(&mut rig).is_none());
    let flagged = |id, who: &str| nor(id, who, imsi(1), |w| w.u32(avp::NOR_FLAGS, 1));
    assert_eq!(result_of(&rig.ask(sgsn, &flagged(3, "sgsn"))), 2001);
    assert!(sent(&mut rig).is_none(), "an SGSN has no such flag");
    assert_eq!(result_of(&rig.ask(mme, &flagged(4, "mme"))), 2001);
    let (to, command, clr) = sent(&mut rig).expect("a CLR");
    assert_eq!((to, command), (sgsn, command::CANCEL_LOCATION));
    assert_eq!(value(&clr, &[avp::CANCELLATION_TYPE]), Some(1));
    assert_eq!(value(&clr, &[avp::CLR_FLAGS]), Some(0));
    assert!(rig.location(imsi(1)).sgsn.unwrap().purged);
    assert_eq!(result_of(&rig.ask(mme, &flagged(5, "mme"))), 2001);
    assert!(sent(&mut rig).is_none(), "once");
}

#[test]
fn active_apns_restore_the_gateways_after_a_reset() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    let request = ulr(1, "mme", imsi(1), S6A_ULR, |w| {
        w.group(avp::ACTIVE_APN, |w| {
            w.u32(avp::CONTEXT_IDENTIFIER, 2);
            w.text(avp::SERVICE_SELECTION, "ims");
            gateway(w);
        });
    });
    assert_eq!(result_of(&rig.ask(mme, &request)), 2001);
    let gateways = rig.location(imsi(1)).pdn_gateways;
    assert_eq!((gateways.len(), gateways[0].context_identifier), (1, 2));
}

#[test]
fn an_mme_is_registered_for_sms_if_both_sides_can() {
    let mut config = HssConfig::new(vec![plmn(HOME)]);
    config.sms_in_mme = true;
    let mut rig = Rig::new(config);
    rig.provision_many(1, &subscription());
    rig.start();
    let mme = rig.mme("mme");
    let wants = |id: u32, bits: u32, preference: u32| {
        ulr(id, "mme", imsi(1), S6A_ULR, move |w| {
            features(w, 2, bits);
            w.u32(avp::SMS_REGISTER_REQUEST, preference);
            w.octets(avp::MME_NUMBER_FOR_MT_SMS, &[0x94, 0x21, 0xf3]);
        })
    };
    assert_eq!(value(&rig.ask(mme, &wants(1, 1, 0)), &[avp::ULA_FLAGS]), Some(3));
    assert_eq!(
        rig.location(imsi(1)).mme.unwrap().mme_number_for_mt_sms,
        Some("49123".parse().unwrap())
    );
    assert_eq!(
        value(&rig.ask(mme, &wants(2, 1, 1)), &[avp::ULA_FLAGS]),
        Some(1),
        "not preferred"
    );
    assert_eq!(
        value(&rig.ask(mme, &wants(3, 0, 0)), &[avp::ULA_FLAGS]),
        Some(1),
        "not supported"
    );
}

#[test]
fn a_changed_subscription_is_told_where_it_is_registered() {
    let mut rig = Rig::started(2);
    let mme = rig.mme("mme");
    register(&mut rig, mme, 1, "mme", imsi(1), 0);
    let mut changed = subscription();
    changed.ambr.uplink = 7;
    changed.charging_characteristics = None;
    rig.provision(imsi(1), &changed);
    rig.provision(imsi(2), &changed);
    rig.hss.store_changed(rig.now);
    rig.pump();
    let (to, code, idr) = sent(&mut rig).expect("an IDR");
    assert_eq!((to, code), (mme, command::INSERT_SUBSCRIBER_DATA));
    assert_eq!(
        value(&idr, &[DATA, avp::AMBR, avp::MAX_REQUESTED_BANDWIDTH_UL]),
        Some(7)
    );
    assert!(
        find(&idr, &[DATA, avp::APN_CONFIGURATION_PROFILE]).is_none(),
        "what did not change is not sent"
    );
    let (_, code, dsr) = sent(&mut rig).expect("a DSR");
    assert_eq!(
        (code, value(&dsr, &[avp::DSR_FLAGS])),
        (command::DELETE_SUBSCRIBER_DATA, Some(1 << 2))
    );
    assert_eq!(sent(&mut rig), None, "the other subscriber is nowhere");
    // Nothing changed: nothing is told. Served from what is new.
    rig.hss.store_changed(rig.now);
    rig.pump();
    assert_eq!(sent(&mut rig), None);
    let ula = register(&mut rig, mme, 2, "mme", imsi(2), 0);
    assert_eq!(
        value(&ula, &[DATA, avp::AMBR, avp::MAX_REQUESTED_BANDWIDTH_UL]),
        Some(7)
    );
    // No EPS any more: the registration ends.
    changed.eps = false;
    rig.provision(imsi(2), &changed);
    rig.hss.store_changed(rig.now);
    rig.pump();
    let (_, code, clr) = sent(&mut rig).expect("a CLR");
    assert_eq!(
        (code, value(&clr, &[avp::CANCELLATION_TYPE])),
        (command::CANCEL_LOCATION, Some(2))
    );
}

#[test]
fn a_removed_subscriber_is_cancelled_and_unknown() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    register(&mut rig, mme, 1, "mme", imsi(1), 0);
    // With a DIF in memory an AIR needs nothing of the store.
    assert_eq!(
        result_of(&rig.ask(mme, &air(4, "mme", imsi(1), Some(1), None))),
        2001
    );
    rig.direct(Command::Remove { imsis: vec![imsi(1)] }).unwrap();
    rig.hss.store_changed(rig.now);
    rig.pump();
    let (to, code, clr) = sent(&mut rig).expect("a CLR");
    assert_eq!((to, code), (mme, command::CANCEL_LOCATION));
    assert_eq!(
        value(&clr, &[avp::CANCELLATION_TYPE]),
        Some(2),
        "SUBSCRIPTION_WITHDRAWAL"
    );
    assert_eq!(rig.location(imsi(1)).mme, None, "forgotten");
    assert_eq!(
        result_of(&rig.ask(mme, &air(2, "mme", imsi(1), Some(1), None))),
        5001
    );
    assert_eq!(
        result_of(&rig.ask(mme, &ulr(3, "mme", imsi(1), S6A_ULR, |_| ()))),
        5001
    );
}

#[test]
fn volatile_locations_reset_every_peer_once() {
    let mut config = HssConfig::new(vec![plmn(HOME)]);
    config.volatile_locations = true;
    let mut rig = Rig::new(config);
    rig.start();
    let a = rig.mme("a");
    let (to, code, rsr) = sent(&mut rig).expect("an RSR");
    assert_eq!((to, code), (a, command::RESET));
    assert_eq!(find(&rsr, &[avp::USER_ID]).unwrap().text(), Ok(HOME));
    assert!(find(&rsr, &[avp::USER_NAME]).is_none());
    rig.confirm(&(to, rsr), 2001);
    rig.mme("b");
    assert!(sent(&mut rig).is_some());
    rig.node.closed(rig.now, a);
    rig.mme("a");
    assert_eq!(sent(&mut rig), None, "once since the start");
}

#[test]
fn what_an_operator_can_ask_for() {
    let mut config = HssConfig::new(vec![plmn(HOME)]);
    config.reset_ids = vec![vec![1]];
    let mut rig = Rig::new(config);
    rig.provision_many(1, &subscription());
    rig.start();
    let mme = rig.mme("mme");
    let ula = rig.ask(mme, &ulr(1, "mme", imsi(1), S6A_ULR, |w| features(w, 2, 1 << 17)));
    assert_eq!(find(&ula, &[avp::RESET_ID]).unwrap().data, [1]);
    let features = find(&ula, &[avp::SUPPORTED_FEATURES]).unwrap();
    assert!(!features.flags.mandatory(), "an answer demands nothing");
    rig.hss.insert_subscriber_data(imsi(1), IdrFlags::EPS_USER_STATE);
    rig.pump();
    let (_, code, idr) = sent(&mut rig).unwrap();
    assert_eq!(
        (code, value(&idr, &[avp::IDR_FLAGS])),
        (command::INSERT_SUBSCRIBER_DATA, Some(4))
    );
    assert!(find(&idr, &[DATA, avp::APN_CONFIGURATION_PROFILE]).is_some());
    rig.hss
        .delete_subscriber_data(imsi(1), DsrFlags::PDN_SUBSCRIPTION_CONTEXTS, vec![2]);
    rig.pump();
    let (_, code, dsr) = sent(&mut rig).unwrap();
    assert_eq!(
        (code, value(&dsr, &[avp::DSR_FLAGS])),
        (command::DELETE_SUBSCRIBER_DATA, Some(8))
    );
    assert_eq!(value(&dsr, &[avp::CONTEXT_IDENTIFIER]), Some(2));
    let wall = quintet_subscriber::auc::WallClock(rig.wall);
    let host = format!("mme.{REALM}");
    rig.hss
        .reset(rig.now, wall, &mut rig.node, (&host, REALM), vec![], true);
    rig.pump();
    let (_, code, rsr) = sent(&mut rig).unwrap();
    assert_eq!(
        (code, find(&rsr, &[avp::RESET_ID]).unwrap().data),
        (command::RESET, &[1][..])
    );
    rig.hss.cancel_location(imsi(1), true);
    rig.pump();
    let (_, _, clr) = sent(&mut rig).unwrap();
    assert_eq!(value(&clr, &[avp::CLR_FLAGS]), Some(3), "S6a, reattach required");
    assert_eq!(rig.location(imsi(1)).mme, None);
}

#[test]
fn a_store_that_fails_is_5012_or_3004_and_registers_nobody() {
    let mut rig = Rig::started(1);
    let mme = rig.mme("mme");
    register(&mut rig, mme, 1, "mme", imsi(1), 0);
    for (id, error, result) in [
        (2, StoreError::Unavailable("full".into()), 5012),
        (3, StoreError::Busy, 3004),
    ] {
        rig.store.outage(Some(error));
        assert_eq!(
            result_of(&rig.ask(mme, &ulr(id, "mme", imsi(1), S6A_ULR, |_| ()))),
            result
        );
        assert_eq!(result_of(&rig.ask(mme, &pur(id + 10, "mme", imsi(1)))), result);
        assert_eq!(
            result_of(&rig.ask(mme, &nor(id + 20, "mme", imsi(1), |_| ()))),
            result
        );
        rig.store.outage(None);
    }
    assert_eq!(
        result_of(&rig.ask(mme, &ulr(4, "mme", imsi(1), S6A_ULR, |_| ()))),
        2001
    );
}

#[test]
fn an_update_that_comes_too_late_still_cancels_the_old_mme() {
    let mut rig = Rig::started(1);
    let (a, b) = (rig.mme("a"), rig.mme("b"));
    register(&mut rig, a, 1, "a", imsi(1), 0);
    rig.store.hold();
    assert_eq!(
        rig.feed(b, &ulr(2, "b", imsi(1), S6A_ULR, |_| ())),
        Some(Disposition::Waiting)
    );
    rig.advance(Duration::from_secs(5));
    assert_eq!(result_of(&rig.answer(b)), 5012);
    rig.store.release_all();
    rig.pump();
    assert_eq!(
        sent(&mut rig).map(|c| (c.0, c.1)),
        Some((a, command::CANCEL_LOCATION))
    );
    assert!(rig.out.is_empty(), "and is answered once");
}
