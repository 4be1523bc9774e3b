//! A row of a message content table.

/// Longest element: three octets of IEI and length before 65535 octets of value (TS 24.007 11.2.1.1.5). Stands for the
/// `n` of the content tables.
pub const MAX_ELEMENT_OCTETS: usize = 65_538;

/// Most optional rows of a table, so that the ones seen fit a word of 128 bits (REGISTRATION ACCEPT of 5GS has 66).
pub const MAX_OPTIONAL_ROWS: usize = 128;

/// Format of an information element (TS 24.007 11.2.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// V, half octet in bits 1 to 4; the next row is in bits 5 to 8.
    HalfLow,
    /// V, half octet in bits 5 to 8.
    HalfHigh,
    /// V, half octet in bits 1 to 4; bits 5 to 8 are spare.
    HalfSpare,
    /// V, whole octets, length known.
    V,
    /// Length octet and value.
    Lv,
    /// Two length octets and value.
    LvE,
    /// IEI in bits 5 to 8, value in bits 1 to 4 (type 1).
    Tv1,
    /// IEI octet and value of known length (type 3).
    Tv,
    /// IEI octet, length octet, value (type 4).
    Tlv,
    /// IEI octet, two length octets, value (type 6).
    TlvE,
}

impl Format {
    /// Octets of IEI and length before the value.
    #[must_use]
    pub const fn overhead(self) -> usize {
        match self {
            Self::HalfLow | Self::HalfHigh | Self::HalfSpare | Self::V | Self::Tv1 => 0,
            Self::Lv | Self::Tv => 1,
            Self::LvE | Self::Tlv => 2,
            Self::TlvE => 3,
        }
    }
}

/// A row of a message content table (TS 24.301 8.2, 8.3; TS 24.501 8.2, 8.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The specification's name of the element in this message.
    pub name: &'static str,
    /// IEI; for [`Format::Tv1`] the half octet; 0 for a mandatory element without one.
    pub iei: u8,
    /// Format.
    pub format: Format,
    /// Shortest whole element (IEI, length and value) in octets.
    pub min: usize,
    /// Longest whole element in octets.
    pub max: usize,
}

impl Row {
    /// Whether an element that begins with `first` is this row's.
    #[must_use]
    pub const fn begins_with(&self, first: u8) -> bool {
        match self.format {
            Format::Tv1 => first >> 4 == self.iei,
            _ => first == self.iei,
        }
    }
}
