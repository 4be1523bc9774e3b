//! The house's own tools: `cargo xtask <command>`.
//!
//! | command | what it does |
//! |---|---|
//! | `tidy` | checks the repository against the house rules that no compiler knows (see `tidy.rs`) |
//! | `compliance` | makes the tables of compliance from the marks in the code (see `tidy/compliance.rs`); `--check` says what it would change |
//! | `book` | writes the documents as pages of HTML (see `book.rs`) |
//! | `deb` | makes the Debian package (see `package.rs`); `--program FILE` takes that program instead of building one |
//! | `dependencies` | checks licences, sources, bans and duplicates of every dependency against `deny.toml` (see `dependencies.rs`) |
//!
//! `tidy` and `dependencies` need nothing but the checkout and a filled cargo cache, `deb` the tools of Debian as well.

#![forbid(unsafe_code)]

mod book;
mod dependencies;
mod package;
mod tidy;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

const USAGE: &str =
    "usage: cargo xtask tidy | compliance [--check] | dependencies | book | deb [--program FILE]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Runs a command; `false` if it found something wrong.
fn run(arguments: &[&str]) -> Result<bool> {
    match arguments {
        ["tidy"] => tidy::report(checkout()?),
        ["compliance"] => tidy::compliance::write(checkout()?),
        ["compliance", "--check"] => tidy::compliance::verify(checkout()?),
        ["book"] => book::write(checkout()?),
        ["deb"] => package::deb(checkout()?, None),
        ["deb", "--program", program] => package::deb(checkout()?, Some(Path::new(program))),
        ["dependencies"] => dependencies::report(checkout()?),
        _ => bail!("{USAGE}"),
    }
}

/// The root of the checkout this program was built from.
fn checkout() -> Result<&'static Path> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("the manifest of xtask has a directory above it")
}
