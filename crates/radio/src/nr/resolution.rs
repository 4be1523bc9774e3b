//! Contention resolution (TS 38.321 5.1.5): the network answers a UE's first message with that message's octets, which ties
//! what the UE asked for to the UE that the trace shows from then on.

use super::mac::IDENTITY;
use crate::found::{ConnectionRequest, UeKey};
use std::collections::{BTreeSet, VecDeque};

/// The most first messages that wait for their answer; of more, the oldest goes. The answer comes within 64 subframes.
pub(super) const MAX_WAITING: usize = 64;

/// The most logs remembered whose RNTIs are wrong; of more, all are forgotten and found again.
pub(super) const MAX_WRONG: usize = 64;

/// A UE's first message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    pub(super) ue: UeKey,
    pub(super) identity: [u8; IDENTITY],
    pub(super) request: Option<ConnectionRequest>,
}

/// First messages and what their answers told.
#[derive(Debug, Default)]
pub(super) struct Resolution {
    waiting: VecDeque<Waiting>,
    /// Logs that write another RNTI over the answer than over the request, which no network does: whatever the number
    /// is, it is no C-RNTI. Their UEs are not told apart.
    wrong: BTreeSet<u64>,
}

impl Resolution {
    /// Whose PDU it is, as far as the log's numbers can be believed.
    pub(super) fn of(&self, ue: UeKey) -> UeKey {
        if self.wrong.contains(&ue.log) {
            return UeKey {
                rnti: None,
                ue_id: None,
                ..ue
            };
        }
        ue
    }

    /// A UE's first message.
    pub(super) fn wait(&mut self, waiting: Waiting) {
        if self.waiting.len() == MAX_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(waiting);
    }

    /// An answer, to this UE: the message that it answers.
    pub(super) fn answered(&mut self, ue: UeKey, identity: [u8; IDENTITY]) -> Option<Waiting> {
        let is_meant = |waiting: &Waiting| waiting.ue.log == ue.log && waiting.identity == identity;
        let place = self.waiting.iter().rposition(is_meant)?;
        let waiting = self.waiting.remove(place)?;
        if waiting.ue.rnti != ue.rnti {
            if self.wrong.len() == MAX_WRONG {
                self.wrong.clear();
            }
            self.wrong.insert(ue.log);
        }
        Some(waiting)
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.wrong.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::found::System;

    fn key(log: u64, rnti: u16) -> UeKey {
        UeKey {
            system: System::Fgs,
            log,
            rnti: Some(rnti),
            ue_id: Some(0),
        }
    }

    fn waiting(ue: UeKey, last: u8) -> Waiting {
        Waiting {
            ue,
            identity: [0, 0, 0, 0, 0, last],
            request: None,
        }
    }

    #[test]
    fn numbers_are_believed_until_an_answer_belies_them() {
        let mut resolution = Resolution::default();
        resolution.wait(waiting(key(1, 5), 1));
        resolution.wait(waiting(key(2, 5), 1));
        assert!(resolution.answered(key(1, 5), [9; 6]).is_none());
        assert!(resolution.answered(key(1, 5), [0, 0, 0, 0, 0, 1]).is_some());
        assert!(
            resolution.answered(key(1, 5), [0, 0, 0, 0, 0, 1]).is_none(),
            "once"
        );
        assert_eq!(resolution.of(key(1, 7)), key(1, 7));
        assert!(resolution.answered(key(2, 6), [0, 0, 0, 0, 0, 1]).is_some());
        assert_eq!(resolution.of(key(2, 7)).rnti, None);
        assert_eq!(resolution.of(key(1, 7)), key(1, 7));
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut resolution = Resolution::default();
        for log in 0..1_000 {
            resolution.wait(waiting(key(log, 5), 1));
            assert!(resolution.waiting.len() <= MAX_WAITING);
            resolution.answered(key(log, 6), [0, 0, 0, 0, 0, 1]);
            assert!(resolution.wrong.len() <= MAX_WRONG);
            resolution.wait(waiting(key(log, 5), 2));
        }
    }
}
