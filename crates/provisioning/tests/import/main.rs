//! Sample exports of each system, written from its schema, against the whole subscribers they must give.

#![cfg(test)]

mod broken;
mod card;
mod expected;
mod systems;
