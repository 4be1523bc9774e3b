//! SWx (TS 29.273 8.1.2): what 3GPP AAA servers ask, and what they are told.
//!
//! ```text
//!   MAR ─► subscriber in memory, or Load ─► LoadLocation ─► decide ─┬─ nothing new ─┬─► vectors ─► answer
//!                                               ▲                   └─ SetAaa ──────┘
//!   SAR ─► subscriber in memory, or Load ─► LoadLocation ─► decide ─┬─ nothing changes ───────────────► answer
//!                                               └── Stale ◄─────────┴─ SetAaa, SetGateway … ──────────► answer
//! ```
//!
//! What is stored names the 3GPP AAA server it was decided on, so that of two that ask at once one is decided anew. An answer that
//! says something changed is sent when that is durable; what a request repeats changes nothing. PDN gateways are those of S6a: a
//! handover between the accesses finds its gateway (TS 23.402 8).

mod assign;
mod authenticate;
mod follow;
mod reply;

pub use authenticate::MAX_VECTORS_PER_MAA;

use crate::Disposition;
use crate::hss::{Cx, Hss};
use crate::serve::{Inbound, Stage, Step};
use crate::wire::read_imsi;
use assign::Assigning;
use quintet_cx::ExperimentalResult;
use quintet_diameter::{ConnectionId, Message, ResultCode};
use quintet_home::{Known, Lane, Need, Stage as Vectoring, StoreReply};
use quintet_identity::Imsi;
use quintet_store::{Command, Reply, StoreError};
use quintet_subscriber::model::Location;
use quintet_subscriber::swx::Method;
use std::sync::Arc;

/// Where a request of SWx stopped.
#[derive(Debug, Default)]
pub(crate) enum SwxStage {
    /// Nothing was done yet, or everything is to be done again.
    #[default]
    Start,
    /// Its subscriber is being loaded.
    Loading,
    /// The location is being read.
    Locating(Known),
    /// The 3GPP AAA server of a MAR is being stored; vectors follow.
    Pending(Known, Method),
    /// Vectors.
    Vectors(Method, Vectoring),
    /// What a SAR changes is being stored.
    Assigning(Box<Assigning>),
}

impl Hss {
    /// Serves a request of SWx.
    pub(crate) fn serve_swx(
        &mut self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
        message: Message<'_>,
    ) -> Disposition {
        let imsi = read_imsi(&message).ok();
        let lane = imsi.map(|imsi| (imsi, Lane::Non3gpp));
        self.serve_in_lane(cx, connection, message, lane, |hss, cx, inbound| {
            hss.swx_outcome(cx, inbound, imsi, ResultCode::TOO_BUSY.into())
        })
    }

    /// Takes a request up at a stage.
    pub(crate) fn swx_step(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        stage: SwxStage,
        reply: Option<StoreReply>,
    ) -> Step {
        match inbound.message.header().code {
            quintet_swx::Mar::COMMAND => self.multimedia_auth(cx, inbound, stage, reply),
            quintet_swx::Sar::COMMAND => self.server_assignment(cx, inbound, stage, reply),
            _ => {
                let unsupported = ResultCode::COMMAND_UNSUPPORTED;
                Step::Done(self.swx_outcome(cx, inbound, None, unsupported.into()))
            }
        }
    }

    /// What is decided on: the subscription, from memory or else from the store, and the location.
    fn swx_ground(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Imsi,
        stage: SwxStage,
        reply: Option<StoreReply>,
    ) -> Result<(Known, Location), Step> {
        match (stage, reply) {
            (_, Some(Err(error))) => Err(Step::Done(self.swx_store_failed(cx, inbound, imsi, &error))),
            (SwxStage::Loading, Some(Ok(Reply::Subscriber { subscriber, epoch }))) => {
                match self.front.take_in(imsi, subscriber, epoch) {
                    Some(known) => Err(locate(imsi, known)),
                    None => {
                        let unknown = ExperimentalResult::ERROR_USER_UNKNOWN;
                        Err(Step::Done(self.swx_outcome(
                            cx,
                            inbound,
                            Some(imsi),
                            unknown.into(),
                        )))
                    }
                }
            }
            (SwxStage::Locating(known), Some(Ok(Reply::Location(location)))) => {
                Ok((known, location.map(|location| *location).unwrap_or_default()))
            }
            _ => Err(self.swx_known(imsi)),
        }
    }

    fn swx_known(&self, imsi: Imsi) -> Step {
        let entry = self.front.table.lookup(imsi);
        let known = entry.and_then(|entry| {
            Some(Known {
                subscription: Arc::clone(entry.subscription()?),
                msisdn: entry.msisdn(),
            })
        });
        match known {
            Some(known) => locate(imsi, known),
            None => {
                let slot = self.config.slot;
                let load = Command::Load { imsi, slot };
                Step::Wait(Need::Command(load), Stage::Swx(SwxStage::Loading))
            }
        }
    }
}

/// Has the location read, for a decision.
fn locate(imsi: Imsi, known: Known) -> Step {
    let load = Command::LoadLocation { imsi };
    Step::Wait(Need::Command(load), Stage::Swx(SwxStage::Locating(known)))
}

/// Whether another 3GPP AAA server was stored since the location was read.
fn is_stale(reply: Option<&StoreReply>) -> bool {
    matches!(reply, Some(Err(StoreError::Stale { .. })))
}
