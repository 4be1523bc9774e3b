//! Spans of attempts as OpenTelemetry has them, and their form on the wire: OTLP over HTTP, in JSON (OTLP 1.5, "JSON Protobuf
//! Encoding": identities in hexadecimal, 64-bit numbers as strings, enumerations as numbers).
//!
//! JSON and not Protobuf, by hand and not by the SDK: spans are few, sampled, and made in one place, and every collector takes
//! both; the SDK with its exporter would bring ten crates that are not here anyhow, and a second way of keeping time.

use crate::AttemptId;
use serde_json::{Value, json};
use std::time::Duration;

/// What a span is to its parent (OTLP `SpanKind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// Work of the node itself.
    Internal = 1,
    /// A request that is served.
    Server = 2,
    /// A request that is made.
    Client = 3,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// Text.
    Text(String),
    /// A number.
    Number(i64),
}

/// A span that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The node: `hss`, `mme`, …
    pub node: &'static str,
    /// The trace.
    pub attempt: AttemptId,
    /// Its number; not 0.
    pub id: u64,
    /// The number of the span that it is part of.
    pub parent: Option<u64>,
    /// What was done.
    pub name: String,
    /// What it is to its parent.
    pub kind: SpanKind,
    /// When it began, since 1970.
    pub start: Duration,
    /// When it ended, since 1970.
    pub end: Duration,
    /// More about it: the names of OpenTelemetry's semantic conventions where there are some.
    pub attributes: Vec<(&'static str, Attribute)>,
    /// What happened in it, and when.
    pub events: Vec<(Duration, String)>,
    /// Why it failed, if it did.
    pub failure: Option<String>,
}

impl AttemptId {
    /// The number of the span that all others of the attempt are part of, wherever they are made: nobody needs to be told.
    #[must_use]
    pub fn root_span(&self) -> u64 {
        self.half(0).max(1)
    }

    /// Whether it is among the share `ratio` (0 to 1) of attempts that are traced: the same answer on every node.
    #[must_use]
    pub fn is_sampled(&self, ratio: f64) -> bool {
        // The last seven octets, as W3C Trace Context level 2 has them be random.
        let random = self.half(8) & 0x00ff_ffff_ffff_ffff;
        (random as f64) < ratio * (1_u64 << 56) as f64
    }

    fn half(&self, at: usize) -> u64 {
        self.octets()[at..at + 8]
            .iter()
            .fold(0, |number, octet| number << 8 | u64::from(*octet))
    }
}

/// The body of a request to `/v1/traces`: `version` is the program's.
#[must_use]
pub fn otlp_json(spans: &[Span], version: &str) -> Value {
    let mut nodes: Vec<&'static str> = spans.iter().map(|span| span.node).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let of_node = |node: &&'static str| {
        let of = spans.iter().filter(|span| span.node == *node).map(span_json);
        json!({
            "resource": { "attributes": [
                attribute("service.namespace", &Attribute::Text("quintet".to_owned())),
                attribute("service.name", &Attribute::Text((*node).to_owned())),
                attribute("service.version", &Attribute::Text(version.to_owned())),
            ] },
            "scopeSpans": [{
                "scope": { "name": "quintet", "version": version },
                "spans": of.collect::<Vec<Value>>(),
            }],
        })
    };
    json!({ "resourceSpans": nodes.iter().map(of_node).collect::<Vec<Value>>() })
}

fn span_json(span: &Span) -> Value {
    let mut json = json!({
        "traceId": span.attempt.to_string(),
        "spanId": format!("{:016x}", span.id.max(1)),
        "name": span.name,
        "kind": span.kind as u8,
        "startTimeUnixNano": nanoseconds(span.start),
        "endTimeUnixNano": nanoseconds(span.end.max(span.start)),
        "attributes": span.attributes.iter().map(|(name, value)| attribute(name, value)).collect::<Vec<Value>>(),
        "events": span.events.iter().map(|(at, name)| json!({ "timeUnixNano": nanoseconds(*at), "name": name })).collect::<Vec<Value>>(),
        // 2 is an error; one that went well is left unset, as instrumentation does.
        "status": match &span.failure {
            Some(why) => json!({ "code": 2, "message": why }),
            None => json!({}),
        },
    });
    if let Some(parent) = span.parent {
        json["parentSpanId"] = format!("{parent:016x}").into();
    }
    json
}

fn nanoseconds(time: Duration) -> String {
    time.as_nanos().to_string()
}

fn attribute(name: &str, value: &Attribute) -> Value {
    let value = match value {
        Attribute::Text(text) => json!({ "stringValue": text }),
        Attribute::Number(number) => json!({ "intValue": number.to_string() }),
    };
    json!({ "key": name, "value": value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(node: &'static str, id: u64) -> Span {
        Span {
            node,
            attempt: AttemptId::derived("test", &[b"1"]),
            id,
            parent: (id > 1).then_some(1),
            name: "S6a Authentication-Information".to_owned(),
            kind: SpanKind::Server,
            start: Duration::from_nanos(1_760_000_000_123_456_789),
            end: Duration::from_nanos(1_760_000_000_123_556_789),
            attributes: vec![
                ("rpc.system", Attribute::Text("diameter".to_owned())),
                ("diameter.result_code", Attribute::Number(2001)),
            ],
            events: vec![(
                Duration::from_nanos(1_760_000_000_123_500_000),
                "authenticated".to_owned(),
            )],
            failure: None,
        }
    }

    #[test]
    fn spans_have_the_form_of_otlp() {
        let json = otlp_json(&[span("mme", 1), span("hss", 0xabc), span("mme", 3)], "1.2.3");
        let resources = json["resourceSpans"].as_array().unwrap();
        assert_eq!(resources.len(), 2, "one for each node");
        let (hss, mme) = (&resources[0], &resources[1]);
        assert_eq!(hss["resource"]["attributes"][1]["value"]["stringValue"], "hss");
        assert_eq!(mme["scopeSpans"][0]["spans"].as_array().unwrap().len(), 2);
        let one = &hss["scopeSpans"][0]["spans"][0];
        let attempt = AttemptId::derived("test", &[b"1"]).to_string();
        assert_eq!(
            (one["traceId"].as_str(), one["spanId"].as_str()),
            (Some(&*attempt), Some("0000000000000abc"))
        );
        assert_eq!(one["parentSpanId"], "0000000000000001");
        assert_eq!(one["kind"], 2);
        assert_eq!(one["startTimeUnixNano"], "1760000000123456789");
        assert_eq!(one["attributes"][1]["value"]["intValue"], "2001");
        assert_eq!(one["events"][0]["name"], "authenticated");
        assert_eq!(one["status"], json!({}));
        assert!(mme["scopeSpans"][0]["spans"][0].get("parentSpanId").is_none());
    }

    #[test]
    fn every_node_samples_the_same() {
        let attempts: Vec<_> = (0..10_000_u32)
            .map(|n| AttemptId::derived("test", &[&n.to_be_bytes()]))
            .collect();
        let sampled = |ratio| {
            attempts
                .iter()
                .filter(|attempt| attempt.is_sampled(ratio))
                .count()
        };
        assert_eq!((sampled(0.0), sampled(1.0)), (0, 10_000));
        let tenth = sampled(0.1);
        assert!((900..1_100).contains(&tenth), "{tenth}");
        // Whoever samples less samples some of those that another samples.
        let both = |attempt: &&AttemptId| attempt.is_sampled(0.1) && !attempt.is_sampled(0.5);
        assert_eq!(attempts.iter().filter(both).count(), 0);
    }
}
