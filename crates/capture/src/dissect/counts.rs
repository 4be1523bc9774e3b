//! How much was seen, and what the capture could not show.

/// Counts of one dissector, from its first frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Frames taken in.
    pub frames: u64,
    /// Their octets, as captured.
    pub octets: u64,
    /// Frames of which less was captured than was on the wire.
    pub cut_frames: u64,
    /// Frames of link types that are not known, or not mapped to a protocol.
    pub unknown_links: u64,
    /// Frames and packets whose headers contradict themselves.
    pub malformed: u64,
    /// Fragments of IP packets that never became whole.
    pub lost_fragments: u64,
    /// PDUs of logs that were not captured whole.
    pub cut_pdus: u64,
    /// Messages of logs that are not followed: other radio technologies, for the most part.
    pub unknown_logs: u64,
    /// Packets of ESP, whose content nobody without keys can see unless it is not encrypted; of the same packet at two
    /// points of the capture both.
    pub encrypted: u64,
}
