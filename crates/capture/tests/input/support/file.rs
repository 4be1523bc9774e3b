//! Files made by hand, in either byte order.

/// A byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

pub(crate) const ORDERS: [Order; 2] = [Order::Little, Order::Big];

impl Order {
    pub(crate) fn u16(self, value: u16) -> [u8; 2] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }

    pub(crate) fn u32(self, value: u32) -> [u8; 4] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }
}

pub(crate) const MICROSECONDS: u32 = 0xa1b2_c3d4;
pub(crate) const NANOSECONDS: u32 = 0xa1b2_3c4d;
pub(crate) const MODIFIED: u32 = 0xa1b2_cd34;

/// A pcap file.
pub(crate) struct PcapFile {
    pub(crate) order: Order,
    pub(crate) magic: u32,
    pub(crate) octets: Vec<u8>,
}

impl PcapFile {
    pub(crate) fn new(order: Order, magic: u32, snap_length: u32, link: u32) -> Self {
        let mut octets = Vec::new();
        octets.extend(order.u32(magic));
        octets.extend(order.u16(2));
        octets.extend(order.u16(4));
        for word in [0, 0, snap_length, link] {
            octets.extend(order.u32(word));
        }
        Self { order, magic, octets }
    }

    /// A record of which more may have been on the wire.
    pub(crate) fn cut_record(&mut self, seconds: u32, fraction: u32, octets: &[u8], original: u32) {
        for word in [seconds, fraction, octets.len() as u32, original] {
            self.octets.extend(self.order.u32(word));
        }
        if self.magic == MODIFIED {
            self.octets.extend([0xee; 8]);
        }
        self.octets.extend(octets);
    }

    pub(crate) fn record(&mut self, seconds: u32, fraction: u32, octets: &[u8]) {
        self.cut_record(seconds, fraction, octets, octets.len() as u32);
    }
}

/// A pcapng file.
pub(crate) struct PcapngFile {
    pub(crate) order: Order,
    pub(crate) octets: Vec<u8>,
}

impl PcapngFile {
    pub(crate) fn new(order: Order) -> Self {
        let mut file = Self {
            order,
            octets: Vec::new(),
        };
        file.section();
        file
    }

    pub(crate) fn block(&mut self, kind: u32, body: &[u8]) {
        let padded = body.len().next_multiple_of(4);
        let length = self.order.u32(padded as u32 + 12);
        self.octets.extend(self.order.u32(kind));
        self.octets.extend(length);
        self.octets.extend(body);
        self.octets.extend(&[0; 3][..padded - body.len()]);
        self.octets.extend(length);
    }

    pub(crate) fn section(&mut self) {
        let mut body = Vec::new();
        body.extend(self.order.u32(0x1a2b_3c4d));
        body.extend(self.order.u16(1));
        body.extend(self.order.u16(0));
        body.extend([0xff; 8]);
        self.block(0x0a0d_0d0a, &body);
    }

    /// An interface with options of these codes and values.
    pub(crate) fn interface(&mut self, link: u16, snap_length: u32, options: &[(u16, &[u8])]) {
        let mut body = Vec::new();
        body.extend(self.order.u16(link));
        body.extend(self.order.u16(0));
        body.extend(self.order.u32(snap_length));
        for (code, value) in options {
            body.extend(self.order.u16(*code));
            body.extend(self.order.u16(value.len() as u16));
            body.extend(*value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        if !options.is_empty() {
            body.extend([0; 4]);
        }
        self.block(1, &body);
    }

    /// An enhanced packet block.
    pub(crate) fn packet(&mut self, interface: u32, units: u64, octets: &[u8]) {
        self.cut_packet(interface, units, octets, octets.len() as u32);
    }

    pub(crate) fn cut_packet(&mut self, interface: u32, units: u64, octets: &[u8], original: u32) {
        let mut body = Vec::new();
        for word in [
            interface,
            (units >> 32) as u32,
            units as u32,
            octets.len() as u32,
            original,
        ] {
            body.extend(self.order.u32(word));
        }
        body.extend(octets);
        self.block(6, &body);
    }

    pub(crate) fn simple_packet(&mut self, octets: &[u8], original: u32) {
        let mut body = Vec::new();
        body.extend(self.order.u32(original));
        body.extend(octets);
        self.block(3, &body);
    }

    /// The obsolete packet block.
    pub(crate) fn old_packet(&mut self, interface: u16, units: u64, octets: &[u8]) {
        let mut body = Vec::new();
        body.extend(self.order.u16(interface));
        body.extend(self.order.u16(0));
        for word in [
            (units >> 32) as u32,
            units as u32,
            octets.len() as u32,
            octets.len() as u32,
        ] {
            body.extend(self.order.u32(word));
        }
        body.extend(octets);
        self.block(2, &body);
    }
}
