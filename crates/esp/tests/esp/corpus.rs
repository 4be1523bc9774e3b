//! The fuzz corpus, played; and the seeds written with `QUINTET_WRITE_CORPUS=1`.

use quintet_esp::testing::{play, seeds};
use std::path::Path;

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/esp");

#[test]
fn corpus_of_esp_is_survived() {
    let directory = Path::new(DIRECTORY);
    if std::env::var_os("QUINTET_WRITE_CORPUS").is_some() {
        std::fs::create_dir_all(directory).expect("a writable checkout");
        for (name, octets) in seeds() {
            std::fs::write(directory.join(name), octets).expect("a writable checkout");
        }
    }
    let entries: Vec<_> = std::fs::read_dir(directory)
        .expect("the corpus is there")
        .flatten()
        .collect();
    assert!(entries.len() >= seeds().len(), "{} files", entries.len());
    for entry in entries {
        play(&std::fs::read(entry.path()).expect("a file"));
    }
    for (name, octets) in seeds() {
        let committed = std::fs::read(directory.join(&name)).unwrap_or_default();
        assert_eq!(committed, octets, "{name}: write the seeds anew");
    }
}
