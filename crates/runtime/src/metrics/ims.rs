//! The CSCFs.

use super::Measured;
use crate::{IcscfApplication, PcscfApplication, ScscfApplication};
use quintet_cscf::{icscf, pcscf, scscf};
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
        of_pcscf(&self.view().counters(), into);
        registrations(&metrics::PCSCF_REGISTRATIONS, self.view().registrations(), into);
        let associations = self.view().associations().count();
        into.gauge(&metrics::PCSCF_ASSOCIATIONS, &[], associations as f64);
    }
}

impl Measured for IcscfApplication {
    const NODE: &'static str = "icscf";
    const DIAMETER: bool = true;

    fn measure(&self, into: &mut Collection) {
        of_icscf(self.view().counters(), into);
    }
}

impl Measured for ScscfApplication {
    const NODE: &'static str = "scscf";
    const DIAMETER: bool = true;

    fn measure(&self, into: &mut Collection) {
        of_scscf(self.view().counters(), into);
        let (all, pending) = self.view().len();
        let counts = (all.saturating_sub(pending), pending);
        registrations(&metrics::SCSCF_REGISTRATIONS, counts, into);
        let [subscriptions, ..] = self.view().kept();
        into.gauge(&metrics::SCSCF_SUBSCRIPTIONS, &[], subscriptions as f64);
    }
}

fn of_pcscf(c: &pcscf::Counters, into: &mut Collection) {
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
    into.count(&metrics::PCSCF_ASSOCIATIONS_REFUSED, &[], c.associations_refused);
    into.count(&metrics::PCSCF_REQUESTS, &["originating"], c.originating);
    into.count(&metrics::PCSCF_REQUESTS, &["terminating"], c.terminating);
}

fn of_icscf(c: &icscf::Counters, into: &mut Collection) {
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

fn of_scscf(c: &scscf::Counters, into: &mut Collection) {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::told;

    #[test]
    fn each_count_of_a_cscf_has_its_own_series() {
        let mut collection = Collection::default();
        let mut pcscf = pcscf::Counters::default();
        (
            pcscf.received,
            pcscf.malformed,
            pcscf.challenged,
            pcscf.registered,
        ) = (1, 2, 3, 4);
        (pcscf.refused, pcscf.flooded, pcscf.full, pcscf.proposals_refused) = (5, 6, 7, 8);
        (pcscf.tampered, pcscf.unprotected, pcscf.forged) = (9, 10, 11);
        (pcscf.originating, pcscf.terminating) = (12, 13);
        pcscf.associations_refused = 14;
        of_pcscf(&pcscf, &mut collection);
        let mut icscf = icscf::Counters::default();
        (icscf.forwarded, icscf.selected_again, icscf.refused) = (21, 22, 23);
        (icscf.asked, icscf.malformed) = (24, 25);
        of_icscf(&icscf, &mut collection);
        let mut scscf = scscf::Counters::default();
        (scscf.challenges, scscf.accepted, scscf.rejected) = (31, 32, 33);
        (scscf.refused_registers, scscf.forwarded, scscf.malformed) = (34, 35, 36);
        (scscf.notified, scscf.third_party) = (37, 38);
        of_scscf(&scscf, &mut collection);
        let expected = "pcscf_messages_total 1
pcscf_malformed_total 2
pcscf_registers_total{outcome=\"challenged\"} 3
pcscf_registers_total{outcome=\"registered\"} 4
pcscf_registers_total{outcome=\"refused\"} 5
pcscf_registers_total{outcome=\"flooded\"} 6
pcscf_registers_total{outcome=\"full\"} 7
pcscf_registers_total{outcome=\"proposal-refused\"} 8
pcscf_registers_total{outcome=\"tampered\"} 9
pcscf_unprotected_total 10
pcscf_forged_total 11
pcscf_security_associations_refused_total 14
pcscf_requests_total{direction=\"originating\"} 12
pcscf_requests_total{direction=\"terminating\"} 13
icscf_requests_total{outcome=\"forwarded\"} 21
icscf_requests_total{outcome=\"selected-again\"} 22
icscf_requests_total{outcome=\"refused\"} 23
icscf_asked_total 24
icscf_malformed_total 25
scscf_registers_total{outcome=\"challenged\"} 31
scscf_registers_total{outcome=\"accepted\"} 32
scscf_registers_total{outcome=\"rejected\"} 33
scscf_registers_total{outcome=\"refused\"} 34
scscf_forwarded_total 35
scscf_malformed_total 36
scscf_notified_total 37
scscf_third_party_total 38";
        let expected: Vec<&str> = expected.lines().collect();
        assert_eq!(told(&collection), expected);
    }
}
