//! The book in a real browser: every chapter is reached by a click and shows its heading and its pictures, on a desk and on a
//! phone. The picture of the book in README.md is taken here; QUINTET_WRITE=1 writes it.

use quintet_browser::Browser;
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// The width of a phone in CSS pixels.
const PHONE: u32 = 390;

/// Whether all pictures of a page are there.
const PICTURES: &str = "[...document.images].every(image => image.complete && image.naturalWidth > 0)";

/// How wide a page is, which a window too narrow for it scrolls.
const WIDTH: &str = "document.documentElement.scrollWidth";

fn write(target: &Path) {
    let written = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("book")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .env("CARGO_TARGET_DIR", target)
        .output()
        .expect("it runs");
    assert!(
        written.status.success(),
        "{}",
        String::from_utf8_lossy(&written.stderr)
    );
}

#[test]
fn every_chapter_is_reached_and_read() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let target = tempfile::tempdir().expect("a directory");
    write(target.path());
    browser.emulate(1200, 800, false, "light");
    browser.open(&target.path().join("book/index.html"));
    browser.keep_picture("book.png");
    let chapters = browser.count("nav a");
    assert!(chapters > 20, "{chapters} chapters");
    for n in 1..=chapters {
        let link = format!("nav a:nth-of-type({n})");
        let title = browser.text(&link);
        browser.value(&format!(
            "document.querySelector('{link}').scrollIntoView({{block: 'center'}})"
        ));
        browser.follow(&link);
        assert_eq!(browser.text("nav a[aria-current]"), title);
        assert!(!browser.text("main h1").is_empty(), "{title}");
        assert_eq!(
            browser.value(PICTURES),
            json!(true),
            "{title}: a picture is missing"
        );
        browser.emulate(PHONE, 800, true, "dark");
        assert_eq!(browser.value(WIDTH), json!(PHONE), "{title}: wider than a phone");
        browser.emulate(1200, 800, false, "light");
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
