//! Messages of our own, for when the shared ones are not there.

use quintet_nas::common::{Format, Row};
use quintet_nas::fgs::*;

/// A message of each kind in two forms: mandatory elements only, and with optional ones.
pub(crate) const EPS: &[&str] = &[
    "0741710809101000000000100 2e0e000040201d01140080402600400021c00",
    "0741610bf602f8108003c8c2e65e9a0558c060c0c0000402 01d0115202f810c4c25c0a003103e5e0341302f81004059011035758a65d0100c1",
    "07420149062000f11000010032520 1c101090908696e7465726e657405010ae1000a271b80802110020200108106c0a8a8018306c0a8a801000d04c0a8a801500bf600f110000101 6088f6d1170f590f5e0106f1",
    "0743000352 00c2",
    "074411",
    "0744137800060201d11b271b",
    "07450b0bf609f107000201dd0094ac",
    "0746",
    "0748610bf602f8108003c8c2e65e9a5804e060c0405202f810c4c25c0a00570220003103e5e0341302f810040511035758a65d0100c1",
    "074901500bf600f1100001016088f6d1540600f11000010057022000",
    "074a",
    "074b095f0121a1",
    "074c7105f4c2e65e9ab157022000",
    "074d08780005620 3eb0000",
    "074e095b215f0121",
    "074f57022000",
    "07500bf600f1100001016088f6d154062000f1100001",
    "0751",
    "075206905ada1e7da557ada1e72650e21ee5e3104bfb73f6b4558000b1903ab88a27237f",
    "07530866ff472dd493f15a",
    "0754",
    "075501",
    "0756080910101032548651",
    "075c15300e1120ee2a37e7ded26ad875592810",
    "075c14",
    "075d020005e060e06070c155010203045605060708 4f08a35e5f5912506ad46f0480008000370101",
    "075e23093375220029543138f9790003074101",
    "075f18",
    "076061",
    "0761430886 4f79d87d2e838c4601 4771109190616180 490101",
    "0762020904",
    "0763020904",
    "076401600391214361056201",
    "076801000201026501aa",
    "076902000201026501aa",
    "c7a1beef",
    "5201c101090908696e7465726e657405010ae1000a5e04fefe9b6958342702808066030000005f06010203040506",
    "5202c2270180",
    "5202c31f",
    "6200c50501090321000027 0180",
    "6200c6",
    "6200c71f",
    "5200c95b01093602a000",
    "5200ca",
    "5200cb1f",
    "5200cd24370103",
    "5200ce",
    "0201d031d12808 07696e7465726e6574",
    "0201d11b3701036b0101",
    "0202d205",
    "0202d331",
    "0203d405022000 0109",
    "0203d51a",
    "0203d6050220005b0109581a",
    "0203d71a",
    "0201d9",
    "0201da280908696e7465726e6574",
    "5200db0101",
    "0200dc",
    "0201e861",
    "5201e9790001 00",
    "5201ea",
    "5200eb0003010203f1",
];

/// A message of 5GS with its tables.
pub(crate) struct FgsTable {
    pub(crate) name: &'static str,
    message_type: u8,
    session: bool,
    pub(crate) mandatory: &'static [Row],
    pub(crate) optional: &'static [Row],
}

macro_rules! tables {
    ($session:literal: $($name:ident)*) => { [$(FgsTable {
        name: $name::NAME,
        message_type: $name::MESSAGE_TYPE,
        session: $session,
        mandatory: $name::MANDATORY,
        optional: $name::OPTIONAL,
    }),*] };
}

/// Every message of 5GS.
pub(crate) fn fgs_tables() -> Vec<FgsTable> {
    let fgmm: [FgsTable; 37] = tables!(false:
        RegistrationRequest RegistrationAccept RegistrationComplete RegistrationReject DeregistrationRequestFromUe
        DeregistrationAcceptFromNetwork DeregistrationRequestFromNetwork DeregistrationAcceptFromUe ServiceRequest
        ServiceReject ServiceAccept ControlPlaneServiceRequest NetworkSliceSpecificAuthenticationCommand
        NetworkSliceSpecificAuthenticationComplete NetworkSliceSpecificAuthenticationResult ConfigurationUpdateCommand
        ConfigurationUpdateComplete AuthenticationRequest AuthenticationResponse AuthenticationReject
        AuthenticationFailure AuthenticationResult IdentityRequest IdentityResponse SecurityModeCommand
        SecurityModeComplete SecurityModeReject FgmmStatus Notification NotificationResponse UlNasTransport
        DlNasTransport RelayKeyRequest RelayKeyAccept RelayKeyReject RelayAuthenticationRequest
        RelayAuthenticationResponse
    );
    let fgsm: [FgsTable; 20] = tables!(true:
        PduSessionEstablishmentRequest PduSessionEstablishmentAccept PduSessionEstablishmentReject
        PduSessionAuthenticationCommand PduSessionAuthenticationComplete PduSessionAuthenticationResult
        PduSessionModificationRequest PduSessionModificationReject PduSessionModificationCommand
        PduSessionModificationComplete PduSessionModificationCommandReject PduSessionReleaseRequest
        PduSessionReleaseReject PduSessionReleaseCommand PduSessionReleaseComplete FgsmStatus
        ServiceLevelAuthenticationCommand ServiceLevelAuthenticationComplete RemoteUeReport RemoteUeReportResponse
    );
    fgmm.into_iter().chain(fgsm).collect()
}

/// Every message of 5GS in two forms: mandatory elements only, and with every optional one, each as short as it may be.
pub(crate) fn fgs() -> Vec<Vec<u8>> {
    let mut samples = Vec::new();
    for table in fgs_tables() {
        let mut octets = if table.session {
            vec![0x2e, 5, 1, table.message_type]
        } else {
            vec![0x7e, 0, table.message_type]
        };
        for row in table.mandatory {
            put(row, &mut octets);
        }
        samples.push(octets.clone());
        if !table.optional.is_empty() {
            for row in table.optional {
                put(row, &mut octets);
            }
            samples.push(octets);
        }
    }
    samples
}

fn put(row: &Row, out: &mut Vec<u8>) {
    let value = value(row);
    let length = (value.len() as u16).to_be_bytes();
    match row.format {
        Format::HalfLow | Format::HalfSpare => out.push(1),
        Format::HalfHigh => *out.last_mut().unwrap() |= 0x10,
        Format::Tv1 => out.push(row.iei << 4 | 1),
        Format::V => {}
        Format::Tv => out.push(row.iei),
        Format::Lv => out.push(length[1]),
        Format::LvE => out.extend(length),
        Format::Tlv => out.extend([row.iei, length[1]]),
        Format::TlvE => out.extend([row.iei, length[0], length[1]]),
    }
    if !matches!(
        row.format,
        Format::HalfLow | Format::HalfSpare | Format::HalfHigh | Format::Tv1
    ) {
        out.extend(value);
    }
}

/// A value as short as it may be that the element takes.
fn value(row: &Row) -> Vec<u8> {
    let text = match row.name {
        "5GS mobile identity" | "Mobile identity" => "0100f110f0ff00000000000010",
        "5G-GUTI" | "Additional GUTI" => "f200f110020040c0ffee01",
        "5G-S-TMSI" => "f40040c0ffee01",
        "IMEISV" => "1532547698103254f6",
        "non-IMEISV PEI" => "06001122334455",
        "Last visited registered TAI" => "00f110000001",
        "TAI list" => "0000f110000001",
        name if name.starts_with("Forbidden TAI(s)") => "0000f110000001",
        "Requested NSSAI" | "Allowed NSSAI" | "Configured NSSAI" | "Pending NSSAI" => "0101",
        "Rejected NSSAI" => "1001",
        "S-NSSAI" | "Alternative S-NSSAI" => "01",
        "Equivalent PLMNs" | "UE determined PLMN with disaster condition" => "00f110",
        "PDU address" => "010a000001",
        _ => return vec![0; row.min - row.format.overhead()],
    };
    hex::decode(text).unwrap()
}
