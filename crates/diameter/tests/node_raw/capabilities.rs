//! Capabilities exchange: who is answered, who refused, and when (RFC 6733 5.3).

use crate::*;

fn refused_cer(raw: &mut Raw, cer: &[u8]) -> (ResultCode, Vec<u8>) {
    let answer = raw.refused(cer);
    assert_eq!(raw.closing(), Closing::AfterFlush);
    (result_of(&answer), answer)
}

#[test]
fn cea_says_who_we_are_and_what_we_serve() {
    let mut raw = Raw::accepted(MME);
    let cer = raw.cer(|w| application(w, S6A));
    assert!(matches!(raw.feed(&cer), Inbound::Done));
    let answers = raw.answers();
    let cea = Message::decode(&answers[0]).unwrap();
    assert_eq!(result_of(cea.octets()), ResultCode::SUCCESS);
    assert_eq!(cea.find(avp::ORIGIN_HOST).unwrap().data, HSS.as_bytes());
    assert_eq!(cea.find(avp::SUPPORTED_VENDOR_ID).unwrap().u32(), Ok(TGPP));
    assert_eq!(cea.find(avp::ORIGIN_STATE_ID).unwrap().u32(), Ok(7));
    assert_eq!(
        cea.find(avp::HOST_IP_ADDRESS).unwrap().address(),
        Ok(Some(address(9).ip()))
    );
    let group = cea.find(avp::VENDOR_SPECIFIC_APPLICATION_ID).unwrap().group();
    assert_eq!(group.find(avp::AUTH_APPLICATION_ID).unwrap().u32(), Ok(S6A));
    assert!(raw.events().iter().any(|e| matches!(e, Event::PeerUp { .. })));
}

#[test]
fn no_common_application_is_5010() {
    let mut raw = Raw::accepted(MME);
    let cer = raw.cer(|w| application(w, 16_777_216));
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::NO_COMMON_APPLICATION);
    // A relay shares every application.
    let mut raw = Raw::accepted(MME);
    let cer = raw.cer(|w| w.u32(avp::AUTH_APPLICATION_ID, 0xffff_ffff));
    assert_eq!(result_of(&raw.refused(&cer)), ResultCode::SUCCESS);
}

#[test]
fn an_unknown_or_misplaced_peer_is_3010() {
    let mut raw = Raw::with(config(HSS, &[], &[]), MME);
    let cer = raw.cer(|w| application(w, S6A));
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::UNKNOWN_PEER);
    // Known, but bound to another source address.
    let mut bound = config(HSS, &[], &[MME]);
    bound.peers[0].addresses.push(address(77).ip());
    let mut raw = Raw::with(bound, MME);
    let cer = raw.cer(|w| application(w, S6A));
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::UNKNOWN_PEER);
    // Known, but of another realm.
    let mut bound = config(HSS, &[], &[MME]);
    bound.peers[0].realm = Some("other.example".into());
    let mut raw = Raw::with(bound, MME);
    let cer = raw.cer(|w| application(w, S6A));
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::UNKNOWN_PEER);
    // Ourselves.
    let mut raw = Raw::accepted(HSS);
    let cer = raw.cer(|w| application(w, S6A));
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::UNKNOWN_PEER);
}

#[test]
fn only_inband_tls_is_5017() {
    let mut raw = Raw::accepted(MME);
    let cer = raw.cer(|w| {
        application(w, S6A);
        w.u32(avp::INBAND_SECURITY_ID, 1);
    });
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::NO_COMMON_SECURITY);
    let mut raw = Raw::accepted(MME);
    let cer = raw.cer(|w| {
        application(w, S6A);
        w.u32(avp::INBAND_SECURITY_ID, 1);
        w.u32(avp::INBAND_SECURITY_ID, 0);
    });
    assert_eq!(result_of(&raw.refused(&cer)), ResultCode::SUCCESS);
}

#[test]
fn a_cer_without_a_mandatory_avp_is_5005() {
    let mut raw = Raw::accepted(MME);
    let header = raw.header(0x80, command::CAPABILITIES_EXCHANGE, 0);
    let cer = raw.message(&header, |w| {
        w.text(avp::ORIGIN_HOST, MME);
        w.text(avp::ORIGIN_REALM, REALM);
        application(w, S6A);
    });
    let (result, answer) = refused_cer(&mut raw, &cer);
    assert_eq!(result, ResultCode::MISSING_AVP);
    let failed = Message::decode(&answer).unwrap().find(avp::FAILED_AVP).unwrap();
    assert!(failed.group().find(avp::HOST_IP_ADDRESS).is_some());
}

#[test]
fn an_identity_that_is_too_long_is_5004_and_a_product_name_is_cut() {
    let mut raw = Raw::accepted(&"m".repeat(256));
    let cer = raw.cer(|w| application(w, S6A));
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::INVALID_AVP_VALUE);
    assert_eq!(raw.node.peers().count(), 0);
    let mut raw = Raw::accepted(MME);
    let header = raw.header(0x80, command::CAPABILITIES_EXCHANGE, 0);
    let cer = raw.message(&header, |w| {
        w.text(avp::ORIGIN_HOST, MME);
        w.text(avp::ORIGIN_REALM, REALM);
        w.address(avp::HOST_IP_ADDRESS, address(1).ip());
        w.u32(avp::VENDOR_ID, 0);
        w.text(avp::PRODUCT_NAME, &"ä".repeat(1000));
        application(w, S6A);
    });
    assert_eq!(result_of(&raw.refused(&cer)), ResultCode::SUCCESS);
    let id = raw.node.find_peer(MME).unwrap();
    let peer = raw.node.peer(id).unwrap();
    assert_eq!(peer.capabilities.product_name, "ä".repeat(127));
}

#[test]
fn anything_before_the_cer_closes() {
    for octets in [
        Raw::accepted(MME).air(Some(HSS), Some(REALM)),
        Raw::accepted(MME).base(command::DEVICE_WATCHDOG, |_| ()),
        vec![1, 0, 0, 20, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ] {
        let mut raw = Raw::accepted(MME);
        assert!(matches!(raw.feed(&octets), Inbound::Done));
        assert!(raw.answers().is_empty());
        assert_eq!(raw.closing(), Closing::Now);
        assert!(!raw.node.wants_read(raw.connection));
    }
}

#[test]
fn a_connection_without_cer_is_closed_in_time() {
    let mut raw = Raw::accepted(MME);
    raw.wait(seconds(9));
    assert_eq!(raw.closing(), Closing::No);
    raw.wait(seconds(1));
    let events = raw.events();
    assert!(
        events.is_empty()
            || matches!(
                events[0],
                Event::Refused {
                    reason: RefusedReason::Timeout,
                    ..
                }
            )
    );
    assert_eq!(raw.node.counters().half_open_closed, 1);
    raw.node.closed(raw.now, raw.connection);
    assert_eq!(raw.node.connection_count(), 0);
}

#[test]
fn a_cer_on_an_open_connection_updates_capabilities() {
    let mut raw = Raw::open(MME);
    let cer = raw.cer(|w| {
        application(w, S6A);
        w.u32(avp::AUTH_APPLICATION_ID, 99);
    });
    assert_eq!(result_of(&raw.refused(&cer)), ResultCode::SUCCESS);
    let id = raw.node.find_peer(MME).unwrap();
    let peer = raw.node.peer(id).unwrap();
    assert!(peer.capabilities.supports(99));
    assert_eq!((peer.state, peer.counters.opened), (PeerState::ROpen, 1));
    // But not another identity.
    raw.identity = "evil.example.net".into();
    let cer = raw.cer(|w| application(w, S6A));
    assert_eq!(refused_cer(&mut raw, &cer).0, ResultCode::UNKNOWN_PEER);
}

#[test]
fn a_second_connection_of_an_open_peer_is_rejected() {
    let mut raw = Raw::open(MME);
    raw.events();
    let first = std::mem::replace(&mut raw.connection, ConnectionId(2));
    raw.node.accepted(raw.now, raw.connection, address(1)).unwrap();
    let cer = raw.cer(|w| application(w, S6A));
    assert!(matches!(raw.feed(&cer), Inbound::Done));
    assert!(raw.answers().is_empty());
    assert_eq!(raw.closing(), Closing::Now);
    raw.connection = first;
    assert!(raw.node.wants_read(first));
}

#[test]
fn a_wrong_configuration_is_one_error() {
    let of = |change: fn(&mut NodeConfig)| {
        let mut config = config(HSS, &[], &[MME]);
        change(&mut config);
        Node::new(config, 1).unwrap_err()
    };
    assert!(matches!(
        of(|c| c.identity.clear()),
        ConfigError::Identity { what: "identity", .. }
    ));
    assert!(matches!(
        of(|c| c.realm = "a b".into()),
        ConfigError::Identity { what: "realm", .. }
    ));
    assert_eq!(of(|c| c.addresses.clear()), ConfigError::NoAddress);
    assert!(matches!(
        of(|c| c.timers.tw = seconds(5)),
        ConfigError::ShortTw { .. }
    ));
    assert!(matches!(
        of(|c| c.peers[0].connect = true),
        ConfigError::NoPeerAddress { .. }
    ));
    let twice = |c: &mut NodeConfig| {
        c.peers.push(PeerConfig {
            identity: "MME.example.net".into(),
            ..PeerConfig::default()
        });
    };
    assert!(matches!(of(twice), ConfigError::RepeatedPeer { .. }));
}
