//! tshark on what is written: every AVP known, nothing malformed.

use crate::judge::judged;
use crate::strategies;
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
            let asked = strategies::asked().new_tree(&mut runner).unwrap().current();
            let given = strategies::given().new_tree(&mut runner).unwrap().current();
            (asked.octets(), given.octets())
        })
        .collect();
    let Some(codes) = judged(&pairs, false, &[]) else {
        return;
    };
    for code in [8_388_622, 8_388_647, 8_388_648, 8_388_649] {
        assert!(codes.contains(&code), "no {code}");
    }
}
