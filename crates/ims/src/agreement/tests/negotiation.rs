//! What is proposed, chosen and checked (TS 33.203 7.2, 7.3.2).

use super::*;

#[test]
fn both_ends_choose_the_same_for_every_pair_of_policies() {
    for ue in 1_u32..1 << Suite::ALL.len() {
        for pcscf in 1_u32..1 << Suite::ALL.len() {
            let of = |mask: u32| -> Vec<Suite> {
                let all = Suite::ALL.iter().enumerate();
                all.filter(|(bit, _)| mask & 1 << bit != 0)
                    .map(|(_, suite)| *suite)
                    .collect()
            };
            let policy = Policy {
                suites: of(pcscf),
                encapsulation: true,
            };
            let offer = offer_of(&of(ue), true);
            let judged = policy.judge(false, [offer.security_client()]);
            let Ok(proposal) = judged else {
                assert_eq!(ue & pcscf, 0, "something is common");
                assert_eq!(judged, Err(Refusal::NoCommon));
                continue;
            };
            // The P-CSCF's order counts (7.2).
            let first = policy.suites.iter().find(|suite| of(ue).contains(suite));
            assert_eq!(Some(&proposal.suite()), first);
            let choice = proposal.choose(&policy, UE, here());
            let verdict = judge(&offer, &choice).expect("acceptable");
            let there = Associations {
                set: SaSet(7),
                ..verdict.associations
            };
            assert_eq!(there, choice.associations);
            assert_eq!(
                choice.verify([offer.security_client()], [verdict.security_verify.as_str()]),
                Ok(())
            );
        }
    }
}

#[test]
fn a_proposal_that_the_pcscf_does_not_take() {
    let policy = Policy::default();
    let offer = offer_of(&[sha_cbc()], false);
    assert_eq!(policy.judge(false, []), Err(Refusal::Missing));
    assert!(matches!(policy.judge(false, [","]), Err(Refusal::Unreadable(_))));
    assert_eq!(policy.judge(false, ["tls;q=0.5"]), Err(Refusal::NoCommon));
    assert_eq!(
        policy.judge(true, [offer.security_client()]),
        Err(Refusal::Nat),
        "a UE behind a NAT that cannot put ESP into UDP"
    );
    let alone = Policy {
        encapsulation: false,
        ..Policy::default()
    };
    let tunnel = offer_of(&[sha_cbc()], true);
    assert_eq!(alone.judge(true, [tunnel.security_client()]), Err(Refusal::Nat));
    for (from, to) in [("port-c=4000", "port-c=4001"), ("port-s=4001", "port-s=5060")] {
        let text = offer.security_client().replace(from, to);
        let judged = policy.judge(false, [text.as_str()]);
        assert!(matches!(judged, Err(Refusal::Numbers(_))), "{to}");
    }
    // What would be taken is said, and read by nobody as something to set up.
    let server = policy.security_server();
    let none = offer.judge(SaSet(1), UE, UE, PCSCF, [server.as_str()]);
    assert_eq!(none, Err(Unacceptable::NoCommon));
    assert_eq!(Refusal::NoCommon.status(), 494);
}

#[test]
fn an_answer_that_the_ue_does_not_take() {
    let offer = offer_of(&[sha_cbc()], false);
    let policy = Policy::default();
    let proposal = policy.judge(false, [offer.security_client()]).expect("taken");
    let choice = proposal.choose(&policy, UE, here());
    let server = choice.security_server();
    let judge = |text: &str| offer.judge(SaSet(1), UE, UE, PCSCF, [text]);
    assert_eq!(
        offer.judge(SaSet(1), UE, UE, PCSCF, []),
        Err(Unacceptable::Missing)
    );
    assert!(judge(server).is_ok());
    assert_eq!(
        judge(&server.replace("aes-cbc", "aes-xts")),
        Err(Unacceptable::NoCommon)
    );
    assert_eq!(
        judge(&server.replace("=trans", "=UDP-enc-tun")),
        Err(Unacceptable::NoCommon)
    );
    assert_eq!(
        judge(&server.replace("spi-c=2000", "spi-c=1001")),
        Err(Unacceptable::OwnSpi)
    );
    let ports = judge(&server.replace("port-s=6100", "port-s=6101"));
    assert!(matches!(ports, Err(Unacceptable::Numbers(_))));
    assert!(matches!(
        judge(&server.replace("q=0.", "q=2.")),
        Err(Unacceptable::Unreadable(_))
    ));
}

#[test]
fn a_changed_letter_on_either_way_is_found() {
    let offer = offer_of(&[sha_cbc(), md5_null()], true);
    let policy = Policy::default();
    let choice = policy
        .judge(false, [offer.security_client()])
        .expect("taken")
        .choose(&policy, UE, here());
    let (client, server) = (offer.security_client(), choice.security_server());
    for at in 0..server.len() {
        let mut changed = server.as_bytes().to_vec();
        changed[at] ^= 1;
        let changed = String::from_utf8(changed).expect("text");
        assert!(choice.verify([client], [changed.as_str()]).is_err(), "{changed}");
    }
    for at in 0..client.len() {
        let mut changed = client.as_bytes().to_vec();
        changed[at] ^= 1;
        let changed = String::from_utf8(changed).expect("text");
        assert!(choice.verify([changed.as_str()], [server]).is_err(), "{changed}");
    }
    // Entries taken out, put in, or in another order.
    let first = server.split(',').next().unwrap_or_default();
    let reversed = server.split(',').rev().collect::<Vec<_>>().join(",");
    for text in [first, reversed.as_str(), ""] {
        assert!(choice.verify([client], [text]).is_err(), "{text}");
    }
    assert_eq!(choice.verify([client], []), Err(VerifyFailure::NoVerify));
    assert_eq!(choice.verify([], [server]), Err(VerifyFailure::NoClient));
    // Media's mechanisms and white space are nothing of it.
    let media = format!("{server} , sdes-srtp;mediasec");
    assert_eq!(choice.verify([client], [media.as_str()]), Ok(()));
    assert_eq!(choice.verify_server(server.split(',')), Ok(()));
}

#[test]
fn the_pcscf_orders_and_what_comes_first_is_said_by_q() {
    let (first, second) = (sha_cbc(), md5_null());
    let policy = Policy {
        suites: vec![second, first],
        ..Policy::default()
    };
    let offer = offer_of(&[first, second], false);
    let proposal = policy.judge(false, [offer.security_client()]).expect("taken");
    let choice = proposal.choose(&policy, UE, here());
    assert_eq!(choice.associations.suite, second, "not as the UE likes it best");
    let entries = choice.security_server().split(',').rev();
    let server = entries.collect::<Vec<_>>().join(",");
    let verdict = offer.judge(SaSet(1), UE, UE, PCSCF, [server.as_str()]);
    let taken = verdict.expect("acceptable").associations.suite;
    assert_eq!(taken, second, "the place in the list says nothing");
}

/// The attacker of 7.2: the best suite is taken out of SM1 on its way.
#[test]
fn bidding_down_ends_in_associations_that_differ_and_in_a_refusal() {
    let offer = offer_of(&[sha_cbc(), md5_null()], false);
    let weak: Vec<&str> = offer
        .security_client()
        .split(',')
        .filter(|entry| entry.contains("md5"))
        .collect();
    let policy = Policy::default();
    let choice = policy
        .judge(false, weak)
        .expect("taken")
        .choose(&policy, UE, here());
    assert_eq!(choice.associations.suite, md5_null());
    let verdict = judge(&offer, &choice).expect("the list of the P-CSCF is whole");
    assert_eq!(
        verdict.associations.suite,
        sha_cbc(),
        "the UE takes the best of the list"
    );
    let verified = choice.verify([offer.security_client()], [verdict.security_verify.as_str()]);
    assert_eq!(verified, Err(VerifyFailure::Client));
}

#[test]
fn behind_a_nat_it_is_a_tunnel() {
    let offer = offer_of(&[sha_cbc()], true);
    let policy = Policy::default();
    let proposal = policy.judge(true, [offer.security_client()]).expect("taken");
    assert_eq!(proposal.mode(), Mode::UdpEncapsulatedTunnel);
    let public = IpAddr::from([192, 0, 2, 9]);
    let choice = proposal.choose(&policy, public, here());
    let verdict = offer.judge(SaSet(1), public, UE, PCSCF, [choice.security_server()]);
    let associations = verdict.expect("acceptable").associations;
    // Inside the tunnel both mean the same packets; around it each sees what the NAT makes of it.
    assert_eq!(
        (associations.ue, associations.pcscf),
        (choice.associations.ue, choice.associations.pcscf)
    );
    let Encapsulation::UdpTunnel { ue, .. } = associations.encapsulation else {
        panic!("a tunnel")
    };
    assert_eq!((ue.ip(), ue.port()), (UE, ENCAPSULATION_PORT));
}
