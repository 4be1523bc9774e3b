//! De-registration (TS 24.501 5.5.2).

use crate::support::{Request, Rig, Ue, supi};
use quintet_fgmm::network::{
    FgmmState, Input, Output, PduSessions, Phase, ReleaseCause, SmRequestKind, Timer, purge,
};
use quintet_fgmm::{Discard, Disposition};
use quintet_nas::fgs::{
    DeregistrationAcceptFromUe, DeregistrationRequestFromNetwork, DeregistrationRequestFromUe,
    DeregistrationType, FgmmCause, FgmmMessage, MobileIdentity, NasKsi, RegistrationType, ServiceType,
};
use quintet_nas::security::Protection;

fn request(ue: &Ue, deregistration_type: DeregistrationType) -> FgmmMessage<'static> {
    let guti = MobileIdentity::Guti(ue.guti.expect("a GUTI"));
    DeregistrationRequestFromUe::new(deregistration_type, NasKsi(ue.ksi), guti).into()
}

#[test]
fn a_ue_leaves() {
    for (kind, answered) in [
        (DeregistrationType::ACCESS_3GPP, true),
        (DeregistrationType::SWITCH_OFF_3GPP_ACCESS, false),
    ] {
        let mut rig = Rig::new();
        let mut ue = rig.idle(1);
        rig.table
            .only_mut()
            .registration
            .as_mut()
            .expect("registered")
            .pdu_sessions = PduSessions::default().with(4);
        let request = ue.initial(&request(&ue_of(&ue), kind));
        assert_eq!(rig.initial(&request), Disposition::Handled);
        let outputs = rig.take();
        let downlinks: Vec<_> = outputs
            .iter()
            .filter_map(|o| {
                if let Output::Downlink(nas) = o {
                    Some(nas)
                } else {
                    None
                }
            })
            .collect();
        assert_eq!(downlinks.len(), usize::from(answered));
        assert!(
            outputs
                .iter()
                .any(|o| matches!(o, Output::Deregistered { supi: s } if *s == supi(1)))
        );
        assert!(
            outputs
                .iter()
                .any(|o| matches!(o, Output::Sm(sm) if sm.kind == SmRequestKind::Release))
        );
        assert!(matches!(
            outputs.last(),
            Some(Output::Release(ReleaseCause::Deregister))
        ));
        let context = rig.table.only();
        assert_eq!(context.state, FgmmState::Deregistered);
        assert!(context.security.is_some() && context.registration.is_none());
    }
}

/// The identities of a UE, for a message that its keys protect.
fn ue_of(ue: &Ue) -> Ue {
    let mut other = Ue::with_keys(ue.ksi, ue.n, ue.request.clone());
    other.guti = ue.guti;
    other
}

#[test]
fn it_comes_back_under_its_context_until_it_is_purged() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let leave = request(&ue, DeregistrationType::SWITCH_OFF_3GPP_ACCESS).to_octets();
    let leave = ue.protect(Protection::Ciphered, &leave);
    rig.send(&leave);
    rig.reconnect(&ue);
    let again = ue.register(RegistrationType::INITIAL_REGISTRATION);
    let _ = rig.initial(&again);
    assert!(
        rig.take()
            .iter()
            .any(|o| matches!(o, Output::Register { initial: true, .. }))
    );
    let mut outputs = Vec::new();
    let id = rig.session.context().expect("bound");
    assert!(purge(&mut rig.table, id, &mut outputs), "not registered yet");
    assert!(matches!(outputs[..], [Output::Removed(_)]));
    assert!(!purge(&mut rig.table, id, &mut outputs));
}

#[test]
fn who_is_registered_is_not_purged() {
    let mut rig = Rig::new();
    let _ = rig.registered(1);
    let id = rig.session.context().expect("bound");
    assert!(!purge(&mut rig.table, id, &mut Vec::new()));
}

#[test]
fn nobody_else_can_deregister_a_ue() {
    let mut rig = Rig::new();
    let ue = rig.idle(1);
    let before = rig.table.snapshot();
    // By switching it off.
    let leave = request(&ue, DeregistrationType::SWITCH_OFF_3GPP_ACCESS).to_octets();
    assert_eq!(rig.initial(&leave), Disposition::Silent(Discard::Unprotected));
    assert!(rig.ending().0.is_empty());
    // By asking politely: whoever it is must authenticate.
    rig.reconnect(&ue);
    let leave = request(&ue, DeregistrationType::ACCESS_3GPP).to_octets();
    assert_eq!(rig.initial(&leave), Disposition::Handled);
    let _ = rig.authentication();
    assert_eq!(rig.table.snapshot(), before);
    // Who is not known has nothing to lose.
    rig.table.contexts.clear();
    rig.reconnect_with(None);
    assert_eq!(rig.initial(&leave), Disposition::Handled);
    let (downlinks, release) = rig.ending();
    assert_eq!(downlinks, [vec![0x7e, 0, 0x46]], "DEREGISTRATION ACCEPT");
    assert_eq!(release, Some(ReleaseCause::Deregister));
}

#[test]
fn a_ue_that_lost_its_keys_authenticates_and_leaves() {
    let mut rig = Rig::new();
    let ue = rig.idle(1);
    let leave = request(&ue, DeregistrationType::ACCESS_3GPP).to_octets();
    let _ = rig.initial(&leave);
    let _ = rig.authentication();
    rig.give(2);
    let mut ue = rig.answer(2, Request::by_suci(1));
    let command = rig.downlink();
    let _ = ue.take_command(&command);
    rig.send(&ue.complete_with(quintet_nas::fgs::SecurityModeComplete::new()));
    let (downlinks, release) = rig.ending();
    assert_eq!(ue.name(&downlinks[0]), "DEREGISTRATION ACCEPT (UE originating)");
    assert_eq!(release, Some(ReleaseCause::Deregister));
    assert_eq!(rig.table.only().state, FgmmState::Deregistered);
}

/// The network lets the UE go: its request, read.
fn let_go(rig: &mut Rig, ue: &mut Ue, reregister: bool) -> Vec<u8> {
    let cause = Some(FgmmCause::FGS_SERVICES_NOT_ALLOWED);
    assert_eq!(
        rig.input(Input::Deregister { reregister, cause }),
        Disposition::Handled
    );
    ue.read(&rig.downlink())
}

#[test]
fn the_network_lets_a_ue_go() {
    for reregister in [false, true] {
        let mut rig = Rig::new();
        let mut ue = rig.registered(1);
        let plain = let_go(&mut rig, &mut ue, reregister);
        let (request, _) = DeregistrationRequestFromNetwork::decode(&plain).expect("DEREGISTRATION REQUEST");
        assert_eq!(request.deregistration_type.re_registration_required(), reregister);
        assert_eq!(request.fgmm_cause.is_some(), !reregister, "TS 24.501 5.5.2.3.1");
        assert_eq!(rig.table.only().state, FgmmState::Registered);
        let accept = ue.ciphered(DeregistrationAcceptFromUe::new().into());
        rig.send(&accept);
        assert!(
            rig.take()
                .iter()
                .any(|o| matches!(o, Output::Deregistered { .. }))
        );
        assert_eq!(rig.table.only().state, FgmmState::Deregistered);
        assert!(rig.session.is_over());
    }
}

#[test]
fn t3522_has_the_last_word() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let _ = let_go(&mut rig, &mut ue, false);
    for _ in 0..4 {
        rig.expire();
        let again = rig.downlink();
        assert_eq!(ue.name(&again), "DEREGISTRATION REQUEST (UE terminated)");
    }
    rig.expire();
    assert!(rig.phases().contains(&Phase::GivenUp(Timer::T3522)));
    assert_eq!(rig.table.only().state, FgmmState::Deregistered);
    assert!(rig.session.is_over());
}

#[test]
fn the_connection_goes_while_a_ue_is_let_go() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let _ = let_go(&mut rig, &mut ue, false);
    let _ = rig.input(Input::ConnectionLost);
    assert_eq!(
        rig.table.only().state,
        FgmmState::Deregistered,
        "TS 24.501 5.5.2.3.5 b"
    );
}

#[test]
fn what_meets_the_networks_request() {
    // The UE's own completes both.
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let _ = let_go(&mut rig, &mut ue, false);
    let leave = request(&ue, DeregistrationType::ACCESS_3GPP).to_octets();
    let leave = ue.protect(Protection::Ciphered, &leave);
    rig.send(&leave);
    assert_eq!(rig.table.only().state, FgmmState::Deregistered);
    // An update and a service request are left alone; a registration goes on only if it was asked for.
    for reregister in [false, true] {
        let mut rig = Rig::new();
        let mut ue = rig.registered(1);
        let _ = let_go(&mut rig, &mut ue, reregister);
        let update = Request::by_guti(ue.guti.expect("a GUTI"), ue.ksi)
            .with_type(RegistrationType::MOBILITY_REGISTRATION_UPDATING);
        let update = ue.ciphered(update.message());
        assert!(matches!(
            rig.uplink(&update),
            Disposition::Silent(Discard::Path(_))
        ));
        let service = ue.service(ServiceType::DATA, None, None);
        assert!(matches!(
            rig.uplink(&service),
            Disposition::Silent(Discard::Path(_))
        ));
        let initial = Request::by_guti(ue.guti.expect("a GUTI"), ue.ksi);
        let initial = ue.ciphered(initial.message());
        let disposition = rig.uplink(&initial);
        let outputs = rig.take();
        let goes_on = outputs.iter().any(|o| matches!(o, Output::Register { .. }));
        assert_eq!(goes_on, reregister, "{disposition:?} {outputs:?}");
    }
}

#[test]
fn the_network_lets_go_who_is_not_registered_yet() {
    let mut rig = Rig::new();
    let mut ue = rig.secure(1);
    let cause = Some(FgmmCause::PLMN_NOT_ALLOWED);
    let _ = rig.input(Input::Deregister {
        reregister: false,
        cause,
    });
    assert_eq!(rig.rejected_to(&mut ue), FgmmCause::PLMN_NOT_ALLOWED);
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    let _ = rig.input(Input::Deregister {
        reregister: true,
        cause: None,
    });
    assert_eq!(rig.rejected(), FgmmCause::IMPLICITLY_DEREGISTERED);
}
