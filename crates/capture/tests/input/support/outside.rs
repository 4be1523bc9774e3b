//! The captures, and tshark.

#[path = "../../support/captures.rs"]
mod shared;

use shared::tshark_over;
use std::path::Path;

pub(crate) use shared::{captures, skip};

/// Runs tshark over a capture: one line per frame with the given fields. `None` if there is no tshark.
pub(crate) fn tshark(path: &Path, fields: &[&str]) -> Option<Vec<Vec<String>>> {
    let mut command = tshark_over(path);
    command.args(["-n", "-T", "fields"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let Ok(output) = command.output() else {
        skip("tshark cannot be run; install it");
        return None;
    };
    // It complains of a cut file only after all of its frames.
    let text = String::from_utf8_lossy(&output.stdout);
    Some(
        text.lines()
            .map(|line| line.split('\t').map(str::to_owned).collect())
            .collect(),
    )
}

/// The same of a file that was made here.
pub(crate) fn tshark_of(file: &[u8], fields: &[&str]) -> Option<Vec<Vec<String>>> {
    let named = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(named.path(), file).unwrap();
    tshark(named.path(), fields)
}
