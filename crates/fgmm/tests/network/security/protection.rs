//! What is processed and what is not (TS 24.501 4.4.3, 4.4.4.3, 4.4.6, 9.3): MAC, COUNT, lists, containers.

use crate::support::{Request, Rig, plain};
use quintet_fgmm::network::{Input, Output};
use quintet_fgmm::{Discard, Disposition};
use quintet_nas::fgs::{
    FgmmCause, FgmmMessage, FgmmStatus, NasMessageContainer, RegistrationComplete, RegistrationType,
    ServiceType,
};
use quintet_nas::security::{NEAR_END_MARGIN, NasCount, NasCounts, Protection};

fn status() -> Vec<u8> {
    FgmmMessage::from(FgmmStatus::new(FgmmCause(111))).to_octets()
}

#[test]
fn nothing_plain_once_the_connection_is_secure() {
    let mut rig = Rig::new();
    let _ = rig.registered(1);
    let before = rig.table.snapshot();
    for message_type in 0..=255 {
        let nas = [0x7e, 0, message_type, 1, 0, 1, 1];
        assert_eq!(
            rig.uplink(&nas),
            Disposition::Silent(Discard::Unprotected),
            "{message_type:02x}"
        );
    }
    assert!(rig.take().is_empty());
    assert_eq!(rig.table.snapshot(), before);
}

#[test]
fn the_list_of_what_may_open_a_connection_plain() {
    let admitted: Vec<u8> = (0..=255)
        .filter(|message_type| {
            let mut rig = Rig::new();
            let nas = [0x7e, 0, *message_type, 1, 0, 1, 1];
            rig.initial(&nas) != Disposition::Silent(Discard::Unprotected)
        })
        .collect();
    assert_eq!(admitted, [0x41, 0x45, 0x48, 0x57, 0x59, 0x5c, 0x5f]);
}

#[test]
fn a_mac_that_does_not_hold_and_a_count_that_was_used() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let nas = ue.protect(Protection::Ciphered, &status());
    for octet in 2..nas.len() {
        let mut forged = nas.clone();
        forged[octet] ^= 0x10;
        assert!(
            matches!(
                rig.uplink(&forged),
                Disposition::Silent(Discard::Mac | Discard::Replay)
            ),
            "octet {octet}"
        );
    }
    rig.send(&nas);
    assert_eq!(rig.uplink(&nas), Disposition::Silent(Discard::Replay));
    let (older, newer) = (
        ue.protect(Protection::Ciphered, &status()),
        ue.protect(Protection::Ciphered, &status()),
    );
    rig.send(&newer);
    assert_eq!(
        rig.uplink(&older),
        Disposition::Silent(Discard::Replay),
        "no older one either"
    );
}

#[test]
fn a_forged_message_uses_no_count_up() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let before = rig.table.only().security.as_ref().expect("keys").nas.counts();
    let mut forged = ue.protect(Protection::Ciphered, &status());
    forged[6] = 200;
    assert_eq!(rig.uplink(&forged), Disposition::Silent(Discard::Mac));
    let after = rig.table.only().security.as_ref().expect("keys").nas.counts();
    assert_eq!(before, after);
}

#[test]
fn header_types_that_do_not_belong_here() {
    for header in [3, 4, 5, 6, 12, 15] {
        let mut rig = Rig::new();
        let nas = [0x7e, header, 1, 2, 3, 4, 0, 0x7e, 0, 0x41];
        assert_eq!(
            rig.initial(&nas),
            Disposition::Silent(Discard::SecurityHeader),
            "{header}"
        );
    }
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    for header in [3, 5, 12] {
        let mut nas = ue.protect(Protection::Ciphered, &status());
        nas[1] = header;
        assert_eq!(
            rig.uplink(&nas),
            Disposition::Silent(Discard::SecurityHeader),
            "{header}"
        );
    }
    let nas = ue.protect(Protection::CipheredNewContext, &status());
    assert_eq!(rig.uplink(&nas), Disposition::Silent(Discard::SecurityHeader));
}

#[test]
fn what_is_too_short_or_of_another_protocol() {
    for (nas, discard) in [
        (&[][..], Discard::TooShort),
        (&[0x7e], Discard::TooShort),
        (&[0x7e, 0], Discard::TooShort),
        (&[0x7e, 1, 0, 0, 0, 0], Discard::TooShort),
        (&[0x2e, 5, 1, 0xc1], Discard::Unprotected),
        (&[0x07, 0x41, 0x71], Discard::ProtocolDiscriminator),
    ] {
        let mut rig = Rig::new();
        assert_eq!(rig.initial(nas), Disposition::Silent(discard), "{nas:02x?}");
        assert!(rig.session.is_over());
    }
}

#[test]
fn a_message_nobody_knows_is_answered_by_status_under_protection_only() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let nas = ue.protect(Protection::Ciphered, &[0x7e, 0, 0x7f]);
    let cause = FgmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED;
    assert_eq!(rig.uplink(&nas), Disposition::Replied(cause));
    let plain = ue.read(&rig.downlink());
    assert_eq!(
        FgmmStatus::decode(&plain).expect("5GMM STATUS").0.fgmm_cause,
        cause
    );
    // A status is not answered.
    let nas = ue.protect(Protection::Ciphered, &status());
    rig.send(&nas);
    assert!(rig.take().is_empty());
    // Nor is what may not come now.
    let nas = ue.ciphered(RegistrationComplete::new().into());
    assert!(matches!(rig.uplink(&nas), Disposition::Silent(Discard::Path(_))));
}

#[test]
fn a_key_set_of_another_name_is_not_the_contexts() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    let request = Request::by_guti(ue.guti.expect("a GUTI"), (ue.ksi + 1) % 7);
    let nas = ue.register_with(request);
    let counts = rig.table.only().security.as_ref().expect("keys").nas.counts();
    let before = rig.table.snapshot();
    assert_eq!(rig.initial(&nas), Disposition::Handled);
    let _ = rig.authentication();
    assert!(!rig.session.is_secure() && rig.session.context().is_none());
    // The MAC held, so its COUNT is used: that alone has changed.
    let security = rig.table.only_mut().security.as_mut().expect("keys");
    assert!(security.nas.counts().last_received > counts.last_received);
    security.nas = security.nas.clone().with_counts(counts);
    assert_eq!(rig.table.snapshot(), before);
}

#[test]
fn a_container_that_deciphers_to_something_else_brings_an_authentication() {
    for content in [&[0xff; 12][..], &[0x7e, 0, 0x43]] {
        let mut rig = Rig::new();
        let mut ue = rig.idle(1);
        let request = Request::by_guti(ue.guti.expect("a GUTI"), ue.ksi);
        let clear = request.cleartext();
        let FgmmMessage::RegistrationRequest(mut outer) =
            FgmmMessage::decode_uplink(&clear).expect("a message").message
        else {
            panic!("REGISTRATION REQUEST");
        };
        outer.nas_message_container = Some(NasMessageContainer(content));
        let nas = ue.protect(Protection::Integrity, &FgmmMessage::from(outer).to_octets());
        let disposition = rig.initial(&nas);
        let outputs = rig.take();
        assert!(
            outputs.iter().any(|o| matches!(o, Output::Authenticate(_))),
            "{content:02x?}: {disposition:?} {outputs:?}"
        );
        assert!(!rig.session.is_secure());
    }
}

#[test]
fn elements_outside_of_the_container_do_not_count() {
    // The container of the message is what the UE sent; a slice beside it is not read.
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    let nas = ue.register(RegistrationType::MOBILITY_REGISTRATION_UPDATING);
    assert_eq!(
        nas[1], 1,
        "integrity protected, the container ciphered on its own"
    );
    assert!(FgmmMessage::decode_uplink(plain(&nas)).is_ok_and(|d| {
        matches!(d.message, FgmmMessage::RegistrationRequest(m)
            if m.nas_message_container.is_some() && m.requested_nssai.is_none())
    }));
    let _ = rig.initial(&nas);
    let accept = ue.accept(&rig.context_setup().nas.expect("REGISTRATION ACCEPT"));
    assert!(accept.allowed_nssai.is_some());
}

/// Moves the UE's and the AMF's COUNTs.
fn wind(rig: &mut Rig, ue: &mut crate::support::Ue, uplink: u32, downlink: u32) {
    let count = |value| NasCount::new(value).expect("24 bits");
    let security = rig.table.only_mut().security.as_mut().expect("keys");
    security.nas = security.nas.clone().with_counts(NasCounts {
        next_sent: Some(count(downlink)),
        last_received: Some(count(uplink - 1)),
    });
    security.downlink_reserved = 1 << 24;
    let nas = ue.context().clone().with_counts(NasCounts {
        next_sent: Some(count(uplink)),
        last_received: Some(count(downlink - 1)),
    });
    ue.nas = Some(nas);
}

#[test]
fn a_count_near_its_end_brings_an_authentication() {
    let near = (1 << 24) - NEAR_END_MARGIN + 1;
    for (uplink, downlink, due) in [(near, 9, true), (9, near, true), (near - 9, near - 9, false)] {
        let mut rig = Rig::new();
        let mut ue = rig.idle(1);
        wind(&mut rig, &mut ue, uplink, downlink);
        let request = ue.service(ServiceType::SIGNALLING, None, None);
        assert_eq!(rig.initial(&request), Disposition::Handled);
        let asked = rig.take().iter().any(|o| matches!(o, Output::Authenticate(_)));
        assert_eq!(asked, due, "{uplink} {downlink}");
    }
}

#[test]
fn the_last_count_is_the_last() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    wind(&mut rig, &mut ue, 9, (1 << 24) - 1);
    // The policy's authentication cannot be had, and the context goes on to its end.
    let _ = rig.input(Input::Sm(delivery()));
    let _ = rig.take();
    let _ = rig.input(Input::Challenge(Err(
        quintet_fgmm::network::AuthenticationUnavailable::NoAnswer,
    )));
    let _ = rig.input(Input::Sm(delivery()));
    let outputs = rig.take();
    assert!(
        matches!(outputs.last(), Some(Output::Release(_)))
            && !outputs.iter().any(|o| matches!(o, Output::Downlink(_))),
        "no COUNT is used twice: {outputs:?}"
    );
    assert!(rig.table.only().security.as_ref().expect("keys").stale);
}

fn delivery() -> quintet_fgmm::network::SmDelivery<'static> {
    quintet_fgmm::network::SmDelivery {
        pdu_session_id: 5,
        kind: quintet_fgmm::network::SmDeliveryKind::Message {
            s_nssai: None,
            n1: Some(&[0x2e, 5, 1, 0xc2]),
            n2: None,
        },
    }
}
