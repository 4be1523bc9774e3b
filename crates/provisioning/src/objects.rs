//! JSON objects out of a stream: one a line, one after another, or in one array. An object at a time is held.

use std::io::BufRead;

/// The most octets of one object: a subscriber with a hundred slices has some ten kilobytes.
pub const MAX_OBJECT_OCTETS: usize = 4 * 1024 * 1024;

/// The deepest nesting: subscriptions have seven levels.
pub const MAX_OBJECT_DEPTH: usize = 64;

/// What stops reading: the line, and why.
pub(crate) type Stop = (u64, String);

/// The objects of a stream.
pub(crate) struct Objects<'a> {
    input: &'a mut dyn BufRead,
    line: u64,
    /// Whether an array was opened, and not closed.
    in_array: bool,
}

/// Where in an object reading is.
#[derive(Default)]
struct Inside {
    octets: Vec<u8>,
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Inside {
    /// Takes octets up to the object's end: how many, and whether it ended.
    fn take(&mut self, octets: &[u8], line: &mut u64) -> Result<(usize, bool), String> {
        for (i, &c) in octets.iter().enumerate() {
            *line += u64::from(c == b'\n');
            if self.in_string {
                match c {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match c {
                b'"' => self.in_string = true,
                b'{' | b'[' => {
                    self.depth += 1;
                    if self.depth > MAX_OBJECT_DEPTH {
                        return Err(format!("nested deeper than {MAX_OBJECT_DEPTH}"));
                    }
                }
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        self.keep(&octets[..=i])?;
                        return Ok((i + 1, true));
                    }
                }
                _ => {}
            }
        }
        self.keep(octets)?;
        Ok((octets.len(), false))
    }

    fn keep(&mut self, octets: &[u8]) -> Result<(), String> {
        if self.octets.len() + octets.len() > MAX_OBJECT_OCTETS {
            return Err(format!("an object of more than {MAX_OBJECT_OCTETS} octets"));
        }
        self.octets.extend_from_slice(octets);
        Ok(())
    }
}

impl<'a> Objects<'a> {
    pub(crate) fn new(input: &'a mut dyn BufRead) -> Self {
        Self {
            input,
            line: 1,
            in_array: false,
        }
    }

    /// The next object, with the line it begins on.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Vec<u8>)>, Stop> {
        if !self.begins()? {
            return Ok(None);
        }
        let (from, mut line) = (self.line, self.line);
        let mut inside = Inside::default();
        loop {
            let octets = self.input.fill_buf().map_err(|e| (line, e.to_string()))?;
            if octets.is_empty() {
                return Err((from, "the file ends inside of this object".to_owned()));
            }
            let (taken, ended) = inside.take(octets, &mut line).map_err(|why| (from, why))?;
            self.input.consume(taken);
            if ended {
                self.line = line;
                return Ok(Some((from, inside.octets)));
            }
        }
    }

    /// Goes to the next object, if there is one.
    fn begins(&mut self) -> Result<bool, Stop> {
        loop {
            let line = self.line;
            let octets = self.input.fill_buf().map_err(|e| (line, e.to_string()))?;
            let Some(&c) = octets.first() else {
                return match self.in_array {
                    true => Err((line, "the file ends inside of its array: it is cut".to_owned())),
                    false => Ok(false),
                };
            };
            match c {
                b'{' => return Ok(true),
                b'[' if !self.in_array => self.in_array = true,
                b']' if self.in_array => self.in_array = false,
                b',' if self.in_array => {}
                b'\n' => self.line += 1,
                // A byte order mark.
                0xef | 0xbb | 0xbf => {}
                c if c.is_ascii_whitespace() => {}
                c => {
                    let shown = char::from(c).escape_default();
                    return Err((line, format!("'{shown}' where an object of JSON begins")));
                }
            }
            self.input.consume(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::BufReader;

    fn all(text: &str, buffer: usize) -> Result<Vec<(u64, String)>, Stop> {
        let mut input = BufReader::with_capacity(buffer, text.as_bytes());
        let mut objects = Objects::new(&mut input);
        let mut found = Vec::new();
        while let Some((line, octets)) = objects.next()? {
            found.push((line, String::from_utf8(octets).expect("text")));
        }
        Ok(found)
    }

    #[test]
    fn lines_arrays_and_pretty_printed_are_the_same() {
        let (a, b) = (r#"{"x":"}{\"]"}"#, "{\"y\":[{},\n[1]]}");
        for text in [
            format!("{a}\n{b}\n"),
            format!("\u{feff}[{a}\n,{b}]"),
            format!("{a}\n\n{b}").replace("\n\n", "\n"),
        ] {
            for buffer in [1, 3, 4_096] {
                let found = all(&text, buffer).unwrap();
                assert_eq!(found, [(1, a.to_owned()), (2, b.to_owned())], "{text}");
            }
        }
        assert_eq!(all("", 8).unwrap(), []);
        assert_eq!(all("[]\n", 8).unwrap(), []);
    }

    #[test]
    fn what_is_cut_or_none_is_said() {
        for (text, line, said) in [
            ("[{}\n,{", 2, "inside of this object"),
            ("[{}\n", 2, "it is cut"),
            ("\nhello", 2, "'h' where"),
            ("{},{}", 1, "',' where"),
        ] {
            let (at, why) = all(text, 16).unwrap_err();
            assert!(at == line && why.contains(said), "{text}: {at}: {why}");
        }
        let deep = "[".repeat(MAX_OBJECT_DEPTH + 1);
        assert!(
            all(&format!("{{\"a\":{deep}"), 16)
                .unwrap_err()
                .1
                .contains("nested")
        );
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_OBJECT_OCTETS + 1));
        assert!(all(&long, 4_096).is_err_and(|(_, why)| why.contains("octets")));
    }

    proptest! {
        #[test]
        fn any_octets_end(octets in prop::collection::vec(any::<u8>(), 0..400)) {
            let mut input = &octets[..];
            let mut objects = Objects::new(&mut input);
            while let Ok(Some(_)) = objects.next() {}
        }
    }
}
