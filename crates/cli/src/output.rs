//! How every command answers: text for people, one JSON object with a `schema` for scripts.

use anyhow::Result;
use serde::Serialize;
use std::io::{self, Write};

/// What a command found; an error is neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Done: exit code 0.
    Positive,
    /// Done, and the answer is no: exit code 1.
    Negative,
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    schema: &'a str,
    #[serde(flatten)]
    answer: &'a T,
}

/// Prints `answer` as one JSON object whose first member is `schema` (`quintet.<command>/1`).
pub(crate) fn print_json(schema: &str, answer: &impl Serialize) -> Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &Envelope { schema, answer })?;
    writeln!(out)?;
    Ok(())
}

/// Prints names and values in two columns.
pub(crate) fn print_rows(rows: &[(&str, String)]) -> Result<()> {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut out = anstream::stdout().lock();
    for (name, value) in rows {
        writeln!(out, "{name:width$}  {value}")?;
    }
    Ok(())
}

/// Whether the reader of our standard output went away (`quintet … | head`): nothing to complain about.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        let json = cause
            .downcast_ref::<serde_json::Error>()
            .and_then(serde_json::Error::io_error_kind);
        io.or(json) == Some(io::ErrorKind::BrokenPipe)
    })
}
