//! Packets made by hand.

pub(crate) const S1AP: &[u8] = &[0x00, 0x11, 0x00, 0x01, 0x00];
pub(crate) const PPID_S1AP: u32 = 18;

/// An SCTP packet with one unfragmented DATA chunk.
pub(crate) fn sctp(ports: (u16, u16), tsn: u32, payload_protocol: u32, octets: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    packet.extend(ports.0.to_be_bytes());
    packet.extend(ports.1.to_be_bytes());
    packet.extend([0, 0, 0, 9, 0, 0, 0, 0]);
    packet.extend([0, 3]);
    packet.extend((16 + octets.len() as u16).to_be_bytes());
    packet.extend(tsn.to_be_bytes());
    packet.extend([0, 1]);
    packet.extend((tsn as u16).to_be_bytes());
    packet.extend(payload_protocol.to_be_bytes());
    packet.extend(octets);
    packet.resize(packet.len().next_multiple_of(4), 0);
    packet
}

/// An SCTP packet that carries [`S1AP`] to an MME.
pub(crate) fn s1ap() -> Vec<u8> {
    sctp((36_412, 36_412), 1, PPID_S1AP, S1AP)
}

pub(crate) fn udp(ports: (u16, u16), payload: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::new();
    datagram.extend(ports.0.to_be_bytes());
    datagram.extend(ports.1.to_be_bytes());
    datagram.extend((8 + payload.len() as u16).to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    datagram
}

/// An IPv4 packet or fragment; `flags` are the upper three bits, `offset` counts octets.
pub(crate) struct Ipv4 {
    pub(crate) identification: u16,
    pub(crate) more: bool,
    pub(crate) offset: u16,
    pub(crate) options: Vec<u8>,
    pub(crate) protocol: u8,
}

pub(crate) const SCTP: u8 = 132;
pub(crate) const UDP: u8 = 17;

impl Ipv4 {
    pub(crate) fn of(protocol: u8) -> Self {
        Self {
            identification: 7,
            more: false,
            offset: 0,
            options: Vec::new(),
            protocol,
        }
    }

    pub(crate) fn with(&self, payload: &[u8]) -> Vec<u8> {
        let header = 20 + self.options.len();
        let mut packet = vec![0x40 | (header / 4) as u8, 0];
        packet.extend(((header + payload.len()) as u16).to_be_bytes());
        packet.extend(self.identification.to_be_bytes());
        packet.extend(((u16::from(self.more) << 13) | (self.offset / 8)).to_be_bytes());
        packet.extend([64, self.protocol, 0, 0]);
        packet.extend([192, 0, 2, 1, 192, 0, 2, 2]);
        packet.extend(&self.options);
        packet.extend(payload);
        packet
    }
}

pub(crate) fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    Ipv4::of(protocol).with(payload)
}

pub(crate) fn ipv6(next_header: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend((payload.len() as u16).to_be_bytes());
    packet.extend([next_header, 64]);
    for last in [1, 2] {
        let mut address = [0; 16];
        address[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
        address[15] = last;
        packet.extend(address);
    }
    packet.extend(payload);
    packet
}

/// Ethernet with these EtherTypes and tags between them.
pub(crate) fn ethernet(behind_addresses: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![2; 12];
    frame.extend(behind_addresses);
    frame.extend(payload);
    frame
}
