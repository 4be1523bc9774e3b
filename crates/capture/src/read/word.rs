//! Integers in the byte order of a file.

/// The byte order of the machine that wrote a file or section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    /// Two octets at `at`; the caller has checked the length.
    #[inline]
    pub(super) fn u16(self, octets: &[u8], at: usize) -> u16 {
        let octets = array(octets, at);
        match self {
            Self::Little => u16::from_le_bytes(octets),
            Self::Big => u16::from_be_bytes(octets),
        }
    }

    /// Four octets at `at`; the caller has checked the length.
    #[inline]
    pub(super) fn u32(self, octets: &[u8], at: usize) -> u32 {
        let octets = array(octets, at);
        match self {
            Self::Little => u32::from_le_bytes(octets),
            Self::Big => u32::from_be_bytes(octets),
        }
    }

    /// Eight octets at `at`; the caller has checked the length.
    #[inline]
    pub(super) fn u64(self, octets: &[u8], at: usize) -> u64 {
        let octets = array(octets, at);
        match self {
            Self::Little => u64::from_le_bytes(octets),
            Self::Big => u64::from_be_bytes(octets),
        }
    }
}

/// Octets past the end read as zero, so that a missed check is no panic.
#[inline]
fn array<const N: usize>(octets: &[u8], at: usize) -> [u8; N] {
    octets
        .get(at..)
        .and_then(|rest| rest.first_chunk::<N>())
        .copied()
        .unwrap_or([0; N])
}
