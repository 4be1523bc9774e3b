//! Diameter messages (RFC 6733 3) in octets that may begin, end or break anywhere.

/// Octets of the header.
pub(super) const HEADER_OCTETS: usize = 20;

/// The longest message put together. The field has 24 bits; the largest of S6a have about 8 kB, and one header of a
/// damaged capture must not make the reader hold 16 MB.
pub(super) const MAX_MESSAGE_OCTETS: usize = 256 * 1024;

/// Octets [`looks_like_message`] wants to see: the header and that of the first AVP.
pub(super) const LOOK_OCTETS: usize = HEADER_OCTETS + 8;

/// AVPs walked before something passes for a message: each has about one chance in a thousand of fitting by accident.
const LOOK_AVPS: usize = 3;

/// AVPs walked before octets found somewhere are taken for a message: all that an ordinary one has.
const PROOF_AVPS: usize = 64;

/// Application identifiers in use have zeros here, but for the relay's: those of vendors begin at 2^24 (RFC 3588 11.3),
/// those of standards at 0, and IANA has given out some hundreds of the ones and some dozens of the others.
const APPLICATION_ZEROS: u32 = 0xfeff_f000;
const APPLICATION_RELAY: u32 = u32::MAX;

const FLAGS_RESERVED: u8 = 0x0f;
const AVP_FLAG_VENDOR: u8 = 0x80;
const AVP_FLAGS_RESERVED: u8 = 0x1f;

fn u32_at(octets: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*octets.get(at..)?.first_chunk()?))
}

/// The length of the message that begins here, as its first four octets say it; `None` if there are fewer, or if they
/// cannot begin a message.
#[inline]
pub(super) fn length(octets: &[u8]) -> Option<usize> {
    let word = u32_at(octets, 0)?;
    let length = (word & 0x00ff_ffff) as usize;
    let fits =
        word >> 24 == 1 && (HEADER_OCTETS..=MAX_MESSAGE_OCTETS).contains(&length) && length.is_multiple_of(4);
    fits.then_some(length)
}

/// Whether a message may begin with these octets, as far as there are any.
#[inline]
pub(super) fn may_begin(octets: &[u8]) -> bool {
    if octets.len() >= 4 && length(octets).is_none() {
        return false;
    }
    let flags = octets.get(4).is_none_or(|flags| flags & FLAGS_RESERVED == 0);
    let code = u32_at(octets, 4).is_none_or(|word| word & 0x00ff_ffff != 0);
    let application =
        u32_at(octets, 8).is_none_or(|id| id & APPLICATION_ZEROS == 0 || id == APPLICATION_RELAY);
    octets.first().is_none_or(|version| *version == 1) && flags && code && application
}

/// What octets found somewhere are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// No message begins here.
    None,
    /// One may, as far as there are octets.
    Begun,
    /// One of this length does: its AVPs follow each other and end where it does.
    Whole(usize),
}

/// What begins with these octets, found where nobody said that a message begins.
pub(super) fn likeness(octets: &[u8]) -> Likeness {
    if !may_begin(octets) {
        return Likeness::None;
    }
    let Some(length) = length(octets) else {
        return Likeness::Begun;
    };
    match walk(octets, length, PROOF_AVPS) {
        None => Likeness::None,
        Some(_) if octets.len() < length => Likeness::Begun,
        Some(0) => Likeness::None,
        Some(_) => Likeness::Whole(length),
    }
}

/// Whether this is the beginning of a message and hardly anything else: a header, and AVPs that follow each other and
/// end where the message does, as far as they are seen. At least [`LOOK_OCTETS`] are needed.
pub(super) fn looks_like_message(octets: &[u8]) -> bool {
    length(octets).is_some_and(|length| {
        may_begin(octets) && walk(octets, length, LOOK_AVPS).is_some_and(|walked| walked > 0)
    })
}

/// How many AVPs of a message of this length are seen to follow each other, at most so many; `None` if something else
/// stands in the place of one.
fn walk(octets: &[u8], length: usize, most: usize) -> Option<usize> {
    let mut at = HEADER_OCTETS;
    let mut walked = 0;
    while walked < most && at < length {
        let (Some(code), Some(word)) = (u32_at(octets, at), u32_at(octets, at + 4)) else {
            break;
        };
        let flags = (word >> 24) as u8;
        let avp_length = (word & 0x00ff_ffff) as usize;
        let least = if flags & AVP_FLAG_VENDOR == 0 { 8 } else { 12 };
        if code == 0 || flags & AVP_FLAGS_RESERVED != 0 || avp_length < least || avp_length > length - at {
            return None;
        }
        at += avp_length.next_multiple_of(4);
        walked += 1;
    }
    Some(walked)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Device-Watchdog-Request with an Origin-Host.
    fn watchdog() -> Vec<u8> {
        let mut octets = vec![1, 0, 0, 36, 0x80, 0, 1, 24, 0, 0, 0, 0];
        octets.extend_from_slice(&[1, 2, 3, 4, 5, 6, 7, 8]);
        octets.extend_from_slice(&[0, 0, 1, 8, 0x40, 0, 0, 13]);
        octets.extend_from_slice(b"mme.a\0\0\0");
        octets
    }

    #[test]
    fn a_message_is_recognised_whole_and_cut() {
        let message = watchdog();
        assert_eq!(length(&message), Some(36));
        assert!(looks_like_message(&message));
        assert!(looks_like_message(&message[..LOOK_OCTETS]));
        assert!(!looks_like_message(&message[..LOOK_OCTETS - 1]));
        assert!((0..message.len()).all(|end| may_begin(&message[..end])));
    }

    #[test]
    fn a_found_one_is_whole_when_its_avps_end_where_it_does() {
        let mut message = watchdog();
        assert_eq!(likeness(&message), Likeness::Whole(36));
        assert!((0..36).all(|end| likeness(&message[..end]) == Likeness::Begun));
        message.extend_from_slice(&[0; 8]);
        assert_eq!(likeness(&message), Likeness::Whole(36));
        message[3] = 44;
        assert_eq!(likeness(&message), Likeness::None, "zeros are no AVP");
    }

    #[test]
    fn what_is_no_message_is_not() {
        for (at, value) in [
            (0, 2),
            (3, 37),
            (3, 16),
            (4, 0x81),
            (8, 9),
            (24, 0x41),
            (27, 7),
            (27, 40),
        ] {
            let mut message = watchdog();
            message[at] = value;
            assert!(!looks_like_message(&message), "octet {at} is {value}");
        }
        assert!(!may_begin(b"GET / HTTP/1.1"));
        assert!(!may_begin(&[0x16, 3, 1, 2, 0, 1]));
    }
}
