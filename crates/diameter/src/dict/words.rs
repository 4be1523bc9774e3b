//! A dictionary file in words: sections between `@` directives, and what a name and a number are.

/// The most tokens a rule or table line may have; a limit on hostile files, not on people.
const MAX_TOKENS: usize = 1 << 20;
/// A word or a mark of punctuation, with its line.
pub(super) type Token<'t> = (usize, &'t str);

/// The text between two `@` directives.
pub(super) struct Section<'t> {
    pub(super) line: usize,
    pub(super) directive: &'t str,
    pub(super) arguments: Vec<&'t str>,
    pub(super) body: Vec<Token<'t>>,
}

/// What was read, or the line and what is wrong with it.
pub(super) type Parsed<T> = Result<T, (usize, String)>;

/// The sections of a file.
pub(super) fn sections(text: &str) -> Parsed<Vec<Section<'_>>> {
    let mut out: Vec<Section<'_>> = Vec::new();
    let mut tokens = 0;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let content = line.split(';').next().unwrap_or("");
        if let Some(directive) = content.trim_start().strip_prefix('@') {
            let mut words = directive.split_whitespace();
            let directive = words.next().unwrap_or("");
            out.push(Section {
                line: number,
                directive,
                arguments: words.collect(),
                body: Vec::new(),
            });
            continue;
        }
        for token in split(content) {
            tokens += 1;
            if tokens > MAX_TOKENS {
                return Err((
                    number,
                    format!("more than {MAX_TOKENS} words: no dictionary is that large"),
                ));
            }
            match out.last_mut() {
                Some(section) => section.body.push((number, token)),
                None => return Err((number, format!("`{token}` stands before any @ directive"))),
            }
        }
    }
    Ok(out)
}

/// Words and marks of a line. `::=` is one mark; `*` splits a qualifier such as `1*2`.
fn split(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        text = text.trim_start();
        let first = text.chars().next()?;
        let end = if text.starts_with("::=") {
            3
        } else if "<>{}[],:*".contains(first) {
            1
        } else {
            text.find(|c: char| c.is_whitespace() || "<>{}[],:*".contains(c))
                .unwrap_or(text.len())
        };
        let (token, rest) = text.split_at(end);
        text = rest;
        Some(token)
    })
}

/// A decimal number.
pub(super) fn number<T: std::str::FromStr>(line: usize, what: &str, word: Option<&str>) -> Parsed<T> {
    let Some(word) = word else {
        return Err((line, format!("{what} is missing: a decimal number stands here")));
    };
    word.parse().map_err(|_| {
        (
            line,
            format!("{what} `{word}` is not a decimal number in its range"),
        )
    })
}

/// Whether a word can name something: letters, digits, `-` and `_`.
pub(super) fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// A name.
pub(super) fn name(line: usize, what: &str, word: Option<&str>) -> Parsed<String> {
    match word {
        Some(word) if is_name(word) => Ok(word.to_owned()),
        Some(word) => Err((
            line,
            format!("{what} `{word}` is not a name: letters, digits, `-` and `_`"),
        )),
        None => Err((line, format!("{what} is missing"))),
    }
}

/// Tokens grouped by their lines.
pub(super) fn rows<'s, 't>(body: &'s [Token<'t>]) -> impl Iterator<Item = &'s [Token<'t>]> {
    body.chunk_by(|a, b| a.0 == b.0)
}

/// The words that are left of a section, and the line of the last one taken.
pub(super) struct Tokens<'s, 't> {
    pub(super) rest: &'s [Token<'t>],
    pub(super) line: usize,
}

impl<'t> Tokens<'_, 't> {
    pub(super) fn peek(&self) -> Option<&'t str> {
        self.rest.first().map(|token| token.1)
    }

    pub(super) fn next(&mut self) -> Option<&'t str> {
        let ((line, token), rest) = self.rest.split_first()?;
        (self.line, self.rest) = (*line, rest);
        Some(token)
    }

    pub(super) fn expect(&mut self, wanted: &str, place: &str) -> Parsed<()> {
        match self.next() {
            Some(token) if token == wanted => Ok(()),
            Some(token) => Err((self.line, format!("`{token}` where `{wanted}` belongs, {place}"))),
            None => Err((
                self.line,
                format!("the section ends where `{wanted}` belongs, {place}"),
            )),
        }
    }
}
