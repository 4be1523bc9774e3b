//! What a run has shown: how many registered, how long each took, what each process took for it.

use super::Access;
use super::load::Count;
use super::network::Times;
use crate::bench::report::{Quantiles, Row, in_unit};
use quintet_sim::Latency;
use std::time::Duration;

/// Processor times and what was done so far.
#[derive(Clone, Copy)]
pub(super) struct Cost {
    pub(super) at: Duration,
    pub(super) servers: Times,
    pub(super) generator: Option<Duration>,
    pub(super) count: Count,
}

/// What a run has shown.
pub(super) struct Measured {
    pub(super) first: Cost,
    pub(super) last: Cost,
    pub(super) latency: Latency,
}

impl Measured {
    pub(super) fn registered(&self) -> f64 {
        (self.last.count.registered - self.first.count.registered).max(1) as f64
    }

    /// Registrations a second.
    pub(super) fn rate(&self) -> f64 {
        self.registered() / (self.last.at - self.first.at).as_secs_f64()
    }

    /// µs of processor time for each registration.
    fn each(&self, of: impl Fn(&Cost) -> Option<Duration>) -> Option<f64> {
        let time = of(&self.last)?.saturating_sub(of(&self.first)?);
        Some(in_unit(time, 1e6) / self.registered())
    }

    /// A row of its latency.
    pub(super) fn latency(&self, name: String) -> Row {
        let ms = |share| in_unit(self.latency.quantile(share), 1e3);
        let quantiles = Quantiles {
            p50: ms(0.5),
            p99: ms(0.99),
            p999: ms(0.999),
        };
        Row::new(name, "ms", quantiles.p99).quantiles(quantiles)
    }

    /// Rows of processor time, of those processes that are known.
    pub(super) fn costs(&self, access: Access) -> impl Iterator<Item = Row> {
        let each = [
            ("P-CSCF", self.each(|cost| cost.servers.pcscf)),
            ("I-CSCF", self.each(|cost| cost.servers.icscf)),
            ("S-CSCF", self.each(|cost| cost.servers.scscf)),
            ("HSS", self.each(|cost| cost.servers.hss)),
            ("UEs", self.each(|cost| cost.generator)),
        ];
        each.into_iter().filter_map(move |(who, each)| {
            let name = format!("{}: CPU per registration, {who}", access.name());
            Some(Row::new(name, "µs", each?))
        })
    }
}
