//! From a request to its end: answered at once, or parked and taken up again when what it waits for is there.
//!
//! ```text
//!            ┌── lane busy ──► stands behind ──┐
//!  request ──┤                                 ├─► step ─► Done: answered
//!            └── free ─────────────────────────┘     └──► Wait: a command for the store, or the slot's bound
//!                                                          └─ reply ─► step with the stage it stopped at
//! ```
//!
//! A step is a function of the request's octets, the stage and the reply. A parked request is decoded again, so that
//! nothing of it is kept but its octets. If it is not answered within [`WAITING_TIME`] it is answered 5012; its command
//! stays its own until the store has replied, so that what the store did is followed up all the same.

use crate::eir::{EquipmentStage, S13};
use crate::hss::{Cx, Hss};
use crate::ims::ImsStage;
use crate::location::{LocationStage, NotifyStage, PurgeStage};
use crate::s6c::S6cStage;
use crate::sh::ShStage;
use crate::slh::SlhStage;
use crate::swx::SwxStage;
use crate::wire::{Fault, read_imsi, result, write_auth_session_state};
use crate::{Disposition, HssEvent, Outcome};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::node::Queue;
use quintet_diameter::{ConnectionId, Message, ResultCode};
use quintet_home::{JobId, Lane, MAX_WAITING, Need, StoreReply, WAITING_TIME};
use quintet_identity::Imsi;
use quintet_slh::s6c::S6C;
use quintet_store::StoreError;
use quintet_subscriber::s6a::Refusal;

/// Where a request stopped.
#[derive(Debug, Default)]
pub(crate) enum Stage {
    /// Nothing was done yet, or everything is to be done again.
    #[default]
    Start,
    /// Its subscriber is being loaded.
    Loading,
    /// Vectors.
    Authentication(quintet_home::Stage),
    /// Update location.
    Location(LocationStage),
    /// Purge.
    Purge(PurgeStage),
    /// Notify.
    Notify(NotifyStage),
    /// A request of Cx.
    Ims(ImsStage),
    /// A request of S13.
    Equipment(EquipmentStage),
    /// A request of Sh.
    Sh(ShStage),
    /// A request of SWx.
    Swx(SwxStage),
    /// A request of SLh.
    Slh(SlhStage),
    /// A request of S6c.
    S6c(S6cStage),
}

/// What a step leads to.
#[derive(Debug)]
pub(crate) enum Step {
    Done(Disposition),
    Wait(Need, Stage),
}

/// A request, and where its answer goes: nowhere if it was answered already or its connection is gone.
#[derive(Clone, Copy)]
pub(crate) struct Inbound<'m> {
    pub(crate) message: Message<'m>,
    pub(crate) connection: Option<ConnectionId>,
}

/// A waiting request.
#[derive(Debug)]
pub(crate) struct Parked {
    pub(crate) connection: ConnectionId,
    pub(crate) octets: Vec<u8>,
    pub(crate) stage: Stage,
}

impl Hss {
    /// Serves one request.
    pub(crate) fn serve(
        &mut self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
        message: Message<'_>,
    ) -> Disposition {
        match message.header().application_id {
            quintet_cx::CX => return self.serve_ims(cx, connection, message),
            S13 => return self.serve_equipment(cx, connection, message),
            quintet_sh::SH => return self.serve_sh(cx, connection, message),
            quintet_swx::SWX => return self.serve_swx(cx, connection, message),
            quintet_slh::SLH => return self.serve_slh(cx, connection, message),
            S6C => return self.serve_s6c(cx, connection, message),
            _ => {}
        }
        let inbound = Inbound {
            message,
            connection: Some(connection),
        };
        let lane = match message.header().code {
            command::AUTHENTICATION_INFORMATION => Lane::Authentication,
            command::UPDATE_LOCATION | command::PURGE_UE | command::NOTIFY => Lane::Location,
            _ => return self.fail(cx, &inbound, None, ResultCode::COMMAND_UNSUPPORTED),
        };
        if !self.front.waiting.is_empty() {
            match read_imsi(&message) {
                Err(fault) => return self.fault(cx, &inbound, &fault),
                Ok(imsi) if self.front.waiting.is_busy(imsi, lane) => {
                    return match self.keep(cx, connection, &message, (imsi, lane), Stage::Start) {
                        Some(_) => Disposition::Waiting,
                        None => self.fail(cx, &inbound, Some(imsi), ResultCode::TOO_BUSY),
                    };
                }
                Ok(_) => {}
            }
        }
        match self.step(cx, &inbound, Stage::Start, None) {
            Step::Done(disposition) => disposition,
            Step::Wait(need, stage) => {
                let imsi = match read_imsi(&inbound.message) {
                    Ok(imsi) => imsi,
                    Err(fault) => return self.fault(cx, &inbound, &fault),
                };
                self.park(cx, &inbound, connection, (imsi, lane), need, stage)
                    .unwrap_or_else(|| self.fail(cx, &inbound, Some(imsi), ResultCode::TOO_BUSY))
            }
        }
    }

    /// Takes a request up at a stage.
    pub(crate) fn step(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        stage: Stage,
        reply: Option<StoreReply>,
    ) -> Step {
        match (inbound.message.header().application_id, stage) {
            (quintet_cx::CX, Stage::Ims(stage)) => self.ims_step(cx, inbound, stage, reply),
            (quintet_cx::CX, _) => self.ims_step(cx, inbound, ImsStage::Start, reply),
            (S13, Stage::Equipment(stage)) => self.equipment_step(cx, inbound, stage, reply),
            (S13, _) => self.equipment_step(cx, inbound, EquipmentStage::Start, reply),
            (quintet_sh::SH, Stage::Sh(stage)) => self.sh_step(cx, inbound, stage, reply),
            (quintet_sh::SH, _) => self.sh_step(cx, inbound, ShStage::Start, reply),
            (quintet_swx::SWX, Stage::Swx(stage)) => self.swx_step(cx, inbound, stage, reply),
            (quintet_swx::SWX, _) => self.swx_step(cx, inbound, SwxStage::Start, reply),
            (quintet_slh::SLH, Stage::Slh(stage)) => self.slh_step(cx, inbound, stage, reply),
            (quintet_slh::SLH, _) => self.slh_step(cx, inbound, SlhStage::Start, reply),
            (S6C, Stage::S6c(stage)) => self.s6c_step(cx, inbound, stage, reply),
            (S6C, _) => self.s6c_step(cx, inbound, S6cStage::Start, reply),
            (_, stage) => self.s6a_step(cx, inbound, stage, reply),
        }
    }

    fn s6a_step(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        stage: Stage,
        reply: Option<StoreReply>,
    ) -> Step {
        match inbound.message.header().code {
            command::AUTHENTICATION_INFORMATION => self.authentication_information(cx, inbound, stage, reply),
            command::UPDATE_LOCATION => self.update_location(cx, inbound, stage, reply),
            command::PURGE_UE => self.purge_ue(cx, inbound, stage, reply),
            _ => self.notify(cx, inbound, stage, reply),
        }
    }

    /// Has a request wait; `None` if there is no room, and it must be refused.
    pub(crate) fn park(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        connection: ConnectionId,
        lane: (Imsi, Lane),
        need: Need,
        stage: Stage,
    ) -> Option<Disposition> {
        let id = if self.front.desk.has_room() {
            self.keep(cx, connection, &inbound.message, lane, stage)
        } else {
            None
        };
        let Some(id) = id else {
            self.front.no_room_for(need);
            return None;
        };
        self.front.wait_for(id, need);
        Some(Disposition::Waiting)
    }

    /// A place for a request, if there is one for its priority.
    pub(crate) fn keep(
        &mut self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
        message: &Message<'_>,
        lane: (Imsi, Lane),
        stage: Stage,
    ) -> Option<JobId> {
        self.note_queue(cx);
        if !cx.node.admits_to_queue(message) {
            return None;
        }
        let buffers = &mut self.buffers;
        let parked = || Parked {
            connection,
            octets: buffers.copy(message.octets()),
            stage,
        };
        self.front.waiting.park(lane, parked, cx.now + WAITING_TIME)
    }

    /// Tells the node how many wait and for how long: it decides who may, and what peers are asked to spare us.
    pub(crate) fn note_queue(&mut self, cx: &mut Cx<'_>) {
        let waiting = &mut self.front.waiting;
        let queue = Queue {
            waiting: waiting.len(),
            limit: MAX_WAITING,
            oldest: waiting
                .oldest_deadline()
                .map(|deadline| deadline.saturating_sub(WAITING_TIME)),
            served: waiting.ended(),
        };
        cx.node.note_queue(cx.now, queue);
    }

    /// Takes a parked request up again, and after it those of its lane that can go on.
    pub(crate) fn resume(&mut self, cx: &mut Cx<'_>, id: JobId, reply: Option<StoreReply>) {
        let mut turn = Some((id, reply));
        while let Some((id, reply)) = turn.take() {
            let Some(job) = self.front.waiting.job(id) else {
                continue;
            };
            let octets = std::mem::take(&mut job.work.octets);
            let stage = std::mem::take(&mut job.work.stage);
            job.in_flight = false;
            let connection = (!job.answered).then_some(job.work.connection);
            // It was decoded when it arrived.
            let step = Message::decode(&octets).ok().map(|message| {
                let inbound = Inbound { message, connection };
                self.front.events.about(self.attempt_of(&message));
                let step = self.step(cx, &inbound, stage, reply);
                self.front.events.about(None);
                step
            });
            match step {
                Some(Step::Wait(need, stage)) => {
                    if let Some(job) = self.front.waiting.job(id) {
                        job.work.octets = octets;
                        job.work.stage = stage;
                    }
                    self.front.wait_for(id, need);
                }
                _ => {
                    self.buffers.recycle(octets);
                    turn = self
                        .front
                        .waiting
                        .end(id)
                        .and_then(|(_, next)| next)
                        .map(|next| (next, None));
                }
            }
        }
    }

    /// Answers requests that have waited too long.
    pub(crate) fn expire(&mut self, cx: &mut Cx<'_>) {
        while let Some(id) = self.front.waiting.expired(cx.now) {
            let Some(job) = self.front.waiting.job(id) else {
                continue;
            };
            let (octets, imsi) = (std::mem::take(&mut job.work.octets), job.imsi);
            let in_flight = job.in_flight;
            let connection = (!job.answered).then_some(job.work.connection);
            job.answered = true;
            if let Ok(message) = Message::decode(&octets) {
                let inbound = Inbound { message, connection };
                self.front.events.about(self.attempt_of(&message));
                let unable = ResultCode::UNABLE_TO_COMPLY;
                let _ = match message.header().application_id {
                    quintet_cx::CX => self.ims_outcome(cx, &inbound, None, unable.into()),
                    quintet_sh::SH => self.sh_outcome(cx, &inbound, None, unable.into()),
                    quintet_swx::SWX => self.swx_outcome(cx, &inbound, Some(imsi), unable.into()),
                    quintet_slh::SLH => self.slh_outcome(cx, &inbound, None, unable.into()),
                    S6C => self.s6c_outcome(cx, &inbound, None, unable.into()),
                    _ => self.fail(cx, &inbound, Some(imsi), unable),
                };
                self.front.events.about(None);
            }
            if in_flight {
                if let Some(job) = self.front.waiting.job(id) {
                    job.work.octets = octets;
                }
                continue;
            }
            self.buffers.recycle(octets);
            if let Some(next) = self.front.waiting.end(id).and_then(|(_, next)| next) {
                self.resume(cx, next, None);
            }
        }
    }

    // --- Answers without content --------------------------------------------------------------------------------------

    /// Answers a request that cannot be read, with Failed-AVP.
    pub(crate) fn fault(&mut self, cx: &mut Cx<'_>, inbound: &Inbound<'_>, fault: &Fault<'_>) -> Disposition {
        let Some(connection) = inbound.connection else {
            return Disposition::Orphaned;
        };
        let Some(mut w) = cx.node.answer(connection, &inbound.message, fault.result) else {
            return Disposition::Orphaned;
        };
        write_auth_session_state(&mut w);
        w.group(avp::FAILED_AVP, |w| {
            match (fault.avp, fault.missing, fault.within) {
                (Some(avp), ..) => w.raw(avp.raw),
                // A missing AVP is named by one with no data but zeros (RFC 6733 7.5).
                (None, Some(id), Some(group)) => w.group(group, |w| w.octets(id, &[0; 4])),
                (None, Some(id), None) => w.octets(id, &[0; 4]),
                (None, None, _) => {}
            }
        });
        w.finish();
        self.answered(inbound, None, Outcome::Failed(fault.result))
    }

    /// Answers with a result of RFC 6733.
    pub(crate) fn fail(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Option<Imsi>,
        result: ResultCode,
    ) -> Disposition {
        let Some(connection) = inbound.connection else {
            return Disposition::Orphaned;
        };
        let Some(mut w) = cx.node.answer(connection, &inbound.message, result) else {
            return Disposition::Orphaned;
        };
        write_auth_session_state(&mut w);
        w.finish();
        self.answered(inbound, imsi, Outcome::Failed(result))
    }

    /// Answers with a result of TS 29.272 7.4.
    pub(crate) fn refuse(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Imsi,
        refusal: Refusal,
    ) -> Disposition {
        let Some(connection) = inbound.connection else {
            return Disposition::Orphaned;
        };
        let Some(mut w) = cx.node.answer(connection, &inbound.message, result(refusal)) else {
            return Disposition::Orphaned;
        };
        if let Some(diagnostic) = refusal.diagnostic() {
            w.u32(avp::ERROR_DIAGNOSTIC, diagnostic.value());
        }
        write_auth_session_state(&mut w);
        w.finish();
        self.answered(inbound, Some(imsi), Outcome::Refused(refusal))
    }

    /// Answers a request whose command the store refused.
    pub(crate) fn refuse_store(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Imsi,
        error: &StoreError,
    ) -> Disposition {
        match error {
            StoreError::NoSubscriber { .. } => self.refuse(cx, inbound, imsi, Refusal::UserUnknown),
            StoreError::Busy => self.fail(cx, inbound, Some(imsi), ResultCode::TOO_BUSY),
            StoreError::TooManyGateways { .. } => {
                self.fail(cx, inbound, Some(imsi), ResultCode::RESOURCES_EXCEEDED)
            }
            _ => self.fail(cx, inbound, Some(imsi), ResultCode::UNABLE_TO_COMPLY),
        }
    }

    /// Reports an answer that was written.
    pub(crate) fn answered(
        &mut self,
        inbound: &Inbound<'_>,
        imsi: Option<Imsi>,
        outcome: Outcome,
    ) -> Disposition {
        if self.front.events.are_wanted()
            && let Some(connection) = inbound.connection
        {
            let header = inbound.message.header();
            let (application, command) = (header.application_id, header.code);
            self.front.events.report(HssEvent::Answered {
                connection,
                application,
                command,
                imsi,
                outcome,
            });
        }
        Disposition::Answered(outcome)
    }
}
