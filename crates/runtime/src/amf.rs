//! The AMF as an application of the driver: its gNBs over SCTP, its peers over HTTP/2, its contexts to a store, its log.

use crate::metrics::{Sessions, amf_phase};
use crate::mme::Keep;
use crate::sctp::SctpCommand;
use crate::spans::Attempts;
use crate::{Application, Moment, Tracer};
use quintet_amf::{Amf, AmfEvent, N2Output, Save, Service};
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node};
use quintet_fgmm::network::At;
use quintet_ngap::PPID;
use quintet_sbi::{CallFailure, CallId, Request, RequestId, Response};
use quintet_sctp::Message;
use std::time::Duration;

/// Who hears what the AMF reports.
pub type AmfListener = Box<dyn FnMut(Moment, &AmfEvent)>;

/// An AMF with its store.
pub struct AmfApplication {
    amf: Amf,
    sessions: Sessions,
    attempts: Attempts,
    keep: Option<Keep>,
    listener: Option<AmfListener>,
}

impl AmfApplication {
    /// An AMF whose contexts are forgotten with it.
    #[must_use]
    pub fn new(amf: Amf) -> Self {
        Self {
            amf,
            sessions: Sessions::default(),
            attempts: Attempts::default(),
            keep: None,
            listener: None,
        }
    }

    /// The same with a place for its contexts.
    #[must_use]
    pub fn keeping(mut self, keep: Keep) -> Self {
        self.keep = Some(keep);
        self
    }

    /// The same with a listener for what it reports.
    #[must_use]
    pub fn reporting(mut self, listener: AmfListener) -> Self {
        self.listener = Some(listener);
        self
    }

    /// The AMF, for what an operator asks of it.
    pub fn amf(&mut self) -> &mut Amf {
        &mut self.amf
    }

    /// The AMF, to look at.
    #[must_use]
    pub fn view(&self) -> &Amf {
        &self.amf
    }

    /// Tells each attempt as a span from now on.
    pub fn trace(&mut self, tracer: Tracer) {
        self.attempts.trace(tracer, "amf");
    }

    fn trace_step(&mut self, at: Moment, event: &AmfEvent) {
        if let AmfEvent::Fgmm {
            attempt,
            event: quintet_fgmm::network::Event::Phase { phase, .. },
            ..
        } = event
        {
            let (what, step) = amf_phase(*phase);
            self.attempts.step(at, *attempt, what, step);
        }
    }

    /// What was counted of sessions.
    pub(crate) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// Ends the AMF's work: its contexts as they are at last, and nothing is kept any more.
    pub fn retire(&mut self) -> Vec<Save> {
        self.keep = None;
        self.amf.final_saves().collect()
    }

    fn report(&mut self, at: Moment) {
        while let Some(event) = self.amf.poll_event() {
            log(&event);
            self.sessions.of_amf(&event);
            self.trace_step(at, &event);
            if let Some(listener) = &mut self.listener {
                listener(at, &event);
            }
        }
    }
}

/// The same moment in the words of mobility management.
fn at(moment: Moment) -> At {
    At {
        now: moment.now,
        wall: moment.wall,
    }
}

fn log(event: &AmfEvent) {
    match event {
        AmfEvent::Associated { association, peer } => {
            tracing::debug!(association = association.0, %peer, "a gNB's association is up");
        }
        AmfEvent::GnbSetUp { association, setup } => tracing::info!(
            association = association.0,
            name = setup.name,
            id = %setup.global_ran_node_id,
            "gNB set up"
        ),
        AmfEvent::GnbRefused { association, cause } => tracing::warn!(
            association = association.0,
            %cause,
            "a gNB is refused: none of its PLMNs, tracking areas or slices is in amf.tracking_areas and amf.slices, or \
             another host has its gNB ID"
        ),
        AmfEvent::GnbLost {
            association,
            connections,
        } => tracing::info!(association = association.0, connections, "gNB gone"),
        AmfEvent::N2 {
            association,
            disposition,
            why,
        } => tracing::debug!(
            association = association.0,
            ?disposition,
            why,
            "NGAP message not taken"
        ),
        AmfEvent::Fgmm {
            connection,
            attempt,
            event,
            ..
        } => tracing::debug!(%attempt, connection = connection.0, ?event, "NAS"),
        AmfEvent::CallFailed {
            service,
            what,
            why,
            again,
        } => call_failed(*service, what, why, *again),
        AmfEvent::Served { what, supi, status } => {
            tracing::debug!(what, ?supi, status, "request of another network function served");
        }
        AmfEvent::PagingFailed { guti } => tracing::info!(?guti, "a paged UE does not answer"),
        AmfEvent::ImplicitlyDeregistered { guti } => tracing::info!(?guti, "a silent UE is deregistered"),
    }
}

/// A refusal is about one UE; no response is about the network function.
fn call_failed(service: Service, what: &str, why: &str, again: bool) {
    let refused = why.starts_with('4') || why.starts_with('5');
    match service {
        _ if refused => tracing::info!(?service, what, why, "refused"),
        _ if again => tracing::debug!(?service, what, why, "asked once more"),
        Service::Ausf => tracing::warn!(
            what,
            why,
            "no answer of the AUSF: who must be authenticated is rejected; is amf.ausf right, and does it run?"
        ),
        Service::Udm => tracing::warn!(
            what,
            why,
            "no answer of the UDM: registrations are rejected; is amf.udm right, and does it run?"
        ),
        Service::Smf => tracing::warn!(
            what,
            why,
            "no answer of the SMF: PDU sessions are refused (#90); is amf.smf right, and does it run?"
        ),
    }
}

impl Application for AmfApplication {
    fn handle(
        &mut self,
        _moment: Moment,
        _node: &mut Node,
        _connection: ConnectionId,
        _inbound: Inbound<'_>,
    ) {
        // An AMF speaks no Diameter.
    }

    fn event(&mut self, _moment: Moment, _node: &mut Node, event: &Event) {
        tracing::debug!(?event, "diameter");
    }

    fn pump(&mut self, moment: Moment, _node: &mut Node) {
        while let Some(save) = self.amf.poll_save() {
            if let Some(keep) = &mut self.keep {
                keep(save);
            }
        }
        self.report(moment);
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.amf.poll_timeout()
    }

    fn timeout(&mut self, moment: Moment, _node: &mut Node) {
        self.amf.timeout(at(moment));
    }

    fn sctp(&mut self, moment: Moment, _node: &mut Node, event: quintet_sctp::Event) {
        use quintet_sctp::Event as Sctp;
        match event {
            Sctp::Up {
                association,
                peer,
                streams,
                ..
            } => {
                self.amf.n2_up(association, peer, streams);
            }
            Sctp::Message { association, message } => {
                // What became of it is among the events.
                let _ = self.amf.n2_message(at(moment), association, &message);
            }
            // The gNB lost what it knew: it sets up anew (TS 38.412 7, TS 38.413 8.7.1).
            Sctp::Restarted { association, streams } => {
                self.amf.n2_restarted(at(moment), association, streams);
            }
            Sctp::Down { association, .. } => self.amf.n2_down(at(moment), association),
            Sctp::Writable { .. } => {}
        }
    }

    fn poll_sctp(&mut self) -> Option<SctpCommand> {
        Some(match self.amf.poll_n2()? {
            N2Output::Send {
                association,
                stream,
                payload,
            } => SctpCommand::Send {
                association,
                message: Message {
                    stream,
                    ppid: PPID,
                    unordered: false,
                    payload,
                },
            },
            N2Output::Shutdown { association } => SctpCommand::Shutdown { association },
        })
    }

    fn sbi_request(&mut self, moment: Moment, _node: &mut Node, id: RequestId, request: Request) {
        self.amf.handle_request(at(moment), id, &request);
    }

    fn sbi_response(
        &mut self,
        moment: Moment,
        _node: &mut Node,
        id: CallId,
        outcome: Result<Response, CallFailure>,
    ) {
        self.amf.handle_response(at(moment), id, outcome);
    }

    fn poll_sbi(&mut self) -> Option<quintet_sbi::Output> {
        self.amf.poll_sbi()
    }
}
