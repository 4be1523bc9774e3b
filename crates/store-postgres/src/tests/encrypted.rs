//! TLS and passwords, with a server that wants both.

use super::support::{Cluster, Place, options};
use super::{count, put};
use crate::{Options, PostgresStore};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

const PASSWORD: &str = "correct horse battery";

fn openssl(directory: &Path, arguments: &[&str]) {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// An authority, `name.pem` and `name.key`.
fn authority(directory: &Path, name: &str) {
    let (key, certificate, subject) = (
        format!("{name}.key"),
        format!("{name}.pem"),
        format!("/CN={name}"),
    );
    openssl(
        directory,
        &[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-keyout",
            &key,
            "-out",
            &certificate,
            "-subj",
            &subject,
            "-addext",
            "basicConstraints=critical,CA:TRUE",
        ],
    );
}

fn prepare(directory: &Path) {
    authority(directory, "ours");
    authority(directory, "other");
    openssl(
        directory,
        &[
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            "server.key",
            "-out",
            "server.csr",
            "-subj",
            "/CN=localhost",
        ],
    );
    std::fs::write(directory.join("names"), "subjectAltName=DNS:localhost\n").unwrap();
    openssl(
        directory,
        &[
            "x509",
            "-req",
            "-in",
            "server.csr",
            "-CA",
            "ours.pem",
            "-CAkey",
            "ours.key",
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            "names",
            "-out",
            "server.pem",
        ],
    );
    let rules = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";
    std::fs::write(directory.join("hba"), rules).unwrap();
    std::fs::write(directory.join("password"), format!("{PASSWORD}\n")).unwrap();
    for secret in ["server.key", "password"] {
        std::fs::set_permissions(directory.join(secret), std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a free port is looked for")]
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

#[test]
fn the_servers_certificate_is_verified_and_the_password_kept_to_ourselves() {
    let port = free_port();
    let (listen, at) = ("listen_addresses=127.0.0.1", format!("port={port}"));
    let settings = [
        listen,
        &at,
        "ssl=on",
        "ssl_cert_file=../server.pem",
        "ssl_key_file=../server.key",
        "hba_file={directory}/hba",
    ];
    let Some(cluster) = Cluster::prepared(&settings, prepare) else {
        return;
    };
    let schema = cluster.place().schema;
    let set = format!("ALTER ROLE quintet PASSWORD '{PASSWORD}'");
    let place = Place {
        url: String::new(),
        schema: schema.clone(),
    };
    cluster.psql_at(&place, port, &set);

    let open = |host: &str, authority: &str, user: &str, password_file: bool| {
        let url = format!("postgresql://{user}@{host}:{port}/postgres?sslmode=verify-full");
        let path = |name: &str| cluster.path().join(name);
        PostgresStore::open(
            &url,
            Options {
                authorities: Some(path(authority)),
                password_file: password_file.then(|| path("password")),
                ..options(&schema)
            },
        )
    };
    let refused = |opened: Result<PostgresStore, crate::OpenError>| {
        let said = opened.map(|_| ()).unwrap_err().to_string();
        assert!(!said.contains("horse") && !said.contains("staple"), "{said}");
        said
    };
    let store = open("localhost", "ours.pem", "quintet", true).unwrap();
    put(&store, 0..5).unwrap();
    assert_eq!(count(&store), Ok(5));
    let encrypted = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
         WHERE application_name LIKE 'quintet %' AND client_port > 0";
    assert_eq!(cluster.psql_at(&place, port, encrypted), "t");
    // In the URL as well.
    open(
        "localhost",
        "ours.pem",
        "quintet:correct%20horse%20battery",
        false,
    )
    .unwrap();

    let said = refused(open("localhost", "other.pem", "quintet", true));
    assert!(said.contains("certificate"), "{said}");
    let said = refused(open("127.0.0.1", "ours.pem", "quintet", true));
    assert!(said.contains("certificate"), "{said}");
    let said = refused(open("localhost", "ours.pem", "quintet:wrong-staple", false));
    assert!(said.contains("does not let this user in"), "{said}");
}
