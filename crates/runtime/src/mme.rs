//! The MME as an application of the driver: its eNBs over SCTP, its contexts to a store, its log.

use crate::metrics::{Sessions, mme_phase};
use crate::peer_log::log_hss;
use crate::sctp::SctpCommand;
use crate::spans::Attempts;
use crate::{Application, Moment, Tracer};
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node};
use quintet_emm::network::At;
use quintet_mme::{Mme, MmeEvent, S1Output, Save};
use quintet_s1ap::PPID;
use quintet_sctp::Message;
use std::time::Duration;

/// Where the MME's contexts go.
pub type Keep = Box<dyn FnMut(Save)>;

/// Who hears what the MME reports.
pub type Listener = Box<dyn FnMut(Moment, &MmeEvent)>;

/// An MME with its store.
pub struct MmeApplication {
    mme: Mme,
    sessions: Sessions,
    attempts: Attempts,
    keep: Option<Keep>,
    listener: Option<Listener>,
}

impl MmeApplication {
    /// An MME whose contexts are forgotten with it.
    #[must_use]
    pub fn new(mme: Mme) -> Self {
        Self {
            mme,
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
    pub fn reporting(mut self, listener: Listener) -> Self {
        self.listener = Some(listener);
        self
    }

    /// The MME, for what an operator asks of it.
    pub fn mme(&mut self) -> &mut Mme {
        &mut self.mme
    }

    /// The MME, to look at.
    #[must_use]
    pub fn view(&self) -> &Mme {
        &self.mme
    }

    /// Tells each attempt as a span from now on.
    pub fn trace(&mut self, tracer: Tracer) {
        self.attempts.trace(tracer, "mme");
    }

    fn trace_step(&mut self, at: Moment, event: &MmeEvent) {
        if let MmeEvent::Emm {
            attempt,
            event: quintet_emm::network::Event::Phase { phase, .. },
            ..
        } = event
        {
            let (what, step) = mme_phase(*phase);
            self.attempts.step(at, *attempt, what, step);
        }
    }

    /// What was counted of sessions.
    pub(crate) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// Ends the MME's work: its contexts as they are at last, and nothing is kept any more.
    pub fn retire(&mut self) -> Vec<Save> {
        self.keep = None;
        self.mme.final_saves().collect()
    }

    fn report(&mut self, at: Moment) {
        while let Some(event) = self.mme.poll_event() {
            log(&event);
            self.sessions.of_mme(&event);
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

fn log(event: &MmeEvent) {
    match event {
        MmeEvent::Associated { association, peer } => {
            tracing::debug!(association = association.0, %peer, "an eNB's association is up");
        }
        MmeEvent::EnbSetUp { association, setup } => {
            tracing::info!(association = association.0, name = setup.name, id = ?setup.global_enb_id, "eNB set up");
        }
        MmeEvent::EnbRefused { association, cause } => tracing::warn!(
            association = association.0,
            %cause,
            "an eNB is refused: none of its PLMNs or tracking areas is in mme.tracking_areas, or another host has its eNB ID"
        ),
        MmeEvent::EnbLost {
            association,
            connections,
        } => tracing::info!(association = association.0, connections, "eNB gone"),
        MmeEvent::S1 {
            association,
            disposition,
            why,
        } => tracing::debug!(
            association = association.0,
            ?disposition,
            why,
            "S1AP message not taken"
        ),
        MmeEvent::Emm {
            connection,
            attempt,
            event,
            ..
        } => tracing::debug!(%attempt, connection = connection.0, ?event, "NAS"),
        MmeEvent::Served {
            command,
            imsi,
            outcome,
        } => tracing::debug!(command, ?imsi, %outcome, "request of the HSS served"),
        MmeEvent::PagingFailed { guti } => tracing::info!(?guti, "a paged UE does not answer"),
        MmeEvent::ImplicitlyDetached { guti } => tracing::info!(?guti, "a silent UE is detached"),
    }
}

impl Application for MmeApplication {
    fn handle(&mut self, moment: Moment, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>) {
        self.mme.handle(at(moment), node, connection, inbound);
    }

    fn event(&mut self, moment: Moment, node: &mut Node, event: &Event) {
        log_hss(node, event, "who must be authenticated is rejected (#17)");
        self.mme.handle_event(at(moment), node, event);
    }

    fn pump(&mut self, moment: Moment, _node: &mut Node) {
        while let Some(save) = self.mme.poll_save() {
            if let Some(keep) = &mut self.keep {
                keep(save);
            }
        }
        self.report(moment);
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.mme.poll_timeout()
    }

    fn timeout(&mut self, moment: Moment, node: &mut Node) {
        self.mme.timeout(at(moment), node);
    }

    fn sctp(&mut self, moment: Moment, node: &mut Node, event: quintet_sctp::Event) {
        use quintet_sctp::Event as Sctp;
        match event {
            Sctp::Up {
                association,
                peer,
                streams,
                ..
            } => {
                self.mme.s1_up(association, peer, streams);
            }
            Sctp::Message { association, message } => {
                // What became of it is among the events.
                let _ = self.mme.s1_message(at(moment), node, association, &message);
            }
            // The eNB lost what it knew: it sets up anew (TS 36.412 7, TS 36.413 8.7.3).
            Sctp::Restarted { association, streams } => {
                self.mme.s1_restarted(at(moment), node, association, streams)
            }
            Sctp::Down { association, .. } => self.mme.s1_down(at(moment), node, association),
            Sctp::Writable { .. } => {}
        }
    }

    fn poll_sctp(&mut self) -> Option<SctpCommand> {
        Some(match self.mme.poll_s1()? {
            S1Output::Send {
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
            S1Output::Shutdown { association } => SctpCommand::Shutdown { association },
        })
    }
}
