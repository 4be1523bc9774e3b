//! Security associations of TS 33.203 between a kernel's ESP and our own: every pair of algorithms, UDP and TCP begun by
//! either end, IPv4 and IPv6; and the lab of IMS with the kernel's at the P-CSCF. Where this kernel has no ESP it is done under
//! User-Mode Linux.
#![forbid(unsafe_code)]

use quintet_interop::node::program;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Turns without 3DES, and with.
const SUITES: usize = 6;
const WITH_3DES: usize = 8;

/// Why this machine cannot run it.
#[derive(Debug, PartialEq, Eq)]
enum Missing {
    Root,
    Program(&'static str),
    /// Neither this kernel has ESP, nor is there a script that boots one that has.
    Esp,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("network namespaces need root"),
            Self::Program(name) => write!(f, "{name} is not installed"),
            Self::Esp => f.write_str(
                "this kernel has no ESP, and no umlrun is in QUINTET_SHARED/tools or ../shared/tools (with user-mode-linux)",
            ),
        }
    }
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    directories
        .map(|directory| directory.join(program))
        .any(|file| file.is_file())
}

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What a script is run with: nothing where the kernel has ESP.
fn runner() -> Result<Vec<PathBuf>, Missing> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let is_root = |line: &str| line.starts_with("Uid:") && line.split_whitespace().nth(2) == Some("0");
    if !status.lines().any(is_root) {
        return Err(Missing::Root);
    }
    if let Some(program) = ["ip", "bash"].into_iter().find(|program| !is_installed(program)) {
        return Err(Missing::Program(program));
    }
    let states = Command::new("ip").args(["xfrm", "state", "count"]).output();
    let crypto = std::fs::read_to_string("/proc/net/xfrm_stat").is_ok();
    let has_esp = states.is_ok_and(|output| output.status.success()) && crypto;
    if has_esp
        && Command::new("modprobe")
            .args(["-q", "-a", "esp4", "esp6"])
            .status()
            .is_ok_and(|it| it.success())
    {
        return Ok(Vec::new());
    }
    if !is_installed("linux.uml") {
        return Err(Missing::Program("linux.uml (package user-mode-linux)"));
    }
    let shared =
        std::env::var_os("QUINTET_SHARED").map_or_else(|| checkout().join("../shared"), PathBuf::from);
    let script = shared.join("tools/umlrun");
    if script.is_file() {
        Ok(vec![script, "--".into()])
    } else {
        Err(Missing::Esp)
    }
}

/// The program that plays either end: `QUINTET_INTEROP_ESP_PEER`, or the example of this checkout.
fn esp_peer() -> PathBuf {
    if let Some(program) = std::env::var_os("QUINTET_INTEROP_ESP_PEER") {
        return program.into();
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| checkout().join("target"), PathBuf::from);
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--profile",
            "ci",
            "-p",
            "quintet-runtime",
            "--example",
            "esp_peer",
            "--manifest-path",
        ])
        .arg(checkout().join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "esp_peer cannot be built"
    );
    target.join("ci/examples/esp_peer")
}

fn play(runner: &[PathBuf], script: &str, program: &Path, arguments: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/ipsec")
        .join(script);
    let mut line: Vec<PathBuf> = runner.to_vec();
    line.extend(["bash".into(), script, program.to_owned()]);
    line.extend(arguments.iter().map(PathBuf::from));
    let (program, rest) = line.split_first().expect("bash at least");
    Command::new(program)
        .args(rest)
        .output()
        .expect("a script that can be started")
}

/// What scripts are run with; `None`, and why is said, where they cannot be: under `CI=true` that fails.
fn runner_or_reason() -> Option<Vec<PathBuf>> {
    runner()
        .inspect_err(|missing| {
            assert!(std::env::var_os("CI").is_none(), "{missing}");
            eprintln!("skipped: {missing}");
        })
        .ok()
}

#[test]
fn a_kernels_esp_and_ours_understand_each_other() {
    let Some(runner) = runner_or_reason() else {
        return;
    };
    let peer = esp_peer();
    let scenes: [(&[&str], usize); 7] = [
        (&["kernel", "raw", "4", "ue"], WITH_3DES),
        (&["raw", "kernel", "4", "pcscf"], WITH_3DES),
        (&["kernel", "raw", "6", "ue"], WITH_3DES),
        (&["raw", "kernel", "6", "pcscf"], WITH_3DES),
        (&["kernel", "kernel", "4"], SUITES),
        (&["raw", "raw", "4"], SUITES),
        (&["udp", "udp", "6"], SUITES),
    ];
    for (arguments, turns) in scenes {
        let output = play(&runner, "ends.sh", &peer, arguments);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{arguments:?}: {said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(
            said.lines().filter(|line| line.starts_with("ok ")).count(),
            turns,
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn the_scenarios_of_ims_end_as_named_with_a_kernels_esp() {
    let Some(runner) = runner_or_reason() else {
        return;
    };
    let mut output = play(&runner, "lab.sh", program(), &[]);
    // It runs in real time, on a machine that is simulated: what is wrong stays wrong, what was late is not late twice.
    if !output.status.success() {
        output = play(&runner, "lab.sh", program(), &[]);
    }
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let ended = said
        .lines()
        .find(|line| line.contains("scenarios ended as they must"));
    assert!(ended.is_some(), "the lab says how many ended as named: {said}");
}
