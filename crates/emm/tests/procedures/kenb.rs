//! KeNB against rows that other implementations made (TS 33.401 A.3): the context has the row's KASME and COUNT, and the
//! SERVICE REQUEST of that COUNT brings the row's KeNB.

use crate::support::Network;
use quintet_crypto::Kasme;
use quintet_emm::Disposition;
use quintet_emm::network::Input;
use quintet_nas::security::{NasCount, NasCounts, NasSecurityContext, Role};
use serde_json::Value;

fn octets<const N: usize>(row: &Value, member: &str) -> [u8; N] {
    let text = row[member].as_str().expect("a text");
    hex::decode(text).expect("hex").try_into().expect("its length")
}

#[test]
fn published_rows() {
    let path = format!("{}/../../vectors/eps_kdf.json", env!("CARGO_MANIFEST_DIR"));
    let rows: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut checked = 0;
    for row in rows.iter().filter(|row| row["kdf"] == "KeNB") {
        // A COUNT has 24 bits, and near its end a new AKA is due.
        let count = NasCount::new(u32::from_be_bytes(octets(row, "P0")));
        let Some(count) = count.filter(|count| !count.is_near_end()) else {
            continue;
        };
        let (mut network, mut phone) = Network::attached();
        let _ = network.input(Input::ReleaseRequested);
        let kasme = Kasme::new(octets(row, "KEY"));
        let security = network.context().security.as_mut().unwrap();
        let (integrity, ciphering) = (security.nas.integrity(), security.nas.ciphering());
        let derive = |role| NasSecurityContext::derive(role, &kasme, integrity, ciphering).unwrap();
        let last = count.value().checked_sub(1).and_then(NasCount::new);
        security.nas = derive(Role::Network).with_counts(NasCounts {
            next_sent: Some(NasCount::ZERO),
            last_received: last,
        });
        phone.nas = Some(derive(Role::Ue).with_counts(NasCounts {
            next_sent: Some(count),
            last_received: None,
        }));
        security.kasme = kasme;
        let nas = phone.service_request();
        let s_tmsi = phone.guti.map(|guti| guti.s_tmsi());
        assert_eq!(
            network.connect(s_tmsi, &nas),
            Disposition::Handled,
            "{}",
            row["id"]
        );
        let setup = network.told(&mut phone).setup.expect("context setup");
        assert_eq!(*setup.kenb.expose(), octets(row, "KDF_output"), "{}", row["id"]);
        checked += 1;
    }
    assert!(checked >= 8, "{checked} rows");
}
