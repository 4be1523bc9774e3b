//! Products of polynomials over GF(2), the arithmetic of the MACs of SNOW 3G and ZUC.
//!
//! Two ways, chosen when the program runs: the carry-less multiply instruction of x86-64, and integer multiplications
//! with holes between the bits. Both take the same time whatever the operands, and no tables: a table would have to be
//! built anew for each message, since UIA2's factor comes from the keystream. The tests hold the two equal.
//!
//! Left out: PMULL of AArch64, until there is such a machine to test it on. It takes the portable way.

/// A computation over a multiplication that [`dispatch`] chooses.
pub(crate) trait Polynomials {
    /// What it gives.
    type Output;

    /// Computes, `multiply` being the carry-less product. Mark it `#[inline(always)]`: that is what lets the
    /// instruction be used in it directly.
    fn compute(self, multiply: impl Fn(u64, u64) -> u128 + Copy) -> Self::Output;
}

/// Computes with the fastest multiplication of this processor.
#[inline]
pub(crate) fn dispatch<P: Polynomials>(task: P) -> P::Output {
    #[cfg(target_arch = "x86_64")]
    if pclmulqdq::detected() {
        return pclmulqdq::compute(task);
    }
    task.compute(multiply_portable)
}

/// Every fourth bit.
const EVERY_FOURTH: u64 = 0x1111_1111_1111_1111;

/// The carry-less product by 16 integer multiplications.
///
/// Each operand falls into four parts of every fourth bit. A column of a product of two such parts adds up at most 15
/// bits if one of them has only 15, which three zeros beside it can hold: its lowest bit is the carry-less sum. The
/// highest four bits of `a` are therefore multiplied apart, by shifts.
pub(crate) fn multiply_portable(a: u64, b: u64) -> u128 {
    let holes = u128::from(EVERY_FOURTH) << 64 | u128::from(EVERY_FOURTH);
    let a_parts: [u128; 4] = std::array::from_fn(|i| u128::from((a & u64::MAX >> 4) & EVERY_FOURTH << i));
    let b_parts: [u128; 4] = std::array::from_fn(|i| u128::from(b & EVERY_FOURTH << i));
    let mut product = 0;
    for column in 0..4 {
        let mut sum = 0;
        for i in 0..4 {
            sum ^= a_parts[i] * b_parts[(column + 4 - i) % 4];
        }
        product |= sum & holes << column;
    }
    for bit in 60..64 {
        let mask = u128::from(a >> bit & 1).wrapping_neg();
        product ^= u128::from(b) << bit & mask;
    }
    product
}

#[cfg(target_arch = "x86_64")]
mod pclmulqdq {
    //! The carry-less multiply instruction: one instead of 16 multiplications and as many shifts and masks.
    #![expect(
        unsafe_code,
        reason = "calls code for PCLMULQDQ after the run-time check that the processor has it"
    )]

    use std::arch::x86_64::{_mm_clmulepi64_si128, _mm_cvtsi64_si128, _mm_cvtsi128_si64, _mm_unpackhi_epi64};

    use super::Polynomials;

    /// Whether the processor has the instruction.
    #[inline]
    pub(super) fn detected() -> bool {
        is_x86_feature_detected!("pclmulqdq")
    }

    /// Computes with the instruction.
    ///
    /// # Panics
    /// If the processor lacks it.
    #[inline]
    pub(super) fn compute<P: Polynomials>(task: P) -> P::Output {
        assert!(detected(), "PCLMULQDQ is missing: ask `detected` first");
        // SAFETY: the one feature that `enabled` is compiled for was detected just above.
        unsafe { enabled(task) }
    }

    #[target_feature(enable = "pclmulqdq")]
    fn enabled<P: Polynomials>(task: P) -> P::Output {
        task.compute(|a, b| multiply(a, b))
    }

    #[inline]
    #[target_feature(enable = "pclmulqdq")]
    fn multiply(a: u64, b: u64) -> u128 {
        let (a, b) = (
            _mm_cvtsi64_si128(a.cast_signed()),
            _mm_cvtsi64_si128(b.cast_signed()),
        );
        let product = _mm_clmulepi64_si128::<0>(a, b);
        let low = _mm_cvtsi128_si64(product).cast_unsigned();
        let high = _mm_cvtsi128_si64(_mm_unpackhi_epi64(product, product)).cast_unsigned();
        u128::from(high) << 64 | u128::from(low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives the product alone.
    struct Product(u64, u64);

    impl Polynomials for Product {
        type Output = u128;

        #[inline(always)]
        fn compute(self, multiply: impl Fn(u64, u64) -> u128 + Copy) -> u128 {
            multiply(self.0, self.1)
        }
    }

    /// Bit by bit.
    fn schoolbook(a: u64, b: u64) -> u128 {
        (0..64)
            .filter(|i| a >> i & 1 == 1)
            .fold(0, |sum, i| sum ^ u128::from(b) << i)
    }

    fn check(a: u64, b: u64) {
        assert_eq!(
            multiply_portable(a, b),
            schoolbook(a, b),
            "portable {a:#x} {b:#x}"
        );
        assert_eq!(
            dispatch(Product(a, b)),
            schoolbook(a, b),
            "dispatched {a:#x} {b:#x}"
        );
    }

    #[test]
    fn the_fullest_columns_do_not_overflow() {
        for a in [
            0,
            1,
            u64::MAX,
            EVERY_FOURTH,
            EVERY_FOURTH << 3,
            u64::MAX >> 4,
            0xf << 60,
        ] {
            for b in [
                0,
                1,
                u64::MAX,
                EVERY_FOURTH,
                EVERY_FOURTH << 3,
                u64::MAX >> 4,
                0xf << 60,
            ] {
                check(a, b);
            }
        }
    }

    proptest! {
        #[test]
        fn both_ways_are_the_schoolbook(a: u64, b: u64) {
            check(a, b);
        }
    }
}
