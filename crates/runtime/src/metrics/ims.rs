//! The CSCFs.

use super::Measured;
use crate::{IcscfApplication, PcscfApplication, ScscfApplication};
use quintet_telemetry::{Collection, Metric, metrics};

/// Registrations that stand, and those that are on their way.
fn registrations(metric: &'static Metric, (registered, pending): (usize, usize), into: &mut Collection) {
    into.gauge(metric, &["registered"], registered as f64);
    into.gauge(metric, &["pending"], pending as f64);
}

impl Measured for PcscfApplication {
    const NODE: &'static str = "pcscf";
    const DIAMETER: bool = false;

    fn measure(&self, into: &mut Collection) {
        let c = self.view().counters();
        into.count(&metrics::PCSCF_MESSAGES, &[], c.received);
        into.count(&metrics::PCSCF_MALFORMED, &[], c.malformed);
        for (outcome, count) in [
            ("challenged", c.challenged),
            ("registered", c.registered),
            ("refused", c.refused),
            ("flooded", c.flooded),
            ("full", c.full),
            ("proposal-refused", c.proposals_refused),
            ("tampered", c.tampered),
        ] {
            into.count(&metrics::PCSCF_REGISTERS, &[outcome], count);
        }
        into.count(&metrics::PCSCF_UNPROTECTED, &[], c.unprotected);
        into.count(&metrics::PCSCF_FORGED, &[], c.forged);
        into.count(&metrics::PCSCF_REQUESTS, &["originating"], c.originating);
        into.count(&metrics::PCSCF_REQUESTS, &["terminating"], c.terminating);
        registrations(&metrics::PCSCF_REGISTRATIONS, self.view().registrations(), into);
        let associations = self.view().associations().count();
        into.gauge(&metrics::PCSCF_ASSOCIATIONS, &[], associations as f64);
    }
}

impl Measured for IcscfApplication {
    const NODE: &'static str = "icscf";
    const DIAMETER: bool = true;

    fn measure(&self, into: &mut Collection) {
        let c = self.view().counters();
        for (outcome, count) in [
            ("forwarded", c.forwarded),
            ("selected-again", c.selected_again),
            ("refused", c.refused),
        ] {
            into.count(&metrics::ICSCF_REQUESTS, &[outcome], count);
        }
        into.count(&metrics::ICSCF_ASKED, &[], c.asked);
        into.count(&metrics::ICSCF_MALFORMED, &[], c.malformed);
    }
}

impl Measured for ScscfApplication {
    const NODE: &'static str = "scscf";
    const DIAMETER: bool = true;

    fn measure(&self, into: &mut Collection) {
        let c = self.view().counters();
        for (outcome, count) in [
            ("challenged", c.challenges),
            ("accepted", c.accepted),
            ("rejected", c.rejected),
            ("refused", c.refused_registers),
        ] {
            into.count(&metrics::SCSCF_REGISTERS, &[outcome], count);
        }
        for (metric, count) in [
            (&metrics::SCSCF_FORWARDED, c.forwarded),
            (&metrics::SCSCF_MALFORMED, c.malformed),
            (&metrics::SCSCF_NOTIFIED, c.notified),
            (&metrics::SCSCF_THIRD_PARTY, c.third_party),
        ] {
            into.count(metric, &[], count);
        }
        let (all, pending) = self.view().len();
        let counts = (all.saturating_sub(pending), pending);
        registrations(&metrics::SCSCF_REGISTRATIONS, counts, into);
        let [subscriptions, ..] = self.view().kept();
        into.gauge(&metrics::SCSCF_SUBSCRIPTIONS, &[], subscriptions as f64);
    }
}
