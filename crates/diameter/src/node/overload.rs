//! Overload: what is refused before others wait too long, what peers are asked to spare us, and what they are spared
//! (RFC 7683, RFC 7944), as Cx, S6a and Sh want it (TS 29.228 Annex H, TS 29.272 Annex C, TS 29.328 Annex F).
//!
//! ```text
//!  how late timers fire ──┐                     ┌──► 3004 at once, the lowest priorities first
//!  the queue's age, count ┴► pressure ──────────┤
//!  received, refused ─────────────► Control ────┴──► OC-OLR in each answer to who announced OC-Supported-Features
//!
//!  OC-OLR in an answer ──► Abatement ──► a request of ours goes to another peer, or not at all (RouteError::Throttled)
//! ```
//!
//! No clock is read: how long the driver was busy shows in how late it comes to a timer that is due every [`SAMPLE`] while
//! requests arrive. Reports are about this host: a realm's other hosts are not known here. An agent is no DOIC node: what it
//! relays keeps its reports and its priority, and is not held back (RFC 7683 5.1.3 asks nothing of such agents).

mod abatement;
mod config;
mod control;
mod queue;
mod report;

pub use config::{MAX_REDUCTION, MAX_TARGET_WAIT, MIN_TARGET_WAIT, OverloadConfig};
pub use queue::Queue;

use super::priority::Priority;
use super::routing::Wanted;
use super::{Deadline, Event, Node, PeerId, RouteError, TimerKey};
use crate::dict::avp;
use crate::{Message, MessageWriter};
use abatement::Abatement;
use control::{Control, Sample};
use queue::QueueLoad;
use report::{Report, Scope};
use std::time::Duration;

/// How often load is looked at while there is any.
pub(crate) const SAMPLE: Duration = Duration::from_millis(100);

/// Looks that make a window of the control loop: a second.
const SAMPLES_PER_WINDOW: u32 = 10;

/// What is known of this node's load and of others'.
#[derive(Debug, Default)]
pub(super) struct Overload {
    deadline: Deadline,
    /// Whether the timer runs.
    sampling: bool,
    samples: u32,
    /// Requests since the last look.
    recent: u64,
    window: Sample,
    /// How late the last look was, in thousandths of the waiting time aimed at.
    late: u32,
    /// The lesser of the last two: a single pause of the process is no load.
    lag: u32,
    queue: QueueLoad,
    control: Control,
    sequence: u64,
    /// What is reported now, and until when it is to be said.
    report: Option<(Report, Duration)>,
    pub(super) abatement: Abatement,
}

/// A node's load as seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverloadStatus {
    /// The share of their requests that peers are asked not to send, in per cent; 0 without overload.
    pub reduction: u8,
    /// How long what comes now would wait, in thousandths of [`OverloadConfig::target_wait`].
    pub pressure: u32,
    /// Hosts and realms that asked for less.
    pub reports: usize,
}

impl Overload {
    /// With OC-Sequence-Numbers above those of an earlier start.
    pub(super) fn new(started_at_unix: u32) -> Self {
        Self {
            sequence: u64::from(started_at_unix) << 32,
            ..Self::default()
        }
    }

    /// Writes what is to be said into the answer to a request with OC-Supported-Features of this content (RFC 7683 5.1.2).
    pub(super) fn write_statement(&self, features: &[u8], writer: &mut MessageWriter<'_>) {
        if report::supports_loss(features) {
            report::write_features(writer);
            if let Some((report, _)) = &self.report {
                report.write(writer);
            }
        }
    }

    fn pressure(&self) -> u32 {
        self.lag.max(self.queue.pressure())
    }
}

impl Node {
    /// Load and overload now.
    #[must_use]
    pub fn overload(&self) -> OverloadStatus {
        OverloadStatus {
            reduction: self.overload.control.reduction,
            pressure: self.overload.pressure(),
            reports: self.overload.abatement.len(),
        }
    }

    // --- What the application tells ---------------------------------------------------------------------------------

    /// Takes note of the application's queue; to be called when it changed.
    pub fn note_queue(&mut self, now: Duration, queue: Queue) {
        if self.config.overload.measures() {
            let target = self.config.overload.target_wait;
            self.overload.queue.note(now, queue, target);
            let pressure = self.overload.queue.pressure();
            self.overload.window.pressure = self.overload.window.pressure.max(pressure);
        }
    }

    /// Whether a request received may wait in the application's queue, by its priority. If not, it is counted as refused
    /// for overload, and is to be answered 3004: another node may have room (RFC 7683 8).
    pub fn admits_to_queue(&mut self, request: &Message<'_>) -> bool {
        if !self.config.overload.shed || self.overload.queue.is_empty() {
            return true;
        }
        let priority = Priority::of(request);
        let admitted = self.overload.queue.admits(priority);
        if !admitted {
            self.count_shed(priority);
        }
        admitted
    }

    // --- Requests received ------------------------------------------------------------------------------------------

    /// Takes note of a request for an application of this node.
    #[inline]
    pub(super) fn offered(&mut self) {
        self.overload.recent += 1;
        if !self.overload.sampling && self.config.overload.measures() {
            self.start_sampling();
        }
    }

    /// Whether the driver comes round fast enough for a request of this priority.
    #[inline]
    pub(super) fn keeps_up(&self, priority: Priority) -> bool {
        self.overload.lag < priority.patience()
    }

    /// Counts a request refused for overload.
    pub(super) fn count_shed(&mut self, priority: Priority) {
        self.counters.too_busy += 1;
        self.counters.shed[usize::from(priority.value())] += 1;
        self.overload.window.shed += 1;
    }

    // --- Measuring --------------------------------------------------------------------------------------------------

    fn start_sampling(&mut self) {
        self.overload.sampling = true;
        self.timers
            .set(&mut self.overload.deadline, TimerKey::Overload, self.now + SAMPLE);
    }

    pub(super) fn overload_timer(&mut self, entry: (Duration, TimerKey)) {
        let now = self.now;
        if !self.timers.expire(&mut self.overload.deadline, entry, now) {
            return;
        }
        let config = self.config.overload;
        let overload = &mut self.overload;
        let late = match config.shed {
            true => queue::thousandths(now.saturating_sub(entry.0), config.target_wait),
            false => 0,
        };
        overload.lag = late.min(overload.late);
        overload.late = late;
        let idle = overload.recent == 0 && overload.queue.is_empty();
        overload.window.offered += std::mem::take(&mut overload.recent);
        overload.window.pressure = overload.window.pressure.max(overload.pressure());
        overload.samples += 1;
        if overload.samples >= SAMPLES_PER_WINDOW {
            self.end_window();
        }
        let overload = &mut self.overload;
        if idle && overload.control == Control::default() && overload.report.is_none() {
            (overload.sampling, overload.samples) = (false, 0);
            (overload.late, overload.lag) = (0, 0);
            overload.window = Sample::default();
        } else {
            self.start_sampling();
        }
    }

    fn end_window(&mut self) {
        let config = self.config.overload;
        let overload = &mut self.overload;
        overload.samples = 0;
        let sample = std::mem::take(&mut overload.window);
        if !config.report {
            return;
        }
        let before = overload.control.reduction;
        overload.control = overload.control.next(sample, config.max_reduction);
        let reduction = overload.control.reduction;
        self.renew_report(before, reduction);
        if (before == 0) != (reduction == 0) {
            self.event(Event::Overload { reduction });
        }
    }

    /// Says what is asked for, again while it holds, and its end as long as somebody may still believe in it.
    fn renew_report(&mut self, before: u8, reduction: u8) {
        let (now, validity) = (self.now, self.config.overload.validity);
        let overload = &mut self.overload;
        // Half of its time is over: who heard it first must hear it again, under a new number (RFC 7683 5.2.1.4).
        let stale = overload
            .report
            .is_none_or(|(_, until)| until.saturating_sub(now) <= validity / 2);
        if reduction == 0 && before == 0 {
            overload.report = overload.report.filter(|(_, until)| *until > now);
            return;
        }
        if reduction != before || stale {
            overload.sequence += 1;
            let report = Report {
                scope: Scope::Host,
                sequence: overload.sequence,
                reduction,
                validity: if reduction == 0 { Duration::ZERO } else { validity },
            };
            overload.report = Some((report, now + validity));
        }
    }

    // --- Requests of this node --------------------------------------------------------------------------------------

    /// The peer for a new request, in view of what hosts and realms asked for: the one it would go to anyhow, another one
    /// if that wants to be spared and any other does as well, or none (RFC 7683 5.2.2).
    pub(super) fn spare(
        &mut self,
        peer: PeerId,
        wanted: &Wanted<'_>,
        priority: Priority,
    ) -> Result<PeerId, RouteError> {
        if self.overload.abatement.is_empty() || !self.holds_back(peer, wanted, priority) {
            return Ok(peer);
        }
        let mut next = Err(RouteError::Throttled);
        if wanted.host.is_none() {
            let except = &[Some(peer)];
            let other = self.next_hop(&Wanted { except, ..*wanted });
            next = other
                .or(next)
                .and_then(|other| match self.holds_back(other, wanted, priority) {
                    true => Err(RouteError::Throttled),
                    false => Ok(other),
                });
        }
        if next.is_err() {
            self.counters.throttled[usize::from(priority.value())] += 1;
        }
        next
    }

    /// Whether the loss algorithm holds a request back: towards its host, if that is known, or else its realm
    /// (RFC 7683 2: a host-routed request is one whose server is known, as it is if the peer is no agent).
    fn holds_back(&mut self, peer: PeerId, wanted: &Wanted<'_>, priority: Priority) -> bool {
        let peer = &self.peers[peer.index as usize];
        let (scope, identity) = match wanted.host {
            Some(host) => (Scope::Host, host),
            None if peer.capabilities.relay => (Scope::Realm, wanted.realm),
            None => (Scope::Host, peer.config.identity.as_bytes()),
        };
        let chance = self.seed.below(100);
        let key = (wanted.application_id, scope, identity);
        self.overload
            .abatement
            .holds_back(self.now, key, priority, chance)
    }

    /// Announces that reports are heeded (RFC 7683 5.1.1).
    pub(super) fn announce(writer: &mut MessageWriter<'_>, config: &OverloadConfig) {
        if config.react {
            report::write_features(writer);
        }
    }

    /// Takes the reports of an answer to a request of this node.
    ///
    /// Only of who can speak for the host: the peer itself, an agent that the request was sent through, or a next hop that
    /// was configured (RFC 7683 10). And only about the host that was asked for, or the realm: an answer is no reason to spare others.
    pub(super) fn learn_reports(&mut self, slot: u32, peer: PeerId, answer: &Message<'_>) {
        if !self.config.overload.react {
            return;
        }
        let Some(host) = answer.find(avp::ORIGIN_HOST).map(|avp| avp.data) else {
            return;
        };
        let realm = answer.find(avp::ORIGIN_REALM).map_or(&[][..], |avp| avp.data);
        let Ok(request) = Message::decode(&self.table.at(slot).octets) else {
            return;
        };
        let (wanted_host, wanted_realm) = super::routing::destination(&request);
        let sender = &self.peers[peer.index as usize];
        let itself = sender.config.identity.as_bytes().eq_ignore_ascii_case(host);
        let forwards = sender.capabilities.relay || self.is_route(&sender.config.identity);
        let asked = wanted_host.is_none_or(|wanted| wanted.eq_ignore_ascii_case(host))
            && wanted_realm.eq_ignore_ascii_case(realm);
        let application_id = answer.header().application_id;
        for report in report::reports(answer) {
            let identity = match report.scope {
                Scope::Host => host,
                Scope::Realm => realm,
            };
            // A host that is no agent speaks for itself, not for its realm's others.
            let entitled = asked && (forwards || itself && report.scope == Scope::Host);
            if entitled
                && self
                    .overload
                    .abatement
                    .learn(self.now, application_id, identity, report)
            {
                self.counters.overload_reports += 1;
            } else {
                self.counters.overload_reports_ignored += 1;
            }
        }
    }

    /// Whether a peer stands in the routing table.
    fn is_route(&self, identity: &str) -> bool {
        let mut hops = self.config.routes.iter().flat_map(|route| &route.peers);
        hops.any(|hop| hop.eq_ignore_ascii_case(identity))
    }
}
