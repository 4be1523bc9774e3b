//! What was heard of a play, and whether it is what its name says.

use super::ending::{HomeEnd, HomeFacts};
use super::mark::{PcscfMark, UeMark};
use super::scenario::Scenario;
use crate::scenario::{Expected, MAX_FAULTS};
use quintet_ims::registrar::Phase;
use quintet_ims::ue::Ue;
use quintet_subscriber::ims::RegistrationState;

/// What was heard of one subject. IMS has no key sets.
type Part = crate::scenario::Heard<UeMark, Phase, ()>;

/// What was heard of a play.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) parts: Vec<Part>,
    pub(super) witness: Vec<UeMark>,
    pub(super) intruder: Vec<UeMark>,
    pub(super) pcscf: Vec<PcscfMark>,
    pub(super) esp_failures: u64,
    pub(super) faults: Vec<String>,
    /// How much of the witness and of the intruder came before the step under way.
    pub(super) marked: (usize, usize),
}

impl Heard {
    pub(super) fn new(parts: usize) -> Self {
        Self {
            parts: (0..parts).map(|_| Part::default()).collect(),
            witness: Vec::new(),
            intruder: Vec::new(),
            pcscf: Vec::new(),
            esp_failures: 0,
            faults: Vec::new(),
            marked: (0, 0),
        }
    }

    /// A step begins.
    pub(super) fn mark(&mut self) {
        self.marked = (self.witness.len(), self.intruder.len());
        self.parts.iter_mut().for_each(Part::mark);
    }

    /// What happened, in a line.
    pub(super) fn told(&self) -> String {
        let Some(first) = self.parts.first() else {
            return String::new();
        };
        format!(
            "UE {:?}; S-CSCF {:?}; P-CSCF {:?}; witness {:?}; intruder {:?}",
            first.ue, first.phases, self.pcscf, self.witness, self.intruder
        )
    }
}

/// What there is of a subject in the end.
pub(super) struct Seen<'a> {
    pub(super) ue: &'a Ue,
    pub(super) facts: Option<HomeFacts>,
}

/// What is otherwise than it must be.
pub(super) fn judge<'a>(
    scenario: &Scenario,
    heard: &Heard,
    seen: impl Iterator<Item = Seen<'a>>,
) -> Vec<String> {
    let ending = &scenario.ending;
    let mut why = heard.faults.clone();
    let mut differ = |who: &str, is: &[UeMark], must: &[UeMark]| {
        if is != must {
            why.push(format!("{who} reported {is:?}, must {must:?}"));
        }
    };
    let own = heard
        .witness
        .strip_prefix(&[UeMark::Answered, UeMark::Registered]);
    differ("the witness", own.unwrap_or(&heard.witness), ending.witness);
    differ("the intruder", &heard.intruder, ending.intruder);
    if heard.pcscf != ending.pcscf {
        why.push(format!("P-CSCF found {:?}, must {:?}", heard.pcscf, ending.pcscf));
    }
    if (heard.esp_failures > 0) != ending.esp_failures {
        why.push(format!("{} packets of ESP failed", heard.esp_failures));
    }
    let must = Expected {
        node: "S-CSCF",
        ue: ending.ue,
        phases: ending.scscf,
        discards: &[],
        messages: &[],
        key_sets: None,
    };
    for (n, (part, seen)) in heard.parts.iter().zip(seen).enumerate() {
        if why.len() >= MAX_FAULTS {
            break;
        }
        let mut differences = part.differences(&must);
        differences.extend(judge_end(scenario, &seen));
        why.extend(differences.iter().map(|what| format!("UE {n}: {what}")));
    }
    why
}

/// What UE and home network know against what they must.
fn judge_end(scenario: &Scenario, seen: &Seen<'_>) -> Vec<String> {
    let ending = &scenario.ending;
    let mut why = Vec::new();
    let registered = ending.home != HomeEnd::NotRegistered;
    if seen.ue.is_registered() != registered {
        why.push(format!("registered: {}, must {registered}", !registered));
    }
    if registered && seen.ue.associated().len() != ending.identities {
        let is = seen.ue.associated();
        why.push(format!("public identities {is:?}, must be {}", ending.identities));
    }
    let protected = ending.home == HomeEnd::Registered;
    if seen.ue.way().protected != protected {
        why.push(format!("associations in use: {}, must {protected}", !protected));
    }
    let must = HomeFacts {
        hss: Some(if registered {
            RegistrationState::Registered
        } else {
            RegistrationState::NotRegistered
        }),
        pending: false,
        scscf: registered,
        pcscf: protected,
    };
    match seen.facts {
        None => why.push("the home network was not asked".to_owned()),
        Some(facts) if facts != must => why.push(format!("the home network knows {facts:?}, must {must:?}")),
        Some(_) => {}
    }
    why
}
