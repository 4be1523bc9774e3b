//! NAS messages in octets.

/// ATTACH REQUEST by an IMSI, naming a key set, with these capabilities.
pub(super) fn attach_request(ksi: u8, capability: [u8; 2]) -> Vec<u8> {
    attach_of_type(ksi, capability, 1)
}

/// The same of an EPS attach type.
pub(super) fn attach_of_type(ksi: u8, [eea, eia]: [u8; 2], attach_type: u8) -> Vec<u8> {
    let mut octets = vec![0x07, 0x41, ksi << 4 | attach_type];
    octets.extend([8, 0x09, 0x10, 0x10, 0x10, 0x32, 0x54, 0x76, 0x98]);
    octets.extend([2, eea, eia]);
    octets.extend([0, 4, 0x02, 0x01, 0xd0, 0x31]);
    octets
}

/// SERVICE REQUEST.
pub(super) fn service_request(ksi: u8, sequence: u8) -> Vec<u8> {
    vec![0xc7, ksi << 5 | sequence, 0x12, 0x34]
}

/// TRACKING AREA UPDATE REQUEST of a GUTI.
pub(super) fn update_request(ksi: u8) -> Vec<u8> {
    let mut octets = vec![0x07, 0x48, ksi << 4];
    octets.extend([11, 0xf6, 0x00, 0xf1, 0x10, 0x80, 0x01, 0x01, 0xc0, 0, 0, 1]);
    octets
}

/// AUTHENTICATION REQUEST whose RAND is made of one octet.
pub(super) fn challenge(ksi: u8, rand: u8) -> Vec<u8> {
    challenge_of(ksi, rand, [0x80, 0])
}

/// The same with an AMF.
pub(super) fn challenge_of(ksi: u8, rand: u8, amf: [u8; 2]) -> Vec<u8> {
    let mut octets = vec![0x07, 0x52, ksi];
    octets.extend([rand; 16]);
    octets.push(16);
    octets.extend([1, 2, 3, 4, 5, 6]);
    octets.extend(amf);
    octets.extend([9; 8]);
    octets
}

/// AUTHENTICATION RESPONSE.
pub(super) const RESPONSE: &[u8] = &[0x07, 0x53, 8, 1, 2, 3, 4, 5, 6, 7, 8];
/// AUTHENTICATION REJECT.
pub(super) const AUTHENTICATION_REJECT: &[u8] = &[0x07, 0x54];

/// AUTHENTICATION FAILURE.
pub(super) fn failure(cause: u8) -> Vec<u8> {
    let mut octets = vec![0x07, 0x5c, cause];
    if cause == 21 {
        octets.extend([0x30, 14]);
        octets.extend([7; 14]);
    }
    octets
}

/// SECURITY MODE COMMAND: EEA and EIA in one octet, the key set, the capabilities replayed.
pub(super) fn command(algorithms: u8, ksi: u8, [eea, eia]: [u8; 2]) -> Vec<u8> {
    vec![0x07, 0x5d, algorithms, ksi, 2, eea, eia]
}

/// SECURITY MODE COMPLETE.
pub(super) const COMPLETE: &[u8] = &[0x07, 0x5e];
/// IDENTITY REQUEST for the IMSI.
pub(super) const ASK_IMSI: &[u8] = &[0x07, 0x55, 0x01];
/// IDENTITY REQUEST for the IMEI.
pub(super) const ASK_IMEI: &[u8] = &[0x07, 0x55, 0x02];
/// IDENTITY RESPONSE with an IMSI.
pub(super) const GIVE_IMSI: &[u8] = &[0x07, 0x56, 8, 0x09, 0x10, 0x10, 0x10, 0x32, 0x54, 0x76, 0x98];
/// IDENTITY RESPONSE with an IMEI.
pub(super) const GIVE_IMEI: &[u8] = &[0x07, 0x56, 8, 0x0a, 0x10, 0x10, 0x10, 0x32, 0x54, 0x76, 0x98];
/// IDENTITY RESPONSE without an identity.
pub(super) const GIVE_NOTHING: &[u8] = &[0x07, 0x56, 3, 0x00, 0x00, 0x00];

/// SECURITY MODE REJECT.
pub(super) const fn command_reject(cause: u8) -> [u8; 3] {
    [0x07, 0x5f, cause]
}

/// ATTACH REJECT.
pub(super) const fn attach_reject(cause: u8) -> [u8; 3] {
    [0x07, 0x44, cause]
}

/// ATTACH REJECT #19 with PDN CONNECTIVITY REJECT inside.
pub(super) const fn attach_reject_esm(esm_cause: u8) -> [u8; 10] {
    [0x07, 0x44, 19, 0x78, 0, 4, 0x02, 0x01, 0xd1, esm_cause]
}

/// ATTACH ACCEPT, with a GUTI or without.
pub(super) fn accept(guti: bool) -> Vec<u8> {
    let mut octets = vec![0x07, 0x42, 0x01, 0x49];
    octets.extend([6, 0x00, 0x00, 0xf1, 0x10, 0x00, 0x01]);
    octets.extend([0, 4, 0x52, 0x01, 0xc1, 0x01]);
    if guti {
        octets.extend([0x50, 11, 0xf6, 0x00, 0xf1, 0x10, 0x80, 0x01, 0x01, 0xc0, 0, 0, 1]);
    }
    octets
}

/// ATTACH COMPLETE.
pub(super) const ATTACH_COMPLETE: &[u8] = &[0x07, 0x43, 0, 3, 0x52, 0x00, 0xc2];
/// DETACH REQUEST of the network, re-attach not required, implicitly detached.
pub(super) const DETACH_BY_NETWORK: &[u8] = &[0x07, 0x45, 0x02, 0x53, 10];
/// DETACH REQUEST of a UE that switches off.
pub(super) const DETACH_BY_UE: &[u8] = &[
    0x07, 0x45, 0x09, 8, 0x09, 0x10, 0x10, 0x10, 0x32, 0x54, 0x76, 0x98,
];
/// EMM STATUS, #98.
pub(super) const STATUS: &[u8] = &[0x07, 0x60, 98];
/// EMM INFORMATION.
pub(super) const INFORMATION: &[u8] = &[0x07, 0x61];
/// PDN CONNECTIVITY REJECT, #27.
pub(super) const PDN_REJECT: &[u8] = &[0x02, 0x01, 0xd1, 27];
