//! What the three CSCFs share as SIP proxies (RFC 3261 16, TS 24.229 5.2 to 5.4).

mod check;
mod forwarder;
mod hosts;
mod own;
mod relay;
mod route;
mod trust;
mod via;

pub use check::{MAX_FORWARDS, MAX_HOPS, Rejection, check, max_forwards};
pub use forwarder::{Forwarder, MAX_OWN_ROUTES, Request, outgoing};
pub use hosts::{Hosts, HostsError, MAX_ADDRESSES, MAX_NAMES, PORT, TLS_PORT, Target, default_port, literal};
pub use own::Own;
pub use relay::{Arrival, MAX_BRANCHES, Relay, RelayConfig, RelayEvent, TIMER_C, Whose};
pub use route::{Routed, route};
pub use trust::{authorization, from_outside, trusts, untrusted, without_keys};
pub use via::{Branches, came_from, is_loop, loop_key};
