//! What is written reads the same, and is what the dictionary says.

use crate::strategies;
use crate::support::{answer, request};
use proptest::prelude::*;
use quintet_cx::{Answer, Envelope, Request};
use quintet_diameter::Message;

proptest! {
    #[test]
    fn requests(asked in strategies::request()) {
        let octets = request(&asked);
        let message = Message::decode(&octets).unwrap();
        prop_assert_eq!(Request::read(&message).unwrap(), asked);
        prop_assert_eq!(Envelope::of(&message).origin_host, "cscf.example.org");
        prop_assert_eq!(Envelope::of(&message).destination_host, Some("hss.example.org"));
    }

    #[test]
    fn answers(given in strategies::answer()) {
        let octets = answer(&given);
        let message = Message::decode(&octets).unwrap();
        prop_assert_eq!(Answer::read(&message).unwrap(), given);
    }

    /// No message makes a reader panic, however it is cut or bent, and no print shows a key.
    #[test]
    fn bent_messages(given in strategies::answer(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut octets = answer(&given);
        let at = at.index(octets.len());
        octets[at] ^= 1 << bit;
        if let Ok(message) = Message::decode(&octets) {
            let _ = Answer::read(&message);
            let _ = Request::read(&message);
        }
    }
}
