//! Generic UE configuration update (TS 24.501 5.4.4).

use crate::support::{Request, Rig};
use quintet_fgmm::network::{ConfigurationChange, Input, Output, Phase, Timer};
use quintet_fgmm::{Discard, Disposition};
use quintet_nas::fgs::{
    ConfigurationUpdateCommand, ConfigurationUpdateComplete, MobileIdentity, RegistrationType,
};

const GUTI: ConfigurationChange = ConfigurationChange {
    guti: true,
    identity_and_time_zone: false,
    nssai: false,
    registration_requested: false,
};

#[test]
fn a_guti_is_told_again_and_again_and_both_stay_valid() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let _ = rig.input(Input::UpdateConfiguration(GUTI));
    let command = rig.downlink();
    let plain = ue.read(&command);
    let (command, _) = ConfigurationUpdateCommand::decode(&plain).expect("CONFIGURATION UPDATE COMMAND");
    let context = rig.table.only();
    assert_eq!(command.guti, Some(MobileIdentity::Guti(context.guti)));
    assert_eq!(context.old_guti, ue.guti);
    for _ in 0..4 {
        rig.expire();
        let again = rig.downlink();
        assert_eq!(ue.read(&again), plain, "the same GUTI");
    }
    rig.expire();
    assert!(rig.phases().contains(&Phase::GivenUp(Timer::T3555)));
    assert_eq!(rig.table.only().old_guti, ue.guti, "TS 24.501 5.4.4.6 b");
    assert!(!rig.session.is_over(), "the gNB has a context");
}

#[test]
fn slices_and_a_registration() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let change = ConfigurationChange {
        nssai: true,
        registration_requested: true,
        ..ConfigurationChange::default()
    };
    let _ = rig.input(Input::UpdateConfiguration(change));
    let plain = ue.read(&rig.downlink());
    let (command, _) = ConfigurationUpdateCommand::decode(&plain).expect("CONFIGURATION UPDATE COMMAND");
    let indication = command.configuration_update_indication.expect("one");
    assert!(indication.acknowledgement_requested() && indication.registration_requested());
    assert!(command.allowed_nssai.is_some() && command.guti.is_none());
    let complete = ue.ciphered(ConfigurationUpdateComplete::new().into());
    rig.send(&complete);
    assert!(rig.session.is_idle());
    let again = ue.ciphered(ConfigurationUpdateComplete::new().into());
    assert!(matches!(
        rig.uplink(&again),
        Disposition::Silent(Discard::Path(_))
    ));
}

#[test]
fn a_change_waits_until_nothing_else_is_under_way() {
    let mut rig = Rig::new();
    let mut ue = rig.secure(1);
    let _ = rig.take();
    let _ = rig.input(Input::UpdateConfiguration(GUTI));
    assert!(rig.take().is_empty());
    rig.subscribe();
    let _ = rig.complete(&mut ue);
    let command = rig.downlink();
    assert_eq!(ue.name(&command), "CONFIGURATION UPDATE COMMAND");
}

#[test]
fn a_registration_meets_a_command() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let _ = rig.input(Input::UpdateConfiguration(GUTI));
    let _ = ue.read(&rig.downlink());
    let request = Request::by_guti(ue.guti.expect("a GUTI"), ue.ksi)
        .with_type(RegistrationType::MOBILITY_REGISTRATION_UPDATING);
    let request = ue.ciphered(request.message());
    assert_eq!(rig.uplink(&request), Disposition::Handled);
    let before = ue.guti;
    let outputs = rig.take();
    let accept = outputs.iter().find_map(|o| {
        if let Output::Downlink(nas) = o {
            Some(nas)
        } else {
            None
        }
    });
    let _ = ue.accept(accept.expect("REGISTRATION ACCEPT"));
    assert_ne!(ue.guti, before);
    assert_eq!(rig.table.only().old_guti, before, "what the UE has used");
}

#[test]
fn nothing_to_tell_is_not_told() {
    let mut rig = Rig::new();
    let _ = rig.registered(1);
    let change = ConfigurationChange {
        identity_and_time_zone: true,
        ..ConfigurationChange::default()
    };
    let _ = rig.input(Input::UpdateConfiguration(change));
    assert!(rig.take().is_empty(), "neither name nor time zone");
}
