//! IMS: UEs at an access with P-CSCFs, and the scenarios that they play.
//!
//! ```text
//!  Scenario ──► Play ──drives──► Ues: User (ME: ims::ue, card) … ══SIP, in ESP or bare══ P-CSCF ── I-CSCF ── S-CSCF
//!                │  ◄── SimEvent, PcscfEvent, ScscfEvent, time                                        └─Cx─┴─ HSS
//!                ├──► Demand: what only the world can do (stop the HSS, restart the S-CSCF, end a registration, …)
//!                └──► Demand::Finished(Verdict): as its name says, or why not
//! ```
//!
//! A scenario is data: its card, what the HSS knows, its steps, its [`Ending`]. The ending says which reports of UE, P-CSCF and
//! S-CSCF there must be, in which order, and no others, and what UE, P-CSCF, S-CSCF and HSS know in the end; so none passes
//! whatever happens. [`Scenario::findings`] says by which of its codes the doctor names the fault that is injected.

mod behaviour;
mod dialog;
mod ending;
mod event;
mod interference;
mod judge;
mod mark;
mod play;
mod reginfo;
mod scenario;
mod scenarios;
mod subscriber;
mod text;
mod timers;
mod ues;
mod user;

pub use crate::scenario::{Card, Restart, Verdict};
pub use behaviour::Behaviour;
pub use ending::{Ending, HomeEnd, HomeFacts};
pub use event::{Service, SimEvent, UserEvent};
pub use interference::{Altered, Rule, Tamper, Which};
pub use mark::{PcscfMark, UeMark};
pub use play::{Demand, Inspection, Play, Settings};
pub use scenario::{Access, Condition, Named, Provision, Scenario, Step, Until};
pub use scenarios::SCENARIOS;
pub use subscriber::{DIGEST_PASSWORD, MAX_SUBJECTS, identity, subscription};
pub use timers::LabTimers;
pub use ues::{MAX_USERS, Ues};
pub use user::{Carriage, MAX_UDP_OCTETS, User, UserId};

/// The scenario of a name.
#[must_use]
pub fn scenario(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}
