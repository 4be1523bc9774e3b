//! A current context serves without a new AKA, or does not: TS 24.301 4.4.2.3, 4.4.4.3, 5.4.2.1; TS 33.401 6.4.

use crate::support::{Rig, Ue, attach_request_of, eutran_vector, imsi};
use quintet_crypto::{CipheringAlgorithm as Eea, IntegrityAlgorithm as Eia, hash_mme};
use quintet_emm::network::{Output, Phase, ReleaseCause};
use quintet_emm::{Discard, Disposition};
use quintet_nas::eps::{EmmCause, EpsMobileIdentity, HashMme};
use quintet_nas::security::{NasCount, NasCounts, Protection};
use std::time::Duration;

/// Whether vectors are asked for.
fn asks(rig: &mut Rig) -> bool {
    rig.take()
        .iter()
        .any(|output| matches!(output, Output::FetchVectors(_)))
}

#[test]
fn a_verified_request_needs_no_authentication() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let request = ue.attach();
    assert_eq!(rig.initial(&request), Disposition::Handled);
    assert!(rig.session.is_secure());
    assert!(rig.phases().contains(&Phase::ContextReused));
    let outputs = rig.take();
    assert!(matches!(outputs[0], Output::Bound(_)), "{outputs:?}");
    assert!(
        outputs.iter().any(|o| matches!(o, Output::UpdateLocation { .. })),
        "{outputs:?}"
    );
    assert!(
        !outputs
            .iter()
            .any(|o| matches!(o, Output::FetchVectors(_) | Output::Downlink(_)))
    );
    assert_eq!(rig.table.only().security.as_ref().unwrap().uses, 1);
}

/// Every N: 1 is each time.
#[test]
fn every_nth_request_is_authenticated() {
    for every in 1..=3 {
        let mut rig = Rig::new();
        rig.policy.reauthentication.every = Some(every);
        let mut ue = rig.registered(1);
        for n in 1..=every {
            rig.reconnect(Some(&ue));
            let request = ue.attach();
            assert_eq!(rig.initial(&request), Disposition::Handled);
            assert_eq!(asks(&mut rig), n == every, "request {n} of every {every}");
        }
    }
}

/// Every T, by the wall clock; one that went back is no reason.
#[test]
fn an_old_agreement_is_renewed() {
    let hour = Duration::from_secs(3600);
    for (passed, renewed) in [
        (hour - Duration::from_secs(1), false),
        (hour, true),
        (hour * 9, true),
    ] {
        let mut rig = Rig::new();
        rig.policy.reauthentication.after = Some(hour);
        let mut ue = rig.registered(1);
        rig.wall += passed;
        let request = ue.attach();
        let _ = rig.initial(&request);
        assert_eq!(asks(&mut rig), renewed, "{passed:?}");
    }
    let mut rig = Rig::new();
    rig.policy.reauthentication.after = Some(hour);
    let mut ue = rig.registered(1);
    rig.wall -= hour * 2;
    let request = ue.attach();
    let _ = rig.initial(&request);
    assert!(!asks(&mut rig));
}

/// The new AKA of a verified request is protected by the context that it replaces, and hashes nothing.
#[test]
fn a_renewal_is_protected() {
    let mut rig = Rig::new();
    rig.policy.reauthentication.every = Some(1);
    let mut ue = rig.registered(1);
    let request = ue.attach();
    let _ = rig.initial(&request);
    assert_eq!(rig.vector_request().imsi, imsi(1));
    rig.give(2);
    let challenge = rig.downlink();
    assert_eq!(challenge[0], 0x27);
    // COMMAND had the downlink COUNT 0.
    let mut again = Ue::challenged_plain(&ue.read(&challenge), &eutran_vector(2));
    let response = ue.protect(Protection::Ciphered, &again.response());
    assert_eq!(rig.uplink(&response), Disposition::Handled);
    assert!(again.take_command(&rig.downlink()).hash_mme.is_none());
    assert_eq!(rig.uplink(&again.complete()), Disposition::Handled);
    assert!(
        rig.take()
            .iter()
            .any(|o| matches!(o, Output::UpdateLocation { .. }))
    );
}

/// Runs an unverified request of a known UE to SECURITY MODE COMMAND, sees that nothing has changed until COMPLETE, and
/// that the request is hashed.
fn assert_authenticated_anew(mut rig: Rig, request: &[u8], inner: &[u8]) {
    let before = rig.table.snapshot();
    assert_eq!(rig.initial(request), Disposition::Handled, "{request:02x?}");
    assert!(!rig.session.is_secure() && rig.session.context().is_none());
    assert_eq!(rig.vector_request().imsi, imsi(1));
    rig.give(2);
    let challenge = rig.downlink();
    assert_eq!(challenge[0], 0x07, "plain");
    let mut again = Ue::challenged(&challenge, &eutran_vector(2));
    let _ = rig.uplink(&again.response());
    let command = again.take_command(&rig.downlink());
    assert_eq!(command.hash_mme, Some(HashMme(hash_mme(inner))));
    assert_eq!(rig.table.snapshot(), before, "nothing before COMPLETE");
    assert_eq!(rig.uplink(&again.complete()), Disposition::Handled);
    let security = rig.table.only().security.as_ref().unwrap();
    assert_eq!(
        (security.ksi.0, security.kasme.expose()),
        (again.ksi, again.kasme.expose())
    );
}

/// stale-ksi: the UE names another key set than the context's, under whatever MAC.
#[test]
fn another_ksi_than_the_contexts_is_authenticated_anew() {
    for ksi in 0..7 {
        let mut rig = Rig::new();
        let mut ue = rig.registered(1);
        if ksi == ue.ksi {
            continue;
        }
        let inner = attach_request_of(EpsMobileIdentity::Guti(ue.guti.unwrap()), ksi);
        let request = ue.protect(Protection::Integrity, &inner);
        assert_authenticated_anew(rig, &request, &inner);
    }
}

/// A protected request that names no key set contradicts itself (9.9.3.21): its protection is worth nothing, but an
/// ATTACH REQUEST whose check fails is processed (4.4.4.3).
#[test]
fn a_protected_request_without_a_key_set_is_authenticated_anew() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let inner = attach_request_of(EpsMobileIdentity::Guti(ue.guti.unwrap()), 7);
    let request = ue.protect(Protection::Integrity, &inner);
    assert_authenticated_anew(rig, &request, &inner);
}

#[test]
fn a_request_whose_mac_fails_is_authenticated_anew() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let mut request = ue.attach();
    request[1] ^= 0x80;
    let inner = request[6..].to_vec();
    assert_authenticated_anew(rig, &request, &inner);
}

/// A context of which COUNTs may have been lost tells whose the request is, and no more.
#[test]
fn a_stale_context_is_authenticated_anew() {
    let (rig, mut ue) = rig_with_stale();
    let request = ue.attach();
    let inner = request[6..].to_vec();
    assert_authenticated_anew(rig, &request, &inner);
}

fn rig_with_stale() -> (Rig, Ue) {
    let mut rig = Rig::new();
    let ue = rig.registered(1);
    rig.table.only_mut().security.as_mut().unwrap().stale = true;
    (rig, ue)
}

/// A context without integrity protection is good for an emergency only.
#[test]
fn a_null_context_is_authenticated_anew() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let kasme = ue.kasme.clone();
    let null =
        |role| quintet_nas::security::NasSecurityContext::derive(role, &kasme, Eia::EIA0, Eea::EEA0).unwrap();
    rig.table.only_mut().security.as_mut().unwrap().nas = null(quintet_nas::security::Role::Network);
    ue.nas = Some(null(quintet_nas::security::Role::Ue));
    let request = ue.attach();
    let inner = request[6..].to_vec();
    assert_authenticated_anew(rig, &request, &inner);
}

/// A replayed request is nobody's: it neither gets the context's rights nor begins an authentication.
#[test]
fn a_replayed_request_is_discarded() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let request = ue.attach();
    assert_eq!(rig.initial(&request), Disposition::Handled);
    rig.reconnect(Some(&ue));
    let before = rig.table.snapshot();
    assert_eq!(rig.initial(&request), Disposition::Silent(Discard::Replay));
    assert_eq!(rig.ending(), (vec![], Some(ReleaseCause::Unspecified)));
    assert_eq!(rig.table.snapshot(), before);
}

/// SERVICE REQUEST has no body to be told apart by: KSI, COUNT and short MAC must hold, or it is #9 and changes nothing.
#[test]
fn a_service_request_that_does_not_hold_is_rejected() {
    type Spoil = fn(&mut Vec<u8>);
    let spoils: [(Spoil, bool); 3] = [
        (|_| {}, true),
        (|pdu| pdu[3] ^= 1, false),
        (|pdu| pdu[1] ^= 0x20, false),
    ];
    for (spoil, good) in spoils {
        let mut rig = Rig::new();
        let mut ue = rig.registered(1);
        let mut pdu = Vec::new();
        let ksi = ue.ksi;
        let _ = ue.context().protect_service_request(ksi, &mut pdu).unwrap();
        spoil(&mut pdu);
        let before = rig.table.snapshot();
        let disposition = rig.initial(&pdu);
        if good {
            assert_eq!(disposition, Disposition::Handled);
            assert!(rig.take().iter().any(|o| matches!(o, Output::ContextSetup(_))));
            rig.reconnect(Some(&ue));
            assert_eq!(rig.initial(&pdu), Disposition::Silent(Discard::Replay), "once");
            continue;
        }
        let cause = EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK;
        assert_eq!(disposition, Disposition::Replied(cause));
        assert_eq!(rig.ending().0, [vec![0x07, 0x4e, cause.0]]);
        assert_eq!(rig.table.snapshot(), before);
    }
}

/// A short MAC that holds, under another key set's name.
#[test]
fn a_service_request_that_names_another_key_set_is_rejected() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let mut pdu = Vec::new();
    let other = (ue.ksi + 1) % 7;
    let _ = ue.context().protect_service_request(other, &mut pdu).unwrap();
    let before = rig.table.snapshot();
    let cause = EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK;
    assert_eq!(rig.initial(&pdu), Disposition::Replied(cause));
    assert_eq!(rig.table.snapshot(), before);
}

/// A COUNT near its end is no reason to refuse the request, but one to authenticate before going on (4.4.3.5).
#[test]
fn a_context_near_its_end_is_renewed_by_the_next_request() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let near = NasCount::new(0x00ff_ffff - 100).unwrap();
    let counts = NasCounts {
        next_sent: NasCount::new(9),
        last_received: Some(near),
    };
    let security = rig.table.only_mut().security.as_mut().unwrap();
    security.nas = security.nas.clone().with_counts(counts);
    let own = NasCounts {
        next_sent: near.next(),
        last_received: NasCount::new(8),
    };
    ue.nas = Some(ue.context().clone().with_counts(own));
    let request = ue.attach();
    assert_eq!(rig.initial(&request), Disposition::Handled);
    assert!(rig.session.is_secure());
    assert_eq!(rig.vector_request().imsi, imsi(1));
}

/// The operator has changed the list: the same KASME and KSI, other algorithms, no AKA.
#[test]
fn other_algorithms_are_taken_into_use_without_a_new_agreement() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    rig.policy.integrity = vec![Eia::EIA1];
    let request = ue.attach();
    assert_eq!(rig.initial(&request), Disposition::Handled);
    let command = rig.downlink();
    assert_eq!(
        ue.take_command(&command)
            .selected_nas_security_algorithms
            .integrity(),
        1
    );
    assert_eq!(command[5], 1, "COUNT goes on");
    assert_eq!(rig.uplink(&ue.complete()), Disposition::Handled);
    let security = rig.table.only().security.as_ref().unwrap();
    assert_eq!((security.nas.integrity(), security.ksi.0), (Eia::EIA1, ue.ksi));
    assert!(
        rig.take()
            .iter()
            .any(|o| matches!(o, Output::UpdateLocation { .. }))
    );
}

/// What goes out under the context in use while another of the same KASME is offered, and the command again: one COUNT for
/// each (TS 33.401 6.5).
#[test]
fn two_contexts_of_one_kasme_share_their_downlink_counts() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    // The integrity algorithm stays, and KNASint with it.
    rig.policy.ciphering = vec![Eea::EEA1];
    let request = ue.attach();
    assert_eq!(rig.initial(&request), Disposition::Handled);
    let command = rig.downlink();
    let unknown = ue.protect(Protection::Ciphered, &[0x07, 0x7f]);
    assert!(matches!(rig.uplink(&unknown), Disposition::Replied(_)));
    let status = rig.downlink();
    rig.expire();
    let again = rig.downlink();
    assert_eq!(status[5], command[5] + 1);
    assert_eq!(again[5], status[5] + 1, "no COUNT protects two messages");
}
