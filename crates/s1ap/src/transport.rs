//! How S1AP rides on SCTP (TS 36.412 7).
//!
//! One association a pair of eNB and MME; its streams are those of [`COMMON_STREAM`] and [`stream_of_ue`].

/// SCTP payload protocol identifier of S1AP (TS 36.412 7, IANA).
pub const PPID: u32 = 18;

/// SCTP port the MME listens on (TS 36.412 7, IANA).
pub const PORT: u16 = 36412;

pub use quintet_ap::COMMON_STREAM;

/// The stream of a UE's procedures: anything but [`COMMON_STREAM`], the same as long as the connection lasts.
///
/// `key` is a number of the UE that does not change (its eNB or MME UE S1AP ID); `streams` is how many outgoing streams
/// the association has. With fewer than two there is no choice, and the answer is [`COMMON_STREAM`].
#[must_use]
pub fn stream_of_ue(key: u32, streams: u16) -> u16 {
    quintet_ap::stream_of_ue(key.into(), streams)
}
