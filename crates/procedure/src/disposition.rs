//! What becomes of an inbound message: exactly one of three things.

/// What a machine did with an inbound message; `C` is the technology's cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "every inbound message ends in one"]
pub enum Disposition<C> {
    /// Taken; what follows is in the outputs.
    Handled,
    /// Dropped without an answer and without a change of state.
    Silent(Discard),
    /// Answered with a reject or a status that carries this cause.
    Replied(C),
}

/// Why a message was dropped without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Discard {
    /// Too short for its header (TS 24.301 7.2, TS 24.501 7.2).
    TooShort,
    /// Not a NAS message of this system (TS 24.301 9.2, TS 24.501 9.2).
    ProtocolDiscriminator,
    /// A security header type that does not belong here (TS 24.301 9.3.1, TS 24.501 9.3.1).
    SecurityHeader,
    /// The MAC does not hold (TS 24.301 4.4.3.3, TS 24.501 4.4.3.3).
    Mac,
    /// The COUNT was accepted before, or is below one that was (TS 24.301 4.4.3.2, TS 24.501 4.4.3.2).
    Replay,
    /// Not protected, and not among the messages that may be (TS 24.301 4.4.4.3, TS 24.501 4.4.4.3).
    Unprotected,
    /// Protected, but there is no security context to check it with.
    NoContext,
    /// It could not be decoded and has no reject of its own (TS 24.301 7.4, 7.5, TS 24.501 7.4, 7.5).
    Malformed,
    /// Its connection is being released.
    Released,
    /// It is not allowed now.
    Path(Violation),
    /// A repetition of a message that is being answered, answered again from memory or left to the timer (TS 24.301 5.4.2.7, 5.5.1.2.7).
    Repetition,
}

/// A message that parsed, but may not come now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Violation {
    /// What came: the message's name.
    pub got: &'static str,
    /// What could have come.
    pub expected: &'static str,
    /// The clause that says so.
    pub clause: &'static str,
}
