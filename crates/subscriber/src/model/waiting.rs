//! Message waiting data: which service centres wait for a UE, and why they could not reach it (TS 23.040 3.2.6, 3.2.8).

use quintet_identity::Msisdn;
use serde::{Deserialize, Serialize};

/// The most service centres that wait for one UE: a network has a few, and whoever may ask over S6c must not fill the store.
pub const MAX_WAITING_CENTRES: usize = 16;

/// Who waits for a UE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceCentre {
    /// SC-Address.
    pub address: Msisdn,
    /// Origin-Host of whom it asked through: the alert goes there.
    pub host: String,
    /// Origin-Realm.
    pub realm: String,
}

/// Message waiting data of one subscriber.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageWaiting {
    /// Who waits, in the order in which they came: [`MAX_WAITING_CENTRES`] at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub centres: Vec<ServiceCentre>,
    /// MNRF: not reachable over MSC or MME.
    #[serde(default)]
    pub mnrf: bool,
    /// MNRG: not reachable over the SGSN.
    #[serde(default)]
    pub mnrg: bool,
    /// MCEF: the UE's memory is full.
    #[serde(default)]
    pub mcef: bool,
    /// Absent-User-Diagnostic-SM that came with MNRF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mme_diagnostic: Option<u32>,
    /// Absent-User-Diagnostic-SM that came with MNRG.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sgsn_diagnostic: Option<u32>,
}

/// How a UE shows that it can be reached again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// Over the MME (or an MSC).
    pub mme: bool,
    /// Over the SGSN.
    pub sgsn: bool,
    /// Its memory has room again.
    pub memory: bool,
}

impl Presence {
    /// Whether it shows anything.
    #[must_use]
    pub const fn is_any(self) -> bool {
        self.mme || self.sgsn || self.memory
    }
}

/// What changes message waiting data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaitingChange {
    /// A short message could not be delivered.
    Missed {
        /// Who waits; `None`: nobody does.
        centre: Option<ServiceCentre>,
        /// MNRF is set, with this diagnostic.
        mnrf: Option<Option<u32>>,
        /// MNRG is set, with this diagnostic.
        mnrg: Option<Option<u32>>,
        /// MCEF is set.
        mcef: bool,
    },
    /// The UE can be reached: its flags go.
    Present(Presence),
    /// A service centre was alerted, or waits no more.
    Told(Msisdn),
}

impl MessageWaiting {
    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a service centre waits.
    #[must_use]
    pub fn includes(&self, address: Msisdn) -> bool {
        self.centres.iter().any(|centre| centre.address == address)
    }

    /// Whether one waits, or there is room for it to.
    #[must_use]
    pub fn has_room_for(&self, address: Msisdn) -> bool {
        self.includes(address) || self.centres.len() < MAX_WAITING_CENTRES
    }

    /// Applies a change. A service centre for which there is no room ([`Self::has_room_for`]) does not wait.
    pub fn apply(&mut self, change: &WaitingChange) {
        match change {
            WaitingChange::Missed {
                centre,
                mnrf,
                mnrg,
                mcef,
            } => {
                if let Some(diagnostic) = mnrf {
                    (self.mnrf, self.mme_diagnostic) = (true, *diagnostic);
                }
                if let Some(diagnostic) = mnrg {
                    (self.mnrg, self.sgsn_diagnostic) = (true, *diagnostic);
                }
                self.mcef |= mcef;
                if let Some(new) = centre.as_ref().filter(|new| self.has_room_for(new.address)) {
                    // It may ask through another node now.
                    match self.centres.iter_mut().find(|known| known.address == new.address) {
                        Some(known) => known.clone_from(new),
                        None => self.centres.push(new.clone()),
                    }
                }
            }
            WaitingChange::Present(presence) => {
                if presence.mme {
                    (self.mnrf, self.mme_diagnostic) = (false, None);
                }
                if presence.sgsn {
                    (self.mnrg, self.sgsn_diagnostic) = (false, None);
                }
                self.mcef &= !presence.memory;
            }
            WaitingChange::Told(address) => self.centres.retain(|centre| centre.address != *address),
        }
    }

    /// Applies a change to what a store has; `None`: there is nothing to keep.
    #[must_use]
    pub fn changed(before: Option<&Self>, change: &WaitingChange) -> Option<Self> {
        let mut waiting = before.cloned().unwrap_or_default();
        waiting.apply(change);
        (!waiting.is_empty()).then_some(waiting)
    }
}
