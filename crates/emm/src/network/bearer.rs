//! The default bearer: which APN, which address, what the UE and its eNB are told of it (TS 24.301 6.4.1, 6.5.1;
//! TS 23.401 5.3.2.1, 4.3.12).
//!
//! ```text
//!   PDN CONNECTIVITY REQUEST ─┐
//!   ESM INFORMATION RESPONSE ─┼─► choose ──► DefaultBearer ──► ACTIVATE DEFAULT EPS BEARER CONTEXT REQUEST
//!   ULA's APN configurations ─┘      │
//!                                    └─► EsmCause ──► PDN CONNECTIVITY REJECT in ATTACH REJECT #19
//! ```
//!
//! Addresses are IPv4: a UE that also asks for IPv6 is told why it gets IPv4 only. An address that is not in the
//! subscription is the context's own by its [`ContextId`], so nothing has to be allocated, freed or agreed on.

pub(super) mod rate;
mod setup;

use super::{ContextId, Location, Policy, Registration};
use quintet_identity::{Apn, Plmn};
use quintet_nas::eps::{EsmCause, PdnType};
use quintet_subscriber::model::{Ambr, ApnConfiguration, PdnType as SubscribedPdnType};
use std::net::IpAddr;

/// EPS bearer identity of a UE's first bearer (TS 24.007 11.2.3.1.5: 5 to 15).
pub(super) const DEFAULT_BEARER: u8 = 5;

/// QCI of an emergency bearer: IMS signalling (TS 23.203 table 6.1.7), as nothing is subscribed.
const EMERGENCY_QCI: u8 = 5;

/// ARP priority level of an emergency bearer: the highest (TS 23.203 6.1.15, for operator services).
const EMERGENCY_ARP_PRIORITY: u8 = 1;

/// AMBR of an emergency UE, bit/s: voice, with room for signalling and real-time text; a UE that was not authenticated
/// shall not take more than it needs (TS 23.401 4.3.12.5).
const EMERGENCY_AMBR: Ambr = Ambr {
    uplink: 1_000_000,
    downlink: 1_000_000,
};

/// What the UE asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// The APN it named; the default otherwise.
    pub(super) apn: Option<&'a Apn>,
    /// PDN type.
    pub(super) pdn_type: PdnType,
}

/// A default bearer as it will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DefaultBearer {
    /// For emergency bearer services.
    pub(super) emergency: bool,
    /// APN, network identifier.
    pub(super) apn: Apn,
    /// IPv4 address.
    pub(super) address: [u8; 4],
    /// Why the UE does not get all it asked for.
    pub(super) cause: Option<EsmCause>,
    /// QCI.
    pub(super) qci: u8,
    /// ARP priority level.
    pub(super) arp_priority: u8,
    /// APN-AMBR.
    pub(super) apn_ambr: Ambr,
    /// What the eNB enforces: of one PDN connection's APN-AMBR and the subscription's UE-AMBR the lesser (TS 23.401 4.7.3).
    pub(super) ue_ambr: Ambr,
}

impl DefaultBearer {
    /// What is kept of it with the UE's context.
    pub(super) fn registration(&self) -> Registration {
        Registration {
            emergency: self.emergency,
            default_bearer: DEFAULT_BEARER,
            apn: self.apn.clone(),
            address: self.address,
            qci: self.qci,
            arp_priority: self.arp_priority,
            ambr: (self.ue_ambr.uplink, self.ue_ambr.downlink),
        }
    }
}

/// The default bearer of a subscriber.
///
/// # Errors
/// The ESM cause of the reject (TS 24.301 6.5.1.4.1).
pub(super) fn choose(
    wanted: Wanted<'_>,
    location: &Location,
    policy: &Policy,
    id: ContextId,
) -> Result<DefaultBearer, EsmCause> {
    let (configuration, apn) = configuration(wanted.apn, location)?;
    let cause = pdn_type(wanted.pdn_type, configuration.pdn_type)?;
    let ue_ambr = location.ambr.ok_or(EsmCause::NETWORK_FAILURE)?;
    let apn_ambr = configuration.ambr.unwrap_or(ue_ambr);
    let fixed = configuration
        .served_party_ip_addresses
        .iter()
        .find_map(|a| match a {
            IpAddr::V4(v4) => Some(v4.octets()),
            IpAddr::V6(_) => None,
        });
    Ok(DefaultBearer {
        emergency: false,
        apn,
        address: fixed
            .or_else(|| pool_address(policy.address_pool, id))
            .ok_or(EsmCause::INSUFFICIENT_RESOURCES)?,
        cause,
        qci: configuration.qci.0,
        arp_priority: configuration.arp.priority_level,
        apn_ambr,
        ue_ambr: Ambr {
            uplink: apn_ambr.uplink.min(ue_ambr.uplink),
            downlink: apn_ambr.downlink.min(ue_ambr.downlink),
        },
    })
}

/// The default bearer of an emergency UE, from the MME's own configuration instead of a subscription (TS 23.401 4.3.12.5).
///
/// # Errors
/// The ESM cause of the reject.
pub(super) fn emergency(pdn: PdnType, policy: &Policy, id: ContextId) -> Result<DefaultBearer, EsmCause> {
    Ok(DefaultBearer {
        emergency: true,
        apn: policy
            .emergency_apn
            .clone()
            .ok_or(EsmCause::MISSING_OR_UNKNOWN_APN)?,
        cause: pdn_type(pdn, SubscribedPdnType::Ipv4)?,
        address: pool_address(policy.address_pool, id).ok_or(EsmCause::INSUFFICIENT_RESOURCES)?,
        qci: EMERGENCY_QCI,
        arp_priority: EMERGENCY_ARP_PRIORITY,
        apn_ambr: EMERGENCY_AMBR,
        ue_ambr: EMERGENCY_AMBR,
    })
}

/// The APN configuration that serves a request, and the APN it is for: the one named, else the wild card's, else nothing;
/// the default if none was named (TS 23.401 5.3.2.1, TS 23.003 9.2.1).
fn configuration<'a>(
    wanted: Option<&Apn>,
    location: &'a Location,
) -> Result<(&'a ApnConfiguration, Apn), EsmCause> {
    let all = &location.apn_configurations;
    let Some(wanted) = wanted else {
        let default = location
            .default_context_identifier
            .ok_or(EsmCause::MISSING_OR_UNKNOWN_APN)?;
        return all
            .iter()
            .find(|c| c.context_identifier == default && c.apn.as_str() != WILD_CARD)
            .map(|c| (c, c.apn.clone()))
            .ok_or(EsmCause::MISSING_OR_UNKNOWN_APN);
    };
    let of = |name: &str| all.iter().find(|c| c.apn.as_str() == name);
    of(wanted.as_str())
        .or_else(|| of(WILD_CARD))
        .map(|c| (c, wanted.clone()))
        .ok_or(EsmCause::REQUESTED_SERVICE_OPTION_NOT_SUBSCRIBED)
}

/// Any APN (TS 23.003 9.2.1).
pub(super) const WILD_CARD: &str = "*";

/// Whether an IPv4 address answers what is wanted and what is subscribed, and what to say with it
/// (TS 24.301 6.5.1.3, 6.5.1.4.1).
fn pdn_type(wanted: PdnType, subscribed: SubscribedPdnType) -> Result<Option<EsmCause>, EsmCause> {
    use SubscribedPdnType::{Ipv4, Ipv4OrIpv6, Ipv4v6, Ipv6};
    match (wanted, subscribed) {
        (PdnType::NON_IP | PdnType::ETHERNET, _) => Err(EsmCause::UNKNOWN_PDN_TYPE),
        (PdnType::IPV4, Ipv6) => Err(EsmCause::PDN_TYPE_IPV6_ONLY_ALLOWED),
        // What is subscribed is what this network has not.
        (_, Ipv6) => Err(EsmCause::SERVICE_OPTION_NOT_SUPPORTED),
        (PdnType::IPV4, _) => Ok(None),
        (PdnType::IPV4V6, Ipv4 | Ipv4v6) => Ok(Some(EsmCause::PDN_TYPE_IPV4_ONLY_ALLOWED)),
        (PdnType::IPV4V6, Ipv4OrIpv6) => Ok(Some(EsmCause::SINGLE_ADDRESS_BEARERS_ONLY_ALLOWED)),
        // IPv6, and what counts as IPv6 (TS 24.301 9.9.4.10).
        _ => Err(EsmCause::PDN_TYPE_IPV4_ONLY_ALLOWED),
    }
}

/// The address of the pool that belongs to a context; `None` past its end. Network and broadcast address stay free.
fn pool_address((first, prefix): ([u8; 4], u8), id: ContextId) -> Option<[u8; 4]> {
    let size = 1u64 << 32u32.saturating_sub(u32::from(prefix));
    let offset = u64::from(id.0) + 1;
    if offset + 1 >= size {
        return None;
    }
    let network = u64::from(u32::from_be_bytes(first)) & !(size - 1);
    u32::try_from(network + offset).ok().map(u32::to_be_bytes)
}

/// The APN as the UE is told it: with the operator identifier (TS 23.003 9.1, 9.1.2; TS 24.301 6.5.1.3).
pub(super) fn with_operator(apn: &Apn, plmn: Plmn) -> String {
    let (mcc, mnc) = plmn.mcc_mnc();
    format!("{apn}.mnc{mnc:0>3}.mcc{mcc}.gprs")
}

/// The network identifier of an APN that may have an operator identifier (TS 23.003 9.1.2).
pub(super) fn without_operator(text: &str) -> &str {
    let Some(rest) = text.strip_suffix(".gprs") else {
        return text;
    };
    let mut labels = rest.rsplitn(3, '.');
    let (mcc, mnc, network) = (labels.next(), labels.next(), labels.next());
    let is = |label: Option<&str>, kind: &str| {
        label
            .and_then(|l| l.strip_prefix(kind))
            .is_some_and(|digits| digits.len() == 3 && digits.bytes().all(|c| c.is_ascii_digit()))
    };
    match network {
        Some(network) if is(mcc, "mcc") && is(mnc, "mnc") => network,
        _ => text,
    }
}
