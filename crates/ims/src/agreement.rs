//! Security agreement, both ends: what is proposed, what is chosen, what is checked, and the four associations that come of
//! it (RFC 3329; TS 33.203 7 and Annexes H, M; TS 24.229 5.1.1, 5.2.2).
//!
//! ```text
//!  SM1  Security-Client: suites, spi-c, spi-s, port-c, port-s of the UE     Offer ───► judge: Choice │ Refusal
//!  SM6  Security-Server: suites by q, spi-*, port-* of the P-CSCF           Verdict ◄── Choice (its header as sent)
//!  SM7  Security-Verify = SM6's letters, Security-Client = SM1's letters    Offer ───► Choice::verify
//!
//!      UE                        P-CSCF          what goes there
//!   port-c ──── spi-s of P ───► port-s          requests of the UE; over UDP its responses as well
//!   port-c ◄─── spi-c of UE ─── port-s          responses over the UE's connections (TCP)
//!   port-s ◄─── spi-s of UE ─── port-c          requests of the P-CSCF; over UDP its responses as well
//!   port-s ──── spi-c of P ───► port-c          responses over the P-CSCF's connections (TCP)
//! ```
//!
//! [`Sets`] keeps what a registration has of associations: the temporary ones of a challenge, those in use, those before.

mod associations;
mod choice;
#[cfg(test)]
mod closure;
mod mechanism;
mod offer;
mod refusal;
mod sets;
mod spis;
#[cfg(test)]
mod tests;

pub use associations::{Associations, ENCAPSULATION_PORT, Encapsulation, End, Ports, Role, Spis};
pub use choice::{Choice, Here, Policy, Proposal};
pub use mechanism::{Ipsec, MAX_HEADER_OCTETS, MAX_MECHANISMS, Mechanism, Mode, Unreadable, letters, read};
pub use offer::{Offer, UePolicy, Unacceptable, Verdict};
pub use refusal::{Refusal, VerifyFailure};
pub use sets::{Entry, MAX_SETS, OLD_SET_GRACE, REG_AWAIT_AUTH, REGISTRATION_GRACE, Sets, Which};
pub use spis::{MAX_SPIS, SpiPool, SpisExhausted};
