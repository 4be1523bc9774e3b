//! Real packets with octets changed, cut and joined, checksums made right again: nothing panics, and an association whose
//! tag the sender does not know goes on as if nothing had been.

use crate::packets::{MOMENT, seal};
use crate::support::message;
use quintet_sctp::testing::{Faults, Network};
use quintet_sctp::{AssociationId, Config, ConnectError, Event, Transmit};
use std::net::IpAddr;
use std::time::Duration;

/// Packets of whole lives: set up, with loss, shut down, restarted, aborted.
fn real_packets() -> Vec<Transmit> {
    let mut all = Vec::new();
    for seed in 0..6 {
        let mut network = Network::new(seed);
        network.transcript = Some(Vec::new());
        network.add(Config::new(36413), IpAddr::from([10, 0, 0, 1]));
        network.add(Config::new(36412), IpAddr::from([10, 0, 0, 2]));
        network.faults = Faults {
            loss: 100 * (seed as u32 % 2),
            ..Faults::default()
        };
        let client = network.connect(0, 1).expect("nothing is in the way");
        for octets in [10, 100, 3000] {
            network
                .send(0, client, message(1, vec![1; octets]))
                .expect("there is room");
        }
        network.run_for(Duration::from_secs(40));
        let now = network.now();
        match seed {
            0..2 => network.hosts[0].endpoint.shutdown(now, client),
            _ => network.hosts[0].endpoint.abort(now, client),
        }
        network.run_for(Duration::from_secs(5));
        all.extend(
            network
                .transcript
                .take()
                .into_iter()
                .flatten()
                .map(|(_, transmit)| transmit),
        );
    }
    all
}

/// Changes a packet in one to three ways.
fn mutate(network: &mut Network, packet: &[u8], other: &[u8]) -> Vec<u8> {
    let mut packet = packet.to_vec();
    for _ in 0..=network.random() % 3 {
        let at = network.random() as usize % packet.len();
        match network.random() % 6 {
            0 => packet[at] = network.random() as u8,
            1 => packet[at] ^= 1 << (network.random() % 8),
            2 => packet.truncate(at.max(12)),
            3 => packet.extend(&other[12.min(other.len())..]),
            4 => packet[at] = [0, 0xff, 0x7f, 0x80][network.random() as usize % 4],
            // The type of the first chunk.
            _ if packet.len() > 12 => packet[12] = network.random() as u8 % 16,
            _ => {}
        }
    }
    packet
}

/// The third host with an association of its own to the second: whoever attacks knows its tags.
fn target(network: &mut Network, old: Option<AssociationId>) -> (AssociationId, Vec<Transmit>) {
    let now = network.now();
    if let Some(old) = old {
        network.hosts[2].endpoint.abort(now, old);
        network.run_for(MOMENT);
    }
    network.transcript = Some(Vec::new());
    let id = match network.connect(2, 1) {
        Ok(id) | Err(ConnectError::Exists(id)) => id,
        Err(other) => panic!("{other}"),
    };
    let limit = network.now() + Duration::from_secs(100);
    assert!(network.run_until(limit, |network| network.hosts[2].endpoint.is_up(id)));
    network
        .send(2, id, message(3, vec![5; 500]))
        .expect("there is room");
    network.run_for(MOMENT);
    let address = network.hosts[2].addresses[0];
    let mut packets: Vec<Transmit> = network
        .transcript
        .take()
        .into_iter()
        .flatten()
        .map(|(_, t)| t)
        .collect();
    packets.retain(|transmit| transmit.path.local == address || transmit.path.remote.ip() == address);
    (id, packets)
}

#[test]
fn mutated_packets_harm_nobody_else() {
    let mutations = if std::env::var_os("CI").is_some() {
        250_000
    } else {
        30_000u32
    };
    let pool = real_packets();
    let (mut network, client, server) = Network::pair(77, |_| {});
    network.add(Config::new(36500), IpAddr::from([10, 0, 0, 3]));
    let (mut victim, mut live) = target(&mut network, None);
    let (mut deaths, mut round_trips) = (0, 0);
    for round in 0..mutations {
        // Of others in the name of the bystanders, who have the same addresses and ports but other tags; or of the
        // victim.
        let from = if round % 2 == 0 { &live } else { &pool };
        let base = from[network.random() as usize % from.len()].clone();
        let other = &pool[network.random() as usize % pool.len()].packet;
        let mutated = mutate(&mut network, &base.packet, other);
        network.inject(base.path, seal(mutated));
        if round % 16 == 15 {
            let payload = round.to_be_bytes();
            network
                .send(0, client, message(0, payload))
                .expect("there is room");
            network.run_for(MOMENT);
            let got = std::mem::take(&mut network.hosts[1].events);
            let message = Event::Message {
                association: server,
                message: message(0, payload),
            };
            assert_eq!(
                got.iter().filter(|event| **event == message).count(),
                1,
                "round {round}"
            );
            let up = network.hosts[0].endpoint.is_up(client) && network.hosts[1].endpoint.is_up(server);
            assert!(up, "round {round}");
            assert!(
                network.hosts[0].events.is_empty(),
                "round {round}: {:?}",
                network.hosts[0].events
            );
            round_trips += 1;
        }
        if !network.hosts[2].endpoint.is_up(victim) || round % 1000 == 999 {
            deaths += 1;
            (victim, live) = target(&mut network, Some(victim));
        }
    }
    assert!(
        round_trips >= mutations / 16 && deaths > mutations / 1000,
        "{round_trips} {deaths}"
    );
}
