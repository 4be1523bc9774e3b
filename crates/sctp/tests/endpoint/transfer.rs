//! Messages arrive once, whole and in the order of their stream, whatever the network does.

use crate::support::{down, message, messages};
use quintet_sctp::testing::{Faults, Network};
use quintet_sctp::{Event, Message, SendError};
use std::time::Duration;

const FAULTS: Faults = Faults {
    loss: 200,
    duplication: 100,
    reordering: 200,
    corruption: 50,
};

/// Octets that tell the stream and the place in it.
fn numbered(stream: u16, number: u32, octets: usize) -> Vec<u8> {
    let mut payload = vec![number as u8; octets.max(6)];
    payload[..2].copy_from_slice(&stream.to_be_bytes());
    payload[2..6].copy_from_slice(&number.to_be_bytes());
    payload
}

fn exchange(seed: u64, faults: Faults, count: u32, shutdown: bool) {
    const STREAMS: u16 = 4;
    let (mut network, client, server) = Network::pair(seed, |config| config.max_retransmissions = 100);
    network.faults = faults;
    let mut sent = [vec![], vec![]];
    for number in 0..count {
        for (host, id) in [(0, client), (1, server)] {
            let stream = (network.random() % u64::from(STREAMS)) as u16;
            // One in ten does not fit a packet.
            let octets = if number % 10 == 3 { 5000 } else { 100 };
            let message = Message {
                unordered: number % 7 == 5,
                ..message(stream, numbered(stream, number, octets))
            };
            network.send(host, id, message.clone()).expect("there is room");
            sent[host].push(message);
        }
        let pause = Duration::from_micros(network.random() % 3000);
        network.run_for(pause);
    }
    if shutdown {
        let now = network.now();
        network.hosts[0].endpoint.shutdown(now, client);
    }
    let mut got = [vec![], vec![]];
    let limit = network.now() + Duration::from_secs(3600);
    network.run_until(limit, |network| {
        for (host, got) in got.iter_mut().enumerate() {
            got.extend(messages(network, host));
        }
        let all = got.iter().all(|got| got.len() >= count as usize);
        all && (!shutdown
            || network
                .hosts
                .iter()
                .all(|host| host.endpoint.association_count() == 0))
    });
    for (to, from) in [(0, 1), (1, 0)] {
        let ordered = |messages: &[Message], stream| -> Vec<Message> {
            messages
                .iter()
                .filter(|m| m.stream == stream && !m.unordered)
                .cloned()
                .collect()
        };
        for stream in 0..STREAMS {
            assert_eq!(
                ordered(&got[to], stream),
                ordered(&sent[from], stream),
                "seed {seed}"
            );
        }
        let unordered = |messages: &[Message]| {
            let mut list: Vec<_> = messages
                .iter()
                .filter(|m| m.unordered)
                .map(|m| m.payload.clone())
                .collect();
            list.sort();
            list
        };
        assert_eq!(unordered(&got[to]), unordered(&sent[from]), "seed {seed}");
    }
    if shutdown {
        assert_eq!(
            down(&network, 0, client),
            Some(quintet_sctp::Down::Shutdown),
            "seed {seed}"
        );
        assert_eq!(
            down(&network, 1, server),
            Some(quintet_sctp::Down::Shutdown),
            "seed {seed}"
        );
    }
}

#[test]
fn every_message_arrives_once_and_in_order() {
    for seed in 0..60 {
        exchange(seed, FAULTS, 100, false);
    }
}

/// A shutdown waits for what is queued on both sides: nothing is lost by it, and both sides call it graceful.
#[test]
fn a_graceful_shutdown_loses_nothing() {
    let faults = Faults {
        loss: 50,
        reordering: 200,
        ..Faults::default()
    };
    for seed in 0..60 {
        exchange(seed, faults, 60, true);
    }
}

#[test]
fn without_faults_nothing_is_retransmitted() {
    let (mut network, client, _) = Network::pair(1, |_| {});
    network.transcript = Some(Vec::new());
    for number in 0..100u32 {
        network
            .send(0, client, message(0, vec![number as u8; 100]))
            .expect("there is room");
    }
    network.run_for(Duration::from_secs(1));
    assert_eq!(messages(&mut network, 1).len(), 100);
    let packets = network.transcript.take().expect("it was asked for");
    // 100 chunks of 116 octets in packets of 1232 are 10; as many arrive together as are acknowledged together.
    let data = packets
        .iter()
        .filter(|(_, transmit)| transmit.packet.len() > 100)
        .count();
    assert_eq!(data, 10);
    assert!(
        packets.len() <= data + 3,
        "{} SACKs for {data} packets",
        packets.len() - data
    );
}

#[test]
fn a_full_buffer_is_said_and_then_writable() {
    let (mut network, client, _) = Network::pair(2, |config| config.send_buffer = 10_000);
    network.delay = Duration::from_millis(50);
    let mut sent = 0;
    let full = loop {
        match network.send(0, client, message(0, vec![1; 1000])) {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((sent, full), (10, SendError::Full));
    assert_eq!(network.hosts[0].endpoint.room(client), 0);
    network.run_for(Duration::from_secs(5));
    let writable = Event::Writable { association: client };
    assert_eq!(network.hosts[0].events, [writable]);
    assert_eq!(network.hosts[0].endpoint.room(client), 10_000);
    assert_eq!(messages(&mut network, 1).len(), 10);
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let (mut network, client, _) = Network::pair(3, |_| {});
    let limit = network.hosts[0].endpoint.config().max_message;
    let refused = [
        (message(0, vec![]), SendError::Empty),
        (
            message(0, vec![0; limit + 1]),
            SendError::TooLong {
                octets: limit + 1,
                limit,
            },
        ),
        (
            message(32, vec![0]),
            SendError::Stream {
                stream: 32,
                streams: 32,
            },
        ),
    ];
    for (message, error) in refused {
        assert_eq!(network.send(0, client, message), Err(error));
    }
    let unknown = quintet_sctp::AssociationId(77);
    assert_eq!(
        network.send(0, unknown, message(0, vec![1])),
        Err(SendError::Unknown)
    );
    network
        .send(0, client, message(31, vec![7; limit]))
        .expect("it fits");
    network.run_for(Duration::from_secs(5));
    assert_eq!(messages(&mut network, 1), [message(31, vec![7; limit])]);
}
