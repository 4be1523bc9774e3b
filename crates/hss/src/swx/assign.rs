//! Server-Assignment (TS 29.273 8.1.2.2.2.2): registrations at 3GPP AAA servers, PDN gateways, the profile.

use super::{SwxStage, is_stale, locate};
use crate::hss::{Cx, Hss};
use crate::serve::{Inbound, Stage, Step};
use crate::wire::{SubscriptionView, write_user_data};
use crate::{Disposition, Outcome};
use quintet_cx::{Envelope, ExperimentalResult, Fault, Outcome as Result_};
use quintet_diameter::ResultCode;
use quintet_diameter::dict::avp;
use quintet_home::{Known, Need, StoreReply};
use quintet_identity::{Apn, Imsi};
use quintet_store::Command;
use quintet_subscriber::model::{AaaServer, Location, PdnGateway};
use quintet_subscriber::s6a::GatewayChange;
use quintet_subscriber::swx::{Assignment, AssignmentDecision, Refused};
use quintet_swx::{Saa, Sar};

/// A SAR whose changes are being stored.
#[derive(Debug)]
pub(crate) struct Assigning {
    known: Known,
    /// What is still to be stored, the next one last.
    commands: Vec<Command>,
    /// The PDN gateways as they will be.
    gateways: Vec<PdnGateway>,
    /// Whether the profile is answered, or else with what a refusal.
    answer: Result<bool, Result_>,
}

impl Hss {
    /// Server-Assignment-Request.
    pub(super) fn server_assignment(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        stage: SwxStage,
        reply: Option<StoreReply>,
    ) -> Step {
        let sar = match Sar::read(&inbound.message) {
            Ok(sar) => sar,
            Err(fault) => return Step::Done(self.respond_fault(cx, inbound, &fault)),
        };
        let stage = match stage {
            SwxStage::Assigning(assigning) if is_stale(reply.as_ref()) => {
                return locate(sar.imsi, assigning.known);
            }
            SwxStage::Assigning(assigning) => match reply {
                Some(Err(error)) => {
                    return Step::Done(self.swx_store_failed(cx, inbound, sar.imsi, &error));
                }
                _ => return self.assign_next(cx, inbound, sar.imsi, assigning),
            },
            stage => stage,
        };
        if inbound.connection.is_none() {
            return Step::Done(Disposition::Orphaned);
        }
        if sar.features.iter().any(|list| list.is_lacking(0)) {
            let unsupported = ExperimentalResult::ERROR_FEATURE_UNSUPPORTED;
            return Step::Done(self.swx_outcome(cx, inbound, Some(sar.imsi), unsupported.into()));
        }
        match self.swx_ground(cx, inbound, sar.imsi, stage, reply) {
            Ok((known, location)) => self.assign(cx, inbound, &sar, known, location),
            Err(step) => step,
        }
    }

    fn assign(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        sar: &Sar<'_>,
        known: Known,
        location: Location,
    ) -> Step {
        let envelope = Envelope::of(&inbound.message);
        let request = match assignment(sar, &envelope) {
            Ok(request) => request,
            Err(outcome) => return Step::Done(self.swx_outcome(cx, inbound, Some(sar.imsi), outcome)),
        };
        let since = cx.wall.0.as_secs();
        let stored = location.aaa.as_ref();
        let (decision, answer) = match request.decide(&known.subscription, stored, since) {
            Ok(decision) => {
                let profile = decision.profile;
                (decision, Ok(profile))
            }
            Err(Refused::NotSubscribed) => (
                forget(stored, envelope.origin_host),
                Err(ExperimentalResult::ERROR_USER_NO_NON_3GPP_SUBSCRIPTION.into()),
            ),
            Err(Refused::Result(outcome)) if outcome == ResultCode::MISSING_AVP.into() => {
                let fault = Fault::missing(avp::SERVICE_SELECTION, "Service-Selection is missing");
                return Step::Done(self.respond_fault(cx, inbound, &fault));
            }
            Err(refused) => return Step::Done(self.swx_refused(cx, inbound, sar.imsi, refused, stored)),
        };
        if matches!(decision.store, Some(Some(_))) {
            self.dispatch
                .withdraw_cancellations(sar.imsi, envelope.origin_host);
        }
        let assigning = Box::new(Assigning {
            known,
            commands: commands(sar.imsi, envelope.origin_host, &decision, &location),
            gateways: after(location.pdn_gateways, &decision.gateways),
            answer,
        });
        self.assign_next(cx, inbound, sar.imsi, assigning)
    }

    /// Stores the next change, or answers.
    fn assign_next(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Imsi,
        mut assigning: Box<Assigning>,
    ) -> Step {
        if let Some(command) = assigning.commands.pop() {
            let stage = Stage::Swx(SwxStage::Assigning(assigning));
            return Step::Wait(Need::Command(command), stage);
        }
        let profile = match assigning.answer {
            Ok(profile) => profile,
            Err(outcome) => return Step::Done(self.swx_outcome(cx, inbound, Some(imsi), outcome)),
        };
        let Some(connection) = inbound.connection else {
            return Step::Done(Disposition::Orphaned);
        };
        // What is in memory by now is newer than what the decision was made with.
        let entry = self.front.table.lookup(imsi);
        let newest = entry.and_then(|entry| Some((&**entry.subscription()?, entry.msisdn())));
        let known = &assigning.known;
        let (subscription, msisdn) = newest.unwrap_or((&known.subscription, known.msisdn));
        let Some(mut w) = cx.node.answer(connection, &inbound.message, ResultCode::SUCCESS) else {
            return Step::Done(Disposition::Orphaned);
        };
        let saa = Saa {
            imsi: Some(imsi),
            ..Saa::new(Result_::SUCCESS)
        };
        saa.write(&mut w);
        if profile {
            let view = SubscriptionView::of_aaa(subscription, msisdn, &assigning.gateways);
            write_user_data(&mut w, &view);
        }
        w.finish();
        Step::Done(self.answered(inbound, Some(imsi), Outcome::Success))
    }
}

/// The request as it is decided. An APN that is none is nobody's.
fn assignment<'a>(sar: &'a Sar<'_>, envelope: &Envelope<'a>) -> Result<Assignment<'a>, Result_> {
    let no_apn = ExperimentalResult::ERROR_USER_NO_APN_SUBSCRIPTION;
    let parse = |name: &str| name.parse::<Apn>().map_err(|_| Result_::from(no_apn));
    let active = sar.active_apns.iter().map(|active| PdnGateway {
        context_identifier: active.context_identifier,
        apn: active.apn.and_then(|name| name.parse().ok()),
        host: active.gateway.host.map(str::to_owned),
        realm: active.gateway.realm.map(str::to_owned),
        addresses: active.gateway.addresses.clone(),
    });
    Ok(Assignment {
        host: envelope.origin_host,
        realm: envelope.origin_realm,
        assignment_type: sar.assignment_type,
        apn: sar.apn.map(parse).transpose()?,
        context_identifier: sar.context_identifier,
        gateway: sar
            .gateway
            .as_ref()
            .map(|agent| (agent.host, agent.realm, agent.addresses.clone())),
        visited_network: sar.visited_network,
        imei: sar.terminal.imei,
        imeisv: sar.terminal.imeisv,
        active: active.collect(),
    })
}

/// Nothing but that the sender is forgotten, if it is stored.
fn forget(stored: Option<&AaaServer>, host: &str) -> AssignmentDecision {
    AssignmentDecision {
        store: stored.filter(|aaa| aaa.is_named(host)).map(|_| None),
        ..AssignmentDecision::default()
    }
}

/// What has to be stored, the first one last.
fn commands(imsi: Imsi, host: &str, decision: &AssignmentDecision, location: &Location) -> Vec<Command> {
    let gateway = |change: &GatewayChange| {
        let (gateway, remove) = match change {
            GatewayChange::Store(gateway) => (Some(Box::new(gateway.clone())), Vec::new()),
            GatewayChange::Forget(id) => (None, vec![*id]),
        };
        Command::SetGateway {
            imsi,
            host: host.to_owned(),
            gateway,
            remove,
        }
    };
    let mut commands: Vec<Command> = decision.gateways.iter().rev().map(gateway).collect();
    commands.extend(decision.store.clone().map(|aaa| Command::SetAaa {
        imsi,
        expected: location.aaa.as_ref().map(|aaa| aaa.host.clone()),
        aaa: aaa.map(Box::new),
    }));
    commands
}

/// The gateways when all of it is stored.
fn after(mut gateways: Vec<PdnGateway>, changes: &[GatewayChange]) -> Vec<PdnGateway> {
    for change in changes {
        let id = match change {
            GatewayChange::Store(gateway) => gateway.context_identifier,
            GatewayChange::Forget(id) => *id,
        };
        gateways.retain(|gateway| gateway.context_identifier != id);
        if let GatewayChange::Store(gateway) = change {
            gateways.push(gateway.clone());
        }
    }
    gateways
}
