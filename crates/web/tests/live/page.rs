//! The pages in a real browser: an attempt appears, its ladder is opened, a subscriber is watched, a capture is brought.

use crate::STRANGER;
use crate::site::Site;
use quintet_admin::Role;
use quintet_browser::Browser;
use quintet_consult::sample::s6a;
use serde_json::json;
use std::path::Path;

const PROVISIONED: &str = "001010000000001";

/// A browser that has logged in; none where there is no Chromium.
fn logged_in(site: &Site, role: Role) -> Option<(Browser, String)> {
    let mut browser = Browser::start()?;
    let address = format!("http://{}", site.address());
    browser.emulate(1200, 800, false, "light");
    browser.visit(&address, "/ui/login");
    browser.fill("input[name=\"token\"]", site.token(role, ""));
    browser.follow("main form button");
    Some((browser, address))
}

#[test]
fn an_attempt_is_seen_as_it_happens_and_its_ladder_is_read() {
    let site = Site::start();
    let Some((mut browser, address)) = logged_in(&site, Role::ReadOnly) else {
        return;
    };
    browser.visit(&address, "/ui/");
    browser.follow("nav a[href=\"/ui/live\"]");
    browser.until("document.getElementById('live-state').textContent.startsWith('0 attempts')");
    site.refuse(1, STRANGER);
    browser.until("document.getElementById('live-attempts').textContent.includes('subscriber-unknown')");
    let row = browser.text("#live-attempts button");
    for part in [STRANGER, "s6a", "going on", "subscriber-unknown"] {
        assert!(row.contains(part), "{part:?} is not in {row:?}");
    }
    browser.click("#live-attempts button");
    browser.until("document.querySelectorAll('#live-attempt .message').length === 2");
    let finding = browser.text("#live-attempt .finding.fault");
    for part in ["subscriber-unknown", "TS 29.272", "Next:"] {
        assert!(finding.contains(part), "{part:?} is not in {finding:?}");
    }
    assert!(
        browser
            .text("#live-attempt .break")
            .contains("subscriber-unknown")
    );
    assert_eq!(
        browser
            .text("#live-attempt .names .lanes")
            .split_whitespace()
            .collect::<Vec<_>>(),
        ["MME", "HSS"]
    );
    // Keys alone: down to the second message, Enter opens what is in it.
    browser.value("document.querySelector('#live-attempt button.row').focus()");
    browser.press("ArrowDown", 40, None);
    browser.press("Enter", 13, Some("\r"));
    browser.until("document.querySelectorAll('#live-attempt .message')[1].querySelector('button.row').getAttribute('aria-expanded') === 'true'");
    assert!(
        browser
            .text("#live-attempt .message:nth-of-type(3) .details")
            .contains("5001 USER_UNKNOWN")
    );
    browser.keep_picture("live.png");
    // Pause: what passes meanwhile waits.
    browser.click("#live-pause");
    browser.until("document.getElementById('live-pause').getAttribute('aria-pressed') === 'true'");
    site.refuse(2, "001018888888888");
    browser.until("live.waiting.length > 0");
    assert_eq!(browser.count("#live-attempts button"), 1);
    browser.click("#live-pause");
    browser.until("document.querySelectorAll('#live-attempts button').length === 2");
    assert!(
        browser
            .text("#live-attempts li:first-child")
            .contains("001018888888888"),
        "the newest first"
    );
    // The filter.
    browser.fill("#live-who", "8888");
    browser.until("document.querySelectorAll('#live-attempts button').length === 1");
    assert!(browser.text("#live-attempts").contains("001018888888888"));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn dark_and_on_a_phone_it_is_readable() {
    let site = Site::start();
    let Some((mut browser, address)) = logged_in(&site, Role::Admin) else {
        return;
    };
    site.refuse(1, STRANGER);
    browser.emulate(390, 844, true, "dark");
    browser.visit(&address, "/ui/live");
    browser.until("document.querySelectorAll('#live-attempts button').length === 1");
    browser.click("#live-attempts button");
    browser.until("document.querySelectorAll('#live-attempt .message').length === 2");
    let wide = browser.value("[document.documentElement.scrollWidth, window.innerWidth]");
    assert!(
        wide[0].as_f64() <= wide[1].as_f64(),
        "no scrolling sideways: {wide}"
    );
    browser.keep_picture("live-phone-dark.png");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn a_subscriber_is_watched() {
    let site = Site::start();
    let Some((mut browser, address)) = logged_in(&site, Role::Admin) else {
        return;
    };
    site.provision(PROVISIONED);
    browser.visit(&address, &format!("/ui/subscribers/{PROVISIONED}"));
    browser.follow(&format!("a[href=\"/ui/subscribers/{PROVISIONED}/watch\"]"));
    browser.until("document.getElementById('live-state').textContent.startsWith('0 attempts')");
    // Another's is not shown.
    site.refuse(1, STRANGER);
    site.refuse(2, PROVISIONED);
    browser.until("document.querySelectorAll('#live-attempts button').length === 1");
    assert!(browser.text("#live-attempts").contains(PROVISIONED));
    browser.keep_picture("watch.png");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// Puts a file where the page asks for one, as its dialogue would.
fn choose(browser: &mut Browser, file: &Path) {
    let document = browser.call("DOM.getDocument", json!({}));
    let root = &document["root"]["nodeId"];
    let field = browser.call(
        "DOM.querySelector",
        json!({"nodeId": root, "selector": "#upload-file"}),
    );
    browser.call(
        "DOM.setFileInputFiles",
        json!({"nodeId": field["nodeId"], "files": [file.display().to_string()]}),
    );
}

#[test]
fn a_capture_is_brought_to_the_doctor() {
    let site = Site::start();
    let Some((mut browser, address)) = logged_in(&site, Role::ReadOnly) else {
        return;
    };
    let directory = tempfile::tempdir().expect("a temporary directory");
    let [capture, notes] = ["s6a.pcapng", "notes.txt"].map(|name| directory.path().join(name));
    std::fs::write(&capture, s6a::capture_of_a_refusal(STRANGER)).expect("it is written");
    std::fs::write(&notes, "imsi,k,opc\n".repeat(9)).expect("it is written");
    browser.visit(&address, "/ui/doctor");
    choose(&mut browser, &notes);
    browser.click("#upload-send");
    browser.until("document.getElementById('upload-state').textContent.includes('What to do')");
    assert!(browser.text("#upload-state").contains("notes.txt: not a pcap"));
    choose(&mut browser, &capture);
    browser.keep_picture("doctor.png");
    browser.follow("#upload-send");
    browser.until("document.documentElement.dataset.ready === 'true'");
    assert!(browser.text(".finding.fault").contains("subscriber-unknown"));
    browser.keep_picture("doctor-report.png");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
