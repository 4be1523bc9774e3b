//! What nodes tell of themselves as processes: metrics of each, and one name for an attempt in all their logs.

use crate::secrets::metrics;
use crate::support::cell::Cell;
use crate::support::core::{Core, Role};
use crate::support::mme::{Mme, find, result};
use crate::support::server::{Server, Settings};
use crate::support::{Random, subscribers};
use quintet_diameter::dict::avp;
use quintet_telemetry::{AttemptId, METRICS};
use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;

/// Every attempt is logged, and metrics are told.
const TOLD: &str = "[metrics]\nlisten = \"127.0.0.1:0\"\n[log]\nfilter = \"info,quintet_runtime=debug\"\n";

/// The samples of a scrape.
pub(crate) fn samples(server: &Server) -> Vec<String> {
    let text = String::from_utf8(metrics(server)).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("application/openmetrics-text"), "{head}");
    assert!(body.ends_with("# EOF\n"), "{body}");
    body.lines()
        .filter(|line| !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// The value of a sample; 0 if it is not told.
pub(crate) fn value(samples: &[String], sample: &str) -> f64 {
    let of = |line: &String| line.strip_prefix(sample)?.strip_prefix(' ')?.parse().ok();
    samples.iter().find_map(of).unwrap_or(0.0)
}

/// The attempts that a log names.
fn attempts(server: &Server) -> BTreeSet<String> {
    let log = server.log();
    log.split("attempt=")
        .skip(1)
        .map(|rest| rest.chars().take_while(char::is_ascii_hexdigit).collect())
        .collect()
}

#[test]
fn a_node_tells_what_it_did_and_how_long_it_took() {
    let directory = tempfile::tempdir().unwrap();
    let mut settings = Settings::new(directory.path().join("q.db"));
    settings.rest += TOLD;
    let configuration = settings.write(directory.path());
    subscribers::provision(&settings.database, [subscribers::imsi(1)]);
    let server = Server::start(&configuration);
    let mut mme = Mme::connect(server.address(), "mme.epc.mnc001.mcc001.3gppnetwork.org");
    let mut sessions = BTreeSet::new();
    for _ in 0..3 {
        let air = mme.air(&subscribers::imsi(1), 1, None);
        let session = find(&air, &[avp::SESSION_ID]).unwrap();
        sessions.insert(AttemptId::of_session_id(session.data).to_string());
        assert_eq!(result(&mme.ask(&air).unwrap()), 2001);
    }
    let ulr = mme.ulr(&subscribers::imsi(1));
    assert_eq!(result(&mme.ask(&ulr).unwrap()), 2001);
    let samples = samples(&server);
    for (sample, least) in [
        (r#"quintet_up{node="hss"}"#, 1.0),
        (r#"quintet_home_issuing{node="hss"}"#, 1.0),
        (
            r#"quintet_diameter_request_duration_seconds_count{node="hss",application="s6a",command="Authentication-Information"}"#,
            3.0,
        ),
        (
            r#"quintet_diameter_request_duration_seconds_bucket{node="hss",application="s6a",command="Update-Location",le="+Inf"}"#,
            1.0,
        ),
        (
            r#"quintet_diameter_messages_total{node="hss",direction="sent",kind="answer",application="s6a",command="Authentication-Information",result="2001"}"#,
            3.0,
        ),
        (r#"quintet_store_commit_duration_seconds_count{node="hss"}"#, 1.0),
        (
            r#"quintet_diameter_peer_up{node="hss",peer="mme.epc.mnc001.mcc001.3gppnetwork.org"}"#,
            1.0,
        ),
    ] {
        let told = value(&samples, sample);
        assert!(told >= least, "{sample} {told}: {samples:#?}");
    }
    for sample in &samples {
        let name = sample.split(['{', ' ']).next().unwrap();
        let known = |metric: &&&quintet_telemetry::Metric| metric.samples().iter().any(|own| own == name);
        assert!(
            METRICS.iter().any(|metric| known(&metric)),
            "{name} is in no table"
        );
    }
    // A Session-Id that names no attempt is one.
    let named = attempts(&server);
    assert!(sessions.is_subset(&named), "{sessions:?}: {}", server.log());
}

#[test]
fn a_registration_has_one_name_in_the_logs_of_three_processes() {
    let directory = tempfile::tempdir().unwrap();
    let core = Core::new(directory.path());
    for role in ["amf", "ausf", "udm"] {
        let file = directory.path().join(role).with_extension("toml");
        let mut file = OpenOptions::new().append(true).open(file).unwrap();
        file.write_all(TOLD.as_bytes()).unwrap();
    }
    subscribers::provision(&core.database(), (1..=2).map(subscribers::imsi));
    let (seed, _) = Random::seeded(0x5eed_0010);
    println!("seed {seed:#x}");
    let [udm, ausf, amf] = [Role::Udm, Role::Ausf, Role::Amf].map(|role| core.start(role));
    let cell = Cell::start(core.n2(), 2, seed);
    cell.wait("two registrations", |state| {
        state.accounts.iter().all(|account| account.successes > 0)
    });
    let everywhere: Vec<String> = attempts(&udm)
        .into_iter()
        .filter(|attempt| attempts(&ausf).contains(attempt) && attempts(&amf).contains(attempt))
        .collect();
    assert!(
        everywhere.len() >= 2 && everywhere.iter().all(|attempt| attempt.len() == 32),
        "{everywhere:?}\n{}\n{}\n{}",
        amf.log(),
        ausf.log(),
        udm.log()
    );
    let [of_udm, of_ausf, of_amf] = [&udm, &ausf, &amf].map(samples);
    assert!(value(&of_amf, r#"quintet_amf_phases_total{phase="registered"}"#) >= 2.0);
    assert!(
        value(
            &of_ausf,
            r#"quintet_ausf_authentications_total{outcome="confirmed"}"#
        ) >= 2.0
    );
    let vectors =
        r#"quintet_sbi_requests_total{node="udm",operation="Nudm_UEAuthentication_Get",status="200"}"#;
    assert!(value(&of_udm, vectors) >= 2.0, "{of_udm:#?}");
    assert_eq!(value(&of_udm, r#"quintet_home_issuing{node="udm"}"#), 1.0);
}
