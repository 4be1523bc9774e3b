//! PDUs of every layer of NR, as a gNB or UE would send them, and F1AP around them.

use super::build::Bits;
use quintet_crypto::Direction;

/// The C-RNTI of the UE.
pub(crate) const RNTI: u16 = 0x4601;

/// Header of `mac-nr-framed`, as srsRAN writes it, and a MAC PDU.
pub(crate) fn framed_for(rnti: u16, ue_id: u16, direction: Direction, mac: &[u8]) -> Vec<u8> {
    let ([high, low], [ue_high, ue_low]) = (rnti.to_be_bytes(), ue_id.to_be_bytes());
    // FDD, direction, C-RNTI; then RNTI, UE, HARQ process, power headroom, frame, payload.
    let mut octets = vec![
        1,
        direction as u8,
        3,
        2,
        high,
        low,
        3,
        ue_high,
        ue_low,
        6,
        0,
        5,
        0,
        4,
        1,
        0x62,
        1,
    ];
    octets.extend_from_slice(mac);
    octets
}

/// The same for the one UE.
pub(crate) fn framed(direction: Direction, mac: &[u8]) -> Vec<u8> {
    framed_for(RNTI, 0, direction, mac)
}

/// A MAC PDU of SDUs by logical channel. Around them, what real ones have: elements and padding.
pub(crate) fn mac(direction: Direction, sdus: &[(u8, &[u8])]) -> Vec<u8> {
    let mut pdu = Vec::new();
    if direction == Direction::Downlink {
        // Timing advance command.
        pdu.extend_from_slice(&[61, 0x1f]);
    }
    for (channel, sdu) in sdus {
        if sdu.len() < 256 {
            pdu.extend_from_slice(&[*channel, sdu.len() as u8]);
        } else {
            pdu.push(0x40 | channel);
            pdu.extend_from_slice(&(sdu.len() as u16).to_be_bytes());
        }
        pdu.extend_from_slice(sdu);
    }
    if direction == Direction::Uplink {
        // Short buffer status, power headroom.
        pdu.extend_from_slice(&[61, 0, 57, 0x20, 0x29]);
    }
    pdu.extend_from_slice(&[63, 0, 0, 0]);
    pdu
}

/// A CCCH SDU of 48 bits, uplink, or one with a length, downlink.
pub(crate) fn ccch(direction: Direction, rrc: &[u8]) -> Vec<u8> {
    let mut pdu = match direction {
        Direction::Uplink => vec![52],
        Direction::Downlink => vec![0, rrc.len() as u8],
    };
    pdu.extend_from_slice(rrc);
    pdu.push(63);
    pdu
}

/// The contention resolution identity, which answers a CCCH SDU.
pub(crate) fn resolution(rrc: &[u8]) -> Vec<u8> {
    let mut pdu = vec![62];
    pdu.extend_from_slice(&rrc[..6]);
    pdu.push(63);
    pdu
}

/// An AMD PDU with the octets of an SDU from one place to another.
pub(crate) fn amd(number: u16, sdu: &[u8], from: usize, to: usize) -> Vec<u8> {
    let kind = match (from == 0, to == sdu.len()) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (false, false) => 3,
    };
    let mut pdu = vec![0x80 | kind << 4 | (number >> 8) as u8, number as u8];
    if from > 0 {
        pdu.extend_from_slice(&(from as u16).to_be_bytes());
    }
    pdu.extend_from_slice(&sdu[from..to]);
    pdu
}

/// A PDCP PDU of a signalling radio bearer.
pub(crate) fn pdcp(number: u16, rrc: &[u8], mac_i: [u8; 4]) -> Vec<u8> {
    let mut pdu = (number & 0x0fff).to_be_bytes().to_vec();
    pdu.extend_from_slice(rrc);
    pdu.extend_from_slice(&mac_i);
    pdu
}

/// A message on SRB1 in one MAC PDU behind its header.
pub(crate) fn srb1(number: u16, direction: Direction, rrc: &[u8], mac_i: [u8; 4]) -> Vec<u8> {
    let sdu = pdcp(number, rrc, mac_i);
    let pdu = amd(number, &sdu, 0, sdu.len());
    framed(direction, &mac(direction, &[(1, &pdu)]))
}

/// `dlInformationTransfer` or `ulInformationTransfer` with a NAS PDU.
pub(crate) fn transfer(direction: Direction, nas: &[u8]) -> Vec<u8> {
    let mut bits = Bits::default();
    match direction {
        // Class c1, message 5, transaction 0.
        Direction::Downlink => {
            bits.put(5, 5);
            bits.put(0, 2);
        }
        Direction::Uplink => bits.put(7, 5),
    }
    // Known, NAS, no extensions.
    bits.put(0b0100, 4);
    bits.octets(nas);
    bits.finish()
}

/// `securityModeCommand` that chooses these algorithms.
pub(crate) fn security_mode_command(ciphering: usize, integrity: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(4, 5);
    bits.put(0, 2 + 1 + 2 + 2);
    bits.put(1, 1);
    bits.put(ciphering, 4);
    bits.put(integrity, 4);
    bits.finish()
}

/// `securityModeComplete`.
pub(crate) fn security_mode_complete() -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(5, 5);
    bits.put(0, 2 + 1 + 2);
    bits.finish()
}

/// `rrcSetupRequest` with the lower 39 bits of a 5G-S-TMSI, for signalling.
pub(crate) fn setup_request(part_1: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0, 4);
    bits.put(part_1, 39);
    bits.put(3, 4);
    bits.put(0, 1);
    bits.finish()
}

/// `rrcSetupComplete` with the upper 9 bits of a 5G-S-TMSI and a NAS PDU.
pub(crate) fn setup_complete(part_2: usize, nas: &[u8]) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(2, 5);
    bits.put(0, 2 + 1);
    // Of the optional ones the 5G-S-TMSI; the first network.
    bits.put(0b000100, 6);
    bits.put(0, 4);
    bits.octets(nas);
    bits.put(1, 1);
    bits.put(part_2, 9);
    bits.finish()
}

/// An F1AP message with these IEs.
pub(crate) fn f1ap(procedure: u8, ies: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut body = vec![0];
    body.extend_from_slice(&(ies.len() as u16).to_be_bytes());
    for (id, value) in ies {
        body.extend_from_slice(&id.to_be_bytes());
        body.push(0);
        body.extend_from_slice(&open(value));
    }
    let mut pdu = vec![0, procedure, 0x40];
    pdu.extend_from_slice(&open(&body));
    pdu
}

/// Octets behind their length.
pub(crate) fn open(octets: &[u8]) -> Vec<u8> {
    let mut out = if octets.len() < 128 {
        vec![octets.len() as u8]
    } else {
        (0x8000 | octets.len() as u16).to_be_bytes().to_vec()
    };
    out.extend_from_slice(octets);
    out
}
