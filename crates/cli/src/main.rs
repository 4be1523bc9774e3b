//! The `quintet` program: one binary, one sub-command per job.
//!
//! Answers go to standard output, diagnostics to standard error. Exit codes: 0 done, 1 a negative finding, 2 could not
//! do it.

#![forbid(unsafe_code)]

mod aka;
mod apart;
mod apply;
mod audit;
mod backup;
mod bench;
mod config;
mod control;
mod database;
mod diameter;
mod doctor;
mod eir;
mod ims;
mod kept;
mod keys;
mod lab;
mod ladder;
mod logging;
mod metrics;
mod nas;
mod ngap;
mod octets;
mod output;
mod pdu;
mod private;
#[cfg(test)]
mod reference;
mod s1ap;
mod serve;
mod signals;
mod sip;
mod subscriber;
mod suci;
mod supervisor;
mod token;

use clap::error::{ContextKind, ContextValue};
use clap::{Parser, Subcommand};
use output::Finding;
use std::process::ExitCode;

/// The system's allocator takes a tenth of an authentication over HTTP/2, and a fourth of a registration's messages
/// (bench/README.md, "Tuning").
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Subscriber authentication and security core of a mobile network.
#[derive(Parser)]
#[command(
    name = "quintet",
    version,
    about,
    max_term_width = 110,
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play a whole network in this process, and show and capture what passes.
    Lab(lab::Arguments),
    /// Run nodes: HSS, MME, AMF, AUSF, UDM, P-, I- and S-CSCF, any of them in one process.
    Serve(serve::Arguments),
    /// Say, from captures, where subscribers' security paths broke, and why.
    Doctor(doctor::Arguments),
    /// Provision subscribers.
    Subscriber(Box<subscriber::Arguments>),
    /// Make the database what a declared network says.
    Apply(apply::Arguments),
    /// Say what equipment may be used, and with which SIM.
    Eir(eir::Arguments),
    /// Who may provision over HTTP: make, list, revoke tokens.
    Token(token::Arguments),
    /// Show who changed what.
    Audit(audit::Arguments),
    /// Master keys and data keys: make, show, rotate what protects a database.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Copy a database while it is served.
    Backup(backup::BackupArguments),
    /// Put a copy of a database in its place, without a sequence number coming twice.
    Restore(backup::RestoreArguments),
    /// Compute and check authentication vectors: MILENAGE, TUAK, XOR; EPS, 5G AKA, EAP-AKA'.
    #[command(subcommand)]
    Aka(aka::Command),
    /// Conceal SUPIs, reveal SUCIs, make the home network's keys.
    #[command(subcommand)]
    Suci(suci::Command),
    /// Look into Diameter messages.
    #[command(subcommand)]
    Diameter(diameter::Command),
    /// Look into S1AP messages.
    #[command(subcommand)]
    S1ap(s1ap::Command),
    /// Look into NGAP messages.
    #[command(subcommand)]
    Ngap(ngap::Command),
    /// Look into SIP messages.
    #[command(subcommand)]
    Sip(sip::Command),
    /// Look into NAS messages, protect them and check them.
    #[command(subcommand)]
    Nas(nas::Command),
    /// Look into running CSCFs: registered users, security associations.
    #[command(subcommand)]
    Ims(ims::Command),
    /// Measure this program on this machine.
    #[command(subcommand)]
    Bench(bench::Command),
    /// Say whether a configuration is valid, and what is wrong with it.
    CheckConfig(serve::CheckArguments),
}

/// Options whose values are secrets.
const SECRET_OPTIONS: [&str; 5] = ["--k", "--op", "--opc", "--sip-password", "--private-key"];

/// What is wrong with the arguments, without a secret that is wrong: a key with one digit too few is a key all the same.
fn hushed(mut error: clap::Error) -> clap::Error {
    let is_secret = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(option)) => SECRET_OPTIONS
            .iter()
            .any(|secret| option.split_whitespace().next() == Some(secret)),
        _ => false,
    };
    if is_secret && error.get(ContextKind::InvalidValue).is_some() {
        error.insert(ContextKind::InvalidValue, ContextValue::String("…".to_owned()));
    }
    error
}

fn main() -> ExitCode {
    let arguments = Arguments::try_parse().unwrap_or_else(|error| hushed(error).exit());
    let result = match arguments.command {
        Command::Lab(arguments) => lab::run(arguments),
        Command::Serve(arguments) => serve::run(arguments),
        Command::Doctor(arguments) => doctor::run(arguments),
        Command::Subscriber(arguments) => subscriber::run(*arguments),
        Command::Apply(arguments) => apply::run(arguments),
        Command::Eir(arguments) => eir::run(arguments),
        Command::Token(arguments) => token::run(arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Keys(command) => keys::run(command),
        Command::Backup(arguments) => backup::back_up(&arguments),
        Command::Restore(arguments) => backup::restore(&arguments),
        Command::Aka(command) => aka::run(command),
        Command::Suci(command) => suci::run(command),
        Command::Diameter(command) => diameter::run(command),
        Command::S1ap(command) => s1ap::run(command),
        Command::Ngap(command) => ngap::run(command),
        Command::Sip(command) => sip::run(command),
        Command::Nas(command) => nas::run(command),
        Command::Ims(command) => ims::run(command),
        Command::Bench(command) => bench::run(command),
        Command::CheckConfig(arguments) => serve::check(&arguments),
    };
    match result {
        Ok(Finding::Positive) => ExitCode::SUCCESS,
        Ok(Finding::Negative) => ExitCode::from(1),
        Err(error) => {
            if !output::is_broken_pipe(&error) {
                anstream::eprintln!("quintet: {error:#}");
            }
            ExitCode::from(2)
        }
    }
}
