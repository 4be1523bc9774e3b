//! What the doctor says of each scenario, from the frames of the lab's own capture: every injected fault is a test of it.
//!
//! ```text
//!  Capture ─frames─► Dissector ─PDUs─┬─► Doctor with the subscribers' keys, S1AP and S6a, NGAP and SBI
//!                                    └─► Doctor without: S1AP or NGAP alone, no key but what nobody hides
//! ```
//!
//! The transports live as long as the lab, the doctors as long as a scenario. Frames have the numbers that the file gives
//! them.

mod fgs;
mod ims;
mod lte;
mod s6a;

use quintet_capture::{
    Dissector, DissectorOptions, FlowEvent, FlowId, Frame, HttpExchange, LinkType, Pdu, Protocol, Seen, Sink,
    Timestamp,
};
use quintet_crypto::Op;
use quintet_doctor::keys::{KeyRing, Operator, SubscriberKey};
use quintet_doctor::report::{Attempt, Severity};
use quintet_doctor::{Doctor, Output, Settings};
use quintet_sim::demo::DEMO_OP;
use quintet_subscriber::model::{Algorithm, Subscriber};
use serde::Serialize;
use std::time::Duration;

/// The most findings told of a scenario; the gravest first.
const MAX_TOLD: usize = 64;

/// Codes that must be found.
#[derive(Clone, Copy, Debug)]
enum Codes {
    /// Of each group one.
    Groups(&'static [&'static [&'static str]]),
    /// Each.
    All(&'static [&'static str]),
}

impl Codes {
    const NONE: Self = Self::All(&[]);

    fn groups(self) -> Vec<&'static [&'static str]> {
        match self {
            Self::Groups(groups) => groups.to_vec(),
            Self::All(codes) => codes.chunks(1).collect(),
        }
    }
}

/// What the doctor must find in a scenario.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    /// The scenario.
    scenario: &'static str,
    /// Whether nothing is wrong in it: then no finding may be a fault.
    healthy: bool,
    with_keys: Codes,
    without_keys: Codes,
    /// Whether Diameter is all there is: then who has no keys sees it too.
    bare: bool,
    /// Whether silence after it says something: nothing more comes of a scenario, however long one waits.
    waits: bool,
}

impl Expected {
    /// What must be found in a scenario of LTE.
    pub(super) fn of_lte(scenario: &'static str) -> Self {
        Self::of(lte::TABLE, scenario)
    }

    /// What must be found in a scenario of S6a.
    pub(super) fn of_s6a(scenario: &'static str) -> Self {
        Self {
            bare: true,
            ..Self::of(s6a::TABLE, scenario)
        }
    }

    /// A scenario that nobody knows: nothing is asked of the doctor.
    pub(super) const fn unknown() -> Self {
        Self {
            healthy: false,
            ..Self::healthy("")
        }
    }

    /// What must be found in a scenario of 5GS.
    pub(super) fn of_fgs(scenario: &'static quintet_sim::fgs::Scenario) -> Self {
        if scenario.name == fgs::MALFORMED.0 {
            return Self {
                healthy: false,
                with_keys: fgs::MALFORMED.1,
                without_keys: fgs::MALFORMED.1,
                ..Self::healthy(scenario.name)
            };
        }
        let codes = Codes::All(scenario.findings);
        let other = fgs::WITHOUT_KEYS.iter().find(|(name, _)| *name == scenario.name);
        Self {
            healthy: scenario.findings.is_empty(),
            with_keys: codes,
            without_keys: other.map_or(codes, |(_, codes)| Codes::All(codes)),
            ..Self::healthy(scenario.name)
        }
    }

    /// What must be found in a scenario of IMS.
    pub(super) fn of_ims(scenario: &'static quintet_sim::ims::Scenario) -> Self {
        let codes = Codes::All(scenario.findings);
        let other = ims::WITHOUT_KEYS.iter().find(|(name, _)| *name == scenario.name);
        Self {
            healthy: scenario.findings.is_empty(),
            with_keys: codes,
            without_keys: other.map_or(codes, |(_, codes)| Codes::All(codes)),
            waits: true,
            ..Self::healthy(scenario.name)
        }
    }

    /// A scenario in which nothing is wrong.
    const fn healthy(scenario: &'static str) -> Self {
        Self {
            scenario,
            healthy: true,
            with_keys: Codes::NONE,
            without_keys: Codes::NONE,
            bare: false,
            waits: false,
        }
    }

    /// A scenario in which nothing breaks, but something is to be told.
    const fn remarkable(scenario: &'static str, codes: &'static [&'static [&'static str]]) -> Self {
        Self {
            with_keys: Codes::Groups(codes),
            without_keys: Codes::Groups(codes),
            ..Self::healthy(scenario)
        }
    }

    /// A scenario whose fault shows without keys as well as with them.
    const fn fault(scenario: &'static str, codes: &'static [&'static [&'static str]]) -> Self {
        Self {
            healthy: false,
            ..Self::remarkable(scenario, codes)
        }
    }

    /// The same, and what is to be found without keys, and without S6a.
    const fn without(self, codes: &'static [&'static [&'static str]]) -> Self {
        Self {
            without_keys: Codes::Groups(codes),
            ..self
        }
    }

    /// What one scenario's doctor must find; nothing of one that is not listed.
    fn of(table: &[Self], scenario: &'static str) -> Self {
        let listed = table.iter().find(|expected| expected.scenario == scenario);
        listed.copied().unwrap_or(Self {
            healthy: false,
            ..Self::healthy(scenario)
        })
    }
}

/// A finding, in brief.
#[derive(Clone, Debug, Serialize)]
struct Told {
    code: &'static str,
    severity: Severity,
    attempt: u64,
    frames: Vec<u64>,
    what: String,
}

/// What one doctor said.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Opinion {
    /// What it had to find: of each group one.
    expected: Vec<&'static [&'static str]>,
    /// What of that it did not find.
    missed: Vec<&'static [&'static str]>,
    /// Faults it claims where nothing is wrong.
    unfounded: Vec<&'static str>,
    attempts: usize,
    findings: Vec<Told>,
}

/// What the doctor said of a scenario.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Diagnosis {
    /// Whether it named what was wrong, and nothing that was not.
    pub(super) named: bool,
    with_keys: Opinion,
    without_keys: Opinion,
}

impl Diagnosis {
    /// The codes it was to find, or `nothing wrong`.
    pub(super) fn told(&self) -> String {
        let found: Vec<&str> = self
            .with_keys
            .expected
            .iter()
            .flat_map(|group| group.iter())
            .filter(|code| self.with_keys.findings.iter().any(|told| told.code == **code))
            .copied()
            .collect();
        if found.is_empty() {
            "nothing wrong".to_owned()
        } else {
            found.join(", ")
        }
    }

    /// What is wrong with it, a line for each.
    pub(super) fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (how, opinion) in [("with", &self.with_keys), ("without", &self.without_keys)] {
            let found: Vec<&str> = opinion.findings.iter().map(|told| told.code).collect();
            for missed in &opinion.missed {
                wrong.push(format!(
                    "the doctor misses {} {how} keys; it finds {}",
                    missed.join(" or "),
                    found.join(", ")
                ));
            }
            for code in &opinion.unfounded {
                wrong.push(format!(
                    "the doctor claims {code} {how} keys, where nothing is wrong"
                ));
            }
        }
        wrong
    }
}

/// Longer than any timer of a procedure: nanoseconds of an hour.
const LATER_NS: i64 = 3_600_000_000_000;

/// Follows the frames of a lab.
pub(super) struct Watch {
    dissector: Dissector,
    frames: u64,
    last: Timestamp,
    patients: Option<Patients>,
}

/// The two doctors of a scenario.
struct Patients {
    expected: Expected,
    with_keys: Doctor,
    without_keys: Doctor,
    attempts: [Vec<Attempt>; 2],
}

impl Watch {
    pub(super) fn new() -> Self {
        Self {
            dissector: Dissector::new(DissectorOptions::default()),
            frames: 0,
            last: Timestamp(0),
            patients: None,
        }
    }

    /// A scenario begins, of these subscribers.
    pub(super) fn begin(&mut self, expected: Expected, subscribers: &[Subscriber]) {
        let mut keys = KeyRing::new().without_published();
        for subscriber in subscribers {
            // A key of a length that its algorithm does not take, or one past the limit, is one that nobody has.
            if let Ok(key) = key(subscriber) {
                let _ = keys.add(key);
            }
        }
        for (id, key) in quintet_sim::fgs::home_network_keys() {
            let _ = keys.add_home_network_key(id, key);
        }
        let doctor = |keys| {
            Doctor::new(Settings {
                keys,
                ..Settings::default()
            })
        };
        self.patients = Some(Patients {
            expected,
            with_keys: doctor(keys),
            without_keys: doctor(KeyRing::new().without_published()),
            attempts: [Vec::new(), Vec::new()],
        });
    }

    /// A frame of the capture.
    pub(super) fn frame(&mut self, wall: Duration, octets: &[u8]) {
        self.frames += 1;
        self.last = Timestamp(i64::try_from(wall.as_nanos()).unwrap_or(i64::MAX));
        let frame = Frame {
            seen: Seen {
                file: 0,
                frame: self.frames,
                time: self.last,
            },
            link: LinkType::ETHERNET,
            interface: 0,
            octets,
            original: u32::try_from(octets.len()).unwrap_or(u32::MAX),
        };
        match &mut self.patients {
            Some(patients) => {
                self.dissector.frame(&frame, patients);
                patients.listen();
            }
            None => self.dissector.frame(&frame, &mut Nobody),
        }
    }

    /// The scenario is over.
    pub(super) fn end(&mut self) -> Option<Diagnosis> {
        let mut patients = self.patients.take()?;
        if patients.expected.waits {
            let later = Timestamp(self.last.0.saturating_add(LATER_NS));
            patients.with_keys.quiet(later);
            patients.without_keys.quiet(later);
        }
        patients.with_keys.finish();
        patients.without_keys.finish();
        patients.listen();
        let [with_keys, without_keys] = patients.attempts;
        let expected = patients.expected;
        let with_keys = opinion(expected.healthy, expected.with_keys, &with_keys);
        let without_keys = opinion(expected.healthy, expected.without_keys, &without_keys);
        let good = |opinion: &Opinion| opinion.missed.is_empty() && opinion.unfounded.is_empty();
        Some(Diagnosis {
            named: good(&with_keys) && good(&without_keys),
            with_keys,
            without_keys,
        })
    }
}

/// A subscriber's key as its issuer knows it: OP of the demo population, whatever the HSS was told.
fn key(subscriber: &Subscriber) -> Result<SubscriberKey, quintet_doctor::keys::KeyRingError> {
    let authentication = &subscriber.authentication;
    let operator = match &authentication.algorithm {
        Algorithm::Milenage { .. } => Operator::Op(Op::new(DEMO_OP)),
        Algorithm::Tuak { topc, sizes } => Operator::Topc(topc.clone(), *sizes),
        Algorithm::Xor => Operator::Xor,
    };
    SubscriberKey::new(
        Some(subscriber.imsi),
        "the lab's subscribers".to_owned(),
        authentication.k.clone(),
        operator,
    )
}

/// What one doctor's attempts come to.
fn opinion(healthy: bool, expected: Codes, attempts: &[Attempt]) -> Opinion {
    let mut findings: Vec<Told> = attempts
        .iter()
        .flat_map(|attempt| attempt.findings.iter().map(move |finding| (attempt.id, finding)))
        .map(|(attempt, finding)| Told {
            code: finding.code,
            severity: finding.severity,
            attempt,
            frames: finding.frames.clone(),
            what: finding.what.clone(),
        })
        .collect();
    findings.sort_by_key(|told| std::cmp::Reverse(told.severity));
    let expected = expected.groups();
    let missed = expected
        .iter()
        .filter(|group| !findings.iter().any(|told| group.contains(&told.code)))
        .copied()
        .collect();
    let unfounded = findings
        .iter()
        .filter(|told| healthy && told.severity == Severity::Fault)
        .map(|told| told.code)
        .collect();
    findings.truncate(MAX_TOLD);
    Opinion {
        expected,
        missed,
        unfounded,
        attempts: attempts.len(),
        findings,
    }
}

impl Patients {
    /// Takes down what the doctors say.
    fn listen(&mut self) {
        let doctors = [&mut self.with_keys, &mut self.without_keys];
        for (doctor, attempts) in doctors.into_iter().zip(&mut self.attempts) {
            while let Some(output) = doctor.poll() {
                if let Output::Attempt(attempt) = output {
                    attempts.push(*attempt);
                }
            }
        }
    }
}

impl Sink for Patients {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.with_keys.pdu(pdu);
        // S6a carries KASME. Where there is nothing else, its keys open nothing.
        if pdu.protocol != Protocol::Diameter || self.expected.bare {
            self.without_keys.pdu(pdu);
        }
    }

    fn http(&mut self, exchange: &HttpExchange<'_>) {
        // SBI carries KSEAF, and says what the home network thinks.
        self.with_keys.http(exchange);
    }

    fn flow(&mut self, seen: Seen, flow: FlowId, event: FlowEvent) {
        self.with_keys.flow(seen, flow, event);
        self.without_keys.flow(seen, flow, event);
    }
}

/// Between scenarios nobody listens.
struct Nobody;

impl Sink for Nobody {
    fn pdu(&mut self, _: &Pdu<'_>) {}

    fn flow(&mut self, _: Seen, _: FlowId, _: FlowEvent) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_doctor::findings::catalogue;

    #[test]
    fn what_is_missed_and_what_is_unfounded_is_said() {
        let missed = opinion(false, Codes::All(&["smc-rejected"]), &[]);
        assert_eq!(missed.missed, [["smc-rejected"]]);
        let told = Diagnosis {
            named: false,
            with_keys: missed.clone(),
            without_keys: opinion(true, Codes::NONE, &[]),
        };
        assert_eq!(told.wrong().len(), 1, "{:?}", told.wrong());
        assert!(told.wrong()[0].contains("misses smc-rejected with keys"));
        let unfounded = Diagnosis {
            with_keys: Opinion {
                unfounded: vec!["null-integrity"],
                missed: Vec::new(),
                ..missed
            },
            ..told
        };
        assert!(
            unfounded.wrong()[0].contains("claims null-integrity"),
            "{:?}",
            unfounded.wrong()
        );
    }

    #[test]
    fn every_scenario_has_its_diagnosis_and_every_code_is_one() {
        let played = quintet_sim::lte::SCENARIOS.iter().map(|scenario| scenario.name);
        for name in played {
            assert!(
                lte::TABLE.iter().any(|expected| expected.scenario == name),
                "{name}"
            );
        }
        for (name, _) in super::super::s6a::list() {
            assert!(
                s6a::TABLE.iter().any(|expected| expected.scenario == name),
                "{name}"
            );
        }
        let fgs: Vec<_> = quintet_sim::fgs::SCENARIOS.iter().map(Expected::of_fgs).collect();
        for (name, _) in fgs::WITHOUT_KEYS {
            assert!(quintet_sim::fgs::scenario(name).is_some(), "{name}");
        }
        let ims: Vec<_> = quintet_sim::ims::SCENARIOS.iter().map(Expected::of_ims).collect();
        for (name, _) in ims::WITHOUT_KEYS {
            assert!(quintet_sim::ims::scenario(name).is_some(), "{name}");
        }
        for expected in lte::TABLE.iter().chain(s6a::TABLE).chain(&fgs).chain(&ims) {
            let groups = [expected.with_keys.groups(), expected.without_keys.groups()].concat();
            for code in groups.iter().flat_map(|group| group.iter()) {
                assert!(catalogue::code(code).is_some(), "{}: {code}", expected.scenario);
            }
        }
    }
}
