//! CRC32c, SCTP's checksum (RFC 9260 Appendix A). A capture is written once, so octet by octet from one table is enough.

const POLYNOMIAL: u32 = 0x82f6_3b78;

static TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        let mut crc = octet as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ (POLYNOMIAL & 0u32.wrapping_sub(crc & 1));
            bit += 1;
        }
        table[octet] = crc;
        octet += 1;
    }
    table
}

/// The checksum of octets, in the order in which it stands in its field.
pub(crate) fn crc32c(octets: &[u8]) -> [u8; 4] {
    crc32c_of_parts([octets])
}

/// The checksum of octets that do not stand together.
pub(crate) fn crc32c_of_parts<const N: usize>(parts: [&[u8]; N]) -> [u8; 4] {
    let crc = parts.into_iter().flatten().fold(!0u32, |crc, octet| {
        (crc >> 8) ^ TABLE[usize::from(crc as u8 ^ octet)]
    });
    (!crc).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value() {
        // RFC 3720 B.4: 32 octets of zeros.
        assert_eq!(crc32c(&[0; 32]), [0xaa, 0x36, 0x91, 0x8a]);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283_u32.to_le_bytes());
    }
}
