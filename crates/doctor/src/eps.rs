//! EPS: what is in its S1AP and NAS.

pub(crate) mod plain;
pub(crate) mod s1ap;
