//! Which SCTP stream carries what (TS 36.412 7, TS 38.412 7).
//!
//! One pair of stream identifiers is reserved for the procedures that are not of one UE ([`COMMON_STREAM`]); at least one
//! other pair carries those of UEs, and a UE's stream does not change while its connection lasts, so that its messages
//! stay in order ([`stream_of_ue`]).

/// Stream of the procedures that are not of one UE: setup, reset, paging, configuration updates, overload, and an
/// ERROR INDICATION without UE identities.
pub const COMMON_STREAM: u16 = 0;

/// The stream of a UE's procedures: anything but [`COMMON_STREAM`], the same as long as the connection lasts.
///
/// `key` is a number of the UE that does not change (one of its identities on the interface); `streams` is how many outgoing streams
/// the association has. With fewer than two there is no choice, and the answer is [`COMMON_STREAM`].
#[must_use]
pub fn stream_of_ue(key: u64, streams: u16) -> u16 {
    match streams {
        0 | 1 => COMMON_STREAM,
        // The remainder is below `streams - 1`, so it fits and the sum does too.
        _ => 1 + (key % u64::from(streams - 1)) as u16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ues_stay_off_the_common_stream() {
        for streams in [2u16, 3, 30, u16::MAX] {
            for key in [0, 1, 2, 29, 30, u64::MAX] {
                let stream = stream_of_ue(key, streams);
                assert!((1..streams).contains(&stream), "{key} of {streams}: {stream}");
            }
        }
        assert_eq!((stream_of_ue(7, 1), stream_of_ue(7, 0)), (0, 0));
    }
}
