//! freeDiameter 1.2.1 as Debian builds it: a relay without S6a, so it speaks the base protocol only.
//!
//! It wants a TLS certificate in its own name even where TLS is off, has to be told not to use SCTP, and needs an
//! address other than 127.0.0.1 for its CER.

use super::{ADDRESS, REALM, Settings};
use crate::{Namespace, Process};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// Tc, s: short, so that a node that was not there yet is found soon.
pub(super) const TC_S: u32 = 2;

pub(super) fn start(namespace: &Namespace, directory: &Path, settings: &Settings) -> Process {
    let file = directory.join("freediameter.conf");
    std::fs::write(&file, configuration(directory, settings)).expect("the directory can be written");
    let mut command = namespace.command("freeDiameterd");
    command.arg("-c").arg(file);
    let process = Process::start("freeDiameterd", command);
    process.await_line("its start", |line| {
        line.contains("freeDiameterd daemon initialized")
    });
    process
}

fn configuration(directory: &Path, settings: &Settings) -> String {
    let Settings {
        identity, port, tw_s, ..
    } = settings;
    let (certificate, key) = make_certificate(directory, identity);
    let mut text = format!(
        "Identity = \"{identity}\";\nRealm = \"{REALM}\";\nPort = {port};\nSecPort = 0;\nNo_SCTP;\nNo_IPv6;\n\
         ListenOn = \"{ADDRESS}\";\nTwTimer = {tw_s};\nTcTimer = {TC_S};\n\
         TLS_Cred = \"{certificate}\", \"{key}\";\nTLS_CA = \"{certificate}\";\n"
    );
    if !settings.application {
        text.push_str("NoRelay;\n");
    }
    if settings.strangers {
        let list = directory.join("acl_wl.conf");
        std::fs::write(&list, format!("ALLOW_IPSEC *.{REALM}\n")).expect("the directory can be written");
        let _ = writeln!(text, "LoadExtension = \"acl_wl.fdx\" : \"{}\";", list.display());
    }
    if let Some((peer, port)) = &settings.connect {
        let _ = writeln!(
            text,
            "ConnectPeer = \"{peer}\" {{ ConnectTo = \"{ADDRESS}\"; No_TLS; Port = {port}; }};"
        );
    }
    text
}

/// A certificate for `identity`, and its key.
fn make_certificate(directory: &Path, identity: &str) -> (String, String) {
    let path = |name: &str| directory.join(name).to_string_lossy().into_owned();
    let (certificate, key) = (path("certificate.pem"), path("key.pem"));
    let output = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args([
            "-subj",
            &format!("/CN={identity}"),
            "-keyout",
            &key,
            "-out",
            &certificate,
        ])
        .output()
        .expect("openssl is installed");
    assert!(
        output.status.success(),
        "openssl: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    (certificate, key)
}

pub(super) fn await_open(process: &Process, peer: &str) {
    process.await_line(&format!("{peer} open"), |line| {
        line.ends_with(&format!("-> 'STATE_OPEN'\t'{peer}'"))
    });
}

pub(super) fn await_closed(process: &Process, peer: &str) {
    process.await_line(&format!("{peer} closed"), |line| {
        line.contains("'STATE_OPEN'\t-> ") && line.ends_with(&format!("\t'{peer}'"))
    });
}

pub(super) fn await_rebooting(process: &Process, peer: &str) {
    process.await_line(&format!("DPR with REBOOTING from {peer}"), |line| {
        line.contains(&format!("Peer '{peer}' sent a DPR with cause: REBOOTING"))
    });
}

pub(super) fn await_refused(process: &Process, peer: &str) {
    process.await_line(&format!("a refusal by {peer}"), |line| {
        line.contains("Capabilities-Exchange-Answer")
            && line.contains(peer)
            && !line.contains("DIAMETER_SUCCESS")
    });
}
