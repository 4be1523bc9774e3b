//! The procedures an MME begins: requests sent, answers taken further.

use super::event::{AttachFailure, MmeEvent, Procedure, ProcedureError, Verdict};
use super::{Mme, SecurityContext};
use crate::usim::Challenged;
use core::time::Duration;
use quintet_crypto::{Auts, Rand};
use quintet_diameter::dict::command;
use quintet_diameter::node::{Destination, RouteError};
use quintet_diameter::{Message, MessageWriter, Node};
use quintet_identity::Imsi;
use quintet_mme::s6a::{
    self, AnswerFault, EutranVector, Notification, S6A, TerminalInformation, UpdateLocation, outcome,
    read_subscription, read_vectors,
};
use quintet_subscriber::s6a::UlrFlags;

/// A procedure under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Running {
    procedure: Procedure,
    /// Whether the card was resynchronised in it: a second time would never end.
    resynchronised: bool,
}

/// What a challenge leads to.
enum Next {
    /// The next step is a location update.
    Authenticated(SecurityContext),
    /// New vectors are needed; the token goes along.
    Resynchronise(Auts),
    Fail(AttachFailure),
}

impl Mme {
    /// Sends a request about `imsi`.
    fn send(
        &mut self,
        now: Duration,
        node: &mut Node,
        imsi: Imsi,
        command: u32,
        write: impl FnOnce(&mut MessageWriter<'_>),
    ) -> Result<(), RouteError> {
        self.session_id.clear();
        node.next_session_id(&mut self.session_id);
        let session_id = &self.session_id;
        let to = Destination {
            host: self.config.hss_host.as_deref(),
            realm: &self.config.hss_realm,
        };
        let build = |w: &mut MessageWriter<'_>| {
            s6a::write_application(w, session_id);
            write(w);
        };
        let handle = node.request(now, to, S6A, command, build, Some(self.config.request_timeout))?;
        self.sent.insert(handle, imsi);
        self.report(MmeEvent::Requested { imsi, command });
        Ok(())
    }

    /// Sends the first request of a procedure and notes that it runs.
    fn begin(
        &mut self,
        now: Duration,
        node: &mut Node,
        imsi: Imsi,
        (procedure, command): (Procedure, u32),
        write: impl FnOnce(&mut MessageWriter<'_>),
    ) -> Result<(), ProcedureError> {
        self.send(now, node, imsi, command, write)
            .map_err(ProcedureError::Route)?;
        self.running.insert(
            imsi,
            Running {
                procedure,
                resynchronised: false,
            },
        );
        Ok(())
    }

    pub(super) fn begin_attach(
        &mut self,
        now: Duration,
        node: &mut Node,
        imsi: Imsi,
        kept: Option<EutranVector>,
    ) -> Result<(), ProcedureError> {
        if let Some(vector) = kept {
            self.running.insert(
                imsi,
                Running {
                    procedure: Procedure::Attach,
                    resynchronised: false,
                },
            );
            self.challenge(now, node, imsi, &vector);
            return Ok(());
        }
        let (plmn, n) = (self.config.plmn, self.config.vectors);
        let what = (Procedure::Attach, command::AUTHENTICATION_INFORMATION);
        self.begin(now, node, imsi, what, |w| s6a::write_air(w, imsi, plmn, n, None))
    }

    pub(super) fn begin_update(
        &mut self,
        now: Duration,
        node: &mut Node,
        imsi: Imsi,
        procedure: Procedure,
    ) -> Result<(), ProcedureError> {
        let request = self.update_location(imsi, UlrFlags::S6A_S6D);
        self.begin(now, node, imsi, (procedure, command::UPDATE_LOCATION), |w| {
            s6a::write_ulr(w, &request)
        })
    }

    pub(super) fn begin_purge(
        &mut self,
        now: Duration,
        node: &mut Node,
        imsi: Imsi,
    ) -> Result<(), ProcedureError> {
        self.begin(now, node, imsi, (Procedure::Purge, command::PURGE_UE), |w| {
            s6a::write_pur(w, imsi)
        })
    }

    pub(super) fn begin_notify(
        &mut self,
        now: Duration,
        node: &mut Node,
        imsi: Imsi,
        notification: &Notification,
    ) -> Result<(), ProcedureError> {
        let what = (Procedure::Notify, command::NOTIFY);
        self.begin(now, node, imsi, what, |w| s6a::write_nor(w, imsi, notification))
    }

    fn update_location(&self, imsi: Imsi, flags: UlrFlags) -> UpdateLocation {
        UpdateLocation {
            imsi,
            plmn: self.config.plmn,
            rat_type: self.config.rat_type,
            flags,
            features: self.config.features,
            terminal: self
                .ues
                .get(&imsi)
                .and_then(|ue| ue.imeisv)
                .map(TerminalInformation),
        }
    }

    /// The answer to the present request about `imsi`.
    pub(super) fn answered(&mut self, now: Duration, node: &mut Node, imsi: Imsi, answer: &Message<'_>) {
        let code = answer.header().code;
        let outcome = outcome(answer);
        self.report(MmeEvent::Answered {
            imsi,
            command: code,
            outcome,
        });
        if !outcome.is_success() {
            return self.fail(imsi, AttachFailure::Refused(outcome));
        }
        match code {
            command::AUTHENTICATION_INFORMATION => self.take_vectors(now, node, imsi, answer),
            command::UPDATE_LOCATION => self.take_subscription(imsi, answer),
            command::PURGE_UE => {
                self.contexts.remove(&imsi);
                self.complete(imsi);
            }
            _ => self.complete(imsi),
        }
    }

    /// AIA: the first vector is used, the others are kept.
    fn take_vectors(&mut self, now: Duration, node: &mut Node, imsi: Imsi, answer: &Message<'_>) {
        let mut vectors = match read_vectors(answer) {
            Ok(vectors) => vectors.into_iter(),
            Err(fault) => return self.fail(imsi, AttachFailure::Unusable(fault)),
        };
        let Some(first) = vectors.next() else {
            return self.fail(imsi, AttachFailure::NoVector);
        };
        self.contexts.entry(imsi).or_default().vectors = vectors.collect();
        self.challenge(now, node, imsi, &first);
    }

    /// Authenticates the UE with one vector and goes on.
    fn challenge(&mut self, now: Duration, node: &mut Node, imsi: Imsi, vector: &EutranVector) {
        match self.try_vector(imsi, vector) {
            Next::Authenticated(security) => {
                self.contexts.entry(imsi).or_default().security = Some(security);
                let request = self.update_location(imsi, UlrFlags::S6A_S6D | UlrFlags::INITIAL_ATTACH);
                let write = |w: &mut MessageWriter<'_>| s6a::write_ulr(w, &request);
                if let Err(error) = self.send(now, node, imsi, command::UPDATE_LOCATION, write) {
                    self.fail(imsi, AttachFailure::NotSent(error));
                }
            }
            Next::Resynchronise(auts) => self.resynchronise(now, node, imsi, &vector.rand, &auts),
            Next::Fail(failure) => {
                self.report(MmeEvent::Challenged {
                    imsi,
                    verdict: Verdict::Refused,
                });
                self.fail(imsi, failure);
            }
        }
    }

    /// What the card says, and whether both sides agree (TS 33.401 6.1.1).
    fn try_vector(&mut self, imsi: Imsi, vector: &EutranVector) -> Next {
        let plmn = self.config.plmn;
        // A UE that left meanwhile does not answer any more; for the network that is a failed authentication.
        let Some(ue) = self.ues.get_mut(&imsi) else {
            return Next::Fail(AttachFailure::MacFailure);
        };
        match ue.usim.challenge(&vector.rand, &vector.autn, plmn) {
            Challenged::MacFailure => Next::Fail(AttachFailure::MacFailure),
            Challenged::NotSeparated => Next::Fail(AttachFailure::NotSeparated),
            Challenged::SynchronisationFailure { auts, sqn_ms } => {
                self.report(MmeEvent::Challenged {
                    imsi,
                    verdict: Verdict::SynchronisationFailure { sqn_ms },
                });
                Next::Resynchronise(auts)
            }
            Challenged::Accepted(agreed) if agreed.res != vector.xres => Next::Fail(AttachFailure::WrongXres),
            Challenged::Accepted(agreed) if agreed.kasme != vector.kasme => {
                Next::Fail(AttachFailure::WrongKasme)
            }
            Challenged::Accepted(agreed) => {
                self.report(MmeEvent::Challenged {
                    imsi,
                    verdict: Verdict::Accepted {
                        sqn_ms: agreed.sqn_ms,
                    },
                });
                Next::Authenticated(SecurityContext {
                    kasme: agreed.kasme,
                    plmn,
                })
            }
        }
    }

    /// After a synchronisation failure all kept vectors are as stale: they go (TS 33.102 6.3.5).
    fn resynchronise(&mut self, now: Duration, node: &mut Node, imsi: Imsi, rand: &Rand, auts: &Auts) {
        let Some(running) = self.running.get_mut(&imsi) else {
            return;
        };
        if std::mem::replace(&mut running.resynchronised, true) {
            return self.fail(imsi, AttachFailure::SynchronisationFailure);
        }
        if let Some(context) = self.contexts.get_mut(&imsi) {
            context.vectors.clear();
        }
        let (plmn, n) = (self.config.plmn, self.config.vectors);
        let write = |w: &mut MessageWriter<'_>| s6a::write_air(w, imsi, plmn, n, Some((rand, auts)));
        if let Err(error) = self.send(now, node, imsi, command::AUTHENTICATION_INFORMATION, write) {
            self.fail(imsi, AttachFailure::NotSent(error));
        }
    }

    /// ULA: Subscription-Data must be there, as Skip-Subscriber-Data was not asked for, and be fit for service.
    fn take_subscription(&mut self, imsi: Imsi, answer: &Message<'_>) {
        let subscription = match read_subscription(answer) {
            Ok(Some(subscription)) => subscription,
            Ok(None) => {
                let fault = AnswerFault::Missing {
                    avp: "Subscription-Data",
                };
                return self.fail(imsi, AttachFailure::Unusable(fault));
            }
            Err(fault) => return self.fail(imsi, AttachFailure::Unusable(fault)),
        };
        let faults = subscription.faults();
        if !faults.is_empty() {
            return self.fail(imsi, AttachFailure::Subscription(faults));
        }
        let context = self.contexts.entry(imsi).or_default();
        context.subscription = Some(subscription);
        context.confirmed = true;
        self.complete(imsi);
    }

    fn complete(&mut self, imsi: Imsi) {
        if let Some(Running { procedure, .. }) = self.running.remove(&imsi) {
            self.report(MmeEvent::Completed { imsi, procedure });
        }
    }

    /// Ends a procedure. A UE whose registration failed has no context; a failed PUR or NOR changes nothing.
    pub(super) fn fail(&mut self, imsi: Imsi, failure: AttachFailure) {
        let Some(Running { procedure, .. }) = self.running.remove(&imsi) else {
            return;
        };
        match procedure {
            Procedure::Attach | Procedure::TrackingAreaUpdate => {
                self.contexts.remove(&imsi);
            }
            // The HSS does not know the UE any more: neither shall the MME (TS 29.272 5.2.1.1.2).
            Procedure::Confirmation if matches!(failure, AttachFailure::Refused(_)) => {
                self.contexts.remove(&imsi);
            }
            Procedure::Confirmation | Procedure::Purge | Procedure::Notify => {}
        }
        self.report(MmeEvent::Failed {
            imsi,
            procedure,
            failure,
        });
    }
}
