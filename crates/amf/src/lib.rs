//! The AMF with SEAF, sans-IO: NGAP, Nausf, Nudm, Nsmf and the contexts of its UEs.

#![forbid(unsafe_code)]
