//! The scenarios of 5GS: what a UE, and those who mean it ill, do, and how it must end.
//!
//! ```text
//!  Scenario ──► Play ──drives──► Gnb with its UEs ──NGAP──► AMF ──Nausf──► AUSF ──Nudm──► UDM
//!                │  ◄── GnbEvent, AmfEvent, AusfEvent, UdmEvent, time
//!                ├──► Demand: what only the world can do (stop the AUSF, slow the UDM, restart the AMF, page, …)
//!                └──► Demand::Finished(Verdict): as its name says, or why not
//! ```
//!
//! A scenario is data: its card, its steps, its [`Ending`]. The ending says which reports of UE, AMF, AUSF and UDM there
//! must be, in which order, and no others; so none passes whatever happens. [`Scenario::findings`] says by which of its
//! codes the doctor names the fault that is injected.
//!
//! What the scenarios of LTE ([`crate::lte`]) are called here:
//!
//! | LTE | 5GS |
//! |---|---|
//! | attach, attach-guti, attach-unknown-guti | register, reregister-guti, register-unknown-guti |
//! | tau | mobility-update; periodic-update, which LTE leaves out |
//! | detach, network-detach | deregister, network-deregister |
//! | parallel-attach | parallel-register; parallel-registrations is of one UE |
//! | emergency-eia0 | nia0-emergency |
//! | non-eps-auth | non-5g-auth |
//! | unknown-imsi | unknown-supi |
//! | hss-unreachable | ausf-unreachable, udm-unreachable |
//! | hss-slow, mme-restart | udm-slow, amf-restart |
//! | roaming-not-allowed | as it is, though refused before authentication; rat-not-allowed is refused after it |
//! | all others | as they are |
//!
//! Without a counterpart in LTE: pdu-session-not-forwarded, emergency-unauthenticated, suci-…, eap-…, ngksi-in-use,
//! res-star-mismatch, smc-rinmr, abba-mismatch. RINMR without a container is no scenario: no honest UE forgets it, and nobody on
//! the radio can take it out of SECURITY MODE COMPLETE.

mod ending;
mod home_network;
mod judge;
mod mark;
mod play;
mod policy;
mod scenario;
mod scenarios;
mod subscriber;
mod timers;

pub use crate::scenario::{Card, ContextEnd, Restart, Verdict};
pub use ending::{AusfEnd, ContextFacts, Ending, Refusal};
pub use home_network::{PROFILE_A_KEY_ID, PROFILE_B_KEY_ID, home_network_keys};
pub use mark::UeMark;
pub use play::{Condition, Demand, MAX_UES, Play, Settings};
pub use policy::policy;
pub use scenario::{Provision, Scenario, Scheme, Step, Until};
pub use scenarios::SCENARIOS;
pub use subscriber::subscriber;
pub use timers::LabTimers;

/// The network that a laboratory's AMF and cells are of: not the subscribers' home, so that all of them roam, and one whose
/// subscription is not good for it can be refused. Its UDM serves [`crate::demo::home_plmn`].
#[must_use]
pub fn serving_plmn() -> quintet_identity::Plmn {
    crate::demo::visited_plmn()
}

/// The scenario of a name.
#[must_use]
pub fn scenario(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}
