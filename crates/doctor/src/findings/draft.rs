//! A finding in the making: its code's defaults, then what this trail adds.

use super::catalogue::Code;
use crate::report::{Cause, Finding, Severity};
use quintet_capture::Seen;

/// The most frames named as proof; the first ones of more.
const MAX_FRAMES: usize = 16;

/// A finding in the making.
#[derive(Debug)]
pub(crate) struct Draft(Finding);

impl Draft {
    /// What happened, in words without identities; the rest is the code's until said otherwise. A sentence begins with a
    /// capital, though a message without a name does not.
    pub(crate) fn new(code: &Code, what: impl Into<String>) -> Self {
        let mut what = what.into();
        if let Some(first) = what.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Self(Finding {
            code: code.name,
            severity: code.severity,
            frames: Vec::new(),
            captures: Vec::new(),
            clause: code.clause,
            what,
            causes: Vec::new(),
            next: code.next.to_owned(),
            display_filter: String::new(),
        })
    }

    /// A frame that proves it.
    pub(crate) fn at(self, seen: Seen) -> Self {
        self.frames([seen])
    }

    /// Frames that prove it.
    pub(crate) fn frames(mut self, seen: impl IntoIterator<Item = Seen>) -> Self {
        for seen in seen {
            self.0.frames.push(seen.frame);
            self.0.captures.push(seen.file);
        }
        self
    }

    /// The next likely cause, and what in the capture speaks for it or against it.
    pub(crate) fn cause(mut self, why: impl Into<String>, evidence: impl Into<String>) -> Self {
        self.0.causes.push(Cause {
            why: why.into(),
            evidence: evidence.into(),
        });
        self
    }

    /// As [`Self::cause`], if it is one here.
    pub(crate) fn cause_if(self, applies: bool, why: &str, evidence: impl Into<String>) -> Self {
        if applies { self.cause(why, evidence) } else { self }
    }

    /// Another severity than the code's.
    pub(crate) const fn severity(mut self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    /// Another clause than the code's.
    pub(crate) const fn clause(mut self, clause: &'static str) -> Self {
        self.0.clause = clause;
        self
    }

    /// Another next step than the code's.
    pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
        self.0.next = next.into();
        self
    }

    /// The finding: its frames in order, each once, and the display filter that shows them.
    pub(crate) fn done(mut self) -> Finding {
        let mut places: Vec<_> = self.0.captures.into_iter().zip(self.0.frames).collect();
        places.sort_unstable();
        places.dedup();
        places.truncate(MAX_FRAMES);
        (self.0.captures, self.0.frames) = places.into_iter().unzip();
        let filter: Vec<_> = self
            .0
            .frames
            .iter()
            .map(|frame| format!("frame.number=={frame}"))
            .collect();
        self.0.display_filter = filter.join(" || ");
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalogue;
    use super::*;

    #[test]
    fn frames_stand_in_order_once_and_make_the_filter() {
        let seen = |frame| Seen {
            frame,
            ..Seen::default()
        };
        let code = &catalogue::ALL[1].codes[0];
        let finding = Draft::new(code, "x")
            .at(seen(33))
            .frames([seen(12), seen(33)])
            .done();
        assert_eq!(finding.frames, [12, 33]);
        assert_eq!(finding.display_filter, "frame.number==12 || frame.number==33");
    }

    #[test]
    fn frames_of_two_captures_are_told_apart() {
        let seen = |file, frame| Seen {
            file,
            frame,
            ..Seen::default()
        };
        let code = &catalogue::ALL[1].codes[0];
        let places = [seen(1, 3), seen(0, 12), seen(0, 3), seen(1, 3)];
        let finding = Draft::new(code, "x").frames(places).done();
        assert_eq!(
            (finding.captures, finding.frames),
            (vec![0, 0, 1], vec![3, 12, 3])
        );
    }
}
