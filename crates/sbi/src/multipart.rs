//! `multipart/related` bodies: JSON first, then binary parts that it refers to by `Content-ID` (RFC 2387; TS 29.500
//! 5.2.2.2, TS 29.502 6.1.2.4, TS 29.518 6.1.2.4).

use crate::json::{self, JSON};
use crate::problem::ProblemDetails;
use crate::{Body, cause};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;

/// Media type of the whole.
pub const MULTIPART_RELATED: &str = "multipart/related";
/// Media type of a NAS message in a part.
pub const VND_5GNAS: &str = "application/vnd.3gpp.5gnas";
/// Media type of an NGAP transfer container in a part.
pub const VND_NGAP: &str = "application/vnd.3gpp.ngap";

/// Binary parts of a body: the most that an operation has is a handful (TS 29.502 has n1, n2 and an extension).
pub const MAX_PARTS: usize = 16;
/// A part's header lines altogether, octets.
const MAX_PART_HEADER_OCTETS: usize = 1024;
/// The longest boundary (RFC 2046 5.1.1).
const MAX_BOUNDARY: usize = 70;

/// A binary part.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// `Content-ID`, by which the JSON refers to it.
    pub content_id: String,
    /// [`VND_5GNAS`], [`VND_NGAP`].
    pub content_type: String,
    /// The octets.
    pub octets: Vec<u8>,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Part({}, {}, {} octets)",
            self.content_id,
            self.content_type,
            self.octets.len()
        )
    }
}

/// Writes JSON and parts. Answers the media type with its boundary, and the body; without parts it is plain JSON.
#[must_use]
pub fn write<T: Serialize>(value: &T, parts: &[Part]) -> (String, Body) {
    let json = json::body(value);
    if parts.is_empty() {
        return (JSON.to_owned(), json);
    }
    let boundary = boundary(&json, parts);
    let mut octets = Vec::with_capacity(json.len() + 512);
    part_head(&mut octets, &boundary, JSON, None);
    octets.extend_from_slice(&json);
    for part in parts {
        octets.extend_from_slice(b"\r\n");
        part_head(&mut octets, &boundary, &part.content_type, Some(&part.content_id));
        octets.extend_from_slice(&part.octets);
    }
    octets.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (
        format!("{MULTIPART_RELATED}; boundary=\"{boundary}\""),
        Body::from(octets),
    )
}

fn part_head(octets: &mut Vec<u8>, boundary: &str, content_type: &str, content_id: Option<&str>) {
    octets.extend_from_slice(format!("--{boundary}\r\nContent-Type: {content_type}\r\n").as_bytes());
    if let Some(id) = content_id {
        octets.extend_from_slice(format!("Content-ID: {id}\r\n").as_bytes());
    }
    octets.extend_from_slice(b"\r\n");
}

/// A boundary that stands in no part. The same parts have the same one: no entropy is needed for a text that is only
/// not to be in them.
fn boundary(json: &[u8], parts: &[Part]) -> String {
    (0u32..)
        .map(|attempt| format!("quintet-part-{attempt}"))
        .find(|text| {
            let text = text.as_bytes();
            let has = |octets: &[u8]| octets.windows(text.len()).any(|window| window == text);
            !has(json) && !parts.iter().any(|part| has(&part.octets))
        })
        .unwrap_or_default()
}

/// Reads a body of JSON alone, or of JSON and parts.
///
/// # Errors
/// 415 for any other media type, 400 for parts that cannot be told apart, or JSON that is wrong, as [`json::parse`] says.
pub fn read<T: DeserializeOwned>(
    content_type: &str,
    body: &[u8],
) -> Result<(T, Vec<Part>), Box<ProblemDetails>> {
    let mut parameters = content_type.split(';');
    let media_type = parameters.next().unwrap_or_default().trim();
    if media_type.is_empty() || media_type.eq_ignore_ascii_case(JSON) {
        return Ok((json::parse(body)?, Vec::new()));
    }
    if !media_type.eq_ignore_ascii_case(MULTIPART_RELATED) {
        return Err(ProblemDetails::with_status(415)
            .header("accept", format!("{JSON}, {MULTIPART_RELATED}"))
            .into());
    }
    let wrong = |why: &str| Box::new(ProblemDetails::new(cause::INVALID_MSG_FORMAT).detail(why));
    let boundary = parameters
        .find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case("boundary")
                .then(|| value.trim().trim_matches('"'))
        })
        .filter(|boundary| !boundary.is_empty() && boundary.len() <= MAX_BOUNDARY)
        .ok_or_else(|| wrong("multipart without a boundary"))?;
    let mut sections = sections(boundary, body)
        .ok_or_else(|| wrong("parts that cannot be told apart"))?
        .into_iter();
    let first = sections.next().ok_or_else(|| wrong("multipart without parts"))?;
    let (head, content) = split_head(first).ok_or_else(|| wrong("a part without an end of its headers"))?;
    if !field(head, "content-type").is_some_and(|media| media.to_ascii_lowercase().starts_with(JSON)) {
        return Err(wrong("the first part is no JSON"));
    }
    let value = json::parse(content)?;
    let mut parts = Vec::new();
    for section in sections {
        let (head, content) =
            split_head(section).ok_or_else(|| wrong("a part without an end of its headers"))?;
        parts.push(Part {
            content_id: field(head, "content-id")
                .ok_or_else(|| wrong("a part without Content-ID"))?
                .trim_start_matches('<')
                .trim_end_matches('>')
                .to_owned(),
            content_type: field(head, "content-type").unwrap_or_default().to_owned(),
            octets: content.to_vec(),
        });
    }
    Ok((value, parts))
}

/// The part of an identifier.
///
/// # Errors
/// 400 with the pointer given, when the body has no such part.
pub fn find<'a>(parts: &'a [Part], content_id: &str, pointer: &str) -> Result<&'a Part, Box<ProblemDetails>> {
    parts
        .iter()
        .find(|part| part.content_id == content_id)
        .ok_or_else(|| {
            ProblemDetails::new(cause::MANDATORY_IE_INCORRECT)
                .invalid(pointer, "no part has this Content-ID")
                .into()
        })
}

/// What lies between the boundaries; `None` when the last is missing, or there are too many.
fn sections<'a>(boundary: &str, body: &'a [u8]) -> Option<Vec<&'a [u8]>> {
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = match body.strip_prefix(&delimiter.as_bytes()[2..]) {
        Some(rest) => rest,
        // A preamble.
        None => &body[find_octets(body, delimiter.as_bytes())? + delimiter.len()..],
    };
    let mut sections = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(sections);
        }
        // Blanks may follow a boundary on its line.
        let line = find_octets(rest, b"\r\n")?;
        if !rest[..line].iter().all(|octet| b" \t".contains(octet)) || sections.len() > MAX_PARTS {
            return None;
        }
        // The line's end stays: it begins the delimiter of an empty part.
        let content = &rest[line..];
        let end = find_octets(&content[2..], delimiter.as_bytes())
            .map(|at| at + 2)
            .or_else(|| content.starts_with(delimiter.as_bytes()).then_some(0))?;
        sections.push(content.get(2..end).unwrap_or_default());
        rest = &content[end + delimiter.len()..];
    }
}

/// Header lines and content of a part.
fn split_head(section: &[u8]) -> Option<(&str, &[u8])> {
    if let Some(content) = section.strip_prefix(b"\r\n") {
        return Some(("", content));
    }
    let end = find_octets(&section[..section.len().min(MAX_PART_HEADER_OCTETS)], b"\r\n\r\n")?;
    Some((std::str::from_utf8(&section[..end]).ok()?, &section[end + 4..]))
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.split("\r\n").find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn find_octets(octets: &[u8], wanted: &[u8]) -> Option<usize> {
    octets.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn part(id: &str, octets: &[u8]) -> Part {
        Part {
            content_id: id.to_owned(),
            content_type: VND_5GNAS.to_owned(),
            octets: octets.to_vec(),
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let value = json!({"n1SmMsg": {"contentId": "n1"}});
        for parts in [
            vec![],
            vec![part("n1", b"\x2e\x01\x01")],
            vec![
                part("n1", b""),
                part("n2", b"\r\n--quintet-part-0\r\n\r\n--"),
                part("n3", &[0; 3000]),
            ],
        ] {
            let (content_type, body) = write(&value, &parts);
            let (read, read_parts): (Value, _) = read(&content_type, &body).expect("valid");
            assert_eq!((&read, &read_parts), (&value, &parts));
        }
    }

    #[test]
    fn what_others_write() {
        let body = b"preamble\r\n--=-x==\r\nContent-Type: application/json\r\n\r\n{}\r\n--=-x== \r\nContent-Id: <5gnas-sm>\r\ncontent-type: application/vnd.3gpp.5gnas\r\n\r\nAB\r\n--=-x==--\r\nepilogue";
        let (_, parts): (Value, _) = read("multipart/related; boundary=\"=-x==\"", body).expect("valid");
        assert_eq!(parts, [part("5gnas-sm", b"AB")]);
        assert_eq!(
            find(&parts, "5gnas-sm", "/n1").map(|part| part.octets.len()),
            Ok(2)
        );
        assert_eq!(
            find(&parts, "other", "/n1/contentId")
                .expect_err("none")
                .invalid_params[0]
                .param,
            "/n1/contentId"
        );
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let cases: [(&str, &[u8], u16); 9] = [
            ("text/plain", b"{}", 415),
            ("multipart/related", b"--x\r\n\r\n{}\r\n--x--", 400),
            ("multipart/related; boundary=", b"--\r\n\r\n{}\r\n----", 400),
            ("multipart/related; boundary=x", b"", 400),
            ("multipart/related; boundary=x", b"--x--", 400),
            (
                "multipart/related; boundary=x",
                b"--x\r\nContent-Type: application/json\r\n\r\n{}",
                400,
            ),
            (
                "multipart/related; boundary=x",
                b"--x\r\nContent-Type: text/plain\r\n\r\n{}\r\n--x--",
                400,
            ),
            (
                "multipart/related; boundary=x",
                b"--x\r\nContent-Type: application/json\r\n{}\r\n--x--",
                400,
            ),
            (
                "multipart/related; boundary=x",
                b"--x\r\nContent-Type: application/json\r\n\r\n{}\r\n--x\r\n\r\nA\r\n--x--",
                400,
            ),
        ];
        for (content_type, body, status) in cases {
            let problem = read::<Value>(content_type, body).expect_err("wrong");
            assert_eq!(problem.status, Some(status), "{}", String::from_utf8_lossy(body));
        }
        let many: Vec<_> = (0..=MAX_PARTS).map(|i| part(&i.to_string(), b"x")).collect();
        let (content_type, body) = write(&json!({}), &many);
        assert!(read::<Value>(&content_type, &body).is_err(), "too many parts");
        let mut long = b"--x\r\nContent-Type: application/json".to_vec();
        long.extend([b' '; 2000]);
        long.extend(b"\r\n\r\n{}\r\n--x--");
        assert!(
            read::<Value>("multipart/related; boundary=x", &long).is_err(),
            "headers too long"
        );
    }
}
