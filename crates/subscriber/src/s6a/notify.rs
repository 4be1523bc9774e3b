//! Notify (TS 29.272 5.2.5.1): what a serving node tells the HSS between two registrations.

use super::{Cancellation, CancellationType, Domain, NorFlags, Refusal};
use crate::model::{Location, PdnGateway, Presence, ServingNode, Subscription};
use quintet_identity::{Apn, Imei, Imeisv, Imsi};
use std::net::IpAddr;

/// UE_MEMORY_AVAILABLE of Alert-Reason: the UE has room for short messages again.
const UE_MEMORY_AVAILABLE: u32 = 1;

/// Host, realm and addresses of a PDN gateway, as they are told.
pub type ReportedGateway<'a> = (Option<&'a str>, Option<&'a str>, Vec<IpAddr>);

/// A Notify-Request.
#[derive(Clone, Debug)]
pub struct Notification<'a> {
    /// User-Name.
    pub imsi: Imsi,
    /// Origin-Host: the MME or SGSN.
    pub host: &'a str,
    /// NOR-Flags.
    pub flags: NorFlags,
    /// Alert-Reason, beside a flag that says the UE is ready for short messages.
    pub alert_reason: Option<u32>,
    /// Context-Identifier: the APN configuration that a PDN gateway is told for.
    pub context_identifier: Option<u32>,
    /// Service-Selection: the APN in use; needed if the configuration is the wild card.
    pub apn: Option<Apn>,
    /// MIP6-Agent-Info: host, realm and addresses of the PDN gateway; `None`: the gateway is to be forgotten.
    pub gateway: Option<ReportedGateway<'a>>,
    /// IMEI of Terminal-Information.
    pub imei: Option<Imei>,
    /// IMEI and Software-Version of Terminal-Information.
    pub imeisv: Option<Imeisv>,
    /// UE-SRVCC-Capability.
    pub srvcc: Option<bool>,
    /// Homogeneous-Support-of-IMS-Voice-Over-PS-Sessions.
    pub ims_voice: Option<bool>,
}

/// What happens to the stored PDN gateways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GatewayChange {
    /// One is added or replaced.
    Store(PdnGateway),
    /// The one of this Context-Identifier is forgotten.
    Forget(u32),
}

/// What a granted notification changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotifyDecision {
    /// The PDN gateways.
    pub gateway: Option<GatewayChange>,
    /// The MME's registration as it shall be, if anything of it changed.
    pub mme: Option<ServingNode>,
    /// The SGSN's registration as it shall be, if anything of it changed.
    pub sgsn: Option<ServingNode>,
    /// The SGSN's registration that ends, because the MME tells of a single registration.
    pub cancellation: Option<Cancellation>,
    /// The UE is reachable: whoever waits for it can be told.
    pub reachable: bool,
    /// How, for service centres that wait.
    pub presence: Presence,
}

impl Notification<'_> {
    /// Decides the answer for a provisioned subscriber.
    ///
    /// # Errors
    /// `UnknownServingNode` if the sender serves the subscriber neither as MME nor as SGSN.
    pub fn decide(
        &self,
        subscription: &Subscription,
        location: Option<&Location>,
    ) -> Result<NotifyDecision, Refusal> {
        let serves = |node: &&ServingNode| node.host.eq_ignore_ascii_case(self.host);
        let mme = location.and_then(|l| l.mme.as_ref()).filter(serves);
        let sgsn = location.and_then(|l| l.sgsn.as_ref()).filter(serves);
        if mme.is_none() && sgsn.is_none() {
            return Err(Refusal::UnknownServingNode);
        }
        let presence = self.presence();
        Ok(NotifyDecision {
            gateway: self.gateway_change(subscription),
            mme: mme.and_then(|node| self.altered(node)),
            sgsn: sgsn.and_then(|node| self.altered(node)),
            cancellation: mme.and_then(|_| self.displaced_sgsn(location?)),
            reachable: presence.is_any(),
            presence,
        })
    }

    /// How the UE shows that it can be reached (TS 29.272 7.3.49).
    fn presence(&self) -> Presence {
        let any = |flags: [NorFlags; 2]| flags.iter().any(|flag| self.flags.has(*flag));
        let ready = any([NorFlags::READY_FOR_SM_FROM_MME, NorFlags::READY_FOR_SM_FROM_SGSN]);
        Presence {
            mme: any([NorFlags::UE_REACHABLE_FROM_MME, NorFlags::READY_FOR_SM_FROM_MME]),
            sgsn: any([NorFlags::UE_REACHABLE_FROM_SGSN, NorFlags::READY_FOR_SM_FROM_SGSN]),
            memory: ready && self.alert_reason == Some(UE_MEMORY_AVAILABLE),
        }
    }

    /// The SGSN that Single-Registration-Indication of an MME cancels (TS 29.272 7.3.49): a node never cancels itself.
    fn displaced_sgsn(&self, location: &Location) -> Option<Cancellation> {
        let sgsn = location.sgsn.as_ref()?;
        let other = !sgsn.host.eq_ignore_ascii_case(self.host);
        if !other || !self.flags.has(NorFlags::SINGLE_REGISTRATION) {
            return None;
        }
        Cancellation::of(sgsn, Domain::Sgsn, CancellationType::SgsnUpdateProcedure)
    }

    /// The registration with what the notification tells; `None` if that is nothing new.
    fn altered(&self, node: &ServingNode) -> Option<ServingNode> {
        let mut new = node.clone();
        if self.imei.is_some() || self.imeisv.is_some() {
            (new.imei, new.imeisv) = (self.imei, self.imeisv);
        }
        if self.srvcc.is_some() {
            new.srvcc = self.srvcc;
        }
        if self.flags.has(NorFlags::HOMOGENEOUS_IMS_VOICE) || self.ims_voice.is_some() {
            new.ims_voice = self.ims_voice;
        }
        if self.flags.has(NorFlags::REMOVAL_OF_SMS_REGISTRATION) {
            new.mme_number_for_mt_sms = None;
        }
        (new != *node).then_some(new)
    }

    /// The configuration is the one of the Context-Identifier or of the APN, else the wild card's. A gateway that the
    /// subscription fixes is not replaced by a reported one.
    fn gateway_change(&self, subscription: &Subscription) -> Option<GatewayChange> {
        let selected = (self.context_identifier, self.apn.as_ref());
        gateway_change(subscription, selected, self.gateway.as_ref()).unwrap_or_default()
    }
}

/// No APN configuration is meant by what was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoApnConfiguration;

/// What a serving node, or a 3GPP AAA server, that tells a PDN gateway changes: `None` if the subscription fixes another.
///
/// # Errors
/// [`NoApnConfiguration`].
pub fn gateway_change(
    subscription: &Subscription,
    (context_identifier, apn): (Option<u32>, Option<&Apn>),
    gateway: Option<&ReportedGateway<'_>>,
) -> Result<Option<GatewayChange>, NoApnConfiguration> {
    let configurations = &subscription.apn_configurations;
    let named = |name: &str| configurations.iter().find(|c| c.apn.as_str() == name);
    let configuration = match (context_identifier, apn) {
        (Some(id), _) => subscription.apn_configuration(id),
        (None, Some(apn)) => named(apn.as_str()).or_else(|| named("*")),
        (None, None) => None,
    };
    let configuration = configuration.ok_or(NoApnConfiguration)?;
    let fixed = configuration.pdn_gw_host.is_some() || !configuration.pdn_gw_addresses.is_empty();
    if fixed && !configuration.pdn_gw_dynamic {
        return Ok(None);
    }
    Ok(Some(match gateway {
        None => GatewayChange::Forget(configuration.context_identifier),
        Some((host, realm, addresses)) => GatewayChange::Store(PdnGateway {
            context_identifier: configuration.context_identifier,
            apn: apn.cloned(),
            host: host.map(str::to_owned),
            realm: realm.map(str::to_owned),
            addresses: addresses.clone(),
        }),
    }))
}
