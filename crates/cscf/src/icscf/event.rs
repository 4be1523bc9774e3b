//! What an operator may want to see.

use quintet_sip::Status;

/// The most events kept for a listener that does not fetch them; past it the newest are dropped.
pub(crate) const MAX_EVENTS: usize = 1_024;

/// Something happened to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IcscfEvent {
    /// The HSS was asked which S-CSCF serves: UAR for a REGISTER, else LIR.
    Asked {
        /// Whether it is a REGISTER.
        register: bool,
    },
    /// It went on to an S-CSCF.
    Forwarded {
        /// Its name.
        scscf: String,
        /// Whether another was not there.
        again: bool,
    },
    /// What the S-CSCF answered went back.
    Answered {
        /// The final status.
        status: u16,
    },
    /// It was refused here.
    Refused {
        /// The status.
        status: u16,
    },
}

impl IcscfEvent {
    pub(crate) fn refused(status: Status) -> Self {
        Self::Refused {
            status: status.code(),
        }
    }
}
