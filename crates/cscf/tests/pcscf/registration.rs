//! SM1 to SM12 for a UE that was not registered (TS 33.203 6.1, 7.2).

use crate::support::{ACCESS, CK, CORE, ICSCF, IK, Net, Phone, Step, address, challenge, status, values};
use quintet_cscf::pcscf::{Ended, PcscfEvent};
use quintet_esp::SaSet;
use quintet_ims::agreement::{REG_AWAIT_AUTH, Role};
use quintet_sip::Name;
use quintet_sip::transport::Protocol;

#[test]
fn a_registration_from_sm1_to_sm12() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    net.give(ue.unprotected(), &ue.register("", false));
    // SM2
    let sm2 = net.one();
    assert_eq!((sm2.0.local, sm2.0.remote), (address(CORE), address(ICSCF)));
    let text = &sm2.1;
    assert!(
        !text.contains("Security-Client") && !text.contains("sec-agree"),
        "{text}"
    );
    assert!(
        text.contains("integrity-protected=\"no\"") && !text.contains("=\"yes\""),
        "{text}"
    );
    assert_eq!(values(text, Name::Require), ["path"]);
    assert_eq!(values(text, Name::PVisitedNetworkId), ["\"visited.test\""]);
    assert!(
        values(text, Name::PChargingVector)[0].starts_with("icid-value=\""),
        "{text}"
    );
    assert_eq!(values(text, Name::MaxForwards), ["69"]);
    let vias = values(text, Name::Via);
    assert!(
        vias[0].starts_with(&format!("SIP/2.0/UDP {CORE};branch=z9hG4bK")),
        "{vias:?}"
    );
    assert_eq!(vias.len(), 2);
    let path = values(text, Name::Path);
    assert!(path[0].ends_with("@pcscf.visited.test:5060;lr>"), "{path:?}");
    // SM4 to SM6: the keys stay here, associations are there before the UE can use them.
    net.answer(&sm2, 401, &challenge());
    let (hop, sm6) = net.one();
    assert_eq!((hop.local, hop.remote.ip()), (address(ACCESS), ue.address));
    assert!(
        !sm6.contains(CK) && !sm6.contains(IK) && !sm6.contains("ck=") && !sm6.contains("ik="),
        "{sm6}"
    );
    assert!(
        sm6.contains("nonce=\"bm9uY2U=\"") && sm6.contains("qop=\"auth\""),
        "{sm6}"
    );
    assert_eq!(values(&sm6, Name::Via).len(), 1);
    let (installed, sent) = (Step::Installed(SaSet(1)), Step::Sent);
    assert_eq!(net.steps, [sent.clone(), installed, sent]);
    ue.challenged(&sm6);
    four_match(&net, &ue, SaSet(1));
    assert_eq!(net.registered(), (0, 1));
    // SM7, SM8
    net.give(ue.protected(), &ue.register("0123", true));
    let sm8 = net.one();
    assert!(
        sm8.1.contains("integrity-protected=\"yes\"") && !sm8.1.contains("\"no\""),
        "{}",
        sm8.1
    );
    assert!(!sm8.1.contains("Security-"), "{}", sm8.1);
    assert_eq!(values(&sm8.1, Name::Path), path, "the same flow");
    // SM10 to SM12, through the new associations.
    net.answer(&sm8, 200, &ue.ok());
    let (hop, sm12) = net.one();
    let four = ue.associations.expect("associations");
    assert_eq!(hop, four.request_hop(Role::Pcscf, Protocol::Udp));
    assert_eq!(status(&sm12), 200);
    assert!(!sm12.contains("P-Charging-Function-Addresses"), "{sm12}");
    assert_eq!(values(&sm12, Name::ServiceRoute).len(), 1);
    assert_eq!(net.registered(), (1, 0));
    let granted = net
        .events
        .iter()
        .any(|event| matches!(event, PcscfEvent::Registered { granted, .. } if granted.as_secs() == 3_600));
    assert!(granted, "{:?}", net.events);
    // The registration and thirty seconds: nothing is left.
    net.pass(3_600);
    assert_eq!((net.registered(), net.ended()), ((0, 1), vec![Ended::Expired]));
    net.pass(40);
    assert_eq!((net.registered(), net.sas.len()), ((0, 0), 0));
}

/// What the P-CSCF installed is what the UE means.
fn four_match(net: &Net, ue: &Phone, set: SaSet) {
    let four = ue.associations.expect("associations");
    let installed = &net.sas[&set];
    let rows = |source: std::net::SocketAddr| {
        installed
            .iter()
            .find(|sa| sa.source == source)
            .map(|sa| (sa.destination, sa.spi))
    };
    assert_eq!(installed.len(), 4);
    assert_eq!(
        rows(four.ue.client()),
        Some((four.pcscf.server(), four.pcscf.spis.server))
    );
    assert_eq!(
        rows(four.pcscf.client()),
        Some((four.ue.server(), four.ue.spis.server))
    );
    for sa in installed {
        assert_eq!(sa.keys.suite(), four.suite);
        assert_eq!(sa.lifetime, REG_AWAIT_AUTH);
    }
}

#[test]
fn a_repeated_message_is_the_same_message() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    let sm1 = ue.register("", false);
    net.give(ue.unprotected(), &sm1);
    let sm2 = net.one();
    net.give(ue.unprotected(), &sm1);
    net.none();
    net.answer(&sm2, 401, &challenge());
    let sm6 = net.one().1;
    net.give(ue.unprotected(), &sm1);
    assert_eq!(net.one().1, sm6);
    ue.challenged(&sm6);
    let sm7 = ue.register("0123", true);
    net.give(ue.protected(), &sm7);
    let sm8 = net.one();
    net.give(ue.protected(), &sm7);
    net.none();
    net.answer(&sm8, 200, &ue.ok());
    let sm12 = net.one();
    net.give(ue.protected(), &sm7);
    assert_eq!(net.one(), sm12, "through the same associations");
    // A late repetition of what was answered does not begin anything either.
    net.answer(&sm2, 401, &challenge());
    net.none();
    assert_eq!((net.sas.len(), net.registered()), (1, (1, 0)));
}

#[test]
fn udp_and_tcp_change_from_message_to_message() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    net.give(ue.unprotected(), &ue.register("", false));
    let sm2 = net.one();
    net.answer(&sm2, 401, &challenge());
    let sm6 = net.one().1;
    ue.challenged(&sm6);
    ue.protocol = Protocol::Tcp;
    net.give(ue.protected(), &ue.register("0123", true));
    let sm8 = net.one();
    net.answer(&sm8, 200, &ue.ok());
    let (hop, sm12) = net.one();
    assert_eq!(
        (hop, status(&sm12)),
        (ue.protected(), 200),
        "back on its connection"
    );
    ue.protocol = Protocol::Udp;
    net.give(ue.protected(), &ue.request("MESSAGE", "sip:b@home.test", ""));
    let passed = net.one();
    net.answer(&passed, 200, "");
    let (hop, _) = net.one();
    assert_eq!(
        hop,
        ue.associations
            .expect("four")
            .request_hop(Role::Pcscf, Protocol::Udp)
    );
}

#[test]
fn behind_a_nat_the_associations_are_a_tunnel() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    let public = ue.address;
    let text = ue
        .register("", false)
        .replace("SIP/2.0/UDP 10.0.1.1:3999", "SIP/2.0/UDP 192.168.1.5:3999;rport");
    net.give(ue.unprotected(), &text);
    let sm2 = net.one();
    assert!(
        values(&sm2.1, Name::Via)[1].ends_with("received=10.0.1.1;rport=5060"),
        "{}",
        sm2.1
    );
    net.answer(&sm2, 401, &challenge());
    let (hop, sm6) = net.one();
    assert_eq!(hop.remote, ue.unprotected().remote);
    assert!(
        values(&sm6, Name::SecurityServer)
            .iter()
            .all(|entry| entry.contains("mod=UDP-enc-tun")),
        "{sm6}"
    );
    for sa in &net.sas[&SaSet(1)] {
        let quintet_esp::Mode::UdpEncapsulatedTunnel { source, destination } = sa.mode else {
            panic!("{sa:?}")
        };
        let mut ends = [source, destination];
        ends.sort();
        assert_eq!(
            ends.map(|end| (end.ip(), end.port())),
            [(address(ACCESS).ip(), 4500), (public, 4500)]
        );
    }
    ue.challenged(&sm6);
    net.give(ue.protected(), &ue.register("0123", true));
    let sm8 = net.one();
    net.answer(&sm8, 200, &ue.ok());
    assert_eq!((status(&net.one().1), net.registered()), (200, (1, 0)));
}
