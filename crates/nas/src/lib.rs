//! NAS (TS 24.007, TS 24.301).

#![forbid(unsafe_code)]
