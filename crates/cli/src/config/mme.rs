//! `[mme]`: the MME: who it is, where eNBs and the HSS are, what it allows.

use super::tls::{HssOverTls, OwnTls, Pin};
use super::{Identity, Milliseconds, Transport};
use anyhow::{Context, Result, bail};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_emm::network::{Policy, ReauthenticationPolicy, Timers};
use quintet_identity::{Apn, Gummei, Plmn, Tai};
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Tracking areas an MME serves at most: what a TAI list of type 0 or 2 has room for (TS 24.301 9.9.3.33).
const MAX_TRACKING_AREAS: usize = 16;

/// The longest MME Name, and the signs it may have besides letters and digits (TS 36.413 9.3.4: PrintableString): with
/// another no S1 SETUP RESPONSE could be written.
const MAX_NAME: usize = 150;
const NAME_SIGNS: &[u8] = b" '()+,-./:=?";

/// The least and the most of T3412, s: the units of the timer are 2 s, 1 min and 6 min, 31 of them at most
/// (TS 24.008 10.5.7.3).
const MIN_T3412_S: u64 = 2;
const MAX_T3412_S: u64 = 31 * 360;

/// The MME.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Mme {
    /// Origin-Host towards the HSS.
    pub(crate) identity: Identity,
    /// Origin-Realm, and the realm of the HSS.
    pub(crate) realm: Identity,
    /// Where the HSS is. Absent: the HSS of this process.
    pub(crate) hss: Option<SocketAddr>,
    /// What the HSS is connected to over.
    pub(crate) hss_transport: Transport,
    /// The HSS's Diameter identity.
    pub(crate) hss_identity: Identity,
    /// Whether it is connected to over TLS, and must show a certificate that names its identity.
    pub(crate) hss_tls: bool,
    /// SHA-256 of its certificates: over TLS with one of them, whoever issued it and whatever it names.
    pub(crate) hss_certificate_sha256: Vec<Pin>,
    /// What the MME shows the HSS over TLS, and whom it believes.
    pub(crate) tls: OwnTls,
    /// MME Name, shown by eNBs.
    pub(crate) name: String,
    /// MME Group ID.
    pub(crate) group_id: u16,
    /// MME Code.
    pub(crate) code: u8,
    /// Relative MME Capacity.
    pub(crate) relative_capacity: u8,
    /// S1AP over SCTP addresses to listen on.
    pub(crate) listen: Vec<SocketAddr>,
    /// Tracking areas, like "00101-1". All of one PLMN.
    pub(crate) tracking_areas: Vec<Area>,
    /// Integrity algorithms, the preferred first.
    pub(crate) integrity: Vec<Integrity>,
    /// Ciphering algorithms, the preferred first.
    pub(crate) ciphering: Vec<Ciphering>,
    /// Whether emergency calls may do without authentication, under EIA0.
    pub(crate) unauthenticated_emergency: bool,
    /// The APN of emergency calls.
    pub(crate) emergency_apn: Option<String>,
    /// A new authentication after so many initial messages.
    pub(crate) reauthenticate_every: Option<u32>,
    /// A new authentication when the last is older, s.
    pub(crate) reauthenticate_after_s: Option<u64>,
    /// Whether the UE is asked for its IMEISV.
    pub(crate) request_imeisv: bool,
    /// UEs' addresses.
    pub(crate) address_pool: Pool,
    /// The DNS server UEs are told.
    pub(crate) dns: Option<Ipv4Addr>,
    /// The network's name on UEs' screens.
    pub(crate) network_name: Option<String>,
    /// The user plane's address told to eNBs. There is no user plane in this program.
    pub(crate) gateway: IpAddr,
    /// T3412, s: the UE's periodic update.
    pub(crate) t3412_s: u64,
    /// T3450, ms.
    pub(crate) t3450_ms: Milliseconds<100, 60_000>,
    /// T3460, ms.
    pub(crate) t3460_ms: Milliseconds<100, 60_000>,
    /// T3470, ms.
    pub(crate) t3470_ms: Milliseconds<100, 60_000>,
    /// T3422, ms.
    pub(crate) t3422_ms: Milliseconds<100, 60_000>,
    /// How long the HSS may take, ms.
    pub(crate) hss_timeout_ms: Milliseconds<100, 60_000>,
    /// Where contexts are kept over a restart; by default `mme.db` in the platform's data directory.
    pub(crate) database: Option<PathBuf>,
    /// Whether contexts are kept at all.
    pub(crate) keep_contexts: bool,
}

impl Default for Mme {
    fn default() -> Self {
        Self {
            identity: Identity::of("mme.epc.mnc001.mcc001.3gppnetwork.org"),
            realm: Identity::of("epc.mnc001.mcc001.3gppnetwork.org"),
            hss: None,
            hss_transport: Transport::Tcp,
            hss_identity: Identity::of("hss.epc.mnc001.mcc001.3gppnetwork.org"),
            hss_tls: false,
            hss_certificate_sha256: Vec::new(),
            tls: OwnTls::default(),
            name: "quintet".to_owned(),
            group_id: 1,
            code: 1,
            relative_capacity: 255,
            listen: vec![SocketAddr::from(([127, 0, 0, 1], quintet_s1ap::PORT))],
            tracking_areas: vec![Area(Tai {
                plmn: test_plmn(),
                tac: 1,
            })],
            integrity: vec![Integrity::EIA2, Integrity::EIA1, Integrity::EIA3],
            ciphering: vec![Ciphering::EEA2, Ciphering::EEA1, Ciphering::EEA3, Ciphering::EEA0],
            unauthenticated_emergency: false,
            emergency_apn: None,
            reauthenticate_every: None,
            reauthenticate_after_s: None,
            request_imeisv: true,
            address_pool: Pool([10, 45, 0, 0], 16),
            dns: None,
            network_name: None,
            gateway: IpAddr::V4(Ipv4Addr::LOCALHOST),
            t3412_s: 54 * 60,
            t3450_ms: Milliseconds::new(6_000),
            t3460_ms: Milliseconds::new(6_000),
            t3470_ms: Milliseconds::new(6_000),
            t3422_ms: Milliseconds::new(6_000),
            hss_timeout_ms: Milliseconds::new(5_000),
            database: None,
            keep_contexts: true,
        }
    }
}

/// MCC 001, MNC 01: the test network.
fn test_plmn() -> Plmn {
    Plmn::from_ascii(b"00101").expect("five digits are a PLMN")
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

/// A range of IPv4 addresses.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub(crate) struct Pool(pub(crate) [u8; 4], pub(crate) u8);

impl TryFrom<String> for Pool {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no address pool: expected like 10.45.0.0/16, prefix 8 to 30");
        let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
        let address: Ipv4Addr = address.parse().map_err(|_| wrong())?;
        let prefix: u8 = prefix.parse().map_err(|_| wrong())?;
        let host_bits = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
        if !(8..=30).contains(&prefix) || address.to_bits() & host_bits != 0 {
            return Err(wrong());
        }
        Ok(Self(address.octets(), prefix))
    }
}

/// An integrity algorithm that may be preferred: not EIA0.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum Integrity {
    EIA1,
    EIA2,
    EIA3,
}

/// A ciphering algorithm.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum Ciphering {
    EEA0,
    EEA1,
    EEA2,
    EEA3,
}

impl Mme {
    /// What depends on several values.
    pub(super) fn check(&self) -> Result<()> {
        if self.listen.is_empty() {
            bail!("mme.listen is empty: no eNB could reach this MME");
        }
        let Some(Area(first)) = self.tracking_areas.first() else {
            bail!("mme.tracking_areas is empty: name at least one, like \"00101-1\"");
        };
        if self.tracking_areas.len() > MAX_TRACKING_AREAS {
            bail!("mme.tracking_areas has more than {MAX_TRACKING_AREAS} entries, what a UE can be told");
        }
        if self.tracking_areas.iter().any(|area| area.0.plmn != first.plmn) {
            bail!("mme.tracking_areas names several PLMNs: one MME serves one");
        }
        for (key, empty) in [
            ("integrity", self.integrity.is_empty()),
            ("ciphering", self.ciphering.is_empty()),
        ] {
            if empty {
                bail!("mme.{key} = []: name at least one algorithm");
            }
        }
        if self.unauthenticated_emergency && self.emergency_apn.is_none() {
            bail!("mme.unauthenticated_emergency is set, but there is no mme.emergency_apn");
        }
        if self.reauthenticate_every == Some(0) {
            bail!("mme.reauthenticate_every = 0: 1 is each time; leave it out for never");
        }
        let printable = |c: u8| c.is_ascii_alphanumeric() || NAME_SIGNS.contains(&c);
        if !(1..=MAX_NAME).contains(&self.name.len()) || !self.name.bytes().all(printable) {
            bail!(
                "mme.name = {:?} is no MME Name: 1 to {MAX_NAME} letters, digits, spaces or any of '()+,-./:=? (no underscore)",
                self.name
            );
        }
        if !(MIN_T3412_S..=MAX_T3412_S).contains(&self.t3412_s) {
            bail!(
                "mme.t3412_s = {}: give {MIN_T3412_S} to {MAX_T3412_S} seconds, what a UE can be told",
                self.t3412_s
            );
        }
        let areas = &self.tracking_areas;
        if let Some(twice) = (1..areas.len()).find(|i| areas[..*i].contains(&areas[*i])) {
            bail!("mme.tracking_areas names {} twice: remove one", areas[twice].0);
        }
        if self.keep_contexts
            && self
                .database
                .as_ref()
                .is_some_and(|path| path.as_os_str().is_empty())
        {
            bail!("mme.database is empty: give a file, or keep_contexts = false");
        }
        self.hss_over_tls().check()?;
        self.policy().map(drop)
    }

    /// TLS towards the HSS.
    pub(crate) fn hss_over_tls(&self) -> HssOverTls<'_> {
        HssOverTls {
            section: "mme",
            tls: self.hss_tls,
            pins: &self.hss_certificate_sha256,
            transport: self.hss_transport,
            own: &self.tls,
        }
    }

    /// The PLMN served.
    pub(crate) fn plmn(&self) -> Plmn {
        self.tracking_areas
            .first()
            .map_or_else(test_plmn, |area| area.0.plmn)
    }

    /// What mobility management is told.
    pub(crate) fn policy(&self) -> Result<Policy> {
        let emergency_apn: Option<Apn> = match &self.emergency_apn {
            Some(text) => Some(
                text.parse()
                    .with_context(|| format!("mme.emergency_apn = {text:?}"))?,
            ),
            None => None,
        };
        Ok(Policy {
            plmn: self.plmn(),
            tracking_areas: self.tracking_areas.iter().map(|area| area.0).collect(),
            integrity: self
                .integrity
                .iter()
                .map(|eia| IntegrityAlgorithm(*eia as u8 + 1))
                .collect(),
            ciphering: self
                .ciphering
                .iter()
                .map(|eea| CipheringAlgorithm(*eea as u8))
                .collect(),
            unauthenticated_emergency: self.unauthenticated_emergency,
            emergency_apn,
            reauthentication: ReauthenticationPolicy {
                every: self.reauthenticate_every,
                after: self.reauthenticate_after_s.map(Duration::from_secs),
            },
            vectors_at_once: 1,
            request_imeisv: self.request_imeisv,
            events: true,
            timers: Timers {
                t3422: self.t3422_ms.duration(),
                t3450: self.t3450_ms.duration(),
                t3460: self.t3460_ms.duration(),
                t3470: self.t3470_ms.duration(),
                t3412: Duration::from_secs(self.t3412_s),
                ..Timers::default()
            },
            address_pool: (self.address_pool.0, self.address_pool.1),
            dns: self.dns.map(|address| address.octets()),
            network_name: self.network_name.clone(),
        })
    }

    /// The node's configuration.
    pub(crate) fn node(&self) -> Result<quintet_mme::Config> {
        let gummei = Gummei {
            plmn: self.plmn(),
            mme_group_id: self.group_id,
            mme_code: self.code,
        };
        let mut node =
            quintet_mme::Config::new(self.name.clone(), gummei, self.policy()?, self.realm.as_str());
        node.relative_capacity = self.relative_capacity;
        node.hss_timeout = self.hss_timeout_ms.duration();
        node.gateway = self.gateway;
        Ok(node)
    }
}
