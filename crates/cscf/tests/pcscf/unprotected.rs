//! SIP Digest without IPsec, where it is allowed (TS 33.203 Annex N, TS 24.229 5.2.2.3).

use crate::support::{CK, Net, Phone, challenge, config, status, values};
use quintet_cscf::pcscf::Unprotected;
use quintet_sip::Name;

fn plain(text: String) -> String {
    let lines = text.split_inclusive("\r\n");
    lines
        .filter(|line| !line.starts_with("Security-") && !line.contains("sec-agree"))
        .collect()
}

fn net() -> Net {
    let mut config = config();
    config.unprotected = Unprotected::Digest;
    Net::with(config)
}

const DIGEST: &str =
    "WWW-Authenticate: Digest realm=\"home.test\", nonce=\"abc\", algorithm=MD5, qop=\"auth\"";

fn registered(net: &mut Net, ue: &mut Phone) -> String {
    net.give(ue.unprotected(), &plain(ue.register("", false)));
    let first = net.one();
    assert!(
        first.1.contains("integrity-protected=\"ip-assoc-pending\""),
        "{}",
        first.1
    );
    net.answer(&first, 401, DIGEST);
    let text = net.one().1;
    assert!(
        status(&text) == 401 && !text.contains("Security-Server"),
        "{text}"
    );
    net.give(ue.unprotected(), &plain(ue.register("0123", false)));
    let second = net.one();
    net.answer(&second, 200, &ue.ok());
    assert_eq!(status(&net.one().1), 200);
    assert!(net.sas.is_empty());
    values(&first.1, Name::Path).remove(0)
}

#[test]
fn a_ue_is_known_by_where_it_registered_from() {
    let mut net = net();
    let mut ue = Phone::new(1);
    let path = registered(&mut net, &mut ue);
    assert_eq!(net.registered(), (1, 0));
    net.give(ue.unprotected(), &ue.request("MESSAGE", "sip:b@home.test", ""));
    let (_, text) = net.one();
    assert_eq!(values(&text, Name::PAssertedIdentity), ["<sip:user1@home.test>"]);
    let stranger = Phone::new(2);
    net.give(
        stranger.unprotected(),
        &ue.request("MESSAGE", "sip:b@home.test", ""),
    );
    assert_eq!(status(&net.one().1), 403);
    // Back to it, the same way.
    let core = crate::support::hop(
        quintet_sip::transport::Protocol::Udp,
        crate::support::address(crate::support::CORE),
        crate::support::address(crate::support::SCSCF),
    );
    let text = format!(
        "MESSAGE sip:user1@10.0.1.1:3999 SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.0.4:5060;branch=z9hG4bKt\r\nRoute: {path}\r\n\
         From: <sip:o@home.test>;tag=1\r\nTo: <sip:user1@home.test>\r\nCall-ID: t\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n"
    );
    net.give(core, &text);
    assert_eq!(net.one().0, ue.unprotected());
    // Its renewal comes from where the registration is.
    net.give(ue.unprotected(), &plain(ue.register("0124", false)));
    let again = net.one();
    assert!(
        again.1.contains("integrity-protected=\"ip-assoc-yes\""),
        "{}",
        again.1
    );
    ue.expires = 0;
    net.answer(&again, 200, "");
    assert_eq!((status(&net.one().1), net.registered()), (200, (0, 0)));
}

#[test]
fn who_has_associations_does_not_fall_back() {
    let mut net = net();
    let mut ue = Phone::new(1);
    ue.registers(&mut net);
    net.give(ue.unprotected(), &plain(ue.register("0123", false)));
    assert_eq!((status(&net.one().1), net.registered()), (421, (1, 0)));
}

#[test]
fn keys_are_never_told_whatever_was_asked_for() {
    let mut net = net();
    let mut ue = Phone::new(1);
    net.give(ue.unprotected(), &plain(ue.register("", false)));
    let first = net.one();
    net.answer(&first, 401, &challenge());
    let text = net.one().1;
    assert!(!text.contains(CK) && !text.contains("ik="), "{text}");
    // A challenge to another request neither.
    ue.cseq = 100;
    registered(&mut net, &mut ue);
    net.give(ue.unprotected(), &ue.request("MESSAGE", "sip:b@home.test", ""));
    let passed = net.one();
    net.answer(&passed, 401, &challenge());
    let text = net.one().1;
    assert!(status(&text) == 401 && !text.contains(CK), "{text}");
}
