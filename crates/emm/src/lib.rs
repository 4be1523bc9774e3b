//! EMM (TS 24.301).

#![forbid(unsafe_code)]
