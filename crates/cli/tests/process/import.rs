//! `subscriber import`, `subscriber export --format yaml` and `apply`, as their users run them.

use crate::support::server::quintet;
use serde_json::Value;
use std::path::{Path, PathBuf};

const K: &str = "465b5ce8b199b49faa5f0a2ee238a6bc";
const OPC: &str = "cd63cb71954a9f4e48a5994e37a02baf";

/// A sample export of another system.
fn sample(name: &str) -> String {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../provisioning/samples");
    directory.join(name).display().to_string()
}

/// Runs the program on a database: exit code, output, what it complained about.
fn run(database: &Path, arguments: &[&str]) -> (i32, String, String) {
    let database = database.display().to_string();
    let output = quintet([arguments, &["--db", &database]].concat());
    let text = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
    let (said, complained) = (text(output.stdout), text(output.stderr));
    for key in [K, OPC] {
        assert!(!said.to_lowercase().contains(key) && !complained.to_lowercase().contains(key));
    }
    (output.status.code().unwrap(), said, complained)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn count(database: &Path) -> usize {
    let (_, said, _) = run(database, &["subscriber", "list", "--json"]);
    json(&said)["subscribers"].as_array().unwrap().len()
}

#[test]
fn all_or_nothing_and_again_is_harmless() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("q.db");
    let file = sample("open5gs.json");
    // Nothing is made by a dry run, not even the database.
    let (code, said, complained) = run(&database, &["subscriber", "import", &file, "--dry-run"]);
    assert_eq!(code, 1, "{said}{complained}");
    assert!(
        complained.contains("subscribers of Open5GS") && !database.exists(),
        "{complained}"
    );
    assert!(
        said.contains("imported 4, changed 0, skipped 0, refused 3"),
        "{said}"
    );
    assert!(
        said.contains("line 6") && said.contains("note: not carried: PCC rules"),
        "{said}"
    );

    let (code, said, _) = run(&database, &["subscriber", "import", &file]);
    assert!(code == 1 && said.contains("all or nothing"), "{said}");
    assert_eq!(count(&database), 0);

    let (code, said, _) = run(
        &database,
        &["subscriber", "import", &file, "--keep-going", "--json"],
    );
    let report = json(&said);
    assert_eq!((code, count(&database)), (1, 4), "{said}");
    assert_eq!(report["schema"], "quintet.subscriber.import/1");
    assert_eq!(
        (&report["source"], &report["written"]),
        (&"open5gs".into(), &true.into())
    );
    let row = &report["rows"][5];
    assert_eq!((&row["line"], &row["outcome"]), (&6.into(), &"refused".into()));
    assert!(row["remedy"].as_str().unwrap().contains("new K"), "{row}");

    // Again: what is there is skipped; with other data it is refused, or replaced.
    let (_, said, _) = run(&database, &["subscriber", "import", &file, "--keep-going"]);
    assert!(
        said.contains("imported 0, changed 0, skipped 4, refused 3"),
        "{said}"
    );
    let imsi = "001010000000001";
    assert_eq!(run(&database, &["subscriber", "set", imsi, "--msisdn", "1"]).0, 0);
    let (_, said, _) = run(&database, &["subscriber", "import", &file]);
    assert!(
        said.contains("with other data") && said.contains("--update"),
        "{said}"
    );
    let (_, said, _) = run(
        &database,
        &["subscriber", "import", &file, "--keep-going", "--update"],
    );
    assert!(
        said.contains("imported 0, changed 1, skipped 3, refused 3"),
        "{said}"
    );
    let (_, said, _) = run(&database, &["subscriber", "show", imsi, "--json"]);
    assert_eq!(json(&said)["msisdn"], "33612345678");
}

#[test]
fn databases_dumps_and_files_that_belong_together() {
    let directory = tempfile::tempdir().unwrap();
    let (path, dump) = (directory.path().join("pyhss.db"), sample("pyhss-sqlite.sql"));
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(&std::fs::read_to_string(&dump).unwrap())
        .unwrap();
    drop(connection);
    let report = |database: &str, file: &str| {
        let database = directory.path().join(database);
        let arguments = ["subscriber", "import", file, "--keep-going", "--json"];
        let (code, said, complained) = run(&database, &arguments);
        assert_eq!(code, 1, "{said}{complained}");
        let rows = json(&said)["rows"].as_array().unwrap().clone();
        let of_row = |row: &Value| {
            (
                row["identity"].clone(),
                row["outcome"].clone(),
                row["notes"].clone(),
            )
        };
        rows.iter().map(of_row).collect::<Vec<_>>()
    };
    assert_eq!(report("a.db", &path.display().to_string()), report("b.db", &dump));

    // FHoSS beside what is there: the IMS subscription alone.
    let database = directory.path().join("c.db");
    let add = [
        "subscriber",
        "add",
        "001010000000001",
        "--msisdn",
        "33612345678",
        "--apn",
        "mms",
    ];
    let output = quintet(
        [
            &add[..],
            &["--k", K, "--opc", OPC, "--db", &database.display().to_string()],
        ]
        .concat(),
    );
    assert!(output.status.success());
    let map = directory.path().join("map.csv");
    std::fs::write(&map, "alice@open-ims.test,001010000000004\n").unwrap();
    let fhoss = sample("fhoss.sql");
    let imsi_of = map.display().to_string();
    let arguments = [
        "subscriber",
        "import",
        &fhoss,
        "--keep-going",
        "--imsi-of",
        &imsi_of,
    ];
    let (code, said, _) = run(&database, &arguments);
    assert!(
        code == 1 && said.contains("imported 3, changed 1, skipped 4, refused 3"),
        "{said}"
    );
    let (_, said, _) = run(&database, &["subscriber", "show", "001010000000001", "--json"]);
    let shown = json(&said);
    assert_eq!(
        shown["subscription"]["apn_configurations"][0]["apn"], "mms",
        "what he had stays"
    );
    assert_eq!(shown["ims"]["capabilities"]["mandatory"][0], 1);

    // Files of two kinds are not one import.
    let (code, _, complained) = run(&database, &["subscriber", "import", &fhoss, &dump]);
    assert!(
        code == 2 && complained.contains("one after another"),
        "{complained}"
    );
    let free5gc = [
        "free5gc-am.json",
        "free5gc-sm.json",
        "free5gc-authentication.json",
    ]
    .map(sample);
    let [am, sm, authentication] = &free5gc;
    let (_, said, _) = run(
        &database,
        &["subscriber", "import", am, sm, authentication, "--dry-run"],
    );
    assert!(
        said.contains("imported 3, changed 0, skipped 1, refused 3"),
        "{said}"
    );
}

#[test]
fn keys_under_a_transport_key_come_from_files_and_the_environment() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("q.db");
    let key = directory.path().join("k4");
    std::fs::write(&key, "0011 2233 4455 6677 8899 aabb ccdd eeff\n").unwrap();
    let (file, key) = (sample("vendor-enciphered.csv"), key.display().to_string());
    let import = [
        "subscriber",
        "import",
        &file,
        "--keep-going",
        "--transport-key",
        &key,
        "--transport",
        "aes-128-ecb",
    ];
    let (code, _, complained) = run(&database, &[&import[..], &["--transport-kcv", "000000"]].concat());
    assert!(
        code == 2 && complained.contains("key check value"),
        "{complained}"
    );
    let (code, said, _) = run(&database, &[&import[..], &["--transport-kcv", "fde4fb"]].concat());
    assert!(
        code == 1 && said.contains("imported 4, changed 0, skipped 0, refused 2"),
        "{said}"
    );
    let (code, said, complained) = run(&database, &["subscriber", "import", &file]);
    assert!(
        code == 1 && said.contains("--transport-key"),
        "{said}{complained}"
    );
    let absent = [
        "subscriber",
        "import",
        &file,
        "--transport",
        "aes-128-ecb",
        "--transport-key",
        "env:QUINTET_NO_KEY",
    ];
    assert!(run(&database, &absent).2.contains("QUINTET_NO_KEY is not set"));
}

#[test]
fn an_export_is_applied_and_a_difference_is_shown_before() {
    let directory = tempfile::tempdir().unwrap();
    let (database, other) = (directory.path().join("a.db"), directory.path().join("b.db"));
    run(
        &database,
        &["subscriber", "import", &sample("open5gs.json"), "--keep-going"],
    );
    let network = directory.path().join("network.yaml").display().to_string();
    // With keys into another database: the same subscribers.
    assert_eq!(
        run(&database, &["subscriber", "export", &network, "--show-keys"]).0,
        0
    );
    let (code, said, complained) = run(&other, &["apply", "-f", &network]);
    assert!(code == 0 && said.contains("4 added"), "{said}{complained}");
    let subscribers = |database: &Path| {
        let (_, said, _) = run(database, &["subscriber", "export", "-", "--format", "json"]);
        let lines = said.lines().map(|line| {
            let mut value = json(line);
            value["sqn"] = Value::Null;
            value
        });
        lines.collect::<Vec<_>>()
    };
    assert_eq!(subscribers(&database), subscribers(&other));
    // Without keys into its own: nothing changes.
    run(&database, &["subscriber", "export", &network]);
    assert!(!std::fs::read_to_string(&network).unwrap().contains(K));
    let (_, said, _) = run(&database, &["apply", "-f", &network, "--prune"]);
    assert!(
        said.contains("0 added, 0 changed, 0 removed, 4 the same"),
        "{said}"
    );

    let text = "profiles:\n  slow: {ambr: {uplink: 1 Mbps, downlink: 1 Mbps}, apns: [internet]}\n\
        subscribers:\n  - {imsi: '001010000000001', profile: slow}\n  - {imsi: '001010000000002', msisdn: null}\n";
    std::fs::write(&network, text).unwrap();
    let before = subscribers(&database);
    let (code, said, _) = run(&database, &["apply", "-f", &network, "--prune", "--dry-run"]);
    assert!(
        code == 0 && said.contains("0 added, 2 changed, 2 removed, 0 the same"),
        "{said}"
    );
    assert!(
        said.contains("subscription.ambr.uplink: 1000000000 -> 1000000"),
        "{said}"
    );
    assert_eq!(subscribers(&database), before, "a dry run writes nothing");
    let (_, said, _) = run(&database, &["apply", "-f", &network, "--prune", "--json"]);
    let answer = json(&said);
    assert_eq!(
        (&answer["schema"], &answer["removed"]),
        (&"quintet.apply/1".into(), &2.into())
    );
    assert_eq!(count(&database), 2);
    let (_, said, _) = run(&database, &["apply", "-f", &network, "--prune"]);
    assert!(
        said.contains("0 added, 0 changed, 0 removed, 2 the same"),
        "{said}"
    );

    std::fs::write(&network, "subscribers:\n  - imsi: '001010000000001'\n    kk: 1\n").unwrap();
    let (code, _, complained) = run(&database, &["apply", "-f", &network]);
    assert!(
        code == 2 && complained.contains("network.yaml:3:"),
        "{complained}"
    );
}
