//! The whole of LTE in one thread, on virtual time, from a seed: HSS and store, MME, eNBs, UEs.

#![cfg(test)]
mod attempts;
mod hostile;
mod network;
mod scenarios;
mod support;
