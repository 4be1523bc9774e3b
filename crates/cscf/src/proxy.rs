//! What the three CSCFs share as SIP proxies (RFC 3261 16, TS 24.229 5.2 to 5.4).

mod hosts;

pub use hosts::{Hosts, HostsError, MAX_ADDRESSES, MAX_NAMES, PORT, TLS_PORT, Target, default_port, literal};
