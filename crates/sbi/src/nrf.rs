//! The NRF: profiles, discovery and a client that keeps an NF registered (TS 29.510).

mod client;
mod profile;

pub use client::{NrfCall, NrfClient, NrfConfig, NrfEvent, Service};
pub use profile::{AmfInfo, IpEndPoint, NFProfile, NFService, NFServiceVersion, SearchResult};
