//! `[sh]`: what application servers may do (Sh).

use super::Identity;
use anyhow::{Result, bail};
use quintet_hss::{ShConfig, ShPermissions};
use quintet_sh::DataReference;
use quintet_subscriber::sh::MAX_REPOSITORY_OCTETS;
use serde::Deserialize;
use std::time::Duration;

/// Application servers at the HSS.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Sh {
    /// Whether application servers are served.
    pub(crate) serve: bool,
    /// The most octets of one service's data.
    pub(crate) max_data_octets: usize,
    /// The longest subscription, s; absent: as long as it was asked for.
    pub(crate) max_expiry_s: Option<u64>,
    /// The most subscriptions of one application server.
    pub(crate) max_subscriptions: usize,
    /// Who may do what; by default nobody anything.
    #[serde(rename = "application_server")]
    pub(crate) servers: Vec<Server>,
}

/// An application server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    /// Its Origin-Host.
    pub(crate) identity: Identity,
    /// What it may read.
    #[serde(default)]
    pub(crate) read: Vec<Data>,
    /// What it may change.
    #[serde(default)]
    pub(crate) write: Vec<Data>,
    /// Of whose changes it may be told.
    #[serde(default)]
    pub(crate) subscribe: Vec<Data>,
}

/// A kind of data, by the name of TS 29.329 6.3.4.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub(crate) struct Data(DataReference);

impl TryFrom<String> for Data {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        DataReference::of_name(&name).map(Self).ok_or_else(|| {
            let known: Vec<_> = DataReference::ALL
                .iter()
                .filter_map(|data| data.spelled())
                .collect();
            format!(
                "{name:?} is no kind of data that is served: allowed are {}",
                known.join(", ")
            )
        })
    }
}

impl Default for Sh {
    fn default() -> Self {
        let ShConfig {
            serve,
            max_data_octets,
            max_subscriptions,
            ..
        } = ShConfig::default();
        Self {
            serve,
            max_data_octets,
            max_expiry_s: None,
            max_subscriptions,
            servers: Vec::new(),
        }
    }
}

impl Sh {
    /// What a value of one key alone does not show.
    ///
    /// # Errors
    /// Which, and what is allowed.
    pub(super) fn check(&self) -> Result<()> {
        if !(1..=MAX_REPOSITORY_OCTETS).contains(&self.max_data_octets) {
            bail!(
                "sh.max_data_octets = {}: allowed are 1 to {MAX_REPOSITORY_OCTETS}",
                self.max_data_octets
            );
        }
        if self.max_expiry_s == Some(0) {
            bail!("sh.max_expiry_s = 0: 1 or more; leave it out for no limit");
        }
        for (n, server) in self.servers.iter().enumerate() {
            let identity = server.identity.as_str();
            if self.servers[..n]
                .iter()
                .any(|other| other.identity == server.identity)
            {
                bail!("two [[sh.application_server]] entries have the identity {identity:?}: each once");
            }
            for (key, list, is_possible) in [
                ("write", &server.write, is_writable as fn(DataReference) -> bool),
                (
                    "subscribe",
                    &server.subscribe,
                    quintet_subscriber::sh::is_notifiable,
                ),
            ] {
                if let Some(Data(data)) = list.iter().find(|data| !is_possible(data.0)) {
                    let possible = DataReference::ALL.iter().filter(|data| is_possible(**data));
                    let possible: Vec<_> = possible.filter_map(|data| data.spelled()).collect();
                    bail!(
                        "sh.application_server.{key} of {identity:?}: nobody can {key} {}; possible are {}",
                        data.spelled().unwrap_or("?"),
                        possible.join(", ")
                    );
                }
            }
        }
        Ok(())
    }

    /// As the HSS takes it.
    pub(crate) fn node(&self) -> ShConfig {
        let data = |list: &[Data]| list.iter().map(|data| data.0).collect();
        let permissions = |server: &Server| ShPermissions {
            host: server.identity.as_str().to_owned(),
            read: data(&server.read),
            write: data(&server.write),
            subscribe: data(&server.subscribe),
        };
        ShConfig {
            serve: self.serve,
            servers: self.servers.iter().map(permissions).collect(),
            max_data_octets: self.max_data_octets,
            max_expiry: self.max_expiry_s.map(Duration::from_secs),
            max_subscriptions: self.max_subscriptions,
        }
    }
}

/// Repository data alone are an application server's to change here.
fn is_writable(data: DataReference) -> bool {
    data == DataReference::REPOSITORY_DATA
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use quintet_sh::DataReference;

    #[test]
    fn who_may_do_what_is_listed() {
        let parse = |text: &str| Config::parse(text).map(|config| config.sh.node());
        assert!(parse("").unwrap().servers.is_empty());
        let one = "[[sh.application_server]]\nidentity = \"as1.x\"\nread = [\"IMSUserState\", \"s-cscfname\"]\n\
                   write = [\"RepositoryData\"]\nsubscribe = [\"IMSUserState\"]\n";
        let node = parse(one).unwrap();
        assert_eq!(
            node.servers[0].read,
            [DataReference::IMS_USER_STATE, DataReference::S_CSCF_NAME]
        );
        for (wrong, part) in [
            (format!("{one}{one}"), "each once"),
            (one.replace("IMSUserState", "Everything"), "allowed are"),
            (
                one.replace("write = [\"RepositoryData", "write = [\"MSISDN"),
                "nobody can write MSISDN; possible are RepositoryData",
            ),
            (
                one.replace("subscribe = [\"IMSUserState", "subscribe = [\"MSISDN"),
                "nobody can subscribe MSISDN; possible are RepositoryData, ",
            ),
            ("[sh]\nmax_data_octets = 0\n".to_owned(), "max_data_octets"),
            ("[sh]\nmax_expiry_s = 0\n".to_owned(), "max_expiry_s"),
        ] {
            let error = format!("{:#}", parse(&wrong).unwrap_err());
            assert!(error.contains(part), "{wrong}: {error}");
        }
    }
}
