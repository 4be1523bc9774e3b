//! Why a P-CSCF takes no proposal, or does not believe what is repeated (TS 33.203 7.3.2).

use super::mechanism::Unreadable;

/// Why SM1 is answered with an error (TS 33.203 7.3.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no Security-Client.
    #[error("the request has no Security-Client")]
    Missing,
    /// It cannot be read.
    #[error("Security-Client: {0}")]
    Unreadable(#[from] Unreadable),
    /// Nothing in it is taken here.
    #[error("Security-Client has no mechanism that is taken here")]
    NoCommon,
    /// A NAT is between, and one end cannot put ESP into UDP.
    #[error("the UE is behind a NAT, and UDP-enc-tun is not what both have (TS 33.203 Annex M)")]
    Nat,
    /// Ports or SPIs that cannot be.
    #[error("Security-Client: {0}")]
    Numbers(&'static str),
}

impl Refusal {
    /// The status to answer with: what cannot be read is a bad request, everything else wants another agreement
    /// (RFC 3329 2.3.1).
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Unreadable(_) | Self::Numbers(_) => 400,
            Self::Missing | Self::NoCommon | Self::Nat => 494,
        }
    }
}

/// Why SM7 is not believed (TS 33.203 7.3.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyFailure {
    /// There is no Security-Verify.
    #[error("the request has no Security-Verify")]
    NoVerify,
    /// It is not what Security-Server was.
    #[error("Security-Verify is not what Security-Server was")]
    Verify,
    /// There is no Security-Client.
    #[error("the request has no Security-Client")]
    NoClient,
    /// It is not what it was in SM1.
    #[error("Security-Client is not what it was in the first REGISTER")]
    Client,
    /// One of them cannot be read.
    #[error("{0}")]
    Unreadable(Unreadable),
}

impl VerifyFailure {
    /// The status to answer with (RFC 3329 2.3.1).
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Unreadable(_) => 400,
            Self::NoVerify | Self::Verify | Self::NoClient | Self::Client => 494,
        }
    }
}
