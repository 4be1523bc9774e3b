//! P-, I- and S-CSCF, sans-IO: SIP on one side, Cx and security associations on the other.

#![forbid(unsafe_code)]

pub mod cx;
pub mod icscf;
pub mod pcscf;
pub mod proxy;
pub mod scscf;
