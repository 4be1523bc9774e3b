//! Every row of `vectors/milenage.json`, `tuak.json`, `auts.json`, `eps_kdf.json`, `kdf_5g.json`, `suci.json` and
//! `digest_aka.json`, each counted, so that a row that no test looks at is a failure; and the XOR algorithm against other implementations.

#![cfg(test)]

mod algorithms;
mod digest;
mod eps;
mod fgs;
mod rows;
mod suci;
mod xor;
