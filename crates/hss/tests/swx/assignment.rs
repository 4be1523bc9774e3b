//! Registrations: one AAA server at a time, gateways that a handover finds, the profile.

use super::*;
use quintet_hss::Disposition;
use quintet_store::Command;
use quintet_subscriber::model::{Non3gppRat, PdnGateway};

type Sat = ServerAssignmentType;

#[test]
fn a_registration_gives_the_profile_and_is_durable() {
    let mut swx = Swx::started(1);
    let mut altered = subscription();
    altered.non_3gpp.restricted_rats = vec![Non3gppRat::Hrpd, Non3gppRat::Ehrpd];
    swx.rig.provision(imsi(1), &altered);
    swx.noticed();
    assert_eq!(swx.mar(0, mar(imsi(1))).outcome.code(), 2001);
    let pending = swx.rig.location(imsi(1)).aaa.unwrap();
    assert!(!pending.registered);
    let saa = swx.sar(0, Sar::new(imsi(1), Sat::REGISTRATION));
    assert_eq!(
        (saa.outcome.code(), saa.imsi, saa.aaa_server),
        (2001, Some(imsi(1)), None)
    );
    let octets = saa.user_data.unwrap();
    let data = UserData::read(&octets).unwrap();
    assert_eq!(data.msisdn, Some("49123456789"));
    assert_eq!((data.barred, data.apns_disabled), (false, false));
    assert_eq!(data.restricted_rats, [2001, 2003]);
    assert_eq!(data.ambr, Some((1_000_000_000, 2_000_000_000)));
    assert_eq!(data.default_context_identifier, Some(1));
    let apns: Vec<_> = data
        .apns
        .iter()
        .map(|apn| (apn.context_identifier, apn.name))
        .collect();
    assert_eq!(apns, [(1, "internet"), (2, "ims")]);
    let stored = swx.rig.location(imsi(1)).aaa.unwrap();
    assert_eq!((stored.registered, stored.host), (true, format!("aaa1.{REALM}")));
    assert_eq!(stored.rat_type, Some(0));
}

#[test]
fn another_server_is_sent_to_who_serves() {
    let mut swx = Swx::started(1);
    swx.register(0, imsi(1));
    let maa = swx.mar(1, mar(imsi(1)));
    let serving = Some(format!("aaa1.{REALM}"));
    let taken = ExperimentalResult::ERROR_IDENTITY_ALREADY_REGISTERED;
    assert_eq!(
        (refusal(maa.outcome), maa.aaa_server, maa.items),
        (taken, serving.clone(), vec![])
    );
    for kind in [Sat::REGISTRATION, Sat::AAA_USER_DATA_REQUEST, Sat::RESTORATION] {
        let saa = swx.sar(1, Sar::new(imsi(1), kind));
        assert_eq!(
            (refusal(saa.outcome), saa.aaa_server, saa.user_data),
            (taken, serving.clone(), None)
        );
    }
    for kind in [
        Sat::USER_DEREGISTRATION,
        Sat::AUTHENTICATION_FAILURE,
        Sat::PGW_UPDATE,
    ] {
        let saa = swx.sar(
            1,
            Sar {
                apn: Some("ims"),
                ..Sar::new(imsi(1), kind)
            },
        );
        assert_eq!((saa.outcome.code(), saa.aaa_server), (5012, None), "{kind}");
    }
    assert!(swx.rig.location(imsi(1)).aaa.unwrap().registered);
    assert_eq!(
        swx.sar(0, Sar::new(imsi(1), Sat::USER_DEREGISTRATION))
            .outcome
            .code(),
        2001
    );
    assert_eq!(swx.rig.location(imsi(1)).aaa, None);
    assert_eq!(
        swx.sar(0, Sar::new(imsi(1), Sat::USER_DEREGISTRATION))
            .outcome
            .code(),
        2001,
        "a lost answer costs nothing"
    );
    swx.register(1, imsi(1));
}

/// TS 29.273 8.2.3.21: without it, who serves and crashed would be named for ever.
#[test]
fn a_server_that_crashed_is_replaced() {
    let mut swx = Swx::started(1);
    swx.register(0, imsi(1));
    assert_eq!(
        refusal(swx.mar(1, mar(imsi(1))).outcome),
        ExperimentalResult::ERROR_IDENTITY_ALREADY_REGISTERED
    );
    let failed = Mar {
        aaa_failure: true,
        ..mar(imsi(1))
    };
    let maa = swx.mar(1, failed);
    assert_eq!((maa.outcome.code(), maa.items.len()), (2001, 1));
    let stored = swx.rig.location(imsi(1)).aaa.unwrap();
    assert_eq!((stored.host, stored.registered), (format!("aaa2.{REALM}"), false));
    let saa = swx.sar(1, Sar::new(imsi(1), Sat::REGISTRATION));
    assert_eq!(saa.outcome.code(), 2001);
    // The other one is there again: it is told where the UE is.
    let maa = swx.mar(0, mar(imsi(1)));
    assert_eq!(maa.aaa_server, Some(format!("aaa2.{REALM}")));
}

/// TS 23.402 12.1: who registers is who asked for the vectors.
#[test]
fn who_did_not_authenticate_does_not_register() {
    let mut swx = Swx::started(1);
    assert_eq!(swx.mar(0, mar(imsi(1))).outcome.code(), 2001);
    for kind in [Sat::REGISTRATION, Sat::RE_REGISTRATION] {
        let saa = swx.sar(1, Sar::new(imsi(1), kind));
        assert_eq!(
            (refusal(saa.outcome), saa.aaa_server),
            (
                ExperimentalResult::ERROR_IDENTITY_ALREADY_REGISTERED,
                Some(format!("aaa1.{REALM}"))
            )
        );
    }
    let saa = swx.sar(1, Sar::new(imsi(1), Sat::RESTORATION));
    assert_eq!(
        saa.outcome.code(),
        2001,
        "it authenticated the UE before the HSS can know"
    );
    assert_eq!(
        swx.rig.location(imsi(1)).aaa.unwrap().host,
        format!("aaa2.{REALM}")
    );
}

#[test]
fn a_failed_authentication_ends_what_was_pending_alone() {
    let mut swx = Swx::started(1);
    let _ = swx.mar(0, mar(imsi(1)));
    let failure = || Sar::new(imsi(1), Sat::AUTHENTICATION_FAILURE);
    assert_eq!(swx.sar(0, failure()).outcome.code(), 2001);
    assert_eq!(swx.rig.location(imsi(1)).aaa, None);
    swx.register(0, imsi(1));
    assert_eq!(swx.sar(0, failure()).outcome.code(), 2001);
    assert!(
        swx.rig.location(imsi(1)).aaa.unwrap().registered,
        "nobody de-registers by failing"
    );
}

#[test]
fn what_is_refused() {
    let mut swx = Swx::started(1);
    let unknown = swx.sar(0, Sar::new(imsi(9), Sat::REGISTRATION));
    assert_eq!(refusal(unknown.outcome), ExperimentalResult::ERROR_USER_UNKNOWN);
    let not_registered = ExperimentalResult::ERROR_IDENTITY_NOT_REGISTERED;
    let data = swx.sar(0, Sar::new(imsi(1), Sat::AAA_USER_DATA_REQUEST));
    assert_eq!(refusal(data.outcome), not_registered);
    swx.register(0, imsi(1));
    for kind in [
        Sat::NO_ASSIGNMENT,
        Sat::UNREGISTERED_USER,
        ServerAssignmentType(77),
    ] {
        assert_eq!(swx.sar(0, Sar::new(imsi(1), kind)).outcome.code(), 5012, "{kind}");
    }
    let no_apn = swx.sar(
        0,
        Sar {
            apn: Some("corporate"),
            gateway: Some(agent("pgw1")),
            ..Sar::new(imsi(1), Sat::PGW_UPDATE)
        },
    );
    assert_eq!(
        refusal(no_apn.outcome),
        ExperimentalResult::ERROR_USER_NO_APN_SUBSCRIPTION
    );
    assert_eq!(
        swx.sar(0, Sar::new(imsi(1), Sat::PGW_UPDATE)).outcome.code(),
        5005,
        "MISSING_AVP"
    );
    // Commands that an HSS sends are none that it takes.
    let rtr = swx.octets(0, Rtr::COMMAND, |w| w.text(avp::USER_NAME, "001010000000001"));
    let answer = swx.rig.ask(swx.servers[0], &rtr);
    assert!(
        [3001, 5005].contains(&result_of(&answer)),
        "{}",
        result_of(&answer)
    );
    // Required features that are not there.
    let mut list = quintet_cx::FeatureList::cx(quintet_cx::Features(1 << 6));
    list.required = true;
    let saa = swx.sar(
        0,
        Sar {
            features: vec![list],
            ..Sar::new(imsi(1), Sat::REGISTRATION)
        },
    );
    assert_eq!(
        refusal(saa.outcome),
        ExperimentalResult::ERROR_FEATURE_UNSUPPORTED
    );
}

fn agent(name: &str) -> AgentInfo<'_> {
    AgentInfo {
        host: Some(name),
        realm: Some(REALM),
        addresses: vec![[192, 0, 2, 7].into()],
    }
}

/// TS 23.402 8: whichever access is left, the gateway stays.
#[test]
fn a_handover_finds_its_gateway_in_either_direction() {
    let mut swx = Swx::started(1);
    swx.register(0, imsi(1));
    let update = |gateway| Sar {
        apn: Some("ims"),
        gateway,
        ..Sar::new(imsi(1), Sat::PGW_UPDATE)
    };
    assert_eq!(swx.sar(0, update(Some(agent("pgw1")))).outcome.code(), 2001);
    // To LTE: no initial attach, so the MME is told the gateway.
    let mme = swx.rig.mme("mme1");
    let ula = swx.rig.ask(mme, &ulr(1, "mme1", imsi(1), 2, |_| ()));
    assert!(
        String::from_utf8_lossy(&ula).contains("pgw1"),
        "the ULA names the gateway"
    );
    // The MME tells another; back to WLAN, and the AAA server is told that.
    let nor = s6a(quintet_diameter::dict::command::NOTIFY, 2, "mme1", imsi(1), |w| {
        w.u32(avp::CONTEXT_IDENTIFIER, 2);
        w.text(avp::SERVICE_SELECTION, "ims");
        AgentInfo::write_parts(w, Some("pgw2"), Some(REALM), &[]);
    });
    assert_eq!(result_of(&swx.rig.ask(mme, &nor)), 2001);
    let saa = swx.sar(0, Sar::new(imsi(1), Sat::AAA_USER_DATA_REQUEST));
    let octets = saa.user_data.unwrap();
    let data = UserData::read(&octets).unwrap();
    assert_eq!(
        data.apns[1].gateway.as_ref().and_then(|agent| agent.host),
        Some("pgw2")
    );
    assert_eq!(data.apns[0].gateway, None);
    assert_eq!(swx.sar(0, update(None)).outcome.code(), 2001);
    assert_eq!(swx.rig.location(imsi(1)).pdn_gateways, []);
}

#[test]
fn a_server_restores_what_was_lost() {
    let mut swx = Swx::started(1);
    let sar = Sar {
        active_apns: vec![
            ActiveApn {
                context_identifier: 2,
                apn: Some("ims"),
                gateway: agent("pgw1"),
            },
            ActiveApn {
                context_identifier: 77,
                apn: None,
                gateway: agent("nobody"),
            },
        ],
        ..Sar::new(imsi(1), Sat::RESTORATION)
    };
    let saa = swx.sar(0, sar);
    assert_eq!(saa.outcome.code(), 2001);
    let octets = saa.user_data.unwrap();
    let data = UserData::read(&octets).unwrap();
    assert_eq!(
        data.apns[1].gateway.as_ref().and_then(|agent| agent.host),
        Some("pgw1")
    );
    let location = swx.rig.location(imsi(1));
    assert!(location.aaa.unwrap().registered);
    let [
        PdnGateway {
            context_identifier: 2,
            ..
        },
    ] = &location.pdn_gateways[..]
    else {
        panic!("{:?}", location.pdn_gateways);
    };
}

#[test]
fn who_lost_the_subscription_is_forgotten() {
    let mut swx = Swx::started(1);
    let _ = swx.mar(0, mar(imsi(1)));
    let mut altered = subscription();
    altered.non_3gpp.subscribed = false;
    swx.rig.provision(imsi(1), &altered);
    swx.noticed();
    let saa = swx.sar(0, Sar::new(imsi(1), Sat::REGISTRATION));
    assert_eq!(
        refusal(saa.outcome),
        ExperimentalResult::ERROR_USER_NO_NON_3GPP_SUBSCRIPTION
    );
    assert_eq!(swx.rig.location(imsi(1)).aaa, None);
}

/// Another front end registers another server between the decision and its being stored: it is decided anew.
#[test]
fn of_two_servers_that_ask_at_once_one_is_sent_to_the_other() {
    for request in [
        Request::MultimediaAuth(Box::new(mar(imsi(1)))),
        Request::ServerAssignment(Box::new(Sar::new(imsi(1), Sat::REGISTRATION))),
    ] {
        let mut swx = Swx::started(1);
        let octets = swx.octets(0, request.command(), |w| request.write(w));
        swx.rig.store.hold();
        let connection = swx.servers[0];
        assert!(matches!(
            swx.rig.feed(connection, &octets),
            Some(Disposition::Waiting)
        ));
        let mut aaa = quintet_store::contract::fixture::aaa(2);
        aaa.host = format!("aaa2.{REALM}");
        let command = Command::SetAaa {
            imsi: imsi(1),
            expected: None,
            aaa: Some(Box::new(aaa)),
        };
        swx.rig.store.inner().execute(command).unwrap();
        swx.rig.store.release_all();
        swx.rig.pump();
        let answer = swx.rig.answer(connection);
        assert_eq!(result_of(&answer), 5005);
        let name = find(&answer, &[avp::TGPP_AAA_SERVER_NAME])
            .unwrap()
            .text()
            .unwrap()
            .to_owned();
        assert_eq!(name, format!("aaa2.{REALM}"));
    }
}

#[test]
fn tshark_reads_all_of_it() {
    let mut swx = Swx::started(2);
    swx.register(0, imsi(1));
    let _ = swx.mar(1, mar(imsi(1)));
    let full = Mar {
        visited_network: Some("mnc001.mcc001.3gppnetwork.org"),
        terminal: Terminal {
            imei: Some("35209900176148".parse().unwrap()),
            imeisv: Some("3520990017614823".parse().unwrap()),
        },
        aaa_failure: true,
        count: 3,
        ..mar(imsi(2))
    };
    let _ = swx.mar(0, full);
    let _ = swx.mar(0, Mar::new(imsi(2), AuthenticationScheme::EAP_AKA, 2));
    let update = Sar {
        apn: Some("ims"),
        context_identifier: Some(2),
        gateway: Some(agent("pgw1")),
        ..Sar::new(imsi(1), Sat::PGW_UPDATE)
    };
    let _ = swx.sar(0, update);
    for kind in ServerAssignmentType::ALL {
        let _ = swx.sar(0, Sar::new(imsi(2), *kind));
    }
    swx.rig.hss.insert_subscriber_data(imsi(1), Default::default());
    swx.rig.pump();
    assert!(swx.told().is_some(), "a PPR");
    swx.rig.hss.cancel_location(imsi(1), false);
    swx.rig.pump();
    assert!(swx.told().is_some(), "an RTR");
    let Some(codes) = judge::tshark::judged(&swx.pairs, false, &[]) else {
        return;
    };
    for code in [Mar::COMMAND, Sar::COMMAND, Rtr::COMMAND, Ppr::COMMAND] {
        assert!(codes.contains(&code), "no {code}");
    }
}
