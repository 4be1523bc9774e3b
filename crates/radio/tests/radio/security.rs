//! Ciphering of the access stratum: what is said of messages that may not be readable.

use crate::support::Trace;
use crate::support::build::{
    RNTI, amd, connection_request, framed, framed_for, mac, pdcp, security_mode_command,
    security_mode_complete, transfer,
};
use crate::support::random::Random;
use quintet_crypto::Direction::{self, Downlink, Uplink};
use quintet_radio::{Detail, InitialUeIdentity, NotDecoded};

/// A connection whose messages are sent one by one.
#[derive(Default)]
struct Connection {
    trace: Trace,
    numbers: [u16; 2],
}

impl Connection {
    fn begin(&mut self) {
        self.numbers = [0; 2];
        let request = connection_request(0x12_3456_7890);
        self.trace
            .mac(&framed(Uplink, &mac(Uplink, &[(0, &request)], true)));
    }

    fn send(&mut self, direction: Direction, rrc: &[u8], mac_i: [u8; 4]) {
        let number = &mut self.numbers[direction as usize];
        let sdu = pdcp(*number as u8, rrc, mac_i);
        let pdu = amd(*number, &sdu, &[0, sdu.len()], None);
        *number += 1;
        self.trace
            .mac(&framed(direction, &mac(direction, &[(1, &pdu)], true)));
    }

    fn count(&self, kind: NotDecoded) -> u64 {
        self.trace.radio.not_decoded().count(kind)
    }
}

const NAS: [u8; 13] = [
    0x27, 0x82, 0x0a, 0x0a, 0xc7, 0x1a, 0x07, 0x43, 0, 3, 0x52, 0, 0xc2,
];
const MAC_I: [u8; 4] = [0x70, 0xd0, 0x3a, 1];

#[test]
fn the_request_goes_with_the_nas_of_its_connection() {
    let mut connection = Connection::default();
    connection.begin();
    connection.send(Uplink, &transfer(Uplink, &NAS), [0; 4]);
    let Detail::ConnectionRequest(request) = connection.trace.signals[0].detail else {
        panic!()
    };
    assert_eq!(request.identity, InitialUeIdentity::Random(0x12_3456_7890));
    assert_eq!((request.cause, request.s_tmsi()), ("mo-Signalling", None));
    assert_eq!(connection.trace.nas[0].request, Some(request));
    assert_eq!(connection.trace.nas[0].ue.rnti, Some(RNTI));
}

#[test]
fn after_a_command_that_ciphers_nothing_is_read() {
    let mut connection = Connection::default();
    connection.begin();
    connection.send(Downlink, &security_mode_command(2, 2), MAC_I);
    let chosen = Detail::Security {
        ciphering: Some(2),
        integrity: Some(2),
    };
    assert_eq!(connection.trace.signals[1].detail, chosen);
    connection.send(Uplink, &security_mode_complete(), MAC_I);
    // Even what could be read.
    for direction in [Uplink, Downlink, Uplink] {
        connection.send(direction, &transfer(direction, &NAS), MAC_I);
    }
    assert_eq!(connection.count(NotDecoded::AsCiphered), 3);
    assert_eq!(
        (connection.trace.nas.len(), connection.trace.signals.len()),
        (0, 3)
    );
    // The next connection begins in the clear, whether its request was seen or not.
    connection.send(Uplink, &transfer(Uplink, &NAS), [0; 4]);
    assert_eq!(connection.trace.nas.len(), 1);
    connection.begin();
    connection.send(Downlink, &transfer(Downlink, &NAS), MAC_I);
    assert_eq!(connection.trace.nas.len(), 2);
}

#[test]
fn after_a_command_without_ciphering_everything_is_read() {
    let mut connection = Connection::default();
    connection.begin();
    connection.send(Downlink, &security_mode_command(0, 2), MAC_I);
    connection.send(Uplink, &security_mode_complete(), MAC_I);
    // A measurement report, of which only the name is known.
    connection.send(Uplink, &[0x08, 0x10, 0xaa, 0xbb], MAC_I);
    assert_eq!(connection.trace.signals.last().unwrap().name, "measurementReport");
    connection.send(Uplink, &transfer(Uplink, &NAS), MAC_I);
    assert_eq!(connection.trace.nas.len(), 1);
    assert_eq!(connection.trace.radio.not_decoded().iter().count(), 0);
}

#[test]
fn a_ue_handed_over_or_come_back_is_known() {
    let mut connection = Connection::default();
    connection.begin();
    connection.send(Downlink, &security_mode_command(0, 2), MAC_I);
    connection.send(Uplink, &security_mode_complete(), MAC_I);
    // Re-establishment: C-RNTI, cell, short MAC-I, cause.
    let request = [0x00, 0x08, 0xc0, 0x15, 0x72, 0x04];
    let sdu = pdcp(0, &[0x08, 0x10, 0xaa, 0xbb], MAC_I);
    let report = mac(Uplink, &[(1, &amd(0, &sdu, &[0, sdu.len()], None))], false);
    connection.trace.mac(&framed_for(0x50, Uplink, &report));
    assert_eq!(connection.count(NotDecoded::AsLooksCiphered), 1);
    connection
        .trace
        .mac(&framed_for(0x4f, Uplink, &mac(Uplink, &[(0, &request)], false)));
    let detail = connection.trace.signals.last().unwrap().detail;
    assert!(
        matches!(detail, Detail::ReestablishmentRequest { c_rnti: RNTI, .. }),
        "{detail:?}"
    );
    connection.trace.mac(&framed_for(0x4f, Uplink, &report));
    assert_eq!(connection.trace.signals.last().unwrap().name, "measurementReport");
    assert_eq!(connection.count(NotDecoded::AsLooksCiphered), 1);
}

#[test]
fn without_a_command_seen_noise_is_no_message() {
    let mut random = Random(7);
    let mut connection = Connection::default();
    let sent = 20_000;
    for _ in 0..sent {
        // As long as real ones: the shortest have nine bits.
        let count = 2 + random.below(60);
        let noise = random.octets(count);
        let direction = if random.once_in(2) { Uplink } else { Downlink };
        connection.numbers = connection.numbers.map(|number| number % 1024);
        connection.send(direction, &noise, MAC_I);
    }
    let taken = connection.trace.signals.len();
    assert!(
        connection.count(NotDecoded::AsLooksCiphered) + taken as u64 == sent,
        "seed 7"
    );
    assert!(taken <= 20, "{taken} of {sent} taken for messages");
    assert!(connection.trace.nas.len() <= 2, "{:?}", connection.trace.nas);
    // Plain ones among them are read.
    connection.send(Uplink, &transfer(Uplink, &NAS), MAC_I);
    assert_eq!(connection.trace.nas.last().unwrap().octets, NAS);
}
