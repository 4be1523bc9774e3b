//! IPsec ESP in user space, sans-IO: what TS 33.203 needs of it.

#![forbid(unsafe_code)]
