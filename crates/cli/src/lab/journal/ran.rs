//! Reports of radio nodes and of the UEs behind them, of either system.

use super::{CORE, Journal, RAN, UE};
use crate::ladder::Tone;
use quintet_crypto::Direction;
use quintet_procedure::Disposition;
use quintet_sim::ran::{Access, Event};
use std::time::Duration;

/// How a system says what its UEs report, and what became of a NAS message.
pub(in crate::lab) struct Said<A: Access> {
    pub(in crate::lab) ue: fn(&A::Report) -> Option<(String, Tone)>,
    pub(in crate::lab) disposition: fn(Disposition<A::NasCause>) -> Option<String>,
}

impl Journal {
    /// Takes in a report of a radio node or of a UE.
    pub(in crate::lab) fn ran_event<A: Access>(&mut self, wall: Duration, event: &Event<A>, said: &Said<A>) {
        if self.is_mute() {
            return;
        }
        let (key, core) = (self.language.ran_key, self.language.lifelines[CORE]);
        let (lifeline, text, tone) = match event {
            Event::Ue(ue, event) => match (said.ue)(event) {
                Some((text, tone)) => (UE, self.of_ue(*ue, text), tone),
                None => return,
            },
            Event::Nas {
                ue,
                direction,
                name,
                tampered,
                disposition,
                ..
            } => {
                let became = disposition.and_then(said.disposition);
                let uplink = *direction == Direction::Uplink;
                return self.radio(wall, *ue, (uplink, *name), (*tampered, became));
            }
            Event::NotConnected(ue, why) => (
                RAN,
                self.of_ue(*ue, format!("no connection: {why:?}")),
                Tone::Refused,
            ),
            Event::ContextSetUp(ue) => (
                RAN,
                self.of_ue(*ue, format!("{key} of UE and {core} agree")),
                Tone::Good,
            ),
            Event::KeyMismatch(ue) => (
                RAN,
                self.of_ue(*ue, format!("{key} of UE and {core} differ")),
                Tone::Bad,
            ),
            Event::Down => (
                RAN,
                format!("the association to the {core} is gone"),
                Tone::Refused,
            ),
            Event::Overload(action) => (RAN, format!("overload: {action:?}"), Tone::Plain),
            Event::Fault { what, .. } => (RAN, what.clone(), Tone::Refused),
            Event::SetUp { .. }
            | Event::SetupRefused { .. }
            | Event::Connected(_)
            | Event::Released(..)
            | Event::Paged(_)
            | Event::ErrorIndicated(..)
            | Event::Of(_) => return,
        };
        self.note(wall, lifeline, text, tone);
    }
}
