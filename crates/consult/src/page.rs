//! `quintet doctor --html`, and what an upload is answered with: the report as one page that needs nothing else, opened from a
//! file, with no network (`assets/doctor`).
//!
//! Captures hold text that strangers chose. It stands in the page as JSON in which no `<` is left, the script puts it in as
//! text alone, and the page's policy lets nothing run or load but the one script and style whose hashes it names.

use crate::broken::{self, Mark};
use quintet_doctor::report::{Attempt, Capture, SCHEMA, Technology, Totals};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Write};

const PAGE: &str = include_str!("../assets/doctor/page.html");
const STYLE: &str = concat!(
    include_str!("../assets/doctor/ladder.css"),
    include_str!("../assets/doctor/page.css")
);
const SCRIPT: &str = concat!(
    include_str!("../assets/doctor/ladder.js"),
    include_str!("../assets/doctor/page.js")
);

/// What draws an attempt with its ladder and findings: functions for other scripts.
pub const LADDER_SCRIPT: &str = include_str!("../assets/doctor/ladder.js");

/// How that looks. The page around it names the colours.
pub const LADDER_STYLE: &str = include_str!("../assets/doctor/ladder.css");

/// What is said once of the whole run.
#[derive(Debug, Serialize)]
pub struct About {
    /// Version of the program.
    pub version: &'static str,
    /// Whether identities are shown as they are.
    pub identities: bool,
    /// Whether it was stopped before the end of the captures.
    pub interrupted: bool,
    /// Attempts that `--imsi`, `--since` and `--until` left out.
    pub left_out: u64,
}

/// What closes a report.
#[derive(Debug)]
pub struct Closing<'a> {
    /// What was read.
    pub captures: &'a [Capture],
    /// How many attempts came out how.
    pub totals: &'a BTreeMap<Technology, Totals>,
    /// What the captures could not show.
    pub not_shown: &'a [String],
    /// Of the run.
    pub about: &'a About,
}

/// What the page shows.
#[derive(Debug, Serialize)]
pub struct Shown<'a> {
    schema: &'static str,
    captures: &'a [Capture],
    attempts: Vec<Marked<'a>>,
    totals: &'a BTreeMap<Technology, Totals>,
    not_shown: &'a [String],
    doctor: &'a About,
    left_out: u64,
}

/// An attempt with the mark of its ladder.
#[derive(Debug, Serialize)]
struct Marked<'a> {
    #[serde(flatten)]
    attempt: &'a Attempt,
    mark: Option<Mark>,
}

impl<'a> Shown<'a> {
    /// Of these attempts, and so many more that are not in the page.
    #[must_use]
    pub fn new(closing: &Closing<'a>, attempts: &'a [Attempt], left_out: u64) -> Self {
        let marked = |attempt: &'a Attempt| Marked {
            attempt,
            mark: broken::mark(attempt),
        };
        Self {
            schema: SCHEMA,
            captures: closing.captures,
            attempts: attempts.iter().map(marked).collect(),
            totals: closing.totals,
            not_shown: closing.not_shown,
            doctor: closing.about,
            left_out,
        }
    }

    /// Writes the page.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut rest = PAGE;
        while let Some((before, behind)) = rest.split_once("{{") {
            out.write_all(before.as_bytes())?;
            let Some((name, behind)) = behind.split_once("}}") else {
                break;
            };
            rest = behind;
            match name {
                "policy" => out.write_all(policy().as_bytes())?,
                "style" => out.write_all(STYLE.as_bytes())?,
                "script" => out.write_all(SCRIPT.as_bytes())?,
                _ => serde_json::to_writer(Harmless(&mut *out), self)?,
            }
        }
        out.write_all(rest.as_bytes())?;
        out.flush()
    }
}

/// Content-Security-Policy: this style and this script, nothing else, from nowhere.
#[must_use]
pub fn policy() -> String {
    let hash = |text: &str| base64(&Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// RFC 4648 4.
fn base64(octets: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in octets.chunks(3) {
        let mut three = [0; 3];
        three[..group.len()].copy_from_slice(group);
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for n in 0..4 {
            let digit = ALPHABET[((bits >> (18 - 6 * n)) & 63) as usize];
            text.push(if n <= group.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// Writes JSON that nothing in HTML can end: `<`, `>` and `&` stand in strings alone, and are escaped there.
struct Harmless<W>(W);

impl<W: Write> Write for Harmless<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let mut rest = octets;
        while let Some(at) = rest.iter().position(|octet| matches!(octet, b'<' | b'>' | b'&')) {
            self.0.write_all(&rest[..at])?;
            write!(self.0, "\\u{:04x}", rest[at])?;
            rest = &rest[at + 1..];
        }
        self.0.write_all(rest)?;
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{healthy, rejected};

    fn page(attempts: &[Attempt]) -> String {
        let about = About {
            version: "1",
            identities: false,
            interrupted: false,
            left_out: 0,
        };
        let totals = BTreeMap::from([(Technology::Eps, Totals::default())]);
        let closing = Closing {
            captures: &[],
            totals: &totals,
            not_shown: &[],
            about: &about,
        };
        let mut octets = Vec::new();
        Shown::new(&closing, attempts, 5).write(&mut octets).unwrap();
        String::from_utf8(octets).unwrap()
    }

    /// The JSON between the tags of the data.
    fn data(page: &str) -> &str {
        let (_, rest) = page.split_once("id=\"data\">").unwrap();
        rest.split_once("</script>").unwrap().0
    }

    #[test]
    fn the_page_is_whole_and_refers_to_nothing_outside() {
        let page = page(&[healthy(1), rejected(2)]);
        assert!(!page.contains("{{") && page.trim_end().ends_with("</html>"));
        for outside in ["http://", "https://", "src=", "@import", "url(", "<link"] {
            assert!(!page.contains(outside), "{outside}");
        }
        let data: serde_json::Value = serde_json::from_str(data(&page)).unwrap();
        assert_eq!(data["attempts"][1]["mark"]["after"], 5);
        assert_eq!(data["attempts"][0]["mark"], serde_json::Value::Null);
        assert_eq!(data["left_out"], 5);
    }

    #[test]
    fn hostile_text_stays_text() {
        let hostile = "</script><script>alert(1)</script><!--&amp;{{script}}";
        let mut attempt = rejected(1);
        attempt.messages[0].name = hostile.to_owned();
        attempt.messages[0].details = vec![hostile.to_owned()];
        let page = page(&[attempt]);
        assert_eq!(
            page.matches("</script>").count(),
            2,
            "data and script end once each"
        );
        assert!(!data(&page).contains(['<', '>', '&']));
        let data: serde_json::Value = serde_json::from_str(data(&page)).unwrap();
        assert_eq!(data["attempts"][0]["messages"][0]["name"], hostile);
    }

    #[test]
    fn nothing_is_put_in_as_markup() {
        for way in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "DOMParser",
        ] {
            assert!(!SCRIPT.contains(way), "{way}");
        }
        assert!(!SCRIPT.contains("</script") && !SCRIPT.contains("<!--"));
    }

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (octets, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(octets.as_bytes()), text);
        }
    }
}
