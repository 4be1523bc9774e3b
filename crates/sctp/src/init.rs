//! INIT and INIT ACK (RFC 9260 3.3.2, 3.3.3) and their parameters.

use crate::packet::{pad, put_tlv, tlvs, u16_at, u32_at};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses taken from one INIT: peers list their interfaces, and a handful is a lot.
pub(crate) const MAX_ADDRESSES: usize = 8;

/// Octets of unrecognized parameters that are reported, so that an INIT ACK stays within a packet.
const MAX_REPORTED: usize = 256;

/// Octets before the parameters.
const FIXED: usize = 16;

/// Parameter types (RFC 9260 3.3.2.1, 3.3.3.1).
mod parameter {
    pub(super) const IPV4: u16 = 5;
    pub(super) const IPV6: u16 = 6;
    pub(super) const STATE_COOKIE: u16 = 7;
    pub(super) const UNRECOGNIZED: u16 = 8;
    pub(super) const COOKIE_PRESERVATIVE: u16 = 9;
    pub(super) const HOST_NAME: u16 = 11;
    pub(super) const SUPPORTED_ADDRESS_TYPES: u16 = 12;
    /// In the two highest bits: go on with the next parameter; report this one.
    pub(super) const SKIP: u16 = 0x8000;
    pub(super) const REPORT: u16 = 0x4000;
}

/// The contents of an INIT or INIT ACK.
#[derive(Clone, Debug)]
pub(crate) struct Init {
    pub(crate) tag: u32,
    pub(crate) window: u32,
    pub(crate) outbound_streams: u16,
    pub(crate) inbound_streams: u16,
    pub(crate) tsn: u32,
    /// Listed addresses, the first [`MAX_ADDRESSES`].
    pub(crate) addresses: Vec<IpAddr>,
    /// The State Cookie of an INIT ACK.
    pub(crate) cookie: Option<Vec<u8>>,
    /// Unrecognized parameters that want to be reported, as Unrecognized Parameter parameters.
    pub(crate) unrecognized: Vec<u8>,
    /// A Host Name Address, which nobody may use any more, as it came.
    pub(crate) host_name: Option<Vec<u8>>,
}

impl Init {
    /// Reads the value of the chunk. `None` where not even the fixed part is there.
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        let mut init = Self {
            tag: u32_at(value, 0)?,
            window: u32_at(value, 4)?,
            outbound_streams: u16_at(value, 8)?,
            inbound_streams: u16_at(value, 10)?,
            tsn: u32_at(value, 12)?,
            addresses: Vec::new(),
            cookie: None,
            unrecognized: Vec::new(),
            host_name: None,
        };
        for tlv in tlvs(value.get(FIXED..)?) {
            match tlv.kind {
                parameter::IPV4 => {
                    if let Ok(octets) = <[u8; 4]>::try_from(tlv.value) {
                        init.list(Ipv4Addr::from(octets).into());
                    }
                }
                parameter::IPV6 => {
                    if let Ok(octets) = <[u8; 16]>::try_from(tlv.value) {
                        init.list(Ipv6Addr::from(octets).to_canonical());
                    }
                }
                parameter::STATE_COOKIE => init.cookie = Some(tlv.value.to_vec()),
                parameter::HOST_NAME => init.host_name = Some(tlv.whole.to_vec()),
                parameter::UNRECOGNIZED
                | parameter::COOKIE_PRESERVATIVE
                | parameter::SUPPORTED_ADDRESS_TYPES => {}
                other => {
                    if other & parameter::REPORT != 0
                        && init.unrecognized.len() + tlv.whole.len() + 8 <= MAX_REPORTED
                    {
                        put_tlv(&mut init.unrecognized, parameter::UNRECOGNIZED, tlv.whole);
                    }
                    if other & parameter::SKIP == 0 {
                        break;
                    }
                }
            }
        }
        Some(init)
    }

    fn list(&mut self, address: IpAddr) {
        if self.addresses.len() < MAX_ADDRESSES && !self.addresses.contains(&address) {
            self.addresses.push(address);
        }
    }

    /// Whether an association may begin with it (RFC 9260 3.3.2, 3.3.3).
    pub(crate) fn is_valid(&self) -> bool {
        self.tag != 0 && self.outbound_streams != 0 && self.inbound_streams != 0
    }

    /// The value of the chunk; with a cookie it is an INIT ACK.
    pub(crate) fn value(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(
            FIXED + 4 + self.cookie.as_ref().map_or(0, Vec::len) + self.unrecognized.len(),
        );
        out.extend(self.tag.to_be_bytes());
        out.extend(self.window.to_be_bytes());
        out.extend(self.outbound_streams.to_be_bytes());
        out.extend(self.inbound_streams.to_be_bytes());
        out.extend(self.tsn.to_be_bytes());
        if let Some(cookie) = &self.cookie {
            put_tlv(&mut out, parameter::STATE_COOKIE, cookie);
        }
        if !self.unrecognized.is_empty() {
            pad(&mut out);
            out.extend(&self.unrecognized);
        }
        out
    }
}

/// An address as a parameter (RFC 9260 3.3.2.1.1).
pub(crate) fn put_address(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(address) => put_tlv(out, parameter::IPV4, &address.octets()),
        IpAddr::V6(address) => put_tlv(out, parameter::IPV6, &address.octets()),
    }
}
