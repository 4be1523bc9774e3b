//! A hash table from (vendor, code) to a small record, made once and read for every AVP of every message.
//!
//! Open addressing in a table at most a quarter full, so that a lookup is mostly one probe in one cache line.

/// Entry `T` by (vendor, code).
#[derive(Clone, Debug)]
pub(crate) struct IdTable<T> {
    slots: Box<[Option<(u32, u32, T)>]>,
    shift: u32,
}

impl<T: Copy> IdTable<T> {
    /// A table of `rows`; of equal keys the first stays.
    pub(crate) fn new(rows: impl ExactSizeIterator<Item = ((u32, u32), T)>) -> Self {
        let bits = (rows.len() * 4).next_power_of_two().trailing_zeros().max(2);
        let mut table = Self {
            slots: vec![None; 1 << bits].into_boxed_slice(),
            shift: 32 - bits,
        };
        for ((vendor_id, code), row) in rows {
            let mut index = table.start(vendor_id, code);
            while table.slots[index].is_some_and(|slot| (slot.0, slot.1) != (vendor_id, code)) {
                index = (index + 1) % table.slots.len();
            }
            table.slots[index].get_or_insert((vendor_id, code, row));
        }
        table
    }

    /// The record of (vendor, code).
    #[inline]
    pub(crate) fn find(&self, vendor_id: u32, code: u32) -> Option<T> {
        let mut index = self.start(vendor_id, code);
        // Three quarters of the slots are empty, so this ends.
        while let Some((vendor, number, row)) = &self.slots[index & (self.slots.len() - 1)] {
            if *number == code && *vendor == vendor_id {
                return Some(*row);
            }
            index += 1;
        }
        None
    }

    #[inline]
    fn start(&self, vendor_id: u32, code: u32) -> usize {
        // Fibonacci hashing; the codes of one application lie close together and spread well.
        let key = code ^ vendor_id.rotate_left(16);
        (key.wrapping_mul(0x9e37_79b1) >> self.shift) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_and_nothing_else() {
        let rows: Vec<_> = (0..500u32).map(|n| ((n % 3 * 10415, n * 7), n)).collect();
        let table = IdTable::new(rows.iter().copied());
        for ((vendor, code), n) in rows {
            assert_eq!(table.find(vendor, code), Some(n));
            assert_eq!(table.find(vendor + 1, code), None);
        }
        assert_eq!(IdTable::<u8>::new([].into_iter()).find(0, 0), None);
    }
}
