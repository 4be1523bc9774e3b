//! `quintet check-config`, and what `quintet serve` reads likewise: all that can be checked without touching anything.

use super::certificates::Certificates;
use super::{fgs, hss, ims, mme};
use crate::config::{Config, Role};
use crate::logging;
use crate::output::Finding;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct CheckArguments {
    /// Configuration file
    file: PathBuf,
    /// Check it for these nodes, as `serve --role` runs them
    #[arg(long, value_enum, value_delimiter = ',')]
    role: Vec<Role>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// `quintet check-config`.
pub(crate) fn check(arguments: &CheckArguments) -> Result<Finding> {
    #[derive(serde::Serialize)]
    struct Checked {
        valid: bool,
        error: Option<String>,
    }
    let checked = read_config(&arguments.file, &arguments.role);
    if arguments.json {
        let error = checked.as_ref().err().map(|error| format!("{error:#}"));
        crate::output::print_json(
            "quintet.check-config/1",
            &Checked {
                valid: error.is_none(),
                error,
            },
        )?;
        return Ok(if checked.is_ok() {
            Finding::Positive
        } else {
            Finding::Negative
        });
    }
    checked?;
    crate::output::print_rows(&[("valid", arguments.file.display().to_string())])?;
    Ok(Finding::Positive)
}

/// Reads a configuration and checks all that can be checked without touching anything: a wrong one must not make a
/// database first.
pub(super) fn read_config(path: &Path, roles: &[Role]) -> Result<Config> {
    let config = Config::read(path, roles)?;
    let checked = || {
        logging::filter(&config.log)?;
        config.telemetry.collector()?;
        if config.roles.0.contains(&Role::Mme) {
            mme::node_config(&config, 0)?;
        }
        fgs::check(&config)?;
        Certificates::read(&config)?;
        ims::check(&config)?;
        if config.roles.0.contains(&Role::Hss) {
            hss::home_plmns(&config)?;
            hss::node_config(&config, 0)?;
        }
        Ok::<(), anyhow::Error>(())
    };
    checked().with_context(|| format!("{} is not a valid configuration", path.display()))?;
    Ok(config)
}
