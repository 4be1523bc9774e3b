//! tshark on what is written: every AVP known, nothing malformed, the values ours.

use crate::judge::judged;
use crate::strategies;
use crate::support::{answer, request};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Pairs of messages, as many as cover every AVP.
const PAIRS: usize = 120;

#[test]
fn tshark_reads_all_of_it() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let pairs: Vec<_> = (0..PAIRS)
        .map(|_| {
            let asked = strategies::request().new_tree(&mut runner).unwrap().current();
            let given = strategies::answer().new_tree(&mut runner).unwrap().current();
            (request(&asked), answer(&given))
        })
        .collect();
    // Younger than this tshark's dictionary (TS 29.229 Releases 14 to 16).
    let young = [
        "AVP: Unknown(659",
        "AVP: Unknown(660",
        "AVP: Unknown(661",
        "AVP: Unknown(664",
    ];
    let Some(codes) = judged(&pairs, false, &young) else {
        return;
    };
    for code in 300..=305 {
        assert!(codes.contains(&code), "no {code}");
    }
}
