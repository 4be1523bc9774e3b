//! Nobody can make the dissector's tables grow: counted with flows beyond number.

use super::{Context, Counts, DissectorOptions, FlowIds, Packet, sctp, tcp};
use crate::{FlowEvent, FlowId, Pdu, Seen, Sink, Timestamp};
use std::net::{IpAddr, Ipv4Addr};

/// Distinct flows: more than wait anywhere.
const FLOWS: u32 = 300_000;

/// The most entries any table may have; paths to associations are two a flow at most here.
const MAX_ENTRIES: usize = 65_536;

/// The most that wait, with those that have left the table and are not yet missed.
const MAX_WAITING: usize = 262_144;

#[derive(Default)]
struct Tally {
    pdus: u64,
    events: u64,
}

impl Sink for Tally {
    fn pdu(&mut self, _pdu: &Pdu<'_>) {
        self.pdus += 1;
    }

    fn flow(&mut self, _seen: Seen, _flow: FlowId, _event: FlowEvent) {
        self.events += 1;
    }
}

fn packet(n: u32, octets: &[u8]) -> Packet<'_> {
    Packet {
        seen: Seen {
            file: 0,
            frame: u64::from(n) + 1,
            // Time stands still, as in captures whose times were removed.
            time: Timestamp(0),
        },
        first_frame: u64::from(n) + 1,
        interface: 0,
        source: IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + n)),
        destination: IpAddr::V4(Ipv4Addr::from_bits(0x0b00_0000)),
        identification: 0,
        octets,
        original: octets.len(),
    }
}

/// Of one flow each: a message, and one behind a gap that stays.
fn sctp(n: u32, tsn: u32) -> Vec<u8> {
    let mut octets = vec![0x8e, 0x3c, 0x8e, 0x3c];
    octets.extend_from_slice(&(n + 0x0100_0000).to_be_bytes());
    octets.extend_from_slice(&[0, 0, 0, 0, 0, 3, 0, 20]);
    octets.extend_from_slice(&tsn.to_be_bytes());
    octets.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 18, 1, 2, 3, 4]);
    octets
}

fn tcp(sequence: u32) -> Vec<u8> {
    let mut octets = vec![0xc0, 0, 0x0f, 0x1c];
    octets.extend_from_slice(&sequence.to_be_bytes());
    octets.extend_from_slice(&[0, 0, 0, 0, 0x50, 0x10, 0xff, 0xff, 0, 0, 0, 0]);
    // A message of which the rest does not come.
    octets.extend_from_slice(&[1, 0, 0, 200, 0x80, 0, 1, 24, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    octets.extend_from_slice(&[0, 0, 1, 8, 0x40, 0, 0, 13]);
    octets
}

#[test]
fn flows_beyond_number_stay_within_the_tables() {
    let mut tally = Tally::default();
    let (mut flows, mut counts, options) =
        (FlowIds::default(), Counts::default(), DissectorOptions::default());
    let mut context = Context {
        sink: &mut tally,
        flows: &mut flows,
        counts: &mut counts,
        options: &options,
    };
    let mut associations = sctp::Associations::default();
    let mut connections = tcp::Connections::default();
    for n in 0..FLOWS {
        associations.tick(packet(n, &[]).seen, &mut context);
        connections.tick(packet(n, &[]).seen, &mut context);
        associations.packet(&packet(n, &sctp(n, 1)), None, &mut context);
        associations.packet(&packet(n, &sctp(n, 3)), None, &mut context);
        connections.packet(&packet(n, &tcp(1)), &mut context);
        connections.packet(&packet(n, &tcp(100)), &mut context);
    }
    let [entries, paths, waiting] = associations.sizes();
    assert_eq!(entries, 32_768);
    assert!(paths <= MAX_ENTRIES, "{paths} paths");
    assert!(waiting <= MAX_WAITING, "{waiting} waiting associations");
    let [entries, keys, waiting] = connections.sizes();
    assert_eq!(entries, MAX_ENTRIES);
    assert!(keys <= MAX_ENTRIES, "{keys} keys");
    assert!(waiting <= MAX_WAITING, "{waiting} waiting connections");
    associations.finish(&mut context);
    connections.finish(&mut context);
    // The message behind the gap of every association is given out all the same, and what is missing is said.
    assert_eq!(tally.pdus, u64::from(FLOWS) * 2);
    assert!(tally.events >= u64::from(FLOWS));
}
