//! Headers, MAC, COUNT and what may come unprotected, as the UE sees it (TS 24.501 4.4.3, 4.4.4).

use crate::network::*;
use quintet_fgmm::ue::{Abandonment, Event, Input, Procedure, Start};
use quintet_fgmm::{Discard, Disposition};
use quintet_nas::fgs::*;
use quintet_nas::security::{NasCount, NasCounts, Protection};

fn silent(why: Discard) -> Disposition {
    Disposition::Silent(why)
}

#[test]
fn a_wrong_mac_a_repetition_and_an_old_message_are_dropped() {
    let mut rig = Rig::registered();
    let plain = FgmmMessage::from(IdentityRequest::new(IdentityType::IMEISV)).to_octets();
    let old = rig.protect(Protection::Ciphered, &plain);
    let pdu = rig.protect(Protection::Ciphered, &plain);
    assert_eq!(rig.input(Input::Downlink(&spoilt(&pdu))), silent(Discard::Mac));
    assert_eq!(rig.input(Input::Downlink(&pdu)), Disposition::Handled);
    rig.pop_plain(2);
    assert_eq!(rig.input(Input::Downlink(&pdu)), silent(Discard::Replay));
    assert_eq!(rig.input(Input::Downlink(&old)), silent(Discard::Replay));
    rig.quiet();
}

#[test]
fn a_sequence_number_that_wraps_is_followed() {
    let mut rig = Rig::registered();
    for _ in 0..300 {
        let request = IdentityRequest::new(IdentityType::IMEISV);
        assert_eq!(rig.down(request), Disposition::Handled);
        rig.pop_plain(2);
    }
    let (_, counts) = rig.ue.current_context().expect("a context");
    assert!(counts.last_received.expect("some").value() > 300);
    assert!(counts.next_sent.expect("some").value() > 300);
}

#[test]
fn without_security_the_list_alone_is_taken() {
    let mut rig = Rig::registering();
    let accept = registration_accept(Some(guti(1)));
    assert_eq!(rig.down_plain(accept), silent(Discard::Unprotected));
    let deregistration = DeregistrationRequestFromNetwork::new(DeregistrationType::ACCESS_3GPP);
    assert_eq!(rig.down_plain(deregistration), silent(Discard::Unprotected));
    for cause in [76, 78, 81, 82] {
        let reject = RegistrationReject::new(FgmmCause(cause));
        assert_eq!(rig.down_plain(reject), silent(Discard::Unprotected), "#{cause}");
    }
    assert_eq!(rig.events(), []);
    rig.secure(1);
    // And nothing once it is established, be it on the list or not.
    let reject = RegistrationReject::new(FgmmCause::ILLEGAL_UE);
    assert_eq!(rig.down_plain(reject), silent(Discard::Unprotected));
    let request = rig.challenge(2, FGS);
    assert_eq!(rig.down_plain(request), silent(Discard::Unprotected));
    let pdu = rig.protect(
        Protection::Integrity,
        &FgmmMessage::from(registration_accept(Some(guti(1)))).to_octets(),
    );
    assert!(matches!(
        rig.input(Input::Downlink(&pdu)),
        Disposition::Silent(Discard::Path(_))
    ));
    rig.quiet();
}

#[test]
fn what_is_no_message_is_dropped() {
    let mut rig = Rig::registered();
    for (pdu, why) in [
        (&[][..], Discard::TooShort),
        (&[0x7e], Discard::TooShort),
        (&[0x07, 0x41, 0x01], Discard::ProtocolDiscriminator),
        (&[0x2e, 1, 1, 0xc2], Discard::Unprotected),
        (&[0x7e, 0x05, 1, 2, 3, 4, 5, 6, 7], Discard::SecurityHeader),
        (&[0x7e, 0x04, 1, 2, 3, 4, 5, 6, 7], Discard::SecurityHeader),
        (&[0x7e, 0x02, 1, 2, 3], Discard::TooShort),
        (&[0x7e, 0x03, 1, 2, 3, 4], Discard::TooShort),
    ] {
        assert_eq!(rig.input(Input::Downlink(pdu)), silent(why), "{pdu:02x?}");
    }
    let unknown = rig.protect(Protection::Ciphered, &[0x7e, 0, 0x71]);
    let cause = FgmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED;
    assert_eq!(rig.input(Input::Downlink(&unknown)), Disposition::Replied(cause));
    rig.pop_type(2, FgmmStatus::MESSAGE_TYPE);
    let broken = rig.protect(Protection::Ciphered, &[0x7e, 0, 0x5d]);
    let cause = FgmmCause::INVALID_MANDATORY_INFORMATION;
    assert_eq!(rig.input(Input::Downlink(&broken)), Disposition::Replied(cause));
    rig.pop_type(2, FgmmStatus::MESSAGE_TYPE);
}

#[test]
fn no_octets_make_it_panic() {
    let mut state = 0x5eed_u64;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as u8
    };
    let mut rig = Rig::registered();
    for round in 0..20_000 {
        let length = usize::from(next() % 40);
        let mut octets: Vec<u8> = (0..length).map(|_| next()).collect();
        if let [first, second, ..] = octets.as_mut_slice() {
            *first = 0x7e;
            *second &= 3;
        }
        if round % 2 == 0 {
            // Right MAC, wrong message.
            let mut plain = vec![0x7e, 0];
            plain.extend_from_slice(&octets);
            octets = rig.protect(Protection::Ciphered, &plain);
        }
        let _ = rig.input(Input::Downlink(&octets));
        rig.uplink.clear();
        rig.events.clear();
        if !rig.ue.is_registered() || !rig.ue.is_connected() || rig.ue.current_context().is_none() {
            rig = Rig::registered();
        }
    }
}

#[test]
fn counts_near_their_end_are_used_up_and_no_further() {
    let mut rig = Rig::registered();
    rig.ue.set_counts(NasCounts {
        next_sent: Some(NasCount::MAX),
        last_received: None,
    });
    rig.start(Start::UPDATE);
    rig.pop();
    assert_eq!(
        rig.ue.current_context().expect("a context").1.next_sent,
        None,
        "the last COUNT is used"
    );
    rig.occurs(Input::ConnectionReleased);
    rig.events.clear();
    // The next attempt is without the context.
    rig.expire();
    assert_eq!(rig.pop()[1], 0);
    let mut rig = Rig::registered();
    rig.ue.set_counts(NasCounts {
        next_sent: None,
        last_received: None,
    });
    rig.start(Start::Deregister { switch_off: false });
    let (procedure, why, attempt) = (Procedure::Deregistration, Abandonment::CountExhausted, 1);
    assert_eq!(
        rig.events(),
        [Event::Abandoned {
            procedure,
            why,
            attempt
        }]
    );
}
