//! The whole of IMS in one thread, on virtual time, from a seed: HSS and store, CSCFs, ESP, UEs.

#![cfg(test)]
mod decipher;
mod doctor;
mod network;
mod scenarios;
mod support;
