//! What an element is worth to its sender, and the kinds of PDU (TS 38.413 9.4.3, 10.3.2).

/// What a receiver that does not comprehend an element is to do (TS 38.413 10.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Criticality {
    /// Reject the message.
    Reject,
    /// Go on without the element.
    Ignore,
    /// Go on without the element and say so.
    Notify,
}

/// The three kinds of PDU (TS 38.413 9.4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PduType {
    /// Starts a procedure.
    InitiatingMessage,
    /// Ends it as wanted.
    SuccessfulOutcome,
    /// Ends it otherwise.
    UnsuccessfulOutcome,
}

impl Criticality {
    /// The specification's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::Ignore => "ignore",
            Self::Notify => "notify",
        }
    }
}

impl From<oxirush_aper::Criticality> for Criticality {
    fn from(generated: oxirush_aper::Criticality) -> Self {
        match generated {
            oxirush_aper::Criticality::Reject => Self::Reject,
            oxirush_aper::Criticality::Ignore => Self::Ignore,
            oxirush_aper::Criticality::Notify => Self::Notify,
        }
    }
}

impl From<Criticality> for oxirush_aper::Criticality {
    fn from(criticality: Criticality) -> Self {
        match criticality {
            Criticality::Reject => Self::Reject,
            Criticality::Ignore => Self::Ignore,
            Criticality::Notify => Self::Notify,
        }
    }
}

impl PduType {
    /// The specification's name: `initiatingMessage`, `successfulOutcome` or `unsuccessfulOutcome`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InitiatingMessage => "initiatingMessage",
            Self::SuccessfulOutcome => "successfulOutcome",
            Self::UnsuccessfulOutcome => "unsuccessfulOutcome",
        }
    }

    /// Of a generated PDU's direction; `None` for an alternative of the choice that the generated layer does not know.
    pub(crate) fn of_direction(direction: &str) -> Option<Self> {
        match direction {
            "InitiatingMessage" => Some(Self::InitiatingMessage),
            "SuccessfulOutcome" => Some(Self::SuccessfulOutcome),
            "UnsuccessfulOutcome" => Some(Self::UnsuccessfulOutcome),
            _ => None,
        }
    }
}
