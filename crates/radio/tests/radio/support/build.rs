//! PDUs of every layer, as an eNB or UE would send them.

use quintet_crypto::Direction;

/// The C-RNTI of the UE.
pub(crate) const RNTI: u16 = 0x46;

/// Header of `mac-lte-framed`, as srsRAN writes it, and a MAC PDU.
pub(crate) fn framed(direction: Direction, mac: &[u8]) -> Vec<u8> {
    framed_for(RNTI, direction, mac)
}

/// The same for another C-RNTI.
pub(crate) fn framed_for(rnti: u16, direction: Direction, mac: &[u8]) -> Vec<u8> {
    let [high, low] = rnti.to_be_bytes();
    // FDD, direction, C-RNTI; then RNTI, UE, frame, CRC, carrier, NB mode, payload.
    let mut octets = vec![
        1,
        direction as u8,
        3,
        2,
        high,
        low,
        3,
        0,
        0,
        4,
        1,
        0x62,
        7,
        1,
        0x0a,
        0,
        0x0f,
        0,
        1,
    ];
    octets.extend_from_slice(mac);
    octets
}

/// A MAC PDU of SDUs by logical channel. In between, what real ones have: control elements before the SDUs, padding behind.
pub(crate) fn mac(direction: Direction, sdus: &[(u8, &[u8])], has_padding: bool) -> Vec<u8> {
    let element: (u8, &[u8]) = match direction {
        // Timing advance command; short buffer status.
        Direction::Downlink => (29, &[0x1f]),
        Direction::Uplink => (29, &[0x00]),
    };
    let mut headers = vec![0x20 | element.0];
    let mut payload = element.1.to_vec();
    for (index, (channel, sdu)) in sdus.iter().enumerate() {
        payload.extend_from_slice(sdu);
        if index + 1 == sdus.len() && !has_padding {
            headers.push(*channel);
        } else {
            headers.push(0x20 | channel);
            length(sdu.len(), &mut headers);
        }
    }
    if has_padding {
        headers.push(0x1f);
        payload.extend_from_slice(&[0; 5]);
    }
    headers.extend(payload);
    headers
}

fn length(length: usize, out: &mut Vec<u8>) {
    if length < 128 {
        out.push(length as u8);
    } else {
        out.extend_from_slice(&(0x8000 | length as u16).to_be_bytes());
    }
}

/// An AMD PDU, or a segment of one, of data with messages beginning and ending at these places.
pub(crate) fn amd(number: u16, data: &[u8], boundaries: &[usize], segment: Option<(usize, bool)>) -> Vec<u8> {
    let begins = boundaries.first() == Some(&0);
    let ends = boundaries.last() == Some(&data.len());
    let inner: Vec<usize> = boundaries
        .iter()
        .copied()
        .filter(|at| *at > 0 && *at < data.len())
        .collect();
    let mut pdu = vec![
        0x80 | u8::from(segment.is_some()) << 6
            | u8::from(!begins) << 4
            | u8::from(!ends) << 3
            | u8::from(!inner.is_empty()) << 2
            | (number >> 8) as u8,
        number as u8,
    ];
    if let Some((offset, is_last)) = segment {
        pdu.extend_from_slice(&(u16::from(is_last) << 15 | offset as u16).to_be_bytes());
    }
    let mut at = 0;
    let elements: Vec<u16> = inner
        .iter()
        .enumerate()
        .map(|(index, boundary)| {
            let length = (boundary - at) as u16;
            at = *boundary;
            u16::from(index + 1 < inner.len()) << 11 | length
        })
        .collect();
    for pair in elements.chunks(2) {
        match *pair {
            [first, second] => {
                pdu.extend_from_slice(&[(first >> 4) as u8, (first << 4 | second >> 8) as u8, second as u8]);
            }
            [first] => pdu.extend_from_slice(&[(first >> 4) as u8, (first << 4) as u8]),
            _ => {}
        }
    }
    pdu.extend_from_slice(data);
    pdu
}

/// A PDCP PDU of a signalling radio bearer.
pub(crate) fn pdcp(number: u8, rrc: &[u8], mac_i: [u8; 4]) -> Vec<u8> {
    let mut pdu = vec![number & 0x1f];
    pdu.extend_from_slice(rrc);
    pdu.extend_from_slice(&mac_i);
    pdu
}

/// Bits, from the first on.
#[derive(Default)]
pub(super) struct Bits(Vec<bool>);

impl Bits {
    pub(super) fn put(&mut self, value: usize, width: u32) {
        self.0.extend((0..width).rev().map(|bit| value >> bit & 1 == 1));
    }

    pub(super) fn octets(&mut self, octets: &[u8]) {
        if octets.len() < 128 {
            self.put(octets.len(), 8);
        } else {
            self.put(0x8000 | octets.len(), 16);
        }
        octets.iter().for_each(|octet| self.put(usize::from(*octet), 8));
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
            .chunks(8)
            .map(|bits| {
                bits.iter()
                    .enumerate()
                    .fold(0, |octet, (place, bit)| octet | u8::from(*bit) << (7 - place))
            })
            .collect()
    }
}

/// `dlInformationTransfer` or `ulInformationTransfer` with a NAS PDU.
pub(crate) fn transfer(direction: Direction, nas: &[u8]) -> Vec<u8> {
    let mut bits = Bits::default();
    match direction {
        // Class c1, message 1, transaction 0, c1 of c1, no extension, NAS.
        Direction::Downlink => {
            bits.put(1, 5);
            bits.put(0, 2);
        }
        Direction::Uplink => bits.put(9, 5),
    }
    bits.put(0, 6);
    bits.octets(nas);
    bits.finish()
}

/// `securityModeCommand` that chooses these algorithms.
pub(crate) fn security_mode_command(ciphering: usize, integrity: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(6, 5);
    bits.put(0, 2 + 1 + 2 + 2);
    bits.put(ciphering, 4);
    bits.put(integrity, 4);
    bits.finish()
}

/// `securityModeComplete`.
pub(crate) fn security_mode_complete() -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(5, 5);
    bits.put(0, 4);
    bits.finish()
}

/// `rrcConnectionRequest` with random bits, for signalling.
pub(crate) fn connection_request(random: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    // Class c1, message 1, r8, random value.
    bits.put(0b0101, 4);
    bits.put(random, 40);
    bits.put(3, 3);
    bits.put(0, 1);
    bits.finish()
}
