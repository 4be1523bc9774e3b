//! Packets whose integrity failed: the kernel drops them in silence and counts them.

use super::{Kept, Xfrm};
use quintet_esp::{Direction, Drop as Dropped, DropReason, Event, SaParameters};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

/// How often the kernel's count of forged packets is looked at.
pub(super) const LOOK: Duration = Duration::from_secs(1);

/// Where that is, and its name there.
const STATISTICS: &str = "/proc/net/xfrm_stat";
const FORGED: &str = "XfrmInStateProtoError";

impl Xfrm {
    /// The kernel drops forged packets in silence and counts them: what was not told of yet is when the association goes.
    pub(super) fn report_forgeries(&mut self, kept: &Kept) {
        let (_, destination) = kept.parameters.outer();
        if kept.parameters.direction != Direction::Inbound {
            return;
        }
        let failed = self
            .socket
            .state(destination, kept.parameters.spi.value())
            .map_or(0, |state| state.integrity_failed);
        if failed > kept.forged {
            self.events.push_back(forgery(&kept.parameters));
        }
    }

    /// Once a look, if the kernel has dropped forged packets at all: through which associations they were to come. Many are told of
    /// once.
    pub(super) fn look_for_forgeries(&mut self) {
        let forged = forged_packets();
        if forged == std::mem::replace(&mut self.forged, forged) {
            return;
        }
        let Ok(states) = self.socket.states() else {
            return;
        };
        let failed: HashMap<_, _> = states
            .iter()
            .map(|state| ((state.destination, state.spi), state.integrity_failed))
            .collect();
        for kept in self.kept.values_mut() {
            let id = (kept.parameters.outer().1, kept.parameters.spi.value());
            let now = failed.get(&id).copied().unwrap_or_default();
            let before = std::mem::replace(&mut kept.forged, now);
            if kept.parameters.direction == Direction::Inbound && now > before {
                self.events.push_back(forgery(&kept.parameters));
            }
        }
    }
}

/// How many packets the kernel has dropped for their integrity, in this network namespace; `None` if it does not count.
pub(super) fn forged_packets() -> Option<u64> {
    let text = std::fs::read_to_string(STATISTICS).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(FORGED))?;
    line.trim().parse().ok()
}

fn forgery(parameters: &SaParameters) -> Event {
    let (source, destination) = parameters.outer();
    Event::Dropped(Dropped {
        reason: DropReason::MacFailed { spi: parameters.spi },
        spi: parameters.spi.value(),
        source: SocketAddr::new(source, 0),
        destination,
    })
}
