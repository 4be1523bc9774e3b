//! Purge UE (TS 29.272 5.2.1.3).

use super::{PuaFlags, PurFlags};
use crate::model::{Location, ServingNode};
use quintet_identity::Imsi;

/// A Purge-UE-Request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PurgeUe<'a> {
    /// User-Name.
    pub imsi: Imsi,
    /// Origin-Host: the node that purged.
    pub host: &'a str,
    /// PUR-Flags of a combined node.
    pub flags: Option<PurFlags>,
}

impl PurgeUe<'_> {
    /// Whether the MME part, and the SGSN part, is meant. Without flags, whatever the host serves.
    #[must_use]
    pub fn parts(&self) -> (bool, bool) {
        match self.flags {
            Some(flags) if !flags.is_empty() => (
                flags.has(PurFlags::PURGED_IN_MME),
                flags.has(PurFlags::PURGED_IN_SGSN),
            ),
            _ => (true, true),
        }
    }
}

/// Which temporary identities the purging node freezes: those of the domains it serves, according to the location as it
/// was stored before. A node that serves no more freezes nothing, and the answer is a success all the same.
#[must_use]
pub fn frozen_identities(request: &PurgeUe<'_>, before: Option<&Location>) -> PuaFlags {
    let serves = |node: Option<&ServingNode>| node.is_some_and(|n| n.host.eq_ignore_ascii_case(request.host));
    let (mme, sgsn) = request.parts();
    PuaFlags::default()
        .with_if(
            PuaFlags::FREEZE_M_TMSI,
            mme && serves(before.and_then(|l| l.mme.as_ref())),
        )
        .with_if(
            PuaFlags::FREEZE_P_TMSI,
            sgsn && serves(before.and_then(|l| l.sgsn.as_ref())),
        )
}
