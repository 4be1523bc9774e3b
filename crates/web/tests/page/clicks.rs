//! A real Chromium, real clicks and keys: what somebody does on a day, with the mouse, with keys alone, in the dark, on a phone. The
//! pictures of docs/web.md are taken here; they are written with QUINTET_WRITE=1.

use crate::support::{Rig, network};
use quintet_admin::Role;
use quintet_browser::Browser;
use serde_json::json;
use std::time::Duration;

/// The widths of a phone in CSS pixels.
const PHONE: u32 = 390;

fn log_in(browser: &mut Browser, rig: &Rig, role: Role) {
    browser.visit(&rig.site(), "/ui/");
    browser.until("document.activeElement.id === 'token'");
    browser.type_text(rig.token(role));
    browser.press_to_follow("Enter", 13, Some("\r"));
    browser.until("document.querySelector('#now .card') !== null");
}

/// Lets the nodes have a history, with a failure at the end.
fn live_some_minutes(rig: &Rig, browser: &mut Browser) {
    let mut answered = 1_000;
    for n in 1..=40_u64 {
        answered += 900 + 37 * (n % 9) * (n % 7);
        *rig.network.lock().unwrap() = network(answered, if n < 36 { 7 } else { 7 + 3 * n });
        rig.pass(Duration::from_secs(1));
        browser.until(&format!(
            "document.querySelector('.rates .answered').points.length >= {n}"
        ));
    }
}

#[test]
fn a_day_with_the_mouse() {
    let rig = Rig::with(60);
    let Some(mut browser) = Browser::start() else {
        return;
    };
    browser.emulate(1_200, 800, false, "light");
    browser.visit(&rig.site(), "/ui/");
    browser.fill("#token", "quintet_wrong");
    browser.follow("main button.primary");
    assert!(browser.text("[role=alert]").contains("not known"));
    log_in(&mut browser, &rig, Role::Admin);
    browser.until("document.getElementById('now').innerText.includes('issues vectors')");
    live_some_minutes(&rig, &mut browser);
    browser.until("document.getElementById('now').innerText.includes('USER_UNKNOWN')");
    browser.keep_picture("web-overview.png");
    browser.fill("#q", "+33612345688");
    browser.follow(".search button");
    assert!(browser.text("h1").contains("001010000000011"), "found by number");
    browser.follow("a[data-edit]");
    browser.fill("#uplink", "50M");
    browser.fill("#downlink", "150M");
    browser.keep_picture("web-edit.png");
    browser.follow("main button.primary");
    assert!(browser.text("[role=status]").contains("Saved"));
    assert!(browser.text("dl.facts").contains("50M up, 150M down"));
    assert!(
        browser.text("table.audit").contains("50000000"),
        "it is in the audit log"
    );
    browser.keep_picture("web-subscriber.png");
    browser.follow("nav a[href='/ui/audit']");
    let row = browser.text("table.audit tbody tr");
    assert!(
        row.contains("token admin") && row.contains("subscriber.update") && row.contains("001010000000011"),
        "{row}"
    );
    browser.keep_picture("web-audit.png");
    browser.follow("table.audit a.row");
    browser.follow("a.danger");
    browser.follow("main button.danger");
    assert!(browser.text("h1").contains("is removed"));
    for page in ["subscribers", "peers", "registrations", "equipment", "keys"] {
        browser.follow(&format!("nav a[href='/ui/{page}']"));
        assert_eq!(browser.count("nav a[aria-current=page]"), 1, "{page}");
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
    browser.follow("#logout");
    assert_eq!(browser.count("#token"), 1);
    browser.visit(&rig.site(), "/ui/subscribers");
    assert_eq!(browser.count("#token"), 1, "logged out");
}

/// Presses Tab until something has the focus.
fn tab_to(browser: &mut Browser, id: &str) {
    for _ in 0..60 {
        if browser.value("document.activeElement.id") == json!(id) {
            return;
        }
        browser.press("Tab", 9, None);
        let seen = browser.value(
            "document.activeElement === document.body || document.activeElement.matches(':focus-visible')",
        );
        assert_eq!(seen, json!(true), "the focus is seen wherever it is");
    }
    panic!("no Tab leads to {id}");
}

#[test]
fn the_same_with_keys_alone() {
    let rig = Rig::with(60);
    let Some(mut browser) = Browser::start() else {
        return;
    };
    browser.emulate(1_200, 800, false, "light");
    log_in(&mut browser, &rig, Role::Provisioner);
    browser.press("?", 191, Some("?"));
    browser.until("document.getElementById('help').open");
    browser.press("Escape", 27, None);
    browser.until("!document.getElementById('help').open");
    browser.press("/", 191, Some("/"));
    browser.until("document.activeElement.id === 'q'");
    browser.type_text("0010100000000");
    browser.press_to_follow("Enter", 13, Some("\r"));
    assert!(browser.text("[role=status]").contains("begin so"));
    for key in ["j", "j", "k", "j"] {
        browser.press(key, if key == "j" { 74 } else { 75 }, Some(key));
    }
    assert_eq!(
        browser.value("document.activeElement.innerText"),
        json!("001010000000002")
    );
    browser.press_to_follow("Enter", 13, Some("\r"));
    browser.press_to_follow("e", 69, Some("e"));
    browser.press("Tab", 9, None);
    assert!(browser.text(":focus").contains("Skip"));
    browser.press("Enter", 13, Some("\r"));
    browser.until("document.activeElement.id === 'main' || location.hash === '#main'");
    tab_to(&mut browser, "uplink");
    browser.value("document.activeElement.select()");
    browser.type_text("77M");
    browser.press_to_follow("Enter", 13, Some("\r"));
    assert!(browser.text("dl.facts").contains("77M up"));
    browser.press("g", 71, Some("g"));
    browser.press_to_follow("p", 80, Some("p"));
    assert!(browser.text("h1").contains("peers"));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn in_the_dark_and_in_the_light() {
    let rig = Rig::with(12);
    let Some(mut browser) = Browser::start() else {
        return;
    };
    browser.emulate(1_200, 800, false, "light");
    log_in(&mut browser, &rig, Role::Admin);
    let paper = "getComputedStyle(document.body).backgroundColor";
    let light = browser.value(paper);
    browser.emulate(1_200, 800, false, "dark");
    let dark = browser.value(paper);
    assert_ne!(light, dark, "as the system has it");
    live_some_minutes(&rig, &mut browser);
    browser.keep_picture("web-dark.png");
    browser.emulate(1_200, 800, false, "light");
    browser.value("document.getElementById('theme').focus()");
    browser.press_to_follow("d", 68, Some("d"));
    assert_eq!(browser.value(paper), dark, "as somebody chose");
    browser.visit(&rig.site(), "/ui/subscribers");
    assert_eq!(browser.value(paper), dark, "it stays");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn on_a_phone_nothing_is_wider_than_the_screen() {
    let rig = Rig::with(12);
    let Some(mut browser) = Browser::start() else {
        return;
    };
    browser.emulate(PHONE, 844, true, "light");
    log_in(&mut browser, &rig, Role::Admin);
    live_some_minutes(&rig, &mut browser);
    for (path, picture) in [
        ("/ui/", "phone-overview"),
        ("/ui/subscribers", ""),
        ("/ui/subscribers/001010000000003", "phone-subscriber"),
        ("/ui/subscribers/001010000000003/edit", ""),
        ("/ui/subscribers/001010000000003/json", ""),
        ("/ui/subscribers/001010000000003/apns/1", ""),
        ("/ui/subscribers/001010000000003/remove", ""),
        ("/ui/subscribers/new", ""),
        ("/ui/peers", ""),
        ("/ui/registrations", ""),
        ("/ui/equipment", ""),
        ("/ui/audit", ""),
        ("/ui/keys", ""),
    ] {
        browser.visit(&rig.site(), path);
        let width = browser.value("document.documentElement.scrollWidth");
        assert!(
            width.as_u64().unwrap() <= u64::from(PHONE),
            "{path} is {width} wide"
        );
        if !picture.is_empty() {
            browser.keep_picture(&format!("web-{picture}.png"));
        }
        assert_eq!(browser.complaints(), Vec::<String>::new());
    }
}
