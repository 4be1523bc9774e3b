//! S6a transactions against the labels: request and answer, whose, result, vectors, resynchronisation.

use crate::labels::{Corpus, Transaction};
use quintet_capture::{Dissector, DissectorOptions, FlowEvent, FlowId, Pdu, Seen, Sink, read_all};
use quintet_doctor::s6a::{Exchange, Observer, State, command_name};
use std::collections::BTreeMap;
use std::path::Path;

/// Every exchange of a capture, in the last form it was told in.
#[derive(Default)]
struct Exchanges {
    observer: Observer,
    seen: BTreeMap<u64, Exchange>,
}

impl Exchanges {
    fn collect(&mut self) {
        while let Some(exchange) = self.observer.poll() {
            self.seen.insert(exchange.id, exchange);
        }
    }

    fn of(path: &Path) -> Vec<Exchange> {
        let octets = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut dissector = Dissector::new(DissectorOptions::default());
        let mut all = Self::default();
        read_all(&octets, 0, |frame| dissector.frame(frame, &mut all), |_| {});
        dissector.finish(&mut all);
        all.observer.finish();
        all.collect();
        all.seen.into_values().collect()
    }
}

impl Sink for Exchanges {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.observer.pdu(pdu);
        self.collect();
    }

    fn flow(&mut self, seen: Seen, flow: FlowId, event: FlowEvent) {
        self.observer.flow(seen, flow, event);
    }
}

#[test]
fn labelled_transactions_of_s6a() {
    let Some(corpus) = Corpus::load() else {
        return;
    };
    let (mut wrong, mut labelled) = (Vec::new(), 0);
    println!("{:>9} {:>9}  file", "labelled", "the same");
    for (file, labels) in corpus.files_with_s6a() {
        let exchanges = Exchanges::of(&corpus.path(file));
        let mut the_same = 0;
        for label in &labels {
            match compare(label, &exchanges) {
                Ok(()) => the_same += 1,
                Err(why) => wrong.push(format!("{file}: {}: {why}", label.name())),
            }
        }
        // What the labels do not have is made up.
        let others = exchanges.iter().filter(|e| e.command != 257).count();
        if others != labels.len() {
            wrong.push(format!("{file}: {others} exchanges, {} labelled", labels.len()));
        }
        labelled += labels.len();
        println!("{:>9} {the_same:>9}  {file}", labels.len());
    }
    assert!(
        labelled > 0,
        "no labelled transaction of S6a in {}",
        corpus.directory().display()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Compares a label with the exchange of its frames.
fn compare(label: &Transaction<'_>, exchanges: &[Exchange]) -> Result<(), String> {
    let frame = |seen: Option<Seen>| seen.map(|seen| seen.frame);
    let found = exchanges
        .iter()
        // Several messages may stand in one frame.
        .find(|e| {
            frame(e.request) == label.request("frame") && Some(e.session_id.as_str()) == label.session()
        })
        .ok_or_else(|| format!("no request in frame {:?}", label.request("frame")))?;
    let hex = |octets: &[u8]| hex::encode(octets);
    let mut wrong = Vec::new();
    let mut check = |what: &str, got: String, expected: String| {
        if got != expected {
            wrong.push(format!("{what} is {got}, labelled {expected}"));
        }
    };
    check(
        "the command",
        command_name(found.command, true).to_owned(),
        label.name(),
    );
    check(
        "the answer's frame",
        format!("{:?}", frame(found.answer)),
        format!("{:?}", label.answer("frame")),
    );
    check(
        "the subscriber",
        found.imsi.map_or_else(String::new, |imsi| imsi.to_string()),
        label.text("request", "user"),
    );
    check(
        "the result",
        found
            .outcome
            .map_or_else(String::new, |outcome| outcome.code.to_string()),
        label.result(),
    );
    let rands: Vec<_> = found.vectors.iter().map(|vector| hex(&vector.rand)).collect();
    check("RAND", rands.join(" "), label.rands().join(" "));
    check(
        "Re-Synchronization-Info",
        found.resynchronization.is_some().to_string(),
        label.resynchronizes().to_string(),
    );
    if let Some(requested) = label.request("vectors_requested") {
        check(
            "the number of vectors",
            format!("{:?}", found.requested),
            format!("Some({requested})"),
        );
    }
    let visited = label.text("request", "visited_plmn").replace(':', "");
    if !visited.is_empty() {
        check(
            "Visited-PLMN-Id",
            found.visited.map_or_else(String::new, |plmn| hex(&plmn.octets())),
            visited,
        );
    }
    let answered = found.state == State::Answered;
    check(
        "answered",
        answered.to_string(),
        label.answer("frame").is_some().to_string(),
    );
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("; "))
    }
}
