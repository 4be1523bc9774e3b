//! ULR and its ULA (TS 29.272 5.2.1.1).

use crate::*;

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
