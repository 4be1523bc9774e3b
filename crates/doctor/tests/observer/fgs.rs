//! Attempts of 5GS over NGAP.

use crate::support::Case;
use quintet_crypto::Direction;
use quintet_identity::Plmn;
use quintet_identity::fgs::{Ncgi, Tac, Tai};
use quintet_ngap::message::{DownlinkNasTransport, InitialUeMessage, UplinkNasTransport};
use quintet_ngap::{AmfUeNgapId, RanUeNgapId, RrcEstablishmentCause, UserLocationInformation};

const AMF_ID: AmfUeNgapId = AmfUeNgapId(9);
const RAN_ID: RanUeNgapId = RanUeNgapId(5);

fn location() -> UserLocationInformation {
    let plmn: Plmn = "00101".parse().expect("a PLMN");
    let tac = Tac::new(7).expect("24 bits");
    UserLocationInformation::nr(Ncgi::new(plmn, 1).expect("36 bits"), Tai { plmn, tac })
}

fn initial(case: &mut Case, nas: &[u8]) {
    let cause = RrcEstablishmentCause::MoSignalling;
    let message = InitialUeMessage::new(RAN_ID, nas.into(), location(), cause);
    case.ngap(Direction::Uplink, message.into());
}

fn down(case: &mut Case, nas: &[u8]) {
    let message = DownlinkNasTransport::new(AMF_ID, RAN_ID, nas.into());
    case.ngap(Direction::Downlink, message.into());
}

fn up(case: &mut Case, nas: &[u8]) {
    let message = UplinkNasTransport::new(AMF_ID, RAN_ID, nas.into(), location());
    case.ngap(Direction::Uplink, message.into());
}

/// A UE protects its REGISTRATION REQUEST and names no key set, and is authenticated anew: one offence, told once, in the
/// words of 5GS (TS 24.501 9.11.3.32).
#[test]
fn a_protected_request_that_names_no_key_offends_once() {
    let protected = |header: u8, sequence: u8, plain: &[u8]| {
        let head = [0x7e, header, 1, 2, 3, 4, sequence];
        [&head[..], plain].concat()
    };
    let request = [
        &[
            0x7e, 0, 0x41, 0x71, 0, 11, 0xf2, 0, 0xf1, 0x10, 1, 0, 0x41, 1, 2, 3, 4,
        ][..],
        &[0x2e, 2, 0xf0, 0xf0],
    ]
    .concat();
    let challenge = [
        &[0x7e, 0, 0x56, 1, 2, 0, 0, 0x21][..],
        &[0x55; 16],
        &[0x20, 16, 1, 2, 3, 4, 5, 6, 0x80, 0],
        &[7; 8],
    ]
    .concat();
    let response = [&[0x7e, 0, 0x57, 0x2d, 16][..], &[9; 16]].concat();
    let mut case = Case::new();
    initial(&mut case, &protected(1, 2, &request));
    down(&mut case, &challenge);
    up(&mut case, &response);
    let command = [0x7e, 0, 0x5d, 0x22, 1, 2, 0xf0, 0xf0];
    down(&mut case, &protected(3, 0, &command));
    up(&mut case, &protected(4, 0, &[0x7e, 0, 0x5e]));
    let attempt = &case.finish()[0];
    let offence = attempt
        .findings
        .iter()
        .find(|finding| finding.code == "not-allowed-here");
    assert_eq!(offence.expect("an offence").frames, [1]);
    let details: Vec<_> = attempt.messages.iter().flat_map(|m| &m.details).collect();
    for expected in ["ngKSI: no key", "ngKSI 1", "128-NIA2, 128-NEA2"] {
        assert!(details.iter().any(|detail| *detail == expected), "{details:?}");
    }
    let rand = format!("RAND {}", "55".repeat(16));
    assert!(details.contains(&&rand), "{details:?}");
    let silent = "no SBI of this subscriber is in this capture";
    assert!(attempt.not_shown.iter().any(|text| text == silent));
}
