//! SPIs that this node receives with: no two of its associations have the same (TS 33.203 7.1).

use super::associations::Spis;
use quintet_esp::Spi;
use std::collections::HashSet;

/// The most SPIs in use: two for each of two million sets of associations, far below the 2³² there are, so that a free one
/// is found at once.
pub const MAX_SPIS: usize = 4_000_000;

/// No SPI is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_SPIS} SPIs are in use: no further security association can be set up")]
pub struct SpisExhausted;

/// The SPIs of a node. They are given out in turn, so that one that was given back is used again as late as can be: a late
/// packet then finds no association rather than another's.
#[derive(Debug)]
pub struct SpiPool {
    used: HashSet<Spi>,
    next: u32,
}

impl SpiPool {
    /// All are free; `start` says with which to begin. Out of entropy, it keeps a node that was restarted from using soon
    /// what its peers know from before.
    #[must_use]
    pub fn new(start: u32) -> Self {
        Self {
            used: HashSet::new(),
            next: start,
        }
    }

    /// Two that are free, and none of `avoid`: the P-CSCF's are none of the UE's, so that nothing that one end sent is taken
    /// by the same end when it is reflected (TS 33.203 7.1).
    ///
    /// # Errors
    /// [`SpisExhausted`].
    pub fn take(&mut self, avoid: &[Spi]) -> Result<Spis, SpisExhausted> {
        if self.used.len() + 2 > MAX_SPIS {
            return Err(SpisExhausted);
        }
        Ok(Spis {
            client: self.draw(avoid),
            server: self.draw(avoid),
        })
    }

    /// Marks two as used, as after a restart; `false` if one of them is already, and then neither is marked.
    pub fn reserve(&mut self, spis: Spis) -> bool {
        let free = spis.client != spis.server && !spis.both().iter().any(|spi| self.used.contains(spi));
        if free {
            self.used.extend(spis.both());
        }
        free
    }

    /// Gives two back.
    pub fn release(&mut self, spis: Spis) {
        for spi in spis.both() {
            self.used.remove(&spi);
        }
    }

    /// How many are in use.
    #[must_use]
    pub fn used(&self) -> usize {
        self.used.len()
    }

    fn draw(&mut self, avoid: &[Spi]) -> Spi {
        loop {
            self.next = self.next.wrapping_add(1).max(Spi::MIN);
            // Ends: there are 2³² and at most MAX_SPIS are used.
            if let Some(spi) = Spi::new(self.next)
                && !avoid.contains(&spi)
                && self.used.insert(spi)
            {
                return spi;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spi(value: u32) -> Spi {
        Spi::new(value).expect("in range")
    }

    #[test]
    fn no_spi_is_given_twice_nor_one_of_the_others() {
        let mut pool = SpiPool::new(u32::MAX - 2);
        let first = pool.take(&[spi(u32::MAX), spi(257)]).expect("free");
        assert_eq!(
            first.both(),
            [spi(u32::MAX - 1), spi(256)],
            "past the end it begins anew"
        );
        let second = pool.take(&[]).expect("free");
        assert_eq!(second.both(), [spi(257), spi(258)]);
        pool.release(first);
        assert_eq!(pool.used(), 2);
        assert!(pool.reserve(first) && !pool.reserve(first));
        let twice = Spis {
            client: spi(9000),
            server: spi(9000),
        };
        assert!(!pool.reserve(twice));
        assert_eq!(pool.used(), 4);
    }

    #[test]
    fn a_collision_passes_over() {
        let mut pool = SpiPool::new(299);
        assert!(pool.reserve(Spis {
            client: spi(300),
            server: spi(302)
        }));
        assert_eq!(pool.take(&[]).expect("free").both(), [spi(301), spi(303)]);
    }
}
