//! 5GS: what is in its NGAP and NAS.

pub(crate) mod eap;
pub(crate) mod ngap;
pub(crate) mod plain;
