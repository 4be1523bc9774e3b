//! CSV: with a header, or srsRAN's user_db.csv, which has none.

use super::entry::{Entry, Field, field};
use anyhow::{Context, Result, bail};

/// Columns of user_db.csv: name, algorithm, IMSI, K, whether the next is OP or OPc, that value, and more.
const SRSRAN: [&str; 6] = ["name", "auth", "imsi", "key", "op_type", "value"];
/// The same before srsRAN 19.03, without the algorithm.
const SRSRAN_OLD: [&str; 5] = ["name", "imsi", "key", "op_type", "value"];

/// Hands every entry to `each`.
pub(super) fn read(text: &str, each: &mut dyn FnMut(&str, Entry) -> Result<()>) -> Result<()> {
    let first = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'))
        .unwrap_or_default();
    let separator = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|separator| first.bytes().filter(|octet| octet == separator).count())
        .unwrap_or(b',');
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .comment(Some(b'#'))
        .delimiter(separator)
        .flexible(true)
        .trim(::csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut columns: Option<Vec<String>> = None;
    let mut record = ::csv::StringRecord::new();
    loop {
        // The error of the reader says where, and no value.
        let line = reader.position().line();
        if !reader
            .read_record(&mut record)
            .with_context(|| format!("line {line}"))?
        {
            return Ok(());
        }
        let line = record.position().map_or(line, ::csv::Position::line);
        let place = format!("line {line}");
        let Some(columns) = &columns else {
            let (header, is_data) = header_of(&record).context(place.clone())?;
            if is_data {
                each(&place, entry(&header, &record).context(place.clone())?)?;
            }
            columns = Some(header);
            continue;
        };
        each(&place, entry(columns, &record).context(place.clone())?)?;
    }
}

/// The columns by the first line, and whether that is data already.
fn header_of(first: &::csv::StringRecord) -> Result<(Vec<String>, bool)> {
    let names: Vec<String> = first.iter().map(str::to_lowercase).collect();
    if names
        .iter()
        .any(|name| matches!(field(name), Some(Field::K | Field::HomeNetworkKey)))
    {
        return Ok((names, false));
    }
    let digits = |at: usize| {
        first
            .get(at)
            .is_some_and(|text| (6..=15).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit()))
    };
    let known = |columns: &[&str]| columns.iter().map(|name| (*name).to_owned()).collect();
    if first.len() >= SRSRAN.len() && digits(2) {
        return Ok((known(&SRSRAN), true));
    }
    if first.len() >= SRSRAN_OLD.len() && digits(1) {
        return Ok((known(&SRSRAN_OLD), true));
    }
    bail!("neither a header with a column k (or ki, key) nor a line of srsRAN's user_db.csv")
}

fn entry(columns: &[String], record: &::csv::StringRecord) -> Result<Entry> {
    let mut entry = Entry::default();
    let cell = |wanted: &str| {
        let at = columns.iter().position(|name| name == wanted)?;
        record.get(at)
    };
    if let Some(kind) = cell("op_type") {
        let value = cell("value").or(cell("op/opc")).or(cell("op")).or(cell("opc"));
        match kind.to_lowercase().as_str() {
            "opc" => entry.set("opc", value.unwrap_or_default()),
            "op" => entry.set("op", value.unwrap_or_default()),
            _ => bail!("field op_type: neither op nor opc"),
        }
    }
    for (name, value) in columns.iter().zip(record) {
        let operator = matches!(field(name), Some(Field::Op | Field::Opc));
        if !(operator && cell("op_type").is_some()) {
            entry.set(name, value);
        }
    }
    Ok(entry)
}
