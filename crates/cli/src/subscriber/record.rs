//! A subscriber as files and scripts see it, and its way into the model and back.

use super::ims::ImsRecord;
use anyhow::{Context, Result, bail};
use quintet_crypto::{Amf, K, Op, Opc, Top, Topc, TuakSizes};
use quintet_identity::{Apn, Imsi, Msisdn};
use quintet_subscriber::model::{
    Algorithm, AllocationRetentionPriority, Ambr, ApnConfiguration, Authentication, PdnType, QosClass,
    Roaming, SqnProfile, Subscriber, SubscriberStatus, Subscription,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// AMBR when nothing is said, bit/s: a private network's usual "no limit".
const DEFAULT_AMBR: Ambr = Ambr {
    uplink: 1_000_000_000,
    downlink: 1_000_000_000,
};

/// One subscriber. Octet strings are hex; keys are absent unless they were asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub(crate) imsi: Imsi,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) msisdn: Option<Msisdn>,
    #[serde(default)]
    pub(crate) algorithm: AlgorithmName,
    /// The subscriber key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) k: Option<Hex>,
    /// OP or TOP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) op: Option<Hex>,
    /// OPc or TOPc.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) opc: Option<Hex>,
    /// TUAK's lengths and iterations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tuak: Option<Sizes>,
    /// AMF, 2 octets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) amf: Option<Hex>,
    /// The highest SQN that another HSS issued, 6 octets: the first one issued here is greater.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sqn: Option<Hex>,
    /// Bits of IND the USIM uses: 5, or 0 for one that compares whole numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ind_bits: Option<u8>,
    /// The whole subscription; without it, one is made of the default APNs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subscription: Option<Subscription>,
    /// The IMS subscription; `true` for the one that follows from IMSI and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ims: Option<ImsRecord>,
}

/// The name of a USIM's algorithm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AlgorithmName {
    /// TS 35.206
    #[default]
    Milenage,
    /// TS 35.231
    Tuak,
    /// The test algorithm of TS 34.108 8.1.2
    Xor,
}

/// TUAK's lengths in bits, and iterations.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Sizes {
    pub(crate) res_bits: u16,
    pub(crate) mac_bits: u16,
    pub(crate) ck_bits: u16,
    pub(crate) ik_bits: u16,
    pub(crate) keccak_iterations: u8,
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

/// Octets that are hex in files.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Hex(pub(crate) Vec<u8>);

impl TryFrom<String> for Hex {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse::<crate::octets::Octets>().map(|octets| Self(octets.0))
    }
}

impl From<Hex> for String {
    fn from(hex: Hex) -> Self {
        hex::encode(hex.0)
    }
}

impl std::fmt::Debug for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hex({} octets)", self.0.len())
    }
}

impl Hex {
    /// Exactly `N` octets.
    fn exactly<const N: usize>(&self, member: &str) -> Result<[u8; N]> {
        let length = self.0.len();
        self.0[..].try_into().with_context(|| {
            format!(
                "{member} has {length} octets, {N} are needed ({} hex digits)",
                2 * N
            )
        })
    }
}

impl Record {
    /// The subscriber this record describes; `dif` is left to whoever provisions.
    ///
    /// # Errors
    /// A missing key, a wrong length, a subscription that contradicts itself; each names the member.
    pub(crate) fn subscriber(&self) -> Result<Subscriber> {
        let imsi = self.imsi;
        let build = || -> Result<Subscriber> {
            let subscription = self
                .subscription
                .clone()
                .unwrap_or_else(|| default_subscription(&[]));
            subscription.check()?;
            let authentication = self.authentication()?;
            authentication.check()?;
            Ok(Subscriber {
                imsi,
                msisdn: self.msisdn,
                authentication,
                subscription: Arc::new(subscription),
            })
        };
        build().with_context(|| format!("IMSI {imsi}"))
    }

    fn authentication(&self) -> Result<Authentication> {
        let k = self
            .k
            .as_ref()
            .context("k is missing: the subscriber key, 32 hex digits")?;
        let k = K::new(&k.0)
            .with_context(|| format!("k has {} octets, 16 are needed (TUAK: or 32)", k.0.len()))?;
        let amf = self
            .amf
            .as_ref()
            .map_or(Ok([0x80, 0]), |amf| amf.exactly("amf"))?;
        let sqn_profile = match self.ind_bits {
            None | Some(5) => SqnProfile::TIME_BASED,
            Some(0) => SqnProfile::PLAIN,
            Some(other) => bail!("ind_bits = {other} is not allowed, expected 5 or 0"),
        };
        let algorithm = self.algorithm(&k)?;
        let sqn = self
            .sqn
            .as_ref()
            .map_or(Ok([0; 6]), |sqn| sqn.exactly::<6>("sqn"))?;
        let sqn = quintet_crypto::Sqn::from_octets(sqn).value();
        Ok(Authentication {
            k,
            algorithm,
            amf: Amf(amf),
            sqn_profile,
            dif: None,
            seq_seed: sqn >> sqn_profile.ind_bits,
        })
    }

    fn algorithm(&self, k: &K) -> Result<Algorithm> {
        let Self { op, opc, tuak, .. } = self;
        let missing = "opc (or op) is missing: this algorithm needs the operator's constant";
        Ok(match self.algorithm {
            AlgorithmName::Milenage => Algorithm::Milenage {
                opc: match (opc, op) {
                    (Some(opc), _) => Opc::new(opc.exactly("opc")?),
                    (None, Some(op)) => Opc::derive(k, &Op::new(op.exactly("op")?))?,
                    (None, None) => bail!(missing),
                },
            },
            AlgorithmName::Tuak => {
                let sizes = match tuak {
                    Some(s) => {
                        TuakSizes::new(s.res_bits, s.mac_bits, s.ck_bits, s.ik_bits, s.keccak_iterations)?
                    }
                    None => TuakSizes::default(),
                };
                let topc = match (opc, op) {
                    (Some(topc), _) => Topc::new(topc.exactly("opc")?),
                    (None, Some(top)) => Topc::derive(k, &Top::new(top.exactly("op")?), sizes),
                    (None, None) => bail!(missing),
                };
                Algorithm::Tuak { topc, sizes }
            }
            AlgorithmName::Xor => Algorithm::Xor,
        })
    }

    /// The record of a subscriber; with keys only if `with_keys`.
    pub(crate) fn of(subscriber: &Subscriber, with_keys: bool) -> Self {
        let authentication = &subscriber.authentication;
        let secret = |octets: &[u8]| with_keys.then(|| Hex(octets.to_vec()));
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
            amf: Some(Hex(authentication.amf.0.to_vec())),
            sqn: None,
            ind_bits: Some(authentication.sqn_profile.ind_bits),
            subscription: Some((*subscriber.subscription).clone()),
            ims: None,
        }
    }
}

/// A subscription with these APNs, the first the default one; `internet` and `ims` if none is named.
pub(crate) fn default_subscription(apns: &[Apn]) -> Subscription {
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
    }
}

/// The usual default bearer: QCI 9; QCI 5, the signalling class, for `ims` (TS 23.203 table 6.1.7).
fn apn_configuration(apn: &Apn, context_identifier: u32) -> ApnConfiguration {
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
mod tests {
    use super::*;

    const K_HEX: &str = "465b5ce8b199b49faa5f0a2ee238a6bc";

    fn record(json: &str) -> Result<Subscriber> {
        serde_json::from_str::<Record>(json)?.subscriber()
    }

    #[test]
    fn op_and_opc_give_the_same_subscriber() {
        let with_op = record(&format!(
            r#"{{"imsi":"001010000000001","k":"{K_HEX}","op":"cdc202d5123e20f62b6d676ac72cb318"}}"#
        ));
        let with_opc = record(&format!(
            r#"{{"imsi":"001010000000001","k":"{K_HEX}","opc":"cd63cb71954a9f4e48a5994e37a02baf"}}"#
        ));
        assert_eq!(with_op.unwrap(), with_opc.unwrap());
    }

    #[test]
    fn a_record_round_trips_with_its_keys_only() {
        let json = format!(
            r#"{{"imsi":"001010000000001","msisdn":"33612345678","k":"{K_HEX}","opc":"cd63cb71954a9f4e48a5994e37a02baf"}}"#
        );
        let subscriber = record(&json).unwrap();
        let with = serde_json::to_string(&Record::of(&subscriber, true)).unwrap();
        assert_eq!(record(&with).unwrap(), subscriber);
        let without = serde_json::to_string(&Record::of(&subscriber, false)).unwrap();
        assert!(
            !without.contains(K_HEX) && !without.contains("cd63cb71"),
            "{without}"
        );
    }

    #[test]
    fn errors_name_subscriber_and_member() {
        for (json, expected) in [
            (r#"{"imsi":"001010000000001"}"#.to_owned(), "k is missing"),
            (
                r#"{"imsi":"001010000000001","k":"00"}"#.to_owned(),
                "k has 1 octets",
            ),
            (
                format!(r#"{{"imsi":"001010000000001","k":"{K_HEX}"}}"#),
                "opc (or op) is missing",
            ),
            (
                format!(r#"{{"imsi":"001010000000001","k":"{K_HEX}","opc":"00"}}"#),
                "opc has 1 octets",
            ),
        ] {
            let error = format!("{:#}", record(&json).unwrap_err());
            assert!(
                error.contains("001010000000001") && error.contains(expected),
                "{error}"
            );
        }
        assert!(
            record(r#"{"imsi":"1"}"#)
                .unwrap_err()
                .to_string()
                .contains("6 to 15")
        );
    }

    #[test]
    fn the_sequence_seed_is_the_upper_part_of_sqn() {
        let json = format!(
            r#"{{"imsi":"001010000000001","k":"{K_HEX}","opc":"cd63cb71954a9f4e48a5994e37a02baf","sqn":"00000000003f"}}"#
        );
        assert_eq!(record(&json).unwrap().authentication.seq_seed, 1);
    }
}
