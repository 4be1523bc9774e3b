//! Thousands of short lives of a small network, each from a seed: delays, cuts, lost and silent connections, restarts
//! of nothing but connections, disconnects. Whatever happens, every request has exactly one outcome, and when the
//! network is left in peace everybody is open again.

#![cfg(test)]

mod support;

use quintet_diameter::node::{DisconnectCause, PeerState, RequestHandle};
use std::collections::BTreeMap;
use support::*;

const NAMES: [&str; 3] = ["mme.example.net", "a.example.net", "b.example.net"];

/// SplitMix64, for the test's own choices.
struct Choice(u64);

impl Choice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// One thing that happens.
fn disturb(network: &mut Net, choice: &mut Choice, sent: &mut [Vec<RequestHandle>; 3]) {
    match choice.below(12) {
        0..=3 => {
            let host = choice.below(3) as usize;
            let to = if host == 0 { None } else { Some(NAMES[0]) };
            sent[host].extend(try_send(network, host, to).ok());
        }
        4 => {
            let links: Vec<usize> = network.connections().collect();
            if !links.is_empty() {
                network.lose(links[choice.below(links.len() as u64) as usize]);
            }
        }
        5 => {
            let links: Vec<usize> = network.connections().collect();
            if !links.is_empty() {
                network.mute(
                    links[choice.below(links.len() as u64) as usize],
                    choice.below(2) == 0,
                );
            }
        }
        6 => {
            let host = choice.below(3) as usize;
            network.hosts[host].application.hold ^= true;
        }
        7 => {
            let (host, now) = (choice.below(3) as usize, network.now);
            let peer = network.hosts[host].node.peers().next().map(|p| p.id);
            network.hosts[host]
                .node
                .disconnect(now, peer.unwrap(), DisconnectCause::REBOOTING);
        }
        8 => {
            let host = choice.below(3) as usize;
            network.hosts[host].listening ^= true;
        }
        _ => {
            let time = choice.below(40_000);
            network.run_for(std::time::Duration::from_millis(time));
        }
    }
}

fn life(seed: u64) {
    let mut choice = Choice(seed);
    // Either side may be the one that connects, or both.
    let b: &[(&str, u8)] = if choice.below(2) == 0 {
        &[(NAMES[0], 1)]
    } else {
        &[]
    };
    let known: &[&str] = if b.is_empty() { &[NAMES[0]] } else { &[] };
    let mut network = network(
        seed,
        vec![
            config(NAMES[0], &[(NAMES[1], 2), (NAMES[2], 3)], &[]),
            config(NAMES[1], &[], &[NAMES[0]]),
            config(NAMES[2], b, known),
        ],
    );
    let mut sent: [Vec<RequestHandle>; 3] = Default::default();
    for _ in 0..30 {
        disturb(&mut network, &mut choice, &mut sent);
    }
    // Peace.
    let links: Vec<usize> = network.connections().collect();
    for link in links {
        network.mute(link, false);
    }
    for host in &mut network.hosts {
        host.application.hold = false;
        host.listening = true;
    }
    for host in 0..3 {
        let now = network.now;
        let peers: Vec<_> = network.hosts[host].node.peers().map(|p| p.id).collect();
        for peer in peers {
            network.hosts[host].node.connect(now, peer);
        }
    }
    network.run_for(seconds(300));
    for (host, sent) in sent.iter().enumerate() {
        let application = &network.hosts[host].application;
        let mut outcomes: BTreeMap<RequestHandle, usize> = BTreeMap::new();
        let ended = application
            .answers
            .iter()
            .map(|a| a.0)
            .chain(application.failed.iter().map(|f| f.0));
        ended.for_each(|handle| *outcomes.entry(handle).or_default() += 1);
        for handle in sent {
            assert_eq!(
                outcomes.remove(handle),
                Some(1),
                "seed {seed}: {handle:?} of host {host}"
            );
        }
        assert!(outcomes.is_empty(), "seed {seed}: outcomes of nothing");
        assert_eq!(network.hosts[host].node.outstanding(), 0, "seed {seed}");
    }
    for (host, peer) in [(0, NAMES[1]), (0, NAMES[2]), (1, NAMES[0]), (2, NAMES[0])] {
        let state = state(&network, host, peer);
        assert!(
            matches!(state, PeerState::IOpen | PeerState::ROpen),
            "seed {seed}: {state:?} of {host}"
        );
        assert_eq!(
            watchdog(&network, host, peer),
            quintet_diameter::node::WatchdogState::Okay,
            "seed {seed}: {host}"
        );
    }
    assert_eq!(network.connections().count(), 2, "seed {seed}");
}

#[test]
fn every_request_has_one_outcome_and_peace_heals_everything() {
    for seed in 0..2_000 {
        life(seed);
    }
}

#[test]
fn a_seed_replays() {
    let run = |seed| {
        let mut network = pair(seed);
        for _ in 0..10 {
            send(&mut network, 0, None);
            network.run_for(seconds(7));
        }
        (
            network.hosts[0].events.clone(),
            network.hosts[1].application.requests.clone(),
        )
    };
    assert_eq!(run(5), run(5));
}
