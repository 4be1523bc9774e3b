//! Authentication over the service based interfaces as seen: Nausf_UEAuthentication (TS 29.509 6.1) and
//! Nudm_UEAuthentication (TS 29.503 6.3).
//!
//! ```text
//!  HttpExchange ─► Observer ─► Exchange ─► kept till the attempt that it belongs to ends ─► Trail::sbi
//!                     └─ VectorSeen: KAUSF, KSEAF by RAND ─► keys::Verifier
//! ```
//!
//! AMF, AUSF and UDM know the UE by SUCI, SUPI, or the context that the AUSF made of it; the attempt knows SUCI, IMSI and
//! RAND. A message that is not as the specification has it is read as far as it goes.

mod exchange;
mod observer;
mod read;
#[cfg(test)]
mod tests;

pub use exchange::{Exchange, Operation, Service, State, VectorSeen, Verdict};
pub use observer::{MAX_CONTEXTS, MAX_EXCHANGES, MAX_VECTORS, Observer};
