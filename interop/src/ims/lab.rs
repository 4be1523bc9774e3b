//! `quintet lab ims` by itself, and its capture as tshark reads it with the keys that lie beside it.

use crate::choice::find;
use crate::namespace::{PREFIX, orphans};
use crate::node::program;
use std::path::PathBuf;
use std::process::{Command, Output};

/// What a lab left.
#[derive(Debug)]
pub struct LabCapture {
    directory: PathBuf,
    /// What the lab printed.
    pub said: String,
}

impl LabCapture {
    /// Plays every scenario.
    ///
    /// # Panics
    /// If one did not come to its end.
    #[must_use]
    pub fn play() -> Self {
        let place = std::env::temp_dir();
        for orphan in orphans(&place) {
            let _ = std::fs::remove_dir_all(place.join(orphan));
        }
        let directory = place.join(format!("{PREFIX}{}-lab", std::process::id()));
        std::fs::create_dir_all(directory.join("profile")).expect("the temporary directory can be written");
        let mut lab = Self {
            directory,
            said: String::new(),
        };
        let output = Command::new(program())
            .args(["lab", "ims", "--pcap"])
            .arg(lab.file())
            .env_remove("QUINTET_LOG")
            .output()
            .expect("quintet can be run");
        lab.said = text(&output);
        // How each ended counts here; what the doctor says of it is held to elsewhere.
        let otherwise = ["waited in vain", ", must "];
        assert!(
            !otherwise.iter().any(|words| lab.said.contains(words)),
            "{}",
            lab.said
        );
        assert!(output.status.code().is_some_and(|code| code < 2), "{}", lab.said);
        // Where tshark looks for the table of associations.
        let keys = lab.directory.join("lab.esp_sa");
        std::fs::copy(&keys, lab.directory.join("profile/esp_sa"))
            .expect("the lab writes keys beside its capture");
        lab
    }

    fn file(&self) -> PathBuf {
        self.directory.join("lab.pcapng")
    }

    /// What tshark says of the frames that pass a filter: a line each, of these fields or as it pleases.
    ///
    /// # Panics
    /// If tshark cannot read it, or not with these keys.
    #[must_use]
    pub fn frames(&self, filter: &str, fields: &[&str]) -> Vec<String> {
        let mut tshark = Command::new("tshark");
        tshark
            .args(["-n", "-r"])
            .arg(self.file())
            .args(["-o", "esp.enable_encryption_decode:TRUE"])
            .args(["-o", "esp.enable_authentication_check:TRUE"])
            .args(["-Y", filter])
            .env("WIRESHARK_CONFIG_DIR", self.directory.join("profile"));
        if !fields.is_empty() {
            tshark.args(["-T", "fields"]);
            tshark.args(fields.iter().flat_map(|field| ["-e", *field]));
        }
        let output = tshark.output().expect("tshark is installed");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tshark cannot read the capture: {error}");
        // Columns that newer versions have and this one has not are no trouble.
        let mut refused = error.lines().filter(|line| line.contains("UAT"));
        assert!(
            refused.all(|line| line.contains("More fields than required")),
            "tshark does not take the keys: {error}"
        );
        let said = String::from_utf8_lossy(&output.stdout);
        said.lines().map(str::to_owned).collect()
    }
}

impl Drop for LabCapture {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn text(output: &Output) -> String {
    let [out, err] =
        [&output.stdout, &output.stderr].map(|octets| String::from_utf8_lossy(octets).into_owned());
    out + &err
}

/// Whether a capture cannot be read here, which under `CI=true` fails.
///
/// # Panics
/// If tshark is missing under `CI=true`.
#[must_use]
pub fn lab_is_left_out(name: &str) -> bool {
    let missing = find("tshark").is_none();
    if missing {
        assert!(
            std::env::var_os("CI").is_none(),
            "{name} cannot be left out here: tshark is not installed"
        );
        eprintln!("{name}: left out: tshark is not installed");
    }
    missing
}
