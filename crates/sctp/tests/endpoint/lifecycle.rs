//! Associations begin, restart and end.

use crate::support::{down, message, messages};
use quintet_sctp::testing::{Faults, Network};
use quintet_sctp::{AssociationId, Config, ConnectError, Down, Endpoint, Event, SendError, Streams};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

fn address(index: u8) -> IpAddr {
    IpAddr::from([10, 0, 0, index])
}

fn hosts(count: u8) -> Network {
    let mut network = Network::new(9);
    for index in 0..count {
        network.add(Config::new(5000 + u16::from(index)), address(index + 1));
    }
    network
}

#[test]
fn both_sides_learn_whom_they_talk_to() {
    let mut network = Network::new(1);
    let mut config = Config::new(5000);
    (config.outbound_streams, config.inbound_streams) = (5, 3);
    network.add(config, address(1));
    let mut config = Config::new(6000);
    (
        config.outbound_streams,
        config.inbound_streams,
        config.first_association,
    ) = (8, 2, AssociationId(70));
    network.add(config, address(2));
    let client = network.connect(0, 1).expect("nothing is in the way");
    assert_eq!(network.connect(0, 1), Err(ConnectError::Exists(client)));
    // It waits for the association.
    network
        .send(0, client, message(1, *b"early"))
        .expect("there is room");
    network
        .send(0, client, message(4, *b"for a stream that the other side lacks"))
        .expect("there is room");
    network.run_for(Duration::from_secs(1));
    assert_eq!(
        network.hosts[0].events,
        [Event::Up {
            association: client,
            peer: SocketAddr::new(address(2), 6000),
            initiated: true,
            streams: Streams {
                outbound: 2,
                inbound: 3
            },
        }]
    );
    let association = AssociationId(70);
    assert_eq!(
        network.hosts[1].events,
        [
            Event::Up {
                association,
                peer: SocketAddr::new(address(1), 5000),
                initiated: false,
                streams: Streams {
                    outbound: 3,
                    inbound: 2
                },
            },
            Event::Message {
                association,
                message: message(1, *b"early")
            },
        ]
    );
}

#[test]
fn the_handshake_survives_faults() {
    for seed in 0..200 {
        let mut network = hosts(2);
        for _ in 0..seed {
            network.random();
        }
        network.faults = Faults {
            loss: 300,
            duplication: 200,
            reordering: 200,
            corruption: 50,
        };
        let client = network.connect(0, 1).expect("nothing is in the way");
        network
            .send(0, client, message(0, *b"hello"))
            .expect("there is room");
        let limit = Duration::from_secs(300);
        assert!(
            network.run_until(limit, |network| !messages(network, 1).is_empty()),
            "draw {seed}"
        );
        assert_eq!(network.hosts[1].endpoint.association_count(), 1, "draw {seed}");
    }
}

#[test]
fn two_that_connect_to_each_other_have_one_association() {
    for seed in 0..100 {
        let mut network = hosts(2);
        for _ in 0..seed {
            network.random();
        }
        if seed > 0 {
            network.faults = Faults {
                loss: 200,
                duplication: 200,
                reordering: 300,
                ..Faults::default()
            };
        }
        let first = network.connect(0, 1).expect("nothing is in the way");
        let skew = Duration::from_micros(network.random() % 5000);
        network.run_for(skew);
        // It may know the other's association already.
        let second = match network.connect(1, 0) {
            Ok(second) | Err(ConnectError::Exists(second)) => second,
            Err(other) => panic!("{other}"),
        };
        network
            .send(0, first, message(0, *b"one"))
            .expect("there is room");
        network
            .send(1, second, message(0, *b"two"))
            .expect("there is room");
        let mut got = [0, 0];
        let done = network.run_until(Duration::from_secs(300), |network| {
            got[0] += messages(network, 0).len();
            got[1] += messages(network, 1).len();
            got == [1, 1]
        });
        assert!(done, "draw {seed}: {got:?}");
        network.run_for(Duration::from_secs(100));
        for host in &network.hosts {
            let ups = host
                .events
                .iter()
                .filter(|event| matches!(event, Event::Up { .. }))
                .count();
            assert_eq!((ups, host.endpoint.association_count()), (1, 1), "draw {seed}");
        }
    }
}

#[test]
fn shutdown_by_either_side_and_by_both() {
    for who in [vec![0], vec![1], vec![0, 1]] {
        let (mut network, client, server) = Network::pair(4, |_| {});
        let ids = [client, server];
        for number in 0..50 {
            for (host, id) in ids.into_iter().enumerate() {
                network
                    .send(host, id, message(0, vec![number; 2000]))
                    .expect("there is room");
            }
        }
        for host in who {
            let now = network.now();
            network.hosts[host].endpoint.shutdown(now, ids[host]);
            assert_eq!(
                network.send(host, ids[host], message(0, *b"late")),
                Err(SendError::ShuttingDown)
            );
        }
        network.run_for(Duration::from_secs(10));
        for (host, id) in ids.into_iter().enumerate() {
            assert_eq!(messages(&mut network, host).len(), 50);
            assert_eq!(down(&network, host, id), Some(Down::Shutdown));
            assert_eq!(network.hosts[host].endpoint.association_count(), 0);
            assert_eq!(
                network.send(host, id, message(0, *b"late")),
                Err(SendError::Unknown)
            );
        }
    }
}

#[test]
fn an_abort_ends_both_sides_at_once() {
    let (mut network, client, server) = Network::pair(5, |_| {});
    let now = network.now();
    network
        .send(0, client, message(0, *b"lost"))
        .expect("there is room");
    network.hosts[0].endpoint.abort(now, client);
    network.run_for(Duration::from_millis(10));
    assert_eq!(down(&network, 0, client), Some(Down::Local));
    assert_eq!(
        down(&network, 1, server),
        Some(Down::Aborted("user-initiated abort".into()))
    );
}

#[test]
fn nobody_there_and_nobody_listening() {
    let mut network = hosts(2);
    network.hosts[1].cut.push(address(2));
    let client = network.connect(0, 1).expect("nothing is in the way");
    network.run_for(Duration::from_secs(90));
    assert_eq!(down(&network, 0, client), Some(Down::NoAnswer));

    let mut network = Network::new(2);
    network.add(Config::new(1), address(1));
    network.add(
        Config {
            listen: false,
            ..Config::new(2)
        },
        address(2),
    );
    let client = network.connect(0, 1).expect("nothing is in the way");
    network.run_for(Duration::from_millis(10));
    let reason = Down::Aborted("user-initiated abort: nobody listens".into());
    assert_eq!(down(&network, 0, client), Some(reason));
}

#[test]
fn a_peer_that_vanishes_is_noticed_with_and_without_traffic() {
    for busy in [true, false] {
        let (mut network, client, server) = Network::pair(6, |_| {});
        let gone = network.hosts[1].addresses[0];
        network.hosts[1].cut.push(gone);
        if busy {
            network
                .send(0, client, message(0, *b"anyone?"))
                .expect("there is room");
        }
        network.run_for(Duration::from_secs(600));
        assert_eq!(down(&network, 0, client), Some(Down::Unreachable), "busy: {busy}");
        assert_eq!(down(&network, 1, server), Some(Down::Unreachable), "busy: {busy}");
    }
}

#[test]
fn heartbeats_keep_an_idle_association() {
    let (mut network, client, _) = Network::pair(7, |_| {});
    network.transcript = Some(Vec::new());
    network.run_for(Duration::from_secs(24 * 3600));
    assert!(network.hosts[0].endpoint.is_up(client));
    let packets = network.transcript.as_ref().map_or(0, Vec::len);
    assert!((10_000..13_000).contains(&packets), "{packets} packets in a day");
}

/// RFC 9260 5.2.4 A: the association stays, its streams begin again.
#[test]
fn a_restarted_peer_is_recognized() {
    for seed in 0..50 {
        let (mut network, _, server) = Network::pair(seed, |_| {});
        network
            .send(1, server, message(0, *b"before"))
            .expect("there is room");
        network.run_for(Duration::from_secs(1));
        let config = network.hosts[0].endpoint.config().clone();
        network.hosts[0].endpoint = Endpoint::new(config, [seed as u8 + 1; 32]);
        network.hosts[0].events.clear();
        network.faults = Faults {
            loss: 200,
            duplication: 100,
            reordering: 200,
            ..Faults::default()
        };
        let client = network.connect(0, 1).expect("it knows nothing of the old one");
        network
            .send(0, client, message(0, *b"again"))
            .expect("there is room");
        network.run_for(Duration::from_secs(100));
        let streams = Streams {
            outbound: 32,
            inbound: 32,
        };
        let restarted = Event::Restarted {
            association: server,
            streams,
        };
        let after = Event::Message {
            association: server,
            message: message(0, *b"again"),
        };
        assert_eq!(network.hosts[1].events, [restarted, after], "seed {seed}");
        network
            .send(1, server, message(0, *b"after"))
            .expect("there is room");
        network.run_for(Duration::from_secs(100));
        assert_eq!(messages(&mut network, 0), [message(0, *b"after")], "seed {seed}");
        assert_eq!(network.hosts[1].endpoint.association_count(), 1, "seed {seed}");
    }
}

/// One that restarts and does not connect answers with ABORT what comes for the old association.
#[test]
fn a_peer_that_forgot_us_says_so() {
    let (mut network, client, server) = Network::pair(8, |_| {});
    let config = network.hosts[1].endpoint.config().clone();
    network.hosts[1].endpoint = Endpoint::new(config, [3; 32]);
    network
        .send(0, client, message(0, *b"hello?"))
        .expect("there is room");
    network.run_for(Duration::from_millis(10));
    assert_eq!(down(&network, 0, client), Some(Down::Aborted(String::new())));
    assert_eq!(network.hosts[1].endpoint.room(server), 0);
}

#[test]
fn associations_are_bounded() {
    let mut network = Network::new(3);
    network.add(
        Config {
            max_associations: 2,
            ..Config::new(1)
        },
        address(1),
    );
    for index in 2..6 {
        let host = network.add(Config::new(1), address(index));
        network.connect(host, 0).expect("nothing is in the way");
    }
    network.run_for(Duration::from_secs(1));
    assert_eq!(network.hosts[0].endpoint.association_count(), 2);
    let refused = network.hosts[1..]
        .iter()
        .filter(|host| {
            host.events.iter().any(|event| {
                matches!(
                    event,
                    Event::Down {
                        reason: Down::Aborted(_),
                        ..
                    }
                )
            })
        })
        .count();
    assert_eq!(refused, 2);
    let path = network.path(0, 4);
    let now = network.now();
    assert_eq!(
        network.hosts[0].endpoint.connect(now, path, 9),
        Err(ConnectError::TooMany)
    );
}

#[test]
fn many_associations_at_one_endpoint() {
    const COUNT: usize = 500;
    let mut network = Network::new(4);
    network.add(Config::new(36412), address(1));
    let mut ids = Vec::new();
    for index in 0..COUNT {
        let host = network.add(
            Config::new(40_000),
            IpAddr::from([10, 1, (index >> 8) as u8, index as u8]),
        );
        ids.push(network.connect(host, 0).expect("nothing is in the way"));
    }
    network.run_for(Duration::from_secs(1));
    for (index, id) in ids.into_iter().enumerate() {
        let payload = (index as u32).to_be_bytes();
        network
            .send(index + 1, id, message(0, payload))
            .expect("there is room");
    }
    network.run_for(Duration::from_secs(1));
    let mut got: Vec<_> = messages(&mut network, 0)
        .into_iter()
        .map(|message| message.payload)
        .collect();
    got.sort();
    let sent: Vec<_> = (0..COUNT as u32)
        .map(|index| index.to_be_bytes().to_vec())
        .collect();
    assert_eq!(got, sent);
}

/// What cannot be is made possible, and then works.
#[test]
fn a_configuration_is_bounded() {
    let (mut network, client, _) = Network::pair(11, |config| {
        (config.outbound_streams, config.inbound_streams) = (0, 0);
        (config.packet_size, config.receive_window) = (0, 10_000);
    });
    let config = network.hosts[0].endpoint.config();
    assert_eq!((config.outbound_streams, config.inbound_streams), (1, 1));
    assert_eq!((config.packet_size, config.max_message), (512, 10_000));
    network
        .send(0, client, message(0, vec![3; 10_000]))
        .expect("it fits");
    network.run_for(Duration::from_secs(5));
    assert_eq!(messages(&mut network, 1), [message(0, vec![3; 10_000])]);
}
