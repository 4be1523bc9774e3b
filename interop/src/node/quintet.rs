//! `quintet serve`: the program of this checkout, or the one `QUINTET_INTEROP_PROGRAM` names.

use super::{ADDRESS, METRICS_PORT, REALM, Settings};
use crate::{Namespace, Process, await_some};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub(super) fn start(namespace: &Namespace, directory: &Path, settings: &Settings) -> Process {
    assert!(settings.application, "an HSS always advertises S6a");
    let file = directory.join("quintet.toml");
    std::fs::write(&file, configuration(directory, settings)).expect("the directory can be written");
    let mut command = namespace.command(&program().to_string_lossy());
    command.args(["serve", "-c"]).arg(file).env_remove("QUINTET_LOG");
    command.env("XDG_CONFIG_HOME", directory.join("config"));
    let process = Process::start("quintet", command);
    process.await_line("its start", |line| line.contains("metrics: listening"));
    process
}

fn configuration(directory: &Path, settings: &Settings) -> String {
    let Settings { identity, port, .. } = settings;
    let unknown_peers = if settings.strangers { "accept" } else { "refuse" };
    let database = directory.join("quintet.db");
    let mut text = format!(
        "[diameter]\nidentity = \"{identity}\"\nrealm = \"{REALM}\"\nlisten = [\"{ADDRESS}:{port}\"]\n\
         unknown_peers = \"{unknown_peers}\"\nwatchdog_ms = {}\n",
        settings.tw_s * 1000
    );
    if let Some((peer, port)) = &settings.connect {
        let address = Settings::address(*port);
        let _ = write!(
            text,
            "[[diameter.peer]]\nidentity = \"{peer}\"\nconnect = \"{address}\"\n"
        );
    }
    let _ = write!(
        text,
        "[hss]\nhome_plmns = [\"00101\"]\n[store]\npath = \"{}\"\n[metrics]\nlisten = \"{ADDRESS}:{METRICS_PORT}\"\n",
        database.display()
    );
    text
}

/// The program to examine. It is built once, in the profile that CI has built already.
///
/// # Panics
/// If it cannot be built.
#[must_use]
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(path) = std::env::var_os("QUINTET_INTEROP_PROGRAM") {
            return path.into();
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut build = Command::new(env!("CARGO"));
        build
            .args([
                "build",
                "--locked",
                "--quiet",
                "--package",
                "quintet",
                "--profile",
                "ci",
            ])
            .current_dir(&root);
        // What cargo sets for this test is not meant for that build.
        build
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("CARGO_PKG_NAME");
        assert!(
            build.status().is_ok_and(|status| status.success()),
            "quintet does not build"
        );
        std::env::var_os("CARGO_TARGET_DIR")
            .map_or(root.join("target"), PathBuf::from)
            .join("ci/quintet")
    })
}

/// Waits for the metric that tells whether a peer is open; a peer that was forgotten is closed.
pub(super) fn await_peer(namespace: &Namespace, peer: &str, open: bool) {
    let up = format!("quintet_diameter_peer_up{{node=\"hss\",peer=\"{peer}\"}} 1");
    await_some(&format!("{up} to be {open} in the metrics"), || {
        let text = scrape(namespace);
        (text.contains("# EOF") && text.contains(&up) == open).then_some(())
    });
}

/// The metrics, fetched from inside the namespace.
fn scrape(namespace: &Namespace) -> String {
    let fetch = format!(
        "exec 3<>/dev/tcp/{ADDRESS}/{METRICS_PORT} && printf 'GET /metrics HTTP/1.1\\r\\nHost: quintet\\r\\n\
         Connection: close\\r\\n\\r\\n' >&3 && cat <&3"
    );
    let output = namespace
        .command("bash")
        .args(["-c", &fetch])
        .output()
        .expect("bash is installed");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(super) fn await_rebooting(process: &Process, peer: &str) {
    process.await_line(&format!("DPR with REBOOTING from {peer}"), |line| {
        line.contains(peer) && line.contains("DisconnectedByPeer(DisconnectCause(0))")
    });
}

pub(super) fn await_refused(process: &Process, peer: &str) {
    process.await_line(&format!("a refusal by {peer}"), |line| {
        line.contains(peer) && line.contains("refused")
    });
}
