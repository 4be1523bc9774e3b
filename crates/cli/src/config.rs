//! `quintet.toml`: what it may say, and one clear error when it says something else.
//!
//! Every value is checked while it is read, by its type: an error names the file, the line, the key, the value and
//! what is allowed. What depends on several values is checked in [`Config::check`].

mod amf;
mod api;
mod ausf;
mod diameter;
mod eir;
mod ims;
mod keys;
mod mme;
mod overload;
mod routing;
mod sbi;
mod sctp;
mod sh;
mod store;
mod tls;
mod udm;
mod value;

pub(crate) use amf::Amf;
use anyhow::{Context, Result, anyhow, bail};
use api::Api;
pub(crate) use api::Live;
pub(crate) use ausf::Ausf;
pub(crate) use diameter::{Diameter, Peer, UnknownPeers};
use ims::{Icscf, Ims, Pcscf, Scscf};
pub(crate) use keys::Keys;
pub(crate) use mme::Mme;
use quintet_identity::Plmn;
pub(crate) use sbi::{NfUri, Sbi};
pub(crate) use sctp::{Sctp, Transport};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
pub(crate) use store::{Store, StoreKind};
pub(crate) use tls::HssOverTls;
pub(crate) use udm::Udm;
pub(crate) use value::{Identity, Milliseconds, SlotNumber};

/// Largest configuration file, octets: what a person writes is far below it.
const MAX_CONFIG_OCTETS: u64 = 1 << 20;

/// The whole file. Everything has a default: an empty file is a valid one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Which nodes this process is.
    pub(crate) roles: Roles,
    pub(crate) diameter: Diameter,
    pub(crate) sctp: Sctp,
    pub(crate) hss: Hss,
    pub(crate) eir: eir::Eir,
    pub(crate) sh: sh::Sh,
    pub(crate) slh: routing::Slh,
    pub(crate) s6c: routing::S6c,
    pub(crate) mme: Mme,
    pub(crate) sbi: Sbi,
    pub(crate) amf: Amf,
    pub(crate) ausf: Ausf,
    pub(crate) udm: Udm,
    pub(crate) ims: Ims,
    pub(crate) pcscf: Pcscf,
    pub(crate) icscf: Icscf,
    pub(crate) scscf: Scscf,
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) api: Api,
    pub(crate) metrics: Metrics,
    pub(crate) telemetry: Telemetry,
    pub(crate) log: Log,
}

/// The nodes to run.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub(crate) struct Roles(pub(crate) Vec<Role>);

/// A node this program can be.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Home Subscriber Server (S6a).
    Hss,
    /// Mobility Management Entity (S1AP, S6a).
    Mme,
    /// Access and Mobility Management Function with SEAF (NGAP, Nausf, Nudm).
    Amf,
    /// Authentication Server Function (Nausf).
    Ausf,
    /// Unified Data Management with ARPF and SIDF (Nudm).
    Udm,
    /// Proxy-CSCF (SIP and IPsec towards UEs).
    Pcscf,
    /// Interrogating-CSCF (SIP, Cx).
    Icscf,
    /// Serving-CSCF (SIP, Cx).
    Scscf,
}

impl Default for Roles {
    fn default() -> Self {
        Self(vec![Role::Hss])
    }
}

/// The HSS.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Hss {
    /// Which front end this is; two that run at once need different slots.
    pub(crate) slot: SlotNumber,
    /// The home network's PLMNs; the first is the home PLMN. Empty: taken from the realm.
    pub(crate) home_plmns: Vec<Plmn>,
    /// PLMNs that count as home: nobody roams there.
    pub(crate) equivalent_plmns: Vec<Plmn>,
    /// The visited PLMNs that get vectors, beside the home ones; 5003 for the others. Absent: all get them.
    pub(crate) visited_plmns: Option<Vec<Plmn>>,
    /// Whether an Origin-Realm that names a PLMN must name the Visited-PLMN-Id of an AIR; 5003 if not.
    pub(crate) check_origin_realm: bool,
    /// Tell every peer that connects after a start that locations were lost (Reset).
    pub(crate) reset_on_start: bool,
    /// Whether CSCFs are served (Cx).
    pub(crate) cx: bool,
    /// Whether an S-CSCF that asks to remain assigned after a de-registration does.
    pub(crate) keep_scscf: bool,
    /// Whether 3GPP AAA servers are served (SWx).
    pub(crate) swx: bool,
}

impl Default for Hss {
    fn default() -> Self {
        Self {
            slot: SlotNumber::default(),
            home_plmns: Vec::new(),
            equivalent_plmns: Vec::new(),
            visited_plmns: None,
            check_origin_realm: false,
            reset_on_start: false,
            cx: true,
            keep_scscf: true,
            swx: true,
        }
    }
}

/// Prometheus metrics.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Metrics {
    /// Address of the HTTP listener (`/metrics`); none by default.
    pub(crate) listen: Option<SocketAddr>,
}

/// Traces of attempts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Telemetry {
    /// A collector of OpenTelemetry that takes OTLP over HTTP, `http://127.0.0.1:4318` or `https://…`; none by default.
    pub(crate) otlp: Option<String>,
    /// Who may have issued the certificate of a collector that is reached over TLS; PEM.
    pub(crate) authorities: Option<PathBuf>,
    /// The share of attempts that is traced, 0 to 1.
    pub(crate) sample: f64,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self {
            otlp: None,
            authorities: None,
            sample: 1.0,
        }
    }
}

impl Telemetry {
    /// Where spans go.
    ///
    /// # Errors
    /// What of it cannot be.
    pub(crate) fn collector(&self) -> Result<Option<quintet_runtime::Collector>> {
        if !(0.0..=1.0).contains(&self.sample) {
            bail!("telemetry.sample = {}: a share is 0 to 1", self.sample);
        }
        let read = |path: &PathBuf| {
            let read = std::fs::read(path);
            read.with_context(|| {
                format!(
                    "telemetry.authorities = {:?}: cannot be read",
                    path.display().to_string()
                )
            })
        };
        let authorities = self.authorities.as_ref().map(read).transpose()?;
        let parse = |url: &String| {
            let parsed = quintet_runtime::Collector::parse(url, authorities.as_deref());
            parsed.map_err(|why| anyhow::anyhow!("telemetry.otlp: {why}"))
        };
        self.otlp.as_ref().map(parse).transpose()
    }
}

/// Logs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `info,quintet_diameter=debug`.
    pub(crate) filter: String,
    /// The form of a line.
    pub(crate) format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            filter: "info".to_owned(),
            format: LogFormat::Text,
        }
    }
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Config {
    /// Reads and checks a file. `roles` are those of the command line, if it has some: the file is checked for these nodes, not for those
    /// that it names.
    ///
    /// # Errors
    /// One error with file, line, key, value and what is allowed.
    pub(crate) fn read(path: &Path, roles: &[Role]) -> Result<Self> {
        let name = path.display();
        let length = std::fs::metadata(path)
            .with_context(|| format!("cannot read {name}"))?
            .len();
        if length > MAX_CONFIG_OCTETS {
            bail!("{name} has {length} octets: a configuration has at most {MAX_CONFIG_OCTETS}");
        }
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
        Self::parse_for(&text, roles).with_context(|| format!("{name} is not a valid configuration"))
    }

    /// Parses and checks the text of a file; `roles` as of [`Config::read`].
    ///
    /// # Errors
    /// As [`Config::read`], without the file's name.
    fn parse_for(text: &str, roles: &[Role]) -> Result<Self> {
        let mut config: Self =
            toml::from_str(text).map_err(|error| anyhow!("{error}{}", remedy(error.message())))?;
        if !roles.is_empty() {
            config.roles = Roles(roles.to_vec());
        }
        config.check()?;
        Ok(config)
    }

    /// Parses and checks the text of a file for the nodes that it names.
    #[cfg(test)]
    pub(crate) fn parse(text: &str) -> Result<Self> {
        Self::parse_for(text, &[])
    }

    /// What depends on several values.
    fn check(&self) -> Result<()> {
        if self.roles.0.is_empty() {
            bail!("roles = []: name at least one node, for example roles = [\"hss\"]");
        }
        if self.roles.0.contains(&Role::Mme) {
            self.mme.check()?;
            self.sctp.check(self.mme.listen.len())?;
        }
        if self.roles.0.contains(&Role::Amf) {
            self.amf.check()?;
            self.sctp.check(self.amf.listen.len())?;
        }
        self.sbi.check()?;
        self.eir.check()?;
        self.sh.check()?;
        self.check_ims()?;
        self.api.check(self.store.is_kept())?;
        if !self.roles.0.contains(&Role::Hss) {
            return Ok(());
        }
        self.diameter.check()?;
        self.sctp.check(self.diameter.listen_sctp.len())?;
        self.store.check()
    }
}

/// What to do about a value that is not of its type, where its error does not say.
fn remedy(error: &str) -> &'static str {
    if error.contains("socket address") {
        "ADDRESS:PORT is wanted, as 127.0.0.1:3868 or [::1]:3868; no name\n"
    } else if error.ends_with("expected a sequence") {
        "a list is wanted: put [ and ] around it\n"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_checked_for_the_nodes_of_the_command_line() {
        // An HSS that cannot be, and an I-CSCF that can.
        let text = "roles = [\"hss\"]\n[diameter]\nlisten = []\n[[icscf.scscf]]\nname = \"sip:s.x\"\n";
        assert!(Config::parse(text).is_err());
        let config = Config::parse_for(text, &[Role::Icscf]).unwrap();
        assert_eq!(config.roles, Roles(vec![Role::Icscf]));
        // The other way round.
        let text = "roles = [\"hss\"]\n";
        assert!(Config::parse(text).is_ok());
        let error = format!("{:#}", Config::parse_for(text, &[Role::Icscf]).unwrap_err());
        assert!(error.contains("icscf.scscf"), "{error}");
        // An empty list of the file is no reason to refuse what the command line names.
        assert!(Config::parse_for("roles = []\n", &[Role::Hss]).is_ok());
    }

    #[test]
    fn an_empty_file_is_the_default_hss() {
        let config = Config::parse("").unwrap();
        assert_eq!(config.roles, Roles(vec![Role::Hss]));
        assert_eq!(config.diameter.listen[0].to_string(), "127.0.0.1:3868");
    }

    #[test]
    fn errors_name_line_key_value_and_what_is_allowed() {
        for (text, expected) in [
            (
                "[diameter]\nidentity = \"a b\"\n",
                &["identity", "a b", "letters, digits"][..],
            ),
            (
                "[diameter]\nlisten = [\"localhost\"]\n",
                &["listen", "socket address", "ADDRESS:PORT", "[::1]:3868"],
            ),
            ("[diameter]\nlisten = [\"::1:3868\"]\n", &["listen", "[::1]:3868"]),
            (
                "[diameter]\nlisten = \"127.0.0.1:3868\"\n",
                &["listen", "a list is wanted"],
            ),
            (
                "[diameter]\nwatchdog_ms = 5\n",
                &["watchdog_ms", "5", "6000 to 3600000"],
            ),
            ("[hss]\nslot = 8\n", &["slot", "8", "0 to 7"]),
            ("[hss]\nslto = 1\n", &["slto", "slot"]),
            ("[store]\nkind = \"oracle\"\n", &["oracle", "sqlite", "postgres"]),
            ("[store]\nkind = \"postgres\"\n", &["store.url", "store.host"]),
            (
                "[store]\nurl = \"postgresql://db/q\"\n",
                &["store.url", "postgres"],
            ),
            (
                "[store]\nkind = \"postgres\"\nhost = \"db\"\npath = \"q.db\"\n",
                &["store.path", "sqlite"],
            ),
            ("roles = []", &["roles"]),
            (
                "[[diameter.peer]]\nidentity = \"m.x\"\n[[diameter.peer]]\nidentity = \"M.x\"\n",
                &["M.x", "once"],
            ),
        ] {
            let error = format!("{:#}", Config::parse(text).unwrap_err());
            for part in expected {
                assert!(error.contains(part), "{text:?}: {part:?} is missing in: {error}");
            }
        }
    }

    #[test]
    fn a_peer_may_be_listed() {
        let config = Config::parse(
            "[diameter]\nunknown_peers = \"refuse\"\n[[diameter.peer]]\nidentity = \"mme1.x\"\nfrom = [\"10.0.0.1\"]\n",
        )
        .unwrap();
        assert_eq!(config.diameter.unknown_peers, UnknownPeers::Refuse);
        assert_eq!(config.diameter.peers[0].from.len(), 1);
    }
}
