//! Diameter over TLS between processes: MME and CSCF reach their HSS, wrong certificates are refused with words, and all are
//! exchanged while the connections go on.

use crate::support::core::own_address;
use crate::support::server::{Server, Settings, quintet};
use crate::telemetry::{samples, value};
use quintet_runtime::fingerprint;
use rustix::process::Signal;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Certificates of a test authority: `hss`, `mme`, `other`, each for its name; and `pinned`, of nobody, without a name.
const CERTIFICATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime/tests/sctp/certificates");

const REALM: &str = "epc.mnc001.mcc001.3gppnetwork.org";
const SCSCF: &str = "scscf.ims.mnc001.mcc001.3gppnetwork.org";

fn certificate(name: &str) -> PathBuf {
    Path::new(CERTIFICATES).join(name).with_extension("pem")
}

/// What a peer pins to believe this certificate.
fn pin(name: &str) -> String {
    let pem = std::fs::read(certificate(name)).unwrap();
    fingerprint(&pem).unwrap().to_string()
}

/// The lines of a table that name a certificate with its key, and the test authority if it is believed.
fn own(name: &str, authority: bool) -> String {
    let file = |end: &str| certificate(name).with_extension(end).display().to_string();
    let mut text = format!("certificate = {:?}\nkey = {:?}\n", file("pem"), file("key.pem"));
    if authority {
        text += &format!(
            "authorities = {:?}\n",
            certificate("authority").display().to_string()
        );
    }
    text
}

/// The HSS's tables: what it shows, and the peers by their names and pins.
fn hss_tables(own: &str, peers: &[(&str, &str)]) -> String {
    let mut text = format!(
        "[hss]\nhome_plmns = [\"00101\"]\n[metrics]\nlisten = \"127.0.0.1:0\"\n[diameter.tls]\nlisten = [\"127.0.0.1:0\"]\n{own}"
    );
    for (identity, pin) in peers {
        text += &format!("[[diameter.peer]]\nidentity = {identity:?}\ncertificate_sha256 = [{pin:?}]\n");
    }
    text
}

/// Starts an HSS that shows `own` and pins its peers; answers where it listens for TLS.
fn hss(directory: &Path, own: &str, peers: &[(&str, &str)]) -> (Server, SocketAddr, Settings) {
    let mut settings = Settings::new(directory.join("q.db"));
    settings.rest = hss_tables(own, peers);
    let server = Server::start(&settings.write(directory));
    let address = server.address_of("Diameter over TLS: listening");
    (server, address, settings)
}

/// Starts an MME: a number that no other of these tests has, what it expects of the HSS, and what it shows.
fn mme(directory: &Path, n: u16, hss: SocketAddr, link: &str, own: &str) -> Server {
    static ADDRESS: LazyLock<Ipv4Addr> = LazyLock::new(own_address);
    let text = format!(
        "roles = [\"mme\"]\n[diameter]\nreconnect_ms = 100\n[sctp]\nbackend = \"udp\"\nudp_port = {}\n[mme]\n\
         identity = \"{}\"\nhss = \"{hss}\"\nlisten = [\"{}:36412\"]\nkeep_contexts = false\n{link}\n[mme.tls]\n{own}",
        9899 + n,
        name(n),
        *ADDRESS,
    );
    let file = directory.join(format!("mme{n}.toml"));
    std::fs::write(&file, text).unwrap();
    Server::start(&file)
}

/// Origin-Host of the MME number n.
fn name(n: u16) -> String {
    format!("mme{n}.{REALM}")
}

fn pinned(pin: &str) -> String {
    format!("hss_certificate_sha256 = [\"{pin}\"]")
}

#[test]
fn an_mme_and_an_s_cscf_reach_their_hss_with_certificates_that_are_pinned() {
    let directory = tempfile::tempdir().unwrap();
    let (of_mme, of_scscf) = (pin("mme"), pin("pinned"));
    let peers = [(&*name(1), &*of_mme), (SCSCF, &*of_scscf)];
    let (server, address, _) = hss(directory.path(), &own("hss", false), &peers);
    let mme = mme(
        directory.path(),
        1,
        address,
        &pinned(&pin("hss")),
        &own("mme", false),
    );
    mme.await_line("HSS reached");
    let text = format!(
        "roles = [\"scscf\"]\n[ims]\nhss = \"{address}\"\n{}\n[ims.tls]\n{}[scscf]\nlisten = \"127.0.0.1:0\"\n\
         keep_registrations = false\n",
        pinned(&pin("hss")),
        own("pinned", false),
    );
    let file = directory.path().join("scscf.toml");
    std::fs::write(&file, text).unwrap();
    let scscf = Server::start(&file);
    scscf.await_line("HSS reached");
    let told = samples(&server);
    for peer in [&name(1), SCSCF] {
        let up = format!("quintet_diameter_peer_up{{node=\"hss\",peer=\"{peer}\"}}");
        assert_eq!(value(&told, &up), 1.0, "{told:#?}");
    }
    let left = value(
        &told,
        r#"quintet_certificate_remaining_seconds{section="diameter.tls"}"#,
    );
    // The certificates of these tests are good for a hundred years.
    assert!(left > 86_400.0 * 365.0 * 50.0, "{left}");
}

#[test]
fn a_wrong_certificate_is_refused_with_words_both_ways() {
    let directory = tempfile::tempdir().unwrap();
    let (right, wrong) = (pin("mme"), pin("other"));
    // The first MME is expected with its certificate, the second with another; the authority would do for TLS, not for who it is.
    let peers = [(&*name(2), &*right), (&*name(3), &*wrong)];
    let (server, address, _) = hss(directory.path(), &own("hss", true), &peers);
    let expects_another = mme(
        directory.path(),
        2,
        address,
        &pinned(&pin("other")),
        &own("mme", false),
    );
    let line = expects_another.await_line("peer not reached");
    assert!(line.contains("invalid peer certificate"), "{line}");
    let is_another = mme(
        directory.path(),
        3,
        address,
        &pinned(&pin("hss")),
        &own("mme", false),
    );
    let line = server.await_line("a Diameter peer is not believed");
    assert!(line.contains("expected with another certificate"), "{line}");
    is_another.await_line("UNKNOWN_PEER");
    // One of no authority that is trusted does not even come so far, and hears why.
    let of_nobody = mme(
        directory.path(),
        4,
        address,
        &pinned(&pin("hss")),
        &own("pinned", false),
    );
    let line = server.await_line("invalid peer certificate");
    assert!(line.contains("no TLS with a Diameter peer"), "{line}");
    let line = of_nobody.await_line("TLS with a Diameter peer failed");
    assert!(line.contains("fatal alert"), "{line}");
    for mme in [expects_another, is_another, of_nobody] {
        assert!(!mme.log().contains("HSS reached"), "{}", mme.log());
    }
}

/// Has the HSS read again what is configured now, and waits until it has said so once more.
fn reload(server: &Server, times: &mut usize, says: &str) {
    let said = |server: &Server| server.log().matches(says).count();
    assert_eq!(said(server), *times, "{}", server.log());
    server.signal(Signal::HUP);
    *times += 1;
    server.await_line_number(*times, says);
}

#[test]
fn certificates_are_read_again_on_sighup_and_no_connection_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let [first, second] = [5, 6].map(name);
    let files = ["pem", "key.pem"].map(|end| directory.path().join("own").with_extension(end));
    let show = |name: &str| {
        for (file, end) in files.iter().zip(["pem", "key.pem"]) {
            std::fs::copy(certificate(name).with_extension(end), file).unwrap();
        }
    };
    show("hss");
    let own_files = format!(
        "certificate = {:?}\nkey = {:?}\n",
        files[0].display().to_string(),
        files[1].display().to_string()
    );
    let (of_mme, of_other) = (pin("mme"), pin("other"));
    let before = [(&*first, &*of_mme), (&*second, &*of_mme)];
    let (server, address, mut settings) = hss(directory.path(), &own_files, &before);
    let steady = mme(
        directory.path(),
        5,
        address,
        &pinned(&pin("hss")),
        &own("mme", false),
    );
    steady.await_line("HSS reached");

    // Another certificate, and another pin for the second MME.
    show("pinned");
    settings.rest = hss_tables(&own_files, &[(&*first, &*of_mme), (&*second, &*of_other)]);
    settings.write(directory.path());
    let (mut renewed, mut kept) = (0, 0);
    reload(&server, &mut renewed, "certificates were read again");
    let another = mme(
        directory.path(),
        6,
        address,
        &pinned(&pin("pinned")),
        &own("other", false),
    );
    another.await_line("HSS reached");

    // What is no key, what is another certificate's, and what is no configuration: said, and nothing changes.
    std::fs::write(&files[1], "rubbish").unwrap();
    reload(&server, &mut kept, "those of before stay");
    show("pinned");
    std::fs::copy(certificate("hss"), &files[0]).unwrap();
    reload(&server, &mut kept, "those of before stay");
    std::fs::write(directory.path().join("quintet.toml"), "[diameter").unwrap();
    let mut unreadable = 0;
    reload(&server, &mut unreadable, "certificates of before stay");
    drop(another);
    let again = mme(
        directory.path(),
        6,
        address,
        &pinned(&pin("pinned")),
        &own("other", false),
    );
    again.await_line("HSS reached");

    let log = steady.log();
    assert!(
        !log.contains("HSS gone") && log.matches("HSS reached").count() == 1,
        "{log}"
    );
}

#[test]
fn check_config_looks_at_certificates_as_well() {
    let directory = tempfile::tempdir().unwrap();
    let mut settings = Settings::new(directory.path().join("q.db"));
    let peers = [(&*name(1), &*pin("mme"))];
    for (own, expected) in [
        (own("hss", false), None),
        (
            own("hss", false).replace("hss.key", "mme.key"),
            Some("diameter.tls"),
        ),
    ] {
        settings.rest = hss_tables(&own, &peers);
        let file = settings.write(directory.path());
        let output = quintet([Path::new("check-config"), &file]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), expected.is_none(), "{said}");
        assert!(said.contains(expected.unwrap_or_default()), "{said}");
    }
}
