//! What fuzzing and benchmarks share: octets as what happens to an endpoint.

use crate::{
    Config, Direction, Endpoint, EspKeys, Flow, Mode, Outbound, Path, SaCommand, SaKey, SaParameters, SaSet,
    Spi, Suite, Transport,
};
use quintet_crypto::{Ck, Ik};
use std::net::SocketAddr;
use std::time::Duration;

/// Limits that a short input can reach.
const CONFIG: Config = Config {
    max_associations: 5,
    max_connections: 2,
    encapsulation: None,
    keep_alive: Some(Duration::from_secs(20)),
};

/// The longest piece of input that one packet is made of.
const MAX_PIECE: usize = 255;

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address that is written here")
}

/// An inbound and an outbound association, seen from the endpoint that is played with.
fn parameters(suite: Suite, mode: Mode, direction: Direction, spi: u32) -> SaParameters {
    let (ours, theirs) = (address("10.0.0.1:5060"), address("10.0.0.2:5062"));
    let (source, destination) = match direction {
        Direction::Inbound => (theirs, ours),
        Direction::Outbound => (ours, theirs),
    };
    SaParameters {
        direction,
        spi: Spi::new(spi).expect("not reserved"),
        source,
        destination,
        mode,
        keys: EspKeys::derive(suite, &Ck::new_128([1; 16]), &Ik::new_128([2; 16])).expect("128 bits"),
        lifetime: Duration::from_secs(600),
        set: SaSet(1),
        sequence: 0,
    }
}

/// Plays octets to an endpoint with one association each way: packets of strangers, authentic packets with anything
/// inside, octets to send, commands, and time. The first octet says which suite and mode.
///
/// # Panics
/// If the endpoint does not keep to its limits.
pub fn play(octets: &[u8]) {
    let Some((first, mut rest)) = octets.split_first() else {
        return;
    };
    let suite = Suite::ALL[usize::from(first & 0x0f) % Suite::ALL.len()];
    let (outside, inside) = (address("192.0.2.1:4500"), address("10.0.0.1:4500"));
    let mode = if first & 0x80 == 0 {
        Mode::Transport
    } else {
        Mode::UdpEncapsulatedTunnel {
            source: outside,
            destination: inside,
        }
    };
    let mut endpoint = Endpoint::new(CONFIG, [3; 32]);
    let inbound = parameters(suite, mode, Direction::Inbound, 1000);
    let mut peer = Outbound::new(inbound.spi, &inbound.keys, 0, &[4; 16]).expect("a suite to send with");
    let outbound = parameters(suite, mode, Direction::Outbound, 2000);
    let path = match mode {
        Mode::Transport => Path {
            local: address("10.0.0.1:0"),
            remote: address("10.0.0.2:0"),
        },
        Mode::UdpEncapsulatedTunnel { .. } => Path {
            local: inside,
            remote: outside,
        },
    };
    let mut now = Duration::ZERO;
    for command in [inbound.clone(), outbound.clone()] {
        endpoint
            .command(now, SaCommand::Install(Box::new(command)))
            .expect("there is room");
    }
    while let [what, detail, length, after @ ..] = rest {
        let (piece, after) = after.split_at(after.len().min(usize::from(*length).min(MAX_PIECE)));
        rest = after;
        let flow = Flow {
            transport: if detail & 1 == 0 {
                Transport::Udp
            } else {
                Transport::Tcp
            },
            local: outbound.source,
            remote: outbound.destination,
        };
        match what % 6 {
            0 => endpoint.packet(now, path, &mut piece.to_vec()),
            1 => {
                let mut packet = Vec::new();
                if peer.seal(*detail, &[piece], &mut packet).is_ok() {
                    endpoint.packet(now, path, &mut packet);
                }
            }
            2 => {
                now += Duration::from_millis(u64::from(*detail) << (length & 7));
                endpoint.timeout(now);
            }
            3 => {
                let _ = endpoint.send(now, flow, piece);
            }
            4 => endpoint.close(now, flow),
            _ => {
                let command = command(&inbound, &outbound, *detail);
                let _ = endpoint.command(now, command);
            }
        }
        while endpoint.poll_event().is_some() {}
        while let Some(transmit) = endpoint.poll_packet() {
            // Our own packets come back as a mirror would send them.
            endpoint.packet(now, path, &mut transmit.octets.clone());
        }
        assert!(
            endpoint.association_count() <= CONFIG.max_associations,
            "associations have a limit"
        );
        assert!(
            endpoint.connection_count() <= CONFIG.max_connections,
            "connections have a limit"
        );
    }
}

fn command(inbound: &SaParameters, outbound: &SaParameters, detail: u8) -> SaCommand {
    let parameters = if detail & 1 == 0 { inbound } else { outbound };
    let mut other = parameters.clone();
    other.spi = Spi::new(1000 + u32::from(detail >> 4)).expect("not reserved");
    let key: SaKey = other.key();
    match detail >> 1 & 7 {
        0 => SaCommand::Remove(key),
        1 => SaCommand::RemoveSet(SaSet(u32::from(detail >> 6))),
        2 => SaCommand::Prefer(key),
        3 => SaCommand::SetLifetime {
            key,
            lifetime: Duration::from_secs(u64::from(detail)),
        },
        4 => SaCommand::Install(Box::new(parameters.clone())),
        _ => SaCommand::Install(Box::new(other)),
    }
}

/// Seeds: for each suite and mode a stream begun by the peer, datagrams, and time.
#[must_use]
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut seeds = Vec::new();
    let (ours, theirs) = (address("10.0.0.1:5060"), address("10.0.0.2:5062"));
    for (number, suite) in (0..).zip(Suite::ALL) {
        for tunnel in [false, true] {
            let mut seed = vec![number | if tunnel { 0x80 } else { 0 }];
            let mut piece = |what: u8, detail: u8, octets: &[u8]| {
                seed.extend([what, detail, octets.len() as u8]);
                seed.extend(octets);
            };
            let datagram = crate::ip::udp_header(theirs, ours, b"REGISTER").expect("short");
            let datagram = [&datagram[..], b"REGISTER"].concat();
            // SYN with a maximum segment size; its checksum is found by whoever likes.
            let mut syn = vec![0; 24];
            syn[..2].copy_from_slice(&theirs.port().to_be_bytes());
            syn[2..4].copy_from_slice(&ours.port().to_be_bytes());
            syn[12..16].copy_from_slice(&[0x60, 2, 0x10, 0]);
            syn[20..].copy_from_slice(&[2, 4, 5, 0xb4]);
            for (protocol, segment) in [(17, &datagram), (6, &syn)] {
                let header = crate::ip::Header::new(theirs.ip(), ours.ip(), protocol, segment.len());
                let header = header.expect("one family");
                let inner = [header.octets(), segment].concat();
                if tunnel {
                    piece(1, 4, &inner)
                } else {
                    piece(1, protocol, segment)
                }
            }
            piece(3, 0, b"200 OK");
            piece(3, 1, b"INVITE");
            piece(2, 200, b"");
            piece(5, 0x0b, b"");
            piece(5, 0x04, b"");
            piece(0, 0, &[0, 0, 3, 0xe8, 0, 0, 0, 9, 1, 2, 3, 4]);
            piece(4, 1, b"");
            let mode = if tunnel { "tunnel" } else { "transport" };
            seeds.push((format!("{}-{mode}", suite.to_string().replace('/', "-")), seed));
        }
    }
    seeds
}
