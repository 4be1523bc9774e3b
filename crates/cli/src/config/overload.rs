//! `[diameter.overload]`: what is refused, asked for and heeded when there is too much to do.

use super::Milliseconds;
use anyhow::{Result, bail};
use quintet_diameter::node::{MAX_REDUCTION, OverloadConfig};
use serde::Deserialize;
use std::time::Duration;

/// The longest OC-Validity-Duration, s: a day.
const MAX_VALIDITY_S: u32 = 86_400;

/// Overload of the Diameter nodes of this process, and of those they ask.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Overload {
    /// Whether anything is done about it but for the limits on how many requests there may be.
    pub(crate) enabled: bool,
    /// The longest that an admitted request is to wait, ms: before that, low priorities get 3004.
    pub(crate) target_wait_ms: Milliseconds<10, 10_000>,
    /// How long a report to peers holds, s.
    pub(crate) validity_s: u32,
    /// The highest share of their requests that peers are asked not to send, per cent.
    pub(crate) max_reduction_percent: u8,
}

impl Default for Overload {
    fn default() -> Self {
        let node = OverloadConfig::default();
        Self {
            enabled: true,
            target_wait_ms: Milliseconds::new(500),
            validity_s: node.validity.as_secs() as u32,
            max_reduction_percent: node.max_reduction,
        }
    }
}

impl Overload {
    pub(super) fn check(&self) -> Result<()> {
        if !(1..=MAX_VALIDITY_S).contains(&self.validity_s) {
            bail!(
                "diameter.overload.validity_s = {}: allowed is 1 to {MAX_VALIDITY_S}, a day",
                self.validity_s
            );
        }
        if !(1..=MAX_REDUCTION).contains(&self.max_reduction_percent) {
            bail!(
                "diameter.overload.max_reduction_percent = {}: allowed is 1 to {MAX_REDUCTION}, for who is asked to send nothing \
                 cannot learn that it is over",
                self.max_reduction_percent
            );
        }
        Ok(())
    }

    /// Of a server, which reports its own overload: the HSS.
    pub(crate) fn of_server(&self) -> OverloadConfig {
        OverloadConfig {
            report: self.enabled,
            ..self.of_both()
        }
    }

    /// Of a client, which heeds the reports of its servers (the MME, the CSCFs).
    pub(crate) fn of_client(&self) -> OverloadConfig {
        OverloadConfig {
            react: self.enabled,
            ..self.of_both()
        }
    }

    fn of_both(&self) -> OverloadConfig {
        OverloadConfig {
            shed: self.enabled,
            target_wait: self.target_wait_ms.duration(),
            validity: Duration::from_secs(self.validity_s.into()),
            max_reduction: self.max_reduction_percent,
            ..OverloadConfig::off()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_report_and_clients_heed_unless_it_is_switched_off() {
        let overload = Overload::default();
        let (server, client) = (overload.of_server(), overload.of_client());
        assert!(server.shed && server.report && !server.react);
        assert!(client.shed && !client.report && client.react);
        let node = OverloadConfig::default();
        assert_eq!(
            server.target_wait, node.target_wait,
            "the node's defaults are ours"
        );
        let off = Overload {
            enabled: false,
            ..overload
        };
        assert_eq!(off.of_server(), off.of_client());
        assert!(!off.of_server().shed && !off.of_server().report);
    }
}
