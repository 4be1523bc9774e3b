//! A flow's frames, read back by a small receiver that follows RFC 9293: whatever was sent comes out, in order, once.

#![cfg(test)]

use std::net::SocketAddr;

use proptest::prelude::*;
use quintet_capture::{FlowError, Side, TcpFlow};

const SYN: u8 = 0x02;
const FIN: u8 = 0x01;
const RST: u8 = 0x04;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

/// One segment as read from a frame.
#[derive(Debug)]
struct Segment {
    from: Side,
    sequence: u32,
    acknowledgement: u32,
    flags: u8,
    window: u16,
    payload: Vec<u8>,
    frame_octets: usize,
}

fn u16_at(octets: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(octets[at..at + 2].try_into().unwrap())
}

fn u32_at(octets: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(octets[at..at + 4].try_into().unwrap())
}

fn parse(frame: &[u8], server_port: u16) -> Segment {
    let (tcp, transport_octets) = match u16_at(frame, 12) {
        0x0800 => (&frame[34..], usize::from(u16_at(frame, 16)) - 20),
        0x86dd => (&frame[54..], usize::from(u16_at(frame, 18))),
        other => panic!("ethertype {other:04x}"),
    };
    assert_eq!(tcp.len(), transport_octets, "the IP header states the length");
    let from = if u16_at(tcp, 2) == server_port {
        Side::Client
    } else {
        Side::Server
    };
    Segment {
        from,
        sequence: u32_at(tcp, 4),
        acknowledgement: u32_at(tcp, 8),
        flags: tcp[13],
        window: u16_at(tcp, 14),
        payload: tcp[usize::from(tcp[12] >> 4) * 4..].to_vec(),
        frame_octets: frame.len(),
    }
}

/// Follows both directions and collects the streams.
#[derive(Default)]
struct Receiver {
    next: [Option<u32>; 2],
    acknowledged: [u32; 2],
    streams: [Vec<u8>; 2],
    flags: Vec<(Side, u8)>,
}

impl Receiver {
    fn take(&mut self, segment: &Segment) {
        let (me, other) = match segment.from {
            Side::Client => (0, 1),
            Side::Server => (1, 0),
        };
        if let Some(next) = self.next[me] {
            assert_eq!(segment.sequence, next, "the sequence continues");
        }
        if segment.flags & ACK != 0 {
            assert_eq!(
                Some(segment.acknowledgement),
                self.next[other],
                "all that was sent is acknowledged"
            );
            self.acknowledged[other] = segment.acknowledgement;
        } else {
            self.acknowledged[me] = segment.sequence;
        }
        if segment.flags == SYN | ACK {
            self.acknowledged[me] = segment.sequence;
        }
        let taken = segment.payload.len() as u32 + u32::from(segment.flags & (SYN | FIN) != 0);
        let next = segment.sequence.wrapping_add(taken);
        let outstanding = next.wrapping_sub(self.acknowledged[me]);
        assert!(
            outstanding <= u32::from(segment.window),
            "{outstanding} octets outstanding"
        );
        assert!(
            segment.frame_octets <= 1514,
            "{} octets in a frame",
            segment.frame_octets
        );
        self.next[me] = Some(next);
        self.streams[me].extend_from_slice(&segment.payload);
        self.flags.push((segment.from, segment.flags));
    }
}

fn addresses(ipv6: bool) -> (SocketAddr, SocketAddr) {
    if ipv6 {
        (
            "[2001:db8::1]:40000".parse().unwrap(),
            "[2001:db8::2]:3868".parse().unwrap(),
        )
    } else {
        (
            "192.0.2.1:40000".parse().unwrap(),
            "192.0.2.2:3868".parse().unwrap(),
        )
    }
}

proptest! {
    #[test]
    fn streams_arrive_whole_and_in_order(
        ipv6: bool,
        initial: [u32; 2],
        sends in prop::collection::vec((any::<bool>(), 0usize..80_000, any::<u8>()), 0..8),
    ) {
        let (client, server) = addresses(ipv6);
        let mut receiver = Receiver::default();
        let mut sink = |frame: &[u8]| receiver.take(&parse(frame, 3868));
        let mut expected = [Vec::new(), Vec::new()];
        let mut flow = TcpFlow::open(client, server, initial, &mut sink).unwrap();
        for (by_server, length, seed) in sends {
            let octets: Vec<u8> = (0..length).map(|at| (at as u8).wrapping_mul(31).wrapping_add(seed)).collect();
            let side = if by_server { Side::Server } else { Side::Client };
            expected[usize::from(by_server)].extend_from_slice(&octets);
            flow.send(side, &octets, &mut sink).unwrap();
        }
        flow.finish(Side::Client, &mut sink);
        flow.finish(Side::Server, &mut sink);
        prop_assert!(flow.is_over());
        prop_assert!(receiver.streams == expected);
    }
}

#[test]
fn a_connection_opens_pushes_and_closes_in_both_directions() {
    let (client, server) = addresses(false);
    let mut receiver = Receiver::default();
    let mut sink = |frame: &[u8]| receiver.take(&parse(frame, 3868));
    // The initial sequence numbers wrap within the exchange.
    let mut flow = TcpFlow::open(client, server, [u32::MAX, u32::MAX - 1], &mut sink).unwrap();
    flow.send(Side::Client, &[1; 1461], &mut sink).unwrap();
    flow.finish(Side::Client, &mut sink);
    assert_eq!(
        flow.send(Side::Client, &[1], &mut sink),
        Err(FlowError::Closed { side: Side::Client })
    );
    flow.send(Side::Server, &[2; 10], &mut sink).unwrap();
    flow.finish(Side::Server, &mut sink);
    flow.finish(Side::Server, &mut sink);
    flow.reset(Side::Server, &mut sink);
    use Side::{Client, Server};
    assert_eq!(
        receiver.flags,
        [
            (Client, SYN),
            (Server, SYN | ACK),
            (Client, ACK),
            (Client, ACK),
            (Client, PSH | ACK),
            (Client, FIN | ACK),
            (Server, ACK),
            (Server, PSH | ACK),
            (Server, FIN | ACK),
            (Client, ACK),
        ]
    );
}

#[test]
fn a_reset_closes_both_sides() {
    let (client, server) = addresses(true);
    let mut receiver = Receiver::default();
    let mut sink = |frame: &[u8]| receiver.take(&parse(frame, 3868));
    let mut flow = TcpFlow::open(client, server, [7, 9], &mut sink).unwrap();
    flow.reset(Side::Server, &mut sink);
    assert!(flow.is_over());
    assert_eq!(
        flow.send(Side::Client, &[1], &mut sink),
        Err(FlowError::Closed { side: Side::Client })
    );
    assert_eq!(receiver.flags.last(), Some(&(Side::Server, RST | ACK)));
}

#[test]
fn families_are_not_mixed() {
    let (client, _) = addresses(false);
    let (_, server) = addresses(true);
    let refused = TcpFlow::open(client, server, [0, 0], &mut |_| {
        panic!("a refused flow emits nothing")
    });
    let message = refused.unwrap_err().to_string();
    assert!(
        message.contains("192.0.2.1:40000") && message.contains("[2001:db8::2]:3868"),
        "{message}"
    );
}
