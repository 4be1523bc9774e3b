//! A small generator for what a simulated radio and a mutator do: seeded, fast, no secret.

/// SplitMix64: every seed gives another sequence.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// From a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// From 0 to below `bound`; 0 for 0. Its bias is below 2⁻⁴⁰ for bounds of tests.
    pub const fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.next() % bound }
    }

    /// Whether something happens whose chance is so many in 1,000.
    pub const fn happens(&mut self, of_1000: u16) -> bool {
        of_1000 > 0 && self.below(1_000) < of_1000 as u64
    }
}
