//! Which front end issues, and which incarnation of it.

/// A front end's role: the low 3 bits of IND (design, SQN).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(u8);

impl Slot {
    /// How many slots there are.
    pub const COUNT: u8 = 8;

    /// Slot 0 to 7.
    #[must_use]
    pub const fn new(slot: u8) -> Option<Self> {
        if slot < Self::COUNT {
            Some(Self(slot))
        } else {
            None
        }
    }

    /// 0 to 7.
    #[must_use]
    pub const fn value(self) -> u8 {
        self.0
    }
}

/// Counts takeovers of a slot: a holder with an older epoch is fenced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Epoch(pub u64);
