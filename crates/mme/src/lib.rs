//! The MME, sans-IO.

#![forbid(unsafe_code)]
