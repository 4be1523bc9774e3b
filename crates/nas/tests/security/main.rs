//! NAS security from outside: every protected row of `nas_eps.json` and `nas_5gs.json`, the properties that hold for any message, and the
//! classes of attack it must withstand.

#![cfg(test)]

mod attacks;
mod corpus;
mod properties;
mod rows;
mod vectors;
