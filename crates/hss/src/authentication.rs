//! Authentication information retrieval (TS 29.272 5.2.3.1): the hot path.
//!
//! ```text
//!   read ─► known? ─► plan ─► token? ─► resynchronise ─► issue ─► vectors ─► AIA
//!             │ Load            └ SetDif ┘                 │ SetDif (first use), RaiseBound
//! ```
//!
//! For a subscriber in memory, within the bound, nothing waits and nothing is allocated. A vector leaves only with
//! the answer it was made for; numbers that were issued and not sent are lost, never used again.

use crate::hss::{Cx, Hss};
use crate::serve::{Inbound, Need, Stage, Step, StoreReply};
use crate::wire::{
    AuthenticationRequest, read_air, write_auth_session_state, write_eutran, write_features, write_utran,
};
use crate::{HssEvent, Outcome};
use quintet_diameter::dict::avp;
use quintet_diameter::{MessageWriter, ResultCode};
use quintet_identity::Imsi;
use quintet_store::{Command, Entry, Reply, StoreError};
use quintet_subscriber::auc::{Domain, IssueError, Issued, Recipient, Resync, SetDif, Vectors};
use quintet_subscriber::model::Subscription;
use quintet_subscriber::s6a::{AirFlags, Refusal, VectorKind, VectorPlan};
use std::sync::Arc;

/// What is issued for one answer.
struct Batch {
    first: (VectorKind, Option<Issued>),
    second: (VectorKind, Option<Issued>),
}

impl Hss {
    /// Authentication-Information-Request.
    pub(crate) fn authentication_information(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        stage: Stage,
        reply: Option<StoreReply>,
    ) -> Step {
        let air = match read_air(&inbound.message) {
            Ok(air) => air,
            Err(fault) => return Step::Done(self.fault(cx, inbound, &fault)),
        };
        let imsi = air.request.imsi;
        if let Some(Err(StoreError::Fenced { current })) = reply {
            // Whoever has the slot may have issued: nothing more leaves here, for anybody.
            self.fenced(current);
        }
        if inbound.connection.is_none() {
            // Answered already, because the store took too long. What it wrote is known all the same.
            if let (Stage::SettingDif { dif, .. }, Some(Ok(_))) = (stage, reply) {
                self.table.set_dif(imsi, dif);
            }
            return Step::Done(crate::Disposition::Orphaned);
        }
        if self.issuing.auc.epoch().is_none() {
            return self.not_holding(cx, inbound, imsi, stage, reply);
        }
        let mut loaded = None;
        let mut resynchronised = matches!(stage, Stage::Resynchronised);
        match (stage, reply) {
            (
                Stage::SettingDif {
                    dif,
                    resynchronisation,
                },
                Some(Ok(_)),
            ) => {
                self.table.set_dif(imsi, dif);
                resynchronised = resynchronisation;
            }
            (Stage::SettingDif { .. }, Some(Err(StoreError::Conflict { current }))) => {
                // Someone else wrote it: go on, or resynchronise again, from what they wrote.
                match current {
                    Some(dif) => drop(self.table.set_dif(imsi, dif)),
                    None => drop(self.table.remove(imsi)),
                }
            }
            (Stage::Loading, Some(Ok(Reply::Subscriber { subscriber, epoch }))) => {
                if subscriber.is_none() {
                    return Step::Done(self.refuse(cx, inbound, imsi, Refusal::UserUnknown));
                }
                loaded = self
                    .take_in(imsi, subscriber, epoch)
                    .map(|known| known.subscription);
            }
            (_, Some(Err(error))) => return Step::Done(self.refuse_store(cx, inbound, imsi, &error)),
            _ => {}
        }
        self.vectors(cx, inbound, &air, loaded, resynchronised)
    }

    /// The slot is not ours yet: wait; or no more: say so.
    fn not_holding(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Imsi,
        stage: Stage,
        reply: Option<StoreReply>,
    ) -> Step {
        let failed = match reply {
            Some(Err(error)) => Some(error),
            _ => self.issuing.failure().cloned(),
        };
        match failed {
            Some(error) => Step::Done(self.refuse_store(cx, inbound, imsi, &error)),
            None if self.issuing.is_fenced() => {
                Step::Done(self.fail(cx, inbound, Some(imsi), ResultCode::UNABLE_TO_COMPLY))
            }
            None if matches!(stage, Stage::Resynchronised) => {
                Step::Wait(Need::Bound(None), Stage::Resynchronised)
            }
            None => Step::Wait(Need::Bound(None), Stage::Start),
        }
    }

    fn vectors(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        air: &AuthenticationRequest<'_>,
        loaded: Option<Arc<Subscription>>,
        resynchronised: bool,
    ) -> Step {
        let imsi = air.request.imsi;
        let load = || {
            Step::Wait(
                Need::Command(Command::Load {
                    imsi,
                    slot: self.config.slot,
                }),
                Stage::Loading,
            )
        };
        let Some(entry) = self.table.lookup(imsi) else {
            if loaded.is_some() {
                // Read just now and not taken in: the slot's epoch in the store is below ours, or memory is full.
                // Reading it again would end no other way.
                return Step::Done(self.fail(cx, inbound, Some(imsi), ResultCode::UNABLE_TO_COMPLY));
            }
            return load();
        };
        let Some(subscription) = entry.subscription().or(loaded.as_ref()) else {
            return load();
        };
        if self.config.check_origin_realm && !air.realm_fits() {
            return Step::Done(self.refuse(cx, inbound, imsi, Refusal::AuthorizationRejected));
        }
        let plan = match air
            .request
            .plan(subscription, &self.config.visited_plmns, &self.own_plmns)
        {
            Ok(plan) => plan,
            Err(refusal) => return Step::Done(self.refuse(cx, inbound, imsi, refusal)),
        };
        let usage = subscription
            .ue_usage_type
            .filter(|_| air.flags.has(AirFlags::SEND_UE_USAGE_TYPE));
        let mut to = recipient(imsi, &entry);
        let vectors = entry.functions().map_err(Into::into).and_then(|functions| {
            Vectors::keyed(imsi, functions, entry.amf(), &self.issuing.challenge, cx.wall)
        });
        let vectors = match vectors {
            Ok(vectors) => vectors,
            Err(error) => {
                self.events.report(HssEvent::Unusable { imsi, error });
                return Step::Done(self.refuse(cx, inbound, imsi, Refusal::AuthenticationDataUnavailable));
            }
        };
        if let Some(token) = air.resynchronisation.as_ref().filter(|_| !resynchronised) {
            let sqn_ms = match vectors.check_auts(&token.rand, &token.auts) {
                Ok(sqn_ms) => sqn_ms,
                Err(_) => {
                    self.events.report(HssEvent::ResynchronisationRefused { imsi });
                    return Step::Done(self.refuse(
                        cx,
                        inbound,
                        imsi,
                        Refusal::AuthenticationDataUnavailable,
                    ));
                }
            };
            match self.issuing.auc.resync(cx.wall, &to, sqn_ms) {
                Ok(Resync::Unchanged { dif }) => to.dif = Some(dif),
                Ok(Resync::Write { set, decrease }) => {
                    self.events.report(HssEvent::Resynchronised { imsi, decrease });
                    return setting_dif(set, true);
                }
                Err(error) => return self.not_issued(cx, inbound, imsi, error, false),
            }
        }
        let batch = match issue(&mut self.issuing.auc, cx, &to, plan) {
            Ok(batch) => batch,
            Err(error) => return self.not_issued(cx, inbound, imsi, error, resynchronised),
        };
        let Some(connection) = inbound.connection else {
            return Step::Done(crate::Disposition::Orphaned);
        };
        let Some(mut w) = cx.node.answer(connection, &inbound.message, ResultCode::SUCCESS) else {
            return Step::Done(crate::Disposition::Orphaned);
        };
        write_auth_session_state(&mut w);
        if air.features.is_some() {
            write_features(&mut w, self.features);
        }
        let entropy = &mut self.issuing.entropy;
        w.group(avp::AUTHENTICATION_INFO, |w| {
            write_kind(w, &vectors, air, batch.first, entropy);
            write_kind(w, &vectors, air, batch.second, entropy);
        });
        if let Some(usage_type) = usage {
            w.u32(avp::UE_USAGE_TYPE, usage_type);
        }
        w.finish();
        Step::Done(self.answered(inbound, Some(imsi), Outcome::Success))
    }

    /// Nothing was issued: what must come first, or what is answered.
    fn not_issued(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Imsi,
        error: IssueError,
        resynchronised: bool,
    ) -> Step {
        let stage = if resynchronised {
            Stage::Resynchronised
        } else {
            Stage::Start
        };
        match error {
            IssueError::NeedDif(set) => setting_dif(set, resynchronised),
            IssueError::NeedBound(raise) => match self.issuing.failure().cloned() {
                // It failed a moment ago and is tried again by the timer: nobody is kept waiting for that.
                Some(error) => {
                    self.issuing.auc.store_failed(raise);
                    Step::Done(self.refuse_store(cx, inbound, imsi, &error))
                }
                None => Step::Wait(Need::Bound(Some(raise)), stage),
            },
            IssueError::RaisingBound | IssueError::NotHolding => Step::Wait(Need::Bound(None), stage),
            IssueError::TooBusy => Step::Done(self.fail(cx, inbound, Some(imsi), ResultCode::TOO_BUSY)),
            IssueError::ClockJump(jump) => {
                self.clock_jumped(jump);
                Step::Done(self.fail(cx, inbound, Some(imsi), ResultCode::UNABLE_TO_COMPLY))
            }
            IssueError::Exhausted | IssueError::NotThisSlot | IssueError::Number => {
                self.events.report(HssEvent::NotIssued { imsi, error });
                Step::Done(self.refuse(cx, inbound, imsi, Refusal::AuthenticationDataUnavailable))
            }
        }
    }
}

fn setting_dif(set: SetDif, resynchronisation: bool) -> Step {
    let SetDif {
        imsi,
        slot,
        epoch,
        expected,
        dif,
    } = set;
    let command = Command::SetDif {
        imsi,
        slot,
        epoch,
        expected,
        dif,
    };
    Step::Wait(
        Need::Command(command),
        Stage::SettingDif {
            dif,
            resynchronisation,
        },
    )
}

/// Whom numbers are for, as memory has it.
fn recipient(imsi: Imsi, entry: &Entry<'_>) -> Recipient {
    Recipient {
        imsi,
        profile: entry.sqn_profile(),
        dif: entry.dif(),
        // The table forgets the seed once there is a DIF.
        seq_seed: entry.seq_seed().unwrap_or(0),
    }
}

/// E-UTRAN vectors are used up by MMEs, UTRAN vectors by SGSNs: each in an order of its own.
fn domain(kind: VectorKind) -> Domain {
    match kind {
        VectorKind::Eutran => Domain::Eps,
        VectorKind::Utran => Domain::Ps,
    }
}

fn issue(
    auc: &mut quintet_subscriber::auc::Auc,
    cx: &Cx<'_>,
    to: &Recipient,
    plan: VectorPlan,
) -> Result<Batch, IssueError> {
    let mut one = |(kind, n): (VectorKind, u8)| -> Result<(VectorKind, Option<Issued>), IssueError> {
        let issued = if n == 0 {
            None
        } else {
            Some(auc.issue(cx.wall, to, domain(kind), n)?)
        };
        Ok((kind, issued))
    };
    let [first, second] = plan.in_order();
    Ok(Batch {
        first: one(first)?,
        second: one(second)?,
    })
}

/// Writes the vectors of one kind, in ascending order of SQN.
fn write_kind(
    w: &mut MessageWriter<'_>,
    vectors: &Vectors<'_>,
    air: &AuthenticationRequest<'_>,
    (kind, issued): (VectorKind, Option<Issued>),
    entropy: &mut crate::issuing::EntropySource,
) {
    let Some(issued) = issued else { return };
    match kind {
        VectorKind::Eutran => {
            for (item, vector) in (1..).zip(vectors.eps(air.request.visited_plmn, issued, entropy)) {
                write_eutran(w, item, &vector);
            }
        }
        VectorKind::Utran => {
            for (item, quintet) in (1..).zip(vectors.utran(issued, entropy)) {
                write_utran(w, item, &quintet);
            }
        }
    }
}
