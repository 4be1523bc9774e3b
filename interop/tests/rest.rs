//! The provisioning interface, used by a client that others generate from docs/openapi.json.
#![forbid(unsafe_code)]

use quintet_interop::Process;
use quintet_interop::node::program;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What makes the client, from PyPI.
const GENERATOR: &str = "openapi-python-client==0.29.1";

/// A directory that goes with the value.
struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs a command; what it said if it failed.
fn run(command: &mut Command) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&said)))
}

/// The generator in a Python environment of its own, or why this machine has none.
fn generator(place: &Path) -> Result<(), String> {
    run(Command::new("python3")
        .args(["-m", "venv", "python"])
        .current_dir(place))?;
    run(Command::new(place.join("python/bin/pip"))
        .args(["install", "--quiet", "--disable-pip-version-check", GENERATOR])
        .current_dir(place))
}

#[test]
fn a_client_generated_from_the_description_provisions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let directory = std::env::temp_dir().join(format!("quintet-interop-rest-{}", std::process::id()));
    let place = Place(directory);
    std::fs::create_dir_all(&place.0).expect("a directory");
    if let Err(why) = generator(&place.0) {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "must run in CI: {why}"
        );
        eprintln!("left out: {why}");
        return;
    }
    // It warns of what it cannot generate: YAML bodies (apply), and a name that it makes twice itself.
    let description = root.join("docs/openapi.json");
    let mut generate = Command::new(place.0.join("python/bin/openapi-python-client"));
    generate
        .args([
            "generate",
            "--meta",
            "none",
            "--output-path",
            "quintet_provisioning_client",
            "--path",
        ])
        .arg(description.canonicalize().expect("the description"))
        .current_dir(&place.0);
    run(&mut generate).unwrap_or_else(|why| panic!("{why}"));
    let configuration = place.0.join("quintet.toml");
    let text =
        "[diameter]\nlisten = [\"127.0.0.1:0\"]\n[store]\npath = \"q.db\"\n[api]\nlisten = \"127.0.0.1:0\"\n";
    std::fs::write(&configuration, text).expect("a configuration");
    let mut serve = Command::new(program());
    serve
        .args(["serve", "-c"])
        .arg(&configuration)
        .current_dir(&place.0)
        .env("XDG_CONFIG_HOME", place.0.join("config"))
        .env_remove("QUINTET_LOG")
        .env_remove("QUINTET_MASTER_KEY_SOURCE");
    let server = Process::start("quintet", serve);
    let line = server.await_line("the interface", |line| line.contains("API: listening"));
    let address = line
        .split("address=")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next());
    let address = address.expect("an address in the log");
    let token = std::fs::read_to_string(place.0.join("first-admin.token")).expect("the first token");
    let mut client = Command::new(place.0.join("python/bin/python"));
    client
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("rest/client.py"))
        .args([&format!("http://{address}"), token.trim()])
        .current_dir(&place.0)
        .env("PYTHONPATH", &place.0);
    run(&mut client).unwrap_or_else(|why| panic!("{why}"));
}
