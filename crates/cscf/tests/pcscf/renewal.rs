//! A UE that is registered already: old and new associations, and what others can do to it (TS 33.203 7.4, 6.1.2).

use crate::support::{Net, Phone, challenge, hop, status, values};
use quintet_cscf::pcscf::Ended;
use quintet_esp::SaSet;
use quintet_ims::agreement::Role;
use quintet_sip::Name;
use quintet_sip::transport::Protocol;
use std::net::SocketAddr;

fn sets(net: &Net) -> Vec<u32> {
    net.sas.keys().map(|set| set.0).collect()
}

/// A request of the S-CSCF to the UE.
fn terminating(net: &mut Net, path: &str, n: u32) -> quintet_sip::transport::Hop {
    let core = hop(
        Protocol::Udp,
        crate::support::address(crate::support::CORE),
        crate::support::address(crate::support::SCSCF),
    );
    let text = format!(
        "MESSAGE sip:user1@10.0.1.1:3999 SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.0.4:5060;branch=z9hG4bKt{n}\r\nRoute: {path}\r\n\
         Max-Forwards: 60\r\nFrom: <sip:o@home.test>;tag=1\r\nTo: <sip:user1@home.test>\r\nCall-ID: t{n}\r\nCSeq: 1 MESSAGE\r\n\
         Content-Length: 0\r\n\r\n"
    );
    net.give(core, &text);
    net.one().0
}

#[test]
fn old_and_new_overlap_until_the_ue_is_heard_over_the_new() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    let (first, _) = ue.registers(&mut net);
    let path = values(&first, Name::Path).remove(0);
    let old = ue.associations.expect("four");
    net.pass(1_000);
    // SM1 over the old ones: SM6 comes over them too.
    ue.renew();
    net.give(ue.protected(), &ue.register("", true));
    let sm2 = net.one();
    assert!(sm2.1.contains("integrity-protected=\"yes\""), "{}", sm2.1);
    net.answer(&sm2, 401, &challenge());
    let (over, sm6) = net.one();
    assert_eq!(over, old.request_hop(Role::Pcscf, Protocol::Udp));
    ue.challenged(&sm6);
    let new = ue.associations.expect("four");
    assert_ne!(new.pcscf.ports.client, old.pcscf.ports.client);
    assert_eq!(sets(&net), [1, 2]);
    // What is temporary protects REGISTERs alone.
    net.give(ue.protected(), &ue.request("MESSAGE", "sip:b@home.test", ""));
    assert_eq!(status(&net.one().1), 403);
    net.give(ue.protected(), &ue.register("0123", true));
    let sm8 = net.one();
    net.answer(&sm8, 200, &ue.ok());
    let (over, sm12) = net.one();
    assert_eq!(
        (over, status(&sm12)),
        (new.request_hop(Role::Pcscf, Protocol::Udp), 200)
    );
    assert_eq!(values(&sm8.1, Name::Path), std::slice::from_ref(&path));
    // SM12 may be lost: the old ones are sent over until the UE is heard over the new ones.
    assert_eq!(
        terminating(&mut net, &path, 1),
        old.request_hop(Role::Pcscf, Protocol::Udp)
    );
    net.give(ue.protected(), &ue.request("MESSAGE", "sip:b@home.test", ""));
    net.one();
    assert_eq!(
        terminating(&mut net, &path, 2),
        new.request_hop(Role::Pcscf, Protocol::Udp)
    );
    assert_eq!(sets(&net), [1, 2]);
    net.pass(33);
    assert_eq!(sets(&net), [2]);
}

#[test]
fn a_failed_renewal_leaves_the_registration_as_it_is() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    ue.registers(&mut net);
    let old = (ue.associations, ue.verify.clone());
    ue.renew();
    net.give(ue.protected(), &ue.register("", true));
    let sm2 = net.one();
    net.answer(&sm2, 401, &challenge());
    let sm6 = net.one().1;
    ue.challenged(&sm6);
    net.give(ue.protected(), &ue.register("wrong", true));
    let sm8 = net.one();
    net.answer(&sm8, 403, "");
    assert_eq!(status(&net.one().1), 403);
    assert_eq!((sets(&net), net.registered()), (vec![1], (1, 0)));
    (ue.associations, ue.verify) = old;
    net.give(ue.protected(), &ue.request("MESSAGE", "sip:b@home.test", ""));
    assert!(net.one().1.starts_with("MESSAGE"));
}

#[test]
fn only_the_latest_attempt_is_challenged() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    net.give(ue.unprotected(), &ue.register("", false));
    let former = net.one();
    ue.renew();
    net.give(ue.unprotected(), &ue.register("", false));
    let latest = net.one();
    net.answer(&former, 401, &challenge());
    assert_eq!(status(&net.one().1), 500);
    assert!(sets(&net).is_empty(), "the UE awaits its end elsewhere by now");
    net.answer(&latest, 401, &challenge());
    ue.challenged(&net.one().1);
    net.give(ue.protected(), &ue.register("0123", true));
    let sm8 = net.one().1;
    assert!(sm8.contains("integrity-protected=\"yes\""), "{sm8}");
}

#[test]
fn somebody_who_registers_as_another_takes_nothing_away() {
    // The denial of service of TS 33.203 6.1.1: an attacker without keys, at the victim's very address.
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    ue.registers(&mut net);
    let mut attacker = Phone::new(1);
    (attacker.client, attacker.cseq) = (4_444, 500);
    net.give(attacker.unprotected(), &attacker.register("", false));
    let sm2 = net.one();
    net.answer(&sm2, 401, &challenge());
    net.one();
    assert_eq!(sets(&net), [1, 2]);
    net.give(attacker.unprotected(), &attacker.register("guess", false));
    let sm8 = net.one();
    assert!(sm8.1.contains("integrity-protected=\"no\""), "{}", sm8.1);
    net.answer(&sm8, 403, "");
    assert_eq!(status(&net.one().1), 403);
    assert_eq!((sets(&net), net.registered()), (vec![1], (1, 0)));
    net.give(ue.protected(), &ue.request("MESSAGE", "sip:b@home.test", ""));
    assert!(net.one().1.starts_with("MESSAGE"));
}

#[test]
fn an_answer_on_its_way_is_not_interrupted_from_outside() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    net.give(ue.unprotected(), &ue.register("", false));
    let sm2 = net.one();
    net.answer(&sm2, 401, &challenge());
    let sm6 = net.one().1;
    ue.challenged(&sm6);
    net.give(ue.protected(), &ue.register("0123", true));
    let sm8 = net.one();
    let mut attacker = Phone::new(1);
    (attacker.client, attacker.cseq) = (4_444, 500);
    net.give(attacker.unprotected(), &attacker.register("", false));
    assert_eq!(status(&net.one().1), 503);
    net.answer(&sm8, 200, &ue.ok());
    assert_eq!((status(&net.one().1), net.registered()), (200, (1, 0)));
}

#[test]
fn another_ue_cannot_take_ports_nor_another_identity() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    ue.registers(&mut net);
    let mut other = Phone::new(1);
    "user2".clone_into(&mut other.user);
    net.give(other.unprotected(), &other.register("", false));
    assert_eq!(status(&net.one().1), 400, "the ports are another UE's");
    // Through its own associations, a UE registers its own private identity alone.
    ue.renew();
    let text = ue
        .register("", true)
        .replace("username=\"user1@", "username=\"user2@");
    net.give(ue.protected(), &text);
    assert_eq!(status(&net.one().1), 403);
    assert_eq!((sets(&net), net.registered()), (vec![1], (1, 0)));
}

#[test]
fn a_ue_that_lost_its_associations_registers_anew() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    ue.registers(&mut net);
    let mut again = Phone::new(1);
    (again.cseq, again.client, again.spi) = (100, 4_100, 3_000);
    again.registers(&mut net);
    assert_eq!(
        (sets(&net), net.registered()),
        (vec![2], (1, 0)),
        "no others are left"
    );
    // With the very ports of before, too.
    let mut same = Phone::new(1);
    (same.cseq, same.client, same.spi) = (200, 4_100, 5_000);
    same.registers(&mut net);
    assert_eq!((sets(&net), net.registered()), (vec![3], (1, 0)));
    same.registers(&mut net);
    assert_eq!((sets(&net), net.registered()), (vec![3, 4], (1, 0)));
}

#[test]
fn a_changed_security_verify_in_a_renewal_is_refused_and_ends_nothing() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    ue.registers(&mut net);
    ue.renew();
    let text = ue.register("", true).replace(
        "Security-Verify: ipsec-3gpp;q=0.95",
        "Security-Verify: ipsec-3gpp;q=0.15",
    );
    net.give(ue.protected(), &text);
    assert_eq!(
        (status(&net.one().1), sets(&net), net.registered()),
        (494, vec![1], (1, 0))
    );
}

#[test]
fn a_refresh_without_a_challenge_lengthens_what_there_is() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    ue.registers(&mut net);
    net.pass(3_000);
    ue.renew();
    net.give(ue.protected(), &ue.register("", true));
    let sm2 = net.one();
    net.answer(&sm2, 200, &ue.ok());
    net.one();
    net.pass(3_500);
    assert_eq!((sets(&net), net.registered()), (vec![1], (1, 0)));
    net.pass(140);
    assert_eq!(
        (sets(&net), net.registered(), net.ended()),
        (vec![], (0, 0), vec![Ended::Expired])
    );
}

#[test]
fn a_deregistration_ends_it_after_its_answer() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    ue.registers(&mut net);
    ue.expires = 0;
    ue.renew();
    let text = ue.register("", true);
    net.give(ue.protected(), &text);
    let sm2 = net.one();
    net.answer(&sm2, 200, "");
    let sm12 = net.one();
    assert_eq!(
        (status(&sm12.1), net.registered(), net.ended()),
        (200, (0, 1), vec![Ended::Ue])
    );
    net.give(ue.protected(), &text);
    assert_eq!(net.one(), sm12, "the answer may have been lost");
    // Nothing else is served over what is left.
    net.give(ue.protected(), &ue.request("MESSAGE", "sip:b@home.test", ""));
    assert_eq!(status(&net.one().1), 403);
    net.pass(40);
    assert_eq!((sets(&net), net.registered()), (vec![], (0, 0)));
}

#[test]
fn what_comes_to_protected_ports_from_nobody_is_not_heard() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    ue.registers(&mut net);
    let four = ue.associations.expect("four");
    let from = |port| SocketAddr::new(ue.address, port);
    for (local, remote) in [
        (four.pcscf.server(), from(5_060)),
        (four.pcscf.client(), from(4_000)),
        (four.pcscf.server(), SocketAddr::new([10, 0, 9, 9].into(), 4_000)),
    ] {
        let text = ue.register("", true);
        net.give(hop(Protocol::Udp, local, remote), &text);
        net.none();
    }
    assert_eq!(net.pcscf.counters().unprotected, 3);
    assert_eq!(net.sas.keys().copied().collect::<Vec<_>>(), [SaSet(1)]);
}
