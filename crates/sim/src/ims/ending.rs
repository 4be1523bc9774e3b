//! How a scenario must end.

use super::mark::{PcscfMark, UeMark};
use quintet_ims::registrar::Phase;
use quintet_subscriber::ims::RegistrationState;

/// What the home network knows of a public identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HomeFacts {
    /// The state of its registration set in the HSS; `None` if the HSS does not know the identity.
    pub hss: Option<RegistrationState>,
    /// Whether an authentication is pending there (TS 33.203 6.1.1).
    pub pending: bool,
    /// Whether the S-CSCF has a registration of the private identity.
    pub scscf: bool,
    /// Whether the P-CSCF has security associations in use with it.
    pub pcscf: bool,
}

/// What the home network must know of the UE in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HomeEnd {
    /// It is registered, at all of them.
    Registered,
    /// The same, without associations.
    RegisteredBare,
    /// It is not registered anywhere, and nothing is pending.
    NotRegistered,
}

/// How a scenario must end.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    /// The reports of each subject: these, in this order, and no others.
    pub ue: &'static [UeMark],
    /// How the S-CSCF must have gone on with each subject: these phases, in this order, and no others.
    pub scscf: &'static [Phase],
    /// What the P-CSCF must have found out of the ordinary; it need not know whose it was, so all are heard together, each kind
    /// once.
    pub pcscf: &'static [PcscfMark],
    /// The reports of the witness, its own registration aside.
    pub witness: &'static [UeMark],
    /// The reports of the intruder.
    pub intruder: &'static [UeMark],
    /// Whether packets of ESP must have failed their integrity check at the P-CSCF, and how many public identities a UE has.
    pub esp_failures: bool,
    /// How many public identities a registered UE may use.
    pub identities: usize,
    /// What the home network knows.
    pub home: HomeEnd,
}
