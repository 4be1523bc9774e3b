//! Datagrams and connections through the four associations: every suite, every mode, bad networks.

use crate::support::{Network, PC, PCSCF, PS, Plan, UC, UE, US};
use quintet_esp::{
    Closed, Config, Encapsulation, Event, Path, SendError, Suite, Transmit, Transport, UDP_PORT,
};
use std::net::SocketAddr;
use std::time::Duration;

const UE_WAYS: [(u16, u16); 2] = [(UC, PS), (US, PC)];
const PCSCF_WAYS: [(u16, u16); 2] = [(PS, UC), (PC, US)];

/// Native and in UDP, IPv4 and IPv6, and a tunnel through a NAT.
fn plans() -> Vec<Plan> {
    let mut plans = Vec::new();
    for suite in Suite::ALL {
        let native = Plan::new(suite);
        let mut v6 = native.clone();
        v6.addresses = ["2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap()];
        let mut encapsulated = native.clone();
        for config in &mut encapsulated.config {
            config.encapsulation = Some(Encapsulation::default());
        }
        let mut tunnel = native.clone();
        tunnel.tunnel =
            Some(["10.0.0.1:4500", "198.51.100.1:4500", "203.0.113.1:4500"].map(|it| it.parse().unwrap()));
        plans.extend([native, v6, encapsulated, tunnel]);
    }
    plans
}

/// A NAT that gives the UE's tunnel another port than the plan says.
fn nat(port: u16) -> impl FnMut(usize, Transmit) -> Vec<Transmit> {
    let inside: SocketAddr = "10.0.0.1:4500".parse().unwrap();
    let outside: SocketAddr = format!("198.51.100.1:{port}").parse().unwrap();
    move |end, Transmit { path, octets }| {
        let path = match end {
            UE => Path {
                local: if path.local == inside { outside } else { path.local },
                ..path
            },
            _ if path.remote == outside => Path {
                remote: inside,
                ..path
            },
            // The NAT knows no such port.
            _ if path.remote.ip() == outside.ip() => return Vec::new(),
            _ => path,
        };
        vec![Transmit { path, octets }]
    }
}

#[test]
fn datagrams_pass_all_four_associations() {
    for plan in plans() {
        let is_tunnel = plan.tunnel.is_some();
        let mut network = Network::new(plan);
        network.weather = Box::new(nat(40_000));
        for (end, ways) in [(UE, UE_WAYS), (PCSCF, PCSCF_WAYS)] {
            for ports in ways {
                for octets in [0, 1, 1000, 9000] {
                    let flow = network.flow(end, Transport::Udp, ports);
                    let there = network.flow(1 - end, Transport::Udp, (ports.1, ports.0));
                    network.send(end, flow, &vec![7; octets]);
                    network.settle();
                    let octets = vec![7; octets];
                    assert_eq!(
                        network.take(1 - end),
                        [Event::Datagram { flow: there, octets }],
                        "{}",
                        network.plan.suite
                    );
                }
            }
        }
        let encapsulated = is_tunnel || network.plan.config[0].encapsulation.is_some();
        assert!(
            network
                .wire
                .iter()
                .all(|(_, transmit)| transmit.path.is_encapsulated() == encapsulated)
        );
        assert!(
            network.ends[UE]
                .associations()
                .all(|status| status.packets == 4 && status.sequence == 4)
        );
    }
}

#[test]
fn connections_pass_in_either_direction() {
    for plan in plans() {
        let mut network = Network::new(plan);
        network.weather = Box::new(nat(UDP_PORT));
        for (end, ports) in [(UE, (UC, PS)), (PCSCF, (PC, US))] {
            let flow = network.flow(end, Transport::Tcp, ports);
            let there = network.flow(1 - end, Transport::Tcp, (ports.1, ports.0));
            let message: Vec<u8> = (0..100_000_u32).map(|at| (at % 251) as u8).collect();
            network.send(end, flow, &message);
            network.run_for(Duration::from_secs(5));
            let opened = network
                .events
                .iter()
                .map(|events| events[0].clone())
                .collect::<Vec<_>>();
            assert!(opened.contains(&Event::Opened(flow)) && opened.contains(&Event::Opened(there)));
            assert!(network.stream(1 - end) == message, "{}", network.plan.suite);
            // And back on the same connection.
            network.send(1 - end, there, b"200 OK");
            network.run_for(Duration::from_secs(1));
            assert_eq!(network.stream(end), b"200 OK");
            network.ends[end].close(network.now, flow);
            network.run_for(Duration::from_secs(1));
            assert_eq!(network.take(1 - end), [Event::Closed(there, Closed::Finished)]);
            assert_eq!(network.take(end), [Event::Closed(flow, Closed::Finished)]);
            // The same ports again at once: from the end that waits for stray segments, and from the other.
            for (again, flow) in [(end, flow), (1 - end, there)] {
                network.send(again, flow, b"again");
                network.run_for(Duration::from_secs(1));
                assert_eq!(network.stream(1 - again), b"again", "{}", network.plan.suite);
                network.ends[again].close(network.now, flow);
                network.run_for(Duration::from_secs(1));
            }
            network.run_for(Duration::from_secs(60));
            assert!(network.ends.iter().all(|end| end.connection_count() == 0));
            network.events = Default::default();
        }
    }
}

#[test]
fn a_connection_survives_loss_reordering_and_repetition() {
    let mut network = Network::new(Plan::new(Suite::ALL[3]));
    let mut count = 0_u32;
    let mut held = None;
    network.weather = Box::new(move |end, transmit| {
        count += 1;
        match count % 7 {
            0 => Vec::new(),
            1 => vec![transmit.clone(), transmit],
            2 if held.is_none() => {
                held = Some((end, transmit));
                Vec::new()
            }
            _ => match held.take() {
                Some((other, before)) if other == end => vec![transmit, before],
                other => {
                    held = other;
                    vec![transmit]
                }
            },
        }
    });
    let flow = network.flow(UE, Transport::Tcp, (UC, PS));
    let message: Vec<u8> = (0..60_000_u32).map(|at| (at % 241) as u8).collect();
    network.send(UE, flow, &message);
    network.run_for(Duration::from_secs(60));
    let replayed = network.events[PCSCF]
        .iter()
        .filter(|event| matches!(event, Event::Dropped(_)))
        .count();
    assert!(replayed > 0, "repetitions are dropped by the window");
    assert!(network.stream(PCSCF) == message);
}

#[test]
fn nobody_answers() {
    let mut network = Network::new(Plan::new(Suite::ALL[0]));
    network.weather = Box::new(|_, _| Vec::new());
    let flow = network.flow(UE, Transport::Tcp, (UC, PS));
    network.send(UE, flow, b"REGISTER");
    network.run_for(Duration::from_secs(120));
    assert_eq!(network.take(UE), [Event::Closed(flow, Closed::TimedOut)]);
    assert_eq!(network.ends[UE].connection_count(), 0);
    assert!(network.wire.len() > 2, "the SYN was repeated");
}

#[test]
fn a_peer_that_forgot_the_connection_resets_it() {
    let mut network = Network::new(Plan::new(Suite::ALL[0]));
    let flow = network.flow(UE, Transport::Tcp, (UC, PS));
    network.send(UE, flow, b"one");
    network.run_for(Duration::from_secs(1));
    let plan = network.plan.clone();
    network.ends[PCSCF] = quintet_esp::Endpoint::new(Config::default(), [9; 32]);
    for mut parameters in plan.parameters(PCSCF) {
        parameters.sequence = 1000;
        let install = quintet_esp::SaCommand::Install(Box::new(parameters));
        network.ends[PCSCF].command(network.now, install).unwrap();
    }
    network.events = Default::default();
    network.send(UE, flow, b"two");
    network.run_for(Duration::from_secs(1));
    assert_eq!(network.take(UE), [Event::Closed(flow, Closed::Reset)]);
    assert_eq!(network.take(PCSCF), []);
    network.send(UE, flow, b"three");
    network.run_for(Duration::from_secs(1));
    assert_eq!(network.stream(PCSCF), b"three");
}

#[test]
fn a_connection_holds_only_so_much() {
    let mut network = Network::new(Plan::new(Suite::ALL[0]));
    network.weather = Box::new(|_, _| Vec::new());
    let flow = network.flow(UE, Transport::Tcp, (UC, PS));
    let mut taken = 0;
    let refused = loop {
        match network.ends[UE].send(network.now, flow, &[0; 1000]) {
            Ok(()) => taken += 1000,
            Err(error) => break error,
        }
    };
    assert_eq!(refused, SendError::Full);
    assert!((100_000..200_000).contains(&taken), "{taken}");
}

#[test]
fn there_are_only_so_many_connections() {
    let mut plan = Plan::new(Suite::ALL[0]);
    plan.config
        .iter_mut()
        .for_each(|config| config.max_connections = 1);
    let mut network = Network::new(plan);
    let one = network.flow(UE, Transport::Tcp, (UC, PS));
    let two = network.flow(UE, Transport::Tcp, (US, PC));
    network.send(UE, one, b"one");
    assert_eq!(
        network.ends[UE].send(network.now, two, b"two"),
        Err(SendError::TooManyConnections)
    );
    network.run_for(Duration::from_secs(1));
    let from_pcscf = network.flow(PCSCF, Transport::Tcp, (PC, US));
    assert_eq!(
        network.ends[PCSCF].send(network.now, from_pcscf, b"two"),
        Err(SendError::TooManyConnections)
    );
    assert_eq!(network.stream(PCSCF), b"one");
}
