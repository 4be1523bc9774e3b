//! `cargo xtask deb`: the Debian package.
//!
//! ```text
//!  cargo build --release ─► program ─┐
//!  packaging/, docs/, README, LICENSE ┴─► tree ── dpkg-deb ─► target/quintet_VERSION_ARCHITECTURE.deb
//! ```

use anyhow::{Context, Result, ensure};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What goes where, beside the program: from, to, mode.
const FILES: [(&str, &str, u32); 9] = [
    (
        "packaging/quintet.service",
        "usr/lib/systemd/system/quintet.service",
        0o644,
    ),
    (
        "packaging/quintet.sysusers",
        "usr/lib/sysusers.d/quintet.conf",
        0o644,
    ),
    ("packaging/quintet.toml", "etc/quintet/quintet.toml", 0o640),
    (
        "packaging/grafana/quintet.json",
        "usr/share/quintet/grafana.json",
        0o644,
    ),
    (
        "packaging/prometheus/quintet.rules.yml",
        "usr/share/quintet/quintet.rules.yml",
        0o644,
    ),
    ("LICENSE", "usr/share/doc/quintet/copyright", 0o644),
    ("packaging/debian/postinst", "DEBIAN/postinst", 0o755),
    ("packaging/debian/prerm", "DEBIAN/prerm", 0o755),
    ("packaging/debian/postrm", "DEBIAN/postrm", 0o755),
];

/// Files that an upgrade leaves as their owner changed them.
const CONFFILES: &str = "/etc/quintet/quintet.toml\n";

/// Makes the package of the checkout at `root`, of this program or of one that is built now; prints where it is.
pub(crate) fn deb(root: &Path, program: Option<&Path>) -> Result<bool> {
    let built;
    let program = match program {
        Some(program) => program,
        None => {
            built = build(root)?;
            &built
        }
    };
    let tree = tempfile::tempdir().context("no directory for the package")?;
    fill(root, program, tree.path())?;
    let architecture = said(Command::new("dpkg").arg("--print-architecture"))?;
    let version = env!("CARGO_PKG_VERSION");
    let control = control(
        &architecture,
        version,
        &libraries(program)?,
        installed_kib(tree.path())?,
    );
    write(&tree.path().join("DEBIAN/control"), &control, 0o644)?;
    let package = target(root).join(format!("quintet_{version}_{architecture}.deb"));
    said(
        Command::new("dpkg-deb")
            .args(["--root-owner-group", "-Zzstd", "--build"])
            .arg(tree.path())
            .arg(&package),
    )?;
    println!("{}", package.display());
    Ok(true)
}

fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

fn build(root: &Path) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--locked", "--package", "quintet"])
        .current_dir(root)
        .status()
        .context("cargo cannot be run")?;
    ensure!(status.success(), "the program cannot be built");
    Ok(target(root).join("release/quintet"))
}

/// Puts everything where it is to be on a machine.
fn fill(root: &Path, program: &Path, tree: &Path) -> Result<()> {
    for (from, to, mode) in FILES {
        copy(&root.join(from), &tree.join(to), mode)?;
    }
    let installed = tree.join("usr/bin/quintet");
    copy(program, &installed, 0o755)?;
    // What debuggers read is five sixths of it.
    said(Command::new("strip").arg("--strip-unneeded").arg(&installed))?;
    let documents = tree.join("usr/share/doc/quintet");
    copy(&root.join("README.md"), &documents.join("README.md"), 0o644)?;
    for entry in fs::read_dir(root.join("docs"))? {
        let path = entry?.path();
        if let Some(name) = path.file_name().filter(|_| path.is_file()) {
            copy(&path, &documents.join(name), 0o644)?;
        }
    }
    write(&tree.join("DEBIAN/conffiles"), CONFFILES, 0o644)
}

fn control(architecture: &str, version: &str, depends: &str, installed_kib: u64) -> String {
    format!(
        "Package: quintet\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: Quintet developers <quintet@localhost>\n\
         Section: net\nPriority: optional\nInstalled-Size: {installed_kib}\nDepends: {depends}\n\
         Description: subscriber authentication and security core of a mobile network\n \
         HSS, MME, AMF, AUSF, UDM and CSCFs for LTE, 5G and IMS in one program, with\n \
         simulators of the other sides, and a doctor that reads captures.\n"
    )
}

/// What the program needs of the system, as Debian's tools find it.
fn libraries(program: &Path) -> Result<String> {
    let place = tempfile::tempdir()?;
    write(
        &place.path().join("debian/control"),
        "Source: quintet\n\nPackage: quintet\nArchitecture: any\n",
        0o644,
    )?;
    let program = fs::canonicalize(program).with_context(|| format!("{}", program.display()))?;
    let said = said(
        Command::new("dpkg-shlibdeps")
            .arg("-O")
            .arg(&program)
            .current_dir(place.path()),
    )?;
    let depends = said.trim().strip_prefix("shlibs:Depends=");
    depends
        .map(str::to_owned)
        .with_context(|| format!("dpkg-shlibdeps said {said:?}"))
}

fn installed_kib(directory: &Path) -> Result<u64> {
    let mut octets = 0;
    for entry in fs::read_dir(directory)? {
        let (path, metadata) = {
            let entry = entry?;
            (entry.path(), entry.metadata()?)
        };
        octets += if metadata.is_dir() {
            installed_kib(&path)? * 1024
        } else {
            metadata.len()
        };
    }
    Ok(octets.div_ceil(1024))
}

fn copy(from: &Path, to: &Path, mode: u32) -> Result<()> {
    let octets = fs::read(from).with_context(|| format!("{} cannot be read", from.display()))?;
    write(to, octets, mode)
}

fn write(to: &Path, octets: impl AsRef<[u8]>, mode: u32) -> Result<()> {
    let wrong = || format!("{} cannot be written", to.display());
    if let Some(directory) = to.parent() {
        fs::create_dir_all(directory).with_context(wrong)?;
    }
    fs::write(to, octets).with_context(wrong)?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode)).with_context(wrong)
}

/// What a tool says.
fn said(command: &mut Command) -> Result<String> {
    let tool = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .with_context(|| format!("{tool} cannot be run (Debian: apt-get install dpkg-dev binutils)"))?;
    ensure!(
        output.status.success(),
        "{tool} failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
