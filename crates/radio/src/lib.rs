//! NAS out of radio traces of LTE and NR, without input or output of its own: octets in, NAS PDUs out.
//!
//! ```text
//!  mac-lte-framed ─► MAC PDU ─┬─ CCCH ────────────────────────────┐
//!                             └─ SRB1, SRB2 ─► RLC AM ─► PDCP ────┼─► RRC ─► Found::Signal, Found::Nas
//!  RRC of a modem's log (GSMTAP) ────────────────────────────────┘
//!  mac-nr-framed, F1AP ─► the same layers of NR ───────────────────► RRC ─► Found::Signal, Found::Nas
//! ```
//!
//! [`Radio`] keeps, for each UE of each log, the pieces of messages that RLC cut, and whether the access stratum ciphers.
//! It needs no more than the octets from the radio type on (or the `mac-lte`, `mac-nr` before it), an F1AP message, or an
//! RRC message with GSMTAP's number of its channel.
//!
//! What is not decoded is counted by kind, [`NotDecoded`]: a trace of a network that ciphers its radio shows the messages
//! until SECURITY MODE COMMAND of the access stratum, and that is all that can be had of it without keys.
//!
//! Left out: NB-IoT, deciphering with keys of the access stratum, and PDCP of NR under LTE's RRC (EN-DC).

#![forbid(unsafe_code)]

mod bits;
mod found;
mod framed;
mod mac;
mod nr;
mod pdcp;
mod plausible;
mod radio;
mod report;
mod rlc;
mod rrc;
mod shape;
mod tally;
mod ue;

pub use bits::RrcError;
pub use found::{
    ConnectionRequest, Detail, FiveGSTmsiValue, Found, InitialUeIdentity, Nas, RegisteredAmf, RegisteredMme,
    Signal, System, UeKey,
};
pub use radio::Radio;
pub use rrc::Channel;
pub use tally::{NotDecoded, Tally};
