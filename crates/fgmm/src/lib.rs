//! 5GS mobility management (TS 24.501, TS 33.501): one state per UE, its network side and its UE side.

#![forbid(unsafe_code)]
