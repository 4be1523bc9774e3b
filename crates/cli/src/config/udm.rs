//! `[udm]`: where it listens, its home networks, the keys that deconceal SUCIs.

use super::{SlotNumber, sbi::NfUri};
use crate::keys::home_network;
use anyhow::{Context, Result, bail};
use quintet_crypto::suci::{HomeNetworkPrivateKey, Profile};
use quintet_identity::Plmn;
use quintet_udm::HomeNetworkKeys;
use quintet_vault::Masters;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The UDM.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Udm {
    /// Nudm, HTTP/2.
    pub(crate) listen: SocketAddr,
    /// Where others reach it, if not at `listen`.
    pub(crate) own: Option<NfUri>,
    /// Which front end of the store this is: another than any HSS or UDM on the same database.
    pub(crate) slot: SlotNumber,
    /// The home network's PLMNs. Empty: as `[hss]` says.
    pub(crate) home_plmns: Vec<Plmn>,
    /// Serving networks whose subscribers get vectors, beside the home ones. Absent: all.
    pub(crate) serving_networks: Option<Vec<Plmn>>,
    /// Whether SUCIs of the null scheme are taken.
    pub(crate) null_scheme: bool,
    /// Keys of the home network.
    #[serde(rename = "home_network_key")]
    pub(crate) home_network_keys: Vec<HomeNetworkKey>,
}

/// A private key of the home network, with which SUCIs are deconcealed (TS 33.501 C.3).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HomeNetworkKey {
    /// Home network public key identifier, 1 to 255.
    pub(crate) id: u8,
    /// Which curve.
    pub(crate) profile: KeyProfile,
    /// The file with its 32 octets in hex (`quintet suci keygen` makes one).
    pub(crate) file: PathBuf,
}

/// Profiles of TS 33.501 C.3.4.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum KeyProfile {
    /// X25519.
    A,
    /// secp256r1.
    B,
}

impl Default for Udm {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7782)),
            own: None,
            slot: SlotNumber(1),
            home_plmns: Vec::new(),
            serving_networks: None,
            null_scheme: true,
            home_network_keys: Vec::new(),
        }
    }
}

impl Udm {
    /// Reads the keys: in the clear, or sealed under a master key.
    pub(crate) fn keys(&self, masters: &dyn Masters) -> Result<HomeNetworkKeys> {
        let mut keys = HomeNetworkKeys::new();
        for key in &self.home_network_keys {
            let place = || {
                format!(
                    "[[udm.home_network_key]] id = {}, file = {:?}",
                    key.id,
                    key.file.display().to_string()
                )
            };
            let octets = home_network::read(&key.file, masters).with_context(place)?;
            let profile = match key.profile {
                KeyProfile::A => Profile::A,
                KeyProfile::B => Profile::B,
            };
            let private = HomeNetworkPrivateKey::new(profile, &octets).with_context(place)?;
            if !keys.add(key.id, private) {
                bail!("{}: identifiers are 1 to 255, each once", place());
            }
        }
        Ok(keys)
    }
}
