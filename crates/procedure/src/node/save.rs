//! What a node wants kept durably: the contexts of its UEs, in the order of their changes.
//!
//! A context is written after it changed, in batches; nothing waits for it. What a crash loses is bounded by what the
//! encoding of a context says of COUNTs: a downlink COUNT is never used again, and a context that is read back after an
//! unclean stop is authenticated anew before it is used.

use std::collections::{HashSet, VecDeque};
use zeroize::Zeroizing;

/// One change.
#[derive(Debug, PartialEq, Eq)]
pub enum Save {
    /// The record of this key is now this. It holds keys: whoever stores it protects it.
    Put {
        /// The key.
        key: u32,
        /// The record.
        record: Zeroizing<Vec<u8>>,
    },
    /// There is no record of this key any more.
    Delete {
        /// The key.
        key: u32,
    },
}

/// Keys of the contexts to be written, each once however often it changed.
#[derive(Debug, Default)]
pub struct Saves {
    order: VecDeque<u32>,
    waiting: HashSet<u32>,
}

impl Saves {
    /// A context changed or went.
    pub fn note(&mut self, key: u32) {
        if self.waiting.insert(key) {
            self.order.push_back(key);
        }
    }

    /// The next change: `record` makes the record of a key as it is now, `None` if there is no such context.
    pub fn next(&mut self, record: impl FnOnce(u32) -> Option<Zeroizing<Vec<u8>>>) -> Option<Save> {
        let key = self.order.pop_front()?;
        self.waiting.remove(&key);
        Some(match record(key) {
            Some(record) => Save::Put { key, record },
            None => Save::Delete { key },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_context_is_written_once_as_it_is_then() {
        let mut saves = Saves::default();
        for key in [7, 9, 7, 7] {
            saves.note(key);
        }
        let record = |key| (key == 7).then(|| Zeroizing::new(vec![1]));
        let put = Save::Put {
            key: 7,
            record: Zeroizing::new(vec![1]),
        };
        assert_eq!(saves.next(record), Some(put));
        saves.note(7);
        assert_eq!(saves.next(record), Some(Save::Delete { key: 9 }));
        assert!(saves.next(record).is_some(), "it changed since");
        assert_eq!(saves.next(record), None);
    }
}
