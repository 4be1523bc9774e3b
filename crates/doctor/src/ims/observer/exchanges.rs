//! Exchanges of Cx find their attempts.

use super::Observer;
use crate::ims::cx::{CxState, Exchange};
use crate::ims::read;
use crate::ims::trail::MAX_EXCHANGES;

impl Observer {
    /// An exchange of Cx, of the attempt of that user that runs; or its answer, of the attempt that the request was of.
    pub(super) fn exchange(&mut self, exchange: Exchange) {
        let id = match exchange.state {
            CxState::Answered => self.exchanges.remove(&exchange.id),
            CxState::Open => None,
        };
        let Some(id) = id.or_else(|| self.latest_of(&exchange)) else {
            return;
        };
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        attempt.heard = attempt.heard.max(self.now);
        let exchanges = &mut attempt.trail.cx;
        let known = exchanges.iter().position(|known| known.id == exchange.id);
        match known {
            Some(at) => exchanges[at] = exchange,
            None if exchanges.len() < MAX_EXCHANGES => {
                self.exchanges.insert(exchange.id, id);
                exchanges.push(exchange);
            }
            None => attempt.trail.dropped += 1,
        }
    }

    /// The latest attempt of one of the exchange's identities. Who looks for a user whose attempt is over is about a call.
    fn latest_of(&self, exchange: &Exchange) -> Option<u64> {
        let names = [exchange.impi.as_deref(), exchange.impu.as_deref()];
        let found = names
            .into_iter()
            .flatten()
            .filter_map(|name| self.by_user.get(&read::identity(name)))
            .max()?;
        let over = self.attempts.get(found)?.over.is_some();
        (!over || !exchange.is_lir()).then_some(*found)
    }
}
