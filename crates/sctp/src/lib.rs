//! SCTP (RFC 9260), sans-IO.

#![forbid(unsafe_code)]
