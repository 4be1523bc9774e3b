//! HTTP/1.1 (RFC 9112): lines, lengths, chunks.

use super::hpack::{Block, Field};

/// Marks numbers of messages of HTTP/1.1 among identifiers of streams, which have 31 bits.
pub(super) const STREAM: u32 = 1 << 31;

/// Octets of a head: what servers accept, four times over.
const MAX_HEAD_OCTETS: usize = 64 * 1024;

/// Fields of a head.
const MAX_FIELDS: usize = 256;

/// Octets of a line that says how long a chunk is, and of the trailer behind the last.
const MAX_LINE_OCTETS: usize = 4096;

/// Octets of a method: more than any that is registered.
const MAX_METHOD_OCTETS: usize = 32;

const METHODS: [&[u8]; 6] = [b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"];

/// How long a body is (6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Octets(usize),
    Chunked,
    /// Until the connection ends.
    Rest,
}

/// Request or status line, and fields.
#[derive(Debug)]
pub(super) struct Head {
    /// As HTTP/2 has them.
    pub(super) block: Block,
    pub(super) status: Option<u16>,
    pub(super) length: Length,
    /// How many octets it takes.
    pub(super) octets: usize,
}

/// What stands first in some octets.
#[derive(Debug)]
pub(super) enum Found {
    Head(Head),
    /// The beginning of a head.
    More,
    Nothing,
}

/// Whether a segment begins with a request of a service, or one that asks for h2c.
pub(super) fn is_service_request(payload: &[u8]) -> bool {
    let line_end = payload
        .iter()
        .position(|octet| *octet == b'\r')
        .unwrap_or(payload.len());
    let mut words = payload[..line_end].split(|octet| *octet == b' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return false;
    };
    if !METHODS.contains(&method) {
        return false;
    }
    // `/nausf-auth/v1/…`, behind a root or not (TS 29.501 4.4.1).
    let mut parts = target.split(|octet| *octet == b'/');
    let service = parts.any(|part| part.first() == Some(&b'n') && part.contains(&b'-'));
    let version = parts
        .next()
        .is_some_and(|part| part.first() == Some(&b'v') && part.get(1).is_some_and(u8::is_ascii_digit));
    service && version || {
        let head = payload[line_end..].to_ascii_lowercase();
        head.windows(14).any(|window| window == b"\r\nupgrade: h2c")
    }
}

/// Whether a first line may begin so: with a method, which is a token (RFC 9110 5.6.2, 9.1), or the version of a status line.
fn may_begin(line: &[u8]) -> bool {
    let is_token = |octet: &u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(octet);
    let word = line.split(|octet| *octet == b' ').next().unwrap_or_default();
    !word.is_empty()
        && (word.starts_with(b"HTTP/1.")
            || b"HTTP/1.".starts_with(word)
            || word.len() <= MAX_METHOD_OCTETS && word.iter().all(is_token))
}

/// The head that stands first.
pub(super) fn head(octets: &[u8]) -> Found {
    let looked = &octets[..octets.len().min(MAX_HEAD_OCTETS)];
    let first = looked.split(|octet| *octet == b'\r').next().unwrap_or_default();
    if !first.iter().all(|octet| (0x20..0x7f).contains(octet)) || !may_begin(first) {
        return Found::Nothing;
    }
    let Some(end) = looked.windows(4).position(|window| window == b"\r\n\r\n") else {
        return if octets.len() < MAX_HEAD_OCTETS {
            Found::More
        } else {
            Found::Nothing
        };
    };
    let text = String::from_utf8_lossy(&octets[..end]);
    let mut lines = text.split("\r\n");
    let words: Vec<&str> = lines.next().unwrap_or_default().splitn(3, ' ').collect();
    let mut block = Block::default();
    let status = match words[..] {
        [version, status, ..] if version.starts_with("HTTP/1.") => match status.parse::<u16>() {
            Ok(code) => {
                block.fields.push(field(":status", status));
                Some(code)
            }
            Err(_) => return Found::Nothing,
        },
        [method, target, version] if version.starts_with("HTTP/1.") => {
            block.fields.push(field(":method", method));
            block.fields.push(field(":path", target));
            None
        }
        _ => return Found::Nothing,
    };
    let named = lines.filter_map(|line| line.split_once(':')).take(MAX_FIELDS);
    block
        .fields
        .extend(named.map(|(name, value)| field(&name.to_ascii_lowercase(), value.trim())));
    block.whole = true;
    Found::Head(Head {
        length: length(&block, status),
        block,
        status,
        octets: end + 4,
    })
}

fn field(name: &str, value: &str) -> Field {
    Field {
        name: Some(name.as_bytes().into()),
        value: Some(value.as_bytes().into()),
    }
}

fn length(block: &Block, status: Option<u16>) -> Length {
    let value = |name: &str| {
        let of = |field: &&Field| field.name.as_deref() == Some(name.as_bytes());
        let value = block.fields.iter().find(of)?.value.as_deref()?;
        std::str::from_utf8(value).ok()
    };
    if matches!(status, Some(204 | 304)) {
        return Length::Octets(0);
    }
    if value("transfer-encoding").is_some_and(|coding| coding.to_ascii_lowercase().ends_with("chunked")) {
        return Length::Chunked;
    }
    match value("content-length").and_then(|length| length.parse().ok()) {
        Some(octets) => Length::Octets(octets),
        None if status.is_some() => Length::Rest,
        None => Length::Octets(0),
    }
}

/// What comes in a body of chunks (7.1).
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Chunk {
    /// So many octets behind a line of so many.
    Of {
        line: usize,
        octets: usize,
    },
    /// The last, with its trailer.
    Last(usize),
    More,
    Nothing,
}

/// The chunk that comes first, behind the end of the line that ended the one before.
pub(super) fn chunk(octets: &[u8]) -> Chunk {
    let before = if octets.starts_with(b"\r\n") {
        2
    } else if octets == b"\r" {
        return Chunk::More;
    } else {
        0
    };
    let looked = &octets[before..octets.len().min(before + MAX_LINE_OCTETS)];
    let more = if octets.len() < MAX_LINE_OCTETS {
        Chunk::More
    } else {
        Chunk::Nothing
    };
    let Some(end) = looked.windows(2).position(|window| window == b"\r\n") else {
        return more;
    };
    let digits = looked[..end]
        .split(|octet| *octet == b';')
        .next()
        .unwrap_or_default();
    let size = std::str::from_utf8(digits)
        .ok()
        .and_then(|digits| usize::from_str_radix(digits.trim(), 16).ok());
    match size {
        Some(0) => match looked[end..].windows(4).position(|window| window == b"\r\n\r\n") {
            Some(trailer) => Chunk::Last(before + end + trailer + 4),
            None => more,
        },
        // No body is that long, and the sum of such lengths must not overflow.
        Some(octets) if octets <= u32::MAX as usize => Chunk::Of {
            line: before + end + 2,
            octets,
        },
        _ => Chunk::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_of_services_are_told_from_the_web() {
        for (line, is) in [
            ("POST /nausf-auth/v1/ue-authentications HTTP/1.1\r\n", true),
            (
                "GET /root/nudm-sdm/v2/imsi-001010000000001/am-data HTTP/1.1\r\n",
                true,
            ),
            ("GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n", false),
            ("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n", true),
            ("GET /news-today/more HTTP/1.1\r\n", false),
            ("INVITE sip:a SIP/2.0\r\n", false),
        ] {
            assert_eq!(is_service_request(line.as_bytes()), is, "{line}");
        }
    }

    #[test]
    fn what_is_no_head_is_not_waited_for() {
        for begun in [
            "P",
            "PUT",
            "GET /nudm-sdm/v2",
            "HTTP/1.1 2",
            "HTTP/1.1 200 OK\r\nServer: a\r\n",
        ] {
            assert!(matches!(head(begun.as_bytes()), Found::More), "{begun}");
        }
        // The rest of a body that began before the capture.
        for rest in [
            "{\"a\":1}",
            "01:02\",\"b\":true}",
            "\r\nGET / HTTP/1.1\r\n",
            "x(",
            "a-word-that-is-longer-than-any-method",
        ] {
            assert!(matches!(head(rest.as_bytes()), Found::Nothing), "{rest}");
        }
    }

    #[test]
    fn chunks_are_told_apart() {
        assert_eq!(chunk(b"1a;x=y\r\nabc"), Chunk::Of { line: 8, octets: 26 });
        assert_eq!(chunk(b"\r\n5\r\n"), Chunk::Of { line: 5, octets: 5 });
        assert_eq!(chunk(b"0\r\n\r\n"), Chunk::Last(5));
        assert_eq!(chunk(b"0\r\n"), Chunk::More);
        assert_eq!(chunk(b"0\r\na: b\r\n\r\nGET"), Chunk::Last(11));
        assert_eq!(chunk(b"\r"), Chunk::More);
        assert_eq!(chunk(b"xyz\r\n"), Chunk::Nothing);
        assert_eq!(chunk(b"fffffffffffffff\r\n"), Chunk::Nothing);
    }
}
