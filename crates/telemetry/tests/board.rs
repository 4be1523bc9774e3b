//! The board of Grafana and the alerts of Prometheus: every query parses, asks for metrics that there are, and by labels that they have.

#![cfg(test)]

use quintet_telemetry::{METRICS, Metric};
use serde_json::Value;
use std::collections::{BTreeSet, VecDeque};

/// Labels that Prometheus gives every series it scrapes.
const OF_THE_SCRAPE: [&str; 2] = ["job", "instance"];

/// A file of the package.
fn packaged(path: &str) -> String {
    let path = format!("{}/../../packaging/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What a query asks for. It is read as far as that needs: expressions of PromQL with binary operators, calls, aggregations
/// `by` labels, selectors and ranges; what else there is, no query here has.
#[derive(Debug, Default)]
struct Asked {
    metrics: BTreeSet<&'static str>,
    /// Labels of all its metrics.
    labels: BTreeSet<&'static str>,
    wrong: Vec<String>,
}

/// Functions that the queries call; another one is a misspelt one until it is added.
const FUNCTIONS: [&str; 7] = [
    "rate",
    "increase",
    "delta",
    "histogram_quantile",
    "absent",
    "vector",
    "abs",
];

const AGGREGATIONS: [&str; 5] = ["sum", "min", "max", "avg", "count"];

const OPERATORS: [&str; 13] = [
    "==", "!=", ">=", "<=", ">", "<", "+", "-", "*", "/", "and", "or", "unless",
];

impl Asked {
    fn of(query: &str) -> Self {
        let mut asked = Self::default();
        let mut reader = Reader(tokens(query));
        if let Err(why) = asked.expression(&mut reader) {
            asked.wrong.push(why);
        } else if !reader.0.is_empty() {
            asked.wrong.push(format!("{:?} is left over", reader.0));
        }
        asked
    }

    fn expression(&mut self, reader: &mut Reader) -> Result<(), String> {
        self.operand(reader)?;
        while OPERATORS.contains(&reader.peek()) {
            reader.next();
            self.operand(reader)?;
        }
        Ok(())
    }

    fn operand(&mut self, reader: &mut Reader) -> Result<(), String> {
        let word = reader.next();
        if word == "(" {
            self.expression(reader)?;
            return reader.expect(")");
        }
        if word.parse::<f64>().is_ok() {
            return Ok(());
        }
        if AGGREGATIONS.contains(&word.as_str()) {
            return self.aggregation(reader);
        }
        if FUNCTIONS.contains(&word.as_str()) {
            return self.arguments(reader);
        }
        self.selector(&word, reader)
    }

    fn arguments(&mut self, reader: &mut Reader) -> Result<(), String> {
        reader.expect("(")?;
        loop {
            self.expression(reader)?;
            match reader.next().as_str() {
                ")" => return Ok(()),
                "," => {}
                other => return Err(format!("{other:?} among arguments")),
            }
        }
    }

    fn aggregation(&mut self, reader: &mut Reader) -> Result<(), String> {
        let mut by = Vec::new();
        if reader.peek() == "by" {
            reader.next();
            reader.expect("(")?;
            loop {
                by.push(reader.next());
                match reader.next().as_str() {
                    ")" => break,
                    "," => {}
                    other => return Err(format!("{other:?} among labels")),
                }
            }
        }
        let mut within = Self::default();
        within.arguments(reader)?;
        for label in by {
            if !within.labels.contains(label.as_str()) {
                self.wrong.push(format!("no metric has the label {label}"));
            }
        }
        self.metrics.extend(within.metrics);
        self.labels.extend(within.labels);
        self.wrong.extend(within.wrong);
        Ok(())
    }

    fn selector(&mut self, name: &str, reader: &mut Reader) -> Result<(), String> {
        let is_sample = |metric: &&&'static Metric| metric.samples().iter().any(|sample| sample == name);
        let Some(metric) = METRICS.iter().find(is_sample) else {
            return Err(format!("{name:?} is no sample of any metric"));
        };
        self.metrics.insert(metric.name);
        let mut labels: BTreeSet<_> = metric.labels.iter().copied().chain(OF_THE_SCRAPE).collect();
        if name.ends_with("_bucket") {
            labels.insert("le");
        }
        if reader.peek() == "{" {
            reader.next();
            while reader.peek() != "}" {
                let label = reader.next();
                if !labels.contains(label.as_str()) {
                    self.wrong.push(format!("{name} has no label {label}"));
                }
                let operator = reader.next();
                let value = reader.next();
                if !["=", "!=", "=~", "!~"].contains(&operator.as_str()) || !value.starts_with('"') {
                    return Err(format!("{label}{operator}{value} matches no label"));
                }
                if reader.peek() == "," {
                    reader.next();
                }
            }
            reader.expect("}")?;
        }
        if reader.peek() == "[" {
            reader.next();
            let range = reader.next();
            let number = range.strip_suffix(['s', 'm', 'h', 'd']).map(str::parse::<u32>);
            if !matches!(number, Some(Ok(1..))) {
                return Err(format!("{range:?} is no range"));
            }
            reader.expect("]")?;
        }
        self.labels.extend(labels);
        Ok(())
    }
}

/// The tokens of a query, the next one first.
struct Reader(VecDeque<String>);

impl Reader {
    fn peek(&self) -> &str {
        self.0.front().map_or("", String::as_str)
    }

    fn next(&mut self) -> String {
        self.0.pop_front().unwrap_or_default()
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        match self.next() {
            found if found == token => Ok(()),
            found => Err(format!("{token:?} is expected, not {found:?}")),
        }
    }
}

/// Words and numbers, quoted texts, and everything else by one or two characters.
fn tokens(query: &str) -> VecDeque<String> {
    let mut tokens = VecDeque::new();
    let mut rest = query.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let length = if word(first) {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else if first == '"' {
            rest[1..].find('"').map_or(rest.len(), |end| end + 2)
        } else if ["==", "!=", ">=", "<=", "=~", "!~"].contains(&rest.get(..2).unwrap_or("")) {
            2
        } else {
            first.len_utf8()
        };
        let (token, left) = rest.split_at(length);
        tokens.push_back(token.to_owned());
        rest = left.trim_start();
    }
    tokens
}

/// The labels that a legend writes, `{{like this}}`.
fn legend_labels(legend: &str) -> impl Iterator<Item = &str> {
    legend
        .split("{{")
        .skip(1)
        .filter_map(|rest| rest.split("}}").next())
        .map(str::trim)
}

/// As Grafana fills it in.
fn filled_in(query: &str) -> String {
    query.replace("$__rate_interval", "5m").replace("$node", ".+")
}

#[test]
fn every_query_of_the_board_asks_for_what_there_is() {
    let board: Value = serde_json::from_str(&packaged("grafana/quintet.json")).unwrap();
    let mut metrics = BTreeSet::new();
    let mut queries = 0;
    for panel in board["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let query = target["expr"].as_str().unwrap();
            let asked = Asked::of(&filled_in(query));
            assert!(
                asked.wrong.is_empty(),
                "{}: {query}: {:?}",
                panel["title"],
                asked.wrong
            );
            for label in legend_labels(target["legendFormat"].as_str().unwrap()) {
                assert!(
                    asked.labels.contains(label),
                    "{}: the legend of {query} has {label}",
                    panel["title"]
                );
            }
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{}", panel["title"]);
            metrics.extend(asked.metrics);
            queries += 1;
        }
    }
    assert!(queries > 40, "{queries} queries are no board");
    // Every node has a place on it.
    for node in [
        "diameter", "store", "vault", "home", "mme", "amf", "ausf", "sbi", "pcscf", "icscf", "scscf",
    ] {
        let prefix = format!("quintet_{node}_");
        assert!(
            metrics.iter().any(|metric| metric.starts_with(&prefix)),
            "nothing of {node} is on the board"
        );
    }
}

#[test]
fn the_board_can_be_imported() {
    let board: Value = serde_json::from_str(&packaged("grafana/quintet.json")).unwrap();
    assert_eq!(
        (&board["uid"], &board["title"]),
        (&"quintet".into(), &"Quintet".into())
    );
    let variables: Vec<_> = board["templating"]["list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variable| variable["name"].as_str().unwrap())
        .collect();
    assert_eq!(variables, ["datasource", "node"]);
    let (mut ids, mut places) = (BTreeSet::new(), Vec::new());
    for panel in board["panels"].as_array().unwrap() {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{}", panel["title"]);
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().unwrap());
        assert!(x + w <= 24, "{} leaves the grid", panel["title"]);
        for (left, top, width, height, title) in &places {
            let apart = x >= left + width || *left >= x + w || y >= top + height || *top >= y + h;
            assert!(apart, "{} lies on {title}", panel["title"]);
        }
        places.push((x, y, w, h, panel["title"].clone()));
    }
}

#[test]
fn every_alert_asks_for_what_there_is() {
    let rules: Value = serde_saphyr::from_str(&packaged("prometheus/quintet.rules.yml")).unwrap();
    let mut names = BTreeSet::new();
    for group in rules["groups"].as_array().unwrap() {
        for rule in group["rules"].as_array().unwrap() {
            let name = rule["alert"].as_str().unwrap();
            assert!(names.insert(name), "{name} is there twice");
            let query = rule["expr"].as_str().unwrap();
            let asked = Asked::of(query);
            assert!(asked.wrong.is_empty(), "{name}: {query}: {:?}", asked.wrong);
            assert!(
                matches!(rule["labels"]["severity"].as_str(), Some("critical" | "warning")),
                "{name} has no severity"
            );
            for part in ["summary", "description"] {
                let text = rule["annotations"][part].as_str().unwrap_or_default();
                assert!(!text.is_empty(), "{name} has no {part}");
                for label in legend_labels(text).filter_map(|label| label.strip_prefix("$labels.")) {
                    assert!(asked.labels.contains(label), "{name}: {part} has {label}");
                }
            }
        }
    }
    assert!(names.contains("QuintetIssuesNoVectors"));
}

#[test]
fn a_query_that_asks_for_nothing_is_found() {
    for (query, wrong) in [
        ("quintet_up{", true),
        ("sum(quintet_up", true),
        ("rat(quintet_diameter_messages_total[5m])", true),
        ("rate(quintet_diameter_messages_total[5x])", true),
        ("quintet_up == 0 == ", true),
        ("quintet_up{node=hss}", true),
        ("quintet_diameter_messages", true),
        ("quintet_diameter_messages_total{imsi=\"1\"}", true),
        ("sum by (cause) (rate(quintet_diameter_messages_total[5m]))", true),
        (
            "sum by (le) (rate(quintet_store_commit_duration_seconds_count[5m]))",
            true,
        ),
        (
            "sum by (le, node) (rate(quintet_store_commit_duration_seconds_bucket[5m]))",
            false,
        ),
        (
            "absent(quintet_up) or quintet_home_issuing{job=\"hss\"} == 0",
            false,
        ),
    ] {
        let asked = Asked::of(query);
        assert_eq!(!asked.wrong.is_empty(), wrong, "{query}: {:?}", asked.wrong);
    }
}
