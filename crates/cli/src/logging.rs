//! Logs: structured, on standard error.

use crate::config::{Log, LogFormat};
use anyhow::{Result, anyhow};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Overrides `log.filter`.
const VARIABLE: &str = "QUINTET_LOG";

/// The filter: the environment's, or the configured one.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn filter(log: &Log) -> Result<EnvFilter> {
    let (origin, filter) = match std::env::var(VARIABLE) {
        Ok(filter) => (VARIABLE, filter),
        Err(_) => ("log.filter", log.filter.clone()),
    };
    EnvFilter::try_new(&filter).map_err(|error| {
        anyhow!("{origin} = {filter:?}: {error}; for example \"info,quintet_diameter=debug\"")
    })
}

/// Starts logging for a command that has none of itself, if the environment asks for it.
///
/// # Errors
/// A filter that cannot be read.
pub(crate) fn start_if_asked() -> Result<()> {
    match std::env::var_os(VARIABLE) {
        Some(_) => start(&Log::default()),
        None => Ok(()),
    }
}

/// Starts logging; once per process.
///
/// # Errors
/// A filter that cannot be read.
pub(crate) fn start(log: &Log) -> Result<()> {
    let filter = filter(log)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none());
    let started = match log.format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| anyhow!("logging cannot start: {error}"))
}
