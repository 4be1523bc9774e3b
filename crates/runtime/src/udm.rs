//! The UDM as an application of the driver: its store, its log, what is counted of it.

use crate::front::{Shown, Tally};
use crate::metrics::Counts;
use crate::{Application, Moment};
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node};
use quintet_sbi::{CallFailure, CallId, Output, Request, RequestId, Response};
use quintet_store::{Store, StoreFigures};
use quintet_subscriber::auc::WallClock;
use quintet_udm::{Udm, UdmEvent};
use std::time::Duration;

/// Who hears what the UDM reports.
pub type UdmListener = Box<dyn FnMut(Moment, &UdmEvent)>;

/// A UDM with its store.
pub struct UdmApplication {
    udm: Udm,
    store: Box<dyn Store>,
    tally: Tally,
    requests: Counts<(&'static str, u16)>,
    listener: Option<UdmListener>,
}

impl UdmApplication {
    /// A UDM and the store it works on; [`UdmApplication::start`] begins.
    #[must_use]
    pub fn new(mut udm: Udm, store: Box<dyn Store>) -> Self {
        udm.listen(true);
        Self {
            udm,
            store,
            tally: Tally::default(),
            requests: Counts::default(),
            listener: None,
        }
    }

    /// The same with a listener for what it reports.
    #[must_use]
    pub fn reporting(mut self, listener: UdmListener) -> Self {
        self.listener = Some(listener);
        self
    }

    /// Takes the slot over and begins to read subscribers.
    pub fn start(&mut self) {
        self.udm.start();
    }

    /// The UDM, for what an operator asks of it.
    pub fn udm(&mut self) -> &mut Udm {
        &mut self.udm
    }

    /// The UDM, to look at.
    #[must_use]
    pub fn view(&self) -> &Udm {
        &self.udm
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

    /// Requests that were answered, by service operation and status.
    pub(crate) fn requests(&self) -> impl Iterator<Item = (&(&'static str, u16), u64)> {
        self.requests.iter()
    }

    /// Logs what the UDM reports.
    fn report(&mut self, at: Moment) {
        while let Some((attempt, event)) = self.udm.poll_named_event() {
            let attempt = Shown(attempt);
            if let Some(listener) = &mut self.listener {
                listener(at, &event);
            }
            match event {
                UdmEvent::Front(event) => {
                    let slot = self.udm.config().slot;
                    self.tally.report((slot, "udm.slot"), attempt, event);
                }
                UdmEvent::Answered {
                    operation,
                    imsi,
                    status,
                    cause,
                    ..
                } => {
                    self.requests.add((operation, status));
                    tracing::debug!(
                        attempt = attempt.field(),
                        operation,
                        ?imsi,
                        status,
                        ?cause,
                        "answered"
                    );
                }
                UdmEvent::Notified { imsi, what, status } => tracing::debug!(what, ?imsi, status, "notified"),
                UdmEvent::NotificationFailed { imsi, what, failure } => {
                    tracing::info!(what, ?imsi, ?failure, "a notification failed and is tried again");
                }
                UdmEvent::GivenUp { imsi, what } => {
                    self.tally.given_up += 1;
                    tracing::warn!(what, ?imsi, "a notification was given up");
                }
                other => tracing::debug!(event = ?other, "udm"),
            }
        }
    }
}

impl Application for UdmApplication {
    /// A UDM speaks no Diameter.
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &Event) {}

    fn pump(&mut self, at: Moment, _: &mut Node) {
        if self.store.changed() {
            self.udm.store_changed();
        }
        loop {
            let mut idle = true;
            while let Some((ticket, command)) = self.udm.poll_store() {
                self.store.submit(ticket, command);
            }
            while let Some((ticket, reply)) = self.store.poll() {
                idle = false;
                self.udm.handle_store(at.now, WallClock(at.wall), ticket, reply);
            }
            if idle {
                break;
            }
        }
        self.report(at);
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.udm.poll_timeout()
    }

    fn timeout(&mut self, at: Moment, _: &mut Node) {
        self.udm.handle_timeout(at.now, WallClock(at.wall));
    }

    fn sbi_request(&mut self, at: Moment, _: &mut Node, id: RequestId, request: Request) {
        self.udm.handle_request(at.now, WallClock(at.wall), id, &request);
    }

    fn sbi_response(&mut self, at: Moment, _: &mut Node, id: CallId, outcome: Result<Response, CallFailure>) {
        self.udm.handle_response(at.now, id, outcome);
    }

    fn poll_sbi(&mut self) -> Option<Output> {
        self.udm.poll_sbi()
    }
}
