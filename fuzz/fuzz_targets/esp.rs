//! Octets as what happens to an ESP endpoint with associations: packets of strangers, authentic ones with anything inside,
//! commands, time. `quintet_esp::testing::play` says how they are read.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| quintet_esp::testing::play(octets));
