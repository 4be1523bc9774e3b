//! As much of RRC in NR (TS 38.331, unaligned PER) as carries NAS or frames it.
//!
//! ```text
//!  UL-CCCH  rrcSetupRequest, rrcReestablishmentRequest
//!  DL-CCCH  rrcReject
//!  UL-DCCH  rrcSetupComplete, ulInformationTransfer, rrcResumeComplete
//!  DL-DCCH  dlInformationTransfer, rrcReconfiguration, securityModeCommand, rrcRelease
//! ```
//!
//! Every other message is named and left alone. In a reconfiguration the bearers and the measurements stand before the NAS
//! messages; they are passed over by their shape (`rrc/bearers.rs`, `rrc/measurement.rs`), so that nothing has to be
//! guessed.
//!
//! Left out: what a reconfiguration with synchronisation says of the target cell, which its cell group holds; messages in
//! segments of Release 16.

mod bearers;
mod ccch;
mod dcch;
mod measurement;

use crate::bits::{Bits, RrcError};
use crate::rrc::{Channel, Message, NasParts};

pub(super) use ccch::resume_request;

/// Reads a message; its NAS goes to `nas`, which is emptied first. An error is one of the message's outermost choice;
/// below that it is in [`Message::read`].
pub(super) fn decode(channel: Channel, octets: &[u8], nas: &mut NasParts) -> Result<Message, RrcError> {
    nas.clear();
    let mut bits = Bits::new(octets);
    match channel {
        Channel::UlCcch => ccch::uplink(&mut bits),
        Channel::DlCcch => ccch::downlink(&mut bits),
        Channel::UlDcch => dcch::uplink(&mut bits, nas),
        Channel::DlDcch => dcch::downlink(&mut bits, nas),
    }
}
