//! The AMF's side: one [`Session`] per signalling connection, one [`Context`] per UE that is known.
//!
//! ```text
//!  node: NGAP, Nausf, Nudm, Nsmf, store              fgmm::network
//!  ────────────────────────────────────              ─────────────────────────────────────────────
//!  Initial UE Message, Uplink ───────────Input──────► Session ──► one file per procedure
//!  challenges, confirmations, subscription, timeouts    │  ▲        (identification, authentication, security_mode,
//!  Downlink, Context Setup ◄─────────────Output─────────┘  │         registration, service_request, deregistration,
//!                                                          ▼         configuration_update, transport)
//!                                                Contexts (the node's table: 5G-GUTI, SUPI → Context)
//! ```
//!
//! A session is born with an initial message and dies with its connection. A context outlives both; nothing that came
//! unauthenticated changes one (TS 24.501 4.4.4.3): what a session learns stays in the session until the UE proved itself.
//!
//! The SEAF (TS 33.501 6.1) is here too: HRES* is compared with HXRES*, and KSEAF becomes KAMF.
//!
//! Left out, and said so where it is met: transfer of a UE's context between AMFs ([`Phase::ContextTransferNotSupported`]),
//! contexts mapped from EPS, non-3GPP access, control plane CIoT optimisation, slice-specific authentication.

mod authentication;
mod configuration_update;
mod context;
mod context_setup;
mod deregistration;
pub mod durable;
mod event;
mod guti;
mod identification;
mod input;
mod output;
mod policy;
mod registration;
mod registration_area;
mod security_mode;
mod service_request;
mod session;
mod timer;
mod transport;

pub use context::{Context, ContextId, Contexts, FgmmState, PduSessions, Registration, SecurityContext};
pub use deregistration::purge;
pub use event::{Event, Method, Phase, Protection};
pub use input::{
    At, AuthenticationUnavailable, Challenge, ConfigurationChange, Confirmation, ConfirmationFailure,
    ContextSetupFailure, EapProgress, EstablishmentCause, Initial, Input, SmDelivery, SmDeliveryKind,
    SmFailure, SubscribedSNssai, Subscription, SubscriptionFailure,
};
pub use output::{
    AuthenticationRequest, ContextSetup, Output, ReleaseCause, Resynchronisation, SmRequest, SmRequestKind,
    SmResource, Subject,
};
pub use policy::{AlgorithmLists, Entropy, Policy, ReauthenticationPolicy, Timers};
pub use session::{Environment, Session};
pub use timer::Timer;
