//! A subscriber as our own files and scripts have it, and its way into the model and back.

mod fgs;
mod ims;
mod non3gpp;

pub use fgs::{Fgs, Method};
pub(crate) use ims::derived;
pub use ims::{ImsRecord, MncDigits, home, wrapped};
pub use non3gpp::Non3gpp;

use crate::hex_octets::Hex;
use crate::row::{At, Refusal};
use quintet_crypto::{Amf, K, Op, Opc, Sqn, Top, Topc, TuakSizes};
use quintet_identity::{Apn, Imsi, Msisdn};
use quintet_subscriber::model::{
    Algorithm, AllocationRetentionPriority, Ambr, ApnConfiguration, Authentication, PdnType, QosClass,
    Roaming, SqnProfile, Subscriber, SubscriberStatus, Subscription,
};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::sync::Arc;

/// AMBR when nothing is said, bit/s: a private network's usual "no limit".
pub const DEFAULT_AMBR: Ambr = Ambr {
    uplink: 1_000_000_000,
    downlink: 1_000_000_000,
};

/// AMF when nothing is said: the separation bit alone.
pub(crate) const DEFAULT_AMF: [u8; 2] = [0x80, 0];

/// One subscriber. Octet strings are hex; keys are absent unless they were asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Who.
    pub imsi: Imsi,
    /// The number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub msisdn: Option<Msisdn>,
    /// The USIM's functions.
    #[serde(default)]
    pub algorithm: AlgorithmName,
    /// The subscriber key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, write_only))]
    pub k: Option<Hex>,
    /// OP or TOP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, write_only))]
    pub op: Option<Hex>,
    /// OPc or TOPc.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, write_only))]
    pub opc: Option<Hex>,
    /// TUAK's lengths and iterations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuak: Option<Sizes>,
    /// AMF, 2 octets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub amf: Option<Hex>,
    /// The highest SQN that another HSS issued, 6 octets: the first one issued here is greater.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, write_only))]
    pub sqn: Option<Hex>,
    /// Bits of IND the USIM uses: 5, or 0 for one that compares whole numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ind_bits: Option<u8>,
    /// The whole subscription; without it, one is made of the default APNs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<Subscription>,
    /// The IMS subscription; `true` for the one that follows from IMSI and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ims: Option<ImsRecord>,
}

/// The name of a USIM's algorithm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum AlgorithmName {
    /// TS 35.206
    #[default]
    Milenage,
    /// TS 35.231
    Tuak,
    /// The test algorithm of TS 34.108 8.1.2
    Xor,
}

impl FromStr for AlgorithmName {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "milenage" => Ok(Self::Milenage),
            "tuak" => Ok(Self::Tuak),
            "xor" => Ok(Self::Xor),
            _ => Err(format!("{text:?} is not milenage, tuak or xor")),
        }
    }
}

/// TUAK's lengths in bits, and iterations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sizes {
    /// Of RES.
    pub res_bits: u16,
    /// Of MAC.
    pub mac_bits: u16,
    /// Of CK.
    pub ck_bits: u16,
    /// Of IK.
    pub ik_bits: u16,
    /// Of Keccak.
    pub keccak_iterations: u8,
}

impl Sizes {
    fn of(sizes: TuakSizes) -> Self {
        Self {
            res_bits: sizes.res_bits(),
            mac_bits: sizes.mac_bits(),
            ck_bits: sizes.ck_bits(),
            ik_bits: sizes.ik_bits(),
            keccak_iterations: sizes.keccak_iterations(),
        }
    }
}

impl Record {
    /// A record that says nothing but whose it is.
    #[must_use]
    pub fn new(imsi: Imsi) -> Self {
        Self {
            imsi,
            msisdn: None,
            algorithm: AlgorithmName::default(),
            k: None,
            op: None,
            opc: None,
            tuak: None,
            amf: None,
            sqn: None,
            ind_bits: None,
            subscription: None,
            ims: None,
        }
    }

    /// The subscriber this record describes; `dif` is left to whoever provisions.
    ///
    /// # Errors
    /// A missing key, a wrong length, a subscription that contradicts itself; each names the member.
    pub fn subscriber(&self) -> Result<Subscriber, Refusal> {
        let build = || -> Result<Subscriber, Refusal> {
            let subscription = self
                .subscription
                .clone()
                .unwrap_or_else(|| default_subscription(&[]));
            subscription.check().map_err(Refusal::new)?;
            let authentication = self.authentication()?;
            authentication.check().map_err(Refusal::new)?;
            Ok(Subscriber {
                imsi: self.imsi,
                msisdn: self.msisdn,
                authentication,
                subscription: Arc::new(subscription),
            })
        };
        build().map_err(|refusal| refusal.at(format_args!("IMSI {}", self.imsi)))
    }

    fn authentication(&self) -> Result<Authentication, Refusal> {
        let k = self
            .k
            .as_ref()
            .ok_or_else(|| Refusal::new("k is missing: the subscriber key, 32 hex digits"))?;
        let k = K::new(k.expose()).ok_or_else(|| {
            Refusal::new(format_args!(
                "k has {} octets, 16 are needed (TUAK: or 32)",
                k.expose().len()
            ))
        })?;
        let amf = self
            .amf
            .as_ref()
            .map_or(Ok(DEFAULT_AMF), |amf| amf.exactly("amf"))
            .map_err(Refusal::new)?;
        let sqn_profile = sqn_profile(self.ind_bits)?;
        let algorithm = self.algorithm(&k)?;
        let sqn = self
            .sqn
            .as_ref()
            .map_or(Ok([0; 6]), |sqn| sqn.exactly::<6>("sqn"))
            .map_err(Refusal::new)?;
        Ok(Authentication {
            k,
            algorithm,
            amf: Amf(amf),
            sqn_profile,
            dif: None,
            seq_seed: crate::sqn::seed(Sqn::from_octets(sqn).value(), sqn_profile)?,
        })
    }

    fn algorithm(&self, k: &K) -> Result<Algorithm, Refusal> {
        let Self { op, opc, tuak, .. } = self;
        let missing = || Refusal::new("opc (or op) is missing: this algorithm needs the operator's constant");
        Ok(match self.algorithm {
            AlgorithmName::Milenage => {
                let constant = match (opc, op) {
                    (Some(opc), _) => Constant::Opc(opc),
                    (None, Some(op)) => Constant::Op(op),
                    (None, None) => return Err(missing()),
                };
                Algorithm::Milenage {
                    opc: constant.opc(k)?,
                }
            }
            AlgorithmName::Tuak => {
                let sizes = match tuak {
                    Some(s) => {
                        TuakSizes::new(s.res_bits, s.mac_bits, s.ck_bits, s.ik_bits, s.keccak_iterations)
                            .map_err(Refusal::new)?
                    }
                    None => TuakSizes::default(),
                };
                let topc = match (opc, op) {
                    (Some(topc), _) => Topc::new(topc.exactly("opc").map_err(Refusal::new)?),
                    (None, Some(top)) => {
                        Topc::derive(k, &Top::new(top.exactly("op").map_err(Refusal::new)?), sizes)
                    }
                    (None, None) => return Err(missing()),
                };
                Algorithm::Tuak { topc, sizes }
            }
            AlgorithmName::Xor => Algorithm::Xor,
        })
    }

    /// The record of a subscriber; with keys only if `with_keys`.
    #[must_use]
    pub fn of(subscriber: &Subscriber, with_keys: bool) -> Self {
        let authentication = &subscriber.authentication;
        let secret = |octets: &[u8]| with_keys.then(|| Hex::new(octets.to_vec()));
        let (algorithm, opc, tuak) = match &authentication.algorithm {
            Algorithm::Milenage { opc } => (AlgorithmName::Milenage, secret(opc.expose()), None),
            Algorithm::Tuak { topc, sizes } => (
                AlgorithmName::Tuak,
                secret(topc.expose()),
                Some(Sizes::of(*sizes)),
            ),
            Algorithm::Xor => (AlgorithmName::Xor, None, None),
        };
        Self {
            imsi: subscriber.imsi,
            msisdn: subscriber.msisdn,
            algorithm,
            k: secret(authentication.k.expose()),
            op: None,
            opc,
            tuak,
            amf: Some(Hex::new(authentication.amf.0.to_vec())),
            sqn: None,
            ind_bits: Some(authentication.sqn_profile.ind_bits),
            subscription: Some((*subscriber.subscription).clone()),
            ims: None,
        }
    }
}

/// How a USIM with so many bits of IND checks SQN; 5 if nothing is said.
pub(crate) fn sqn_profile(ind_bits: Option<u8>) -> Result<SqnProfile, Refusal> {
    match ind_bits {
        None | Some(5) => Ok(SqnProfile::TIME_BASED),
        Some(0) => Ok(SqnProfile::PLAIN),
        Some(other) => Err(Refusal::new(format_args!(
            "ind_bits = {other} is not allowed, expected 5 or 0"
        ))),
    }
}

/// What a source has of the operator's constant of MILENAGE.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Constant<'a> {
    /// OP.
    Op(&'a Hex),
    /// OPc.
    Opc(&'a Hex),
}

impl Constant<'_> {
    /// OPc (TS 35.206 4.1).
    pub(crate) fn opc(self, k: &K) -> Result<Opc, Refusal> {
        match self {
            Self::Opc(opc) => Ok(Opc::new(opc.exactly("opc").map_err(Refusal::new)?)),
            Self::Op(op) => {
                Opc::derive(k, &Op::new(op.exactly("op").map_err(Refusal::new)?)).at("K for MILENAGE")
            }
        }
    }
}

/// A subscription with these APNs, the first the default one; `internet` and `ims` if none is named.
#[must_use]
pub fn default_subscription(apns: &[Apn]) -> Subscription {
    let fallback = ["internet", "ims"].map(|name| name.parse().expect("these two are APNs"));
    let apns = if apns.is_empty() { &fallback[..] } else { apns };
    Subscription {
        subscriber_status: SubscriberStatus::ServiceGranted,
        operator_determined_barring: None,
        packet_only: true,
        access_restriction: Default::default(),
        eps: true,
        roaming: Roaming::Everywhere,
        ambr: DEFAULT_AMBR,
        apn_configurations: apns
            .iter()
            .zip(1..)
            .map(|(apn, id)| apn_configuration(apn, id))
            .collect(),
        default_context_identifier: 1,
        apn_oi_replacement: None,
        charging_characteristics: None,
        rfsp: None,
        rau_tau_timer_s: None,
        stn_sr: None,
        regional_zone_codes: Vec::new(),
        ue_usage_type: None,
        sgsn_camel: false,
        fgs: Default::default(),
        mt_sms: Default::default(),
        non_3gpp: Default::default(),
    }
}

/// The usual default bearer: QCI 9; QCI 5, the signalling class, for `ims` (TS 23.203 table 6.1.7).
pub(crate) fn apn_configuration(apn: &Apn, context_identifier: u32) -> ApnConfiguration {
    let ims = apn.as_str() == "ims";
    ApnConfiguration {
        context_identifier,
        apn: apn.clone(),
        pdn_type: PdnType::Ipv4v6,
        qci: QosClass(if ims { 5 } else { 9 }),
        arp: AllocationRetentionPriority {
            priority_level: if ims { 1 } else { 8 },
            pre_emption_capability: ims,
            pre_emption_vulnerability: !ims,
        },
        ambr: None,
        served_party_ip_addresses: Vec::new(),
        pdn_gw_addresses: Vec::new(),
        pdn_gw_host: None,
        pdn_gw_realm: None,
        pdn_gw_dynamic: false,
        vplmn_dynamic_address_allowed: false,
        charging_characteristics: None,
    }
}

#[cfg(test)]
mod tests;
