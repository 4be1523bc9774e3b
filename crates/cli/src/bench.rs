//! `quintet bench`: how fast this program is on this machine, beside what it promises (`bench/README.md`).
//!
//! A goal that is missed is no negative finding: machines differ, and neighbours take the processor away. A wrong answer is.

mod aka;
mod cx;
mod doctor;
mod ims;
mod lte;
mod machine;
mod nausf;
mod pace;
mod population;
mod process;
mod report;
mod rest;
mod s6a;
mod server;
mod session;
mod ticker;

use crate::output::Finding;
use anyhow::Result;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// The cryptography and the AuC, on one core, without sockets or disk.
    #[command(after_help = aka::EXAMPLES)]
    Aka(aka::Arguments),
    /// A server with a million subscribers on the disk, over a TCP connection.
    #[command(after_help = s6a::EXAMPLES)]
    S6a(s6a::Arguments),
    /// An HSS with its database on the disk, asked by an I- and an S-CSCF over a TCP connection.
    #[command(after_help = cx::EXAMPLES)]
    Cx(cx::Arguments),
    /// An MME and an HSS with UEs that attach through simulated eNBs, over SCTP and TCP.
    #[command(after_help = lte::EXAMPLES)]
    Lte(lte::Arguments),
    /// P-, I- and S-CSCF and an HSS with UEs that register, over UDP, with and without IPsec.
    #[command(after_help = ims::EXAMPLES)]
    Ims(ims::Arguments),
    /// An AUSF and a UDM on one core, asked over h2c: authenticate and confirm.
    #[command(after_help = nausf::EXAMPLES)]
    Nausf(nausf::Arguments),
    /// The provisioning interface: creates that are on the disk, and reads, over HTTP.
    #[command(after_help = rest::EXAMPLES)]
    Rest(rest::Arguments),
    /// Captures read and diagnosed: octets per second, memory, and tshark beside it.
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(doctor::Arguments),
}

/// `quintet bench`.
pub(crate) fn run(command: Command) -> Result<Finding> {
    match command {
        Command::Aka(arguments) => aka::run(&arguments),
        Command::S6a(arguments) => s6a::run(&arguments),
        Command::Cx(arguments) => cx::run(&arguments),
        Command::Lte(arguments) => lte::run(&arguments),
        Command::Ims(arguments) => ims::run(&arguments),
        Command::Nausf(arguments) => nausf::run(&arguments),
        Command::Rest(arguments) => rest::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
    }
}
