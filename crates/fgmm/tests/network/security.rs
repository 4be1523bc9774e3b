//! Identification, authentication, security mode control and NAS security (TS 24.501 4.4, 5.4.1 to 5.4.3; TS 33.501 6).

mod authentication;
mod eap;
mod emergency;
mod events;
mod held;
mod hostile;
mod identification;
mod protection;
mod rekeying;
mod security_mode;
mod unproven;
