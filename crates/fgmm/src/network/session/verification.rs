//! What vouches for a message, and what it means that nothing does (TS 24.501 4.4.3, 4.4.4.3).

use crate::Discard;
use crate::path::{Header, Protection as PathProtection};
use quintet_nas::common::SecurityHeaderType;
use quintet_nas::security::{self, NasCount, Protection};

/// Whether the message that began a goal was verified with the UE's context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::network) enum Verification {
    /// It was: the session is bound, and secure.
    Verified,
    /// It was not: what it says is a claim.
    Unverified(Unverified),
}

/// Why a message is not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::network) enum Unverified {
    /// It came plain.
    Plain,
    /// The UE that it names is unknown, or has no security context here.
    NoContext,
    /// The MAC does not hold.
    Mac,
    /// The MAC holds for a COUNT that was used: a UE that lost its COUNTs, or somebody who repeats what it said.
    Count,
    /// The UE names another key set than the context's.
    Ksi,
    /// The context was read back after a stop that may have lost COUNTs.
    Stale,
    /// The context has no integrity protection, which is enough for an emergency call only (TS 33.501 10.2.2).
    Null,
    /// The MAC holds, but what its NAS message container deciphers to is no such message (TS 33.501 6.4.6).
    Container,
}

impl Unverified {
    /// The discard for a message that may not be processed like this.
    pub(super) fn discard(self) -> Discard {
        match self {
            Self::Plain => Discard::Unprotected,
            Self::Mac => Discard::Mac,
            Self::Count => Discard::Replay,
            Self::NoContext | Self::Ksi | Self::Stale | Self::Null => Discard::NoContext,
            Self::Container => Discard::Malformed,
        }
    }
}

/// How a message came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received {
    /// Its security header type.
    pub(super) header_type: SecurityHeaderType,
    /// Protection and COUNT, if it was verified.
    pub(super) verified: Option<(Protection, NasCount)>,
}

impl Received {
    /// A message that was not verified.
    pub(super) const fn claim(header_type: SecurityHeaderType) -> Self {
        Self {
            header_type,
            verified: None,
        }
    }

    /// A message that was.
    pub(super) const fn verified(protection: Protection, count: NasCount) -> Self {
        Self {
            header_type: protection.header_type(),
            verified: Some((protection, count)),
        }
    }
}

impl Received {
    /// The protection as the table wants it.
    pub(super) fn for_path(self) -> PathProtection {
        match Header::of(self.header_type) {
            Some(header) => PathProtection::Protected {
                header,
                verified: Some(self.verified.is_some()),
            },
            None => PathProtection::Plain,
        }
    }
}

/// Why an initial message is not verified, and whether it may be processed at all.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    /// Drop it.
    Discard(Discard),
    /// Process it as what nobody vouches for, if the lists allow.
    Unverified(Unverified),
}

/// What a failed check of an initial message means: a MAC that does not hold makes it unauthenticated, and so does one that
/// holds for a COUNT that was used (TS 24.501 4.4.3.1, 4.4.4.3). Silence would shut a UE out that went back to older COUNTs,
/// until its 5G-GUTI is gone.
///
/// Nothing of what is repeated is accepted a second time by that (4.4.3.2): no COUNT is taken, no context is bound or
/// touched, what was ciphered is not opened; and what follows is what follows a message without any MAC, which whoever can
/// repeat one can send as well: the answer to a challenge, or a reject.
pub(super) fn refusal(why: security::Discard) -> Refusal {
    match why {
        security::Discard::Mac { .. } | security::Discard::CountExhausted => {
            Refusal::Unverified(Unverified::Mac)
        }
        security::Discard::Replayed { .. } => Refusal::Unverified(Unverified::Count),
        other => Refusal::Discard(discard(&other)),
    }
}

pub(super) fn discard(why: &security::Discard) -> Discard {
    match why {
        security::Discard::Mac { .. } => Discard::Mac,
        security::Discard::Replayed { .. } | security::Discard::CountExhausted => Discard::Replay,
        security::Discard::HeaderType(_) => Discard::SecurityHeader,
        _ => Discard::Malformed,
    }
}
