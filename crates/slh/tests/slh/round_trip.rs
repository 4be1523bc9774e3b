//! What is written reads the same, and is what the dictionary says.

use crate::strategies;
use crate::support::{Asked, Given, valid};
use proptest::prelude::*;
use quintet_diameter::Message;

proptest! {
    #[test]
    fn what_is_written_reads_the_same(asked in strategies::asked(), given in strategies::given()) {
        let octets = asked.octets();
        valid(&octets);
        prop_assert_eq!(Asked::read(&Message::decode(&octets).unwrap()), Ok(asked));
        let octets = given.octets();
        valid(&octets);
        prop_assert_eq!(Given::read(&Message::decode(&octets).unwrap()), Ok(given));
    }
}
