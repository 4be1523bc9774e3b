//! `quintet suci` and `quintet aka` of 5GS as their users run them, against the rows of `vectors/suci.json` and
//! `vectors/kdf_5g.json`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;
use std::process::{Command, Output};

fn quintet(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quintet"));
    command
        .args(arguments)
        .output()
        .expect("the program was built with this test")
}

fn json(arguments: &[&str]) -> Value {
    let output = quintet(&[arguments, &["--json"]].concat());
    let error = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|fault| panic!("{arguments:?}: {fault}; {error}"))
}

fn rows(name: &str) -> Vec<Value> {
    let path = format!("{}/../../vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn text<'a>(row: &'a Value, key: &str) -> Option<&'a str> {
    row.get(key)?.as_str()
}

#[test]
fn published_sucis_are_made_and_revealed() {
    let mut seen = 0;
    for row in rows("suci.json") {
        let (Some(output), Some(mcc), Some(mnc), Some(msin)) = (
            text(&row, "scheme_output"),
            text(&row, "mcc"),
            text(&row, "mnc"),
            text(&row, "msin"),
        ) else {
            continue;
        };
        let (supi, plmn) = (format!("imsi-{mcc}{mnc}{msin}"), format!("{mcc}{mnc}"));
        let profile = match row["profile"].as_str().unwrap() {
            "A" => "a",
            "B" => "b",
            _ => "null",
        };
        let mut reveal = vec!["suci", "deconceal"];
        let scheme = row["protection_scheme_id"].to_string();
        let key = if profile == "null" { "0" } else { "1" };
        let suci = format!(
            "suci-0-{mcc}-{mnc}-0-{scheme}-{key}-{}",
            if profile == "null" { msin } else { output }
        );
        reveal.push(&suci);
        if let Some(private) = text(&row, "hn_private_key") {
            reveal.extend(["--private-key", private]);
        }
        assert_eq!(json(&reveal)["supi"], supi, "{}", row["id"]);
        if let (Some(public), Some(ephemeral)) = (text(&row, "hn_public_key"), text(&row, "eph_private_key"))
        {
            let made = json(&[
                "suci",
                "conceal",
                &supi,
                "--plmn",
                &plmn,
                "--profile",
                profile,
                "--public-key",
                public,
                "--ephemeral-key",
                ephemeral,
            ]);
            assert_eq!(made["scheme_output"], output, "{}", row["id"]);
            assert_eq!(made["suci"], suci, "{}", row["id"]);
        }
        seen += 1;
    }
    assert!(seen >= 8, "{seen} rows");
}

#[test]
fn a_key_that_was_made_reveals_what_it_conceals_and_another_does_not() {
    let directory = tempfile::tempdir().unwrap();
    for profile in ["a", "b"] {
        let file = |name: &str| {
            directory
                .path()
                .join(format!("{profile}-{name}"))
                .display()
                .to_string()
        };
        let (own, other) = (file("own.key"), file("other.key"));
        let made = json(&["suci", "keygen", "--profile", profile, "--out", &own]);
        json(&["suci", "keygen", "--profile", profile, "--out", &other]);
        let private = std::fs::read_to_string(&own).unwrap();
        assert_eq!(private.trim().len(), 64);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                std::fs::metadata(&own).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        let again = quintet(&["suci", "keygen", "--profile", profile, "--out", &own]);
        assert_eq!(again.status.code(), Some(2), "a private key is not overwritten");
        assert_eq!(std::fs::read_to_string(&own).unwrap(), private);
        let public = made["public_key"].as_str().unwrap();
        let supi = "nai-somebody@example.com";
        let conceal = [
            "suci",
            "conceal",
            supi,
            "--profile",
            profile,
            "--public-key",
            public,
        ];
        let (one, two) = (json(&conceal), json(&conceal));
        assert_ne!(one["suci"], two["suci"], "each is another");
        let suci = one["suci"].as_str().unwrap();
        assert_eq!(
            json(&["suci", "deconceal", suci, "--key-file", &own])["supi"],
            supi
        );
        let refused = quintet(&["suci", "deconceal", suci, "--key-file", &other]);
        assert_eq!(refused.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&refused.stdout).contains("MAC tag"));
        let keyless = quintet(&["suci", "deconceal", suci]);
        assert_eq!(keyless.status.code(), Some(2));
    }
}

/// The rows that name K and OPc: SQN is found from AUTN, whose AK does not depend on it.
#[test]
fn vectors_of_5g_aka_are_those_that_others_made() {
    let mut seen = 0;
    let all = rows("kdf_5g.json");
    for row in all.iter().filter(|row| row["kdf"] == "RES*/XRES*") {
        let of = |key: &str| text(row, key);
        let (Some(k), Some(opc), Some(rand), Some(autn), Some(name), Some(star)) = (
            of("K"),
            of("OPc"),
            of("P1"),
            of("AUTN"),
            of("P0_ascii"),
            of("output"),
        ) else {
            continue;
        };
        let usim = ["--k", k, "--opc", opc, "--rand", rand];
        let ak = json(&[&["aka", "vector"][..], &usim].concat());
        let ak = u64::from_str_radix(ak["ak"].as_str().unwrap(), 16).unwrap();
        let sqn = format!("{:012x}", u64::from_str_radix(&autn[..12], 16).unwrap() ^ ak);
        let rest = ["--sqn", &sqn, "--amf", &autn[12..16], "--snn", name];
        let made = json(&[&["aka", "5g"][..], &usim, &rest].concat());
        assert_eq!(made["autn"], autn, "{}", row["id"]);
        assert_eq!(made["xres_star"], star, "{}", row["id"]);
        let id = row["id"].as_str().unwrap().replace("-xresstar", "-resstar");
        let sibling = |suffix: &str| {
            let wanted = [
                id.replace("-resstar", suffix),
                id.replace("-resstar", suffix).replace("-resstar", suffix),
            ];
            all.iter()
                .find(|other| wanted.iter().any(|wanted| other["id"] == **wanted))
        };
        for (suffix, field) in [
            ("-kausf", "kausf"),
            ("-kseaf", "kseaf"),
            ("-hresstar", "hxres_star"),
        ] {
            let Some(other) = sibling(suffix) else {
                continue;
            };
            let expected = text(other, "output")
                .or_else(|| text(other, "KDF_output"))
                .unwrap();
            assert_eq!(made[field], expected, "{}", other["id"]);
        }
        seen += 1;
    }
    assert!(seen >= 10, "{seen} rows");
}

#[test]
fn kamf_is_what_others_made() {
    let mut seen = 0;
    for row in rows("kdf_5g.json")
        .iter()
        .filter(|row| row["kdf"] == "KAMF")
        .take(8)
    {
        let (Some(key), Some(value), Some(abba)) = (text(row, "KEY"), text(row, "P0_ascii"), text(row, "P1"))
        else {
            continue;
        };
        let supi = if value.contains('@') {
            format!("nai-{value}")
        } else {
            format!("imsi-{value}")
        };
        let made = json(&["aka", "kamf", "--kseaf", key, "--supi", &supi, "--abba", abba]);
        let expected = text(row, "output").or_else(|| text(row, "KDF_output")).unwrap();
        assert_eq!(made["kamf"], expected, "{}", row["id"]);
        seen += 1;
    }
    assert!(seen >= 5, "{seen} rows");
}

/// Keys of EAP-AKA' hang together: KAUSF is the upper half of EMSK, and without an identity there are none.
#[test]
fn keys_of_eap_aka_prime_need_an_identity() {
    let usim = [
        "aka",
        "eap",
        "--k",
        "465b5ce8b199b49faa5f0a2ee238a6bc",
        "--opc",
        "cd63cb71954a9f4e48a5994e37a02baf",
        "--rand",
        "23553cbe9637a89d218ae64dae47bf35",
        "--sqn",
        "ff9bb4d0b607",
        "--plmn",
        "00101",
    ];
    let bare = json(&usim);
    assert!(bare.get("emsk").is_none() && bare["ck_prime"].as_str().unwrap().len() == 32);
    let whole = json(&[&usim[..], &["--supi", "imsi-001010000000001"]].concat());
    assert_eq!(whole["kausf"], whole["emsk"].as_str().unwrap()[..64]);
    let other = json(&[&usim[..], &["--supi", "imsi-001010000000002"]].concat());
    assert_eq!(whole["ck_prime"], other["ck_prime"]);
    assert_ne!(whole["msk"], other["msk"]);
    let nowhere = quintet(&["aka", "5g", "--k", "465b5ce8b199b49faa5f0a2ee238a6bc"]);
    assert_eq!(
        nowhere.status.code(),
        Some(2),
        "keys of 5GS are bound to a network"
    );
}
