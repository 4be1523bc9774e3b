//! Authentication information retrieval (TS 29.272 5.2.3.1): the hot path.
//!
//! What is the same for every front end, from memory to the issued numbers, is `home`'s; here stand S6a's decisions.

use crate::Outcome;
use crate::hss::{Cx, Hss};
use crate::serve::{Inbound, Stage, Step};
use crate::wire::{
    AuthenticationRequest, read_air, write_auth_session_state, write_eutran, write_features, write_utran,
};
use quintet_diameter::dict::avp;
use quintet_diameter::{MessageWriter, ResultCode};
use quintet_home::{EntropySource, Failure, Ground, Halt, StoreReply};
use quintet_identity::Imsi;
use quintet_subscriber::auc::{Domain, Issued, Vectors};
use quintet_subscriber::s6a::{AirFlags, Refusal, VectorKind, VectorPlan};

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
        let stage = match stage {
            Stage::Authentication(stage) => stage,
            _ => quintet_home::Stage::Start,
        };
        let wanted = inbound.connection.is_some();
        match self.front.take_up(imsi, stage, reply, wanted) {
            Ok(ground) => self.vectors(cx, inbound, &air, &ground),
            Err(halt) => self.halted(cx, inbound, imsi, halt),
        }
    }

    fn vectors(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        air: &AuthenticationRequest<'_>,
        ground: &Ground,
    ) -> Step {
        let imsi = air.request.imsi;
        let subscription = match self.front.subscription(imsi, ground) {
            Ok(subscription) => subscription,
            Err(halt) => return self.halted(cx, inbound, imsi, halt),
        };
        if self.config.check_origin_realm && !air.realm_fits() {
            return Step::Done(self.refuse(cx, inbound, imsi, Refusal::AuthorizationRejected));
        }
        let usage = subscription
            .ue_usage_type
            .filter(|_| air.flags.has(AirFlags::SEND_UE_USAGE_TYPE));
        let plan = match air
            .request
            .plan(subscription, &self.config.visited_plmns, &self.own_plmns)
        {
            Ok(plan) => plan,
            Err(refusal) => return Step::Done(self.refuse(cx, inbound, imsi, refusal)),
        };
        let kinds = plan.in_order();
        let token = air.resynchronisation.as_ref();
        let token = token.map(|token| (&token.rand, &token.auts));
        let batch = match self.front.issue(cx.wall, imsi, ground, token, numbers(plan)) {
            Ok(batch) => batch,
            Err(halt) => return self.halted(cx, inbound, imsi, halt),
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
        w.group(avp::AUTHENTICATION_INFO, |w| {
            for ((kind, _), issued) in kinds.into_iter().zip(batch.issued) {
                write_kind(w, &batch.vectors, air, (kind, issued), batch.entropy);
            }
        });
        if let Some(usage_type) = usage {
            w.u32(avp::UE_USAGE_TYPE, usage_type);
        }
        w.finish();
        Step::Done(self.answered(inbound, Some(imsi), Outcome::Success))
    }

    /// What a request that does not go on is answered, or waits for.
    fn halted(&mut self, cx: &mut Cx<'_>, inbound: &Inbound<'_>, imsi: Imsi, halt: Halt) -> Step {
        let failure = match halt {
            Halt::Wait(need, stage) => return Step::Wait(need, Stage::Authentication(stage)),
            Halt::Orphaned => return Step::Done(crate::Disposition::Orphaned),
            Halt::Failed(failure) => failure,
        };
        Step::Done(match failure {
            Failure::UserUnknown => self.refuse(cx, inbound, imsi, Refusal::UserUnknown),
            Failure::Unavailable | Failure::TokenRefused => {
                self.refuse(cx, inbound, imsi, Refusal::AuthenticationDataUnavailable)
            }
            Failure::Unable => self.fail(cx, inbound, Some(imsi), ResultCode::UNABLE_TO_COMPLY),
            Failure::TooBusy => self.fail(cx, inbound, Some(imsi), ResultCode::TOO_BUSY),
            Failure::Store(error) => self.refuse_store(cx, inbound, imsi, &error),
        })
    }
}

/// E-UTRAN vectors are used up by MMEs, UTRAN vectors by SGSNs: each in an order of its own.
fn domain(kind: VectorKind) -> Domain {
    match kind {
        VectorKind::Eutran => Domain::Eps,
        VectorKind::Utran => Domain::Ps,
    }
}

/// How many numbers of each domain a plan takes.
fn numbers(plan: VectorPlan) -> [(Domain, u8); 2] {
    plan.in_order().map(|(kind, n)| (domain(kind), n))
}

/// Writes the vectors of one kind, in ascending order of SQN.
fn write_kind(
    w: &mut MessageWriter<'_>,
    vectors: &Vectors<'_>,
    air: &AuthenticationRequest<'_>,
    (kind, issued): (VectorKind, Option<Issued>),
    entropy: &mut EntropySource,
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
