//! Every length limit of every table: at the limit it is read, one octet less it is not.

use quintet_identity::{Plmn, Tai};
use quintet_nas::common::{Format, MAX_ELEMENT_OCTETS, Row};
use quintet_nas::eps::*;

use crate::samples::fgs_tables;

/// Every message: name, header rows, mandatory rows, optional rows.
macro_rules! tables {
    ($($name:ident)*) => { [$((stringify!($name), $name::MANDATORY, $name::OPTIONAL)),*] };
}

type Table = (&'static str, &'static [Row], &'static [Row]);

fn tables() -> Vec<Table> {
    let emm: [Table; 33] = tables!(
        AttachRequest AttachAccept AttachComplete AttachReject DetachRequestFromUe DetachRequestFromNetwork DetachAccept
        TrackingAreaUpdateRequest TrackingAreaUpdateAccept TrackingAreaUpdateComplete TrackingAreaUpdateReject
        ExtendedServiceRequest ControlPlaneServiceRequest ServiceAccept ServiceReject GutiReallocationCommand
        GutiReallocationComplete AuthenticationRequest AuthenticationResponse AuthenticationReject AuthenticationFailure
        IdentityRequest IdentityResponse SecurityModeCommand SecurityModeComplete SecurityModeReject EmmStatus
        EmmInformation DownlinkNasTransport UplinkNasTransport CsServiceNotification DownlinkGenericNasTransport
        UplinkGenericNasTransport
    );
    let esm: [Table; 27] = tables!(
        ActivateDefaultEpsBearerContextRequest ActivateDefaultEpsBearerContextAccept ActivateDefaultEpsBearerContextReject
        ActivateDedicatedEpsBearerContextRequest ActivateDedicatedEpsBearerContextAccept
        ActivateDedicatedEpsBearerContextReject ModifyEpsBearerContextRequest ModifyEpsBearerContextAccept
        ModifyEpsBearerContextReject DeactivateEpsBearerContextRequest DeactivateEpsBearerContextAccept
        PdnConnectivityRequest PdnConnectivityReject PdnDisconnectRequest PdnDisconnectReject
        BearerResourceAllocationRequest BearerResourceAllocationReject BearerResourceModificationRequest
        BearerResourceModificationReject EsmInformationRequest EsmInformationResponse Notification EsmDummyMessage EsmStatus
        RemoteUeReport RemoteUeReportResponse EsmDataTransport
    );
    let fgs = fgs_tables()
        .into_iter()
        .map(|table| (table.name, table.mandatory, table.optional));
    emm.into_iter().chain(esm).chain(fgs).collect()
}

#[test]
fn the_tables_are_sound() {
    let mut rows = 0;
    for (name, mandatory, optional) in tables() {
        for row in mandatory.iter().chain(optional) {
            rows += 1;
            assert!(
                row.min <= row.max && row.max <= MAX_ELEMENT_OCTETS,
                "{name}: {row:?}"
            );
            assert!(
                row.min > row.format.overhead() || row.format.overhead() >= 2,
                "{name}: {row:?}"
            );
            let fixed = matches!(
                row.format,
                Format::HalfLow | Format::HalfHigh | Format::HalfSpare | Format::Tv1 | Format::V | Format::Tv
            );
            assert!(!fixed || row.min == row.max, "{name}: {row:?}");
        }
        for (i, row) in optional.iter().enumerate() {
            // The format that an unknown IEI of this value would be skipped by is the format it has, so that older
            // receivers find what follows; type 3 elements are older than that rule.
            let first = if row.format == Format::Tv1 {
                row.iei << 4
            } else {
                row.iei
            };
            match row.format {
                Format::Tv1 => assert!((8..16).contains(&row.iei), "{name}: {row:?}"),
                Format::TlvE => assert_eq!(first & 0xf0, 0x70, "{name}: {row:?}"),
                Format::Tlv => assert!(first < 0x70, "{name}: {row:?}"),
                Format::Tv => assert!(first < 0x80, "{name}: {row:?}"),
                other => panic!("{name}: {other:?} is no format of an optional element"),
            }
            assert!(
                optional[..i].iter().all(|other| !other.begins_with(first)),
                "{name}: IEI {first:02x} twice"
            );
        }
    }
    assert!(rows > 300, "{rows}");
}

#[test]
fn an_optional_element_shorter_than_its_row_is_soft() {
    let mut checked = 0;
    for row in TrackingAreaUpdateAccept::OPTIONAL
        .iter()
        .filter(|r| matches!(r.format, Format::Tlv | Format::TlvE))
    {
        for (short, malformed) in [(row.min - 1, true), (row.min, false)] {
            let Some(length) = short.checked_sub(row.format.overhead()) else {
                continue;
            };
            let mut octets = vec![7, 0x49, 0, row.iei];
            octets.extend(if row.format == Format::Tlv {
                vec![length as u8]
            } else {
                (length as u16).to_be_bytes().to_vec()
            });
            octets.resize(octets.len() + length, 0);
            let (message, soft) = TrackingAreaUpdateAccept::decode(&octets).unwrap();
            assert!(!malformed || !soft.is_empty(), "{row:?}");
            // Zeros are not a value of every element, but what is refused is kept.
            assert_eq!(soft.is_empty(), message.unrecognised.is_empty(), "{row:?}");
            checked += 1;
        }
    }
    assert!(checked > 30);
}

#[test]
fn lists_hold_what_they_may() {
    let tai = |tac| Tai {
        plmn: "00101".parse::<Plmn>().unwrap(),
        tac,
    };
    let tais: Vec<_> = (0..=MAX_TAIS as u16).map(tai).collect();
    let list = TaiList::of(&tais[..MAX_TAIS]).unwrap();
    assert_eq!(list.tais(), tais[..MAX_TAIS]);
    assert!(list.contains(tai(15)) && !list.contains(tai(16)));
    assert!(TaiList::of(&tais).is_err() && TaiList::of(&[]).is_err());
    // Sixteen PLMNs are too many; ApnIe refuses what does not fit.
    assert_eq!(PlmnList::of(&[tais[0].plmn; 16]).plmns().count(), 15);
    assert!(ApnIe::from_text(&"a".repeat(64)).is_err() && ApnIe::from_text("").is_err());
    assert!(ApnIe::from_text(&["abcdefghi"; 11].join(".")).is_err());
    assert_eq!(
        ApnIe::from_text("internet.mnc001").unwrap().text(),
        "internet.mnc001"
    );
}

#[test]
fn replayed_capabilities_are_those_of_the_network_capabilities() {
    // UE network capability and MS network capability of a real phone, and what its MME replayed.
    let ue = UeNetworkCapability(&[0xe0, 0x60, 0xe0, 0xe0]);
    let replayed = UeSecurityCapability::replayed(&ue, Some(&MsNetworkCapability(&[0xe5, 0xe0, 0x34])));
    assert_eq!(
        (replayed.eea, replayed.eia, replayed.uea, replayed.uia),
        (0xe0, 0x60, Some(0xe0), Some(0x60))
    );
    assert_eq!(replayed.gea, Some(0b0111_0000));
    assert!(
        replayed.has_eea(0)
            && replayed.has_eia(2)
            && !replayed.has_eia(0)
            && !replayed.has_eea(3)
            && !replayed.has_eea(8)
    );
    let alone = UeSecurityCapability::replayed(&UeNetworkCapability(&[0xf0, 0x70]), None);
    assert_eq!((alone.uea, alone.uia, alone.gea), (None, None, None));
}
