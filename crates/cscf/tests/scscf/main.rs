//! S-CSCF and I-CSCF as nodes: real SIP in and out, an HSS that a test scripts, virtual time.

#![cfg(test)]

mod calls;
mod criteria;
mod hostile;
mod icscf;
mod register;
mod restart;
mod subscribe;
mod support;
mod third_party;
