//! The UDM with ARPF and SIDF, sans-IO: Nudm_UEAuthentication, Nudm_UECM, Nudm_SDM.

#![forbid(unsafe_code)]
