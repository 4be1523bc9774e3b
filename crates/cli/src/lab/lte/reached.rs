//! How far the security path came: vectors, authentication, security mode, first protected message, complete.

use quintet_crypto::Direction;
use quintet_emm::network::{Event, Phase};
use quintet_nas::eps::NasKsi;
use serde::Serialize;

/// A stage of the path, the earliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Reached {
    /// Nothing.
    Initial,
    /// It is known who the UE says it is.
    Identity,
    /// The HSS's vectors are there.
    Vectors,
    /// RES was right.
    Authentication,
    /// SECURITY MODE COMPLETE came rightly protected, or a context was used again.
    SecurityMode,
    /// The first protected message after it.
    Protected,
    /// The procedure is complete.
    Complete,
}

impl Reached {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Initial => "nothing",
            Self::Identity => "identity",
            Self::Vectors => "vectors",
            Self::Authentication => "authentication",
            Self::SecurityMode => "security mode",
            Self::Protected => "first protected message",
            Self::Complete => "complete",
        }
    }
}

/// What the MME went through in a scenario.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    phases: Vec<Phase>,
    /// eKSI of each SECURITY MODE COMMAND that was no repetition.
    key_sets: Vec<NasKsi>,
}

impl Path {
    pub(super) fn take(&mut self, event: &Event) {
        match event {
            Event::Phase { phase, .. } => self.phases.push(*phase),
            Event::Message {
                direction: Direction::Downlink,
                name: "SECURITY MODE COMMAND",
                protection: Some(protection),
                repeated: false,
                ..
            } => self.key_sets.push(protection.ksi),
            Event::Message { .. } => {}
        }
    }

    fn has(&self, phase: Phase) -> bool {
        self.phases.contains(&phase)
    }

    /// The furthest stage.
    pub(super) fn reached(&self) -> Reached {
        let of = |phase: &Phase| match phase {
            Phase::Identified | Phase::VectorsRequested => Reached::Identity,
            Phase::VectorsReceived => Reached::Vectors,
            Phase::Authenticated | Phase::SecurityModeCommanded => Reached::Authentication,
            Phase::SecurityModeComplete | Phase::ContextReused => Reached::SecurityMode,
            Phase::FirstProtected | Phase::Located => Reached::Protected,
            Phase::Attached | Phase::Updated | Phase::Served => Reached::Complete,
            Phase::Detached | Phase::Rejected(_) | Phase::AuthenticationRejected | Phase::GivenUp(_) => {
                Reached::Initial
            }
        };
        self.phases.iter().map(of).max().unwrap_or(Reached::Initial)
    }

    /// What one who looks at a trace of it would find odd about the path, if anything is: where authentication and security
    /// mode end without what must follow, and where they are gone through again.
    pub(super) fn symptom(&self) -> Option<String> {
        if self.key_sets.len() > 1 {
            let sets: Vec<String> = self
                .key_sets
                .iter()
                .map(|ksi| ksi.identifier().to_string())
                .collect();
            return Some(format!(
                "security mode {} times, KSI {}: each activates another context, do not read them as one attempt",
                self.key_sets.len(),
                sets.join(" → ")
            ));
        }
        if self.has(Phase::Authenticated) && !self.has(Phase::SecurityModeCommanded) {
            return Some("authentication succeeded, but security mode never started".to_owned());
        }
        if self.has(Phase::SecurityModeCommanded) && !self.has(Phase::SecurityModeComplete) {
            return Some(
                "security mode was commanded and not completed: later messages are not protected".to_owned(),
            );
        }
        if self.has(Phase::SecurityModeComplete) && !self.has(Phase::FirstProtected) {
            return Some("SECURITY MODE COMPLETE came, but no protected message followed it".to_owned());
        }
        if self.has(Phase::FirstProtected) && self.reached() < Reached::Complete {
            return Some(
                "security is active and used: what failed is the procedure after it, not the security path"
                    .to_owned(),
            );
        }
        let repeated = self
            .phases
            .iter()
            .filter(|phase| **phase == Phase::VectorsRequested)
            .count();
        if repeated > 1 && !self.has(Phase::Authenticated) {
            return Some(format!(
                "authentication was begun {repeated} times and never succeeded"
            ));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(phases: &[Phase]) -> Path {
        Path {
            phases: phases.to_vec(),
            key_sets: Vec::new(),
        }
    }

    #[test]
    fn every_break_of_the_path_has_its_own_words() {
        use Phase::{
            Attached, Authenticated, FirstProtected, Identified, SecurityModeCommanded, SecurityModeComplete,
            VectorsReceived, VectorsRequested,
        };
        let whole = [
            Identified,
            VectorsRequested,
            VectorsReceived,
            Authenticated,
            SecurityModeCommanded,
            SecurityModeComplete,
            FirstProtected,
            Attached,
        ];
        let said = |upto: usize| (path(&whole[..upto]).reached(), path(&whole[..upto]).symptom());
        assert_eq!(said(8), (Reached::Complete, None));
        assert_eq!(said(3), (Reached::Vectors, None));
        for (upto, reached, words) in [
            (4, Reached::Authentication, "never started"),
            (5, Reached::Authentication, "not completed"),
            (6, Reached::SecurityMode, "no protected message"),
            (7, Reached::Protected, "the procedure after it"),
        ] {
            let (found, symptom) = said(upto);
            assert_eq!(found, reached);
            assert!(symptom.is_some_and(|symptom| symptom.contains(words)), "{words}");
        }
        let mut again = path(&whole);
        again.key_sets = vec![NasKsi::native(0), NasKsi::native(1)];
        assert!(
            again
                .symptom()
                .is_some_and(|symptom| symptom.contains("KSI 0 → 1"))
        );
    }
}
