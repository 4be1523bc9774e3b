//! What these tests share.

use quintet_sctp::testing::Network;
use quintet_sctp::{AssociationId, Down, Event, Message};

pub(crate) fn message(stream: u16, payload: impl Into<Vec<u8>>) -> Message {
    Message {
        stream,
        ppid: 18,
        unordered: false,
        payload: payload.into(),
    }
}

/// Takes the messages that a host got.
pub(crate) fn messages(network: &mut Network, host: usize) -> Vec<Message> {
    let events = std::mem::take(&mut network.hosts[host].events);
    let (messages, others): (Vec<Event>, Vec<Event>) = events
        .into_iter()
        .partition(|event| matches!(event, Event::Message { .. }));
    network.hosts[host].events.extend(others);
    messages
        .into_iter()
        .filter_map(|event| match event {
            Event::Message { message, .. } => Some(message),
            _ => None,
        })
        .collect()
}

/// Why the association of a host ended, if it did.
pub(crate) fn down(network: &Network, host: usize, id: AssociationId) -> Option<Down> {
    network.hosts[host].events.iter().find_map(|event| match event {
        Event::Down { association, reason } if *association == id => Some(reason.clone()),
        _ => None,
    })
}
