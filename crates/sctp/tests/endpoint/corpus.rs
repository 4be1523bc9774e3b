//! The corpus of the fuzz target: run as a test, and its seeds written with `QUINTET_WRITE_CORPUS=1`.

use crate::packets::{add, init, packet, parameter, seal};
use quintet_sctp::testing::play;
use std::path::Path;

const PORTS: (u16, u16) = (36412, 36413);

/// Puts a head before a packet.
fn head(bits: u8, packet: &[u8]) -> Vec<u8> {
    let mut out = vec![bits];
    out.extend((packet.len() as u16).to_be_bytes());
    out.extend(packet);
    out
}

/// One packet for each type of chunk, and what goes on together.
fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut seeds = Vec::new();
    let mut data = vec![0; 12];
    data.extend([7; 100]);
    let sack = [[0; 8], [0, 1, 0, 1, 0, 0, 0, 0]].concat();
    let values: [(u8, Vec<u8>); 15] = [
        (0, data.clone()),
        (1, init(5, &parameter(5, &[10, 0, 0, 9]))),
        (2, init(5, &parameter(7, &[1; 40]))),
        (3, [sack, vec![0, 2, 0, 3, 0, 0, 0, 1]].concat()),
        (4, parameter(1, &[1, 2, 3, 4])),
        (5, parameter(1, &[0, 0, 0, 1])),
        (6, parameter(12, b"why")),
        (7, vec![0; 4]),
        (8, vec![]),
        (9, parameter(3, &[0; 4])),
        (10, vec![9; 106]),
        (11, vec![]),
        (14, vec![]),
        (130, vec![0; 12]),
        (192, vec![0; 8]),
    ];
    let mut all = Vec::new();
    for (kind, value) in values {
        let one = packet(PORTS, 0, kind, 3, &value);
        let tag = if kind == 1 { 3 } else { 1 };
        all.extend(head(tag | 0x10, &one));
        seeds.push((
            format!("type-{kind}"),
            [head(tag, &one), head(tag | 4, &one)].concat(),
        ));
    }
    seeds.push(("all-types".to_owned(), all));
    let mut bundle = packet(PORTS, 0, 3, 0, &[0; 12]);
    add(&mut bundle, 0, 7, &data);
    add(&mut bundle, 7, 0, &[0; 4]);
    seeds.push(("bundle".to_owned(), head(1, &seal(bundle))));
    seeds
}

#[test]
fn corpus_of_endpoint() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/sctp_endpoint");
    if std::env::var_os("QUINTET_WRITE_CORPUS").is_some() {
        std::fs::create_dir_all(&corpus).expect("a directory");
        for (name, octets) in seeds() {
            std::fs::write(corpus.join(name), octets).expect("room for a file");
        }
    }
    let mut files = 0;
    for entry in std::fs::read_dir(&corpus).expect("the corpus is part of the repository") {
        let path = entry.expect("a file").path();
        eprintln!("{}", path.display());
        play(&std::fs::read(path).expect("a file that can be read"));
        files += 1;
    }
    assert!(files >= seeds().len(), "{files} files");
}
