//! What can be wrong with a NAS message, hard and soft (TS 24.301 7).

use super::SecurityHeaderType;
use quintet_wire::DecodeError;

/// Most soft errors listed for one message; more say nothing new, and a message of two-octet unknown elements would
/// otherwise cost many times its size.
pub const MAX_SOFT_ERRORS: usize = 64;

/// A decoded message with what was wrong in its non-imperative part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<M> {
    /// The message.
    pub message: M,
    /// What was ignored, in wire order.
    pub soft_errors: SoftErrors,
}

/// Soft errors in wire order, [`MAX_SOFT_ERRORS`] at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SoftErrors(pub Vec<SoftError>);

impl SoftErrors {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every one, in wire order.
    pub fn iter(&self) -> impl Iterator<Item = &SoftError> {
        self.0.iter()
    }

    /// Whether an unknown element demands comprehension: the message is then answered with cause #96
    /// (TS 24.301 7.5.1).
    #[must_use]
    pub fn comprehension_required(&self) -> bool {
        self.0
            .iter()
            .any(|e| e.kind == SoftErrorKind::ComprehensionRequired)
    }

    pub(crate) fn push(&mut self, error: SoftError) {
        // A comprehension-required element decides over the message, so it is listed however many came before.
        if self.0.len() < MAX_SOFT_ERRORS {
            self.0.push(error);
        } else if error.kind == SoftErrorKind::ComprehensionRequired && !self.comprehension_required() {
            self.0.pop();
            self.0.push(error);
        }
    }
}

/// Something wrong that does not make the message unusable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoftError {
    /// Offset of the element's first octet in the message.
    pub at: usize,
    /// First octet of the element (its IEI; for type 1 and 2 with the value in bits 1 to 4). 0 for a mandatory element without IEI.
    pub iei: u8,
    /// The element's name, when its IEI is known.
    pub name: Option<&'static str>,
    /// What is wrong.
    pub kind: SoftErrorKind,
}

/// What is wrong with an element that is ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SoftErrorKind {
    /// IEI unknown in this message; ignored (TS 24.301 7.6.1).
    Unknown,
    /// IEI unknown and coded as comprehension required (TS 24.007 11.2.4: bits 5 to 8 zero).
    ComprehensionRequired,
    /// Syntactically incorrect optional element; treated as absent (TS 24.301 7.7.1).
    Malformed(DecodeError),
    /// An element that came before; the first one counts (TS 24.301 7.6.3).
    Repeated,
    /// An element out of the table's sequence; ignored (TS 24.301 7.6.2).
    OutOfSequence,
    /// The message ends inside this element.
    Truncated,
    /// Longer than the table allows; the octets past it are ignored, which is no syntactical error (TS 24.301 7.7.1).
    Longer {
        /// Octets ignored.
        octets: usize,
    },
}

impl std::fmt::Display for SoftError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "octet {}, {} (IEI {:02x}): ",
            self.at,
            self.name.unwrap_or("unknown element"),
            self.iei
        )?;
        match &self.kind {
            SoftErrorKind::Unknown => write!(f, "unknown, ignored"),
            SoftErrorKind::ComprehensionRequired => write!(f, "unknown, but comprehension is required"),
            SoftErrorKind::Malformed(e) => write!(f, "malformed, treated as absent: {e}"),
            SoftErrorKind::Repeated => write!(f, "repeated, the first one counts"),
            SoftErrorKind::OutOfSequence => write!(f, "out of sequence, ignored"),
            SoftErrorKind::Truncated => write!(f, "the message ends inside it"),
            SoftErrorKind::Longer { octets } => write!(f, "{octets} octets too long, which are ignored"),
        }
    }
}

/// Why octets are not a message that can be handled (TS 24.301 7.2 to 7.5).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NasDecodeError {
    /// Too short for a complete message type; ignored (7.2).
    #[error("{octets} octets are too short for a message type")]
    TooShort {
        /// Octets that are there.
        octets: usize,
    },
    /// Another protocol than the one asked for.
    #[error("protocol discriminator {0} is not the one of this protocol")]
    ProtocolDiscriminator(u8),
    /// A security header where a plain message is needed.
    #[error("security header type {0} where a plain message is needed")]
    SecurityHeader(SecurityHeaderType),
    /// The message type is not defined, or not in this direction (7.4); cause #97.
    #[error("message type {0:#04x} is unknown in this direction")]
    MessageType(u8),
    /// A mandatory element is missing or syntactically incorrect (7.5); cause #96.
    #[error("invalid mandatory information: {0}")]
    Mandatory(DecodeError),
}

// Not `#[from]`: what the text says already is no source, or it is said twice where sources are told.
impl From<DecodeError> for NasDecodeError {
    fn from(error: DecodeError) -> Self {
        Self::Mandatory(error)
    }
}
