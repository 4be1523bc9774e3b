//! What is remembered of each UE of a trace, and of how many.

use crate::found::{ConnectionRequest, Detail, UeKey};
use quintet_crypto::Direction;
use std::collections::{BTreeMap, VecDeque};

/// The most UEs remembered, twice over: when so many are there, those that were not heard of since the last time go. A
/// cell has a few hundred UEs connected at a time.
pub(crate) const MAX_UES: usize = 256;

/// A bearer silent for so long is taken for a new one, in nanoseconds: eNBs release an idle UE after ten or twenty
/// seconds, and no retransmission comes this late.
pub(crate) const MAX_SILENCE_NS: u64 = 300 * 1_000_000_000;

/// The most handovers remembered whose UE has not arrived; of more, the oldest goes. Most arrive within 50 ms, some at a
/// cell that is not traced and so never.
pub(crate) const MAX_HANDOVERS: usize = 64;

/// Bearers: SRB1 and SRB2, each with two directions.
const ENTITIES: usize = 4;

/// One direction of a signalling radio bearer, as RLC of LTE and of NR each have it.
pub(crate) trait Bearer: Default {
    /// Forgets everything: the bearer was released or set up anew. Says how many PDUs had pieces that found no others.
    fn restart(&mut self) -> usize;
}

/// One UE.
#[derive(Debug, Default)]
pub(crate) struct Ue<B> {
    entities: [B; ENTITIES],
    pub(crate) security: AsSecurity,
    /// How it asked for its connection.
    pub(crate) request: Option<ConnectionRequest>,
    heard_ns: i64,
}

impl<B: Bearer> Ue<B> {
    /// The entity of a bearer, and what its messages change.
    pub(crate) fn bearer(
        &mut self,
        srb: u8,
        direction: Direction,
    ) -> (&mut B, &mut AsSecurity, Option<ConnectionRequest>) {
        let index = usize::from(srb == 2) * 2 + direction as usize;
        (&mut self.entities[index], &mut self.security, self.request)
    }

    /// Takes over what it brings.
    pub(crate) const fn unpack(&mut self, baggage: Baggage) {
        self.security = baggage.security;
        self.request = baggage.request;
    }

    /// Its bearers begin anew. Says how many PDUs had pieces that found no others.
    pub(crate) fn restart(&mut self) -> usize {
        self.security = AsSecurity::default();
        self.entities.iter_mut().map(B::restart).sum()
    }

    /// Takes in what RRC SETUP COMPLETE adds to how the UE asked for its connection.
    pub(crate) fn completes(&mut self, said: Option<Detail>) {
        if let Some(Detail::SetupCompleteNr {
            s_tmsi: Some(value), ..
        }) = said
        {
            self.request = self.request.map(|request| request.completed(value));
        }
    }
}

/// Whether the access stratum ciphers, each way, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AsSecurity {
    /// Ciphered or not; `None` if that was not seen.
    uplink: Option<bool>,
    downlink: Option<bool>,
    /// What SECURITY MODE COMMAND chose, until it is complete.
    chosen: Option<bool>,
}

impl AsSecurity {
    pub(crate) const fn is_ciphered(self, direction: Direction) -> Option<bool> {
        match direction {
            Direction::Uplink => self.uplink,
            Direction::Downlink => self.downlink,
        }
    }

    /// Takes in a message. The network ciphers from the message behind its command on, the UE from the one behind its
    /// completion on (TS 36.331 5.3.4.3).
    pub(crate) fn apply(&mut self, name: &str, detail: &Detail) {
        match (name, detail) {
            (_, Detail::Security { ciphering, .. }) => {
                let is_ciphered = *ciphering != Some(0);
                self.chosen = Some(is_ciphered);
                self.downlink = Some(is_ciphered);
                self.uplink = None;
            }
            ("securityModeComplete", _) => self.uplink = self.chosen.take(),
            ("securityModeFailure", _) => *self = Self::default(),
            _ => {}
        }
    }
}

/// What a UE takes along where it gets another C-RNTI: the algorithms stay as they are unless the target says otherwise
/// (TS 36.331 5.3.5.4, 5.3.7.5), which few do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Baggage {
    pub(crate) security: AsSecurity,
    pub(crate) request: Option<ConnectionRequest>,
}

/// The UEs of all logs.
#[derive(Debug, Default)]
pub(crate) struct Ues<B> {
    recent: BTreeMap<UeKey, Ue<B>>,
    older: BTreeMap<UeKey, Ue<B>>,
    /// Log and C-RNTI that a UE was sent to.
    handovers: VecDeque<(u64, u16, Baggage)>,
}

impl<B: Bearer> Ues<B> {
    /// A UE, made if it is new. Says too how many PDUs with open pieces were forgotten on the way.
    pub(crate) fn ue(&mut self, key: UeKey, at_ns: i64) -> (&mut Ue<B>, usize) {
        let mut forgotten = 0;
        if !self.recent.contains_key(&key) {
            let ue = self
                .older
                .remove(&key)
                .unwrap_or_else(|| self.arrival(key, at_ns));
            if self.recent.len() == MAX_UES {
                self.older.values_mut().for_each(|ue| forgotten += ue.restart());
                self.older = std::mem::take(&mut self.recent);
            }
            self.recent.insert(key, ue);
        }
        let ue = self.recent.entry(key).or_default();
        if at_ns.abs_diff(ue.heard_ns) > MAX_SILENCE_NS {
            forgotten += ue.restart();
            ue.request = None;
        }
        ue.heard_ns = at_ns;
        (ue, forgotten)
    }

    /// A UE not seen before; with what it brings, if it was sent here.
    fn arrival(&mut self, key: UeKey, at_ns: i64) -> Ue<B> {
        let mut ue = Ue {
            heard_ns: at_ns,
            ..Ue::default()
        };
        let sent = |&(log, rnti, _): &(u64, u16, Baggage)| log == key.log && Some(rnti) == key.rnti;
        if let Some((_, _, baggage)) = self
            .handovers
            .iter()
            .rposition(sent)
            .and_then(|index| self.handovers.remove(index))
        {
            ue.unpack(baggage);
        }
        ue
    }

    /// A UE was told to come back with another C-RNTI.
    pub(crate) fn hand_over(&mut self, log: u64, rnti: u16, baggage: Baggage) {
        if self.handovers.len() == MAX_HANDOVERS {
            self.handovers.pop_front();
        }
        self.handovers.push_back((log, rnti, baggage));
    }

    /// What the UE of this key has, which comes back under another.
    pub(crate) fn baggage(&self, key: UeKey) -> Option<Baggage> {
        let ue = self.recent.get(&key).or_else(|| self.older.get(&key))?;
        Some(Baggage {
            security: ue.security,
            request: ue.request,
        })
    }

    /// Forgets all of them. Says how many PDUs with open pieces there were.
    pub(crate) fn clear(&mut self) -> usize {
        let open = self
            .recent
            .values_mut()
            .chain(self.older.values_mut())
            .map(Ue::restart)
            .sum();
        self.recent.clear();
        self.older.clear();
        self.handovers.clear();
        open
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.recent.len() + self.older.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::found::System;

    type Ues = super::Ues<crate::rlc::Entity>;

    fn key(rnti: u16) -> UeKey {
        UeKey {
            system: System::Eps,
            log: 0,
            rnti: Some(rnti),
            ue_id: Some(0),
        }
    }

    #[test]
    fn the_table_is_bounded_and_keeps_who_is_heard_of() {
        let mut ues = Ues::default();
        ues.ue(key(0), 0).0.security.uplink = Some(true);
        for rnti in 1..=20_000 {
            ues.ue(key(rnti), 0);
            assert_eq!(ues.ue(key(0), 0).0.security.uplink, Some(true), "{rnti}");
            assert!(ues.len() <= 2 * MAX_UES);
        }
    }

    #[test]
    fn a_ue_handed_over_brings_its_security() {
        let mut ues = Ues::default();
        let security = AsSecurity {
            uplink: Some(true),
            ..AsSecurity::default()
        };
        // Many are sent elsewhere; the latest that was sent here counts, once.
        for rnti in 0..1_000 {
            ues.hand_over(
                0,
                rnti,
                Baggage {
                    security: AsSecurity::default(),
                    request: None,
                },
            );
            assert!(ues.handovers.len() <= MAX_HANDOVERS);
        }
        ues.hand_over(
            0,
            999,
            Baggage {
                security,
                request: None,
            },
        );
        assert_eq!(
            ues.ue(UeKey { log: 1, ..key(999) }, 0).0.security,
            AsSecurity::default()
        );
        assert_eq!(ues.ue(key(999), 1_000_000_000_000_000).0.security, security);
        // Nobody was sent there, and the first of the many is forgotten.
        assert_eq!(ues.ue(key(5_000), 0).0.security, AsSecurity::default());
    }

    #[test]
    fn silence_ends_a_connection() {
        let mut ues = Ues::default();
        let silence = i64::try_from(MAX_SILENCE_NS).unwrap();
        ues.ue(key(1), 5).0.security.uplink = Some(true);
        assert_eq!(ues.ue(key(1), 5 + silence).0.security.uplink, Some(true));
        assert_eq!(ues.ue(key(1), 6 + 2 * silence).0.security.uplink, None);
        // A clock that goes back by a little is no silence.
        ues.ue(key(1), 10).0.security.uplink = Some(false);
        assert_eq!(ues.ue(key(1), 7).0.security.uplink, Some(false));
    }

    #[test]
    fn ciphering_begins_behind_the_command_and_behind_its_completion() {
        let mut security = AsSecurity::default();
        let command = Detail::Security {
            ciphering: Some(2),
            integrity: Some(2),
        };
        security.apply("securityModeCommand", &command);
        assert_eq!(security.is_ciphered(Direction::Downlink), Some(true));
        assert_eq!(security.is_ciphered(Direction::Uplink), None);
        security.apply("securityModeComplete", &Detail::None);
        assert_eq!(security.is_ciphered(Direction::Uplink), Some(true));
        let null = Detail::Security {
            ciphering: Some(0),
            integrity: Some(2),
        };
        security.apply("securityModeCommand", &null);
        security.apply("securityModeFailure", &Detail::None);
        assert_eq!(security, AsSecurity::default());
    }
}
