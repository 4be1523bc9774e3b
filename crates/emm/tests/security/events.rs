//! What a ladder is drawn from: each message with its protection and its disposition, in order.

use crate::support::Rig;
use quintet_crypto::Direction;
use quintet_emm::network::Event;

#[test]
fn an_attach_as_a_ladder() {
    let mut rig = Rig::new();
    let ue = rig.attached(1);
    let _ = rig.take();
    let messages: Vec<_> = rig
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Message {
                direction,
                name,
                protection,
                disposition,
                ..
            } => {
                assert_eq!(
                    disposition.is_some(),
                    *direction == Direction::Uplink,
                    "{event:?}"
                );
                let protection = protection.map(|p| {
                    assert_eq!(p.ksi.0, ue.ksi);
                    (p.header.0, p.count)
                });
                Some((*name, protection))
            }
            Event::Phase { .. } => None,
        })
        .collect();
    assert_eq!(
        messages,
        [
            ("ATTACH REQUEST", None),
            ("AUTHENTICATION REQUEST", None),
            ("AUTHENTICATION RESPONSE", None),
            ("SECURITY MODE COMMAND", Some((3, 0))),
            ("SECURITY MODE COMPLETE", Some((4, 0))),
            ("ATTACH ACCEPT", Some((2, 1))),
            ("ATTACH COMPLETE", Some((2, 1))),
        ]
    );
}

/// Phases are counted by whoever runs the session; messages are for who asks.
#[test]
fn messages_are_reported_to_who_asks_only() {
    let mut rig = Rig::new();
    rig.policy.events = false;
    let _ = rig.attached(1);
    let _ = rig.take();
    assert!(
        rig.events
            .iter()
            .all(|event| matches!(event, Event::Phase { .. })),
        "{:?}",
        rig.events
    );
}
