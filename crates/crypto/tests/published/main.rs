//! Every row of `vectors/milenage.json`, `tuak.json`, `auts.json` and `eps_kdf.json`, each counted, so that a row that no
//! test looks at is a failure; and the XOR algorithm against other implementations.

#![cfg(test)]

mod algorithms;
mod eps;
mod rows;
mod xor;
