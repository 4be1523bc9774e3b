//! A context in octets, for the node's store (the AMF's restart): compact, versioned, with its secrets.
//!
//! ```text
//!  0         1          2      3
//!  version │ which parts │ flags │ SUPI? IMEI? IMEISV? GUTI old GUTI? TAI capabilities security? registration?
//! ```
//!
//! **COUNTs over a restart.** A COUNT must never protect two messages under one key (TS 33.501 6.4.3.1), but a store that
//! wrote each COUNT would be written for each message. So what is stored of the downlink COUNT is a bound that runs ahead
//! of what is in use, by [`DOWNLINK_RESERVE`]: `reserve` moves it, and asks for a write ([`super::Output::Changed`], which
//! stands before the message in the outputs), when half of the reserve is gone. So a node has half a reserve of messages
//! of time to write, and nothing is written for most messages. The uplink COUNT that is stored may lag behind: a message
//! that was accepted before might be accepted once more. A context that was read back after a stop that lost writes is
//! therefore [`super::SecurityContext::stale`]: good to tell whose an initial message is, good for nothing else before a
//! new authentication. A node that stops cleanly writes every context with [`Counts::Exact`] last of all, and says so in a
//! mark of its own; the mark must be gone, durably, before the node serves again.

mod read;
mod write;

pub use read::decode;
pub use write::encode;

use super::SecurityContext;
use quintet_nas::security::NasCount;

/// How far the stored downlink COUNT may run ahead of the one in use. A registration takes five; half of it, what is left
/// when a write is asked for, lasts for several procedures. 2²⁴ COUNTs have room for a quarter of a million restarts.
pub const DOWNLINK_RESERVE: u32 = 64;

/// The most octets a context takes: with a SUPI of 253 octets, 13 of 5GMM capability, 16 subscribed and 8 allowed slices,
/// 32 forbidden areas.
pub const MAX_OCTETS: usize = 768;

/// The version of this coding.
const VERSION: u8 = 1;

/// Longest 5GMM capability, in octets (TS 24.501 9.11.3.1).
const MAX_CAPABILITY: usize = 13;

/// Most forbidden tracking areas that are kept: a subscription names a handful (TS 29.571 5.4.4.17).
const MAX_FORBIDDEN: usize = 32;

/// Most subscribed slices that are kept, and most allowed ones: those of a configured and an allowed NSSAI
/// (TS 24.501 9.11.3.37).
const MAX_SLICES: usize = 16;

/// Which parts are there.
mod part {
    pub(super) const SUPI: u8 = 1 << 0;
    pub(super) const IMEI: u8 = 1 << 1;
    pub(super) const IMEISV: u8 = 1 << 2;
    pub(super) const OLD_GUTI: u8 = 1 << 3;
    pub(super) const CAPABILITY: u8 = 1 << 4;
    pub(super) const AMBR: u8 = 1 << 5;
    pub(super) const SECURITY: u8 = 1 << 6;
    pub(super) const REGISTRATION: u8 = 1 << 7;
}

/// What is on or off.
mod flag {
    pub(super) const REGISTERED: u8 = 1 << 0;
    pub(super) const EXACT: u8 = 1 << 1;
    pub(super) const EMERGENCY: u8 = 1 << 2;
    pub(super) const STALE: u8 = 1 << 3;
    pub(super) const ALL: u8 = REGISTERED | EXACT | EMERGENCY | STALE;
}

/// An octet for "no EPS algorithms".
const NO_EPS_ALGORITHMS: u8 = 0xff;

/// What the COUNTs in an encoding are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counts {
    /// While the node runs: the downlink COUNT is the bound ahead of use.
    Reserved,
    /// At a clean stop, when nothing follows: as they are.
    Exact,
}

/// How the node stopped that wrote what is now read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stop {
    /// Every context was written with [`Counts::Exact`], and the node has not served since.
    Clean,
    /// Anything else.
    Unclean,
}

/// Makes sure that the next downlink COUNTs are below the stored bound; `true` if the bound has moved, so that the
/// context must be written.
pub(super) fn reserve(security: &mut SecurityContext) -> bool {
    let next = next_downlink(security);
    if (next + DOWNLINK_RESERVE / 2).min(NO_COUNT_LEFT) <= security.downlink_reserved {
        return false;
    }
    security.downlink_reserved = (next + DOWNLINK_RESERVE).min(NO_COUNT_LEFT);
    true
}

/// The COUNT after the last (TS 24.501 4.4.3.1): stored when no message can be protected any more.
const NO_COUNT_LEFT: u32 = NasCount::MAX.value() + 1;

/// The next downlink COUNT.
fn next_downlink(security: &SecurityContext) -> u32 {
    security
        .nas
        .counts()
        .next_sent
        .map_or(NO_COUNT_LEFT, NasCount::value)
}
