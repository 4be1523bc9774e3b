//! The UE against a network that does as each test says, by what it sends, and by the table of what may follow what.

#![cfg(test)]
mod closure;
mod failures;
mod life;
mod support;
