//! Every row of `vectors/milenage.json`, `tuak.json`, `auts.json`, `eps_kdf.json`, `kdf_5g.json` and `suci.json`, each
//! counted, so that a row that no test looks at is a failure; and the XOR algorithm against other implementations.

#![cfg(test)]

mod algorithms;
mod eps;
mod fgs;
mod rows;
mod suci;
mod xor;
