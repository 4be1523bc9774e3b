//! NAS security on a secure connection: TS 24.301 4.4.3, 4.4.4.3, 7.

use crate::support::{Rig, Ue, attach_request, eutran_vector, imsi};
use quintet_emm::network::{Input, VectorsFailure};
use quintet_emm::{Discard, Disposition};
use quintet_nas::eps::{EmmCause, EmmMessage, EmmStatus, IdentityResponse, MobileIdentity};
use quintet_nas::security::{NasCount, NasCounts, Protection};

fn status() -> Vec<u8> {
    EmmMessage::from(EmmStatus::new(EmmCause::PROTOCOL_ERROR_UNSPECIFIED)).to_octets()
}

fn secure() -> (Rig, Ue) {
    let mut rig = Rig::new();
    let ue = rig.attached(1);
    let _ = rig.take();
    (rig, ue)
}

/// Takes and discards a PDU: no answer, no change, and the next right one is taken.
fn assert_discarded(rig: &mut Rig, ue: &mut Ue, pdu: &[u8], expected: Discard) {
    let before = rig.table.snapshot();
    assert_eq!(rig.uplink(pdu), Disposition::Silent(expected), "{pdu:02x?}");
    assert!(rig.take().is_empty() && !rig.session.is_over(), "{pdu:02x?}");
    assert_eq!(rig.table.snapshot(), before, "{pdu:02x?}");
    let next = ue.protect(Protection::Ciphered, &status());
    assert_eq!(rig.uplink(&next), Disposition::Handled, "after {pdu:02x?}");
    let _ = rig.take();
}

/// Missing integrity check after security: no message type at all is taken plain, nor with a MAC that does not hold.
#[test]
fn nothing_unverified_is_taken_once_security_is_established() {
    let (mut rig, mut ue) = secure();
    for message_type in 0..=255 {
        let plain = [0x07, message_type, 1, 1, 0x71, 0, 0, 0];
        assert_discarded(&mut rig, &mut ue, &plain, Discard::Unprotected);
        let forged = [&[0x17, 1, 2, 3, 4, 200][..], &plain].concat();
        assert_discarded(&mut rig, &mut ue, &forged, Discard::Mac);
    }
    assert_discarded(&mut rig, &mut ue, &attach_request(), Discard::Unprotected);
    let esm = [0x02, 0x01, 0xd0, 0x11];
    assert_discarded(&mut rig, &mut ue, &esm, Discard::Unprotected);
}

#[test]
fn a_message_is_taken_once() {
    let (mut rig, mut ue) = secure();
    let pdu = ue.protect(Protection::Ciphered, &status());
    assert_eq!(rig.uplink(&pdu), Disposition::Handled);
    assert_discarded(&mut rig, &mut ue, &pdu, Discard::Replay);
    assert_discarded(&mut rig, &mut ue, &pdu, Discard::Replay);
}

/// Older than one that was taken, though never taken itself.
#[test]
fn an_old_message_is_discarded() {
    let (mut rig, mut ue) = secure();
    let old = ue.protect(Protection::Ciphered, &status());
    let newer = ue.protect(Protection::Ciphered, &status());
    assert_eq!(rig.uplink(&newer), Disposition::Handled);
    assert_discarded(&mut rig, &mut ue, &old, Discard::Replay);
}

/// COUNT reset by an unauthenticated header: whatever sequence number a forged message has, the COUNT stays.
#[test]
fn a_forged_sequence_number_moves_nothing() {
    let (mut rig, mut ue) = secure();
    for sequence_number in 0..=255 {
        let forged = [&[0x27, 9, 9, 9, 9, sequence_number][..], &status()].concat();
        assert_discarded(&mut rig, &mut ue, &forged, Discard::Mac);
    }
}

/// Lost messages leave gaps, also over the wrap of the eight bits that travel.
#[test]
fn gaps_are_no_fault() {
    let (mut rig, mut ue) = secure();
    for lost in [1, 7, 100, 254] {
        for _ in 0..lost {
            let _ = ue.protect(Protection::Ciphered, &status());
        }
        let pdu = ue.protect(Protection::Ciphered, &status());
        assert_eq!(rig.uplink(&pdu), Disposition::Handled, "after {lost} lost");
    }
}

#[test]
fn headers_that_do_not_belong_here_are_discarded() {
    let (mut rig, mut ue) = secure();
    for header in [3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] {
        let mut pdu = ue.protect(Protection::Ciphered, &status());
        pdu[0] = header << 4 | 7;
        assert_discarded(&mut rig, &mut ue, &pdu, Discard::SecurityHeader);
    }
    let nested = ue.protect(Protection::Ciphered, &[0x17, 0, 0, 0, 0, 0, 0x07, 0x60, 111]);
    assert_eq!(rig.uplink(&nested), Disposition::Silent(Discard::SecurityHeader));
}

#[test]
fn what_is_too_short_or_of_another_protocol_is_discarded() {
    let (mut rig, mut ue) = secure();
    for pdu in [&[][..], &[0x07], &[0x27], &[0x27, 1, 2], &[0x27, 1, 2, 3, 4, 5]] {
        assert_discarded(&mut rig, &mut ue, pdu, Discard::TooShort);
    }
    for first in [0x00, 0x05, 0x08, 0x7e, 0x0f] {
        assert_discarded(
            &mut rig,
            &mut ue,
            &[first, 1, 2, 3],
            Discard::ProtocolDiscriminator,
        );
    }
}

/// TS 24.301 7.4, 7.5: a verified message that cannot be handled is answered by a status, and changes nothing else.
#[test]
fn errors_in_verified_messages_are_answered_by_a_status() {
    let (mut rig, mut ue) = secure();
    let rows = [
        // No such type; one that only the network sends; no node for it.
        (
            vec![0x07, 0x7f],
            EmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED,
        ),
        (
            vec![0x07, 0x42, 1],
            EmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED,
        ),
        (
            vec![0x07, 0x63, 2, 1, 1],
            EmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED,
        ),
        // A mandatory element is missing, or is none.
        (vec![0x07, 0x53], EmmCause::INVALID_MANDATORY_INFORMATION),
        (
            vec![0x07, 0x41, 0x71, 0x0b],
            EmmCause::INVALID_MANDATORY_INFORMATION,
        ),
        // An unknown element that demands comprehension (7.5.1).
        (
            vec![0x07, 0x43, 0, 3, 0x52, 0, 0xc2, 0x01, 1, 1],
            EmmCause::INVALID_MANDATORY_INFORMATION,
        ),
    ];
    for (plain, cause) in rows {
        let pdu = ue.protect(Protection::Ciphered, &plain);
        assert_eq!(rig.uplink(&pdu), Disposition::Replied(cause), "{plain:02x?}");
        assert_eq!(ue.read(&rig.downlink()), [0x07, 0x60, cause.0], "{plain:02x?}");
        assert!(!rig.session.is_over());
    }
}

/// A message that reads well but may not come now.
#[test]
fn what_does_not_fit_the_state_is_discarded() {
    let (mut rig, mut ue) = secure();
    let messages: [EmmMessage<'_>; 4] = [
        quintet_nas::eps::AuthenticationResponse::new(&[1; 8]).into(),
        IdentityResponse::new(MobileIdentity::Imsi(imsi(1))).into(),
        quintet_nas::eps::SecurityModeReject::new(EmmCause::SECURITY_MODE_REJECTED_UNSPECIFIED).into(),
        quintet_nas::eps::TrackingAreaUpdateComplete::new().into(),
    ];
    for message in messages {
        let before = rig.table.only().state;
        let pdu = ue.ciphered(message.clone());
        let disposition = rig.uplink(&pdu);
        assert!(
            matches!(disposition, Disposition::Silent(Discard::Path(_))),
            "{message:?}: {disposition:?}"
        );
        assert!(rig.take().is_empty() && !rig.session.is_over());
        assert_eq!(rig.table.only().state, before);
    }
}

/// Before security the same errors are not worth a word; one that opens a connection is rejected with its cause.
#[test]
fn errors_without_security_are_discarded_or_rejected() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    for plain in [&[0x07, 0x53][..], &[0x07, 0x41, 0x71, 0x0b]] {
        assert_eq!(rig.uplink(plain), Disposition::Silent(Discard::Malformed));
        assert!(rig.take().is_empty() && !rig.session.is_over());
    }
    let cause = EmmCause::INVALID_MANDATORY_INFORMATION;
    for (plain, reject) in [
        (&[0x07, 0x41, 0x71, 0x0b][..], 0x44),
        (&[0x07, 0x48, 0x70, 0x0b], 0x4b),
    ] {
        let mut rig = Rig::new();
        assert_eq!(rig.initial(plain), Disposition::Replied(cause));
        let (downlinks, release) = rig.ending();
        assert_eq!(downlinks, [vec![0x07, reject, cause.0]]);
        assert!(release.is_some());
    }
    for plain in [
        &[0x07, 0x45, 0x71][..],
        &[0x07, 0x43, 0, 0],
        &[0x07, 0x60, 1],
        &[0x02, 1, 0xd0, 0x11],
        &[0x37; 20],
        &[],
    ] {
        let mut rig = Rig::new();
        let disposition = rig.initial(plain);
        assert!(
            matches!(disposition, Disposition::Silent(_)),
            "{plain:02x?}: {disposition:?}"
        );
        let (downlinks, release) = rig.ending();
        assert!(
            downlinks.is_empty() && release.is_some(),
            "a connection that began with nothing ends"
        );
    }
}

/// COUNT near its end forces a new AKA, uplink and downlink, before it wraps (4.4.3.5).
#[test]
fn a_count_near_its_end_brings_a_new_authentication() {
    let near = NasCount::new(0x00ff_ffff - 500).unwrap();
    let ends = [
        NasCounts {
            next_sent: Some(near),
            last_received: NasCount::new(50),
        },
        NasCounts {
            next_sent: NasCount::new(50),
            last_received: Some(near),
        },
    ];
    for counts in ends {
        let (mut rig, mut ue) = secure();
        let security = rig.table.only_mut().security.as_mut().unwrap();
        security.nas = security.nas.clone().with_counts(counts);
        let own = NasCounts {
            next_sent: counts.last_received.and_then(NasCount::next),
            last_received: counts.next_sent.and_then(|c| NasCount::new(c.value() - 1)),
        };
        ue.nas = Some(ue.context().clone().with_counts(own));
        let pdu = ue.protect(Protection::Ciphered, &status());
        assert_eq!(rig.uplink(&pdu), Disposition::Handled);
        assert_eq!(rig.vector_request().imsi, imsi(1));
        rig.give(2);
        let request = ue.read(&rig.downlink());
        let mut again = Ue::challenged_plain(&request, &eutran_vector(2));
        let response = ue.protect(Protection::Ciphered, &again.response());
        assert_eq!(rig.uplink(&response), Disposition::Handled);
        again.take_command(&rig.downlink());
        assert_eq!(rig.uplink(&again.complete()), Disposition::Handled);
        let counts = rig.table.only().security.as_ref().unwrap().nas.counts();
        assert_eq!(counts.last_received, Some(NasCount::ZERO));
        assert_eq!(counts.next_sent, NasCount::new(1));
    }
}

/// Without vectors a COUNT near its end is used on; the HSS is not asked for each message.
#[test]
fn a_renewal_that_is_not_to_be_had_is_asked_for_once() {
    let (mut rig, mut ue) = secure();
    let near = NasCount::new(0x00ff_ffff - 500).unwrap();
    let security = rig.table.only_mut().security.as_mut().unwrap();
    let next_sent = security.nas.counts().next_sent;
    security.nas = security.nas.clone().with_counts(NasCounts {
        next_sent,
        last_received: Some(near),
    });
    let last_received = ue.context().counts().last_received;
    let own = NasCounts {
        next_sent: near.next(),
        last_received,
    };
    ue.nas = Some(ue.context().clone().with_counts(own));
    let pdu = ue.protect(Protection::Ciphered, &status());
    assert_eq!(rig.uplink(&pdu), Disposition::Handled);
    let _ = rig.vector_request();
    let failed = Input::Vectors(Err(VectorsFailure::NoAnswer));
    assert_eq!(rig.input(failed), Disposition::Handled);
    let pdu = ue.protect(Protection::Ciphered, &status());
    assert_eq!(rig.uplink(&pdu), Disposition::Handled);
    assert!(rig.take().is_empty() && !rig.session.is_over());
}

/// The last COUNT is used, none is used twice: the connection ends, and the context is good for a new AKA only.
#[test]
fn a_count_that_has_come_to_its_end_is_not_used_again() {
    let (mut rig, mut ue) = secure();
    let security = rig.table.only_mut().security.as_mut().unwrap();
    let last_received = security.nas.counts().last_received;
    security.nas = security.nas.clone().with_counts(NasCounts {
        next_sent: None,
        last_received,
    });
    let unknown = ue.protect(Protection::Ciphered, &[0x07, 0x7f]);
    let _ = rig.uplink(&unknown);
    let (downlinks, release) = rig.ending();
    assert!(downlinks.is_empty() && release.is_some());
    assert!(rig.table.only().security.as_ref().unwrap().stale);
}

/// Nothing is handled once the connection is let go, and nothing is sent.
#[test]
fn a_session_that_is_over_is_silent() {
    let (mut rig, mut ue) = secure();
    assert_eq!(rig.input(Input::ConnectionLost), Disposition::Handled);
    let pdu = ue.protect(Protection::Ciphered, &status());
    for disposition in [
        rig.uplink(&pdu),
        rig.input(Input::Timeout),
        rig.input(Input::Reauthenticate),
    ] {
        assert_eq!(disposition, Disposition::Silent(Discard::Released));
    }
    assert!(rig.take().is_empty());
    assert_eq!(rig.session.poll_timeout(), None);
}
