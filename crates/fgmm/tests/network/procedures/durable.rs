//! Contexts in octets, and after a restart.

use crate::support::{Request, Rig, supi};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_fgmm::Disposition;
use quintet_fgmm::network::durable::{Counts, DOWNLINK_RESERVE, MAX_OCTETS, Stop, decode, encode};
use quintet_fgmm::network::{AlgorithmLists, Context, Input, Output, PduSessions, SubscribedSNssai};
use quintet_identity::fgs::Tac;
use quintet_identity::{SNssai, Supi};
use quintet_nas::fgs::{RegistrationType, ServiceType};
use quintet_nas::security::Role;

/// A context with everything in it.
fn full() -> (Rig, crate::support::Ue) {
    let mut rig = Rig::new();
    rig.policy.eps_algorithms = Some(AlgorithmLists {
        integrity: vec![IntegrityAlgorithm::EIA2],
        ciphering: vec![CipheringAlgorithm::EEA1],
    });
    let ue = rig.registered(1);
    let context = rig.table.only_mut();
    context.old_guti = Some(context.guti);
    context.imei = Some("490154203237518".parse().expect("an IMEI"));
    context.imeisv = Some("4901542032375101".parse().expect("an IMEISV"));
    context.fgmm_capability = vec![0xff; 13].into();
    let registration = context.registration.as_mut().expect("registered");
    registration.pdu_sessions = PduSessions::default().with(1).with(15);
    registration.subscribed = vec![
        SubscribedSNssai {
            s_nssai: SNssai::with_sd(3, 0xabcdef).expect("24 bits"),
            default: true,
        };
        16
    ]
    .into();
    registration.subscribed[0].s_nssai = SNssai::EMBB;
    registration.allowed = vec![SNssai::EMBB; 8].into();
    registration.forbidden_tacs = vec![Tac::new(0xabcdef).expect("24 bits"); 32].into();
    (rig, ue)
}

fn shown(context: &Context) -> String {
    let keys = context.security.as_ref().map(|s| *s.k_amf.expose());
    format!("{context:?} {keys:?}")
}

#[test]
fn everything_comes_back_after_a_clean_stop() {
    let (mut rig, _) = full();
    for supi in [
        supi(1),
        Supi::Nai(format!("{}@a.b", "x".repeat(249)).parse().expect("a NAI")),
    ] {
        let context = rig.table.only_mut();
        context.supi = Some(supi);
        let octets = encode(context, Counts::Exact);
        assert!(
            octets.len() <= MAX_OCTETS && octets.capacity() == MAX_OCTETS,
            "{}",
            octets.len()
        );
        let mut back = decode(&octets, Stop::Clean).expect("a context");
        // The bound is what was stored; what is in use is what counts.
        let security = back.security.as_mut().expect("keys");
        assert_eq!(security.nas.role(), Role::Network);
        security.downlink_reserved = context.security.as_ref().expect("keys").downlink_reserved;
        assert_eq!(shown(&back), shown(context));
        for end in 0..octets.len() {
            assert!(decode(&octets[..end], Stop::Clean).is_err(), "{end} octets");
        }
        let mut longer = octets.to_vec();
        longer.push(0);
        assert!(decode(&longer, Stop::Clean).is_err());
    }
}

#[test]
fn octets_that_are_no_context_are_refused_or_read_whole() {
    let (rig, _) = full();
    let octets = encode(rig.table.only(), Counts::Exact);
    for at in 0..octets.len() {
        for bit in 0..8 {
            let mut changed = octets.to_vec();
            changed[at] ^= 1 << bit;
            if let Ok(context) = decode(&changed, Stop::Clean) {
                let again = encode(&context, Counts::Exact);
                assert_eq!(again[3..], changed[3..], "octet {at}, bit {bit}");
            }
        }
    }
}

#[test]
fn a_context_after_an_unclean_stop_is_good_for_a_name_only() {
    for (counts, stop) in [
        (Counts::Reserved, Stop::Unclean),
        (Counts::Reserved, Stop::Clean),
        (Counts::Exact, Stop::Unclean),
    ] {
        let (mut rig, mut ue) = full();
        let octets = encode(rig.table.only(), counts);
        let back = decode(&octets, stop).expect("a context");
        let used = rig
            .table
            .only()
            .security
            .as_ref()
            .expect("keys")
            .nas
            .counts()
            .next_sent;
        assert!(back.security.as_ref().expect("keys").nas.counts().next_sent >= used);
        *rig.table.only_mut() = back;
        rig.reconnect(&ue);
        let request = ue.register(RegistrationType::MOBILITY_REGISTRATION_UPDATING);
        assert_eq!(rig.initial(&request), Disposition::Handled);
        let asked = rig.authentication();
        assert!(
            matches!(asked.subject, quintet_fgmm::network::Subject::Supi(s) if s == supi(1)),
            "its name is good"
        );
        rig.give(2);
        let mut ue = rig.answer(2, ue.request.clone());
        let command = rig.downlink();
        let _ = ue.take_command(&command);
        rig.send(&ue.complete());
        let accept = ue.accept(&rig.context_setup().nas.expect("REGISTRATION ACCEPT"));
        assert!(accept.guti.is_some());
        assert!(!rig.table.only().security.as_ref().expect("keys").stale);
    }
}

#[test]
fn a_registered_ue_that_asks_for_service_after_an_unclean_stop_authenticates() {
    let (mut rig, mut ue) = full();
    let octets = encode(rig.table.only(), Counts::Reserved);
    *rig.table.only_mut() = decode(&octets, Stop::Unclean).expect("a context");
    rig.reconnect(&ue);
    let request = ue.service(ServiceType::DATA, None, None);
    assert_eq!(rig.initial(&request), Disposition::Handled);
    let _ = rig.authentication();
    rig.give(2);
    let mut ue = rig.answer(2, Request::by_suci(1));
    let command = rig.downlink();
    let _ = ue.take_command(&command);
    ue.guti = Some(rig.table.only().guti);
    let service = quintet_nas::fgs::ServiceRequest::new(
        quintet_nas::fgs::NasKsi(7),
        ServiceType::DATA,
        quintet_nas::fgs::MobileIdentity::STmsi(rig.table.only().guti.s_tmsi()),
    );
    let whole = quintet_nas::fgs::FgmmMessage::from(service).to_octets();
    let mut complete = quintet_nas::fgs::SecurityModeComplete::new();
    complete.nas_message_container = Some(quintet_nas::fgs::NasMessageContainer(&whole));
    rig.send(&ue.complete_with(complete));
    let accept = rig.context_setup().nas.expect("SERVICE ACCEPT");
    assert_eq!(ue.name(&accept), "SERVICE ACCEPT");
}

#[test]
fn a_clean_stop_needs_no_authentication() {
    let (mut rig, mut ue) = full();
    rig.table.only_mut().old_guti = None;
    let octets = encode(rig.table.only(), Counts::Exact);
    *rig.table.only_mut() = decode(&octets, Stop::Clean).expect("a context");
    rig.reconnect(&ue);
    let request = ue.service(ServiceType::DATA, None, None);
    assert_eq!(rig.initial(&request), Disposition::Handled);
    let setup = rig.context_setup();
    assert_eq!(ue.name(&setup.nas.expect("SERVICE ACCEPT")), "SERVICE ACCEPT");
    let _ = rig.input(Input::ContextSetup(Ok(())));
}

#[test]
fn a_write_is_asked_for_before_the_reserve_is_gone() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let mut stored = rig
        .table
        .only()
        .security
        .as_ref()
        .expect("keys")
        .downlink_reserved;
    let mut writes = 0;
    let change = quintet_fgmm::network::ConfigurationChange {
        nssai: true,
        ..Default::default()
    };
    for _ in 0..DOWNLINK_RESERVE {
        let _ = rig.input(Input::UpdateConfiguration(change));
        let outputs = rig.take();
        let changed = outputs.iter().position(|o| matches!(o, Output::Changed(_)));
        let downlink = outputs.iter().position(|o| matches!(o, Output::Downlink(_)));
        let security = rig.table.only().security.as_ref().expect("keys");
        let used = security.nas.counts().next_sent.expect("COUNTs").value();
        if let Some(changed) = changed {
            assert!(Some(changed) < downlink, "the write stands before the message");
            stored = security.downlink_reserved;
            writes += 1;
        }
        assert!(used <= stored, "{used} of {stored}");
        let Some(Output::Downlink(nas)) = outputs.into_iter().find(|o| matches!(o, Output::Downlink(_)))
        else {
            panic!("a command");
        };
        let _ = ue.read(&nas);
        let complete = ue.ciphered(quintet_nas::fgs::ConfigurationUpdateComplete::new().into());
        rig.send(&complete);
        let _ = rig.take();
    }
    assert!((1..=3).contains(&writes), "{writes} writes");
}
