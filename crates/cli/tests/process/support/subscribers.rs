//! Subscribers of the tests, and their cards.

use super::server::quintet;
use quintet_crypto::{Amf, AuthenticationFunctions, Autn, K, Milenage, Opc, Rand, Sqn};
use quintet_subscriber::model::{Algorithm, Authentication, SqnProfile};
use std::fmt::Write;
use std::path::Path;

const K_HEX: &str = "465b5ce8b199b49faa5f0a2ee238a6bc";
const OPC_HEX: &str = "cd63cb71954a9f4e48a5994e37a02baf";

/// The IMSI of a subscriber by number.
pub(crate) fn imsi(n: u32) -> String {
    format!("00101{n:010}")
}

/// Provisions these IMSIs, with keys that all have.
pub(crate) fn provision(database: &Path, imsis: impl IntoIterator<Item = String>) {
    let mut text = "imsi,msisdn,k,opc\n".to_owned();
    for imsi in imsis {
        let _ = writeln!(text, "{imsi},4915112345678,{K_HEX},{OPC_HEX}");
    }
    import(database, &text);
}

/// The same with IMS, each under the identities that follow from its IMSI.
pub(crate) fn provision_ims(database: &Path, imsis: impl IntoIterator<Item = String>) {
    let mut text = "imsi,k,opc,ims\n".to_owned();
    for imsi in imsis {
        let _ = writeln!(text, "{imsi},{K_HEX},{OPC_HEX},true");
    }
    import(database, &text);
}

fn import(database: &Path, csv: &str) {
    let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    std::fs::write(file.path(), csv).unwrap();
    let arguments = ["subscriber", "import", "--db"].map(std::ffi::OsStr::new);
    let output = quintet(
        arguments
            .into_iter()
            .chain([database.as_os_str(), file.path().as_os_str()]),
    );
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Adds one subscriber, and answers whether that was acknowledged.
pub(crate) fn add(database: &Path, imsi: &str) -> bool {
    let database = database.to_str().unwrap();
    quintet([
        "subscriber",
        "add",
        imsi,
        "--k",
        K_HEX,
        "--opc",
        OPC_HEX,
        "--db",
        database,
    ])
    .status
    .success()
}

/// The card that every subscriber has.
pub(crate) fn card() -> AuthenticationFunctions {
    let (k, opc) = keys();
    AuthenticationFunctions::Milenage(Milenage::new(k, opc).unwrap())
}

fn keys() -> (K, Opc) {
    let octets = |text: &str| <[u8; 16]>::try_from(hex::decode(text).unwrap()).unwrap();
    (K::new_128(octets(K_HEX)), Opc::new(octets(OPC_HEX)))
}

/// What is written on that card, for a simulated one.
pub(crate) fn authentication() -> Authentication {
    let (k, opc) = keys();
    Authentication {
        k,
        algorithm: Algorithm::Milenage { opc },
        amf: Amf([0x80, 0]),
        sqn_profile: SqnProfile::TIME_BASED,
        dif: None,
        seq_seed: 0,
    }
}

/// The SQN of a challenge, if its MAC-A holds.
pub(crate) fn sqn(card: &AuthenticationFunctions, rand: &Rand, autn: &[u8]) -> Sqn {
    let autn = Autn::from_octets(autn.try_into().unwrap());
    card.verify_autn(rand, &autn).expect("MAC-A holds").0
}

/// Re-Synchronization-Info: RAND and AUTS (TS 29.272 7.3.15).
pub(crate) fn resynchronization(card: &AuthenticationFunctions, rand: &Rand, sqn_ms: Sqn) -> Vec<u8> {
    let mut token = rand.to_vec();
    card.auts(rand, sqn_ms).put(&mut token);
    token
}
