//! What the fuzz target `slh` does, with its committed corpus: seeds that our own encoder makes (`QUINTET_WRITE_CORPUS=1`),
//! inputs that once broke something, and mutations of them.

use crate::strategies;
use crate::support::{Asked, Given, header};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use quintet_diameter::{Message, MessageWriter};
use std::path::PathBuf;

fn survives(octets: &[u8]) {
    let Ok(message) = Message::decode(octets) else {
        return;
    };
    let (application, code) = (message.header().application_id, message.header().code);
    if let Ok(read) = Asked::read(&message) {
        let mut out = Vec::new();
        let mut w = MessageWriter::new(&mut out, &header(application, code, true));
        read.write(&mut w);
        w.finish();
        assert_eq!(Asked::read(&Message::decode(&out).unwrap()), Ok(read));
    }
    if let Ok(read) = Given::read(&message) {
        let mut out = Vec::new();
        let mut w = MessageWriter::new(&mut out, &header(application, code, false));
        read.write(&mut w);
        w.finish();
        assert!(Given::read(&Message::decode(&out).unwrap()).is_ok());
    }
}

/// One message of each kind.
fn seeds() -> Vec<(String, Vec<u8>)> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[3; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut seeds: Vec<(String, Vec<u8>)> = Vec::new();
    while seeds.len() < 8 {
        let asked = strategies::asked().new_tree(&mut runner).unwrap().current();
        let given = strategies::given().new_tree(&mut runner).unwrap().current();
        for (name, octets) in [
            (format!("request-{}", asked.code().1), asked.octets()),
            (format!("answer-{}", given.code().1), given.octets()),
        ] {
            if seeds.iter().all(|(known, _)| *known != name) {
                seeds.push((name, octets));
            }
        }
    }
    seeds
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/slh")
}

#[test]
fn seeds_are_there() {
    for (name, octets) in seeds() {
        let path = directory().join(&name);
        if std::env::var_os("QUINTET_WRITE_CORPUS").is_some() {
            std::fs::create_dir_all(directory()).unwrap();
            std::fs::write(&path, &octets).unwrap();
        }
        assert!(
            path.exists(),
            "{name}: write the seeds with QUINTET_WRITE_CORPUS=1"
        );
    }
}

#[test]
fn corpus_of_messages() {
    let files = std::fs::read_dir(directory()).unwrap();
    let mut count = 0;
    for file in files {
        survives(&std::fs::read(file.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count >= 8, "{count} files");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn mutations_survive(which in any::<prop::sample::Index>(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let seeds = seeds();
        let mut octets = seeds[which.index(seeds.len())].1.clone();
        for (at, value) in changes {
            let at = at.index(octets.len());
            octets[at] = value;
        }
        survives(&octets);
    }
}
