//! The Debian package: made, taken apart, installed, run as its unit runs it, and removed.

#![cfg(test)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Certificates that the examples name.
const CERTIFICATES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../crates/runtime/tests/sctp/certificates"
);

/// The program that the same build made; `None` if only xtask was built.
fn program() -> Option<PathBuf> {
    let program = Path::new(env!("CARGO_BIN_EXE_xtask")).with_file_name("quintet");
    program.exists().then_some(program)
}

fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

/// Whether a test goes without something: in CI that is a failure.
fn skipped(why: &str) {
    assert!(!is_ci(), "{why}");
    println!("skipped: {why}");
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    output
}

fn text(output: Output) -> String {
    String::from_utf8(output.stdout).unwrap()
}

/// A package of the program, made in a directory of its own.
fn package(program: &Path, directory: &Path) -> PathBuf {
    let made = run(Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["deb", "--program"])
        .arg(program)
        .env("CARGO_TARGET_DIR", directory));
    PathBuf::from(text(made).trim())
}

fn has_debians_tools() -> bool {
    Command::new("dpkg-shlibdeps").arg("--version").output().is_ok()
}

#[test]
fn the_package_has_the_program_its_unit_and_a_valid_configuration() {
    let Some(program) = program().filter(|_| has_debians_tools()) else {
        return skipped("there is no quintet beside xtask, or no dpkg-dev");
    };
    let directory = tempfile::tempdir().unwrap();
    let package = package(&program, directory.path());
    let depends = text(run(Command::new("dpkg-deb")
        .arg("-f")
        .arg(&package)
        .arg("Depends")));
    assert!(depends.contains("libc6"), "{depends}");
    let tree = directory.path().join("tree");
    run(Command::new("dpkg-deb").arg("-R").arg(&package).arg(&tree));
    for (file, mode) in [
        ("usr/bin/quintet", 0o755),
        ("usr/lib/systemd/system/quintet.service", 0o644),
        ("usr/lib/sysusers.d/quintet.conf", 0o644),
        ("usr/share/doc/quintet/configuration.md", 0o644),
        ("etc/quintet/quintet.toml", 0o640),
        ("DEBIAN/postinst", 0o755),
    ] {
        let found = fs::metadata(tree.join(file)).map(|metadata| metadata.permissions().mode() & 0o777);
        assert_eq!(found.ok(), Some(mode), "{file}");
    }
    for script in ["postinst", "prerm", "postrm"] {
        run(Command::new("sh").arg("-n").arg(tree.join("DEBIAN").join(script)));
    }
    let check = |file: &Path| {
        run(Command::new(tree.join("usr/bin/quintet"))
            .arg("check-config")
            .arg(file))
    };
    let configuration = tree.join("etc/quintet/quintet.toml");
    check(&configuration);
    // Each example, with the roles it is for.
    let shipped = fs::read_to_string(&configuration).unwrap();
    for file in [
        "hss.pem",
        "hss.key.pem",
        "mme.pem",
        "mme.key.pem",
        "authority.pem",
    ] {
        fs::copy(Path::new(CERTIFICATES).join(file), directory.path().join(file)).unwrap();
    }
    let mut examples = 0;
    for example in shipped.split("\n\n") {
        let lines: Vec<&str> = example.lines().collect();
        let shown: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("# ")).collect();
        if !lines.iter().all(|line| line.starts_with('#')) || !example.contains("\n# [") {
            continue;
        }
        examples += 1;
        let roles = shown
            .iter()
            .find_map(|line| Some(&line[line.find("roles = ")?..line.find("].")? + 1]));
        let keys: Vec<&str> = shown
            .into_iter()
            .skip_while(|line| !line.starts_with('['))
            .collect();
        let file = directory.path().join(format!("example-{examples}.toml"));
        let text = format!("{}\n{}\n", roles.unwrap_or_default(), keys.join("\n"));
        // Keys of files that are nobody's here.
        let text = text.replace("/etc/quintet/", &format!("{}/", directory.path().display()));
        fs::write(directory.path().join("home-network-1.key"), "01".repeat(32)).unwrap();
        fs::write(&file, text).unwrap();
        check(&file);
    }
    assert_eq!(
        examples, 7,
        "peers with TLS, S6c, MME, MME with TLS, 5G, IMS, PostgreSQL"
    );
}

/// The rating of systemd, 0 (best) to 100.
const MOST_EXPOSURE: &str = "--threshold=20";

#[test]
fn the_unit_is_confined() {
    let unit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/quintet.service");
    let mut command = Command::new("systemd-analyze");
    command
        .args(["security", "--offline=true", MOST_EXPOSURE])
        .arg(unit);
    match command.output() {
        Ok(output) => assert!(output.status.success(), "{output:?}"),
        Err(error) => skipped(&format!("systemd-analyze: {error}")),
    }
}

/// Takes the package from the machine again, whatever happened.
struct Installed;

impl Drop for Installed {
    fn drop(&mut self) {
        let purged = Command::new("dpkg").args(["--purge", "quintet"]).output();
        println!("{purged:?}");
        let _ = fs::remove_dir_all("/var/lib/quintet");
        let _ = fs::remove_dir_all("/etc/quintet");
    }
}

#[test]
fn installed_it_serves_as_its_own_user_and_says_when() {
    if !is_ci() {
        return skipped("this installs a package on the machine, which is done in CI alone");
    }
    let program = program().expect("CI builds all");
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    run(Command::new("dpkg")
        .arg("--install")
        .arg(package(&program, directory.path())));
    let _installed = Installed;
    let state = fs::metadata("/var/lib/quintet").unwrap();
    assert_eq!(state.permissions().mode() & 0o777, 0o700);
    assert_ne!(state.uid(), 0, "a user of its own");
    let key = fs::metadata("/etc/quintet/master.key").expect("its master key");
    assert_eq!(
        (key.uid(), key.permissions().mode() & 0o777),
        (state.uid(), 0o400)
    );
    // As the unit has it.
    let unit = fs::read_to_string("/usr/lib/systemd/system/quintet.service").unwrap();
    let of = |key: &str| {
        let found = unit.lines().find_map(|line| line.strip_prefix(key));
        found.unwrap_or_else(|| panic!("{key}")).to_owned()
    };
    let configuration = directory.path().join("quintet.toml");
    let shipped = fs::read_to_string("/etc/quintet/quintet.toml").unwrap();
    // Ports that nobody else on this machine has.
    let shipped = shipped.replace(":3868", ":0").replace(":9090", ":0");
    fs::write(&configuration, shipped).unwrap();
    let socket_path = directory.path().join("notify");
    let socket = UnixDatagram::bind(&socket_path).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    fs::set_permissions(&socket_path, fs::Permissions::from_mode(0o777)).unwrap();
    let command = of("ExecStart=").replace("/etc/quintet/quintet.toml", &configuration.display().to_string());
    let mut child = Command::new("setpriv")
        .args([
            "--reuid=quintet",
            "--regid=quintet",
            "--clear-groups",
            "env",
            "-i",
        ])
        .args(of("Environment=").split(' '))
        .arg(format!("NOTIFY_SOCKET={}", socket_path.display()))
        .arg("WATCHDOG_USEC=200000")
        .args(command.split(' '))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let heard = || {
        let mut octets = [0; 256];
        let n = socket.recv(&mut octets).expect("a notification in time");
        String::from_utf8_lossy(&octets[..n]).into_owned()
    };
    assert_eq!(heard().trim(), "READY=1");
    assert_eq!(heard().trim(), "WATCHDOG=1");
    let database = fs::metadata("/var/lib/quintet/quintet.db").expect("its database");
    assert_eq!(
        (database.uid(), database.permissions().mode() & 0o777),
        (state.uid(), 0o600)
    );
    assert!(
        !Path::new("/var/lib/quintet/.config").exists(),
        "no second key beside the database"
    );
    run(Command::new("kill").args(["-TERM", &child.id().to_string()]));
    while heard().trim() != "STOPPING=1" {}
    let mut said = String::new();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    log.read_line(&mut said).unwrap();
    log.read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success(), "{said}");
}
