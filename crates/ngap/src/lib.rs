//! NGAP (TS 38.413): a struct per message over generated aligned PER.

#![forbid(unsafe_code)]
