//! Exports that are cut, mutated or hostile: an error with its place, or rows, and never more.

use crate::expected::{octets, rows_of};
use quintet_provisioning::{Options, Source, detect};

const SAMPLES: [(Source, &[&str]); 11] = [
    (Source::Open5gs, &["open5gs.json"]),
    (
        Source::Free5gc,
        &[
            "free5gc-authentication.json",
            "free5gc-am.json",
            "free5gc-sm.json",
        ],
    ),
    (Source::Free5gc, &["free5gc-console.json"]),
    (Source::Srsran, &["srsran-user_db.csv"]),
    (Source::Pyhss, &["pyhss-mysql.sql"]),
    (Source::Pyhss, &["pyhss-sqlite.sql"]),
    (Source::Pyhss, &["pyhss-postgresql.sql"]),
    (
        Source::Pyhss,
        &[
            "pyhss-api-auc.json",
            "pyhss-api-apn.json",
            "pyhss-api-subscriber.json",
        ],
    ),
    (Source::Fhoss, &["fhoss.sql"]),
    (Source::Vendor, &["vendor.out"]),
    (Source::Csv, &["own.csv"]),
];

/// A small generator with a seed that is printed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        // xorshift64*, Marsaglia 2003.
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n
    }
}

#[test]
fn exports_cut_anywhere_end() {
    for (source, names) in SAMPLES {
        let files = octets(names);
        let last = files.last().expect("a file");
        for end in (0..last.len()).step_by(13) {
            let mut cut = files.clone();
            cut.last_mut().expect("a file").truncate(end);
            let _ = rows_of(source, &cut, &Options::default());
            let _ = detect(&cut[0]);
        }
    }
}

#[test]
fn mutated_exports_end_and_rows_are_storable() {
    let pieces: [&[u8]; 14] = [
        b"'",
        b"\"",
        b"\\",
        b"(",
        b")",
        b",",
        b";",
        b"{",
        b"}",
        b"[",
        b"\n",
        b"NULL",
        b"\xff",
        b"99999999999999999999",
    ];
    let seed = 0x5eed;
    println!("seed {seed:#x}");
    let mut random = Random(seed);
    for (source, names) in SAMPLES {
        let files = octets(names);
        for _ in 0..400 {
            let mut mutated = files.clone();
            let at = random.below(mutated.len());
            let file = &mut mutated[at];
            for _ in 0..1 + random.below(4) {
                let at = random.below(file.len());
                match random.below(3) {
                    0 => file[at] = random.below(256) as u8,
                    1 => {
                        let end = (at + random.below(40)).min(file.len());
                        file.drain(at..end);
                    }
                    _ => {
                        let piece = pieces[random.below(pieces.len())];
                        file.splice(at..at, piece.iter().copied());
                    }
                }
            }
            for row in rows_of(source, &mutated, &Options::default()).unwrap_or_default() {
                if let quintet_provisioning::Outcome::Entry(entry) = row.outcome {
                    entry
                        .subscriber
                        .subscription
                        .check()
                        .expect("a subscription that can be stored");
                    entry
                        .subscriber
                        .authentication
                        .check()
                        .expect("a card that can be stored");
                    if let Some(ims) = entry.ims {
                        ims.check().expect("an IMS subscription that can be stored");
                    }
                }
            }
        }
    }
}

#[test]
fn nothing_that_is_said_holds_a_key() {
    let keys = [
        "465b5ce8b199b49faa5f0a2ee238a6bc",
        "0396eb317b6d1c36f19c1c84cd6ffd16",
        "cd63cb71954a9f4e48a5994e37a02baf",
        "53c15671c60a4b731c55b4a441c0bde2",
        "cdc202d5123e20f62b6d676ac72cb318",
        "465b5ce8b199b49faa5f0a2ee238a6",
    ];
    for (source, names) in SAMPLES {
        for row in rows_of(source, &octets(names), &Options::default()).expect("it can be read") {
            let said = format!("{row:?}").to_lowercase();
            for key in keys {
                assert!(!said.contains(key), "{}", row.identity);
            }
        }
    }
}
