//! S13 (TS 29.272 6.2): MMEs and SGSNs ask whether equipment may be used.
//!
//! ```text
//!   ECR ──► index in memory, or Find ──► judge ─┬─ nothing to learn ─► ECA
//!                                               └─ Learn ─► judge ───► ECA
//! ```
//!
//! An IMSI that is not bound is bound to the equipment it is first used in, if the operator wants that; the answer waits
//! until that is stored. If it cannot be stored the answer is given all the same: the next use will do.

mod follow;

pub(crate) use follow::EquipmentIndex;

use crate::hss::{Cx, Hss};
use crate::serve::{Inbound, Stage, Step};
use crate::wire::{EQUIPMENT_UNKNOWN, EquipmentCheck, UNKNOWN_EQUIPMENT, read_ecr, write_auth_session_state};
use crate::{Disposition, HssEvent, Outcome};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::node::AnswerResult;
use quintet_diameter::{ConnectionId, Message, ResultCode};
use quintet_home::{FrontEvent, Lane, Need, StoreReply};
use quintet_identity::Imsi;
use quintet_store::{Command, EquipmentCommand, EquipmentReply, Reply, StoreError};
use quintet_subscriber::eir::{EquipmentBinding, EquipmentStatus, Judgement, Verdict};

/// Application-ID of S13 (TS 29.272 7.1.8).
pub const S13: u32 = 16_777_252;

/// Where an ECR stopped.
#[derive(Debug, Default)]
pub(crate) enum EquipmentStage {
    /// Nothing was done yet.
    #[default]
    Start,
    /// The index is not whole yet: the store is asked.
    Finding,
    /// The binding is being stored; what the rules say.
    Learning(Option<EquipmentStatus>, Judgement),
}

impl Hss {
    /// Serves a request of S13.
    pub(crate) fn serve_equipment(
        &mut self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
        message: Message<'_>,
    ) -> Disposition {
        let inbound = Inbound {
            message,
            connection: Some(connection),
        };
        if message.header().code != command::ME_IDENTITY_CHECK {
            return self.fail(cx, &inbound, None, ResultCode::COMMAND_UNSUPPORTED);
        }
        let check = match read_ecr(&message) {
            Ok(check) => check,
            Err(fault) => return self.fault(cx, &inbound, &fault),
        };
        let lane = (place(&check), Lane::Equipment);
        self.serve_in_lane(cx, connection, message, Some(lane), |hss, cx, inbound| {
            hss.fail(cx, inbound, check.imsi, ResultCode::TOO_BUSY)
        })
    }

    /// Takes a request up at a stage.
    pub(crate) fn equipment_step(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        stage: EquipmentStage,
        reply: Option<StoreReply>,
    ) -> Step {
        let check = match read_ecr(&inbound.message) {
            Ok(check) => check,
            Err(fault) => return Step::Done(self.fault(cx, inbound, &fault)),
        };
        match (stage, reply) {
            (EquipmentStage::Learning(rule, judged), reply) => {
                self.learnt(cx, inbound, &check, (rule, judged), reply)
            }
            (
                EquipmentStage::Finding,
                Some(Ok(Reply::Equipment(EquipmentReply::Found { status, binding }))),
            ) => self.judge(cx, inbound, &check, status, binding.as_ref()),
            (EquipmentStage::Finding, Some(Err(error))) => {
                let result = match error {
                    StoreError::Busy => ResultCode::TOO_BUSY,
                    _ => ResultCode::UNABLE_TO_COMPLY,
                };
                Step::Done(self.fail(cx, inbound, check.imsi, result))
            }
            _ => self.find(cx, inbound, &check),
        }
    }

    fn find(&mut self, cx: &mut Cx<'_>, inbound: &Inbound<'_>, check: &EquipmentCheck) -> Step {
        let Some(equipment) = check.equipment else {
            return Step::Done(self.answer_eca(cx, inbound, check, Verdict::Unknown));
        };
        if let Some(table) = self.equipment.table() {
            let rule = table.status(equipment);
            let binding = check.imsi.and_then(|imsi| table.binding(imsi)).cloned();
            return self.judge(cx, inbound, check, rule, binding.as_ref());
        }
        let find = EquipmentCommand::Find {
            equipment,
            imsi: check.imsi,
        };
        Step::Wait(
            Need::Command(Command::Equipment(find)),
            Stage::Equipment(EquipmentStage::Finding),
        )
    }

    fn judge(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        check: &EquipmentCheck,
        rule: Option<EquipmentStatus>,
        binding: Option<&EquipmentBinding>,
    ) -> Step {
        let Some(equipment) = check.equipment else {
            return Step::Done(self.answer_eca(cx, inbound, check, Verdict::Unknown));
        };
        let judged = self.config.eir.judge(equipment, rule, binding);
        if let (Some(imsi), Some(equipment)) = (check.imsi, judged.learn) {
            let learn = EquipmentCommand::Learn { imsi, equipment };
            return Step::Wait(
                Need::Command(Command::Equipment(learn)),
                Stage::Equipment(EquipmentStage::Learning(rule, judged)),
            );
        }
        self.judged(check.imsi, judged);
        Step::Done(self.answer_eca(cx, inbound, check, judged.verdict))
    }

    /// The store replied to a binding that was to be learnt.
    fn learnt(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        check: &EquipmentCheck,
        (rule, judged): (Option<EquipmentStatus>, Judgement),
        reply: Option<StoreReply>,
    ) -> Step {
        match reply {
            Some(Ok(Reply::Equipment(EquipmentReply::Binding(binding)))) => {
                self.equipment.bound(binding.clone());
                // Another may have been first, with other equipment.
                return self.judge(cx, inbound, check, rule, Some(&binding));
            }
            // Who is not provisioned here is served by others, and bound by nobody.
            Some(Err(StoreError::NoSubscriber { .. })) => {}
            Some(Err(error)) => {
                let what = "binding of a SIM to its equipment";
                self.front.events.report(FrontEvent::StoreFailed { what, error });
            }
            _ => {}
        }
        self.judged(check.imsi, judged);
        Step::Done(self.answer_eca(cx, inbound, check, judged.verdict))
    }

    /// Reports what is not simply permitted.
    fn judged(&mut self, imsi: Option<Imsi>, judged: Judgement) {
        if judged.verdict != Verdict::Status(EquipmentStatus::White) {
            self.front.events.report(HssEvent::Equipment {
                imsi,
                verdict: judged.verdict,
                other_equipment: judged.other_equipment,
            });
        }
    }

    /// ME-Identity-Check-Answer.
    fn answer_eca(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        check: &EquipmentCheck,
        verdict: Verdict,
    ) -> Disposition {
        let (result, outcome): (AnswerResult, _) = match verdict {
            Verdict::Status(_) => (ResultCode::SUCCESS.into(), Outcome::Success),
            Verdict::Unknown => (UNKNOWN_EQUIPMENT, Outcome::Experimental(EQUIPMENT_UNKNOWN)),
        };
        let Some(connection) = inbound.connection else {
            return Disposition::Orphaned;
        };
        let Some(mut w) = cx.node.answer(connection, &inbound.message, result) else {
            return Disposition::Orphaned;
        };
        write_auth_session_state(&mut w);
        if let Verdict::Status(status) = verdict {
            w.u32(avp::EQUIPMENT_STATUS, status.value());
        }
        w.finish();
        self.answered(inbound, check.imsi, outcome)
    }
}

/// Which lane a request waits in: its IMSI, or else the digits of the equipment.
fn place(check: &EquipmentCheck) -> Imsi {
    check.imsi.unwrap_or_else(|| {
        let digits = check.equipment.map(|equipment| equipment.imei().to_string());
        let digits = digits.unwrap_or_else(|| "0".repeat(14));
        Imsi::from_ascii(digits.as_bytes()).expect("14 digits are as many as an IMSI may have")
    })
}
