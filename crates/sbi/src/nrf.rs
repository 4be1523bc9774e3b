//! The NRF: profiles, discovery, a client that keeps an NF registered, and an agent that does it all for a node
//! that knows nothing of it (TS 29.510).

mod agent;
mod client;
mod profile;

pub use agent::{Agent, AgentConfig, AgentEvent, FIRST_CALL};
pub use client::{Found, NrfCall, NrfClient, NrfConfig, NrfEvent, Service};
pub use profile::{AmfInfo, IpEndPoint, NFProfile, NFService, NFServiceVersion, SearchResult};
