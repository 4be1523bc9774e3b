//! A master key in a PKCS#11 token: SoftHSM in place of hardware.
#![forbid(unsafe_code)]

use quintet_interop::node::program;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Where Debian has the library.
const MODULES: [&str; 2] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
];

const PIN: &str = "4711";

/// A place with a token in it, which goes with the value.
struct Scene {
    directory: PathBuf,
    module: &'static str,
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

impl Scene {
    /// Why this machine cannot run it, or the scene.
    fn new() -> Result<Self, String> {
        let module = MODULES.into_iter().find(|module| Path::new(module).is_file());
        let module = module.ok_or("softhsm2 is not installed")?;
        let directory = std::env::temp_dir().join(format!("quintet-interop-hsm-{}", std::process::id()));
        std::fs::create_dir_all(directory.join("tokens")).map_err(|error| error.to_string())?;
        let scene = Self { directory, module };
        let tokens = scene.directory.join("tokens");
        std::fs::write(
            scene.directory.join("softhsm2.conf"),
            format!(
                "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
                tokens.display()
            ),
        )
        .map_err(|error| error.to_string())?;
        std::fs::write(scene.directory.join("pin"), format!("{PIN}\n")).map_err(|error| error.to_string())?;
        for label in ["quintet", "other"] {
            let made = scene
                .command("softhsm2-util")
                .args([
                    "--init-token",
                    "--free",
                    "--label",
                    label,
                    "--so-pin",
                    "12345678",
                    "--pin",
                    PIN,
                ])
                .output()
                .map_err(|error| format!("softhsm2-util: {error}"))?;
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        }
        Ok(scene)
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.directory)
            .env("SOFTHSM2_CONF", self.directory.join("softhsm2.conf"))
            .env("XDG_CONFIG_HOME", self.directory.join("config"))
            .env_remove("QUINTET_LOG")
            .env_remove("QUINTET_MASTER_KEY_SOURCE");
        command
    }

    fn uri(&self, token: &str, object: &str) -> String {
        format!(
            "pkcs11:token={token};object={object}?module-path={}&pin-source=pin",
            self.module
        )
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(program())
            .args(arguments)
            .output()
            .expect("quintet can be run")
    }

    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "quintet {}: {error}",
            arguments.join(" ")
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(
            !output.status.success(),
            "quintet {} was done",
            arguments.join(" ")
        );
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

const ADD: [&str; 8] = [
    "subscriber",
    "add",
    "001010000000001",
    "--k",
    "465b5ce8b199b49faa5f0a2ee238a6bc",
    "--opc",
    "cd63cb71954a9f4e48a5994e37a02baf",
    "--db",
];

const SHOW: [&str; 7] = [
    "subscriber",
    "show",
    "001010000000001",
    "--with-keys",
    "--db",
    "q.db",
    "--master-key",
];

#[test]
fn a_master_key_stays_in_its_token() {
    let scene = match Scene::new() {
        Ok(scene) => scene,
        Err(why) => {
            assert!(
                std::env::var_os("CI").is_none_or(|ci| ci != "true"),
                "must run in CI: {why}"
            );
            eprintln!("left out: {why}");
            return;
        }
    };
    let (ours, second, other) = (
        scene.uri("quintet", "master"),
        scene.uri("quintet", "second"),
        scene.uri("other", "master"),
    );
    // Nothing there yet, then one that is not overwritten.
    let said = scene.refused(&[&ADD[..], &["q.db", "--master-key", &ours]].concat());
    assert!(said.contains("no such AES key"), "{said}");
    for uri in [&ours, &second, &other] {
        assert!(scene.done(&["keys", "init", "--out", uri]).contains("master key"));
    }
    assert!(
        scene
            .refused(&["keys", "init", "--out", &ours])
            .contains("there already")
    );
    scene.done(&[&ADD[..], &["q.db", "--master-key", &ours]].concat());
    assert!(
        scene
            .done(&[&SHOW[..], &[&ours]].concat())
            .contains("465b5ce8b199b49faa5f0a2ee238a6bc")
    );
    // A token of the same names has another key; a wrong PIN is the token's to refuse.
    let said = scene.refused(&[&SHOW[..], &[&other]].concat());
    assert!(said.contains("is needed"), "{said}");
    let wrong = ours.replace("pin-source=pin", "pin-value=0000");
    let said = scene.refused(&[&SHOW[..], &[&wrong]].concat());
    assert!(
        said.contains("refuses the PIN") && !said.contains("0000"),
        "{said}"
    );
    rotate(&scene, [&ours, &second, &other]);
    spoil(&scene, &ours);
}

/// From token to token, to a file and back; a data key in between.
fn rotate(scene: &Scene, [ours, second, other]: [&str; 3]) {
    for (from, to) in [(ours, second), (second, other)] {
        scene.done(&[
            "keys",
            "rotate",
            "--master",
            to,
            "--db",
            "q.db",
            "--master-key",
            from,
        ]);
        scene.done(&["keys", "rotate", "--data", "--db", "q.db", "--master-key", to]);
    }
    scene.done(&["keys", "init", "--out", "a.key"]);
    scene.done(&[
        "keys",
        "rotate",
        "--master",
        "file:a.key",
        "--db",
        "q.db",
        "--master-key",
        other,
    ]);
    scene.done(&[
        "keys",
        "rotate",
        "--master",
        ours,
        "--db",
        "q.db",
        "--master-key",
        "file:a.key",
    ]);
    assert!(
        scene
            .refused(&[&SHOW[..], &["file:a.key"]].concat())
            .contains("is needed")
    );
    scene.done(&[&SHOW[..], &[ours]].concat());
    let status = scene.done(&["keys", "status", "--db", "q.db", "--master-key", ours, "--json"]);
    assert!(
        status.contains("\"at_hand\":true") && status.contains("\"number\":3"),
        "{status}"
    );
}

/// What a token wrapped and somebody changed is damaged, not foreign.
fn spoil(scene: &Scene, ours: &str) {
    let spoilt = scene
        .command("sqlite3")
        .args([
            "q.db",
            "UPDATE data_key SET wrapped = CAST(substr(wrapped, 1, length(wrapped) - 2) || x'0102' AS BLOB)",
        ])
        .output();
    if spoilt.is_ok_and(|output| output.status.success()) {
        let said = scene.refused(&[&SHOW[..], &[ours]].concat());
        assert!(said.contains("data key 3") && said.contains("backup"), "{said}");
    }
}
