//! ESM messages on their own are refused for a reason (TS 24.301 6.5, 6.7, 7.3).

use crate::support::Network;
use quintet_emm::network::EmmState;
use quintet_emm::{Discard, Disposition};
use quintet_nas::security::Protection;

#[test]
fn each_is_answered() {
    let (mut network, mut phone) = Network::attached();
    for (message, answer) in [
        // PDN CONNECTIVITY REQUEST, another one; of emergency bearer services; without PTI.
        (&[0x02, 7, 0xd0, 0x11][..], &[0x02, 7, 0xd1, 65][..]),
        (&[0x02, 7, 0xd0, 0x14], &[0x02, 7, 0xd1, 32]),
        (&[0x02, 0, 0xd0, 0x11], &[0x02, 0, 0xd1, 81]),
        // PDN DISCONNECT REQUEST of the only one.
        (&[0x02, 7, 0xd2, 0x05], &[0x02, 7, 0xd3, 49]),
        // BEARER RESOURCE ALLOCATION REQUEST, MODIFICATION REQUEST.
        (&[0x02, 7, 0xd4, 0x05, 1, 0x20, 1, 9], &[0x02, 7, 0xd5, 32]),
        (&[0x02, 7, 0xd6, 0x05, 1, 0x20], &[0x02, 7, 0xd7, 32]),
        // ESM INFORMATION RESPONSE that nobody asked for.
        (&[0x02, 7, 0xda], &[0x02, 7, 0xe8, 47]),
        (&[0x02, 255, 0xda], &[0x02, 255, 0xe8, 81]),
        // ACTIVATE DEFAULT EPS BEARER CONTEXT ACCEPT, once more; an unknown type; one that is cut short.
        (&[0x52, 0, 0xc2], &[0x52, 0, 0xe8, 98]),
        (&[0x02, 7, 0xff], &[0x02, 7, 0xe8, 97]),
        (&[0x02, 7, 0xd2], &[0x02, 7, 0xe8, 96]),
    ] {
        let nas = phone.protect(Protection::Ciphered, message);
        assert_eq!(network.uplink(&nas), Disposition::Handled, "{message:02x?}");
        let told = network.told(&mut phone);
        assert_eq!(told.messages, [answer], "{message:02x?}");
        assert_eq!(told.release, None);
    }
    for message in [&[0x02, 7, 0xe8, 97][..], &[0x02, 7, 0xdc]] {
        let nas = phone.protect(Protection::Ciphered, message);
        assert_eq!(network.uplink(&nas), Disposition::Handled);
        assert!(network.take().is_empty(), "a status is not answered");
    }
    let plain = [0x02, 7, 0xd2, 0x05];
    assert_eq!(network.uplink(&plain), Disposition::Silent(Discard::Unprotected));
    assert_eq!(network.context().state, EmmState::Registered);
}
