//! EAP and EAP-AKA' packets (RFC 3748, RFC 9048).

#![forbid(unsafe_code)]
