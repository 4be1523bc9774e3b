//! How NGAP rides on SCTP (TS 38.412 7).
//!
//! One association or more a pair of AMF and NG-RAN node; its streams are those of [`COMMON_STREAM`] and [`stream_of_ue`].

pub use quintet_ap::COMMON_STREAM;

/// SCTP payload protocol identifier of NGAP (TS 38.412 7, IANA).
pub const PPID: u32 = 60;

/// SCTP port the AMF listens on (TS 38.412 7, IANA).
pub const PORT: u16 = 38412;

/// The stream of a UE's procedures: anything but [`COMMON_STREAM`], the same as long as the connection lasts.
///
/// `key` is a number of the UE that does not change (its RAN or AMF UE NGAP ID); `streams` is how many outgoing streams
/// the association has. With fewer than two there is no choice, and the answer is [`COMMON_STREAM`].
#[must_use]
pub fn stream_of_ue(key: u64, streams: u16) -> u16 {
    quintet_ap::stream_of_ue(key, streams)
}
