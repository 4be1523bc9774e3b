//! HSS, UDM and AUSF: the front ends of the AuC with their store, and who stands before them.

use super::Measured;
use crate::{AusfApplication, HssApplication, Tally, UdmApplication};
use quintet_store::StoreFigures;
use quintet_telemetry::{Collection, metrics};

impl Measured for HssApplication {
    const NODE: &'static str = "hss";
    const DIAMETER: bool = true;

    fn measure(&self, into: &mut Collection) {
        let hss = self.view();
        let sizes = [hss.subscribers().len(), hss.waiting(), hss.owed()];
        front_end(Self::NODE, self.tally(), sizes, into);
        store(Self::NODE, &self.store_figures(), into);
    }
}

impl Measured for UdmApplication {
    const NODE: &'static str = "udm";
    const DIAMETER: bool = false;

    fn measure(&self, into: &mut Collection) {
        let udm = self.view();
        let sizes = [udm.subscribers().len(), udm.waiting(), udm.owed()];
        front_end(Self::NODE, self.tally(), sizes, into);
        store(Self::NODE, &self.store_figures(), into);
        requests(Self::NODE, self.requests(), into);
    }
}

impl Measured for AusfApplication {
    const NODE: &'static str = "ausf";
    const DIAMETER: bool = false;

    fn measure(&self, into: &mut Collection) {
        let tally = self.tally();
        for (outcome, count) in [
            ("confirmed", tally.authenticated),
            ("failed", tally.failed),
            ("expired", tally.expired),
        ] {
            into.count(&metrics::AUSF_AUTHENTICATIONS, &[outcome], count);
        }
        into.count(&metrics::AUSF_UDM_FAILURES, &[], tally.udm_failures);
        into.count(&metrics::AUSF_RESULTS_LOST, &[], tally.results_lost);
        into.gauge(&metrics::AUSF_WAITING, &[], self.view().waiting() as f64);
        requests(Self::NODE, self.requests(), into);
    }
}

/// Requests of a service based interface, by operation and status.
pub(super) fn requests<'o>(
    node: &str,
    requests: impl Iterator<Item = (&'o (&'static str, u16), u64)>,
    into: &mut Collection,
) {
    for ((operation, status), count) in requests {
        let operation = if operation.is_empty() { "none" } else { operation };
        into.count(
            &metrics::SBI_REQUESTS,
            &[node, operation, &status.to_string()],
            count,
        );
    }
}

fn front_end(node: &str, tally: Tally, [subscribers, waiting, owed]: [usize; 3], into: &mut Collection) {
    let issuing = f64::from(u8::from(tally.issuing));
    into.gauge(&metrics::HOME_ISSUING, &[node], issuing);
    into.gauge(&metrics::HOME_SUBSCRIBERS, &[node], subscribers as f64);
    into.gauge(&metrics::HOME_WAITING, &[node], waiting as f64);
    into.gauge(&metrics::HOME_OWED, &[node], owed as f64);
    into.count(&metrics::HOME_STORE_FAILURES, &[node], tally.store_failures);
    let resynchronisations = &metrics::HOME_RESYNCHRONISATIONS;
    into.count(resynchronisations, &[node, "granted"], tally.resynchronised);
    into.count(
        resynchronisations,
        &[node, "refused"],
        tally.resynchronisations_refused,
    );
    into.count(&metrics::HOME_DIF_DECREASES, &[node], tally.dif_decreases);
    into.count(&metrics::HOME_REQUESTS_GIVEN_UP, &[node], tally.given_up);
}

fn store(node: &str, figures: &StoreFigures, into: &mut Collection) {
    into.times(&metrics::STORE_COMMIT_DURATION, &[node], &figures.commits);
    into.count(&metrics::STORE_COMMANDS, &[node], figures.commands);
    into.count(&metrics::STORE_FAILED_COMMITS, &[node], figures.failed);
    for (lane, waiting) in [
        ("writes", figures.queued.writes),
        ("rows", figures.queued.rows),
        ("runs", figures.queued.runs),
    ] {
        into.gauge(&metrics::STORE_QUEUE, &[node, lane], waiting as f64);
    }
}
