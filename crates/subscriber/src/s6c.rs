//! What the HSS answers an SMS-GMSC (TS 29.338 5.2.1, 5.2.3) and when it alerts service centres (5.2.2), decided without a wire
//! and without a store. The flags and what they lead to are those of TS 23.040 3.2.8.
//!
//! ```text
//!            RDR ABSENT_USER, or SRR finds nobody       ULR, NOR, RDR SUCCESSFUL_TRANSFER
//!   present ─────────────────────────────────────► MNRF, MNRG ──────────────────────────► present ─► ALR to each that waits
//!           ─────────────────────────────────────► MCEF ────────────────────────────────►
//!            RDR UE_MEMORY_CAPACITY_EXCEEDED            NOR UE_MEMORY_AVAILABLE, RDR SUCCESSFUL_TRANSFER
//! ```
//!
//! While MCEF is set nobody is alerted: what could be delivered would not fit. A service centre waits until it was alerted, so
//! one that could not be is alerted when the UE shows itself next.
//!
//! Left out: IP-SM-GW and MSC as nodes of their own (an MSC's flag is the MME's), the SMSF, SMS Routers.

use crate::model::{
    Location, MessageWaiting, MtSms, Presence, ServiceCentre, ServingNode as Registered, Subscription,
    WaitingChange,
};
use crate::s6a::{Domain, Features};
use crate::sh::ShUser;
use quintet_cx::{ExperimentalResult, Outcome};
use quintet_diameter::ResultCode;
use quintet_identity::{Msisdn, Plmn};
use quintet_slh::ServingNode;
use quintet_slh::s6c::{
    MwdStatus, Rda, Rdr, RdrFlags, SmDeliveryCause, SmDeliveryNotIntended, Sra, Srr, SrrFlags,
    UserIdentifier, UserName,
};

/// Absent-User-Diagnostic-SM where the HSS itself finds that nobody serves (TS 23.040 3.3.2).
mod diagnostic {
    /// Deregistered in the HLR for non GPRS.
    pub(super) const DEREGISTERED: u32 = 3;
    /// MS purged for non GPRS.
    pub(super) const PURGED: u32 = 4;
    /// MS purged for GPRS.
    pub(super) const PURGED_GPRS: u32 = 8;
}

/// What is decided on a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision<A> {
    /// The answer, once the change is stored.
    pub answer: A,
    /// What becomes of the message waiting data.
    pub change: Option<WaitingChange>,
    /// The UE showed that it can be reached.
    pub presence: Presence,
}

impl<A> Decision<A> {
    /// The same of another answer.
    pub fn map<B>(self, into: impl FnOnce(A) -> B) -> Decision<B> {
        Decision {
            answer: into(self.answer),
            change: self.change,
            presence: self.presence,
        }
    }
}

impl<A> From<A> for Decision<A> {
    fn from(answer: A) -> Self {
        Self {
            answer,
            change: None,
            presence: Presence::default(),
        }
    }
}

/// The MME if it takes short messages.
fn mme_for_sms(location: &Location) -> Option<&Registered> {
    location
        .serving_mme()
        .filter(|mme| registered(Domain::Mme, mme).mme)
}

/// The SGSN if it takes short messages over Diameter.
fn sgsn_for_sms(location: &Location) -> Option<&Registered> {
    location
        .serving_sgsn()
        .filter(|sgsn| registered(Domain::Sgsn, sgsn).sgsn)
}

/// How a UE shows itself by being registered at a node: if that takes short messages.
#[must_use]
pub fn registered(domain: Domain, node: &Registered) -> Presence {
    Presence {
        mme: domain == Domain::Mme && node.mme_number_for_mt_sms.is_some(),
        sgsn: domain == Domain::Sgsn && Features::new(node.features, node.features_2).gdd_in_sgsn(),
        memory: false,
    }
}

/// How a UE showed itself between two looks at its location: by a node that takes short messages and did not serve it at the first.
#[must_use]
pub fn came(before: Option<&Location>, now: &Location) -> Presence {
    let known = |node: &&Registered| {
        let nodes = before.map(|before| [&before.mme, &before.sgsn]);
        nodes.is_some_and(|nodes| nodes.iter().any(|known| known.as_ref() == Some(*node)))
    };
    Presence {
        mme: mme_for_sms(now).is_some_and(|mme| !known(&mme)),
        sgsn: sgsn_for_sms(now).is_some_and(|sgsn| !known(&sgsn)),
        memory: false,
    }
}

/// Who is alerted when a UE shows itself; nobody while its memory is full.
#[must_use]
pub fn alerted(waiting: &MessageWaiting, presence: Presence) -> &[ServiceCentre] {
    match presence.is_any() && (!waiting.mcef || presence.memory) {
        true => &waiting.centres,
        false => &[],
    }
}

/// MWD-Status as data and a service centre are; `None` if nothing is to be said.
fn status(waiting: &MessageWaiting, address: Option<Msisdn>) -> Option<MwdStatus> {
    let flags = [
        (waiting.mnrf, MwdStatus::MNRF_SET),
        (waiting.mcef, MwdStatus::MCEF_SET),
        (waiting.mnrg, MwdStatus::MNRG_SET),
    ];
    let set: u32 = flags
        .into_iter()
        .filter(|(is_set, _)| *is_set)
        .map(|(_, bit)| bit.0)
        .sum();
    let missing = !address.is_some_and(|address| waiting.includes(address));
    let said = set
        | if missing {
            MwdStatus::SC_ADDRESS_NOT_INCLUDED.0
        } else {
            0
        };
    (set != 0).then_some(MwdStatus(said))
}

/// The stored number, if it is another than was asked about.
fn stored_number(user: &ShUser, asked: &UserIdentifier) -> Option<UserIdentifier> {
    user.msisdn
        .filter(|stored| asked.msisdn != Some(*stored))
        .map(UserIdentifier::number)
}

/// Whether a number that came with an IMSI is the same user's.
fn is_one_user(user: &ShUser, asked: &UserIdentifier) -> bool {
    match asked.msisdn {
        Some(msisdn) if asked.imsi.is_some() => user.has_number(msisdn),
        _ => true,
    }
}

/// Answers Send-Routing-Info-for-SM. `home` is the subscriber's network, if there is one to name; `centre` who asks.
///
/// # Errors
/// CONTRADICTING_AVPS, ERROR_SERVICE_NOT_SUBSCRIBED, ERROR_SERVICE_BARRED.
pub fn route(
    request: &Srr,
    user: &ShUser,
    subscription: &Subscription,
    home: Option<Plmn>,
    centre: Option<ServiceCentre>,
) -> Result<Decision<Sra>, Outcome> {
    if !is_one_user(user, &request.user) {
        return Err(ResultCode::CONTRADICTING_AVPS.into());
    }
    match subscription.mt_sms {
        MtSms::Subscribed => {}
        MtSms::Barred => return Err(ExperimentalResult::ERROR_SERVICE_BARRED.into()),
        MtSms::NotSubscribed => return Err(ExperimentalResult::ERROR_SERVICE_NOT_SUBSCRIBED.into()),
    }
    let mut answer = Sra {
        user_name: Some(UserName::Imsi(user.imsi)),
        user_identifier: stored_number(user, &request.user),
        ..Sra::new(Outcome::SUCCESS)
    };
    if let Some(not_intended) = request.not_intended {
        if not_intended == SmDeliveryNotIntended::ONLY_MCC_MNC_REQUESTED {
            answer.user_name = home.map(UserName::Network);
        }
        return Ok(answer.into());
    }
    let nowhere = Location::default();
    let location = user.location.as_ref().unwrap_or(&nowhere);
    let nothing = MessageWaiting::default();
    let waiting = location.message_waiting.as_ref().unwrap_or(&nothing);
    // Who is known not to answer is tried for a message of priority alone.
    let urgent = request.flags.has(SrrFlags::SM_RP_PRI);
    let mme = mme_for_sms(location).filter(|_| urgent || !waiting.mnrf);
    let sgsn = sgsn_for_sms(location).filter(|_| urgent || !waiting.mnrg);
    let mut nodes = [mme.map(of_mme), sgsn.map(of_sgsn)].into_iter().flatten();
    let Some(first) = nodes.next() else {
        let mut decision = absent(request, location, waiting, centre);
        // An alert names the stored number, so whoever waits must know it.
        decision.answer.user_identifier = answer.user_identifier;
        return Ok(decision);
    };
    answer.serving_node = Some(first);
    answer.additional_serving_node = nodes
        .next()
        .filter(|_| request.flags.has(SrrFlags::GPRS_INDICATOR));
    answer.mwd_status = status(waiting, request.sc_address);
    Ok(answer.into())
}

/// Nobody can be given the message: the service centre waits, unless it tries once.
fn absent(
    request: &Srr,
    location: &Location,
    waiting: &MessageWaiting,
    centre: Option<ServiceCentre>,
) -> Decision<Sra> {
    let centre = centre.filter(|_| !request.flags.has(SrrFlags::SINGLE_ATTEMPT_DELIVERY));
    let purged = |node: &Option<Registered>| node.as_ref().is_some_and(|node| node.purged);
    let mme_diagnostic = waiting.mme_diagnostic.filter(|_| waiting.mnrf).or_else(|| {
        let found = if purged(&location.mme) {
            diagnostic::PURGED
        } else {
            diagnostic::DEREGISTERED
        };
        mme_for_sms(location).is_none().then_some(found)
    });
    let sgsn_diagnostic = waiting
        .sgsn_diagnostic
        .filter(|_| waiting.mnrg)
        .or_else(|| purged(&location.sgsn).then_some(diagnostic::PURGED_GPRS));
    let change = WaitingChange::Missed {
        centre,
        mnrf: Some(mme_diagnostic),
        mnrg: location.sgsn.is_some().then_some(sgsn_diagnostic),
        mcef: false,
    };
    let mut after = waiting.clone();
    after.apply(&change);
    let answer = Sra {
        mwd_status: status(&after, request.sc_address),
        mme_diagnostic,
        sgsn_diagnostic,
        ..Sra::new(ExperimentalResult::ERROR_ABSENT_USER_FOR_SM)
    };
    Decision {
        answer,
        change: (after != *waiting).then_some(change),
        presence: Presence::default(),
    }
}

fn of_mme(node: &Registered) -> ServingNode {
    ServingNode {
        mme_number_for_mt_sms: node.mme_number_for_mt_sms,
        ..ServingNode::of_mme(&node.host, &node.realm)
    }
}

fn of_sgsn(node: &Registered) -> ServingNode {
    ServingNode::of_sgsn(&node.host, &node.realm)
}

/// Answers Report-SM-Delivery-Status. `centre` is who reports.
///
/// # Errors
/// CONTRADICTING_AVPS, ERROR_MWD_LIST_FULL.
pub fn report(request: &Rdr, user: &ShUser, centre: Option<ServiceCentre>) -> Result<Decision<Rda>, Outcome> {
    if !is_one_user(user, &request.user) {
        return Err(ResultCode::CONTRADICTING_AVPS.into());
    }
    let answer = Rda {
        user_identifier: stored_number(user, &request.user),
        ..Rda::new(Outcome::SUCCESS)
    };
    let delivery = &request.delivery;
    let over = |node: Option<quintet_slh::s6c::DeliveryOutcome>, cause| {
        node.filter(|outcome| outcome.cause == cause)
    };
    let success = SmDeliveryCause::SUCCESSFUL_TRANSFER;
    if delivery.iter().any(|outcome| outcome.cause == success) {
        let presence = Presence {
            mme: over(delivery.mme, success)
                .or(over(delivery.msc, success))
                .is_some(),
            sgsn: over(delivery.sgsn, success).is_some(),
            memory: true,
        };
        return Ok(Decision {
            answer,
            change: None,
            presence,
        });
    }
    let away = SmDeliveryCause::ABSENT_USER;
    let full = SmDeliveryCause::UE_MEMORY_CAPACITY_EXCEEDED;
    let circuit = over(delivery.mme, away).or(over(delivery.msc, away));
    let packet = over(delivery.sgsn, away);
    let centre = centre.filter(|_| !request.flags.has(RdrFlags::SINGLE_ATTEMPT_DELIVERY));
    let waiting = user
        .location
        .as_ref()
        .and_then(|location| location.message_waiting.as_ref());
    if let (Some(centre), Some(waiting)) = (&centre, waiting)
        && !waiting.has_room_for(centre.address)
    {
        return Err(ExperimentalResult::ERROR_MWD_LIST_FULL.into());
    }
    let change = WaitingChange::Missed {
        centre,
        mnrf: circuit.map(|outcome| outcome.diagnostic),
        mnrg: packet.map(|outcome| outcome.diagnostic),
        mcef: delivery.iter().any(|outcome| outcome.cause == full),
    };
    Ok(Decision {
        answer,
        change: Some(change),
        presence: Presence::default(),
    })
}

#[cfg(test)]
mod tests;
