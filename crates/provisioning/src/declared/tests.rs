//! Declared networks: what they mean, what is wrong with them, and that an export is one.

use super::*;
use crate::plan::{Change, Push, Serving, plan};
use proptest::prelude::*;
use quintet_subscriber::ims::{Registrations, Server, SetRegistration};
use quintet_subscriber::model::{Location, Roaming, ServingNode};
use std::sync::Arc;

const K: &str = "465b5ce8b199b49faa5f0a2ee238a6bc";
const OPC: &str = "cd63cb71954a9f4e48a5994e37a02baf";

const NETWORK: &str = r#"
profiles:
  default:
    ambr: {uplink: 100 Mbps, downlink: 1 Gbps}
    apns: [internet, {apn: ims, qci: 5}]
    default_apn: internet
  meter:
    apns:
      - apn: iot.local
        ambr: {uplink: 64000, downlink: 64 Kbps}
        pdn_type: ipv4
    roaming: {only: ["26201"]}
    rau_tau_timer_s: 3600
    fgs: {nssai: [{s_nssai: {sst: 2, sd: "00abcd"}, default: true}]}
ims_profiles:
  voice:
    ifc: |
      <InitialFilterCriteria><Priority>1</Priority><ApplicationServer><ServerName>sip:as.example.org</ServerName>
      <DefaultHandling>0</DefaultHandling></ApplicationServer></InitialFilterCriteria>
    scscf: {mandatory: [7], names: ["sip:s1.example.org"]}
subscribers:
  - {imsi: "001010000000001", msisdn: "33612345678", profile: default, ims: voice, k: {env: K1}, opc: {file: opc1}}
  - imsi: 001010000000002
    profile: meter
    k: 465b5ce8b199b49faa5f0a2ee238a6bc
    opc: cd63cb71954a9f4e48a5994e37a02baf
    sqn: 0000000007e0
    ims: true
  - {imsi: "001010000000003", k: 465b5ce8b199b49faa5f0a2ee238a6bc, algorithm: xor, amf: "9001"}
"#;

fn resolve(secret: &Secret) -> Result<Hex, String> {
    match secret {
        Secret::Inline(hex) => Ok(hex.clone()),
        Secret::Env(name) if name == "K1" => K.parse(),
        Secret::File(path) if path == "opc1" => OPC.parse(),
        other => Err(format!("{other:?} is not there")),
    }
}

fn desired(text: &str, stored: &[Desired]) -> Result<Vec<Desired>, DeclaredError> {
    let declared = Declared::read(text)?;
    let imsis: Vec<Imsi> = declared.imsis().collect();
    let all = imsis.iter().enumerate().map(|(index, imsi)| {
        let before = stored.iter().find(|stored| stored.subscriber.imsi == *imsi);
        let before = before.map(|stored| (&stored.subscriber, stored.ims.as_ref()));
        declared.desired(index, before, &mut resolve)
    });
    all.collect()
}

#[test]
fn profiles_secrets_and_what_is_usual() {
    let all = desired(NETWORK, &[]).unwrap();
    let first = &all[0];
    let subscription = &first.subscriber.subscription;
    assert_eq!(
        (subscription.ambr.uplink, subscription.ambr.downlink),
        (100_000_000, 1_000_000_000)
    );
    let apns: Vec<_> = subscription
        .apn_configurations
        .iter()
        .map(|apn| (apn.apn.as_str(), apn.qci.0))
        .collect();
    assert_eq!(apns, [("internet", 9), ("ims", 5)]);
    assert_eq!(hex::encode(first.subscriber.authentication.k.expose()), K);
    let ims = first.ims.as_ref().unwrap();
    assert_eq!(ims.profiles[0].profile.filter_criteria.len(), 1);
    assert_eq!(
        (
            &ims.capabilities.mandatory[..],
            ims.capabilities.server_names.len()
        ),
        (&[7][..], 1)
    );
    let second = &all[1];
    assert_eq!(
        second.subscriber.subscription.apn_configurations[0]
            .ambr
            .unwrap()
            .uplink,
        64_000
    );
    assert!(matches!(&second.subscriber.subscription.roaming, Roaming::Only(plmns) if plmns.len() == 1));
    assert_eq!(second.subscriber.authentication.seq_seed, 63);
    assert!(second.ims.is_some() && all[2].ims.is_none());
    assert_eq!(
        all[2].subscriber.subscription, first.subscriber.subscription,
        "the profile called default"
    );
}

#[test]
fn what_is_left_out_stays_and_null_takes_away() {
    let stored = desired(NETWORK, &[]).unwrap();
    let same = "subscribers: [{imsi: '001010000000001'}]";
    assert_eq!(
        desired(same, &stored).unwrap()[0],
        stored[0],
        "K, number, profile and IMS stay"
    );
    let less = "subscribers: [{imsi: '001010000000001', msisdn: null, ims: null}]";
    let less = desired(less, &stored).unwrap().remove(0);
    assert_eq!((less.subscriber.msisdn, &less.ims), (None, &None));
    assert_eq!(
        less.subscriber.authentication,
        stored[0].subscriber.authentication
    );
    let new = desired("subscribers: [{imsi: '001010000000009'}]", &stored).unwrap_err();
    assert!(new.why.contains("k is missing") && new.line == 1, "{new}");
}

#[test]
fn errors_say_where_and_hold_no_key() {
    for (text, line, said) in [
        ("profiles:\n  a: {apns: [in ternet]}\n", 2, "APN"),
        (
            "profiles:\n  a:\n    ambr: {uplink: fast, downlink: 1}\n",
            3,
            "no bit rate",
        ),
        ("profiles:\n  a: {apns: [x], default_apn: y}\n", 2, "no APN is y"),
        ("subscribers:\n  - imsi: '001010000000001'\n    kk: 1\n", 3, "kk"),
        ("subscribers:\n  - imsi: '00101000000000x'\n", 2, "decimal digits"),
        (
            "subscribers:\n  - {imsi: '001010000000001', k: 465b5ce8b199b49faa5f0a2ee238a6b}\n",
            2,
            "an octet has two",
        ),
        (
            "subscribers:\n  - {imsi: '001010000000001', k: {vault: x}}\n",
            2,
            "vault",
        ),
        (
            "subscribers:\n  - {imsi: '001010000000001', profile: gold}\n",
            2,
            "no profile \"gold\"",
        ),
        (
            "subscribers:\n  - {imsi: '001010000000001', ims: gold}\n",
            2,
            "no IMS profile \"gold\"",
        ),
        (
            "subscribers:\n  - {imsi: '001010000000001'}\n  - {imsi: '001010000000001'}\n",
            3,
            "twice",
        ),
        (
            "ims_profiles:\n  v: {ifc: '<ServiceProfile><x></ServiceProfile>'}\n",
            2,
            "ifc",
        ),
        ("subscribers: [\n", 2, ""),
        ("subscribers:\n\t- x\n", 2, ""),
    ] {
        let error = desired(text, &[]).unwrap_err();
        assert!(
            error.line.abs_diff(line) <= 1 && error.why.contains(said),
            "{text}: {error}"
        );
        assert!(!error.to_string().contains("465b5ce8"), "{error}");
    }
    let error = desired("subscribers: [{imsi: '001010000000001', k: {env: NOPE}}]", &[]).unwrap_err();
    assert!(
        error.why.contains("NOPE") && error.why.contains("001010000000001"),
        "{error}"
    );
}

/// What was cut off, or never written, would with `prune` be the end of all subscribers.
#[test]
fn that_there_are_no_subscribers_must_be_said() {
    for text in [
        "",
        "---\n",
        "{}",
        "mnc_digits: 3\n",
        "profiles: {}\nsubscribers:\n",
        "subscribers: null",
    ] {
        let error = desired(text, &[]).unwrap_err();
        assert!(
            error.why.contains("`subscribers: []` declares"),
            "{text:?}: {error}"
        );
    }
    for text in ["null", "~\n", "...", "[]"] {
        assert!(desired(text, &[]).is_err(), "{text:?}");
    }
    assert_eq!(desired("subscribers: []\n", &[]), Ok(Vec::new()));
}

#[test]
fn an_export_is_a_declared_network() {
    let stored = desired(NETWORK, &[]).unwrap();
    for with_keys in [true, false] {
        let mut octets = Vec::new();
        let mut writer = Exported::new(&mut octets).unwrap();
        for entry in &stored {
            let sqn = "0000000007e0".parse().ok();
            writer
                .write(&entry.subscriber, entry.ims.as_ref(), sqn, with_keys)
                .unwrap();
        }
        writer.finish().unwrap();
        let text = String::from_utf8(octets).unwrap();
        assert_eq!(text.contains(K), with_keys, "{text}");
        let before = if with_keys { &[][..] } else { &stored };
        let again = desired(&text, before).unwrap_or_else(|error| panic!("{error}\n{text}"));
        for (again, first) in again.iter().zip(&stored) {
            let mut again = again.clone();
            again.subscriber.authentication.seq_seed = first.subscriber.authentication.seq_seed;
            assert_eq!(&again, first, "{text}");
        }
    }
    let mut octets = Vec::new();
    Exported::new(&mut octets).unwrap().finish().unwrap();
    assert_eq!(
        desired(std::str::from_utf8(&octets).unwrap(), &[]),
        Ok(Vec::new())
    );
}

fn node(host: &str) -> ServingNode {
    serde_json::from_value(serde_json::json!({
        "host": host, "realm": "example.org", "visited_plmn": null, "rat_type": null, "ims_voice": null,
        "srvcc": null, "imei": null, "imeisv": null, "since": 0,
    }))
    .unwrap()
}

fn requests(pushes: &[Push]) -> Vec<(&str, &str)> {
    pushes
        .iter()
        .map(|push| (push.request, push.to.as_str()))
        .collect()
}

#[test]
fn a_plan_names_fields_and_requests_and_no_secret() {
    let stored = desired(NETWORK, &[]).unwrap();
    let old = &stored[0];
    let ims = old.ims.as_ref().unwrap();
    let server = Server {
        name: "sip:s1.example.org".to_owned(),
        host: "s1.example.org".to_owned(),
        realm: "example.org".to_owned(),
    };
    let set = SetRegistration {
        id: 0,
        registered: vec![ims.private[0].impi.clone()],
        ..SetRegistration::default()
    };
    let serving = Serving {
        location: Some(Location {
            mme: Some(node("mme1.example.org")),
            ..Location::default()
        }),
        context: Some(
            serde_json::from_value(serde_json::json!({
                "sdm_subscriptions": [{
                    "id": "1", "nf_instance_id": "a", "callback_reference": "http://amf/cb", "monitored_resource_uris": [],
                }],
            }))
            .unwrap(),
        ),
        ims: Some(quintet_subscriber::ims::ImsRecord {
            subscription: Arc::new(ims.clone()),
            registrations: Registrations {
                server: Some(server),
                sets: vec![set],
                ..Registrations::default()
            },
            version: 1,
        }),
    };
    let before = Some((&old.subscriber, old.ims.as_ref()));
    let next = |text: &str| desired(text, &stored).unwrap().remove(0);
    let kept = plan(
        before,
        Some(&next("subscribers: [{imsi: '001010000000001'}]")),
        &serving,
    );
    assert_eq!(kept, (Change::Keep, vec![], vec![]));

    let text = NETWORK
        .replace("100 Mbps", "200 Mbps")
        .replace("ims: voice", "ims: false");
    let (change, fields, pushes) = plan(before, Some(&next(&text)), &serving);
    assert_eq!(change, Change::Update);
    let ambr = fields
        .iter()
        .find(|field| field.field == "subscription.ambr.uplink")
        .unwrap();
    assert_eq!(
        (ambr.before.as_deref(), ambr.after.as_deref()),
        (Some("100000000"), Some("200000000"))
    );
    assert_eq!(
        requests(&pushes),
        [
            ("Insert-Subscriber-Data-Request", "mme1.example.org"),
            ("Nudm_SDM_Notification", "http://amf/cb"),
            ("Registration-Termination-Request", "s1.example.org"),
        ]
    );

    let text = NETWORK
        .replace("sip:as.example.org", "sip:as2.example.org")
        .replace("{env: K1}", OPC);
    let (_, fields, pushes) = plan(before, Some(&next(&text)), &serving);
    assert_eq!(requests(&pushes), [("Push-Profile-Request", "s1.example.org")]);
    let said = format!("{fields:?}");
    assert!(
        said.contains("\"k\"") && !said.contains(K) && !said.contains(OPC),
        "{said}"
    );

    let (change, _, pushes) = plan(before, None, &serving);
    assert_eq!(change, Change::Remove);
    assert_eq!(
        requests(&pushes),
        [
            ("Cancel-Location-Request", "mme1.example.org"),
            ("Registration-Termination-Request", "s1.example.org")
        ]
    );
    let gone = NETWORK.replace(
        "    apns: [internet, {apn: ims, qci: 5}]",
        "    apns: [internet, {apn: ims, qci: 5}]\n    eps: false",
    );
    let (_, _, pushes) = plan(before, Some(&next(&gone)), &serving);
    assert_eq!(
        requests(&pushes)[0],
        ("Cancel-Location-Request", "mme1.example.org")
    );
}

proptest! {
    #[test]
    fn any_text_ends(text in "[ -~\n\t]{0,200}") {
        let _ = Declared::read(&text);
    }

    #[test]
    fn any_mutation_ends(at in 0usize..1_500, octet in 0u8..128) {
        let mut text = NETWORK.as_bytes().to_vec();
        let at = at % text.len();
        text[at] = octet;
        let _ = desired(std::str::from_utf8(&text).unwrap(), &[]);
    }
}
