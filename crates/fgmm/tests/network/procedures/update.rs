//! Mobility and periodic registration updating (TS 24.501 5.5.1.3).

use crate::support::{Request, Rig, guami};
use quintet_fgmm::Disposition;
use quintet_fgmm::network::{FgmmState, Input, Output, PduSessions, Phase, SmRequestKind, Subject};
use quintet_identity::SNssai;
use quintet_identity::fgs::{AmfId, Guami, Guti};
use quintet_nas::fgs::{FgmmCause, IdentityResponse, MobileIdentity, RegistrationComplete, RegistrationType};

const MOBILITY: RegistrationType = RegistrationType::MOBILITY_REGISTRATION_UPDATING;
const PERIODIC: RegistrationType = RegistrationType::PERIODIC_REGISTRATION_UPDATING;

#[test]
fn an_update_under_the_context_brings_another_guti_and_asks_nobody() {
    for kind in [MOBILITY, PERIODIC] {
        let mut rig = Rig::new();
        rig.from.context_requested = false;
        let mut ue = rig.secure(1);
        rig.subscribe();
        let accept = rig.downlinks();
        let _ = ue.accept(accept.last().expect("REGISTRATION ACCEPT, alone"));
        let complete = ue.ciphered(RegistrationComplete::new().into());
        rig.send(&complete);
        assert!(rig.session.is_over(), "nobody has a use for the connection");
        rig.reconnect(&ue);
        let before = ue.guti;
        let request = ue.register(kind);
        assert_eq!(rig.initial(&request), Disposition::Handled);
        let accept = ue.accept(&rig.downlink());
        assert_ne!(ue.guti, before, "TS 33.501 6.12.3");
        assert!(accept.tai_list.is_some());
        assert_eq!(
            accept.allowed_nssai.expect("slices").slices().collect::<Vec<_>>(),
            [SNssai::EMBB]
        );
        let complete = ue.ciphered(RegistrationComplete::new().into());
        rig.send(&complete);
        assert_eq!(rig.table.only().old_guti, None);
    }
}

#[test]
fn a_guti_of_nobody() {
    let elsewhere = Guti::new(
        Guami {
            amf_id: AmfId::new(9, 9, 9).expect("an AMF"),
            ..guami()
        },
        1,
    );
    // A periodic update is for who is registered here.
    let mut rig = Rig::new();
    let request = Request::by_guti(elsewhere, 2).with_type(PERIODIC);
    let cause = FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK;
    assert_eq!(rig.initial(&request.cleartext()), Disposition::Replied(cause));
    assert_eq!(rig.rejected(), cause);
    // Whoever comes from another AMF is asked who it is, and registered.
    for kind in [MOBILITY, RegistrationType::INITIAL_REGISTRATION] {
        let mut rig = Rig::new();
        let request = Request::by_guti(elsewhere, 2).with_type(kind);
        assert_eq!(rig.initial(&request.cleartext()), Disposition::Handled);
        assert!(rig.phases().contains(&Phase::ContextTransferNotSupported));
        assert_eq!(rig.downlink(), [0x7e, 0, 0x5b, 1], "IDENTITY REQUEST for SUCI");
        let response = IdentityResponse::new(MobileIdentity::Suci(crate::support::suci(1)));
        rig.send(&quintet_nas::fgs::FgmmMessage::from(response).to_octets());
        assert!(matches!(rig.authentication().subject, Subject::Suci(_)));
        rig.give(1);
        let mut ue = rig.answer(1, request);
        assert_ne!(ue.ksi, 2, "the UE has that one");
        let command = rig.downlink();
        let _ = ue.take_command(&command);
        rig.send(&ue.complete());
        let initial = kind == RegistrationType::INITIAL_REGISTRATION;
        assert!(
            rig.take()
                .iter()
                .any(|o| matches!(o, Output::Register { initial: i, .. } if *i == initial))
        );
        rig.subscribe();
        let _ = rig.complete(&mut ue);
        assert_eq!(rig.table.only().state, FgmmState::Registered);
    }
}

#[test]
fn a_deregistered_ue_must_register() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    rig.table.only_mut().state = FgmmState::Deregistered;
    let request = ue.register(MOBILITY);
    assert_eq!(
        rig.initial(&request),
        Disposition::Replied(FgmmCause::IMPLICITLY_DEREGISTERED)
    );
    assert_eq!(rig.rejected_to(&mut ue), FgmmCause::IMPLICITLY_DEREGISTERED);
}

#[test]
fn a_ue_that_moves_where_it_may_not_be() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    let tac = rig.from.tai.tac;
    rig.table
        .only_mut()
        .registration
        .as_mut()
        .expect("registered")
        .forbidden_tacs = vec![tac].into();
    let request = ue.register(MOBILITY);
    let cause = FgmmCause::TRACKING_AREA_NOT_ALLOWED;
    assert_eq!(rig.initial(&request), Disposition::Replied(cause));
    assert_eq!(rig.rejected_to(&mut ue), cause);
    assert_eq!(rig.table.only().state, FgmmState::Deregistered);
}

#[test]
fn both_sides_agree_on_pdu_sessions() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    let here = PduSessions::default().with(1).with(5).with(9);
    rig.table
        .only_mut()
        .registration
        .as_mut()
        .expect("registered")
        .pdu_sessions = here;
    let mut request = Request::by_guti(ue.guti.expect("a GUTI"), ue.ksi).with_type(MOBILITY);
    request.sessions = Some(PduSessions::default().with(5).with(9).with(3).octets());
    request.uplink_data = Some(PduSessions::default().with(9).with(3).octets());
    let request = ue.register_with(request);
    assert_eq!(rig.initial(&request), Disposition::Handled);
    let outputs = rig.take();
    let asked: Vec<_> = outputs
        .iter()
        .filter_map(|output| match output {
            Output::Sm(request) => Some((request.pdu_session_id, &request.kind)),
            _ => None,
        })
        .collect();
    assert_eq!(
        asked,
        [(1, &SmRequestKind::Release), (9, &SmRequestKind::Activate)]
    );
    let nas = outputs.into_iter().find_map(|output| match output {
        Output::ContextSetup(setup) => setup.nas,
        _ => None,
    });
    let accept = ue.accept(&nas.expect("REGISTRATION ACCEPT"));
    let both = PduSessions::default().with(5).with(9);
    assert_eq!(accept.pdu_session_status.expect("status").0, both.octets());
    assert_eq!(
        accept.pdu_session_reactivation_result.expect("result").0,
        PduSessions::default().with(3).octets()
    );
    assert_eq!(
        accept.pdu_session_reactivation_result_error_cause.expect("why").0,
        [3, 92]
    );
    let kept = rig.table.only().registration.as_ref().map(|r| r.pdu_sessions);
    assert_eq!(kept, Some(both));
}

#[test]
fn an_initial_registration_of_a_registered_ue_begins_anew() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    rig.table
        .only_mut()
        .registration
        .as_mut()
        .expect("registered")
        .pdu_sessions = PduSessions::default().with(5);
    let request = ue.register(RegistrationType::INITIAL_REGISTRATION);
    assert_eq!(rig.initial(&request), Disposition::Handled);
    let outputs = rig.take();
    assert!(
        matches!(&outputs[..], [Output::Bound(_), Output::Sm(sm), Output::Register { .. }]
            if sm.kind == SmRequestKind::Release && sm.pdu_session_id == 5),
        "{outputs:?}"
    );
}

#[test]
fn slices_of_an_update() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    let mut request = Request::by_guti(ue.guti.expect("a GUTI"), ue.ksi).with_type(MOBILITY);
    request.nssai = vec![SNssai::new(2), SNssai::new(7)];
    let request = ue.register_with(request);
    let _ = rig.initial(&request);
    let accept = ue.accept(&rig.context_setup().nas.expect("REGISTRATION ACCEPT"));
    let slices = |n: Option<quintet_nas::fgs::Nssai<'_>>| n.map(|n| n.slices().collect::<Vec<_>>());
    assert_eq!(slices(accept.allowed_nssai), Some(vec![SNssai::new(2)]));
    assert_eq!(
        slices(accept.configured_nssai),
        Some(vec![SNssai::EMBB, SNssai::new(2)])
    );
    assert_eq!(accept.rejected_nssai.expect("one").slices()[0].0, SNssai::new(7));
    assert_eq!(
        rig.table.only().registration.as_ref().map(|r| r.allowed.to_vec()),
        Some(vec![SNssai::new(2)])
    );
}

#[test]
fn an_update_before_registration_complete_confirms_the_guti() {
    let mut rig = Rig::new();
    let mut ue = rig.secure(1);
    let _ = rig.take();
    rig.subscribe();
    let _ = ue.accept(&rig.context_setup().nas.expect("REGISTRATION ACCEPT"));
    let _ = rig.input(Input::ContextSetup(Ok(())));
    let request = Request::by_guti(ue.guti.expect("a GUTI"), ue.ksi).with_type(MOBILITY);
    let request = ue.ciphered(request.message());
    assert_eq!(rig.uplink(&request), Disposition::Handled);
    assert!(rig.phases().contains(&Phase::Registered), "TS 24.501 5.5.1.2.8 g");
    let accept = rig.downlink();
    let _ = ue.accept(&accept);
}
