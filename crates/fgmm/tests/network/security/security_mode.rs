//! Security mode control (TS 24.501 5.4.2; TS 33.501 6.4.6, 6.7.2): algorithms, what is repeated to the UE, and what it
//! says again.

use crate::support::{CAPABILITY, Request, Rig, Ue, k_seaf, plain, supi};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_fgmm::network::{
    AlgorithmLists, Confirmation, Input, Output, Phase, ReleaseCause, SmDelivery, SmDeliveryKind, Timer,
};
use quintet_fgmm::{Discard, Disposition};
use quintet_identity::SNssai;
use quintet_nas::fgs::{
    FgmmCause, FgmmMessage, MobileIdentity, NasMessageContainer, NasSecurityAlgorithms, RegistrationType,
    SecurityModeCommand, SecurityModeComplete, SecurityModeReject, ServiceType, UeSecurityCapability,
};
use quintet_nas::security::Protection;

/// SECURITY MODE COMMAND to a UE that says it can this, or the cause of the reject.
fn commanded(rig: &mut Rig, capability: UeSecurityCapability) -> Result<(Ue, Vec<u8>), FgmmCause> {
    let mut request = Request::by_suci(1);
    request.capability = Some(capability);
    let _ = rig.initial(&request.cleartext());
    let _ = rig.take();
    rig.give(1);
    let mut ue = Ue::challenged(&rig.downlink(), 1, request);
    rig.send(&ue.response());
    let _ = rig.take();
    let confirmation = Confirmation {
        supi: supi(1),
        k_seaf: k_seaf(1),
    };
    match rig.input(Input::Confirmed(Ok(confirmation))) {
        Disposition::Replied(_) => Err(rig.rejected()),
        _ => {
            let command = rig.downlink();
            let plain = ue.take_command(&command);
            Ok((ue, plain))
        }
    }
}

fn lists(integrity: &[u8], ciphering: &[u8]) -> AlgorithmLists {
    AlgorithmLists {
        integrity: integrity.iter().copied().map(IntegrityAlgorithm).collect(),
        ciphering: ciphering.iter().copied().map(CipheringAlgorithm).collect(),
    }
}

#[test]
fn the_operators_first_that_the_ue_has() {
    /// The operator's lists, the UE's NEA and NIA, and what comes of them.
    type Case<'c> = (&'c [u8], &'c [u8], u8, u8, Option<(u8, u8)>);
    let cases: [Case<'_>; 8] = [
        (&[2, 1], &[2, 0], 0xf0, 0xf0, Some((2, 2))),
        (&[2, 1], &[2, 0], 0x90, 0xd0, Some((1, 0))),
        (&[3, 2, 1], &[3, 2, 1], 0xf0, 0xf0, Some((3, 3))),
        (&[1], &[0], 0x80, 0x40, Some((1, 0))),
        // Nothing in common; and NIA0 is never chosen, not even if both have nothing else.
        (&[2], &[2], 0xf0, 0x50, None),
        (&[2], &[2], 0xd0, 0xf0, None),
        (&[0], &[0], 0xf0, 0xf0, None),
        (&[0, 2], &[0], 0xf0, 0x80, None),
    ];
    for (integrity, ciphering, ea, ia, expected) in cases {
        let mut rig = Rig::new();
        rig.policy.algorithms = lists(integrity, ciphering);
        let outcome = commanded(&mut rig, UeSecurityCapability::new(ea, ia));
        match (outcome, expected) {
            (Ok((_, plain)), Some((nia, nea))) => {
                let (command, _) = SecurityModeCommand::decode(&plain).expect("SECURITY MODE COMMAND");
                let chosen = NasSecurityAlgorithms::new(nea, nia);
                assert_eq!(command.selected_nas_security_algorithms, chosen);
            }
            (Err(cause), None) => assert_eq!(cause, FgmmCause::UE_SECURITY_CAPABILITIES_MISMATCH),
            (outcome, _) => panic!("{integrity:?} {ciphering:?}: {:?}", outcome.map(|_| "a command")),
        }
    }
}

#[test]
fn the_capability_is_repeated_octet_by_octet() {
    for octets in [
        &[0xf0, 0xf0][..],
        &[0xf0, 0xf0, 0xe0, 0x60],
        &[0xff, 0xff, 0xff, 0xff, 0x12, 0x34, 0x56, 0x78],
        &[0xe0, 0x60, 0x01],
    ] {
        let capability = UeSecurityCapability::from_octets(octets).expect("2 to 8 octets");
        let mut rig = Rig::new();
        let (_, plain) = commanded(&mut rig, capability).expect("a command");
        let (command, _) = SecurityModeCommand::decode(&plain).expect("SECURITY MODE COMMAND");
        assert_eq!(command.replayed_ue_security_capabilities.octets(), octets);
    }
}

#[test]
fn what_is_repeated_is_what_the_request_said_not_what_the_context_knows() {
    // Somebody on the way took NIA2 and NEA2 out of a request that only names a UE.
    let mut rig = Rig::new();
    let ue = rig.idle(1);
    let mut request = Request::by_guti(ue.guti.expect("a GUTI"), 7);
    request.capability = Some(UeSecurityCapability::new(0xd0, 0xd0));
    let _ = rig.initial(&request.cleartext());
    let _ = rig.take();
    rig.give(2);
    let mut ue = rig.answer(2, Request::by_suci(1));
    let plain = ue.take_command(&rig.downlink());
    let (command, _) = SecurityModeCommand::decode(&plain).expect("SECURITY MODE COMMAND");
    assert_eq!(
        command.replayed_ue_security_capabilities,
        UeSecurityCapability::new(0xd0, 0xd0)
    );
    // The UE sees that and refuses; the context keeps what the UE really has.
    let reject = SecurityModeReject::new(FgmmCause::UE_SECURITY_CAPABILITIES_MISMATCH);
    rig.send(&FgmmMessage::from(reject).to_octets());
    assert_eq!(rig.table.only().ue_security_capability, Some(CAPABILITY));
}

#[test]
fn a_capability_that_differs_in_the_whole_message() {
    let mut rig = Rig::new();
    let (mut ue, _) = commanded(&mut rig, UeSecurityCapability::new(0xd0, 0xd0)).expect("a command");
    ue.request.capability = Some(CAPABILITY);
    let cause = FgmmCause::UE_SECURITY_CAPABILITIES_MISMATCH;
    assert_eq!(rig.uplink(&ue.complete()), Disposition::Replied(cause));
    assert_eq!(rig.rejected_to(&mut ue), cause);
}

#[test]
fn the_initial_message_is_asked_for_again_unless_somebody_vouched_for_it() {
    let asked = |plain: &[u8]| {
        let (command, _) = SecurityModeCommand::decode(plain).expect("SECURITY MODE COMMAND");
        command
            .additional_5g_security_information
            .is_some_and(|i| i.retransmission_requested())
    };
    let mut rig = Rig::new();
    let (_, plain) = commanded(&mut rig, CAPABILITY).expect("a command");
    assert!(asked(&plain), "it came plain");
    // It came with a MAC that does not hold.
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    let mut request = ue.register(RegistrationType::INITIAL_REGISTRATION);
    request[2] ^= 1;
    let _ = rig.initial(&request);
    let _ = rig.take();
    rig.give(2);
    let mut ue = rig.answer(2, ue.request.clone());
    let plain = ue.take_command(&rig.downlink());
    assert!(asked(&plain), "its MAC does not hold");
    // It was verified, and the policy wants another authentication.
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    rig.policy.reauthentication.every = Some(1);
    let request = ue.register(RegistrationType::INITIAL_REGISTRATION);
    let _ = rig.initial(&request);
    let _ = rig.take();
    rig.give(2);
    let request = rig.downlink();
    let request = ue.read(&request);
    let mut next = Ue::challenged(&request, 2, ue.request.clone());
    let response = ue.protect(Protection::Ciphered, &next.response());
    rig.send(&response);
    rig.confirm(2);
    let plain = next.take_command(&rig.downlink());
    assert!(!asked(&plain), "it was verified");
    rig.send(&next.complete_with(SecurityModeComplete::new()));
    assert!(rig.take().iter().any(|o| matches!(o, Output::Register { .. })));
}

#[test]
fn what_the_whole_message_says_counts() {
    // What stood in the clear was changed on its way: an update instead of an initial registration.
    let mut rig = Rig::new();
    let mut tampered = Request::by_suci(1);
    tampered.registration_type = RegistrationType::MOBILITY_REGISTRATION_UPDATING;
    let _ = rig.initial(&tampered.cleartext());
    let _ = rig.take();
    rig.give(1);
    let mut request = Request::by_suci(1);
    request.nssai = vec![SNssai::new(2)];
    let mut ue = rig.answer(1, request);
    let _ = ue.take_command(&rig.downlink());
    rig.send(&ue.complete());
    assert!(
        rig.take()
            .iter()
            .any(|o| matches!(o, Output::Register { initial: true, .. }))
    );
    rig.subscribe();
    let accept = rig.complete(&mut ue);
    assert_eq!(
        accept.allowed_nssai.expect("slices").slices().collect::<Vec<_>>(),
        [SNssai::new(2)],
        "an element that is never in the clear"
    );
}

#[test]
fn the_whole_message_must_come_and_be_one() {
    let service = [0x7e, 0, 0x4c, 0x10, 0, 7, 0xf4, 0, 0x41, 0xc0, 0, 0, 1];
    let mut rig = Rig::new();
    let mut ue = rig.command(1);
    let _ = ue.take_command(&rig.downlink());
    let without = ue.complete_with(SecurityModeComplete::new());
    assert!(matches!(
        rig.uplink(&without),
        Disposition::Silent(Discard::Path(_))
    ));
    assert!(
        rig.table.contexts.is_empty(),
        "nobody is served for what stood in the clear"
    );
    rig.send(&ue.complete());
    let cases: [(&[u8], FgmmCause); 3] = [
        (&[0x7e, 0, 0x41], FgmmCause::INVALID_MANDATORY_INFORMATION),
        (&service, FgmmCause::SEMANTICALLY_INCORRECT_MESSAGE),
        (&[0x7e, 0, 0x43], FgmmCause::SEMANTICALLY_INCORRECT_MESSAGE),
    ];
    for (container, cause) in cases {
        let mut rig = Rig::new();
        let mut ue = rig.command(1);
        let _ = ue.take_command(&rig.downlink());
        let mut complete = SecurityModeComplete::new();
        complete.nas_message_container = Some(NasMessageContainer(container));
        let complete = ue.complete_with(complete);
        assert_eq!(
            rig.uplink(&complete),
            Disposition::Replied(cause),
            "{container:02x?}"
        );
        assert_eq!(rig.rejected_to(&mut ue), cause);
    }
}

#[test]
fn imeisv_and_eps_algorithms() {
    let mut rig = Rig::new();
    rig.policy.request_imeisv = true;
    rig.policy.eps_algorithms = Some(lists(&[0, 3, 1], &[3, 1]));
    let capability = CAPABILITY.with_eps(0xc0, 0xc0);
    let (mut ue, plain) = commanded(&mut rig, capability).expect("a command");
    let (command, _) = SecurityModeCommand::decode(&plain).expect("SECURITY MODE COMMAND");
    assert!(command.imeisv_request.is_some());
    let eps = command
        .selected_eps_nas_security_algorithms
        .expect("it has S1 mode");
    assert_eq!((eps.integrity(), eps.ciphering()), (1, 1));
    let imeisv = "4901542032375101".parse().expect("an IMEISV");
    let whole = ue.request.whole();
    let mut complete = SecurityModeComplete::new();
    complete.imeisv = Some(MobileIdentity::Imeisv(imeisv));
    complete.nas_message_container = Some(NasMessageContainer(&whole));
    rig.send(&ue.complete_with(complete));
    let context = rig.table.only();
    assert_eq!(context.imeisv, Some(imeisv));
    let kept = context
        .security
        .as_ref()
        .expect("keys")
        .eps_algorithms
        .expect("told");
    assert_eq!((kept.integrity.0, kept.ciphering.0), (1, 1));
    // A UE without S1 mode is told none.
    let mut rig = Rig::new();
    rig.policy.eps_algorithms = Some(lists(&[2], &[2]));
    let (_, plain) = commanded(&mut rig, CAPABILITY).expect("a command");
    let (command, _) = SecurityModeCommand::decode(&plain).expect("SECURITY MODE COMMAND");
    assert!(command.selected_eps_nas_security_algorithms.is_none() && command.imeisv_request.is_none());
}

#[test]
fn a_ue_that_refuses_leaves_everything_as_it_was() {
    for cause in [23, 24] {
        let mut rig = Rig::new();
        let ue = rig.idle(1);
        let request = Request::by_guti(ue.guti.expect("a GUTI"), 7);
        let _ = rig.initial(&request.cleartext());
        let _ = rig.take();
        rig.give(2);
        let _ = rig.answer(2, request);
        let _ = rig.take();
        let before = rig.table.snapshot();
        let reject = SecurityModeReject::new(FgmmCause(cause));
        rig.send(&FgmmMessage::from(reject).to_octets());
        assert!(rig.phases().contains(&Phase::Rejected(FgmmCause(cause))));
        assert_eq!(
            rig.ending(),
            (vec![], Some(ReleaseCause::Unspecified)),
            "#{cause}"
        );
        assert_eq!(rig.table.snapshot(), before);
    }
}

#[test]
fn t3560_repeats_the_command_under_another_count_and_gives_up() {
    let mut rig = Rig::new();
    let mut ue = rig.command(1);
    let command = rig.downlink();
    let first = ue.take_command(&command);
    for n in 1..=4 {
        rig.expire();
        let again = rig.downlink();
        assert_eq!(again[6], n, "COUNT");
        assert_eq!(plain(&again), first);
    }
    rig.expire();
    assert!(rig.phases().contains(&Phase::GivenUp(Timer::T3560)));
    assert_eq!(rig.ending().1, Some(ReleaseCause::Unspecified));
    assert!(rig.table.contexts.is_empty());
}

#[test]
fn k_gnb_is_of_the_last_complete() {
    let mut rig = Rig::new();
    let mut ue = rig.command(1);
    let _ = ue.take_command(&rig.downlink());
    let first = ue.complete();
    rig.expire();
    let second = ue.complete();
    rig.send(&first);
    assert_eq!(rig.uplink(&second), Disposition::Silent(Discard::Repetition));
    rig.take();
    rig.subscribe();
    assert_eq!(rig.context_setup().k_gnb, ue.k_amf.k_gnb(1));
}

#[test]
fn a_complete_that_is_not_protected_as_it_must_be() {
    let mut rig = Rig::new();
    let mut ue = rig.command(1);
    let _ = ue.take_command(&rig.downlink());
    let whole = FgmmMessage::from(SecurityModeComplete::new()).to_octets();
    assert_eq!(rig.uplink(&whole), Disposition::Silent(Discard::Unprotected));
    let mut forged = ue.complete();
    forged[4] ^= 1;
    assert_eq!(rig.uplink(&forged), Disposition::Silent(Discard::Mac));
    for protection in [Protection::Integrity, Protection::Ciphered] {
        let nas = ue.protect(protection, &whole);
        assert!(
            matches!(rig.uplink(&nas), Disposition::Silent(_)),
            "{protection:?}"
        );
    }
    // Another message under the new header.
    let other = FgmmMessage::from(SecurityModeReject::new(FgmmCause(24))).to_octets();
    let other = ue.protect(Protection::CipheredNewContext, &other);
    assert_eq!(rig.uplink(&other), Disposition::Silent(Discard::SecurityHeader));
    assert!(rig.table.contexts.is_empty());
    rig.send(&ue.complete());
    assert_eq!(rig.table.contexts.len(), 1);
}

#[test]
fn other_algorithms_under_the_same_k_amf() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    rig.policy.algorithms = lists(&[1], &[1]);
    let request = ue.service(ServiceType::SIGNALLING, None, None);
    assert_eq!(rig.initial(&request), Disposition::Handled);
    let outputs = rig.take();
    let Some(Output::Downlink(command)) = outputs.iter().find(|o| matches!(o, Output::Downlink(_))) else {
        panic!("SECURITY MODE COMMAND: {outputs:?}");
    };
    assert_ne!(command[6], 0, "COUNT goes on");
    let current = rig.table.only().security.as_ref().expect("keys");
    assert_eq!(
        current.nas.counts().next_sent.map(|next| next.sequence_number()),
        Some(command[6] + 1),
        "used up in the context in use as well: the UE may refuse"
    );
    let ksi = ue.ksi;
    let _ = ue.take_command(command);
    assert_eq!(ue.ksi, ksi);
    rig.send(&ue.complete_with(SecurityModeComplete::new()));
    let security = rig.table.only().security.as_ref().expect("keys");
    assert_eq!((security.nas.integrity().0, security.nas.ciphering().0), (1, 1));
    let accept = rig.context_setup().nas.expect("SERVICE ACCEPT");
    assert_eq!(ue.name(&accept), "SERVICE ACCEPT");
}

/// What goes out under the context in use while another of the same KAMF is offered, and the command again: one COUNT for
/// each (TS 33.501 6.4.3.1), and the UE goes on from the last.
#[test]
fn two_contexts_of_one_k_amf_share_their_downlink_counts() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    // The integrity algorithm stays, and KNASint with it.
    rig.policy.algorithms = lists(&[2], &[0]);
    let request = ue.service(ServiceType::SIGNALLING, None, None);
    assert_eq!(rig.initial(&request), Disposition::Handled);
    let command = rig.downlink();
    let delivery = SmDelivery {
        pdu_session_id: 5,
        kind: SmDeliveryKind::Message {
            s_nssai: None,
            n1: Some(&[0x2e, 5, 1, 0xc2]),
            n2: None,
        },
    };
    assert_eq!(rig.input(Input::Sm(delivery)), Disposition::Handled);
    let transport = rig.downlink();
    rig.expire();
    let again = rig.downlink();
    assert_eq!(transport[6], command[6] + 1);
    assert_eq!(again[6], transport[6] + 1, "no COUNT protects two messages");
    assert_eq!(ue.name(&transport), "DL NAS TRANSPORT");
    let _ = ue.take_command(&again);
    rig.send(&ue.complete_with(SecurityModeComplete::new()));
    let accept = rig.context_setup().nas.expect("SERVICE ACCEPT");
    assert_eq!(ue.name(&accept), "SERVICE ACCEPT");
}
