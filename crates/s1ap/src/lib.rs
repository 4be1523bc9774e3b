//! S1AP (TS 36.413).

#![forbid(unsafe_code)]
