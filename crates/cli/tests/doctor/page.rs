//! The page in a real browser: a ladder is clicked, the finding is read, and nothing in a capture can do more than be read.

use crate::support::{captures, complained, doctor, json};
use quintet_browser::Browser;
use serde_json::json;
use std::path::{Path, PathBuf};

/// The page of the lab's capture, and the report it must agree with.
fn lab_page(directory: &Path) -> (PathBuf, serde_json::Value) {
    let capture = captures::lab().to_str().expect("its name is ASCII");
    let output = doctor(directory, &[capture, "--html", "report.html", "--json"]);
    assert_eq!(output.status.code(), Some(1), "{}", complained(&output));
    (directory.join("report.html"), json(&output))
}

/// The first attempt with this fault.
fn with_fault<'a>(report: &'a serde_json::Value, code: &str) -> &'a serde_json::Value {
    let attempts = report["attempts"].as_array().expect("a list");
    let has = |attempt: &&serde_json::Value| {
        let findings = attempt["findings"].as_array().expect("a list");
        findings.iter().any(|finding| finding["code"] == code)
    };
    attempts
        .iter()
        .find(has)
        .unwrap_or_else(|| panic!("no attempt shows {code}"))
}

#[test]
fn a_ladder_is_clicked_and_the_finding_is_read() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (page, report) = lab_page(directory.path());
    let Some(mut browser) = Browser::start() else {
        return;
    };
    browser.open(&page);
    browser.until("document.documentElement.dataset.ready === 'true'");
    let attempts = report["attempts"].as_array().expect("a list");
    assert_eq!(browser.count("#attempts button"), attempts.len() as u64);

    for (scenario, code) in captures::SCENARIOS {
        let Some(code) = code else { continue };
        let attempt = with_fault(&report, code);
        browser.click(&format!("#attempts button[data-attempt=\"{}\"]", attempt["id"]));
        let title = format!(
            "#{} {}",
            attempt["id"],
            attempt["procedure"].as_str().expect("text")
        );
        browser.until(&format!(
            "document.querySelector('#attempt h2').innerText.includes({})",
            json!(title)
        ));
        let finding = &attempt["findings"][0];
        assert_eq!(finding["code"], code, "{scenario}: the gravest");
        let shown = browser.text(".finding.fault");
        for part in ["code", "clause", "what", "next", "display_filter"] {
            let text = finding[part].as_str().expect("text");
            assert!(shown.contains(text), "{scenario}: {text:?} is not in {shown:?}");
        }
        assert!(browser.text(".break").contains(code), "the broken link is marked");

        browser.click(".finding.fault > button");
        browser.until("document.querySelector('.finding.fault').dataset.chosen === 'true'");
        let chosen = browser.value(
            "[...document.querySelectorAll('.message[data-chosen=\"true\"]')].map((m) => Number(m.dataset.frame))",
        );
        let frames = finding["frames"].as_array().expect("a list");
        let marked = chosen.as_array().expect("a list");
        assert!(
            !marked.is_empty() && marked.iter().all(|frame| frames.contains(frame)),
            "{marked:?} of {frames:?}"
        );

        assert_eq!(
            browser.count(".message"),
            attempt["messages"].as_array().map_or(0, Vec::len) as u64
        );
        browser.click(".message button.row");
        browser.until("!document.querySelector('.message .details').hidden");
        let details = browser.text(".message .details");
        let first = &attempt["messages"][0];
        for part in ["time", "protocol"] {
            assert!(details.contains(first[part].as_str().expect("text")), "{details}");
        }
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn the_list_is_searched_and_walked_by_keys() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (page, report) = lab_page(directory.path());
    let Some(mut browser) = Browser::start() else {
        return;
    };
    browser.open(&page);
    browser.press("/", 191, Some("/"));
    browser.until("document.activeElement.id === 'query'");
    browser.call("Input.insertText", json!({"text": "smc-rejected-capabilities"}));
    let all = report["attempts"].as_array().map_or(0, Vec::len);
    // One in each system.
    browser.until("document.querySelectorAll('#attempts li:not([hidden])').length === 2");
    assert_eq!(browser.text("#count"), format!("2 of {all} attempts"));
    browser.value("(() => { const q = document.getElementById('query'); q.value = ''; q.dispatchEvent(new Event('input')); })()");
    browser.value("document.querySelector('#attempts button').focus()");
    browser.press("ArrowDown", 40, None);
    browser.press("Enter", 13, Some("\r"));
    browser.until("document.querySelectorAll('#attempts button')[1].getAttribute('aria-current') === 'true'");
    browser.value("(() => { const o = document.getElementById('outcome'); o.value = 'success'; o.dispatchEvent(new Event('change')); })()");
    let good: u64 = ["eps", "5gs"]
        .iter()
        .map(|technology| {
            report["totals"][technology]["success"]
                .as_u64()
                .expect("a number")
        })
        .sum();
    assert_eq!(browser.count("#attempts li:not([hidden])"), good);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn the_page_fits_a_phone_and_follows_the_colours_of_the_night() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (page, _) = lab_page(directory.path());
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let phone = json!({"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": true});
    browser.call("Emulation.setDeviceMetricsOverride", phone);
    browser.open(&page);
    let width = browser.value("document.documentElement.scrollWidth");
    assert!(
        width.as_u64().is_some_and(|width| width <= 360),
        "{width} columns of pixels"
    );
    let mut ground = |scheme: &str| {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        browser.call("Emulation.setEmulatedMedia", features);
        browser.value("getComputedStyle(document.body).backgroundColor")
    };
    assert_ne!(ground("light"), ground("dark"));
}

#[test]
fn a_hostile_capture_is_shown_and_not_obeyed() {
    let hostile = "</script><script>window.owned=1</script><img src=\"http://192.0.2.9/x\" onerror=\"window.owned=2\">&lt;b&gt;";
    let directory = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(directory.path().join("s6a.pcapng"), captures::refused(hostile)).expect("room for a file");
    let output = doctor(
        directory.path(),
        &["s6a.pcapng", "--html", "report.html", "--json"],
    );
    assert_eq!(output.status.code(), Some(1), "{}", complained(&output));
    let Some(mut browser) = Browser::start() else {
        return;
    };
    browser.open(&directory.path().join("report.html"));
    browser.until("document.documentElement.dataset.ready === 'true'");
    assert!(
        browser.text("#attempt").contains(hostile),
        "it is read as it stands"
    );
    browser.click("#attempts button");
    assert_eq!(browser.value("typeof window.owned"), json!("undefined"));
    assert_eq!(browser.count("img"), 0);
    assert_eq!(browser.count("script"), 2);
    // What the page itself may not do, were it made to: the policy stands between.
    let before = browser.complaints();
    assert_eq!(before, Vec::<String>::new());
    browser.value("(() => { const s = document.createElement('script'); s.textContent = 'window.owned = 3'; document.body.append(s); })()");
    assert_eq!(
        browser.value("typeof window.owned"),
        json!("undefined"),
        "no other script runs"
    );
    assert!(!browser.complaints().is_empty(), "the policy says so");
}

/// The data in a page.
fn data(page: &str) -> serde_json::Value {
    let (_, rest) = page.split_once("id=\"data\">").expect("the page has data");
    let (data, _) = rest.split_once("</script>").expect("it ends");
    serde_json::from_str(data).expect("it is JSON")
}

/// That a capture is to the server, to which it was brought, what it is to the program.
fn is_the_same_to_both(directory: &Path, capture: &Path) {
    let name = capture.to_str().expect("its name is ASCII");
    let output = doctor(directory, &[name, "--html", "report.html", "--identities"]);
    assert!(
        output.status.code().is_some_and(|code| code < 2),
        "{}",
        complained(&output)
    );
    let of_file = data(&std::fs::read_to_string(directory.join("report.html")).expect("it was written"));
    let settings = quintet_doctor::Settings {
        identities: true,
        ..quintet_doctor::Settings::default()
    };
    let file = std::fs::File::open(capture).expect("it is there");
    let examined = quintet_consult::examine(name, Box::new(file), settings, "1").expect("it is a capture");
    let of_upload = data(&String::from_utf8(examined.page).expect("it is UTF-8"));
    let attempts = of_file["attempts"].as_array().expect("a list");
    assert_eq!(examined.attempts as usize, attempts.len());
    assert!(!attempts.is_empty(), "{name}");
    for part in ["attempts", "totals", "captures", "not_shown"] {
        assert_eq!(of_file[part], of_upload[part], "{name}: {part}");
    }
}

#[test]
fn what_is_brought_to_a_server_is_found_as_in_a_file() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    is_the_same_to_both(directory.path(), captures::lab());
}

#[test]
fn recordings_of_others_that_are_brought_to_a_server_are_found_as_in_files() {
    let recordings = std::env::var_os("QUINTET_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/captures"),
        PathBuf::from,
    );
    let directory = tempfile::tempdir().expect("a temporary directory");
    for name in [
        "adonohoe-5gpcap__auth_failure.pcap",
        "cut__ims_ipsec_challenge_unanswered.pcapng",
        "enb__images_trace_4g_open5gs_eNB.pcapng",
    ] {
        let capture = recordings.join(name);
        if !capture.exists() {
            assert!(
                std::env::var_os("CI").is_none_or(|ci| ci != "true"),
                "must run in CI: {} is not there",
                capture.display()
            );
            eprintln!("skipped: no {}; set QUINTET_CORPUS", capture.display());
            continue;
        }
        is_the_same_to_both(directory.path(), &capture);
    }
}
