//! What was not decoded, counted by kind, for the report.

use crate::bits::RrcError;
use std::fmt;

/// Why a PDU, or a part of one, gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum NotDecoded {
    /// The header before a MAC PDU is not one, or is cut, or has a tag that is not known.
    Framing,
    /// A header without a MAC PDU: a preamble, a scheduling request.
    NoPayload,
    /// A MAC PDU of no single UE: broadcast, paging, random access response, multicast.
    OtherRnti,
    /// Received with a bad checksum.
    CrcFailed,
    /// Made-up octets of a test, by the header's own word.
    PredefinedData,
    /// NB-IoT, whose MAC and RRC are others.
    NarrowBand,
    /// A MAC PDU that is cut or breaks its own lengths.
    Mac,
    /// A logical channel or control element of a later release, behind which nothing can be found.
    MacExtension,
    /// An RLC PDU that is cut or breaks its own lengths.
    Rlc,
    /// An RLC PDU that came again.
    RlcRepeated,
    /// An RLC PDU with a piece of a message whose other pieces were not seen.
    RlcIncomplete,
    /// A PDCP PDU too short to be one, or with reserved bits set.
    Pdcp,
    /// Ciphered by the access stratum, as its SECURITY MODE COMMAND said.
    AsCiphered,
    /// Integrity protected by the access stratum, its SECURITY MODE COMMAND not seen, and not readable: ciphered, in all
    /// likelihood.
    AsLooksCiphered,
    /// An RRC message of a logical channel that carries no NAS.
    OtherChannel,
    /// An RRC message, or the wanted part of one, that does not parse.
    Rrc,
    /// An RRC message of a later release, or a spare.
    RrcUnknown,
    /// An F1AP message that is cut or breaks its own lengths.
    F1ap,
}

impl NotDecoded {
    /// Every kind.
    pub const ALL: [Self; 18] = [
        Self::Framing,
        Self::NoPayload,
        Self::OtherRnti,
        Self::CrcFailed,
        Self::PredefinedData,
        Self::NarrowBand,
        Self::Mac,
        Self::MacExtension,
        Self::Rlc,
        Self::RlcRepeated,
        Self::RlcIncomplete,
        Self::Pdcp,
        Self::AsCiphered,
        Self::AsLooksCiphered,
        Self::OtherChannel,
        Self::Rrc,
        Self::RrcUnknown,
        Self::F1ap,
    ];

    /// Whether something was lost, or might have been: the other kinds hold no NAS, or hold it a second time.
    #[must_use]
    pub const fn is_loss(self) -> bool {
        !matches!(
            self,
            Self::NoPayload | Self::OtherRnti | Self::PredefinedData | Self::RlcRepeated | Self::OtherChannel
        )
    }
}

impl From<RrcError> for NotDecoded {
    fn from(error: RrcError) -> Self {
        match error {
            RrcError::Unknown { .. } => Self::RrcUnknown,
            RrcError::Cut { .. } | RrcError::Range { .. } | RrcError::Fragmented { .. } => Self::Rrc,
        }
    }
}

impl fmt::Display for NotDecoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Framing => "header before the MAC PDU malformed",
            Self::NoPayload => "no MAC PDU",
            Self::OtherRnti => "broadcast, paging, random access or multicast",
            Self::CrcFailed => "received with a bad checksum",
            Self::PredefinedData => "predefined data",
            Self::NarrowBand => "NB-IoT",
            Self::Mac => "MAC PDU malformed",
            Self::MacExtension => "MAC subheader of a later release",
            Self::Rlc => "RLC PDU malformed",
            Self::RlcRepeated => "RLC PDU repeated",
            Self::RlcIncomplete => "piece of an RLC message whose rest is missing",
            Self::Pdcp => "PDCP PDU malformed",
            Self::AsCiphered => "ciphered by the AS",
            Self::AsLooksCiphered => "protected by the AS and not readable",
            Self::OtherChannel => "RRC channel without NAS",
            Self::Rrc => "RRC message malformed",
            Self::RrcUnknown => "RRC message of a later release",
            Self::F1ap => "F1AP message malformed",
        })
    }
}

/// How often each kind occurred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally([u64; NotDecoded::ALL.len()]);

impl Tally {
    pub(crate) fn add(&mut self, kind: NotDecoded) {
        self.add_many(kind, 1);
    }

    pub(crate) fn add_many(&mut self, kind: NotDecoded, count: usize) {
        self.0[kind as usize] += count as u64;
    }

    /// How often this kind occurred.
    #[must_use]
    pub fn count(&self, kind: NotDecoded) -> u64 {
        self.0[kind as usize]
    }

    /// The kinds that occurred, with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (NotDecoded, u64)> {
        NotDecoded::ALL
            .into_iter()
            .map(|kind| (kind, self.count(kind)))
            .filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_place() {
        for (place, kind) in NotDecoded::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place, "{kind}");
        }
    }
}
