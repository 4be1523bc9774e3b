//! Nothing that nobody vouches for changes a context, and no octets make a session fall (TS 24.501 4.4.4.3).

use crate::support::{Request, Rig};
use proptest::prelude::*;
use quintet_fgmm::network::{Input, Output};
use quintet_nas::fgs::{MobileIdentity, RegistrationType, ServiceType};

/// Whether anything was said of a context.
fn touched(outputs: &[Output]) -> bool {
    outputs.iter().any(|o| {
        matches!(
            o,
            Output::Changed(_) | Output::Removed(_) | Output::Deregistered { .. } | Output::Bound(_)
        )
    })
}

#[test]
fn every_message_type_with_and_without_a_broken_mac() {
    let mut rig = Rig::new();
    let ue = rig.idle(1);
    let before = rig.table.snapshot();
    let identity = ue.guti.expect("a GUTI").octets();
    for message_type in 0..=255u8 {
        for kind in [1u8, 2, 3, 4, 9] {
            let mut nas = vec![0x7e, 0, message_type, kind | ue.ksi << 4, 0, 11, 0xf2];
            nas.extend_from_slice(&identity);
            nas.extend_from_slice(&[0x2e, 2, 0xf0, 0xf0]);
            let mut protected = vec![0x7e, 1, 1, 2, 3, 4, 9];
            protected.extend_from_slice(&nas);
            for nas in [nas, protected] {
                rig.reconnect(&ue);
                let _ = rig.initial(&nas);
                let outputs = rig.take();
                assert!(!touched(&outputs), "{nas:02x?}: {outputs:?}");
            }
        }
    }
    assert_eq!(rig.table.snapshot(), before);
}

#[test]
fn half_a_conversation_changes_nothing() {
    // Up to SECURITY MODE COMMAND, in the name of a registered UE, and then the connection goes.
    let mut rig = Rig::new();
    let ue = rig.idle(1);
    let before = rig.table.snapshot();
    for identity in [
        MobileIdentity::Guti(ue.guti.expect("a GUTI")),
        MobileIdentity::Suci(crate::support::suci(1)),
    ] {
        rig.reconnect(&ue);
        let request = Request::of(identity, 7);
        let _ = rig.initial(&request.cleartext());
        let _ = rig.take();
        rig.give(2);
        let _ = rig.answer(2, request);
        let _ = rig.input(Input::ConnectionLost);
        assert!(!touched(&rig.take()));
        assert_eq!(rig.table.snapshot(), before);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn mutated_conversations(
        seeds in prop::collection::vec((0usize..6, any::<u16>(), any::<u8>(), any::<bool>()), 1..12),
    ) {
        let mut rig = Rig::new();
        let mut ue = rig.idle(1);
        rig.policy.unauthenticated_emergency = true;
        let valid = [
            ue.register(RegistrationType::MOBILITY_REGISTRATION_UPDATING),
            ue.service(ServiceType::DATA, Some([0xff, 0xff]), Some([0xff, 0xff])),
            Request::by_suci(1).cleartext(),
            Request::by_suci(1).with_type(RegistrationType::EMERGENCY_REGISTRATION).whole(),
            ue.response(),
            super::authentication::failure(21, Some(3)),
        ];
        for (which, at, octet, first) in seeds {
            let mut nas = valid[which].clone();
            let at = usize::from(at) % nas.len();
            nas[at] ^= octet;
            if rig.session.is_over() || first {
                rig.reconnect(&ue);
                let _ = rig.initial(&nas);
            } else {
                let _ = rig.uplink(&nas);
            }
            for output in rig.take() {
                match output {
                    Output::Authenticate(_) => rig.give(octet),
                    Output::Confirm { .. } => prop_assert!(false, "no RES* was right"),
                    _ => {}
                }
            }
            if !rig.session.is_over() && rig.session.poll_timeout().is_some() {
                rig.expire();
            }
        }
    }

    #[test]
    fn any_octets(nas in prop::collection::vec(any::<u8>(), 0..80), protected in any::<bool>()) {
        let mut rig = Rig::new();
        let mut ue = rig.registered(1);
        let mut nas = nas;
        if let Some(second) = nas.get_mut(1) {
            *second = 0;
        }
        if protected && !nas.is_empty() {
            nas[0] = 0x7e;
            nas = ue.protect(quintet_nas::security::Protection::Ciphered, &nas);
        }
        let _ = rig.uplink(&nas);
        rig.reconnect(&ue);
        let _ = rig.initial(&nas);
    }
}
