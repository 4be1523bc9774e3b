//! The services of the UDM (TS 29.503).

pub mod sdm;
pub mod ueau;
pub mod uecm;
