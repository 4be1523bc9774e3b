//! An answer of the interface as names with values, whatever is in it: what a later version adds is shown too.

use serde::Serialize;
use serde_json::Value;

/// Most facts shown of one answer.
const MAX_FACTS: usize = 200;

/// A name with its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
}

/// All values of an answer with the way to them: `location mme host`.
pub(super) fn facts(answer: &Value) -> Vec<Fact> {
    let mut found = Vec::new();
    collect(answer, &mut Vec::new(), &mut found);
    found
}

fn collect(value: &Value, way: &mut Vec<String>, found: &mut Vec<Fact>) {
    if found.len() >= MAX_FACTS {
        return;
    }
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, member) in members {
                way.push(name.replace('_', " "));
                collect(member, way, found);
                way.pop();
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                if items.len() > 1 {
                    way.push((at + 1).to_string());
                }
                collect(item, way, found);
                if items.len() > 1 {
                    way.pop();
                }
            }
        }
        Value::String(text) => found.push(fact(way, text.clone())),
        Value::Bool(_) | Value::Number(_) => found.push(fact(way, value.to_string())),
    }
}

fn fact(way: &[String], value: String) -> Fact {
    Fact {
        name: way.join(" "),
        value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_value_has_its_way() {
        let answer = json!({"imsi": "001", "location": {"mme": {"host": "mme.a", "purged": false}},
            "gateways": [{"apn": "internet"}, {"apn": "ims"}], "none": null, "one": [7]});
        let mut found: Vec<_> = facts(&answer)
            .into_iter()
            .map(|fact| format!("{}={}", fact.name, fact.value))
            .collect();
        // In whatever order members come.
        found.sort_unstable();
        assert_eq!(
            found,
            [
                "gateways 1 apn=internet",
                "gateways 2 apn=ims",
                "imsi=001",
                "location mme host=mme.a",
                "location mme purged=false",
                "one=7"
            ]
        );
        assert_eq!(facts(&json!(vec!["x"; 1_000])).len(), MAX_FACTS);
    }
}
