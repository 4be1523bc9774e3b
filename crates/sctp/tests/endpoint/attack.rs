//! What outsiders send, and what strange peers do.

use crate::packets::{MOMENT, add, ask, cookie, init, initiate_tag, kind, packet, parameter, seal, tag};
use crate::support::{down, message, messages};
use quintet_sctp::testing::{Network, UDP_PORT};
use quintet_sctp::{Config, Down, Event, Path};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

const PORTS: (u16, u16) = (7000, 36412);
const INIT: u8 = 1;
const INIT_ACK: u8 = 2;
const ABORT: u8 = 6;
const COOKIE_ECHO: u8 = 10;
const COOKIE_ACK: u8 = 11;

fn listener() -> Network {
    let mut network = Network::new(1);
    network.add(Config::new(36412), IpAddr::from([10, 0, 0, 2]));
    network
}

fn from(address: [u8; 4]) -> Path {
    Path {
        local: IpAddr::from([10, 0, 0, 2]),
        remote: SocketAddr::new(IpAddr::from(address), UDP_PORT),
    }
}

/// Sets an association up by hand; our tag and the one it has for us.
fn establish(network: &mut Network, path: Path, parameters: &[u8]) -> (u32, u32) {
    let ack = ask(
        network,
        0,
        path,
        &packet(PORTS, 0, INIT, 0, &init(77, parameters)),
    );
    let theirs = initiate_tag(&ack[0]);
    let echo = packet(PORTS, theirs, COOKIE_ECHO, 0, &cookie(&ack[0]));
    let answer = ask(network, 0, path, &echo);
    assert_eq!((kind(&answer[0]), tag(&answer[0])), (COOKIE_ACK, 77));
    (77, theirs)
}

#[test]
fn a_flood_of_inits_keeps_nothing() {
    let mut network = listener();
    for number in 0..50_000u32 {
        let [_, a, b, c] = number.to_be_bytes();
        let answer = ask(
            &mut network,
            0,
            from([11, a, b, c]),
            &packet(PORTS, 0, INIT, 0, &init(number + 1, &[])),
        );
        assert_eq!(
            (answer.len(), kind(&answer[0]), tag(&answer[0])),
            (1, INIT_ACK, number + 1)
        );
    }
    let endpoint = &network.hosts[0].endpoint;
    assert_eq!((endpoint.association_count(), endpoint.poll_timeout()), (0, None));
}

/// dcsctp's own cookie would be taken from anyone.
#[test]
fn a_forged_cookie_makes_nothing() {
    let mut network = listener();
    let path = from([10, 0, 0, 9]);
    let mut engine = b"dcSCTPr0".to_vec();
    for number in [5u32, 6, 7, 8, 100_000] {
        engine.extend(number.to_be_bytes());
    }
    engine.extend([0; 16]);
    engine.extend([0, 10, 0, 10]);
    assert_eq!(
        ask(&mut network, 0, path, &packet(PORTS, 6, COOKIE_ECHO, 0, &engine)),
        []
    );

    let ack = ask(&mut network, 0, path, &packet(PORTS, 0, INIT, 0, &init(5, &[])));
    let (theirs, real) = (initiate_tag(&ack[0]), cookie(&ack[0]));
    for at in 0..real.len() {
        let mut forged = real.clone();
        forged[at] ^= 1;
        assert_eq!(
            ask(
                &mut network,
                0,
                path,
                &packet(PORTS, theirs, COOKIE_ECHO, 0, &forged)
            ),
            []
        );
    }
    let echo = packet(PORTS, theirs, COOKIE_ECHO, 0, &real);
    assert_eq!(
        ask(&mut network, 0, from([10, 0, 0, 8]), &echo),
        [],
        "from another address"
    );
    assert_eq!(
        ask(
            &mut network,
            0,
            path,
            &packet((7001, 36412), theirs, COOKIE_ECHO, 0, &real)
        ),
        [],
        "another port"
    );
    assert_eq!(
        ask(
            &mut network,
            0,
            path,
            &packet(PORTS, theirs ^ 1, COOKIE_ECHO, 0, &real)
        ),
        [],
        "another tag"
    );
    let mut corrupt = echo.clone();
    corrupt[40] ^= 1;
    assert_eq!(ask(&mut network, 0, path, &corrupt), [], "with a wrong checksum");
    assert_eq!(network.hosts[0].endpoint.association_count(), 0);
    assert_eq!(kind(&ask(&mut network, 0, path, &echo)[0]), COOKIE_ACK);
    // Its COOKIE ACK was lost: it is repeated, and nothing else happens.
    assert_eq!(kind(&ask(&mut network, 0, path, &echo)[0]), COOKIE_ACK);
    assert_eq!(network.hosts[0].events.len(), 1);
}

#[test]
fn a_stale_cookie_is_said_to_be() {
    let mut network = listener();
    let path = from([10, 0, 0, 9]);
    let ack = ask(&mut network, 0, path, &packet(PORTS, 0, INIT, 0, &init(5, &[])));
    network.run_for(Config::COOKIE_LIFE + Duration::from_millis(3));
    let echo = packet(PORTS, initiate_tag(&ack[0]), COOKIE_ECHO, 0, &cookie(&ack[0]));
    let answer = ask(&mut network, 0, path, &echo);
    assert_eq!(
        answer[0].packet,
        packet((36412, 7000), 5, 9, 0, &parameter(3, &3000u32.to_be_bytes()))
    );
    assert_eq!(network.hosts[0].endpoint.association_count(), 0);
}

/// A client that is told so asks again (RFC 9260 5.2.6).
#[test]
fn a_client_renews_a_stale_cookie() {
    let mut network = Network::new(2);
    network.add(Config::new(1), IpAddr::from([10, 0, 0, 1]));
    network.add(
        Config {
            cookie_life: Duration::from_millis(150),
            ..Config::new(2)
        },
        IpAddr::from([10, 0, 0, 2]),
    );
    network.delay = Duration::from_millis(100);
    let client = network.connect(0, 1).expect("nothing is in the way");
    network.run_for(Duration::from_millis(450));
    network.delay = Duration::from_millis(10);
    network.run_for(Duration::from_secs(5));
    assert!(network.hosts[0].endpoint.is_up(client));
}

#[test]
fn out_of_the_blue() {
    let mut network = listener();
    let path = from([10, 0, 0, 9]);
    let mut answer = |tag, kind, flags, value: &[u8]| -> Vec<Vec<u8>> {
        let answers = ask(&mut network, 0, path, &packet(PORTS, tag, kind, flags, value));
        assert!(
            answers.iter().all(|answer| answer.path == path),
            "from where it was sent to"
        );
        answers.into_iter().map(|answer| answer.packet).collect()
    };
    let abort = vec![packet((36412, 7000), 99, ABORT, 1, &[])];
    assert_eq!(answer(99, 0, 3, &[0; 20]), abort, "DATA");
    assert_eq!(answer(99, 4, 0, &[0, 1, 0, 8, 1, 2, 3, 4]), abort, "HEARTBEAT");
    assert_eq!(answer(99, 3, 0, &[0; 12]), abort, "SACK");
    let complete = vec![packet((36412, 7000), 99, 14, 1, &[])];
    assert_eq!(answer(99, 8, 0, &[]), complete, "SHUTDOWN ACK");
    for (kind, flags) in [
        (ABORT, 0),
        (ABORT, 1),
        (14, 0),
        (14, 1),
        (COOKIE_ACK, 0),
        (9, 0),
        (INIT, 0),
    ] {
        assert_eq!(answer(99, kind, flags, &[]), [] as [Vec<u8>; 0], "type {kind}");
    }
    let unusable = from([224, 0, 0, 1]);
    assert_eq!(
        ask(&mut network, 0, unusable, &packet(PORTS, 99, 0, 3, &[0; 20])),
        []
    );
    let other = packet((7000, 36411), 99, 0, 3, &[0; 20]);
    assert_eq!(
        ask(&mut network, 0, path, &other),
        [],
        "a port that another program may have"
    );
}

#[test]
fn answers_to_strays_are_rationed() {
    let mut network = listener();
    let stray = packet(PORTS, 99, 0, 3, &[0; 20]);
    for _ in 0..2 {
        let answers: usize = (0..1000)
            .map(|_| ask(&mut network, 0, from([10, 0, 0, 9]), &stray).len())
            .sum();
        assert_eq!(answers, Config::STRAYS_PER_SECOND as usize);
        network.run_for(Duration::from_secs(1));
    }
}

#[test]
fn inits_that_are_refused() {
    let mut network = listener();
    let path = from([10, 0, 0, 9]);
    let mut streamless = init(5, &[]);
    streamless[8..10].fill(0);
    let name = parameter(11, b"host.example");
    for (value, cause) in [
        (streamless, parameter(7, &[])),
        (init(5, &name), parameter(5, &name)),
    ] {
        let answer = ask(&mut network, 0, path, &packet(PORTS, 0, INIT, 0, &value));
        assert_eq!(answer[0].packet, packet((36412, 7000), 5, ABORT, 0, &cause));
    }
    let mut bundled = packet(PORTS, 0, INIT, 0, &init(5, &[]));
    add(&mut bundled, 0, 3, &[0; 20]);
    for silent in [
        packet(PORTS, 0, INIT, 0, &init(0, &[])),
        packet(PORTS, 1, INIT, 0, &init(5, &[])),
        packet(PORTS, 0, INIT, 0, &init(5, &[])[..15]),
        seal(bundled),
    ] {
        assert_eq!(ask(&mut network, 0, path, &silent), []);
    }
}

/// What a kernel puts into its INIT: addresses of both families, extensions that we lack, parameters of the future.
#[test]
fn a_multihomed_peer_with_unknown_parameters() {
    let mut network = listener();
    let (first, second) = (from([10, 0, 0, 9]), from([10, 9, 0, 9]));
    let mut parameters = parameter(5, &[10, 0, 0, 9]);
    parameters.extend(parameter(5, &[10, 9, 0, 9]));
    parameters.extend(parameter(6, &[0xfd; 16]));
    parameters.extend(parameter(12, &[0, 5, 0, 6]));
    parameters.extend(parameter(0x8000, &[]));
    parameters.extend(parameter(0x8008, &[0xc0, 0x82]));
    parameters.extend(parameter(0xc000, &[]));
    let value = init(77, &parameters);
    let ack = ask(&mut network, 0, first, &packet(PORTS, 0, INIT, 0, &value));
    let reported = [parameter(8, &parameter(0xc000, &[])), vec![]].concat();
    assert!(ack[0].packet.ends_with(&reported), "what asks to be reported is");
    let (_, theirs) = establish(&mut network, first, &parameters);

    let heartbeat = ask(
        &mut network,
        0,
        second,
        &packet(PORTS, theirs, 4, 0, &[0, 1, 0, 8, 1, 2, 3, 4]),
    );
    assert_eq!(
        heartbeat[0].packet,
        packet((36412, 7000), 77, 5, 0, &[0, 1, 0, 8, 1, 2, 3, 4])
    );
    assert_eq!(heartbeat[0].path, second, "answered where it came from");

    let mut data = 1u32.to_be_bytes().to_vec();
    data.extend([0, 3, 0, 0, 0, 0, 0, 18]);
    data.extend(b"hello");
    let sack = ask(&mut network, 0, second, &packet(PORTS, theirs, 0, 3, &data));
    assert_eq!((kind(&sack[0]), sack[0].path), (3, second));
    assert_eq!(messages(&mut network, 0), [message(3, *b"hello")]);

    let stranger = from([10, 8, 0, 9]);
    assert_eq!(
        ask(
            &mut network,
            0,
            stranger,
            &packet(PORTS, theirs, 4, 0, &[0, 1, 0, 4])
        ),
        [],
        "an address not listed"
    );

    // What goes unanswered moves to where the peer was heard last (RFC 9260 6.4.1).
    let Some(Event::Up { association, .. }) = network.hosts[0].events.front().cloned() else {
        panic!("{:?}", network.hosts[0].events);
    };
    network.transcript = Some(Vec::new());
    network
        .send(0, association, message(0, *b"where?"))
        .expect("there is room");
    network.run_for(Duration::from_secs(2));
    let sent = network.transcript.take().expect("it was asked for");
    let paths: Vec<Path> = sent
        .iter()
        .filter(|(_, t)| kind(t) == 0)
        .map(|(_, t)| t.path)
        .collect();
    assert_eq!(paths[..2], [first, second]);
}

/// RFC 9260 5.2.2: a restart may not bring addresses along.
#[test]
fn a_restart_with_new_addresses_is_refused() {
    let mut network = listener();
    let path = from([10, 0, 0, 9]);
    establish(&mut network, path, &[]);
    let foreign = parameter(5, &[10, 0, 0, 66]);
    let answer = ask(
        &mut network,
        0,
        path,
        &packet(PORTS, 0, INIT, 0, &init(5, &foreign)),
    );
    assert_eq!(
        answer[0].packet,
        packet((36412, 7000), 5, ABORT, 0, &parameter(11, &foreign))
    );
}

#[test]
fn unrecognized_chunks() {
    let mut network = listener();
    let path = from([10, 0, 0, 9]);
    let (_, theirs) = establish(&mut network, path, &[]);
    for (kind_of_chunk, reported, goes_on) in [
        (0x3f, false, false),
        (0x7f, true, false),
        (0xbf, false, true),
        (0xff, true, true),
    ] {
        let mut whole = packet(PORTS, theirs, kind_of_chunk, 0, b"what");
        add(&mut whole, 4, 0, &[0, 1, 0, 4]);
        let answers = ask(&mut network, 0, path, &seal(whole));
        let kinds: Vec<u8> = answers.iter().map(kind).collect();
        let expected: Vec<u8> = [reported.then_some(9), goes_on.then_some(5)]
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(kinds, expected, "type {kind_of_chunk:#x}");
    }
    // What nobody negotiated: FORWARD TSN, I-DATA, RE-CONFIG.
    for strange in [192, 64, 130] {
        ask(
            &mut network,
            0,
            path,
            &packet(PORTS, theirs, strange, 0, &[0; 24]),
        );
    }
    assert_eq!(network.hosts[0].endpoint.association_count(), 1);
}

#[test]
fn tags_and_the_t_bit() {
    let (mut network, client, _) = Network::pair(3, |_| {});
    let path = network.path(0, 1);
    let ports = (36412, 36413);
    network.transcript = Some(Vec::new());
    network.send(0, client, message(0, *b"x")).expect("there is room");
    network.run_for(MOMENT);
    let sent = network.transcript.take().expect("it was asked for");
    let to = |host: u8| {
        sent.iter()
            .find(|(_, t)| t.path.remote.ip() == IpAddr::from([10, 0, 0, host]))
    };
    let (mine, peers) = (tag(&to(1).expect("a SACK").1), tag(&to(2).expect("DATA").1));
    let wrong = mine.wrapping_add(1).max(1);
    for forged in [
        packet(ports, wrong, ABORT, 0, &[]),
        packet(ports, peers, ABORT, 0, &[]),
        packet(ports, mine, ABORT, 1, &[]),
        packet(ports, wrong, ABORT, 1, &[]),
        packet(ports, mine, 14, 0, &[]),
        packet(ports, peers, 14, 1, &[]),
        packet(ports, wrong, 7, 0, &[0; 4]),
        packet(ports, wrong, 8, 0, &[]),
        packet(ports, mine, 8, 0, &[]),
    ] {
        ask(&mut network, 0, path, &forged);
        assert!(network.hosts[0].endpoint.is_up(client));
    }
    ask(&mut network, 0, path, &packet(ports, peers, ABORT, 1, &[]));
    assert_eq!(down(&network, 0, client), Some(Down::Aborted(String::new())));
}

/// Neither gaps nor fragments make us keep more than the window, and a message that can never be whole ends the
/// association instead of blocking it.
#[test]
fn memory_of_a_receiver_is_bounded() {
    let mut network = listener();
    let path = from([10, 0, 0, 9]);
    let (_, theirs) = establish(&mut network, path, &[]);
    let data = |tsn: u32, ssn: u32, flags: u8| {
        let mut value = tsn.to_be_bytes().to_vec();
        value.extend(ssn.to_be_bytes());
        value.extend([0, 0, 0, 18]);
        value.extend([7; 1000]);
        packet(PORTS, theirs, 0, flags, &value)
    };
    let window = |answers: &[quintet_sctp::Transmit]| {
        answers
            .iter()
            .rfind(|answer| kind(answer) == 3)
            .map(|sack| u32::from_be_bytes(*sack.packet[20..].first_chunk().expect("a SACK")))
    };
    let full = Config::RECEIVE_WINDOW as u32;
    let mut last = None;
    for tsn in 2..400 {
        last = window(&ask(&mut network, 0, path, &data(tsn, tsn - 1, 3))).or(last);
    }
    assert_eq!(
        last,
        Some(full % 1000),
        "the window is taken by what is ahead of the gap"
    );
    last = window(&ask(&mut network, 0, path, &data(1, 0, 3)));
    assert_eq!(last, Some(full), "and free again");
    assert_eq!(messages(&mut network, 0).len(), 1 + full as usize / 1000);
    // The middle of a message without end.
    let next = 2 + full / 1000;
    for tsn in next..next + 1000 {
        ask(
            &mut network,
            0,
            path,
            &data(tsn, next - 1, if tsn == next { 2 } else { 0 }),
        );
    }
    let reason = Down::Violation("a message longer than the window".into());
    assert!(
        network.hosts[0]
            .events
            .iter()
            .any(|event| matches!(event, Event::Down { reason: r, .. } if *r == reason))
    );
    assert_eq!(network.hosts[0].endpoint.association_count(), 0);
}

/// A SHUTDOWN acknowledges by its own field (RFC 9260 9.2): a kernel sends no SACK with it.
#[test]
fn a_shutdown_acknowledges_what_it_says() {
    let mut network = listener();
    let path = from([10, 0, 0, 9]);
    let (_, theirs) = establish(&mut network, path, &[]);
    let Some(Event::Up { association, .. }) = network.hosts[0].events.pop_front() else {
        panic!("it is not up");
    };
    network
        .send(0, association, message(0, *b"one"))
        .expect("there is room");
    let data: Vec<_> = std::iter::from_fn(|| network.hosts[0].endpoint.poll_transmit()).collect();
    assert_eq!(data.len(), 1);
    assert_eq!(kind(&data[0]), 0);
    let tsn = u32::from_be_bytes(*data[0].packet[16..].first_chunk().expect("DATA"));
    let before = tsn.wrapping_sub(1).to_be_bytes();
    let early = ask(&mut network, 0, path, &packet(PORTS, theirs, 7, 0, &before));
    assert!(
        early.iter().all(|answer| kind(answer) != 8),
        "something is missing: {early:?}"
    );
    let answer = ask(
        &mut network,
        0,
        path,
        &packet(PORTS, theirs, 7, 0, &tsn.to_be_bytes()),
    );
    assert_eq!(answer.iter().map(kind).collect::<Vec<_>>(), [8], "SHUTDOWN ACK");
    ask(&mut network, 0, path, &packet(PORTS, theirs, 14, 0, &[]));
    assert_eq!(down(&network, 0, association), Some(Down::Shutdown));
}
