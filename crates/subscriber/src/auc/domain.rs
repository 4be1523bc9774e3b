//! Who consumes vectors, and how that and the slot are told apart in SQN (TS 33.102 C.1.1.1, C.1.2, C.3.4).
//!
//! ```text
//!   SQN, 48 bits:  SEQ (43) ‖ IND (5),   IND = domain (2) ‖ slot (3)
//! ```
//!
//! A USIM keeps one SEQ_MS for each IND. Domains that use up vectors in an order of their own, and slots whose clocks
//! are not exactly alike, therefore do not disturb each other; and two slots can never make the same SQN.
//!
//! A profile with fewer than 5 bits of IND keeps the domain as long as it can and has fewer slots: 4 bits have slots 0
//! to 3, 3 bits have 0 and 1, 2 bits have slot 0 alone. With 1 or 0 bits there is nothing to tell even domains apart:
//! IND is 0, slot 0 serves, and all domains draw from one sequence. With 0 bits all 48 bits of SQN are SEQ.

use super::Slot;
use crate::model::SqnProfile;
use quintet_crypto::Sqn;

/// Who consumes a vector: the high 2 bits of IND (TS 33.102 C.3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Domain {
    /// The circuit-switched domain: MSC/VLR. None is served here, so the numbers are free for 3GPP AAA servers (SWx), which
    /// use theirs up in an order of their own.
    Cs = 0,
    /// The packet-switched domain of UTRAN and GERAN: SGSN.
    Ps = 1,
    /// EPS and 5GS: MME, AMF by way of AUSF.
    Eps = 2,
    /// IMS and others: S-CSCF, BSF.
    Ims = 3,
}

/// Bits of IND that hold the domain.
const DOMAIN_BITS: u8 = 2;

/// Bits of SQN (TS 33.102 6.3.2).
const SQN_BITS: u8 = 48;

/// How the numbers of one subscriber, domain and slot are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    ind: u8,
    ind_bits: u8,
    /// The domain whose sequence is drawn from: [`Domain::Cs`] stands for all if they share one.
    pub(super) sequence: Domain,
}

impl Layout {
    /// `None` if the profile has no IND for this slot, so that another slot serves the subscriber.
    #[inline]
    pub(super) fn new(profile: SqnProfile, domain: Domain, slot: Slot) -> Option<Self> {
        let ind_bits = profile.ind_bits;
        if ind_bits < DOMAIN_BITS {
            let shared = Self {
                ind: 0,
                ind_bits,
                sequence: Domain::Cs,
            };
            return (slot.value() == 0).then_some(shared);
        }
        // More than 5 bits stay zero above: the model refuses such profiles, and they would still be safe.
        let slot_bits = (ind_bits - DOMAIN_BITS).min(3);
        let ind = (domain as u8) << slot_bits | slot.value();
        (slot.value() >> slot_bits == 0).then_some(Self {
            ind,
            ind_bits,
            sequence: domain,
        })
    }

    /// The highest SEQ.
    #[inline]
    pub(super) fn max_seq(self) -> i64 {
        max_seq(self.ind_bits)
    }
}

/// The highest SEQ with so many bits of IND.
#[inline]
pub(super) fn max_seq(ind_bits: u8) -> i64 {
    (1 << SQN_BITS.saturating_sub(ind_bits)) - 1
}

/// Sequence numbers issued by one call of [`super::Auc::issue`]: an iterator, ascending, each one a single time.
///
/// It is neither `Clone` nor `Copy`: a number leaves it once.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "these sequence numbers are spent"]
pub struct Issued {
    seq: u64,
    left: u8,
    layout: Layout,
}

impl Issued {
    /// From a checked range of SEQ.
    #[inline]
    pub(super) fn new(seq: u64, n: u8, layout: Layout) -> Self {
        Self { seq, left: n, layout }
    }
}

impl Iterator for Issued {
    type Item = Sqn;

    #[inline]
    fn next(&mut self) -> Option<Sqn> {
        self.left = self.left.checked_sub(1)?;
        let sqn = Sqn::new(self.seq << self.layout.ind_bits | u64::from(self.layout.ind));
        self.seq += 1;
        sqn
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::from(self.left), Some(usize::from(self.left)))
    }
}

impl ExactSizeIterator for Issued {}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(ind_bits: u8) -> SqnProfile {
        SqnProfile {
            ind_bits,
            delta_bits: 28,
        }
    }

    #[test]
    fn ind_is_domain_and_slot() {
        let layout = Layout::new(profile(5), Domain::Ims, Slot::new(6).unwrap()).unwrap();
        let issued: Vec<u64> = Issued::new(9, 2, layout).map(Sqn::value).collect();
        assert_eq!(issued, [9 << 5 | 0b11_110, 10 << 5 | 0b11_110]);
        assert_eq!(layout.max_seq(), (1 << 43) - 1);
    }

    #[test]
    fn no_two_domains_and_slots_share_an_ind() {
        for ind_bits in 2..=5 {
            let mut seen = std::collections::BTreeSet::new();
            for slot in (0..8).filter_map(Slot::new) {
                for domain in [Domain::Cs, Domain::Ps, Domain::Eps, Domain::Ims] {
                    if let Some(layout) = Layout::new(profile(ind_bits), domain, slot) {
                        assert!(layout.ind >> ind_bits == 0, "IND fits its bits");
                        assert!(seen.insert(layout.ind), "{ind_bits} bits, {domain:?}, {slot:?}");
                    }
                }
            }
            assert_eq!(seen.len(), 1 << ind_bits, "every IND of {ind_bits} bits is used");
        }
    }

    #[test]
    fn a_plain_profile_has_one_slot_and_one_sequence() {
        for ind_bits in [0, 1] {
            assert!(Layout::new(profile(ind_bits), Domain::Eps, Slot::new(1).unwrap()).is_none());
            let eps = Layout::new(profile(ind_bits), Domain::Eps, Slot::default());
            assert_eq!(eps, Layout::new(profile(ind_bits), Domain::Ims, Slot::default()));
        }
        let plain = Layout::new(SqnProfile::PLAIN, Domain::Eps, Slot::default()).unwrap();
        assert_eq!(Issued::new(77, 1, plain).next(), Sqn::new(77));
        assert_eq!(plain.max_seq(), (1 << 48) - 1);
    }
}
