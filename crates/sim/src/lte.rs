//! The scenarios of LTE: what a UE, and those who mean it ill, do, and how it must end.
//!
//! ```text
//!  Scenario ──► Play ──drives──► Enb with its UEs ──S1AP──► MME ──S6a──► HSS
//!                │  ◄── EnbEvent, MmeEvent, time
//!                ├──► Demand: what only the world can do (stop the HSS, restart the MME, page, …)
//!                └──► Demand::Finished(Verdict): as its name says, or why not
//! ```
//!
//! A scenario is data: its card, its steps, its [`Ending`]. The ending says which reports of UE and MME there must be, in
//! which order, and no others; so none passes whatever happens.

mod ending;
mod judge;
mod mark;
mod play;
mod scenario;
mod scenarios;
mod subscriber;
mod timers;

pub use ending::{ContextEnd, ContextFacts, Ending, Verdict};
pub use mark::UeMark;
pub use play::{Demand, Hss, MAX_UES, Play, Restart, Settings};
pub use scenario::{Card, Provision, Scenario, Step, Until};
pub use scenarios::SCENARIOS;
pub use subscriber::subscriber;
pub use timers::LabTimers;

/// The network that a laboratory's MME and cells are of: not the subscribers' home, so that all of them roam, and one whose
/// subscription is not good for it can be refused. Its HSS serves [`crate::demo::home_plmn`].
#[must_use]
pub fn serving_plmn() -> quintet_identity::Plmn {
    crate::demo::visited_plmn()
}

/// The scenario of a name.
#[must_use]
pub fn scenario(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}
