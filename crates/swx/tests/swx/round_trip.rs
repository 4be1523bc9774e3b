//! What is written reads the same, and is what the dictionary says.

use crate::strategies;
use crate::support::{answer, request, valid};
use proptest::prelude::*;
use quintet_diameter::Message;
use quintet_swx::{Answer, AuthItem, ItemKeys, Request};

proptest! {
    #[test]
    fn what_is_written_reads_the_same(asked in strategies::request(), given in strategies::answer()) {
        let octets = request(&asked);
        valid(&octets);
        prop_assert_eq!(Request::read(&Message::decode(&octets).unwrap()), Ok(asked));
        let octets = answer(&given);
        valid(&octets);
        prop_assert_eq!(Answer::read(&Message::decode(&octets).unwrap()), Ok(given));
    }
}

#[test]
fn secrets_are_not_printed() {
    let item = AuthItem {
        number: None,
        rand: [1; 16],
        autn: [2; 16],
        xres: quintet_crypto::Res::new(&[0xab; 8]).unwrap(),
        keys: ItemKeys::EapAka {
            ck: quintet_crypto::Ck::new_128([0xcd; 16]),
            ik: quintet_crypto::Ik::new_128([0xef; 16]),
        },
    };
    let printed = format!("{item:?}");
    for octet in ["171", "205", "239", "abab", "cdcd", "efef"] {
        assert!(!printed.contains(octet), "{printed}");
    }
}
