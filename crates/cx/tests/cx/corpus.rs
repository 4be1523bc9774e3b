//! What the fuzz targets `cx` and `xml` do, with their committed corpus: seeds that our own encoder makes
//! (`QUINTET_WRITE_CORPUS=1`), inputs that once broke something, and mutations of them.

use crate::strategies;
use crate::support::{answer, header, request};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use quintet_cx::profile::ImsSubscription;
use quintet_cx::{Answer, Request};
use quintet_diameter::{Message, MessageWriter};
use std::path::PathBuf;

fn cx_survives(octets: &[u8]) {
    let Ok(message) = Message::decode(octets) else {
        return;
    };
    let code = message.header().code;
    if let Ok(read) = Request::read(&message) {
        let mut out = Vec::new();
        let mut w = MessageWriter::new(&mut out, &header(code, true));
        read.write(&mut w);
        w.finish();
        assert_eq!(Request::read(&Message::decode(&out).unwrap()), Ok(read));
    }
    if let Ok(read) = Answer::read(&message) {
        let mut out = Vec::new();
        let mut w = MessageWriter::new(&mut out, &header(code, false));
        read.write(&mut w);
        w.finish();
        assert!(Answer::read(&Message::decode(&out).unwrap()).is_ok());
    }
}

fn xml_survives(octets: &[u8]) {
    if let Ok(profile) = ImsSubscription::from_xml(octets) {
        assert_eq!(
            ImsSubscription::from_xml(profile.to_xml().as_bytes()),
            Ok(profile)
        );
    }
}

/// One message of each kind and two profiles.
fn seeds() -> Vec<(&'static str, String, Vec<u8>)> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[3; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut seeds: Vec<(&'static str, String, Vec<u8>)> = Vec::new();
    let have =
        |seeds: &[(&str, String, Vec<u8>)], name: &str| seeds.iter().any(|(_, known, _)| known == name);
    while seeds.len() < 12 {
        let asked = strategies::request().new_tree(&mut runner).unwrap().current();
        let name = format!("request-{}", asked.command());
        if !have(&seeds, &name) {
            seeds.push(("cx", name, request(&asked)));
        }
        let given = strategies::answer().new_tree(&mut runner).unwrap().current();
        let name = format!("answer-{}", given.command());
        if !have(&seeds, &name) {
            seeds.push(("cx", name, answer(&given)));
        }
    }
    let others = crate::profile::OTHERS;
    let ours = ImsSubscription::from_xml(others.as_bytes()).unwrap().to_xml();
    seeds.push(("xml", "of-others".into(), others.as_bytes().to_vec()));
    seeds.push(("xml", "of-ours".into(), ours.into_bytes()));
    seeds
}

#[test]
fn corpus_of_cx_and_xml() {
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (target, name, octets) in seeds() {
        let path = corpus.join(target).join(&name);
        if std::env::var_os("QUINTET_WRITE_CORPUS").is_some() {
            std::fs::create_dir_all(corpus.join(target)).unwrap();
            std::fs::write(&path, &octets).unwrap();
        }
        assert_eq!(
            std::fs::read(&path).unwrap(),
            octets,
            "{name}: write the seeds anew with QUINTET_WRITE_CORPUS=1"
        );
    }
    for (target, survives) in [("cx", cx_survives as fn(&[u8])), ("xml", xml_survives)] {
        for entry in std::fs::read_dir(corpus.join(target)).unwrap() {
            survives(&std::fs::read(entry.unwrap().path()).unwrap());
        }
    }
}

proptest! {
    #[test]
    fn mutations_of_seeds(
        which in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let seeds = seeds();
        let (target, _, octets) = &seeds[which.index(seeds.len())];
        let mut octets = octets.clone();
        for (at, value) in changes {
            let at = at.index(octets.len());
            octets[at] = value;
        }
        if *target == "cx" {
            cx_survives(&octets);
        } else {
            xml_survives(&octets);
        }
    }
}
