//! The captures, and tshark.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What tshark is told of the user link types, as far as their PDUs are compared.
const USER_LINKS: [(u16, &str); 2] = [(3, "s1ap"), (5, "ngap")];

/// Where tshark is to expect Diameter: some of the captures have an agent beside its own port.
const DIAMETER_PORTS: &str = "tcp.port==3869-3875,diameter";

/// Reports a missing prerequisite: fatal where everything must run.
pub(crate) fn skip(reason: &str) {
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "must run in CI: {reason}"
    );
    eprintln!("skipped: {reason}");
}

/// Names and paths of the captures.
pub(crate) fn captures() -> Option<Vec<(String, PathBuf)>> {
    let directory = std::env::var_os("QUINTET_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/captures"),
        PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(&directory) else {
        skip(&format!(
            "no captures at {}; set QUINTET_CORPUS",
            directory.display()
        ));
        return None;
    };
    let mut found: Vec<_> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.path()))
        .filter(|(name, _)| name.ends_with(".pcap") || name.ends_with(".pcapng"))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no captures in {}", directory.display());
    Some(found)
}

/// Runs tshark over a capture: one line per frame with the given fields. `None` if there is no tshark.
pub(crate) fn tshark(path: &Path, fields: &[&str]) -> Option<Vec<Vec<String>>> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(path).args(["-n", "-T", "fields"]);
    command.args(["-d", DIAMETER_PORTS]);
    for (user, protocol) in USER_LINKS {
        let link = 147 + user;
        let row = format!(r#"uat:user_dlts:"User {user} (DLT={link})","{protocol}","0","","0","""#);
        command.args(["-o", &row]);
    }
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
