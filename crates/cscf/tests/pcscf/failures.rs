//! Each way that a first registration can fail (TS 33.203 6.1.2, 7.3).

use crate::support::{CK, IK, Net, Phone, Step, challenge, config, only, status, values};
use quintet_cscf::pcscf::PcscfEvent;
use quintet_esp::{Encryption, Integrity, SaSet};
use quintet_ims::agreement::{Role, VerifyFailure};
use quintet_sip::Name;
use quintet_sip::transport::Protocol;

#[test]
fn a_proposal_that_is_not_taken_is_refused_at_sm1() {
    let weak = |config: &mut quintet_cscf::pcscf::Config| {
        config
            .policy
            .suites
            .retain(|suite| suite.encryption() == Encryption::AesGcm);
    };
    let mut strict = config();
    weak(&mut strict);
    let mut net = Net::with(strict);
    let mut ue = Phone::new(1);
    ue.policy = only(Integrity::HmacMd5_96, Encryption::Null);
    net.give(ue.unprotected(), &ue.register("", false));
    let (hop, text) = net.one();
    assert_eq!((status(&text), hop.remote.ip()), (494, ue.address));
    let server = values(&text, Name::SecurityServer);
    assert!(
        server.len() == 1 && server[0].contains("ealg=aes-gcm"),
        "{server:?}"
    );
    assert_eq!((net.registered(), net.sas.len()), ((0, 0), 0));
    // None at all: who does not even speak of it is told what is needed.
    for (from, expected) in [
        ("Security-Client", 494),
        (
            "Require: sec-agree\r\nProxy-Require: sec-agree\r\nSupported: path\r\nSecurity-Client",
            421,
        ),
    ] {
        let text = ue.register("", false).replace(from, "X-Nothing");
        net.give(ue.unprotected(), &text);
        assert_eq!(status(&net.one().1), expected);
    }
    for (from, to) in [
        ("spi-c=1000", "spi-c=x"),
        ("port-c=4000", "port-c=3999"),
        ("port-c=4000", "port-c=5060"),
    ] {
        let mut net = Net::new();
        let text = ue.register("", false).replace(from, to);
        net.give(ue.unprotected(), &text);
        assert_eq!((status(&net.one().1), net.registered()), (400, (0, 0)), "{to}");
    }
}

#[test]
fn another_security_verify_or_security_client_aborts() {
    for (from, to, why) in [
        (
            "Security-Verify: ipsec-3gpp;q=0.950",
            "Security-Verify: ipsec-3gpp;q=0.951",
            VerifyFailure::Verify,
        ),
        ("Security-Verify", "X-Verify", VerifyFailure::NoVerify),
        ("Security-Client", "X-Client", VerifyFailure::NoClient),
        (
            "spi-c=1000;spi-s=1001",
            "spi-c=1000;spi-s=1002",
            VerifyFailure::Client,
        ),
    ] {
        let mut net = Net::new();
        let mut ue = Phone::new(1);
        net.give(ue.unprotected(), &ue.register("", false));
        let sm2 = net.one();
        net.answer(&sm2, 401, &challenge());
        let sm6 = net.one().1;
        ue.challenged(&sm6);
        let sm7 = ue.register("0123", true);
        assert!(sm7.contains(from), "{sm7}");
        net.give(ue.protected(), &sm7.replace(from, to));
        let (hop, text) = net.one();
        assert_eq!(status(&text), 494, "{to}");
        // Said through the associations that then go.
        assert_eq!(
            hop,
            ue.associations
                .expect("four")
                .request_hop(Role::Pcscf, Protocol::Udp)
        );
        assert_eq!(net.steps.last(), Some(&Step::Removed(SaSet(1))));
        assert_eq!((net.registered(), net.sas.len()), ((0, 0), 0));
        let tampered = PcscfEvent::Tampered { impi: ue.impi(), why };
        assert!(net.events.contains(&tampered), "{:?}", net.events);
    }
}

#[test]
fn a_wrong_res_deletes_the_new_associations_after_it_is_said() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    net.give(ue.unprotected(), &ue.register("", false));
    let sm2 = net.one();
    net.answer(&sm2, 401, &challenge());
    let sm6 = net.one().1;
    ue.challenged(&sm6);
    net.give(ue.protected(), &ue.register("wrong", true));
    let sm8 = net.one();
    net.answer(&sm8, 403, "");
    assert_eq!(status(&net.one().1), 403);
    assert_eq!(
        net.steps[net.steps.len() - 2..],
        [Step::Sent, Step::Removed(SaSet(1))]
    );
    assert_eq!(net.registered(), (0, 0));
}

/// A challenge whose associations cannot be had would be answered where nobody hears it: the UE learns of it at once.
#[test]
fn associations_that_cannot_be_had_are_an_error_and_no_challenge() {
    for room in 0..4 {
        let mut net = Net::new();
        net.room = room;
        let mut ue = Phone::new(1);
        let sm1 = ue.register("", false);
        net.give(ue.unprotected(), &sm1);
        let sm2 = net.one();
        net.answer(&sm2, 401, &challenge());
        let (hop, text) = net.one();
        assert_eq!((status(&text), hop.remote.ip()), (500, ue.address), "{room}");
        assert!(values(&text, Name::SecurityServer).is_empty(), "{text}");
        assert_eq!(
            (net.registered(), net.sas.len()),
            ((0, 0), 0),
            "what there was of them goes"
        );
        let refused = PcscfEvent::Refused {
            impi: ue.impi(),
            status: 500,
        };
        assert!(net.events.contains(&refused), "{:?}", net.events);
        let counters = net.pcscf.counters();
        assert_eq!((counters.challenged, counters.refused), (0, 1));
        assert_eq!(counters.associations_refused as usize, 4 - room);
        // Said again to who asks again, and the next attempt may succeed.
        net.give(ue.unprotected(), &sm1);
        assert_eq!(status(&net.one().1), 500);
        net.room = usize::MAX;
        net.give(ue.unprotected(), &ue.register("", false));
        let sm2 = net.one();
        net.answer(&sm2, 401, &challenge());
        let sm6 = net.one().1;
        assert_eq!((status(&sm6), net.sas.len()), (401, 1), "{room}");
        assert_eq!(net.pcscf.counters().challenged, 1);
    }
}

#[test]
fn silence_after_the_challenge_leaves_nothing() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    net.give(ue.unprotected(), &ue.register("", false));
    let sm2 = net.one();
    net.answer(&sm2, 401, &challenge());
    net.one();
    net.pass(239);
    assert_eq!((net.registered(), net.sas.len()), ((0, 1), 1));
    net.pass(2);
    assert_eq!((net.registered(), net.sas.len()), ((0, 0), 0));
    assert!(net.events.contains(&PcscfEvent::Unanswered { impi: ue.impi() }));
}

#[test]
fn a_failure_that_the_ue_tells_brings_another_challenge_or_the_end() {
    // Synchronisation failure: outside of associations, with a new proposal or the same; the new challenge has new associations.
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    net.give(ue.unprotected(), &ue.register("", false));
    let sm2 = net.one();
    net.answer(&sm2, 401, &challenge());
    net.one();
    let auts = ue
        .register("", false)
        .replace("response=\"\"", "response=\"\", auts=\"AAAA\"");
    net.give(ue.unprotected(), &auts);
    let sm8 = net.one();
    assert!(
        sm8.1.contains("auts=\"AAAA\"") && sm8.1.contains("integrity-protected=\"no\""),
        "{}",
        sm8.1
    );
    assert!(
        net.sas.contains_key(&SaSet(1)),
        "nobody is known to have sent this"
    );
    net.answer(&sm8, 401, &challenge());
    let sm6 = net.one().1;
    assert_eq!(net.sas.keys().copied().collect::<Vec<_>>(), [SaSet(2)]);
    ue.challenged(&sm6);
    net.give(ue.protected(), &ue.register("0123", true));
    let sm8 = net.one();
    net.answer(&sm8, 200, &ue.ok());
    net.one();
    assert_eq!(net.registered(), (1, 0));
    // Network authentication failure: an empty response, and SM10 with an error.
    let mut net = Net::new();
    let mut ue = Phone::new(2);
    net.give(ue.unprotected(), &ue.register("", false));
    let sm2 = net.one();
    net.answer(&sm2, 401, &challenge());
    net.one();
    net.give(ue.unprotected(), &ue.register("", false));
    let sm8 = net.one();
    net.answer(&sm8, 403, "");
    assert_eq!(status(&net.one().1), 403);
    assert_eq!((net.registered(), net.sas.len()), ((0, 0), 0));
}

#[test]
fn errors_of_the_home_network_come_through_and_leave_nothing() {
    for (answered, headers) in [
        (403, ""),
        (404, ""),
        (423, "Min-Expires: 1800"),
        (480, ""),
        (503, "Retry-After: 60"),
        (600, ""),
    ] {
        let mut net = Net::new();
        let mut ue = Phone::new(1);
        net.give(ue.unprotected(), &ue.register("", false));
        let sm2 = net.one();
        net.answer(&sm2, answered, headers);
        let text = net.one().1;
        assert_eq!((status(&text), net.registered()), (answered, (0, 0)));
        assert!(headers.is_empty() || text.contains(headers), "{text}");
    }
}

#[test]
fn a_home_network_that_is_not_there() {
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    // Its name is not known.
    let elsewhere = ue
        .register("", false)
        .replace("REGISTER sip:home.test", "REGISTER sip:other.test");
    net.give(ue.unprotected(), &elsewhere);
    assert_eq!((status(&net.one().1), net.registered()), (404, (0, 0)));
    // It does not answer.
    net.give(ue.unprotected(), &ue.register("", false));
    net.pass(33);
    net.sent.retain(|(_, text)| status(text) != 0);
    assert_eq!((status(&net.one().1), net.registered()), (504, (0, 0)));
    // It refuses the connection.
    let mut net = Net::new();
    net.give(ue.unprotected(), &ue.register("", false));
    let sm2 = net.one();
    // From where its neighbours know it: what may wait for them is counted by that address.
    assert_eq!(sm2.0.local, net.pcscf.config().core);
    let at = net.at();
    net.pcscf.hop_failed(at, sm2.0);
    net.drain();
    assert_eq!((status(&net.one().1), net.registered()), (504, (0, 0)));
}

#[test]
fn a_challenge_without_keys_protects_nothing_and_is_not_passed_on() {
    for spoilt in [
        challenge().replace(", ck=", ", x="),
        challenge().replace(IK, "1011"),
        "WWW-Authenticate: Digest realm=\"home.test\", nonce=\"x\"".to_owned(),
    ] {
        let mut net = Net::new();
        let mut ue = Phone::new(1);
        net.give(ue.unprotected(), &ue.register("", false));
        let sm2 = net.one();
        net.answer(&sm2, 401, &spoilt);
        let text = net.one().1;
        assert_eq!((status(&text), net.registered()), (500, (0, 0)));
        assert!(!text.contains(CK) && !text.contains(IK), "{text}");
    }
}
