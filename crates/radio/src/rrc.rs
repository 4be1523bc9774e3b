//! As much of RRC (TS 36.331, unaligned PER) as carries NAS or frames it.
//!
//! ```text
//!  UL-CCCH  rrcConnectionRequest, rrcConnectionReestablishmentRequest, rrcEarlyDataRequest-r15
//!  DL-CCCH  rrcConnectionReject, rrcEarlyDataComplete-r15
//!  UL-DCCH  rrcConnectionSetupComplete, ulInformationTransfer, rrcConnectionResumeComplete-r13
//!  DL-DCCH  dlInformationTransfer, rrcConnectionReconfiguration, securityModeCommand, rrcConnectionRelease
//! ```
//!
//! These are read as far as the table says in [`crate::found`]; every other message is named and left alone. In a
//! reconfiguration measurement configuration and mobility control information stand before the NAS messages; they are
//! passed over by their shape (`rrc/measurement.rs`, `rrc/mobility.rs`), so that nothing has to be guessed. Extensions
//! that stand behind NAS are not looked into.
//!
//! Left out: the messages of NB-IoT, and of E-UTRA connected to 5GC the identities (its NAS is handed on).

mod ccch;
mod dcch;
mod measurement;
mod mobility;

use crate::bits::{Bits, RrcError};
use crate::found::Detail;
use quintet_crypto::Direction;
use quintet_identity::Plmn;
use std::ops::Range;

/// The logical channel of an RRC message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Common control, from the network.
    DlCcch,
    /// Dedicated control, from the network.
    DlDcch,
    /// Common control, from a UE.
    UlCcch,
    /// Dedicated control, from a UE.
    UlDcch,
}

impl Channel {
    /// From the sub-type of a GSMTAP header of type LTE RRC. `None` for broadcast, paging, multicast, sidelink and the
    /// channels of NB-IoT.
    #[must_use]
    pub const fn from_gsmtap(sub_type: u8) -> Option<Self> {
        match sub_type {
            0 => Some(Self::DlCcch),
            1 => Some(Self::DlDcch),
            2 => Some(Self::UlCcch),
            3 => Some(Self::UlDcch),
            _ => None,
        }
    }

    /// Which way its messages go.
    #[must_use]
    pub const fn direction(self) -> Direction {
        match self {
            Self::DlCcch | Self::DlDcch => Direction::Downlink,
            Self::UlCcch | Self::UlDcch => Direction::Uplink,
        }
    }
}

/// An RRC message, read as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// The specification's name.
    pub(crate) name: &'static str,
    /// What it says.
    pub(crate) detail: Detail,
    /// How far it was read.
    pub(crate) read: Extent,
}

/// How far a message was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// To its end: nothing but the filling bits is left.
    Whole,
    /// As far as wanted; more follows that nobody looked at.
    Part,
    /// It broke off.
    Broken(RrcError),
}

/// NAS PDUs of one message, copied out of their bits. At most as many as a UE has bearers
/// (`maxDRB`: 11 in LTE, 29 in NR), which their list's type enforces.
#[derive(Debug, Default)]
pub(crate) struct NasParts {
    octets: Vec<u8>,
    parts: Vec<Range<usize>>,
}

impl NasParts {
    pub(crate) fn clear(&mut self) {
        self.octets.clear();
        self.parts.clear();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.parts.iter().map(|part| &self.octets[part.clone()])
    }

    /// Reads one more: `DedicatedInfoNAS`.
    pub(crate) fn read(&mut self, bits: &mut Bits<'_>) -> Result<(), RrcError> {
        let start = self.octets.len();
        bits.octets(&mut self.octets)?;
        self.parts.push(start..self.octets.len());
        Ok(())
    }
}

/// Reads a message; its NAS goes to `nas`, which is emptied first. An error is one of the message's outermost choice;
/// below that it is in [`Message::read`].
pub(crate) fn decode(channel: Channel, octets: &[u8], nas: &mut NasParts) -> Result<Message, RrcError> {
    nas.clear();
    let mut bits = Bits::new(octets);
    match channel {
        Channel::UlCcch => ccch::uplink(&mut bits, nas),
        Channel::DlCcch => ccch::downlink(&mut bits, nas),
        Channel::UlDcch => dcch::uplink(&mut bits, nas),
        Channel::DlDcch => dcch::downlink(&mut bits, nas),
    }
}

/// Reads the body of a message of this name.
pub(crate) fn read(
    name: &'static str,
    bits: &mut Bits<'_>,
    body: impl FnOnce(&mut Bits<'_>) -> Result<Detail, RrcError>,
) -> Message {
    match body(bits) {
        Ok(detail) => {
            let read = if bits.is_at_end() {
                Extent::Whole
            } else {
                Extent::Part
            };
            Message { name, detail, read }
        }
        Err(error) => Message {
            name,
            detail: Detail::None,
            read: Extent::Broken(error),
        },
    }
}

/// A message that is named and left alone.
pub(crate) const fn named(name: &'static str) -> Message {
    Message {
        name,
        detail: Detail::None,
        read: Extent::Part,
    }
}

/// `criticalExtensions`: the index within `c1`, of so many alternatives.
fn c1(bits: &mut Bits<'_>, alternatives: u32) -> Result<u32, RrcError> {
    known(bits)?;
    bits.value(alternatives)
}

/// A choice between what is known and `criticalExtensionsFuture`.
pub(crate) fn known(bits: &mut Bits<'_>) -> Result<(), RrcError> {
    let at = bits.at();
    if bits.flag()? {
        Err(RrcError::Unknown { at })
    } else {
        Ok(())
    }
}

/// `RRC-TransactionIdentifier`.
pub(crate) fn transaction(bits: &mut Bits<'_>) -> Result<(), RrcError> {
    bits.skip(2)
}

/// `PLMN-Identity`; `None` without MCC, which is then that of the network before it in some list.
pub(crate) fn plmn(bits: &mut Bits<'_>) -> Result<Option<Plmn>, RrcError> {
    let mut digits = [0; 6];
    let has_mcc = bits.flag()?;
    if has_mcc {
        for digit in &mut digits[..3] {
            *digit = b'0' + bits.value(10)? as u8;
        }
    }
    let count = 2 + bits.value(2)? as usize;
    for digit in &mut digits[3..3 + count] {
        *digit = b'0' + bits.value(10)? as u8;
    }
    Ok(if has_mcc {
        Plmn::from_ascii(&digits[..3 + count]).ok()
    } else {
        None
    })
}
