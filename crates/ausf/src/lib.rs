//! The AUSF, sans-IO: Nausf_UEAuthentication, 5G AKA and EAP-AKA'.

#![forbid(unsafe_code)]
