//! The HSS as an application of the driver: its store, its log, what is counted of it.

use crate::front::{Shown, Tally};
use crate::peer_log::log_peer;
use crate::{Application, Moment};
use quintet_diameter::dict::application;
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node, PeerId};
use quintet_hss::{Hss, HssEvent};
use quintet_store::{Store, StoreFigures};
use quintet_subscriber::auc::WallClock;
use std::time::Duration;

/// An HSS with its store.
pub struct HssApplication {
    hss: Hss,
    store: Box<dyn Store>,
    tally: Tally,
}

impl HssApplication {
    /// An HSS and the store it works on; [`HssApplication::start`] begins.
    #[must_use]
    pub fn new(mut hss: Hss, store: Box<dyn Store>) -> Self {
        hss.listen(true);
        // At this level each answer is told.
        hss.name_attempts(tracing::enabled!(tracing::Level::DEBUG));
        Self {
            hss,
            store,
            tally: Tally::default(),
        }
    }

    /// Takes the slot over and begins to read subscribers.
    pub fn start(&mut self, at: Moment) {
        self.hss.start(at.now);
    }

    /// The HSS, for what an operator asks of it.
    pub fn hss(&mut self) -> &mut Hss {
        &mut self.hss
    }

    /// The HSS, to look at.
    #[must_use]
    pub fn view(&self) -> &Hss {
        &self.hss
    }

    /// What was counted.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// What the store measures of itself.
    #[must_use]
    pub fn store_figures(&self) -> StoreFigures {
        self.store.figures()
    }

    /// Logs what the HSS reports.
    fn report(&mut self) {
        while let Some((attempt, event)) = self.hss.poll_named_event() {
            let attempt = Shown(attempt);
            match event {
                HssEvent::Answered {
                    application,
                    command,
                    imsi,
                    outcome,
                    ..
                } => {
                    tracing::debug!(
                        attempt = attempt.field(),
                        application,
                        command,
                        ?imsi,
                        ?outcome,
                        "answered"
                    );
                }
                HssEvent::Front(event) => {
                    let slot = self.hss.config().slot;
                    self.tally.report((slot, "hss.slot"), attempt, event);
                }
                HssEvent::Equipment {
                    imsi,
                    verdict,
                    other_equipment,
                } => {
                    tracing::info!(
                        attempt = attempt.field(),
                        ?imsi,
                        ?verdict,
                        other_equipment,
                        "equipment that is not simply permitted"
                    );
                }
                HssEvent::GivenUp {
                    application,
                    command,
                    imsi,
                    host,
                } => {
                    self.tally.given_up += 1;
                    tracing::warn!(
                        application,
                        command,
                        ?imsi,
                        host,
                        "a serving node did not take a request"
                    );
                }
                other => tracing::debug!(event = ?other, "hss"),
            }
        }
    }

    fn peer_up(&mut self, at: Moment, node: &mut Node, peer: PeerId) {
        let Some(status) = node.peer(peer) else { return };
        let (host, realm) = (status.identity.to_owned(), status.capabilities.realm.clone());
        tracing::info!(
            peer = host,
            realm,
            product = status.capabilities.product_name,
            "peer up"
        );
        if status.capabilities.supports(application::S6A) {
            self.hss.peer_up(at.now, WallClock(at.wall), node, &host, &realm);
        }
    }
}

impl Application for HssApplication {
    fn handle(&mut self, at: Moment, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>) {
        match inbound {
            Inbound::Done => {}
            Inbound::Request(request) => {
                // The disposition is in the event; what waits is answered by a later `pump`.
                let _ = self
                    .hss
                    .handle_request(at.now, WallClock(at.wall), node, connection, request);
            }
            Inbound::Answer { handle, message } => self.hss.handle_answer(at.now, handle, &message),
        }
    }

    fn event(&mut self, at: Moment, node: &mut Node, event: &Event) {
        match event {
            Event::PeerUp { peer, .. } => self.peer_up(at, node, *peer),
            Event::RequestFailed { handle, .. } => self.hss.request_failed(at.now, *handle),
            Event::PeerDown { peer, reason } => {
                let peer = node.peer(*peer).map(|status| status.identity.to_owned());
                tracing::info!(peer, ?reason, "peer down");
            }
            other => log_peer(node, other),
        }
    }

    fn pump(&mut self, at: Moment, node: &mut Node) {
        if self.store.changed() {
            self.hss.store_changed(at.now);
        }
        loop {
            let mut idle = true;
            while let Some((ticket, command)) = self.hss.poll_store() {
                self.store.submit(ticket, command);
            }
            while let Some((ticket, reply)) = self.store.poll() {
                idle = false;
                self.hss
                    .handle_store(at.now, WallClock(at.wall), node, ticket, reply);
            }
            if idle {
                break;
            }
        }
        self.report();
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.hss.poll_timeout()
    }

    fn timeout(&mut self, at: Moment, node: &mut Node) {
        self.hss.handle_timeout(at.now, WallClock(at.wall), node);
    }
}
