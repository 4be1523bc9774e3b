//! NAS security mode control: TS 24.301 5.4.3.

use crate::support::{
    CAPABILITY, Rig, Ue, attach_request, attach_request_of, attach_request_with, eutran_vector, gummei, imsi,
};
use quintet_crypto::{CipheringAlgorithm as Eea, IntegrityAlgorithm as Eia, hash_mme};
use quintet_emm::network::{Output, Phase, ReleaseCause, Timer};
use quintet_emm::{Discard, Disposition};
use quintet_nas::eps::{
    AttachRequest, EmmCause, EmmMessage, EpsAttachType, EpsMobileIdentity, HashMme, ImeisvRequest,
    MobileIdentity, MsNetworkCapability, ReplayedNasMessageContainer, SecurityModeComplete,
    SecurityModeReject, UeAdditionalSecurityCapability, UeSecurityCapability,
};
use quintet_nas::security::Protection;

fn by_imsi(capability: &[u8]) -> Vec<u8> {
    attach_request_with(
        EpsMobileIdentity::Imsi(imsi(1)),
        7,
        EpsAttachType::EPS_ATTACH,
        capability,
    )
}

/// Runs an attach up to what follows a right RES.
fn answered(rig: &mut Rig, request: &[u8]) -> (Ue, Disposition) {
    let _ = rig.initial(request);
    let _ = rig.take();
    rig.give(1);
    let challenge = rig.downlink();
    let ue = Ue::challenged(&challenge, &eutran_vector(1));
    let disposition = rig.uplink(&ue.response());
    (ue, disposition)
}

fn reject(cause: EmmCause) -> Vec<u8> {
    EmmMessage::from(SecurityModeReject::new(cause)).to_octets()
}

/// The operator's first that the UE has; null algorithms only where nothing better is shared and the operator lists them.
#[test]
fn the_operators_first_that_the_ue_has() {
    // EEA bitmap, EIA bitmap, lists, choice.
    let (all, rows) = (
        [Eia::EIA2, Eia::EIA1, Eia::EIA3],
        [
            ([0xf0, 0xf0], Some((Eia::EIA2, Eea::EEA2))),
            ([0xf0, 0x50], Some((Eia::EIA1, Eea::EEA2))),
            ([0xf0, 0x10], Some((Eia::EIA3, Eea::EEA2))),
            ([0xd0, 0xf0], Some((Eia::EIA2, Eea::EEA1))),
            ([0x90, 0xf0], Some((Eia::EIA2, Eea::EEA0))),
            ([0x80, 0x90], Some((Eia::EIA3, Eea::EEA0))),
            ([0xf0, 0x80], None),
            ([0xf0, 0x00], None),
            ([0x10, 0xf0], None),
        ],
    );
    for (capability, choice) in rows {
        let mut rig = Rig::new();
        rig.policy.integrity = all.to_vec();
        rig.policy.ciphering = vec![Eea::EEA2, Eea::EEA1, Eea::EEA0];
        let (mut ue, disposition) = answered(&mut rig, &by_imsi(&capability));
        let Some((integrity, ciphering)) = choice else {
            let cause = EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH;
            assert_eq!(disposition, Disposition::Replied(cause), "{capability:02x?}");
            assert_eq!(
                rig.ending(),
                (vec![vec![0x07, 0x44, cause.0]], Some(ReleaseCause::NormalRelease))
            );
            assert!(rig.table.contexts.is_empty());
            continue;
        };
        let command = ue.take_command(&rig.downlink());
        let chosen = command.selected_nas_security_algorithms;
        assert_eq!(
            (Eia(chosen.integrity()), Eea(chosen.ciphering())),
            (integrity, ciphering),
            "{capability:02x?}"
        );
    }
}

/// EIA0 is not chosen though the operator's list begins with it (TS 33.401 5.1.4.1).
#[test]
fn null_integrity_is_never_chosen() {
    let mut rig = Rig::new();
    rig.policy.integrity = vec![Eia::EIA0, Eia::EIA2];
    let (mut ue, _) = answered(&mut rig, &by_imsi(&CAPABILITY));
    let command = ue.take_command(&rig.downlink());
    assert_eq!(command.selected_nas_security_algorithms.integrity(), 2);
    let mut rig = Rig::new();
    rig.policy.integrity = vec![Eia::EIA0];
    let (_, disposition) = answered(&mut rig, &by_imsi(&CAPABILITY));
    assert_eq!(
        disposition,
        Disposition::Replied(EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH)
    );
}

/// What the UE said it can comes back as it was, so that the UE sees what was changed on the way.
#[test]
fn capabilities_are_replayed() {
    let plain = by_imsi(&[0xf0, 0x70, 0xc0, 0x40, 0x01]);
    let (mut request, _) = AttachRequest::decode(&plain).unwrap();
    request.ms_network_capability = Some(MsNetworkCapability(&[0xe5, 0xe0]));
    let additional = UeAdditionalSecurityCapability {
        ea_5g: 0xe000,
        ia_5g: 0x6000,
    };
    request.ue_additional_security_capability = Some(additional);
    let mut rig = Rig::new();
    let (mut ue, _) = answered(&mut rig, &EmmMessage::from(request).to_octets());
    let command = ue.take_command(&rig.downlink());
    let replayed = UeSecurityCapability {
        eea: 0xf0,
        eia: 0x70,
        uea: Some(0xc0),
        uia: Some(0x40),
        gea: Some(0x70),
    };
    assert_eq!(command.replayed_ue_security_capabilities, replayed);
    assert_eq!(
        command.replayed_ue_additional_security_capability,
        Some(additional)
    );
    assert!(command.imeisv_request.is_none());
    assert_eq!(rig.uplink(&ue.complete()), Disposition::Handled);
    let context = rig.table.only();
    assert_eq!(*context.ue_network_capability, [0xf0, 0x70, 0xc0, 0x40, 0x01]);
    assert_eq!(
        context.ue_additional_security_capability,
        Some([0xe0, 0, 0x60, 0])
    );
}

#[test]
fn an_unprotected_request_is_hashed() {
    let mut rig = Rig::new();
    let mut ue = rig.command(1);
    let command = ue.take_command(&rig.downlink());
    assert_eq!(command.hash_mme, Some(HashMme(hash_mme(&attach_request()))));
}

#[test]
fn the_imeisv_is_asked_for_and_kept() {
    let mut rig = Rig::new();
    rig.policy.request_imeisv = true;
    let mut ue = rig.command(1);
    assert_eq!(
        ue.take_command(&rig.downlink()).imeisv_request,
        Some(ImeisvRequest::REQUESTED)
    );
    let imeisv = "3582400511111101".parse().unwrap();
    let mut complete = SecurityModeComplete::new();
    complete.imeisv = Some(MobileIdentity::Imeisv(imeisv));
    assert_eq!(rig.uplink(&ue.complete_with(complete)), Disposition::Handled);
    assert_eq!(rig.table.only().imeisv, Some(imeisv));
}

/// Nothing is anybody's context before COMPLETE; then it is bound, current, at COUNTs that began at zero.
#[test]
fn the_context_is_in_use_from_complete_on() {
    let mut rig = Rig::new();
    let mut ue = rig.command(1);
    ue.take_command(&rig.downlink());
    assert!(rig.table.contexts.is_empty() && !rig.session.is_secure() && rig.session.context().is_none());
    assert_eq!(rig.uplink(&ue.complete()), Disposition::Handled);
    assert!(rig.session.is_secure() && rig.session.context().is_some());
    let outputs = rig.take();
    let bound = outputs.iter().position(|o| matches!(o, Output::Bound(_)));
    let changed = outputs.iter().position(|o| matches!(o, Output::Changed(_)));
    assert!(bound.is_some() && changed.is_some(), "{outputs:?}");
    let context = rig.table.only();
    assert_eq!(context.imsi, Some(imsi(1)));
    let security = context.security.as_ref().unwrap();
    assert_eq!(
        (security.ksi.0, security.kasme.expose()),
        (ue.ksi, ue.kasme.expose())
    );
    assert_eq!(
        (security.uses, security.stale, security.authenticated_at),
        (0, false, rig.wall)
    );
    assert_eq!(security.nas.counts().last_received.map(|c| c.value()), Some(0));
    assert_eq!(
        security.nas.counts().next_sent.map(|c| c.value()),
        Some(1),
        "COMMAND had 0"
    );
    assert!(rig.phases().contains(&Phase::SecurityModeComplete));
    assert!(!rig.phases().contains(&Phase::FirstProtected));
    let status = quintet_nas::eps::EmmStatus::new(EmmCause::PROTOCOL_ERROR_UNSPECIFIED);
    let first = ue.ciphered(status.into());
    assert_eq!(rig.uplink(&first), Disposition::Handled);
    assert!(rig.phases().contains(&Phase::FirstProtected));
}

/// COMPLETE has header type 4 and a right MAC, or it is none.
#[test]
fn a_complete_that_is_not_protected_as_it_must_be_is_discarded() {
    let plain = EmmMessage::from(SecurityModeComplete::new()).to_octets();
    type Make = fn(&mut Ue, &[u8]) -> Vec<u8>;
    let wrong: [(Make, Discard); 5] = [
        (|_, plain| plain.to_vec(), Discard::Unprotected),
        (
            |ue, plain| ue.protect(Protection::Ciphered, plain),
            Discard::NoContext,
        ),
        (
            |ue, plain| ue.protect(Protection::Integrity, plain),
            Discard::NoContext,
        ),
        (
            |ue, plain| ue.protect(Protection::IntegrityNewContext, plain),
            Discard::SecurityHeader,
        ),
        (
            |ue, plain| {
                let mut pdu = ue.protect(Protection::CipheredNewContext, plain);
                pdu[2] ^= 1;
                pdu
            },
            Discard::Mac,
        ),
    ];
    for (make, discard) in wrong {
        let mut rig = Rig::new();
        let mut ue = rig.command(1);
        let command = rig.downlink();
        ue.take_command(&command);
        let pdu = make(&mut ue, &plain);
        assert_eq!(rig.uplink(&pdu), Disposition::Silent(discard), "{pdu:02x?}");
        assert!(rig.take().is_empty() && rig.table.contexts.is_empty() && !rig.session.is_secure());
        // The right one is still good.
        assert_eq!(rig.uplink(&ue.complete()), Disposition::Handled);
        assert!(rig.session.is_secure());
    }
}

/// Another message under the new context's header is none that may have it (9.3.1).
#[test]
fn only_complete_comes_with_the_new_context() {
    let mut rig = Rig::new();
    let mut ue = rig.command(1);
    ue.take_command(&rig.downlink());
    let other = ue.protect(Protection::CipheredNewContext, &attach_request());
    assert_eq!(rig.uplink(&other), Disposition::Silent(Discard::SecurityHeader));
    assert_eq!(rig.uplink(&ue.complete()), Disposition::Handled);
    let again = ue.complete();
    assert_eq!(
        rig.uplink(&again),
        Disposition::Silent(Discard::Repetition),
        "there is no new context any more, but the same one again"
    );
}

/// Each repetition is protected anew, with the next COUNT (4.4.3.1).
#[test]
fn the_command_is_sent_five_times_under_five_counts() {
    let mut rig = Rig::new();
    let mut ue = rig.command(1);
    let mut commands = vec![rig.downlink()];
    for _ in 0..4 {
        rig.expire();
        commands.push(rig.downlink());
    }
    let counts: Vec<_> = commands.iter().map(|command| command[5]).collect();
    assert_eq!(counts, [0, 1, 2, 3, 4]);
    // The UE missed all but the last.
    let mut late = Ue::challenged(
        &EmmMessage::from(quintet_nas::eps::AuthenticationRequest::new(
            quintet_nas::eps::NasKsi(ue.ksi),
            eutran_vector(1).rand,
            eutran_vector(1).autn,
        ))
        .to_octets(),
        &eutran_vector(1),
    );
    late.take_command(&commands[4]);
    ue.take_command(&commands[0]);
    rig.expire();
    assert_eq!(rig.ending(), (vec![], Some(ReleaseCause::Unspecified)));
    assert!(rig.phases().contains(&Phase::GivenUp(Timer::T3460)));
    assert!(rig.table.contexts.is_empty());
    assert_eq!(rig.uplink(&ue.complete()), Disposition::Silent(Discard::Released));
}

/// T3460 repeats the command while COMPLETE is on its way: the UE answers both, and takes KeNB from the latest COUNT.
#[test]
fn a_command_that_was_answered_twice_gives_the_latest_kenb() {
    let mut rig = Rig::new();
    let mut ue = rig.command(1);
    let command = rig.downlink();
    rig.expire();
    let repeated = rig.downlink();
    ue.take_command(&command);
    let first = ue.complete();
    ue.take_command(&repeated);
    let second = ue.complete();
    assert_eq!((first[5], second[5]), (0, 1));
    assert_eq!(rig.uplink(&first), Disposition::Handled);
    let _ = rig.take();
    let repetition = Disposition::Silent(Discard::Repetition);
    assert_eq!(rig.uplink(&second), repetition);
    assert_eq!(
        rig.uplink(&second),
        Disposition::Silent(Discard::Replay),
        "its COUNT is used up"
    );
    let setup = rig.locate();
    assert_eq!(setup.kenb, eutran_vector(1).kasme.k_enb(1));
}

/// A UE that refuses keeps what it had, and so does the MME (5.4.3.5).
#[test]
fn a_reject_leaves_all_as_it_was() {
    for cause in [
        EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH,
        EmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED,
    ] {
        let mut rig = Rig::new();
        let ue = rig.registered(1);
        let _ = rig.initial(&attach_request_of(EpsMobileIdentity::Guti(ue.guti.unwrap()), 7));
        let _ = rig.take();
        rig.give(2);
        let challenge = rig.downlink();
        let _ = rig.uplink(&Ue::challenged(&challenge, &eutran_vector(2)).response());
        let _ = rig.take();
        let before = rig.table.snapshot();
        assert_eq!(rig.uplink(&reject(cause)), Disposition::Handled);
        assert_eq!(rig.ending(), (vec![], Some(ReleaseCause::Unspecified)));
        assert!(rig.phases().contains(&Phase::Rejected(cause)));
        assert_eq!(rig.table.snapshot(), before);
        assert_eq!(
            rig.table.only().security.as_ref().unwrap().kasme.expose(),
            ue.kasme.expose()
        );
    }
}

/// With the same KASME and the same EIA, KNASint of the context offered is that of the one in use: what
/// SECURITY MODE COMMAND used up no later message may use, although the UE refused (TS 33.401 6.5).
#[test]
fn a_refused_change_of_algorithms_uses_its_counts_up() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    rig.policy.ciphering = vec![quintet_crypto::CipheringAlgorithm::EEA0];
    assert_eq!(rig.initial(&ue.attach()), Disposition::Handled);
    assert_eq!(rig.downlink()[5], 1, "COUNT goes on");
    rig.expire();
    assert_eq!(rig.downlink()[5], 2);
    let refusal = ue.protect(
        quintet_nas::security::Protection::Integrity,
        &reject(EmmCause::UE_SECURITY_CAPABILITIES_MISMATCH),
    );
    assert_eq!(rig.uplink(&refusal), Disposition::Handled);
    let security = rig.table.only().security.as_ref().unwrap();
    assert_eq!(security.nas.counts().next_sent.unwrap().value(), 3);
    assert!(security.downlink_reserved >= 3);
}

#[test]
fn a_reject_of_nothing_is_discarded() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    let disposition = rig.uplink(&reject(EmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED));
    assert!(
        matches!(disposition, Disposition::Silent(Discard::Path(_))),
        "{disposition:?}"
    );
    assert!(!rig.session.is_over());
}

/// What the UE really sent comes back when the hash did not match, and takes the place of what was changed on its way.
#[test]
fn a_request_that_was_changed_on_its_way_begins_again() {
    let mut rig = Rig::new();
    let mut ue = rig.command(1);
    ue.take_command(&rig.downlink());
    let real = attach_request_with(
        EpsMobileIdentity::Imsi(imsi(1)),
        7,
        EpsAttachType::COMBINED_EPS_IMSI_ATTACH,
        &[0xf0, 0xf0, 0x80],
    );
    let mut complete = SecurityModeComplete::new();
    complete.replayed_nas_message_container = Some(ReplayedNasMessageContainer(&real));
    assert_eq!(rig.uplink(&ue.complete_with(complete)), Disposition::Handled);
    let outputs = rig.take();
    assert!(
        outputs.iter().any(|o| matches!(o, Output::UpdateLocation { .. })),
        "{outputs:?}"
    );
    assert_eq!(
        *rig.table.only().ue_network_capability,
        [0xf0, 0xf0, 0x80],
        "as it was really sent"
    );
}

/// The capabilities were what was changed: the better algorithm is taken into use after all.
#[test]
fn a_bidding_down_that_the_container_shows_is_undone() {
    let mut rig = Rig::new();
    let (mut ue, _) = answered(&mut rig, &by_imsi(&[0xd0, 0xd0]));
    let command = ue.take_command(&rig.downlink());
    assert_eq!(command.selected_nas_security_algorithms.integrity(), 1);
    let real = by_imsi(&CAPABILITY);
    let mut complete = SecurityModeComplete::new();
    complete.replayed_nas_message_container = Some(ReplayedNasMessageContainer(&real));
    assert_eq!(rig.uplink(&ue.complete_with(complete)), Disposition::Handled);
    let command = ue.take_command(&rig.downlink());
    let chosen = command.selected_nas_security_algorithms;
    assert_eq!((chosen.integrity(), chosen.ciphering()), (2, 2));
    assert!(command.hash_mme.is_none());
    assert_eq!(rig.uplink(&ue.complete()), Disposition::Handled);
    let security = rig.table.only().security.as_ref().unwrap();
    assert_eq!(security.nas.integrity(), Eia::EIA2);
    assert_eq!(
        security.nas.counts().last_received.map(|c| c.value()),
        Some(1),
        "COUNTs go on under the same KASME"
    );
}

/// A container that is no request, or another than the one under way.
#[test]
fn a_container_that_is_no_request_is_rejected() {
    let guti = EpsMobileIdentity::Guti(quintet_identity::Guti::new(gummei(), 1));
    let detach = quintet_nas::eps::DetachRequestFromUe::new(
        quintet_nas::eps::DetachType::EPS_DETACH,
        quintet_nas::eps::NasKsi(1),
        guti,
    );
    let detach = EmmMessage::from(detach).to_octets();
    let cut = &attach_request()[..5];
    for (container, cause) in [
        (&detach[..], EmmCause::SEMANTICALLY_INCORRECT_MESSAGE),
        (cut, EmmCause::INVALID_MANDATORY_INFORMATION),
    ] {
        let mut rig = Rig::new();
        let mut ue = rig.command(1);
        ue.take_command(&rig.downlink());
        let mut complete = SecurityModeComplete::new();
        complete.replayed_nas_message_container = Some(ReplayedNasMessageContainer(container));
        assert_eq!(
            rig.uplink(&ue.complete_with(complete)),
            Disposition::Replied(cause)
        );
        assert!(rig.session.is_over());
    }
}

/// No room for another UE: it is let go, and nothing is kept.
#[test]
fn a_full_table_serves_nobody_new() {
    let mut rig = Rig::new();
    rig.table.limit = Some(0);
    let mut ue = rig.command(1);
    ue.take_command(&rig.downlink());
    assert_eq!(
        rig.uplink(&ue.complete()),
        Disposition::Replied(EmmCause::CONGESTION)
    );
    assert!(rig.session.is_over() && rig.session.context().is_none());
}
