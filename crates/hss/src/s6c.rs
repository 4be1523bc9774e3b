//! S6c (TS 29.338 5.2): SMS-GMSCs ask where a short message is to be sent, report what became of it, and are alerted when the UE
//! can be reached again.
//!
//! ```text
//!   SRR, RDR ──► Load ──► subscription in memory, or Load ──► decide ─┬─ nothing changes ─────► answer
//!                                                                      └─ ChangeWaiting ───────► answer
//!   ULR, NOR, RDR SUCCESSFUL_TRANSFER ──► ChangeWaiting (flags) ──► ALR to each that waits ──► ALA ──► ChangeWaiting (told)
//! ```
//!
//! Message waiting data are in the store beside the location, so whoever registers a UE has them before it. A service centre waits
//! until it has answered an alert: one that cannot be reached is alerted when the UE shows itself next, by whichever front end.

use crate::Disposition;
use crate::answers::outcome_of;
use crate::hss::{Cx, Hss, Purpose};
use crate::serve::{Inbound, Stage, Step};
use crate::slh::{key_of, lane_of, load};
use crate::wire::Outgoing;
use quintet_cx::{Envelope, ExperimentalResult};
use quintet_diameter::{ConnectionId, Message, ResultCode};
use quintet_home::{Need, StoreReply};
use quintet_identity::{Imsi, Msisdn, Plmn};
use quintet_slh::s6c::{Alr, Answer, Request, UserIdentifier};
use quintet_store::{Command, Reply, ShReply};
use quintet_subscriber::model::{
    Location, MessageWaiting, Presence, ServiceCentre, Subscription, WaitingChange,
};
use quintet_subscriber::s6c::{Decision, alerted, came, report, route};
use quintet_subscriber::sh::ShUser;

/// Where a request of S6c stopped.
#[derive(Debug, Default)]
pub(crate) enum S6cStage {
    /// Nothing was done yet.
    #[default]
    Start,
    /// Whom it is about is being loaded.
    Loading,
    /// The user's subscription is being loaded.
    Subscribing(Box<ShUser>),
    /// What changes is being stored.
    Storing(Box<Storing>),
}

/// What is being stored, and on what it was decided.
#[derive(Debug)]
pub(crate) struct Storing {
    imsi: Imsi,
    msisdn: Option<Msisdn>,
    location: Option<Location>,
    change: WaitingChange,
    answer: Answer,
}

impl Hss {
    /// Serves a request of S6c.
    pub(crate) fn serve_s6c(
        &mut self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
        message: Message<'_>,
    ) -> Disposition {
        let lane = lane_of(&message);
        self.serve_in_lane(cx, connection, message, Some(lane), |hss, cx, inbound| {
            hss.s6c_outcome(cx, inbound, None, ResultCode::TOO_BUSY.into())
        })
    }

    /// Takes a request up at a stage.
    pub(crate) fn s6c_step(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        stage: S6cStage,
        reply: Option<StoreReply>,
    ) -> Step {
        if let Some(Err(error)) = &reply {
            return Step::Done(self.s6c_outcome(cx, inbound, None, outcome_of(error)));
        }
        let request = match Request::read(&inbound.message) {
            Ok(request) => request,
            Err(fault) => return Step::Done(self.respond_fault(cx, inbound, &fault)),
        };
        let user = match &request {
            Request::RoutingInfo(srr) => srr.user,
            Request::ReportDeliveryStatus(rdr) => rdr.user,
            // An HSS sends alerts.
            Request::AlertServiceCentre(_) => {
                let unsupported = ResultCode::COMMAND_UNSUPPORTED;
                return Step::Done(self.s6c_outcome(cx, inbound, None, unsupported.into()));
            }
        };
        match (stage, reply) {
            (S6cStage::Storing(stored), Some(Ok(reply))) => {
                let disposition = self.s6c_answer(cx, inbound, Some(stored.imsi), &stored.answer);
                if let Reply::Location(Some(location)) = reply {
                    self.present_meanwhile(cx, &stored, &location);
                }
                Step::Done(disposition)
            }
            (S6cStage::Loading, Some(Ok(Reply::Sh(ShReply::User(Some(user)))))) => {
                match self.front.remembered(user.imsi) {
                    Some(known) => self.s6c_decide(cx, inbound, &request, &user, &known.subscription),
                    None => {
                        let (imsi, slot) = (user.imsi, self.config.slot);
                        let load = Command::Load { imsi, slot };
                        Step::Wait(Need::Command(load), Stage::S6c(S6cStage::Subscribing(user)))
                    }
                }
            }
            (
                S6cStage::Subscribing(user),
                Some(Ok(Reply::Subscriber {
                    subscriber: Some(subscriber),
                    epoch,
                })),
            ) => match self.front.take_in(user.imsi, Some(subscriber), epoch) {
                Some(known) => self.s6c_decide(cx, inbound, &request, &user, &known.subscription),
                None => Step::Done(self.s6c_unknown(cx, inbound)),
            },
            (S6cStage::Loading | S6cStage::Subscribing(_), Some(_)) => {
                Step::Done(self.s6c_unknown(cx, inbound))
            }
            _ => match key_of(user.imsi, user.msisdn) {
                Some(key) => load(key, Stage::S6c(S6cStage::Loading)),
                None => Step::Done(self.s6c_unknown(cx, inbound)),
            },
        }
    }

    fn s6c_decide(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        request: &Request,
        user: &ShUser,
        subscription: &Subscription,
    ) -> Step {
        let envelope = Envelope::of(&inbound.message);
        let centre = |address: Option<Msisdn>| {
            address.map(|address| ServiceCentre {
                address,
                host: envelope.origin_host.to_owned(),
                realm: envelope.origin_realm.to_owned(),
            })
        };
        let decided = match request {
            Request::RoutingInfo(srr) => {
                let home = self.home_of(user.imsi);
                route(srr, user, subscription, home, centre(srr.sc_address))
                    .map(|decision| decision.map(|sra| Answer::RoutingInfo(Box::new(sra))))
            }
            Request::ReportDeliveryStatus(rdr) => report(rdr, user, centre(rdr.sc_address))
                .map(|decision| decision.map(Answer::ReportDeliveryStatus)),
            Request::AlertServiceCentre(_) => Err(ResultCode::COMMAND_UNSUPPORTED.into()),
        };
        let decision = match decided {
            Ok(decision) => decision,
            Err(refused) => return Step::Done(self.s6c_outcome(cx, inbound, Some(user.imsi), refused)),
        };
        let Decision {
            answer,
            change,
            presence,
        } = decision;
        let waiting = user
            .location
            .as_ref()
            .and_then(|location| location.message_waiting.as_ref());
        let Some(change) = change else {
            let disposition = self.s6c_answer(cx, inbound, Some(user.imsi), &answer);
            if presence.is_any() {
                // Who reports a success waits no more, and need not be told of it.
                let reporter = match request {
                    Request::ReportDeliveryStatus(rdr) => rdr.sc_address,
                    _ => None,
                };
                self.present(cx, user.imsi, user.msisdn, waiting, presence, reporter);
            }
            return Step::Done(disposition);
        };
        let imsi = user.imsi;
        let stage = S6cStage::Storing(Box::new(Storing {
            imsi,
            msisdn: user.msisdn,
            location: user.location.clone(),
            change: change.clone(),
            answer,
        }));
        let change = Box::new(change);
        Step::Wait(
            Need::Command(Command::ChangeWaiting { imsi, change }),
            Stage::S6c(stage),
        )
    }

    /// The UE registered while it was stored that it cannot be reached: whoever registered it saw nobody wait, so that is made
    /// good here.
    fn present_meanwhile(&mut self, cx: &mut Cx<'_>, stored: &Storing, location: &Location) {
        let presence = came(stored.location.as_ref(), location);
        let waiting = MessageWaiting::changed(location.message_waiting.as_ref(), &stored.change);
        self.present(cx, stored.imsi, stored.msisdn, waiting.as_ref(), presence, None);
    }

    /// The network of a subscriber: the home network its IMSI begins with, or else the first.
    fn home_of(&self, imsi: Imsi) -> Option<Plmn> {
        let (digits, n) = imsi.ascii();
        let is_of = |plmn: &&Plmn| {
            let (network, length) = plmn.ascii();
            digits[..n].starts_with(&network[..length])
        };
        let homes = &self.config.home_plmns;
        homes.iter().find(is_of).or(homes.first()).copied()
    }

    // --- Alerts -------------------------------------------------------------------------------------------------------

    /// A UE shows that it can be reached: its flags go, and who waits is alerted, but for the one that `reports` it.
    pub(crate) fn present(
        &mut self,
        cx: &mut Cx<'_>,
        imsi: Imsi,
        msisdn: Option<Msisdn>,
        waiting: Option<&MessageWaiting>,
        presence: Presence,
        reports: Option<Msisdn>,
    ) {
        let Some(waiting) = waiting.filter(|_| self.config.s6c && presence.is_any()) else {
            return;
        };
        let change = WaitingChange::Present(presence);
        if MessageWaiting::changed(Some(waiting), &change).as_ref() != Some(waiting) {
            self.change_waiting(imsi, change);
        }
        if let Some(address) = reports.filter(|address| waiting.includes(*address)) {
            self.change_waiting(imsi, WaitingChange::Told(address));
        }
        let user = match msisdn {
            Some(msisdn) => UserIdentifier::number(msisdn),
            None => UserIdentifier {
                imsi: Some(imsi),
                msisdn: None,
            },
        };
        for centre in alerted(waiting, presence) {
            if reports == Some(centre.address) {
                continue;
            }
            let request = Outgoing::Alert {
                imsi,
                request: Box::new(Alr {
                    sc_address: centre.address,
                    user,
                    event: None,
                    features: Vec::new(),
                }),
            };
            let to = (centre.host.clone(), centre.realm.clone());
            self.dispatch.owe(cx.now, cx.node, to, request, &mut |event| {
                self.front.events.report(event);
            });
        }
    }

    /// A service centre answered an alert: it waits no more, unless it could not take it.
    pub(crate) fn alert_confirmed(&mut self, imsi: Imsi, address: Option<Msisdn>, result: u32) {
        let is_told = result / 1000 == 2 || result == ExperimentalResult::ERROR_USER_UNKNOWN.0;
        if let Some(address) = address.filter(|_| is_told) {
            self.change_waiting(imsi, WaitingChange::Told(address));
        }
    }

    fn change_waiting(&mut self, imsi: Imsi, change: WaitingChange) {
        let change = Box::new(change);
        let command = Command::ChangeWaiting { imsi, change };
        self.front
            .submit(command, Purpose::FollowUp("message waiting data"));
    }

    // --- Answers ------------------------------------------------------------------------------------------------------

    fn s6c_unknown(&mut self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Disposition {
        let unknown = ExperimentalResult::ERROR_USER_UNKNOWN;
        self.s6c_outcome(cx, inbound, None, unknown.into())
    }

    fn s6c_answer(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Option<Imsi>,
        answer: &Answer,
    ) -> Disposition {
        self.respond(cx, inbound, imsi, answer.outcome(), |w| answer.write(w))
    }

    /// Answers with a result alone.
    pub(crate) fn s6c_outcome(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Option<Imsi>,
        outcome: quintet_cx::Outcome,
    ) -> Disposition {
        match Answer::refusal(inbound.message.header().code, outcome) {
            Some(answer) => self.s6c_answer(cx, inbound, imsi, &answer),
            None => self.fail(cx, inbound, imsi, ResultCode::COMMAND_UNSUPPORTED),
        }
    }
}
