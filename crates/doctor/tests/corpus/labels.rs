//! The labels: `labels.json`, as `SCHEMA.md` of the corpus says.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The corpus, where there is one.
pub struct Corpus {
    directory: PathBuf,
    labels: BTreeMap<String, Value>,
}

impl Corpus {
    /// Finds and reads it; says that it is not there, else, which under CI is a failure.
    pub fn load() -> Option<Self> {
        let directory = std::env::var_os("QUINTET_CORPUS").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/captures"),
            PathBuf::from,
        );
        let Ok(text) = std::fs::read(directory.join("labels.json")) else {
            assert!(
                std::env::var_os("CI").is_none_or(|ci| ci != "true"),
                "must run in CI: no labels in {}",
                directory.display()
            );
            eprintln!(
                "skipped: no labels in {}; set QUINTET_CORPUS",
                directory.display()
            );
            return None;
        };
        let labels = serde_json::from_slice(&text).expect("labels.json is JSON");
        Some(Self { directory, labels })
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// A capture's place.
    pub fn path(&self, file: &str) -> PathBuf {
        self.directory.join(file)
    }

    /// Captures with attempts of EPS, and those attempts.
    pub fn files_with_eps(&self) -> impl Iterator<Item = (&str, Vec<Procedure<'_>>)> {
        self.labels.iter().filter_map(|(file, label)| {
            let family = label["family"].as_str().unwrap_or(file);
            let procedures: Vec<_> = label["procedures"]
                .as_array()?
                .iter()
                .filter(|procedure| procedure["technology"] == "eps")
                .map(|value| Procedure { value, family })
                .collect();
            (!procedures.is_empty()).then_some((file.as_str(), procedures))
        })
    }
}

/// A labelled attempt.
#[derive(Clone, Copy)]
pub struct Procedure<'a> {
    value: &'a Value,
    pub family: &'a str,
}

impl<'a> Procedure<'a> {
    pub fn id(&self) -> u64 {
        self.value["id"].as_u64().expect("a number")
    }

    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.value[key].as_str()
    }

    pub fn outcome(&self) -> &'a str {
        self.text("outcome").expect("an outcome")
    }

    pub fn is_healthy(&self) -> bool {
        self.text("verdict") == Some("ok")
    }

    /// Confidence is high or medium.
    pub fn counts(&self) -> bool {
        self.text("label_confidence") != Some("low")
    }

    pub fn value(&self, key: &str) -> &'a Value {
        &self.value[key]
    }

    /// Frames of its messages; with NAS only, if there is any.
    pub fn frames(&self) -> Vec<u64> {
        let messages = self.value["messages"].as_array().expect("a list");
        let of = |nas: bool| -> Vec<u64> {
            messages
                .iter()
                .filter(|message| !nas || message["nas"].is_string())
                .filter_map(|message| message["frame"].as_u64())
                .collect()
        };
        let nas = of(true);
        if nas.is_empty() { of(false) } else { nas }
    }

    /// MME's and eNB's identities.
    pub fn ids(&self) -> (Option<u64>, Option<u64>) {
        let ids = &self.value["identifiers"];
        (ids["mme_ue_s1ap_id"].as_u64(), ids["enb_ue_s1ap_id"].as_u64())
    }
}
