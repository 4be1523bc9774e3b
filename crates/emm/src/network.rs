//! The MME's side: one [`Session`] per signalling connection, one [`Context`] per UE that is known.
//!
//! ```text
//!  node: S1AP, S6a, store                    emm::network
//!  ───────────────────────                   ─────────────────────────────────────────────
//!  Initial UE Message, Uplink ──Input──────► Session ──► one file per procedure
//!  vectors, subscription, timeouts             │  ▲        (identification, authentication, security_mode,
//!  Downlink, Context Setup ◄──Output───────────┘  │         attach, tracking_area_update, service_request, detach)
//!                                                 ▼
//!                                        Contexts (the node's table: GUTI, IMSI → Context)
//! ```
//!
//! A session is born with an initial message and dies with its connection. A context outlives both; nothing that came
//! unauthenticated changes one (TS 24.301 4.4.4.3): what a session learns stays in the session until the UE proved itself.

mod attach;
mod authentication;
mod bearer;
mod context;
mod detach;
pub mod durable;
mod esm;
mod event;
mod guti_reallocation;
mod identification;
mod information;
mod input;
mod output;
mod policy;
mod security_mode;
mod service_request;
mod session;
mod timer;
mod tracking_area_update;
mod tracking_areas;

pub use context::{Context, ContextId, Contexts, EmmState, Registration, SecurityContext};
pub use detach::purge;
pub use event::{Event, Phase, Protection};
pub use input::{
    At, ContextSetupFailure, Initial, Input, Location, LocationFailure, Resynchronisation, Vector,
    VectorsFailure,
};
pub use output::{BearerSetup, Output, ReleaseCause, VectorRequest};
pub use policy::{Entropy, Policy, ReauthenticationPolicy, Timers};
pub use session::{Environment, Session};
pub use timer::Timer;
