//! `[amf]`: who the AMF is, where gNBs and other network functions are, what it allows.

use super::Milliseconds;
use super::sbi::NfUri;
use anyhow::{Context, Result, bail};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_fgmm::network::{AlgorithmLists, Policy, ReauthenticationPolicy, Timers};
use quintet_identity::fgs::{AmfId, Guami, Tai};
use quintet_identity::{Apn, Plmn, SNssai};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Tracking areas an AMF serves at most: what a TAI list has room for (TS 24.501 9.11.3.9).
const MAX_TRACKING_AREAS: usize = 16;

/// Slices at most: what an allowed NSSAI has room for (TS 24.501 9.11.3.37).
const MAX_SLICES: usize = 8;

/// The longest AMF Name, and the signs it may have besides letters and digits (TS 38.413 9.3.3.21: PrintableString).
const MAX_NAME: usize = 150;
const NAME_SIGNS: &[u8] = b" '()+,-./:=?";

/// The least and the most of T3512, s: the units of the timer go from 2 s to 320 h, 31 of them at most (TS 24.008
/// 10.5.7.4a).
const MIN_T3512_S: u64 = 2;
const MAX_T3512_S: u64 = 31 * 320 * 3600;

/// The AMF, with its SEAF.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Amf {
    /// AMF Name, shown by gNBs.
    pub(crate) name: String,
    /// AMF Region ID.
    pub(crate) region: u8,
    /// AMF Set ID, 10 bits.
    pub(crate) set: u16,
    /// AMF Pointer, 6 bits.
    pub(crate) pointer: u8,
    /// Relative AMF Capacity.
    pub(crate) relative_capacity: u8,
    /// NGAP over SCTP addresses to listen on.
    pub(crate) listen: Vec<SocketAddr>,
    /// Namf and callbacks, HTTP/2.
    pub(crate) sbi_listen: SocketAddr,
    /// Where others reach it, if not at `sbi_listen`.
    pub(crate) own: Option<NfUri>,
    /// AUSFs, the preferred first. Empty: that of this process.
    pub(crate) ausf: Vec<NfUri>,
    /// UDMs, the preferred first. Empty: that of this process.
    pub(crate) udm: Vec<NfUri>,
    /// SMFs. Empty: PDU sessions are answered with 5GMM cause #90.
    pub(crate) smf: Vec<NfUri>,
    /// Tracking areas, like "00101-1". All of one PLMN.
    pub(crate) tracking_areas: Vec<Area>,
    /// Slices, like "1" or "1-00000a".
    pub(crate) slices: Vec<Slice>,
    /// Integrity algorithms, the preferred first.
    pub(crate) integrity: Vec<Integrity>,
    /// Ciphering algorithms, the preferred first.
    pub(crate) ciphering: Vec<Ciphering>,
    /// Whether emergency services are there.
    pub(crate) emergency: bool,
    /// Whether emergency calls may do without authentication, under NIA0.
    pub(crate) unauthenticated_emergency: bool,
    /// The DNN of emergency services.
    pub(crate) emergency_dnn: Option<String>,
    /// A new authentication after so many initial messages.
    pub(crate) reauthenticate_every: Option<u32>,
    /// A new authentication when the last is older, s.
    pub(crate) reauthenticate_after_s: Option<u64>,
    /// Whether a mobility registration is given a new KAMF.
    pub(crate) change_kamf_on_mobility: bool,
    /// Whether the UE is asked for its IMEISV.
    pub(crate) request_imeisv: bool,
    /// The network's name on UEs' screens.
    pub(crate) network_name: Option<String>,
    /// T3512, s: the UE's periodic update.
    pub(crate) t3512_s: u64,
    /// T3550, ms.
    pub(crate) t3550_ms: Milliseconds<100, 60_000>,
    /// T3555, ms.
    pub(crate) t3555_ms: Milliseconds<100, 60_000>,
    /// T3560, ms.
    pub(crate) t3560_ms: Milliseconds<100, 60_000>,
    /// T3570, ms.
    pub(crate) t3570_ms: Milliseconds<100, 60_000>,
    /// T3522, ms.
    pub(crate) t3522_ms: Milliseconds<100, 60_000>,
    /// How long another network function may take, ms.
    pub(crate) sbi_timeout_ms: Milliseconds<100, 60_000>,
    /// Where contexts are kept over a restart; by default `amf.db` in the platform's data directory.
    pub(crate) database: Option<PathBuf>,
    /// Whether contexts are kept at all.
    pub(crate) keep_contexts: bool,
}

impl Default for Amf {
    fn default() -> Self {
        Self {
            name: "quintet".to_owned(),
            region: 1,
            set: 1,
            pointer: 1,
            relative_capacity: 255,
            listen: vec![SocketAddr::from(([127, 0, 0, 1], quintet_ngap::PORT))],
            sbi_listen: SocketAddr::from(([127, 0, 0, 1], 7780)),
            own: None,
            ausf: Vec::new(),
            udm: Vec::new(),
            smf: Vec::new(),
            tracking_areas: vec![Area(test_area())],
            slices: vec![Slice(SNssai::new(1))],
            integrity: vec![Integrity::NIA2, Integrity::NIA1, Integrity::NIA3],
            ciphering: vec![Ciphering::NEA2, Ciphering::NEA1, Ciphering::NEA3, Ciphering::NEA0],
            emergency: false,
            unauthenticated_emergency: false,
            emergency_dnn: None,
            reauthenticate_every: None,
            reauthenticate_after_s: None,
            change_kamf_on_mobility: false,
            request_imeisv: true,
            network_name: None,
            t3512_s: 60 * 60,
            t3550_ms: Milliseconds::new(6_000),
            t3555_ms: Milliseconds::new(6_000),
            t3560_ms: Milliseconds::new(6_000),
            t3570_ms: Milliseconds::new(6_000),
            t3522_ms: Milliseconds::new(6_000),
            sbi_timeout_ms: Milliseconds::new(5_000),
            database: None,
            keep_contexts: true,
        }
    }
}

/// TAC 1 of the test network, MCC 001 and MNC 01.
fn test_area() -> Tai {
    "00101-1".parse().expect("a PLMN and a TAC")
}

/// A tracking area.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub(crate) struct Area(pub(crate) Tai);

impl TryFrom<String> for Area {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let tai = text
            .parse()
            .map_err(|error| format!("{text:?} is no tracking area: {error}"))?;
        Ok(Self(tai))
    }
}

/// A slice.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub(crate) struct Slice(pub(crate) SNssai);

impl TryFrom<String> for Slice {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let slice = text
            .parse()
            .map_err(|error| format!("{text:?} is no S-NSSAI: {error}"))?;
        Ok(Self(slice))
    }
}

/// An integrity algorithm that may be preferred: not NIA0.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum Integrity {
    NIA1,
    NIA2,
    NIA3,
}

/// A ciphering algorithm.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum Ciphering {
    NEA0,
    NEA1,
    NEA2,
    NEA3,
}

impl Amf {
    /// What depends on several values.
    pub(super) fn check(&self) -> Result<()> {
        if self.listen.is_empty() {
            bail!("amf.listen is empty: no gNB could reach this AMF");
        }
        let Some(Area(first)) = self.tracking_areas.first() else {
            bail!("amf.tracking_areas is empty: name at least one, like \"00101-1\"");
        };
        if self.tracking_areas.len() > MAX_TRACKING_AREAS {
            bail!("amf.tracking_areas has more than {MAX_TRACKING_AREAS} entries, what a UE can be told");
        }
        if self.tracking_areas.iter().any(|area| area.0.plmn != first.plmn) {
            bail!("amf.tracking_areas names several PLMNs: one AMF serves one");
        }
        let areas = &self.tracking_areas;
        if let Some(twice) = (1..areas.len()).find(|i| areas[..*i].contains(&areas[*i])) {
            bail!("amf.tracking_areas names {} twice: remove one", areas[twice].0);
        }
        if !(1..=MAX_SLICES).contains(&self.slices.len()) {
            bail!(
                "amf.slices has {} entries: name 1 to {MAX_SLICES}, like \"1\"",
                self.slices.len()
            );
        }
        for (key, empty) in [
            ("integrity", self.integrity.is_empty()),
            ("ciphering", self.ciphering.is_empty()),
        ] {
            if empty {
                bail!("amf.{key} = []: name at least one algorithm");
            }
        }
        if self.unauthenticated_emergency && !self.emergency {
            bail!("amf.unauthenticated_emergency is set, but amf.emergency is not");
        }
        if self.reauthenticate_every == Some(0) {
            bail!("amf.reauthenticate_every = 0: 1 is each time; leave it out for never");
        }
        let printable = |c: u8| c.is_ascii_alphanumeric() || NAME_SIGNS.contains(&c);
        if !(1..=MAX_NAME).contains(&self.name.len()) || !self.name.bytes().all(printable) {
            bail!(
                "amf.name = {:?} is no AMF Name: 1 to {MAX_NAME} letters, digits, spaces or any of '()+,-./:=? (no underscore)",
                self.name
            );
        }
        if !(MIN_T3512_S..=MAX_T3512_S).contains(&self.t3512_s) {
            bail!(
                "amf.t3512_s = {}: give {MIN_T3512_S} to {MAX_T3512_S} seconds, what a UE can be told",
                self.t3512_s
            );
        }
        self.policy().map(drop)
    }

    /// The PLMN served.
    pub(crate) fn plmn(&self) -> Plmn {
        self.tracking_areas
            .first()
            .map_or_else(|| test_area().plmn, |area| area.0.plmn)
    }

    /// Which GUTIs are its own.
    pub(crate) fn guami(&self) -> Result<Guami> {
        let amf_id = AmfId::new(self.region, self.set, self.pointer)
            .context("amf.set is 0 to 1023, amf.pointer 0 to 63")?;
        Ok(Guami {
            plmn: self.plmn(),
            amf_id,
        })
    }

    /// What mobility management is told.
    pub(crate) fn policy(&self) -> Result<Policy> {
        let emergency_dnn: Option<Apn> = match &self.emergency_dnn {
            Some(text) => Some(
                text.parse()
                    .with_context(|| format!("amf.emergency_dnn = {text:?}"))?,
            ),
            None => None,
        };
        let integrity = self
            .integrity
            .iter()
            .map(|nia| IntegrityAlgorithm(*nia as u8 + 1));
        let ciphering = self.ciphering.iter().map(|nea| CipheringAlgorithm(*nea as u8));
        Ok(Policy {
            guami: self.guami()?,
            tracking_areas: self.tracking_areas.iter().map(|area| area.0).collect(),
            slices: self.slices.iter().map(|slice| slice.0).collect(),
            algorithms: AlgorithmLists {
                integrity: integrity.collect(),
                ciphering: ciphering.collect(),
            },
            eps_algorithms: Some(AlgorithmLists {
                integrity: self
                    .integrity
                    .iter()
                    .map(|nia| IntegrityAlgorithm(*nia as u8 + 1))
                    .collect(),
                ciphering: self
                    .ciphering
                    .iter()
                    .map(|nea| CipheringAlgorithm(*nea as u8))
                    .collect(),
            }),
            emergency: self.emergency,
            unauthenticated_emergency: self.unauthenticated_emergency,
            reauthentication: ReauthenticationPolicy {
                every: self.reauthenticate_every,
                after: self.reauthenticate_after_s.map(Duration::from_secs),
            },
            change_k_amf_on_mobility: self.change_kamf_on_mobility,
            request_imeisv: self.request_imeisv,
            events: true,
            timers: Timers {
                t3522: self.t3522_ms.duration(),
                t3550: self.t3550_ms.duration(),
                t3555: self.t3555_ms.duration(),
                t3560: self.t3560_ms.duration(),
                t3570: self.t3570_ms.duration(),
                t3512: Duration::from_secs(self.t3512_s),
                ..Timers::default()
            },
            smf: !self.smf.is_empty(),
            emergency_dnn,
            network_name: self.network_name.clone(),
            time_zone: None,
        })
    }
}
