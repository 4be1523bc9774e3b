//! Published keys: 3GPP's test sets, the test USIM, and what open projects ship as defaults. They protect nobody; they are
//! why most captures of laboratories open without a key file.

use super::ring::{Operator, SubscriberKey};
use quintet_crypto::suci::{HomeNetworkPrivateKey, Profile};
use quintet_crypto::{K, Op, Opc, Top, TuakSizes};
use std::sync::LazyLock;

/// MILENAGE with OPc: name, K, OPc.
const WITH_OPC: &[(&str, &str, &str)] = &[
    (
        "default of Open5GS, NextEPC, UERANSIM and PyHSS",
        "465b5ce8b199b49faa5f0a2ee238a6bc",
        "e8ed289deba952e4283b54e88e6183ca",
    ),
    (
        "default of srsRAN (user_db.csv, ue.conf)",
        "00112233445566778899aabbccddeeff",
        "63bfa50ee6523365ff14c1f45f88737d",
    ),
    (
        "default of OpenAirInterface, free5GC and PyHSS",
        "8baf473f2f8fd09487cccbd7097c6862",
        "8e27b6af0e692e750f32667a3b14605d",
    ),
    (
        "default of OpenAirInterface's UE",
        "fec86ba6eb707ed08905757b1bb44b8f",
        "c42449363bbad02b66d16bc975d77cc1",
    ),
    (
        "default of OpenAirInterface's 5G core",
        "0c0a34601d4f07677303652c0462535b",
        "63bfa50ee6523365ff14c1f45f88737d",
    ),
    (
        "test SIM of Magma",
        "465b5ce8b199b49faa5f0a2ee238a6bc",
        "63bfa50ee6523365ff14c1f45f88737d",
    ),
    (
        "test SIM of Open5GS and default of my5G-RANTester",
        "70d49a71dd1a2b806a25abe0ef749f1e",
        "6f1bf53d624b3a43af6592854e2444c7",
    ),
    (
        "published SIM of srsRAN and Open5GS laboratories",
        "c9a5be8ba4db8266c35aa6857d742dc7",
        "660653553493d9f892fd5430bddca9b4",
    ),
    (
        "default of OMEC and Aether",
        "000102030405060708090a0b0c0d0e0f",
        "69d5c2eb2e2e624750541d3bbc692ba5",
    ),
    (
        "default of PacketRusher",
        "00112233445566778899aabbccddeeff",
        "00112233445566778899aabbccddeeff",
    ),
    (
        "MILENAGE example of Amarisoft",
        "00112233445566778899aabbccddeeff",
        "000102030405060708090a0b0c0d0e0f",
    ),
    (
        "UE of OpenAirInterface with a shared OPc",
        "0c0a34601d4f07677303652c0462535b",
        "ba05688178e398bedc100674071002cb",
    ),
    (
        "TS 35.208 test set 1",
        "465b5ce8b199b49faa5f0a2ee238a6bc",
        "cd63cb71954a9f4e48a5994e37a02baf",
    ),
    (
        "TS 35.208 test set 3",
        "fec86ba6eb707ed08905757b1bb44b8f",
        "1006020f0a478bf6b699f15c062e42b3",
    ),
    (
        "TS 35.208 test set 4",
        "9e5944aea94b81165c82fbf9f32db751",
        "a64a507ae1a2a98bb88eb4210135dc87",
    ),
    (
        "TS 35.208 test set 5",
        "4ab1deb05ca6ceb051fc98e77d026a84",
        "dcf07cbd51855290b92a07a9891e523e",
    ),
    (
        "TS 35.208 test set 6",
        "6c38a116ac280c454f59332ee35c8c4f",
        "3803ef5363b947c6aaa225e58fae3934",
    ),
    (
        "TS 35.208 test set 7",
        "2d609d4db0ac5bf0d2c0de267014de0d",
        "c35a0ab0bcbfc9252caff15f24efbde0",
    ),
    (
        "TS 35.208 test set 8",
        "a530a7fe428fad1082c45eddfce13884",
        "27953e49bc8af6dcc6e730eb80286be3",
    ),
    (
        "TS 35.208 test set 9",
        "d9151cf04896e25830bf2e08267b8360",
        "c4c93effe8a08138c203d4c27ce4e3d9",
    ),
    (
        "TS 35.208 test set 10",
        "a0e2971b6822e8d354a18cc235624ecb",
        "82a26f22bba9e9488f949a10d98e9cc4",
    ),
    (
        "TS 35.208 test set 12",
        "77b45843c88e58c10d202684515ed430",
        "d483afae562409a326b5bb0b20c4d762",
    ),
    (
        "TS 35.208 test set 14",
        "d32dd23e89dc662354ca12eb79dd32fa",
        "d22a4b4180a5325708a5ff70d9f67ec7",
    ),
    (
        "TS 35.208 test set 15",
        "af7c65e1927221de591187a2c5987a53",
        "a4cf5c8155c08a7eff418e5443b98e55",
    ),
    (
        "TS 35.208 test set 16",
        "5bd7ecd3d3127a41d12539bed4e7cf71",
        "76089d3c0ff3efdc6e36721d4fceb747",
    ),
    (
        "TS 35.208 test set 17",
        "6cd1c6ceb1e01e14f1b82316a90b7f3d",
        "a219dc37f1dc7d66738b5843c799f206",
    ),
    (
        "TS 35.208 test set 18",
        "b73a90cbcf3afb622dba83c58a8415df",
        "df0c67868fa25f748b7044c6e7c245b8",
    ),
    (
        "TS 35.208 test set 19, default of SD-Core",
        "5122250214c33e723a5dd523fc145fc0",
        "981d464c7c52eb6e5036234984ad0bcf",
    ),
    (
        "TS 35.208 test set 20",
        "90dca4eda45b53cf0f12d7c9c3bc6a89",
        "cb9cccc4b9258e6dca4760379fb82581",
    ),
    (
        "TS 35.207 test set 2",
        "0396eb317b6d1c36f19c1c84cd6ffd16",
        "53c15671c60a4b731c55b4a441c0bde2",
    ),
    (
        "all zeros",
        "00000000000000000000000000000000",
        "00000000000000000000000000000000",
    ),
];

/// MILENAGE with OP, where the project ships that: name, K, OP.
const WITH_OP: &[(&str, &str, &str)] = &[
    (
        "free5GC's default, OPc taken as OP",
        "8baf473f2f8fd09487cccbd7097c6862",
        "8e27b6af0e692e750f32667a3b14605d",
    ),
    (
        "Open5GS's default, OPc taken as OP",
        "465b5ce8b199b49faa5f0a2ee238a6bc",
        "e8ed289deba952e4283b54e88e6183ca",
    ),
    (
        "default of Magma",
        "465b5ce8b199b49faa5f0a2ee238a6bc",
        "11111111111111111111111111111111",
    ),
    (
        "srsRAN's default, OPc taken as OP",
        "00112233445566778899aabbccddeeff",
        "63bfa50ee6523365ff14c1f45f88737d",
    ),
    (
        "OpenAirInterface's 5G core, OPc taken as OP",
        "0c0a34601d4f07677303652c0462535b",
        "63bfa50ee6523365ff14c1f45f88737d",
    ),
    (
        "MILENAGE example of Amarisoft, OP all ones",
        "5c95978b5e89488cb7db44381e237809",
        "ffffffffffffffffffffffffffffffff",
    ),
    (
        "all zeros, with OP",
        "00000000000000000000000000000000",
        "00000000000000000000000000000000",
    ),
];

/// XOR: name, K.
const XOR: &[(&str, &str)] = &[
    ("XOR, test USIM of TS 34.108", "000102030405060708090a0b0c0d0e0f"),
    (
        "XOR, default of Amarisoft and srsRAN",
        "00112233445566778899aabbccddeeff",
    ),
];

/// TUAK with TOP: name, K, TOP; RES 64 bits, MAC 64, CK and IK 128, one iteration: what EPS carries.
const TUAK: &[(&str, &str, &str)] = &[(
    "TS 35.233 test set 1",
    "abababababababababababababababab",
    "5555555555555555555555555555555555555555555555555555555555555555",
)];

/// Private keys of home networks: profile, key. Those of TS 33.501 C.4, which UERANSIM and free5GC ship.
const HOME_NETWORK: &[(Profile, &str)] = &[
    (
        Profile::A,
        "c53c22208b61860b06c62e5406a7b330c2b577aa5558981510d128247d38bd1d",
    ),
    (
        Profile::B,
        "f1ab1074477ebcc7f554ea1c5fc368b1616730155e0041ac447d6301975fecda",
    ),
];

/// The published private keys of home networks.
pub(super) fn home_network_keys() -> &'static [HomeNetworkPrivateKey] {
    static KEYS: LazyLock<Vec<HomeNetworkPrivateKey>> = LazyLock::new(|| {
        let keys = HOME_NETWORK.iter();
        keys.filter_map(|(profile, key)| HomeNetworkPrivateKey::new(*profile, &octets(key)).ok())
            .collect()
    });
    &KEYS
}

/// The published keys.
pub(super) fn keys() -> &'static [SubscriberKey] {
    static KEYS: LazyLock<Vec<SubscriberKey>> = LazyLock::new(|| {
        let milenage_opc = WITH_OPC
            .iter()
            .map(|(name, k, opc)| (name, K::new_128(octets(k)), Operator::Opc(Opc::new(octets(opc)))));
        let milenage_op = WITH_OP
            .iter()
            .map(|(name, k, op)| (name, K::new_128(octets(k)), Operator::Op(Op::new(octets(op)))));
        let xor = XOR
            .iter()
            .map(|(name, k)| (name, K::new_128(octets(k)), Operator::Xor));
        let sizes = TuakSizes::default();
        let tuak = TUAK.iter().map(|(name, k, top)| {
            (
                name,
                K::new_128(octets(k)),
                Operator::Top(Top::new(octets(top)), sizes),
            )
        });
        milenage_opc
            .chain(milenage_op)
            .chain(xor)
            .chain(tuak)
            .filter_map(|(name, k, operator)| SubscriberKey::new(None, (*name).to_owned(), k, operator).ok())
            .collect()
    });
    &KEYS
}

/// Octets of hex in this file.
fn octets<const N: usize>(hex: &str) -> [u8; N] {
    let digit = |c: u8| (c as char).to_digit(16).unwrap_or(0) as u8;
    let digits = hex.as_bytes();
    std::array::from_fn(|i| match digits.get(2 * i..2 * i + 2) {
        Some(&[high, low]) => digit(high) << 4 | digit(low),
        _ => 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_row_is_whole_and_stands_once() {
        let rows = WITH_OPC.len() + WITH_OP.len() + XOR.len() + TUAK.len();
        assert_eq!(keys().len(), rows, "none was refused");
        for (_, k, op) in WITH_OPC.iter().chain(WITH_OP) {
            for hex in [k, op] {
                assert!(
                    hex.len() == 32 && hex.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f')),
                    "{hex}"
                );
            }
        }
        let names: HashSet<&str> = keys().iter().map(SubscriberKey::name).collect();
        assert_eq!(names.len(), rows, "names tell keys apart");
        let given: HashSet<_> = WITH_OPC.iter().map(|(_, k, opc)| (k, opc)).collect();
        assert_eq!(given.len(), WITH_OPC.len());
    }

    #[test]
    fn hex_is_read_from_the_left() {
        assert_eq!(octets::<2>("01ff"), [1, 255]);
    }
}
