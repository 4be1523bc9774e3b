//! The captures of others, and tshark as all tests here start it.

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

/// tshark over a capture, told of what is not on its own ports and links.
pub(crate) fn tshark_over(path: &Path) -> Command {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(path).args(["-d", DIAMETER_PORTS]);
    for (user, protocol) in USER_LINKS {
        let link = 147 + user;
        let row = format!(r#"uat:user_dlts:"User {user} (DLT={link})","{protocol}","0","","0","""#);
        command.args(["-o", &row]);
    }
    command
}
