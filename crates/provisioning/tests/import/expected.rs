//! Rows as text, compared with what is kept beside the samples. `QUINTET_WRITE_EXPECTED=1` writes them anew, to be read.

use quintet_provisioning::record::Record;
use quintet_provisioning::{Input, Options, Outcome, Row, Source, detect, read};
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// A file among the samples.
pub(crate) fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("samples")
        .join(name)
}

/// The octets of samples.
pub(crate) fn octets(names: &[&str]) -> Vec<Vec<u8>> {
    names
        .iter()
        .map(|name| std::fs::read(path(name)).unwrap_or_else(|error| panic!("{name}: {error}")))
        .collect()
}

/// What comes of octets.
pub(crate) fn rows_of(source: Source, files: &[Vec<u8>], options: &Options) -> Result<Vec<Row>, String> {
    let mut slices: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let inputs = slices.iter_mut().map(|octets| Input::Octets(octets)).collect();
    let mut found = Vec::new();
    read(source, inputs, options, &mut |row| {
        found.push(row);
        ControlFlow::Continue(())
    })
    .map_err(|error| error.to_string())?;
    Ok(found)
}

/// What comes of samples, each of which is known for what it is.
pub(crate) fn rows(source: Source, names: &[&str], options: &Options) -> Vec<Row> {
    let files = octets(names);
    for (name, file) in names.iter().zip(&files) {
        assert_eq!(detect(file), Some(source), "{name}");
    }
    rows_of(source, &files, options).expect("it can be read")
}

/// A row, whole: also what a record leaves out.
fn of_row(row: &Row) -> Value {
    let (outcome, entry) = match &row.outcome {
        Outcome::Entry(entry) => ("imported".to_owned(), Some(entry)),
        Outcome::Skipped(why) => (format!("skipped: {why}"), None),
        Outcome::Refused(refusal) => (format!("refused: {refusal}; {:?}", refusal.remedy), None),
    };
    let notes: Vec<String> = row.notes.iter().map(ToString::to_string).collect();
    let mut value = json!({
        "at": [row.place.file, row.place.line], "identity": row.identity, "outcome": outcome, "notes": notes,
    });
    if let Some(entry) = entry {
        let subscriber = &entry.subscriber;
        assert_eq!(subscriber.authentication.dif, None);
        subscriber
            .subscription
            .check()
            .expect("a subscription that can be stored");
        subscriber
            .authentication
            .check()
            .expect("a card that can be stored");
        value["record"] = serde_json::to_value(Record::of(subscriber, true)).expect("a record");
        value["seq_seed"] = json!(subscriber.authentication.seq_seed);
        if let Some(ims) = &entry.ims {
            ims.check().expect("an IMS subscription that can be stored");
            value["ims"] = serde_json::to_value(ims).expect("an IMS subscription");
        }
        value["ims_only"] = json!(entry.ims_only);
    }
    value
}

/// Compares rows with a kept file.
pub(crate) fn compare(rows: &[Row], name: &str) {
    let found: Vec<Value> = rows.iter().map(of_row).collect();
    let path = path(&format!("expected/{name}.json"));
    if std::env::var_os("QUINTET_WRITE_EXPECTED").is_some() {
        let text = serde_json::to_string_pretty(&found).expect("JSON");
        std::fs::write(&path, text + "\n").expect("it can be written");
    }
    let kept = std::fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let kept: Vec<Value> = serde_json::from_slice(&kept).expect("JSON");
    assert_eq!(found.len(), kept.len(), "{name}: rows");
    for (found, kept) in found.iter().zip(&kept) {
        assert_eq!(found, kept, "{name}");
    }
}
