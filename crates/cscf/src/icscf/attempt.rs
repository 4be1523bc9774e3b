//! A request on its way to an S-CSCF, as long as another may have to be tried.

use quintet_sip::transaction::ClientId;
use quintet_sip::transport::Hop;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// REGISTER: by UAR.
    Register {
        /// Whether it takes registrations away.
        ends: bool,
        /// Whether it is an emergency registration.
        emergency: bool,
    },
    /// A request to a user, or of a user by an application server (`orig`): by LIR.
    Locate {
        /// Whether it is the user's own.
        originating: bool,
    },
}

/// The request.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) hop: Hop,
    pub(crate) octets: Box<[u8]>,
    pub(crate) purpose: Purpose,
    /// S-CSCFs that are still to be tried, the next last.
    pub(crate) candidates: Vec<String>,
    /// Those that were.
    pub(crate) tried: Vec<String>,
    /// The branch under way.
    pub(crate) client: Option<ClientId>,
    /// Whether the HSS was asked for capabilities already.
    pub(crate) asked_again: bool,
}
