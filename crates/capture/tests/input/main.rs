//! The way in: files to frames, frames to PDUs, from octets made by hand, from random ones, and from captures of others.

#![cfg(test)]

mod any;
mod corpus;
mod damage;
mod fragments;
mod links;
mod logs;
mod pcap;
mod pcapng;
mod seeds;
mod support;
