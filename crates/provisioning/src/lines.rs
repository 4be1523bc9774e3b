//! Lines out of a stream, none longer than a bound.

use std::io::{self, BufRead, Read};

/// The most octets of a line, or of a record of CSV: a subscription in JSON takes some ten kilobytes.
pub const MAX_LINE_OCTETS: usize = 1024 * 1024;

/// The lines of a stream.
pub(crate) struct Lines<'a> {
    input: &'a mut dyn BufRead,
    line: u64,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(input: &'a mut dyn BufRead) -> Self {
        Self { input, line: 0 }
    }

    /// The next line without its end, and its number.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, String)>, (u64, String)> {
        self.line += 1;
        let mut octets = Vec::new();
        let limit = MAX_LINE_OCTETS as u64 + 1;
        let mut bounded = (&mut *self.input).take(limit);
        let read = bounded
            .read_until(b'\n', &mut octets)
            .map_err(|e| (self.line, e.to_string()))?;
        if read == 0 {
            return Ok(None);
        }
        if octets.len() > MAX_LINE_OCTETS {
            return Err((self.line, format!("a line of more than {MAX_LINE_OCTETS} octets")));
        }
        while octets.last().is_some_and(|c| b"\r\n".contains(c)) {
            octets.pop();
        }
        let text = String::from_utf8(octets)
            .map_err(|_| (self.line, "octets that are no text in UTF-8".to_owned()))?;
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) if self.line == 1 => rest.to_owned(),
            _ => text,
        };
        Ok(Some((self.line, text)))
    }
}

/// Passes octets on as long as no record of CSV, quoted line ends included, is longer than [`MAX_LINE_OCTETS`].
pub(crate) struct Bounded<'a> {
    input: &'a mut dyn BufRead,
    since: usize,
    quoted: bool,
    begun: bool,
}

impl<'a> Bounded<'a> {
    pub(crate) fn new(input: &'a mut dyn BufRead) -> Self {
        Self {
            input,
            since: 0,
            quoted: false,
            begun: false,
        }
    }
}

impl Read for Bounded<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if !self.begun {
            self.begun = true;
            if self.input.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
                self.input.consume(3);
            }
        }
        let n = self.input.read(out)?;
        for &c in &out[..n] {
            self.since += 1;
            match c {
                b'"' => self.quoted = !self.quoted,
                b'\n' if !self.quoted => self.since = 0,
                _ => {}
            }
            if self.since > MAX_LINE_OCTETS {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!(
                        "a record of more than {MAX_LINE_OCTETS} octets (a quotation mark that is not closed?)"
                    ),
                ));
            }
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_marks_and_bounds() {
        let mut input: &[u8] = b"\xef\xbb\xbfa\r\n\nb";
        let mut lines = Lines::new(&mut input);
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            found.push(line);
        }
        assert_eq!(found, [(1, "a".into()), (2, String::new()), (3, "b".into())]);
        let long = vec![b'x'; MAX_LINE_OCTETS + 1];
        assert!(Lines::new(&mut &long[..]).next().is_err());
        let quoted: Vec<u8> = b"\""
            .iter()
            .chain(b"x\n".repeat(MAX_LINE_OCTETS / 2).iter())
            .copied()
            .collect();
        let mut out = Vec::new();
        assert!(Bounded::new(&mut &quoted[..]).read_to_end(&mut out).is_err());
        let mut out = Vec::new();
        assert!(Bounded::new(&mut &quoted[1..]).read_to_end(&mut out).is_ok());
        assert!(
            Lines::new(&mut &b"\xff\n"[..])
                .next()
                .unwrap_err()
                .1
                .contains("UTF-8")
        );
    }
}
