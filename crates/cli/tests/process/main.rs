//! The program as its users run it: a real process, real connections, real files.
//!
//! Every wait is for an event (a line of the log, an answer, the end of a process) with an upper bound. What is random
//! comes from a seed that a failure prints; `QUINTET_SEED` repeats it.
#![cfg(test)]
#![cfg(target_os = "linux")]
#![forbid(unsafe_code)]
#![expect(
    clippy::disallowed_methods,
    reason = "these tests stand outside of the program: they are its peers, threads and clocks"
)]

mod abuse;
mod api;
mod backup;
mod certificates;
mod configuration;
mod domain;
mod eir;
mod events;
mod faults;
mod import;
mod kill;
mod killed_fgs;
mod killed_ims;
mod killed_udm;
mod live;
mod master_key;
mod mme;
mod replay;
mod secrets;
mod sh;
mod shared_store;
mod signals;
mod sms;
mod support;
mod telemetry;
