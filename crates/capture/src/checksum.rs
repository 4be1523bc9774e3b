//! The Internet checksum (RFC 1071), which IPv4, TCP and UDP share.

/// A running one's complement sum over 16-bit words.
#[derive(Clone, Copy, Default)]
pub(crate) struct Checksum(u64);

impl Checksum {
    /// Adds octets as big-endian words. An odd last octet counts as the high half of a word (RFC 1071 section 1), so
    /// only the last piece added may have an odd length.
    pub(crate) fn add(&mut self, octets: &[u8]) {
        let (words, rest) = octets.as_chunks::<2>();
        self.0 += words
            .iter()
            .map(|word| u64::from(u16::from_be_bytes(*word)))
            .sum::<u64>();
        if let [last] = rest {
            self.0 += u64::from(*last) << 8;
        }
    }

    /// Adds one 32-bit number as two words.
    pub(crate) fn add_u32(&mut self, number: u32) {
        self.add(&number.to_be_bytes());
    }

    /// The value for the checksum field: the complement of the folded sum.
    pub(crate) fn finish(self) -> u16 {
        let mut sum = self.0;
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        !(sum as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_1071_example() {
        // RFC 1071 section 3: the words 0001 f203 f4f5 f6f7 sum to ddf2.
        let mut checksum = Checksum::default();
        checksum.add(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]);
        assert_eq!(checksum.finish(), !0xddf2);
    }

    #[test]
    fn odd_octet_is_the_high_half() {
        let mut odd = Checksum::default();
        odd.add(&[0x12, 0x34, 0x56]);
        let mut even = Checksum::default();
        even.add(&[0x12, 0x34, 0x56, 0x00]);
        assert_eq!(odd.finish(), even.finish());
    }

    #[test]
    fn carries_fold_until_none_is_left() {
        let mut checksum = Checksum::default();
        checksum.add(&[0xff; 65_534]);
        checksum.add_u32(0x0001_0001);
        // 32,767 words of ffff are each zero in one's complement; 1 + 1 remain.
        assert_eq!(checksum.finish(), !2);
    }
}
