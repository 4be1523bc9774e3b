//! What endpoints do about associations: lifetimes, overlap, wrong keys, replays, and whatever else arrives.

use crate::support::{Network, PC, PCSCF, PS, Plan, UC, UE, US};
use quintet_esp::{
    Closed, CommandError, Config, Drop, DropReason, Event, Flow, Path, SaCommand, SaSet, SendError, Suite,
    Transport,
};
use std::net::SocketAddr;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn reasons(events: &[Event]) -> Vec<DropReason> {
    let reasons = events.iter().map(|event| match event {
        Event::Dropped(Drop { reason, .. }) => *reason,
        other => panic!("{other:?}"),
    });
    reasons.collect()
}

fn datagrams(events: &[Event]) -> usize {
    events
        .iter()
        .filter(|event| matches!(event, Event::Datagram { .. }))
        .count()
}

#[test]
fn another_key_is_told_and_answered_with_silence() {
    for suite in Suite::ALL {
        let mut network = Network::new(Plan::new(suite));
        let mut wrong = network.plan.clone();
        wrong.ck = [8; 16];
        let plan = network.plan.clone();
        // Integrity is what differs: CK counts for salts and for aes-gcm.
        for (mut parameters, other) in plan.parameters(UE).into_iter().zip(wrong.parameters(UE)) {
            let (integrity, encryption) = (other.keys.expose_integrity(), other.keys.expose_encryption());
            let mut integrity = integrity.to_vec();
            integrity.iter_mut().take(1).for_each(|octet| *octet ^= 1);
            parameters.keys = quintet_esp::EspKeys::new(suite, &integrity, encryption).unwrap();
            network.ends[UE]
                .command(network.now, SaCommand::Install(Box::new(parameters)))
                .unwrap();
        }
        let flow = network.flow(UE, Transport::Udp, (UC, PS));
        network.send(UE, flow, b"REGISTER");
        network.settle();
        let spi = quintet_esp::Spi::new(1000).unwrap();
        let source = SocketAddr::new(network.plan.addresses[UE], 0);
        let destination = network.plan.addresses[PCSCF];
        let reason = DropReason::MacFailed { spi };
        let drop = Drop {
            reason,
            spi: 1000,
            source,
            destination,
        };
        assert_eq!(network.take(PCSCF), [Event::Dropped(drop)], "{suite}");
        assert_eq!(network.wire.len(), 1);
    }
}

#[test]
fn replays_and_strays_are_dropped() {
    let mut network = Network::new(Plan::new(Suite::ALL[3]));
    let flow = network.flow(UE, Transport::Udp, (UC, PS));
    network.send(UE, flow, b"one");
    network.settle();
    assert_eq!(datagrams(&network.take(PCSCF)), 1);
    let sealed = network.wire[0].1.clone();
    let path = Path {
        local: sealed.path.remote,
        remote: sealed.path.local,
    };
    let pcscf = &mut network.ends[PCSCF];
    let mut feed = |path: Path, octets: &[u8]| pcscf.packet(SECOND, path, &mut octets.to_vec());
    feed(path, &sealed.octets);
    feed(path, &[0, 0, 9, 9, 0, 0, 0, 1, 1, 1, 1, 1]);
    feed(path, &[1, 2]);
    feed(path, &[]);
    feed(path, &sealed.octets[..20]);
    let elsewhere = Path {
        local: "10.0.0.3:0".parse().unwrap(),
        ..path
    };
    feed(elsewhere, &sealed.octets);
    network.settle();
    assert_eq!(
        reasons(&network.take(PCSCF)),
        [
            DropReason::Replayed,
            DropReason::UnknownSpi,
            DropReason::UnknownSpi,
            DropReason::UnknownSpi,
            DropReason::Malformed,
            DropReason::UnknownSpi,
        ]
    );
    // Authentic, but from another address than its association's.
    network.send(UE, flow, b"two");
    network.weather = Box::new(|_, mut transmit| {
        transmit.path.local = "10.0.0.9:0".parse().unwrap();
        vec![transmit]
    });
    network.settle();
    assert_eq!(reasons(&network.take(PCSCF)), [DropReason::WrongSelectors]);
    assert_eq!(network.wire.len(), 2, "nothing was answered");
}

#[test]
fn what_is_inside_must_be_of_the_association() {
    // The UE uses other ports inside than were agreed on.
    for (tunnel, reason) in [
        (None, DropReason::WrongSelectors),
        (Some(()), DropReason::WrongSelectors),
    ] {
        let mut plan = Plan::new(Suite::ALL[5]);
        plan.tunnel = tunnel
            .map(|()| ["10.0.0.1:4500", "10.0.0.1:4500", "10.0.0.2:4500"].map(|it| it.parse().unwrap()));
        let mut network = Network::new(plan.clone());
        let mut parameters = plan.parameters(UE).remove(0);
        parameters.source.set_port(7777);
        network.ends[UE]
            .command(network.now, SaCommand::Install(Box::new(parameters)))
            .unwrap();
        for transport in [Transport::Udp, Transport::Tcp] {
            let flow = network.flow(UE, transport, (7777, PS));
            network.send(UE, flow, b"REGISTER");
            network.settle();
            assert_eq!(reasons(&network.take(PCSCF)), [reason]);
        }
    }
    // Tunnel where transport was agreed on, and the other way.
    for (at_ue, at_pcscf) in [(true, false), (false, true)] {
        let tunnel = ["10.0.0.1:4500", "10.0.0.1:4500", "10.0.0.2:4500"].map(|it| it.parse().unwrap());
        let mut plan = Plan::new(Suite::ALL[1]);
        let mut network = Network::new(plan.clone());
        for (end, is_tunnel) in [(UE, at_ue), (PCSCF, at_pcscf)] {
            plan.tunnel = is_tunnel.then_some(tunnel);
            for parameters in plan.parameters(end) {
                network.ends[end]
                    .command(network.now, SaCommand::Install(Box::new(parameters)))
                    .unwrap();
            }
        }
        let flow = network.flow(UE, Transport::Udp, (UC, PS));
        network.send(UE, flow, b"REGISTER");
        network.settle();
        assert_eq!(reasons(&network.take(PCSCF)), [DropReason::NotExpected]);
    }
}

#[test]
fn lifetimes_end_associations_and_their_connections() {
    let mut plan = Plan::new(Suite::ALL[2]);
    plan.lifetime = Duration::from_secs(30);
    let mut network = Network::new(plan.clone());
    let flow = network.flow(UE, Transport::Tcp, (UC, PS));
    let there = network.flow(PCSCF, Transport::Tcp, (PS, UC));
    network.send(UE, flow, b"REGISTER");
    network.run_for(10 * SECOND);
    for end in [UE, PCSCF] {
        for parameters in plan.parameters(end) {
            let command = SaCommand::SetLifetime {
                key: parameters.key(),
                lifetime: 60 * SECOND,
            };
            network.ends[end].command(network.now, command).unwrap();
        }
    }
    network.run_for(59 * SECOND);
    assert_eq!(network.ends[UE].association_count(), 4);
    assert!(
        network.ends[UE]
            .associations()
            .all(|status| status.remaining <= 60 * SECOND)
    );
    network.events = Default::default();
    network.run_for(2 * SECOND);
    for (end, flow) in [(UE, flow), (PCSCF, there)] {
        let events = network.take(end);
        assert_eq!(
            events
                .iter()
                .filter(|event| matches!(event, Event::Expired(_)))
                .count(),
            4
        );
        assert!(events.contains(&Event::Closed(flow, Closed::Dropped)));
        assert_eq!(network.ends[end].association_count(), 0);
        assert_eq!(network.ends[end].connection_count(), 0);
        assert_eq!(
            network.ends[end].send(network.now, flow, b"x"),
            Err(SendError::NoAssociation)
        );
        assert_eq!(network.ends[end].poll_timeout(), None);
    }
}

#[test]
fn old_and_new_overlap_and_the_commanded_one_is_sent_with() {
    let old = Plan::new(Suite::ALL[1]);
    let mut network = Network::new(old.clone());
    let new = Plan {
        set: SaSet(2),
        spi: 2000,
        ck: [6; 16],
        ..old.clone()
    };
    network.install(&new);
    let flow = network.flow(UE, Transport::Udp, (UC, PS));
    let spi = |network: &mut Network| {
        network.send(UE, flow, b"x");
        network.settle();
        assert_eq!(datagrams(&network.take(PCSCF)), 1);
        let (_, transmit) = network.wire.last().unwrap();
        quintet_esp::peek(&transmit.octets).unwrap().0
    };
    assert_eq!(spi(&mut network), 2000, "the newest");
    network.ends[UE]
        .command(network.now, SaCommand::Prefer(old.parameters(UE)[0].key()))
        .unwrap();
    assert_eq!(spi(&mut network), 1000);
    network.ends[UE]
        .command(network.now, SaCommand::Prefer(new.parameters(UE)[0].key()))
        .unwrap();
    assert_eq!(spi(&mut network), 2000);
    for end in [UE, PCSCF] {
        network.ends[end]
            .command(network.now, SaCommand::RemoveSet(SaSet(2)))
            .unwrap();
    }
    assert_eq!(spi(&mut network), 1000, "the old one is still there");
    let unknown = network.ends[UE].command(network.now, SaCommand::Prefer(new.parameters(UE)[0].key()));
    assert_eq!(unknown, Err(CommandError::Unknown));
}

#[test]
fn commands_that_cannot_be_carried_out_change_nothing() {
    let mut plan = Plan::new(Suite::ALL[1]);
    plan.config[UE].max_associations = 5;
    let mut network = Network::new(plan.clone());
    let command = |network: &mut Network, parameters| {
        network.ends[UE].command(network.now, SaCommand::Install(Box::new(parameters)))
    };
    let mut same_spi = plan.parameters(UE).remove(1);
    same_spi.source.set_port(1);
    assert_eq!(command(&mut network, same_spi), Err(CommandError::SpiInUse));
    let mut families = plan.parameters(UE).remove(0);
    families.source = "[::1]:5060".parse().unwrap();
    assert_eq!(command(&mut network, families), Err(CommandError::Families));
    let mut fifth = plan.parameters(UE).remove(0);
    fifth.source.set_port(1);
    assert_eq!(command(&mut network, fifth.clone()), Ok(()));
    fifth.source.set_port(2);
    assert_eq!(command(&mut network, fifth), Err(CommandError::TooMany(5)));
    // The same again is the same.
    network.install(&plan);
    assert_eq!(network.ends[UE].association_count(), 5);
    for parameters in plan.parameters(UE) {
        network.ends[UE]
            .command(network.now, SaCommand::Remove(parameters.key()))
            .unwrap();
        network.ends[UE]
            .command(network.now, SaCommand::Remove(parameters.key()))
            .unwrap();
    }
    assert_eq!(network.ends[UE].association_count(), 1);
}

#[test]
fn a_repeated_install_goes_on_counting() {
    let plan = Plan::new(Suite::ALL[5]);
    let mut network = Network::new(plan.clone());
    let flow = network.flow(UE, Transport::Udp, (UC, PS));
    network.send(UE, flow, b"x");
    network.install(&plan);
    network.send(UE, flow, b"x");
    network.settle();
    assert_eq!(datagrams(&network.take(PCSCF)), 2, "no number twice");
}

#[test]
fn the_last_sequence_number_is_the_last() {
    let plan = Plan::new(Suite::ALL[4]);
    let mut network = Network::new(plan.clone());
    let mut parameters = plan.parameters(UE).remove(0);
    let key = parameters.key();
    network.ends[UE]
        .command(network.now, SaCommand::Remove(key))
        .unwrap();
    parameters.sequence = u32::MAX - 1;
    network.ends[UE]
        .command(network.now, SaCommand::Install(Box::new(parameters)))
        .unwrap();
    let flow = network.flow(UE, Transport::Udp, (UC, PS));
    network.send(UE, flow, b"x");
    for _ in 0..2 {
        assert_eq!(
            network.ends[UE].send(network.now, flow, b"x"),
            Err(SendError::Exhausted)
        );
    }
    network.settle();
    assert_eq!(network.take(UE), [Event::Exhausted(key)], "told once");
    assert_eq!(datagrams(&network.take(PCSCF)), 1);
}

#[test]
fn tunnels_are_kept_open_and_followed() {
    let mut plan = Plan::new(Suite::ALL[3]);
    plan.tunnel =
        Some(["10.0.0.1:4500", "198.51.100.1:4500", "203.0.113.1:4500"].map(|it| it.parse().unwrap()));
    plan.config[UE].keep_alive = Some(20 * SECOND);
    let mut network = Network::new(plan);
    let mut port = 40_000;
    let inside: SocketAddr = "10.0.0.1:4500".parse().unwrap();
    network.weather = Box::new(move |end, mut transmit| {
        if end == UE {
            // A NAT that forgets all too fast.
            port += 1;
            transmit.path.local = SocketAddr::new([198, 51, 100, 1].into(), port);
        } else {
            assert_eq!(transmit.path.remote.port(), port, "where it was heard last");
            transmit.path.remote = inside;
        }
        vec![transmit]
    });
    let flow = network.flow(UE, Transport::Udp, (UC, PS));
    let terminating = network.flow(PCSCF, Transport::Udp, (PC, US));
    for _ in 0..3 {
        network.send(UE, flow, b"REGISTER");
        network.settle();
        network.send(PCSCF, terminating, b"INVITE");
        network.settle();
        assert_eq!(datagrams(&network.take(UE)), 1);
    }
    network.wire.clear();
    network.run_for(61 * SECOND);
    let kept: Vec<_> = network
        .wire
        .iter()
        .map(|(end, transmit)| (*end, transmit.octets.clone()))
        .collect();
    assert_eq!(kept, vec![(UE, vec![0xff]); 3]);
    assert_eq!(datagrams(&network.take(PCSCF)), 3, "and nobody hears of it");
}

#[test]
fn what_is_of_ike_is_left_alone() {
    let plan = Plan::new(Suite::ALL[3]);
    let mut network = Network::new(plan);
    let path = Path {
        local: "10.0.0.2:4500".parse().unwrap(),
        remote: "10.0.0.1:4500".parse().unwrap(),
    };
    network.ends[PCSCF].packet(SECOND, path, &mut [0; 40]);
    network.ends[PCSCF].packet(SECOND, path, &mut [0xff]);
    assert_eq!(network.ends[PCSCF].poll_event(), None);
    network.ends[PCSCF].packet(SECOND, path, &mut [0xff, 0]);
    assert!(network.ends[PCSCF].poll_event().is_some());
}

#[test]
fn nothing_is_sent_beside_the_associations() {
    let mut network = Network::new(Plan::new(Suite::ALL[0]));
    for ports in [(UC, PC), (US, PS), (PS, UC), (1, 2)] {
        for transport in [Transport::Udp, Transport::Tcp] {
            let flow: Flow = network.flow(UE, transport, ports);
            assert_eq!(
                network.ends[UE].send(network.now, flow, b"x"),
                Err(SendError::NoAssociation)
            );
        }
    }
    let flow = network.flow(UE, Transport::Udp, (US, PC));
    assert_eq!(
        network.ends[UE].send(network.now, flow, &[0; 65_530]),
        Err(SendError::TooLong(65_530))
    );
    network.settle();
    assert!(network.wire.is_empty());
    assert_eq!(Config::default().encapsulation, None);
}
