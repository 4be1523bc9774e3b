//! The whole of 5GS in one thread, on virtual time, from a seed: UDM and store, AUSF, AMF, gNBs, UEs.

#![cfg(test)]
mod hostile;
mod network;
mod scenarios;
mod support;
