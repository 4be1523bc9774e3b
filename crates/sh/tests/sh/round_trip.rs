//! What is written reads the same, and is what the dictionary says.

use crate::strategies;
use crate::support::{answer, request, valid};
use proptest::prelude::*;
use quintet_diameter::Message;
use quintet_sh::user_data::ShData;
use quintet_sh::{Answer, Request};

proptest! {
    #[test]
    fn requests(asked in strategies::request()) {
        let octets = request(&asked);
        valid(&octets);
        prop_assert_eq!(Request::read(&Message::decode(&octets).unwrap()).unwrap(), asked);
    }

    #[test]
    fn answers(given in strategies::answer()) {
        let octets = answer(&given);
        valid(&octets);
        prop_assert_eq!(Answer::read(&Message::decode(&octets).unwrap()).unwrap(), given);
    }

    #[test]
    fn data(data in strategies::sh_data()) {
        prop_assert_eq!(ShData::from_xml(data.to_xml().as_bytes()), Ok(data));
    }

    /// No message makes a reader panic, however it is bent.
    #[test]
    fn bent_messages(asked in strategies::request(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut octets = request(&asked);
        let at = at.index(octets.len());
        octets[at] ^= 1 << bit;
        if let Ok(message) = Message::decode(&octets) {
            let _ = Answer::read(&message);
            let _ = Request::read(&message);
        }
    }

    /// No XML does, however it is bent; what is read is written and read the same.
    #[test]
    fn bent_data(data in strategies::sh_data(), at in any::<prop::sample::Index>(), octet in any::<u8>()) {
        let mut xml = data.to_xml().into_bytes();
        let at = at.index(xml.len());
        xml[at] = octet;
        if let Ok(read) = ShData::from_xml(&xml) {
            prop_assert_eq!(ShData::from_xml(read.to_xml().as_bytes()), Ok(read));
        }
    }
}
