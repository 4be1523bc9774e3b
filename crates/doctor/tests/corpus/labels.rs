//! The labels: `labels.json`, as `SCHEMA.md` of the corpus says.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The corpus, where there is one.
pub(crate) struct Corpus {
    directory: PathBuf,
    labels: BTreeMap<String, Value>,
}

impl Corpus {
    /// Finds and reads it; says that it is not there, else, which under CI is a failure.
    pub(crate) fn load() -> Option<Self> {
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
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// A capture's place.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.directory.join(file)
    }

    /// Captures with attempts of a technology (`eps`, `5gs`), and those attempts.
    pub(crate) fn files_with<'a>(
        &'a self,
        technology: &'a str,
    ) -> impl Iterator<Item = (&'a str, Vec<Procedure<'a>>)> {
        self.labels.iter().filter_map(move |(file, label)| {
            let family = label["family"].as_str().unwrap_or(file);
            let procedures: Vec<_> = label["procedures"]
                .as_array()?
                .iter()
                .filter(|procedure| procedure["technology"] == *technology)
                .map(|value| Procedure { value, family })
                .collect();
            (!procedures.is_empty()).then_some((file.as_str(), procedures))
        })
    }

    /// Captures with transactions of S6a, and those transactions.
    pub(crate) fn files_with_s6a(&self) -> impl Iterator<Item = (&str, Vec<Transaction<'_>>)> {
        self.labels.iter().filter_map(|(file, label)| {
            let transactions: Vec<_> = label["diameter"]
                .as_array()?
                .iter()
                .filter(|transaction| {
                    ["request", "answer"]
                        .iter()
                        .any(|side| transaction[*side]["app"] == "S6a")
                })
                .map(Transaction)
                .collect();
            (!transactions.is_empty()).then_some((file.as_str(), transactions))
        })
    }
}

/// A labelled transaction of Diameter.
#[derive(Clone, Copy)]
pub(crate) struct Transaction<'a>(&'a Value);

impl Transaction<'_> {
    /// A number of the request.
    pub(crate) fn request(&self, key: &str) -> Option<u64> {
        self.0["request"][key].as_u64()
    }

    /// A number of the answer.
    pub(crate) fn answer(&self, key: &str) -> Option<u64> {
        self.0["answer"][key].as_u64()
    }

    /// A text of one side; nothing if it has none.
    pub(crate) fn text(&self, side: &str, key: &str) -> String {
        self.0[side][key].as_str().unwrap_or_default().to_owned()
    }

    /// Session-Id.
    pub(crate) fn session(&self) -> Option<&str> {
        ["request", "answer"]
            .iter()
            .find_map(|side| self.0[*side]["session"].as_str())
    }

    /// `AIR`.
    pub(crate) fn name(&self) -> String {
        let name = self.text("request", "cmd");
        if name.is_empty() {
            self.text("answer", "cmd").replace('A', "R")
        } else {
            name
        }
    }

    /// Result-Code, else Experimental-Result-Code.
    pub(crate) fn result(&self) -> String {
        let result = self.text("answer", "result");
        if result.is_empty() {
            self.text("answer", "experimental")
        } else {
            result
        }
    }

    /// Whether the request carries Re-Synchronization-Info.
    pub(crate) fn resynchronizes(&self) -> bool {
        self.0["request"]["resync_info"].as_bool().unwrap_or_default()
    }

    /// RANDs of the answer's vectors.
    pub(crate) fn rands(&self) -> Vec<&str> {
        let rands = self.0["answer"]["rand"].as_array();
        rands.into_iter().flatten().filter_map(Value::as_str).collect()
    }
}

/// A labelled attempt.
#[derive(Clone, Copy)]
pub(crate) struct Procedure<'a> {
    value: &'a Value,
    pub(crate) family: &'a str,
}

impl<'a> Procedure<'a> {
    pub(crate) fn id(&self) -> u64 {
        self.value["id"].as_u64().expect("a number")
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.value[key].as_str()
    }

    pub(crate) fn outcome(&self) -> &'a str {
        self.text("outcome").expect("an outcome")
    }

    pub(crate) fn is_healthy(&self) -> bool {
        self.text("verdict") == Some("ok")
    }

    /// Confidence is high or medium.
    pub(crate) fn counts(&self) -> bool {
        self.text("label_confidence") != Some("low")
    }

    pub(crate) fn value(&self, key: &str) -> &'a Value {
        &self.value[key]
    }

    /// Frames of its messages; with NAS only, if there is any.
    pub(crate) fn frames(&self) -> Vec<u64> {
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

    /// The core's number and that of the radio access network.
    pub(crate) fn ids(&self) -> (Option<u64>, Option<u64>) {
        let number = |names: [&str; 2]| {
            let ids = &self.value["identifiers"];
            names.into_iter().find_map(|name| ids[name].as_u64())
        };
        (
            number(["mme_ue_s1ap_id", "amf_ue_ngap_id"]),
            number(["enb_ue_s1ap_id", "ran_ue_ngap_id"]),
        )
    }
}
