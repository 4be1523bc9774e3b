//! What SMF and NG-RAN node say to each other survives the wire, and rubbish does not.

use crate::samples;
use quintet_ngap::Cause;
use quintet_ngap::transfer::*;

#[test]
fn setup_requests() {
    for transfer in samples::setup_requests() {
        let octets = transfer.encode().unwrap();
        assert_eq!(
            PduSessionResourceSetupRequestTransfer::decode(&octets),
            Ok(transfer.clone())
        );
        for length in 0..octets.len() {
            assert!(PduSessionResourceSetupRequestTransfer::decode(&octets[..length]).is_err());
        }
        let without_flows = PduSessionResourceSetupRequestTransfer {
            qos_flows: Vec::new(),
            ..transfer
        };
        assert!(without_flows.encode().is_err());
    }
}

#[test]
fn what_is_mandatory_is_named_when_it_is_missing() {
    // A container of no IE.
    let error = PduSessionResourceSetupRequestTransfer::decode(&[0, 0, 0]).unwrap_err();
    assert!(error.to_string().contains("IE 139 is mandatory"), "{error}");
}

#[test]
fn answers() {
    let cause = Cause::SLICE_NOT_SUPPORTED;
    let unsuccessful = PduSessionResourceSetupUnsuccessfulTransfer { cause };
    let octets = unsuccessful.encode().unwrap();
    assert_eq!(
        PduSessionResourceSetupUnsuccessfulTransfer::decode(&octets),
        Ok(unsuccessful)
    );
    let release = PduSessionResourceReleaseCommandTransfer { cause };
    let octets = release.encode().unwrap();
    assert_eq!(
        PduSessionResourceReleaseCommandTransfer::decode(&octets),
        Ok(release)
    );
    assert!(PduSessionResourceReleaseCommandTransfer::decode(&[]).is_err());
    let octets = PduSessionResourceReleaseResponseTransfer.encode().unwrap();
    assert_eq!(octets, [0]);
    assert!(PduSessionResourceReleaseResponseTransfer::decode(&octets).is_ok());
    assert!(PduSessionResourceReleaseResponseTransfer::decode(&[0, 0]).is_err());
}
