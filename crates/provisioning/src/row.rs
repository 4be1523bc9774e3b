//! What comes of one subscriber of a source.

use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::Subscriber;
use std::fmt;

/// Where something stood in a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Which of the files, from 0.
    pub file: usize,
    /// The line it begins on, from 1; the number of a row where there are no lines.
    pub line: u64,
}

/// Why something cannot be taken, and what to do about it. Neither holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Refusal {
    /// Why.
    pub why: String,
    /// What to do; none where that is plain.
    pub remedy: Option<String>,
}

impl Refusal {
    /// A refusal for this reason.
    #[must_use]
    pub fn new(why: impl fmt::Display) -> Self {
        Self {
            why: why.to_string(),
            remedy: None,
        }
    }

    /// With what to do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// At a member or column.
    #[must_use]
    pub fn at(mut self, at: impl fmt::Display) -> Self {
        self.why = format!("{at}: {}", self.why);
        self
    }
}

/// Turns errors of others into refusals that say where.
pub(crate) trait At<T> {
    /// The refusal, at a member or column.
    fn at(self, at: impl fmt::Display) -> Result<T, Refusal>;
}

impl<T, E: fmt::Display> At<T> for Result<T, E> {
    fn at(self, at: impl fmt::Display) -> Result<T, Refusal> {
        self.map_err(|error| Refusal::new(format_args!("{at}: {error}")))
    }
}

/// Something of a row that is here otherwise than there, or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Note {
    /// It has no counterpart here.
    NotCarried(String),
    /// It is here otherwise than there.
    Changed(String),
}

impl Note {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::NotCarried(text) | Self::Changed(text) => text,
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCarried(text) => write!(f, "not carried: {text}"),
            Self::Changed(text) => f.write_str(text),
        }
    }
}

/// A subscriber to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The subscriber; `dif` is none: it follows from the seed when it is stored.
    pub subscriber: Subscriber,
    /// Its IMS subscription, if the source has one.
    pub ims: Option<ImsSubscription>,
    /// The source knows nothing of EPS and 5GS: a subscriber who is there with the same USIM keeps what he has, and gets the
    /// IMS subscription alone.
    pub ims_only: bool,
}

/// What comes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A subscriber.
    Entry(Box<Entry>),
    /// Nothing, and that is right: why.
    Skipped(String),
    /// Nothing, and somebody must see to it.
    Refused(Refusal),
}

/// What comes of one subscriber of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stood.
    pub place: Place,
    /// Whose it is, as far as that can be told.
    pub identity: String,
    /// What comes of it.
    pub outcome: Outcome,
    /// What is to be said about it.
    pub notes: Vec<Note>,
}

impl Row {
    /// From what a reader made.
    pub(crate) fn of(
        place: Place,
        identity: impl Into<String>,
        entry: Result<Entry, Refusal>,
        notes: Vec<Note>,
    ) -> Self {
        Self {
            place,
            identity: identity.into(),
            outcome: match entry {
                Ok(entry) => Outcome::Entry(Box::new(entry)),
                Err(refusal) => Outcome::Refused(refusal),
            },
            notes,
        }
    }

    /// One that is rightly nothing.
    pub(crate) fn skipped(place: Place, identity: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            place,
            identity: identity.into(),
            outcome: Outcome::Skipped(why.into()),
            notes: Vec::new(),
        }
    }
}
