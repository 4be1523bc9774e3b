//! A wrong configuration is one error with file, line, key, value and what is allowed, and exit code 2, whether the
//! server reads it or `check-config`.

use crate::support::server::{Server, Settings, quintet, refused};
use std::path::Path;

/// The text of a file, and what the error must name.
const WRONG: &[(&str, &[&str])] = &[
    (
        "[diameter]\nidentity = \"not a name\"\n",
        &["line 2", "identity", "not a name", "letters, digits"],
    ),
    ("[diameter]\nrealm = 5\n", &["line 2", "realm", "5", "string"]),
    (
        "[diameter]\nlisten = [\"everywhere\"]\n",
        &["line 2", "listen", "everywhere", "socket address"],
    ),
    (
        "[diameter]\nlisten = \"127.0.0.1:3868\"\n",
        &["line 2", "listen", "127.0.0.1:3868", "sequence"],
    ),
    (
        "\n[diameter]\nunknown_peers = \"perhaps\"\n",
        &["line 3", "unknown_peers", "perhaps", "accept", "local", "refuse"],
    ),
    (
        "[diameter]\nwatchdog_ms = 5999\n",
        &["line 2", "watchdog_ms", "5999", "6000 to 3600000"],
    ),
    (
        "[diameter]\nmax_connections = 0\n",
        &["max_connections", "0", "1 or more"],
    ),
    (
        "[diameter.overload]\ntarget_wait_ms = 9\n",
        &["line 2", "target_wait_ms", "9", "10 to 10000"],
    ),
    (
        "[diameter.overload]\nvalidity_s = 86401\n",
        &["diameter.overload.validity_s", "86401", "1 to 86400"],
    ),
    (
        "[diameter.overload]\nmax_reduction_percent = 100\n",
        &["diameter.overload.max_reduction_percent", "100", "1 to 95"],
    ),
    ("[diameter]\nlisten = []\n", &["listen", "[[diameter.peer]]"]),
    (
        "[[diameter.peer]]\nconnect = \"10.0.0.1:3868\"\n",
        &["line 1", "identity"],
    ),
    (
        "[[diameter.peer]]\nidentity = \"a.x\"\nfrom = [\"10.0.0.300\"]\n",
        &["line 3", "from", "10.0.0.300", "IP"],
    ),
    (
        "[[diameter.peer]]\nidentity = \"a.x\"\n[[diameter.peer]]\nidentity = \"A.X\"\n",
        &["A.X", "once"],
    ),
    (
        "[diameter]\nidentity = \"a.x\"\n[[diameter.peer]]\nidentity = \"a.x\"\n",
        &["own identity", "a.x"],
    ),
    ("[hss]\nslot = 8\n", &["line 2", "slot", "8", "0 to 7"]),
    (
        "[hss]\nhome_plmns = [\"0010\"]\n",
        &["line 2", "home_plmns", "0010"],
    ),
    ("[hss]\nslto = 1\n", &["line 2", "slto", "slot"]),
    (
        "[diameter]\nrealm = \"example.org\"\n",
        &["realm", "example.org", "hss.home_plmns"],
    ),
    (
        "[store]\nkind = \"oracle\"\n",
        &["line 2", "kind", "oracle", "sqlite", "memory"],
    ),
    (
        "[store]\nbusy_timeout_ms = 0\n",
        &["line 2", "busy_timeout_ms", "0", "1 to 60000"],
    ),
    (
        "[store]\nkind = \"memory\"\npath = \"/tmp/x.db\"\n",
        &["store.path", "memory"],
    ),
    (
        "[metrics]\nlisten = \"9100\"\n",
        &["line 2", "listen", "9100", "socket address"],
    ),
    (
        "[log]\nformat = \"xml\"\n",
        &["line 2", "format", "xml", "text", "json"],
    ),
    ("[log]\nfilter = \"loud=very\"\n", &["log.filter", "loud=very"]),
    (
        "roles = [\"smf\"]\n",
        &["line 1", "roles", "smf", "hss", "mme", "amf", "ausf", "udm"],
    ),
    ("roles = [\"amf\"]\n", &["amf.ausf", "sbi.nrf", "roles"]),
    ("roles = [\"amf\", \"ausf\"]\n", &["amf.udm", "sbi.nrf", "roles"]),
    ("roles = [\"ausf\"]\n", &["ausf.udm", "sbi.nrf", "roles"]),
    (
        "roles = [\"hss\", \"udm\"]\n[hss]\nslot = 1\n",
        &["udm.slot", "hss.slot", "1"],
    ),
    ("[sbi]\nnrf = \"nrf\"\n", &["line 2", "nrf", "http://"]),
    (
        "[sbi]\ncertificate = \"c.pem\"\n",
        &["sbi.certificate", "sbi.key"],
    ),
    (
        "[sbi]\nclient_certificates = true\n",
        &["sbi.client_certificates", "sbi.authorities"],
    ),
    (
        "[sbi]\noauth2 = true\n",
        &["sbi.oauth2", "sbi.nrf", "sbi.nrf_public_key"],
    ),
    (
        "[sbi]\nnrf_public_key = \"k.pem\"\n",
        &["sbi.nrf_public_key", "sbi.oauth2"],
    ),
    ("roles = [\"mme\"]\n", &["mme.hss", "roles"]),
    (
        "roles = [\"hss\", \"mme\"]\n[mme]\nhss_tls = true\n[mme.tls]\ncertificate = \"c\"\nkey = \"k\"\nauthorities = \"a\"\n",
        &["mme.hss", "diameter.tls.listen"],
    ),
    (
        "[diameter.tls]\ncertificate = \"/nonexistent/c.pem\"\nkey = \"/nonexistent/k.pem\"\n",
        &["diameter.tls.certificate", "/nonexistent/c.pem", "cannot be read"],
    ),
    (
        "roles = [\"mme\"]\n[mme]\nhss = \"127.0.0.1:1\"\nhss_tls = true\n[mme.tls]\ncertificate = \"/nonexistent/c.pem\"\n\
         key = \"/nonexistent/k.pem\"\nauthorities = \"/nonexistent/a.pem\"\n",
        &["mme.tls.authorities", "/nonexistent/a.pem", "cannot be read"],
    ),
    ("roles = []\n", &["roles"]),
    ("[diameter\n", &["line 1"]),
    ("what = 1\n", &["line 1", "what", "diameter", "hss", "store"]),
];

fn assert_one_error(code: Option<i32>, said: &str, file: &Path, expected: &[&str], text: &str) {
    assert_eq!(code, Some(2), "{text:?}: {said}");
    assert_eq!(
        said.matches("quintet: ").count(),
        1,
        "{text:?}: not one error: {said}"
    );
    assert!(!said.contains("panicked"), "{text:?}: {said}");
    for part in expected.iter().copied().chain([file.to_str().unwrap()]) {
        assert!(said.contains(part), "{text:?}: {part:?} is missing in: {said}");
    }
}

#[test]
fn a_wrong_value_is_one_error_that_says_all() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("quintet.toml");
    for (text, expected) in WRONG {
        std::fs::write(&file, text).unwrap();
        let (code, said) = refused(&file);
        assert_one_error(code, &said, &file, expected, text);
        let output = quintet([Path::new("check-config"), &file]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_one_error(output.status.code(), &said, &file, expected, text);
        assert!(output.stdout.is_empty(), "standard output is for answers");
    }
}

#[test]
fn a_missing_or_foreign_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing.toml");
    let (code, said) = refused(&missing);
    assert_one_error(code, &said, &missing, &["No such file"], "");
    let (code, said) = refused(directory.path());
    assert_one_error(code, &said, directory.path(), &["directory"], "");
    let binary = directory.path().join("binary.toml");
    std::fs::write(&binary, [0xff, 0xfe, 0, 1]).unwrap();
    let (code, said) = refused(&binary);
    assert_one_error(code, &said, &binary, &["UTF-8"], "");
}

#[test]
fn a_good_file_is_valid() {
    let directory = tempfile::tempdir().unwrap();
    let file = Settings::new(directory.path().join("q.db")).write(directory.path());
    let output = quintet([Path::new("check-config"), &file, Path::new("--json")]);
    assert_eq!(output.status.code(), Some(0));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["schema"], "quintet.check-config/1");
    assert_eq!(answer["valid"], true);
    assert!(
        !directory.path().join("q.db").exists(),
        "checking makes no database"
    );
}

#[test]
fn a_port_in_use_is_told_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let file = directory.path().join("quintet.toml");
    let database = directory.path().join("q.db");
    for table in ["diameter", "metrics"] {
        let value = if table == "diameter" {
            format!("[\"{address}\"]")
        } else {
            format!("\"{address}\"")
        };
        let other = if table == "diameter" {
            ""
        } else {
            "[diameter]\nlisten = [\"127.0.0.1:0\"]\n"
        };
        let text = format!(
            "{other}[{table}]\nlisten = {value}\n[store]\npath = \"{}\"\n",
            database.display()
        );
        std::fs::write(&file, text).unwrap();
        let mut server = Server::start(&file);
        assert_eq!(server.await_end().code(), Some(2), "{}", server.log());
        assert!(server.try_line("cannot listen").is_some(), "{}", server.log());
        assert!(server.log().contains(&address.to_string()), "{}", server.log());
    }
}
