//! Connections and contexts: two of one UE, one that is superseded, what a context weighs.

use crate::support::{Rig, plain};
use quintet_fgmm::network::{Context, ContextId, Input, Output, ReleaseCause, Session};
use quintet_fgmm::{Discard, Disposition};
use std::mem::size_of;

#[test]
fn a_context_weighs_less_than_a_kibibyte() {
    // Behind its boxes: 13 octets of capability, 2 subscribed and 1 allowed slice for most.
    let boxes = 13 + 16 * 12 + 8 * 8;
    assert!(size_of::<Context>() + boxes <= 1024, "{}", size_of::<Context>());
    println!(
        "a context: {}, a session: {}",
        size_of::<Context>(),
        size_of::<Session>()
    );
    assert!(size_of::<Session>() <= 1536, "{}", size_of::<Session>());
}

#[test]
fn two_registrations_of_one_ue_at_once() {
    let mut rig = Rig::new();
    // Both are asked, both answer; the one that completes last has the context.
    let mut first = rig.command(1);
    let command = rig.downlink();
    let _ = first.take_command(&command);
    let mut other = Session::new(rig.from);
    std::mem::swap(&mut rig.session, &mut other);
    let mut second = rig.secure(2);
    let bound = |outputs: Vec<Output>| {
        outputs
            .into_iter()
            .find_map(|o| if let Output::Bound(id) = o { Some(id) } else { None })
    };
    let id = bound(rig.take()).expect("the second is bound");
    std::mem::swap(&mut rig.session, &mut other);
    let complete = first.complete();
    rig.send(&complete);
    assert_eq!(bound(rig.take()), Some(id), "one context");
    assert_eq!(rig.table.contexts.len(), 1);
    std::mem::swap(&mut rig.session, &mut other);
    let _ = rig.input(Input::Superseded { by: id });
    assert_eq!(rig.ending().1, Some(ReleaseCause::NormalRelease));
    let late = second.complete_with(quintet_nas::fgs::SecurityModeComplete::new());
    assert_eq!(rig.uplink(&late), Disposition::Silent(Discard::Released));
}

#[test]
fn a_superseded_connection_lets_go_of_its_authentication() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    let _ = rig.input(Input::Superseded { by: ContextId(9) });
    let outputs = rig.take();
    assert!(
        matches!(outputs[..], [Output::AbandonAuthentication, Output::Release(_)]),
        "{outputs:?}"
    );
}

#[test]
fn a_message_that_was_not_delivered_is_the_timers() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let request = rig.downlink();
    assert_eq!(rig.input(Input::NotDelivered(&request)), Disposition::Handled);
    assert!(rig.take().is_empty());
    rig.expire();
    assert_eq!(plain(&rig.downlink()), request, "the same challenge");
}
