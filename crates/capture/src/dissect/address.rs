//! Addresses as keys of tables.

use std::net::IpAddr;

/// An address as a number; IPv4 as the IPv6 address it is mapped to.
#[inline]
pub(super) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => 0xffff_0000_0000 | u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}
