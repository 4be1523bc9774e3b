//! How far the security path came: vectors, authentication, security mode, first protected message, complete.

use serde::Serialize;

/// A stage of the path, the earliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Reached {
    /// Nothing.
    Initial,
    /// It is known who the UE says it is.
    Identity,
    /// The home network's vectors are there.
    Vectors,
    /// RES, or RES*, was right.
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

/// What MME or AMF went through, in the words of neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Identified,
    VectorsRequested,
    VectorsReceived,
    Authenticated,
    ContextReused,
    SecurityModeCommanded,
    SecurityModeComplete,
    FirstProtected,
    /// The home network knows where the UE is.
    Located,
    /// The procedure is complete.
    Complete,
}

/// What the core went through in a scenario.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    stages: Vec<Stage>,
    /// Key set of each SECURITY MODE COMMAND that was no repetition.
    key_sets: Vec<u8>,
}

impl Path {
    /// The core has come so far.
    pub(super) fn take(&mut self, stage: Stage) {
        self.stages.push(stage);
    }

    /// SECURITY MODE COMMAND went out, not again, for this key set.
    pub(super) fn command(&mut self, key_set: u8) {
        self.key_sets.push(key_set);
    }

    /// How far the core came last.
    pub(super) fn latest(&self) -> Option<Stage> {
        self.stages.last().copied()
    }

    fn has(&self, stage: Stage) -> bool {
        self.stages.contains(&stage)
    }

    /// The furthest stage.
    pub(super) fn reached(&self) -> Reached {
        let of = |stage: &Stage| match stage {
            Stage::Identified | Stage::VectorsRequested => Reached::Identity,
            Stage::VectorsReceived => Reached::Vectors,
            Stage::Authenticated | Stage::SecurityModeCommanded => Reached::Authentication,
            Stage::SecurityModeComplete | Stage::ContextReused => Reached::SecurityMode,
            Stage::FirstProtected | Stage::Located => Reached::Protected,
            Stage::Complete => Reached::Complete,
        };
        self.stages.iter().map(of).max().unwrap_or(Reached::Initial)
    }

    /// What one who looks at a trace of it would find odd about the path, if anything is: where authentication and security
    /// mode end without what must follow, and where they are gone through again.
    pub(super) fn symptom(&self) -> Option<String> {
        if self.key_sets.len() > 1 {
            let sets: Vec<String> = self.key_sets.iter().map(u8::to_string).collect();
            return Some(format!(
                "security mode {} times, key sets {}: each activates another context, do not read them as one attempt",
                self.key_sets.len(),
                sets.join(" → ")
            ));
        }
        if self.has(Stage::Authenticated) && !self.has(Stage::SecurityModeCommanded) {
            return Some("authentication succeeded, but security mode never started".to_owned());
        }
        if self.has(Stage::SecurityModeCommanded) && !self.has(Stage::SecurityModeComplete) {
            return Some(
                "security mode was commanded and not completed: later messages are not protected".to_owned(),
            );
        }
        if self.has(Stage::SecurityModeComplete) && !self.has(Stage::FirstProtected) {
            return Some("SECURITY MODE COMPLETE came, but no protected message followed it".to_owned());
        }
        if self.has(Stage::FirstProtected) && self.reached() < Reached::Complete {
            return Some(
                "security is active and used: what failed is the procedure after it, not the security path"
                    .to_owned(),
            );
        }
        let repeated = self
            .stages
            .iter()
            .filter(|stage| **stage == Stage::VectorsRequested)
            .count();
        if repeated > 1 && !self.has(Stage::Authenticated) {
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

    fn path(stages: &[Stage]) -> Path {
        Path {
            stages: stages.to_vec(),
            key_sets: Vec::new(),
        }
    }

    #[test]
    fn every_break_of_the_path_has_its_own_words() {
        use Stage::{
            Authenticated, Complete, FirstProtected, Identified, SecurityModeCommanded, SecurityModeComplete,
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
            Complete,
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
        again.key_sets = vec![0, 1];
        assert!(
            again
                .symptom()
                .is_some_and(|symptom| symptom.contains("key sets 0 → 1"))
        );
    }
}
