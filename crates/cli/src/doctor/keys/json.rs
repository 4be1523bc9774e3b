//! JSON: an array of subscribers, or one object a line; each flat, or nested as Open5GS and free5GC have it.

use super::entry::{Entry, Field, field};
use anyhow::{Result, anyhow};
use serde_json::Value;

/// How deep a subscriber's key may stand.
const MAX_DEPTH: usize = 8;

/// Hands every entry to `each`.
pub(super) fn read(text: &str, each: &mut dyn FnMut(&str, Entry) -> Result<()>) -> Result<()> {
    let mut number = 0;
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        // The error of the reader may quote what it read.
        let value =
            value.map_err(|error| anyhow!("line {} column {}: not JSON", error.line(), error.column()))?;
        let objects = match value {
            Value::Array(objects) => objects,
            object => vec![object],
        };
        for object in objects {
            number += 1;
            let mut entry = Entry::default();
            collect(&object, 0, &mut entry);
            each(&format!("object {number}"), entry)?;
        }
    }
    Ok(())
}

/// Finds the fields wherever they stand; what is nearer to the root counts.
fn collect(value: &Value, depth: usize, entry: &mut Entry) {
    let Value::Object(members) = value else {
        return;
    };
    if depth == MAX_DEPTH {
        return;
    }
    // Deeper ones first, so that those nearer to the root overwrite them.
    for (name, member) in members {
        match (field(name), member) {
            (Some(Field::Tuak), Value::Object(sizes)) => entry.set(name, &sizes_text(sizes)),
            (_, Value::Object(_)) => collect(member, depth + 1, entry),
            _ => {}
        }
    }
    for (name, member) in members {
        match member {
            Value::String(text) => entry.set(name, text),
            Value::Number(number) if matches!(field(name), Some(Field::Imsi | Field::Id)) => {
                entry.set(name, &number.to_string());
            }
            _ => {}
        }
    }
}

/// Our own form of TUAK's sizes.
fn sizes_text(sizes: &serde_json::Map<String, Value>) -> String {
    let names = ["res_bits", "mac_bits", "ck_bits", "ik_bits", "keccak_iterations"];
    let numbers: Vec<String> = names
        .iter()
        .map(|name| {
            sizes
                .get(*name)
                .and_then(Value::as_u64)
                .map_or(String::new(), |n| n.to_string())
        })
        .collect();
    numbers.join("/")
}
