//! What a dump is made of: words, names, strings, marks. A value at a time is held.

use super::Stop;
use crate::tables::Cell;
use std::io::BufRead;

/// The most octets of one value: profiles in XML take some ten kilobytes.
pub const MAX_VALUE_OCTETS: usize = 1024 * 1024;

/// A part of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Letters, digits and what numbers are made of.
    Word(String),
    /// In backquotes or quotation marks.
    Name(String),
    /// A string's octets.
    Text(Vec<u8>),
    /// One other octet.
    Mark(u8),
}

/// Reads a dump.
pub(crate) struct Lexer<'a> {
    input: &'a mut dyn BufRead,
    line: u64,
    /// Whether backslashes escape in every string.
    mysql: bool,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(input: &'a mut dyn BufRead) -> Self {
        Self {
            input,
            line: 1,
            mysql: false,
        }
    }

    pub(super) fn line(&self) -> u64 {
        self.line
    }

    fn peek(&mut self) -> Result<Option<u8>, Stop> {
        match self.input.fill_buf() {
            Ok(octets) => Ok(octets.first().copied()),
            Err(error) => Err((self.line, error.to_string())),
        }
    }

    fn bump(&mut self, c: u8) {
        self.line += u64::from(c == b'\n');
        self.input.consume(1);
    }

    /// Takes octets as long as `wanted` says so.
    fn run(&mut self, out: &mut Vec<u8>, wanted: impl Fn(u8) -> bool) -> Result<(), Stop> {
        loop {
            let octets = match self.input.fill_buf() {
                Ok(octets) => octets,
                Err(error) => return Err((self.line, error.to_string())),
            };
            let end = octets.iter().position(|&c| !wanted(c)).unwrap_or(octets.len());
            let is_whole = end < octets.len() || octets.is_empty();
            self.line += octets[..end].iter().filter(|&&c| c == b'\n').count() as u64;
            out.extend_from_slice(&octets[..end]);
            self.input.consume(end);
            if out.len() > MAX_VALUE_OCTETS {
                return Err((
                    self.line,
                    format!("a value of more than {MAX_VALUE_OCTETS} octets"),
                ));
            }
            if is_whole {
                return Ok(());
            }
        }
    }

    /// The next part; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Token>, Stop> {
        loop {
            let Some(c) = self.peek()? else { return Ok(None) };
            match c {
                c if c.is_ascii_whitespace() => self.bump(c),
                0xef | 0xbb | 0xbf => self.bump(c),
                b'#' if self.mysql => self.comment_line()?,
                b'-' => {
                    self.bump(c);
                    match self.peek()? {
                        Some(b'-') => self.comment_line()?,
                        Some(d) if d.is_ascii_digit() => return self.word(vec![b'-']).map(Some),
                        _ => return Ok(Some(Token::Mark(b'-'))),
                    }
                }
                b'/' => {
                    self.bump(c);
                    if self.peek()? != Some(b'*') {
                        return Ok(Some(Token::Mark(b'/')));
                    }
                    self.comment()?;
                }
                b'`' => {
                    self.mysql = true;
                    let name = self.string(b'`', false)?;
                    return Ok(Some(Token::Name(String::from_utf8_lossy(&name).into_owned())));
                }
                b'"' => {
                    let name = self.string(b'"', self.mysql)?;
                    return Ok(Some(Token::Name(String::from_utf8_lossy(&name).into_owned())));
                }
                b'\'' => return self.string(b'\'', self.mysql).map(Token::Text).map(Some),
                c if is_of_word(c) => return self.word(Vec::new()).map(Some),
                c => {
                    self.bump(c);
                    return Ok(Some(Token::Mark(c)));
                }
            }
        }
    }

    fn word(&mut self, mut octets: Vec<u8>) -> Result<Token, Stop> {
        self.run(&mut octets, is_of_word)?;
        let word = String::from_utf8_lossy(&octets).into_owned();
        if word.len() == 1 && self.peek()? == Some(b'\'') {
            match word.as_str() {
                "x" | "X" => {
                    let digits = self.string(b'\'', false)?;
                    return match hex::decode(&digits) {
                        Ok(octets) => Ok(Token::Text(octets)),
                        Err(_) => Err((self.line, "a value in hex that is none".to_owned())),
                    };
                }
                "e" | "E" => return self.string(b'\'', true).map(Token::Text),
                "b" | "B" | "n" | "N" => return self.string(b'\'', self.mysql).map(Token::Text),
                _ => {}
            }
        }
        Ok(Token::Word(word))
    }

    /// A string or name up to its closing mark, which doubled stands for itself.
    fn string(&mut self, mark: u8, escapes: bool) -> Result<Vec<u8>, Stop> {
        let from = self.line;
        let cut = || (from, "the dump ends inside of a string: it is cut".to_owned());
        self.bump(mark);
        let mut octets = Vec::new();
        loop {
            self.run(&mut octets, |c| c != mark && !(escapes && c == b'\\'))?;
            let c = self.peek()?.ok_or_else(cut)?;
            self.bump(c);
            if c == mark {
                if self.peek()? != Some(mark) {
                    return Ok(octets);
                }
                self.bump(mark);
                octets.push(mark);
            } else {
                let escaped = self.peek()?.ok_or_else(cut)?;
                self.bump(escaped);
                octets.push(match escaped {
                    b'0' => 0,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'Z' => 26,
                    other => other,
                });
            }
        }
    }

    /// A comment to the end of the line; it may tell whose dump this is.
    fn comment_line(&mut self) -> Result<(), Stop> {
        let mut text = Vec::new();
        self.run(&mut text, |c| c != b'\n')?;
        self.whose(&text);
        Ok(())
    }

    /// A comment behind its `/`; what MySQL would execute of it is skipped too, for no rows are in there.
    fn comment(&mut self) -> Result<(), Stop> {
        let from = self.line;
        let mut last = 0;
        self.bump(b'*');
        self.mysql |= self.peek()? == Some(b'!');
        loop {
            let Some(c) = self.peek()? else {
                return Err((from, "the dump ends inside of a comment: it is cut".to_owned()));
            };
            self.bump(c);
            if last == b'*' && c == b'/' {
                return Ok(());
            }
            last = c;
        }
    }

    fn whose(&mut self, comment: &[u8]) {
        let text = String::from_utf8_lossy(comment);
        self.mysql |= text.contains("MySQL dump") || text.contains("MariaDB dump");
    }

    /// Whether a parenthesis comes next: the word before it is a function's name.
    pub(super) fn at_parenthesis(&mut self) -> Result<bool, Stop> {
        Ok(self.peek()? == Some(b'('))
    }

    /// To the line behind a COPY statement.
    pub(super) fn end_of_line(&mut self) -> Result<(), Stop> {
        let mut rest = Vec::new();
        self.run(&mut rest, |c| c != b'\n')?;
        if self.peek()?.is_some() {
            self.bump(b'\n');
        }
        Ok(())
    }

    /// A line of COPY; none at its end.
    pub(super) fn copied_row(&mut self) -> Result<Option<(u64, Vec<Cell>)>, Stop> {
        let line = self.line;
        let mut octets = Vec::new();
        self.run(&mut octets, |c| c != b'\n')?;
        if self.peek()?.is_none() {
            return Err((line, "the dump ends inside of COPY: it is cut".to_owned()));
        }
        self.bump(b'\n');
        if octets.last() == Some(&b'\r') {
            octets.pop();
        }
        if octets == b"\\." {
            return Ok(None);
        }
        Ok(Some((
            line,
            octets.split(|&c| c == b'\t').map(copied_cell).collect(),
        )))
    }
}

fn is_of_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || b"_.$+".contains(&c) || c >= 0x80
}

/// A value of COPY, with its escapes.
fn copied_cell(octets: &[u8]) -> Cell {
    if octets == b"\\N" {
        return Cell::Null;
    }
    let mut out = Vec::with_capacity(octets.len());
    let mut rest = octets;
    while let Some((&c, behind)) = rest.split_first() {
        rest = behind;
        if c != b'\\' {
            out.push(c);
            continue;
        }
        let Some((&escaped, behind)) = rest.split_first() else {
            break;
        };
        rest = behind;
        out.push(match escaped {
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            other => other,
        });
    }
    Cell::Octets(out.into())
}
