//! Octets as packets to an SCTP endpoint that has an association: from its peer, from strangers, with right tags and wrong
//! ones. `quintet_sctp::testing::play` says how they are read.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| quintet_sctp::testing::play(octets));
