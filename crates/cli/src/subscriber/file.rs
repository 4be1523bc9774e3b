//! The form of a file of rows.

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Comma-separated, with a header line
    Csv,
    /// An array, or one object a line
    Json,
}

impl Format {
    /// By a file's name; JSON for a name that says nothing.
    pub(crate) fn of(path: &std::path::Path) -> Self {
        match path.extension().and_then(|e| e.to_str()) {
            Some(e) if e.eq_ignore_ascii_case("csv") => Self::Csv,
            _ => Self::Json,
        }
    }
}
