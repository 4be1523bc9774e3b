//! Update location, purge and notify (TS 29.272 5.2.1.1, 5.2.1.3, 5.2.5.1): what the store is asked, and what follows.

use crate::hss::{Cx, Hss, Purpose};
use crate::serve::{Inbound, Stage, Step};
use crate::wire::{
    ActiveApn, Outgoing, SubscriptionView, UpdateRequest, read_nor, read_pur, read_ulr,
    write_auth_session_state, write_features, write_subscription,
};
use crate::{Disposition, HssEvent, Outcome};
use quintet_diameter::ResultCode;
use quintet_diameter::dict::avp;
use quintet_home::{Known, Need, StoreReply};
use quintet_identity::Imsi;
use quintet_store::{Command, Reply};
use quintet_subscriber::model::{Location, PdnGateway, Presence, ServingNode};
use quintet_subscriber::s6a::{
    Cancellation, Domain, GatewayChange, PuaFlags, Refusal, SubscriptionParts, UlaFlags, displaced,
    frozen_identities,
};
use std::sync::Arc;

/// Where an Update-Location-Request stopped: it is being registered.
#[derive(Clone, Debug)]
pub(crate) struct LocationStage {
    known: Known,
    domain: Domain,
    ula_flags: UlaFlags,
    clear_gateways: bool,
    send_subscription: bool,
    presence: Presence,
}

/// Where a Purge-UE-Request stopped.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PurgeStage {
    /// Every part that the host serves is being purged.
    Purging,
    /// One part of a combined node is meant: the location is being read.
    Locating,
    /// That part is being stored as purged.
    Storing(PuaFlags),
}

/// Where a Notify-Request stopped.
#[derive(Debug)]
pub(crate) enum NotifyStage {
    /// The location is being read.
    Locating(Known),
    /// Changes are being stored; these follow.
    Storing(Vec<Command>),
}

impl Hss {
    /// Update-Location-Request.
    pub(crate) fn update_location(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        stage: Stage,
        reply: Option<StoreReply>,
    ) -> Step {
        let ulr = match read_ulr(&inbound.message) {
            Ok(ulr) => ulr,
            Err(fault) => return Step::Done(self.fault(cx, inbound, &fault)),
        };
        let imsi = ulr.request.imsi;
        match (stage, reply) {
            (Stage::Location(stage), Some(Ok(Reply::Location(before)))) => {
                Step::Done(self.registered(cx, inbound, &ulr, stage, before))
            }
            (_, Some(Err(error))) => Step::Done(self.refuse_store(cx, inbound, imsi, &error)),
            (stage, reply) => match self.known(cx, inbound, imsi, stage, reply) {
                Ok(known) => self.admit(cx, inbound, &ulr, known),
                Err(step) => step,
            },
        }
    }

    /// Decides, and asks the store to register.
    fn admit(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        ulr: &UpdateRequest<'_>,
        known: Known,
    ) -> Step {
        let imsi = ulr.request.imsi;
        let since = cx.wall.0.as_secs();
        let admission = match ulr
            .request
            .admit(&known.subscription, &self.own_plmns, self.features, since)
        {
            Ok(admission) => admission,
            Err(refusal) => return Step::Done(self.refuse(cx, inbound, imsi, refusal)),
        };
        let stage = LocationStage {
            known,
            domain: admission.domain,
            ula_flags: admission.ula_flags,
            clear_gateways: admission.clear_gateways,
            send_subscription: admission.send_subscription,
            presence: quintet_subscriber::s6c::registered(admission.domain, &admission.node),
        };
        let node = Box::new(admission.node);
        let command = match admission.domain {
            Domain::Mme => Command::SetMme {
                imsi,
                mme: node,
                clear_gateways: admission.clear_gateways,
            },
            Domain::Sgsn => Command::SetSgsn { imsi, sgsn: node },
        };
        Step::Wait(Need::Command(command), Stage::Location(stage))
    }

    /// Answers a registration that is stored, then cancels whoever it displaced.
    fn registered(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        ulr: &UpdateRequest<'_>,
        stage: LocationStage,
        before: Option<Box<Location>>,
    ) -> Disposition {
        let request = &ulr.request;
        let before = before.map(|b| *b).unwrap_or_default();
        self.dispatch.withdraw_cancellations(request.imsi, request.host);
        let gateways = if stage.clear_gateways {
            &[][..]
        } else {
            &before.pdn_gateways
        };
        let disposition = self.answer_ula(cx, inbound, ulr, &stage, gateways);
        for cancellation in displaced(stage.domain, request.host, request.flags, &before)
            .into_iter()
            .flatten()
        {
            if cancellation.domain == stage.domain {
                self.cancel(cx, request.imsi, cancellation);
            } else {
                self.end_other_domain(cx, request.imsi, cancellation);
            }
        }
        let (msisdn, waiting) = (stage.known.msisdn, before.message_waiting.as_ref());
        self.present(cx, request.imsi, msisdn, waiting, stage.presence, None);
        for active in &ulr.active_apns {
            let gateway = Some(Box::new(gateway_of(active)));
            let host = request.host.to_owned();
            let command = Command::SetGateway {
                imsi: request.imsi,
                host,
                gateway,
                remove: Vec::new(),
            };
            self.front
                .submit(command, Purpose::FollowUp("PDN gateway of an active APN"));
        }
        disposition
    }

    /// Cancels the other domain's node. The store registers one domain at a time; a node that was cancelled is as good
    /// as purged.
    fn end_other_domain(&mut self, cx: &mut Cx<'_>, imsi: Imsi, cancellation: Cancellation) {
        let host = cancellation.host.clone();
        self.front.submit(
            Command::Purge { imsi, host },
            Purpose::FollowUp("purge of the other domain"),
        );
        self.cancel(cx, imsi, cancellation);
    }

    /// Sends a Cancel-Location-Request.
    pub(crate) fn cancel(&mut self, cx: &mut Cx<'_>, imsi: Imsi, cancellation: Cancellation) {
        let Cancellation {
            host,
            realm,
            cancellation_type,
            flags,
            ..
        } = cancellation;
        let request = Outgoing::CancelLocation {
            imsi,
            cancellation_type,
            flags,
        };
        self.dispatch
            .owe(cx.now, cx.node, (host, realm), request, &mut |event| {
                self.front.events.report(event)
            });
    }

    /// Update-Location-Answer (TS 29.272 7.2.4) with what the subscription is now.
    fn answer_ula(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        ulr: &UpdateRequest<'_>,
        stage: &LocationStage,
        gateways: &[PdnGateway],
    ) -> Disposition {
        let imsi = ulr.request.imsi;
        let Some(connection) = inbound.connection else {
            return Disposition::Orphaned;
        };
        // What is in memory by now is newer than what the decision was made with.
        let entry = self.front.table.lookup(imsi);
        let newest = entry.and_then(|entry| Some((&**entry.subscription()?, entry.msisdn())));
        let (subscription, msisdn) = newest.unwrap_or((&stage.known.subscription, stage.known.msisdn));
        let Some(mut w) = cx.node.answer(connection, &inbound.message, ResultCode::SUCCESS) else {
            return Disposition::Orphaned;
        };
        write_auth_session_state(&mut w);
        if ulr.features_present {
            write_features(&mut w, self.features);
        }
        w.u32(avp::ULA_FLAGS, stage.ula_flags.0);
        if stage.send_subscription {
            let view = SubscriptionView {
                subscription,
                msisdn,
                gateways,
                features: ulr.request.features,
                no_srvcc: ulr.request.srvcc == Some(false),
                parts: SubscriptionParts::ALL,
            };
            write_subscription(&mut w, &view);
        }
        if ulr.request.features.reset_ids() {
            for id in &self.config.reset_ids {
                w.octets(avp::RESET_ID, id);
            }
        }
        w.finish();
        self.answered(inbound, Some(imsi), Outcome::Success)
    }

    /// Purge-UE-Request.
    pub(crate) fn purge_ue(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        stage: Stage,
        reply: Option<StoreReply>,
    ) -> Step {
        let pur = match read_pur(&inbound.message) {
            Ok(pur) => pur,
            Err(fault) => return Step::Done(self.fault(cx, inbound, &fault)),
        };
        let imsi = pur.imsi;
        let (mme, sgsn) = pur.parts();
        match (stage, reply) {
            (_, Some(Err(error))) => Step::Done(self.refuse_store(cx, inbound, imsi, &error)),
            (Stage::Purge(PurgeStage::Purging), Some(Ok(Reply::Location(before)))) => {
                Step::Done(self.answer_pua(cx, inbound, imsi, frozen_identities(&pur, before.as_deref())))
            }
            (Stage::Purge(PurgeStage::Storing(flags)), Some(Ok(_))) => {
                Step::Done(self.answer_pua(cx, inbound, imsi, flags))
            }
            (Stage::Purge(PurgeStage::Locating), Some(Ok(Reply::Location(before)))) => {
                let flags = frozen_identities(&pur, before.as_deref());
                let purged =
                    |node: Option<ServingNode>| node.map(|n| Box::new(ServingNode { purged: true, ..n }));
                let before = before.map(|b| *b).unwrap_or_default();
                let command = if flags.has(PuaFlags::FREEZE_M_TMSI) {
                    purged(before.mme).map(|mme| Command::SetMme {
                        imsi,
                        mme,
                        clear_gateways: false,
                    })
                } else if flags.has(PuaFlags::FREEZE_P_TMSI) {
                    purged(before.sgsn).map(|sgsn| Command::SetSgsn { imsi, sgsn })
                } else {
                    None
                };
                match command {
                    Some(command) => {
                        Step::Wait(Need::Command(command), Stage::Purge(PurgeStage::Storing(flags)))
                    }
                    None => Step::Done(self.answer_pua(cx, inbound, imsi, flags)),
                }
            }
            (stage, reply) => match self.known(cx, inbound, imsi, stage, reply) {
                Err(step) => step,
                Ok(_) if mme && sgsn => {
                    let command = Command::Purge {
                        imsi,
                        host: pur.host.to_owned(),
                    };
                    Step::Wait(Need::Command(command), Stage::Purge(PurgeStage::Purging))
                }
                Ok(_) => {
                    let command = Command::LoadLocation { imsi };
                    Step::Wait(Need::Command(command), Stage::Purge(PurgeStage::Locating))
                }
            },
        }
    }

    /// Purge-UE-Answer (TS 29.272 7.2.14).
    fn answer_pua(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Imsi,
        flags: PuaFlags,
    ) -> Disposition {
        let Some(connection) = inbound.connection else {
            return Disposition::Orphaned;
        };
        let Some(mut w) = cx.node.answer(connection, &inbound.message, ResultCode::SUCCESS) else {
            return Disposition::Orphaned;
        };
        write_auth_session_state(&mut w);
        w.u32(avp::PUA_FLAGS, flags.0);
        w.finish();
        self.answered(inbound, Some(imsi), Outcome::Success)
    }

    /// Notify-Request.
    pub(crate) fn notify(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        stage: Stage,
        reply: Option<StoreReply>,
    ) -> Step {
        let nor = match read_nor(&inbound.message) {
            Ok(nor) => nor,
            Err(fault) => return Step::Done(self.fault(cx, inbound, &fault)),
        };
        let imsi = nor.imsi;
        match (stage, reply) {
            (_, Some(Err(error))) => Step::Done(self.refuse_store(cx, inbound, imsi, &error)),
            (Stage::Notify(NotifyStage::Locating(known)), Some(Ok(Reply::Location(location)))) => {
                let decision = match nor.decide(&known.subscription, location.as_deref()) {
                    Ok(decision) => decision,
                    Err(refusal) => return Step::Done(self.refuse(cx, inbound, imsi, refusal)),
                };
                if decision.reachable {
                    self.front.events.report(HssEvent::Reachable { imsi });
                }
                if let Some(cancellation) = decision.cancellation {
                    self.end_other_domain(cx, imsi, cancellation);
                }
                let waiting = location
                    .as_ref()
                    .and_then(|location| location.message_waiting.as_ref());
                self.present(cx, imsi, known.msisdn, waiting, decision.presence, None);
                let host = nor.host.to_owned();
                let gateway = decision.gateway.map(|change| match change {
                    GatewayChange::Store(g) => Command::SetGateway {
                        imsi,
                        host,
                        gateway: Some(Box::new(g)),
                        remove: Vec::new(),
                    },
                    GatewayChange::Forget(id) => Command::SetGateway {
                        imsi,
                        host,
                        gateway: None,
                        remove: vec![id],
                    },
                });
                let mme = decision.mme.map(|mme| Command::SetMme {
                    imsi,
                    mme: Box::new(mme),
                    clear_gateways: false,
                });
                let sgsn = decision.sgsn.map(|sgsn| Command::SetSgsn {
                    imsi,
                    sgsn: Box::new(sgsn),
                });
                let commands = [gateway, mme, sgsn].into_iter().flatten().collect();
                self.store_next(cx, inbound, imsi, commands)
            }
            (Stage::Notify(NotifyStage::Storing(commands)), Some(Ok(_))) => {
                self.store_next(cx, inbound, imsi, commands)
            }
            (stage, reply) => match self.known(cx, inbound, imsi, stage, reply) {
                Err(step) => step,
                Ok(known) => {
                    let command = Command::LoadLocation { imsi };
                    Step::Wait(
                        Need::Command(command),
                        Stage::Notify(NotifyStage::Locating(known)),
                    )
                }
            },
        }
    }

    /// Stores the next change of a notification, or answers it (TS 29.272 7.2.18).
    fn store_next(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Imsi,
        mut commands: Vec<Command>,
    ) -> Step {
        if let Some(command) = commands.pop() {
            return Step::Wait(
                Need::Command(command),
                Stage::Notify(NotifyStage::Storing(commands)),
            );
        }
        let Some(connection) = inbound.connection else {
            return Step::Done(Disposition::Orphaned);
        };
        let Some(mut w) = cx.node.answer(connection, &inbound.message, ResultCode::SUCCESS) else {
            return Step::Done(Disposition::Orphaned);
        };
        write_auth_session_state(&mut w);
        w.finish();
        Step::Done(self.answered(inbound, Some(imsi), Outcome::Success))
    }

    /// What is known of the subscriber: from memory, or else from the store.
    fn known(
        &mut self,
        cx: &mut Cx<'_>,
        inbound: &Inbound<'_>,
        imsi: Imsi,
        stage: Stage,
        reply: Option<StoreReply>,
    ) -> Result<Known, Step> {
        match (stage, reply) {
            (Stage::Loading, Some(Ok(Reply::Subscriber { subscriber, epoch }))) => self
                .front
                .take_in(imsi, subscriber, epoch)
                .ok_or_else(|| Step::Done(self.refuse(cx, inbound, imsi, Refusal::UserUnknown))),
            (_, Some(Err(error))) => Err(Step::Done(self.refuse_store(cx, inbound, imsi, &error))),
            _ => {
                let entry = self.front.table.lookup(imsi);
                let cached = entry.and_then(|entry| {
                    let subscription = Arc::clone(entry.subscription()?);
                    Some(Known {
                        subscription,
                        msisdn: entry.msisdn(),
                    })
                });
                let load = Command::Load {
                    imsi,
                    slot: self.config.slot,
                };
                cached.ok_or(Step::Wait(Need::Command(load), Stage::Loading))
            }
        }
    }
}

/// The PDN gateway of an Active-APN.
fn gateway_of(active: &ActiveApn<'_>) -> PdnGateway {
    let (host, realm, addresses) = &active.gateway;
    PdnGateway {
        context_identifier: active.context_identifier,
        apn: active.apn.clone(),
        host: host.map(str::to_owned),
        realm: realm.map(str::to_owned),
        addresses: addresses.clone(),
    }
}
