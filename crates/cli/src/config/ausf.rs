//! `[ausf]`: where it listens, where the UDM is, whom it serves.

use super::Milliseconds;
use super::sbi::NfUri;
use quintet_identity::Plmn;
use serde::Deserialize;
use std::net::SocketAddr;

/// The AUSF.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Ausf {
    /// Nausf, HTTP/2.
    pub(crate) listen: SocketAddr,
    /// Where others reach it, if not at `listen`.
    pub(crate) own: Option<NfUri>,
    /// The UDM. Absent: that of this process.
    pub(crate) udm: Option<NfUri>,
    /// Serving networks that may ask. Absent: any.
    pub(crate) serving_networks: Option<Vec<Plmn>>,
    /// How long the UDM may take.
    pub(crate) udm_timeout_ms: Milliseconds<100, 60_000>,
}

impl Default for Ausf {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7781)),
            own: None,
            udm: None,
            serving_networks: None,
            udm_timeout_ms: Milliseconds::new(4_000),
        }
    }
}
