//! Registration (TS 24.501 5.5.1).

use crate::support::{CAPABILITY, Request, Rig, k_seaf, subscription, supi, tai};
use quintet_crypto::fgs::ABBA;
use quintet_fgmm::Disposition;
use quintet_fgmm::network::{FgmmState, Input, Output, Phase, Subject};
use quintet_identity::SNssai;
use quintet_nas::fgs::{
    ConfigurationUpdateCommand, RegistrationResult, RegistrationType, SecurityModeCommand,
};

/// SECURITY MODE COMMAND for an initial message that came plain.
fn repeats_and_asks_again(plain: &[u8]) {
    let (command, _) = SecurityModeCommand::decode(plain).expect("SECURITY MODE COMMAND");
    assert_eq!(command.replayed_ue_security_capabilities, CAPABILITY);
    let information = command.additional_5g_security_information.expect("RINMR");
    assert!(information.retransmission_requested() && !information.kamf_derivation_required());
}

/// CONFIGURATION UPDATE COMMAND with the network's name and the time, and nothing to acknowledge.
fn name_and_time(plain: &[u8]) {
    let (update, _) = ConfigurationUpdateCommand::decode(plain).expect("CONFIGURATION UPDATE COMMAND");
    assert!(update.full_name_for_network.is_some() && update.universal_time_and_local_time_zone.is_some());
    assert_eq!(update.configuration_update_indication, None);
}

#[test]
fn an_initial_registration_by_suci_from_the_first_octet_to_the_last() {
    let mut rig = Rig::new();
    rig.policy.network_name = Some("Quintet".into());
    rig.policy.time_zone = Some(4);
    assert_eq!(
        rig.initial(&Request::by_suci(1).cleartext()),
        Disposition::Handled
    );
    let asked = rig.authentication();
    assert!(matches!(asked.subject, Subject::Suci(suci) if suci.null_supi() == Some(supi(1))));
    rig.give(1);
    let mut ue = rig.answer(1, Request::by_suci(1));
    let command = rig.downlink();
    repeats_and_asks_again(&ue.take_command(&command));
    rig.send(&ue.complete());
    let outputs = rig.take();
    assert!(
        matches!(
            outputs[..],
            [
                Output::Bound(_),
                Output::Changed(_),
                Output::Register { initial: true, .. }
            ]
        ),
        "{outputs:?}"
    );
    rig.subscribe();
    let setup = rig.context_setup();
    let k_amf = k_seaf(1).k_amf(&supi(1).value(), &ABBA).expect("a short SUPI");
    assert_eq!(setup.k_gnb, k_amf.k_gnb(0), "of SECURITY MODE COMPLETE's COUNT");
    assert_eq!(setup.capabilities, CAPABILITY);
    assert_eq!(setup.ambr, subscription().ambr);
    assert_eq!(setup.allowed_nssai[..], [SNssai::EMBB]);
    let accept = ue.accept(&setup.nas.expect("with REGISTRATION ACCEPT"));
    assert_eq!(accept.registration_result, RegistrationResult::ACCESS_3GPP);
    assert_eq!(ue.guti, Some(rig.table.only().guti));
    assert_eq!(accept.tai_list.expect("a TAI list").tais(), [tai()]);
    assert_eq!(
        accept.allowed_nssai.expect("slices").slices().collect::<Vec<_>>(),
        [SNssai::EMBB]
    );
    assert!(accept.t3512_value.is_some() && accept.network_feature_support.is_some());
    assert_eq!(rig.input(Input::ContextSetup(Ok(()))), Disposition::Handled);
    assert!(
        rig.table.only().old_guti.is_some(),
        "both are valid until REGISTRATION COMPLETE"
    );
    let complete = ue.ciphered(quintet_nas::fgs::RegistrationComplete::new().into());
    rig.send(&complete);
    assert_eq!(rig.table.only().old_guti, None);
    assert_eq!(rig.table.only().state, FgmmState::Registered);
    let update = ue.read(&rig.downlink());
    name_and_time(&update);
    assert!(rig.session.is_idle() && !rig.session.is_over());
    let phases = rig.phases();
    for phase in [
        Phase::ResponseRight,
        Phase::Authenticated,
        Phase::SecurityModeComplete,
        Phase::Subscribed,
    ] {
        assert!(phases.contains(&phase), "{phase:?} in {phases:?}");
    }
    assert_eq!(phases.last(), Some(&Phase::Registered));
}

#[test]
fn a_registration_under_the_context_needs_no_authentication() {
    let mut rig = Rig::new();
    let mut ue = rig.idle(1);
    let before = ue.guti;
    let count = ue.counts_sent();
    let request = ue.register(RegistrationType::INITIAL_REGISTRATION);
    assert_eq!(rig.initial(&request), Disposition::Handled);
    assert!(matches!(
        rig.take()[..],
        [Output::Bound(_), Output::Register { initial: true, .. }]
    ));
    rig.subscribe();
    let k_gnb = ue.k_amf.k_gnb(count);
    let setup = rig.context_setup();
    assert_eq!(setup.k_gnb, k_gnb, "of the COUNT of REGISTRATION REQUEST");
    let accept = ue.accept(&setup.nas.expect("with REGISTRATION ACCEPT"));
    assert!(accept.guti.is_some() && ue.guti != before, "another GUTI");
}
