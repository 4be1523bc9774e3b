//! What each system calls its nodes and protocols in the report.

use super::Technology;

/// One system's names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    /// The node of the radio access network.
    pub(super) ran: &'static str,
    /// The node of the core that ends NAS.
    pub(super) core: &'static str,
    /// Its NAS.
    pub(super) nas: &'static str,
    /// The protocol between both nodes.
    pub(super) application: &'static str,
    /// What security mode brings into use.
    pub(super) new_context: &'static str,
    /// The same, ciphered.
    pub(super) ciphered_new_context: &'static str,
}

const EPS: Names = Names {
    ran: "eNB",
    core: "MME",
    nas: "NAS-EPS",
    application: "S1AP",
    new_context: "integrity protected with new EPS security context",
    ciphered_new_context: "integrity protected and ciphered with new EPS security context",
};

const FGS: Names = Names {
    ran: "gNB",
    core: "AMF",
    nas: "NAS-5GS",
    application: "NGAP",
    new_context: "integrity protected with new 5G NAS security context",
    ciphered_new_context: "integrity protected and ciphered with new 5G NAS security context",
};

/// The names of a system.
pub(super) const fn of(technology: Technology) -> &'static Names {
    match technology {
        Technology::Eps | Technology::Ims => &EPS,
        Technology::Fgs => &FGS,
    }
}
