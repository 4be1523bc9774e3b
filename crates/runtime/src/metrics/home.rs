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
    into.count(&metrics::STORE_UNOPENED_FIELDS, &[node], figures.unopened);
    for (lane, waiting) in [
        ("writes", figures.queued.writes),
        ("rows", figures.queued.rows),
        ("runs", figures.queued.runs),
    ] {
        into.gauge(&metrics::STORE_QUEUE, &[node, lane], waiting as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::told;
    use quintet_store::Queued;
    use std::time::Duration;

    #[test]
    fn each_figure_of_a_front_end_and_its_store_has_its_own_series() {
        let tally = Tally {
            issuing: true,
            store_failures: 2,
            resynchronised: 3,
            dif_decreases: 4,
            resynchronisations_refused: 5,
            given_up: 6,
        };
        let mut figures = StoreFigures {
            commands: 10,
            failed: 11,
            unopened: 12,
            queued: Queued {
                writes: 13,
                rows: 14,
                runs: 15,
            },
            ..StoreFigures::default()
        };
        figures.commits.record(Duration::from_millis(1));
        let mut collection = Collection::default();
        front_end("hss", tally, [7, 8, 9], &mut collection);
        store("hss", &figures, &mut collection);
        assert_eq!(
            told(&collection),
            [
                "home_issuing{node=\"hss\"} 1",
                "home_subscribers{node=\"hss\"} 7",
                "home_waiting{node=\"hss\"} 8",
                "home_owed{node=\"hss\"} 9",
                "home_store_failures_total{node=\"hss\"} 2",
                "home_resynchronisations_total{node=\"hss\",outcome=\"granted\"} 3",
                "home_resynchronisations_total{node=\"hss\",outcome=\"refused\"} 5",
                "home_dif_decreases_total{node=\"hss\"} 4",
                "home_requests_given_up_total{node=\"hss\"} 6",
                "store_commit_duration_seconds_count{node=\"hss\"} 1",
                "store_commands_total{node=\"hss\"} 10",
                "store_failed_commits_total{node=\"hss\"} 11",
                "store_unopened_fields_total{node=\"hss\"} 12",
                "store_queue{node=\"hss\",lane=\"writes\"} 13",
                "store_queue{node=\"hss\",lane=\"rows\"} 14",
                "store_queue{node=\"hss\",lane=\"runs\"} 15",
            ]
        );
    }

    #[test]
    fn requests_are_told_by_operation_and_status() {
        let counted = [(("Nudm_UEAuthentication_Get", 200), 3), (("", 404), 1)];
        let mut collection = Collection::default();
        let counted = counted.iter().map(|(of, count)| (of, *count));
        requests("udm", counted, &mut collection);
        assert_eq!(
            told(&collection),
            [
                "sbi_requests_total{node=\"udm\",operation=\"Nudm_UEAuthentication_Get\",status=\"200\"} 3",
                "sbi_requests_total{node=\"udm\",operation=\"none\",status=\"404\"} 1",
            ]
        );
    }
}
