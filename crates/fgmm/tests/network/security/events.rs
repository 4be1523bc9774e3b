//! What a session reports: every message once, before what it brings about, with its protection (ladder, logs, doctor).

use crate::support::{Request, Rig};
use quintet_crypto::Direction;
use quintet_fgmm::network::{Event, Output};
use quintet_fgmm::{Discard, Disposition};
use quintet_nas::fgs::RegistrationType;
use quintet_nas::security::SecurityHeaderType;

/// Direction, name and whether it was protected, of every message.
fn messages(rig: &mut Rig) -> Vec<(Direction, &'static str, bool)> {
    let _ = rig.take();
    rig.events
        .iter()
        .filter_map(|event| match event {
            Event::Message {
                direction,
                name,
                protection,
                ..
            } => Some((*direction, *name, protection.is_some())),
            Event::Phase { .. } => None,
        })
        .collect()
}

#[test]
fn a_registration_in_its_order() {
    use Direction::{Downlink, Uplink};
    let mut rig = Rig::new();
    let _ = rig.registered(1);
    assert_eq!(
        messages(&mut rig),
        [
            (Uplink, "REGISTRATION REQUEST", false),
            (Downlink, "AUTHENTICATION REQUEST", false),
            (Uplink, "AUTHENTICATION RESPONSE", false),
            (Downlink, "SECURITY MODE COMMAND", true),
            (Uplink, "SECURITY MODE COMPLETE", true),
            (Downlink, "REGISTRATION ACCEPT", true),
            (Uplink, "REGISTRATION COMPLETE", true),
        ]
    );
}

#[test]
fn protection_as_it_was_and_repetitions_as_such() {
    let mut rig = Rig::new();
    let _ = rig.command(1);
    rig.expire();
    let _ = rig.take();
    let commands: Vec<_> = rig
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Message {
                name: "SECURITY MODE COMMAND",
                protection: Some(p),
                repeated,
                ..
            } => Some((p.header, p.count, *repeated)),
            _ => None,
        })
        .collect();
    let header = SecurityHeaderType::INTEGRITY_PROTECTED_WITH_NEW_CONTEXT;
    assert_eq!(commands, [(header, 0, false), (header, 1, true)]);
}

#[test]
fn what_was_dropped_is_reported_with_its_reason() {
    let mut rig = Rig::new();
    let _ = rig.registered(1);
    rig.events.clear();
    let _ = rig.uplink(&Request::by_suci(1).whole());
    let _ = rig.uplink(&[0x7e, 2, 1, 2, 3, 4, 5, 6]);
    let _ = rig.take();
    let dropped: Vec<_> = rig
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Message {
                name, disposition, ..
            } => Some((*name, *disposition)),
            Event::Phase { .. } => None,
        })
        .collect();
    assert_eq!(
        dropped,
        [
            (
                "REGISTRATION REQUEST",
                Some(Disposition::Silent(Discard::Unprotected))
            ),
            ("a protected message", Some(Disposition::Silent(Discard::Mac))),
        ]
    );
}

#[test]
fn nothing_but_phases_without_events() {
    let mut rig = Rig::new();
    rig.policy.events = false;
    let mut ue = rig.idle(1);
    let request = ue.register(RegistrationType::MOBILITY_REGISTRATION_UPDATING);
    let _ = rig.initial(&request);
    assert!(messages(&mut rig).is_empty());
    assert!(!rig.phases().is_empty());
}

#[test]
fn a_report_stands_before_what_its_message_brings_about() {
    let mut rig = Rig::new();
    let _ = rig.initial(&Request::by_suci(1).cleartext());
    let outputs = rig.raw();
    assert!(
        matches!(outputs.first(), Some(Output::Event(Event::Message { .. }))),
        "{outputs:?}"
    );
    assert!(matches!(outputs.last(), Some(Output::Authenticate(_))));
}
