//! Sequence numbers that come with a subscriber (TS 33.102 Annex C).
//!
//! Every system here keeps one SQN for a subscriber, of 48 bits: the next to be issued (Open5GS, PyHSS, free5GC, srsRAN, FHoSS)
//! or the last. The card accepted none above it. SEQ of it is the seed: this AuC starts a day above
//! ([`quintet_subscriber::auc::initial_dif`]), in an IND of its own.
//!
//! | system | steps by | so IND |
//! |---|---|---|
//! | Open5GS | 32 | stays |
//! | PyHSS | 100 | wanders |
//! | free5GC | 1 | takes each value in turn, SEQ every 32nd time |
//! | srsRAN, FHoSS | 33: SEQ and IND both by 1 | takes each value in turn |
//!
//! To a card that keeps SEQ for each IND the first number is above all of them; to one that compares whole numbers it is
//! too, for SEQ stands at the high end.

use crate::row::Refusal;
use quintet_crypto::Sqn;
use quintet_subscriber::auc::{WallClock, initial_dif};
use quintet_subscriber::model::{Authentication, SqnProfile, Subscriber};

/// Bits of SQN.
const SQN_BITS: u32 = 48;

/// Room that must be left above an imported SEQ, in ticks of 0.1 s: the first SEQ is a day above, and 13 years of time-based
/// numbers follow.
pub const MIN_ROOM_TICKS: u64 = 1 << 32;

/// How far GLC may be ahead of a wall clock, in ticks: the window of H, and as much again for clocks that differ.
pub const ISSUED_AHEAD_TICKS: i64 = 2 * 10 * 600;

/// The highest SQN that any front end may have issued to this subscriber, octets of IND included: what another HSS must
/// start above. `None` before the first vector.
#[must_use]
pub fn highest(authentication: &Authentication, wall: WallClock) -> Option<Sqn> {
    let seq = wall.ticks() + ISSUED_AHEAD_TICKS + authentication.dif?;
    let seq = u64::try_from(seq).ok()?;
    let ind_bits = authentication.sqn_profile.ind_bits;
    Sqn::new(seq << ind_bits | ((1 << ind_bits) - 1))
}

/// The subscriber with the DIF of one who is provisioned now, so that the first vector needs no write.
#[must_use]
pub fn provisioned(mut subscriber: Subscriber, wall: WallClock) -> Subscriber {
    let authentication = &mut subscriber.authentication;
    authentication.dif = Some(initial_dif(
        authentication.seq_seed,
        authentication.sqn_profile,
        wall,
    ));
    subscriber
}

/// The seed that an SQN of another AuC gives: the highest SEQ it may have issued.
///
/// # Errors
/// A number of more than 48 bits, or so near the end that numbers would run out.
pub fn seed(sqn: u64, profile: SqnProfile) -> Result<u64, Refusal> {
    if sqn >> SQN_BITS != 0 {
        return Err(Refusal::new("the SQN has more than 48 bits"));
    }
    let seq = sqn >> profile.ind_bits;
    let highest = (1u64 << (SQN_BITS - u32::from(profile.ind_bits))) - 1;
    if highest - seq < MIN_ROOM_TICKS {
        return Err(Refusal::new(
            "the SQN is so near its end that numbers would run out within years (TS 33.102 C.1.1)",
        )
        .remedy("if it is a mistake, give the SQN that the card really has; else give the card a new K"));
    }
    Ok(seq)
}

/// An SQN in hex, as most systems write it.
///
/// # Errors
/// What is no number, or as [`seed`] says.
pub(crate) fn seed_of_hex(text: &str, profile: SqnProfile) -> Result<u64, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(0);
    }
    let sqn = u64::from_str_radix(text, 16)
        .map_err(|_| Refusal::new(format_args!("SQN {text:?} is not hexadecimal of 48 bits")))?;
    seed(sqn, profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_is_seq_and_leaves_room() {
        assert_eq!(seed(0x3f, SqnProfile::TIME_BASED), Ok(1));
        assert_eq!(seed(0x3f, SqnProfile::PLAIN), Ok(0x3f));
        assert_eq!(
            seed_of_hex("16f3b3f70fc2", SqnProfile::TIME_BASED),
            Ok(0x16f3_b3f7_0fc2 >> 5)
        );
        assert_eq!(seed_of_hex("", SqnProfile::TIME_BASED), Ok(0));
        assert!(seed(1 << 48, SqnProfile::TIME_BASED).is_err());
        assert!(seed((1 << 48) - 1, SqnProfile::TIME_BASED).is_err());
        let last = ((1u64 << 43) - 1 - MIN_ROOM_TICKS) << 5;
        assert!(seed(last, SqnProfile::TIME_BASED).is_ok());
        assert!(seed(last + 32, SqnProfile::TIME_BASED).is_err());
        assert!(seed_of_hex("xyz", SqnProfile::TIME_BASED).is_err());
    }
}
