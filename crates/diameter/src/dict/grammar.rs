//! The dictionary file format: commands as RFC 6733 3.2 writes them, groups as 4.4, the rest as tables.
//!
//! ```text
//! @id N                    the Application-ID
//! @name NAME               the dictionary's name
//! @vendor N NAME           the vendor of AVPs whose flags have V, where no @avp_vendor_id says otherwise
//! @inherits NAME           this dictionary's rules name AVPs of that one
//! @avp_types               Name  Code  Type  Flags      Flags: M and V, or -
//! @avp_vendor_id N         names of this file's AVPs of another vendor
//! @messages                Name-Request ::= < Diameter Header: 318, REQ, PXY > { Required } [ Optional ] ...
//! @grouped                 Name ::= < AVP Header: 1413 > ...
//! @enum Name [open]        NAME  Value         open: later releases add values, so an unknown one is no error
//! @show tbcd|plmn|text|secret      names of AVPs with these contents, for people
//! ```
//!
//! A `;` starts a comment. The build script and the library include this one file, so it names nothing of the crate.

use std::fmt;

/// The most tokens a rule or table line may have; a limit on hostile files, not on people.
const MAX_TOKENS: usize = 1 << 20;

/// The data format of an AVP (RFC 6733 4.2, 4.3, 4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AvpType {
    /// Any octets.
    OctetString,
    /// A signed number of 4 octets.
    Integer32,
    /// A signed number of 8 octets.
    Integer64,
    /// A number of 4 octets.
    Unsigned32,
    /// A number of 8 octets.
    Unsigned64,
    /// IEEE 754, 4 octets.
    Float32,
    /// IEEE 754, 8 octets.
    Float64,
    /// AVPs.
    Grouped,
    /// An address family (2 octets) and an address.
    Address,
    /// Seconds since 1900, 4 octets.
    Time,
    /// Text.
    Utf8String,
    /// A fully qualified domain name, or a realm.
    DiameterIdentity,
    /// An `aaa:` or `aaas:` URI.
    DiameterUri,
    /// A number of 4 octets with names.
    Enumerated,
    /// A packet filter, as text.
    IpFilterRule,
}

impl AvpType {
    /// The name in a dictionary file and in the specifications.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OctetString => "OctetString",
            Self::Integer32 => "Integer32",
            Self::Integer64 => "Integer64",
            Self::Unsigned32 => "Unsigned32",
            Self::Unsigned64 => "Unsigned64",
            Self::Float32 => "Float32",
            Self::Float64 => "Float64",
            Self::Grouped => "Grouped",
            Self::Address => "Address",
            Self::Time => "Time",
            Self::Utf8String => "UTF8String",
            Self::DiameterIdentity => "DiameterIdentity",
            Self::DiameterUri => "DiameterURI",
            Self::Enumerated => "Enumerated",
            Self::IpFilterRule => "IPFilterRule",
        }
    }

    /// The type a dictionary file names, also by the short names of other stacks' files (`DiamIdent`, `DiamURI`).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "OctetString" => Self::OctetString,
            "Integer32" => Self::Integer32,
            "Integer64" => Self::Integer64,
            "Unsigned32" => Self::Unsigned32,
            "Unsigned64" => Self::Unsigned64,
            "Float32" => Self::Float32,
            "Float64" => Self::Float64,
            "Grouped" => Self::Grouped,
            "Address" => Self::Address,
            "Time" => Self::Time,
            "UTF8String" => Self::Utf8String,
            "DiameterIdentity" | "DiamIdent" => Self::DiameterIdentity,
            "DiameterURI" | "DiamURI" => Self::DiameterUri,
            "Enumerated" => Self::Enumerated,
            "IPFilterRule" | "IPFiltrRule" | "QoSFilterRule" => Self::IpFilterRule,
            _ => return None,
        })
    }

    /// The fewest octets of data the type allows: what a zero-filled example of it has (RFC 6733 7.5).
    #[must_use]
    pub const fn minimum_octets(self) -> usize {
        match self {
            Self::OctetString | Self::Grouped | Self::Utf8String | Self::IpFilterRule => 0,
            Self::DiameterIdentity => 1,
            Self::Integer32 | Self::Unsigned32 | Self::Float32 | Self::Time | Self::Enumerated => 4,
            Self::Address => 6,
            Self::DiameterUri => 7,
            Self::Integer64 | Self::Unsigned64 | Self::Float64 => 8,
        }
    }
}

/// How people read the octets of an AVP whose type does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Show {
    /// As its type says.
    Plain,
    /// Digits, two an octet, low half first (TS 29.002 `TBCD-STRING`).
    Tbcd,
    /// MCC and MNC in three octets (TS 23.003 2.2, coded as TS 29.272 7.3.9).
    Plmn,
    /// Text in an OctetString.
    Text,
    /// A key or a response: shown only when asked for.
    Secret,
}

/// A line of `@avp_types`.
#[derive(Clone, Debug)]
pub(crate) struct AvpLine {
    /// AVP name.
    pub(crate) name: String,
    /// AVP code.
    pub(crate) code: u32,
    /// Vendor-ID, 0 for IETF.
    pub(crate) vendor_id: u32,
    /// Data format.
    pub(crate) kind: AvpType,
    /// Whether a sender sets M.
    pub(crate) mandatory: bool,
    /// How people read it.
    pub(crate) show: Show,
    /// Line in the file.
    pub(crate) line: usize,
}

/// How an AVP stands in a rule (RFC 6733 3.2).
#[derive(Clone, Debug)]
pub(crate) struct RuleLine {
    /// AVP name; `AVP` is any.
    pub(crate) name: String,
    /// The fewest that must be there.
    pub(crate) minimum: u32,
    /// The most that may be there; `u32::MAX` without a bound.
    pub(crate) maximum: u32,
    /// Line in the file.
    pub(crate) line: usize,
}

/// A command or a group with its rules.
#[derive(Clone, Debug)]
pub(crate) struct GrammarLine {
    /// Name, of a command with `-Request` or `-Answer`.
    pub(crate) name: String,
    /// Command or AVP code; `None` where the file says `code` (the answer-message of RFC 6733 7.2).
    pub(crate) code: Option<u32>,
    /// Whether the header has REQ.
    pub(crate) request: bool,
    /// Whether the header has PXY.
    pub(crate) proxiable: bool,
    /// The AVPs, in order.
    pub(crate) rules: Vec<RuleLine>,
    /// Line in the file.
    pub(crate) line: usize,
}

/// An `@enum` section.
#[derive(Clone, Debug)]
pub(crate) struct EnumLine {
    /// AVP name.
    pub(crate) name: String,
    /// Whether later releases add values, so that an unknown one is no error.
    pub(crate) open: bool,
    /// Names and values.
    pub(crate) values: Vec<(String, i32)>,
    /// Line in the file.
    pub(crate) line: usize,
}

/// One dictionary file.
#[derive(Clone, Debug, Default)]
pub(crate) struct DictionaryFile {
    /// Application-ID; 0 of the base protocol and of files with AVPs alone.
    pub(crate) id: u32,
    /// Name.
    pub(crate) name: String,
    /// The vendor's number and name.
    pub(crate) vendor: Option<(u32, String)>,
    /// Dictionaries whose AVPs the rules name.
    pub(crate) inherits: Vec<String>,
    /// AVPs.
    pub(crate) avps: Vec<AvpLine>,
    /// Commands.
    pub(crate) messages: Vec<GrammarLine>,
    /// Groups.
    pub(crate) groups: Vec<GrammarLine>,
    /// Enumerations.
    pub(crate) enums: Vec<EnumLine>,
}

/// What is wrong with a dictionary file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DictionaryError {
    /// The file's name as the caller gave it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What, why, and what is allowed.
    pub what: String,
}

impl fmt::Display for DictionaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

impl std::error::Error for DictionaryError {}

/// A word or a mark of punctuation, with its line.
type Token<'t> = (usize, &'t str);

/// The text between two `@` directives.
struct Section<'t> {
    line: usize,
    directive: &'t str,
    arguments: Vec<&'t str>,
    body: Vec<Token<'t>>,
}

/// Reads a dictionary file; `file` is for messages.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub(crate) fn parse(file: &str, text: &str) -> Result<DictionaryFile, DictionaryError> {
    let wrong = |(line, what): (usize, String)| DictionaryError {
        file: file.to_owned(),
        line,
        what,
    };
    let sections = sections(text).map_err(wrong)?;
    let mut out = DictionaryFile::default();
    for section in &sections {
        read_head(section, &mut out).map_err(wrong)?;
    }
    for section in &sections {
        read_body(section, &mut out).map_err(wrong)?;
    }
    for section in &sections {
        amend(section, &mut out).map_err(wrong)?;
    }
    if out.name.is_empty() {
        return Err(wrong((
            1,
            "no @name: a dictionary says its name in a line `@name mine`".to_owned(),
        )));
    }
    Ok(out)
}

type Parsed<T> = Result<T, (usize, String)>;

fn sections(text: &str) -> Parsed<Vec<Section<'_>>> {
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

fn number<T: std::str::FromStr>(line: usize, what: &str, word: Option<&str>) -> Parsed<T> {
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

fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn name(line: usize, what: &str, word: Option<&str>) -> Parsed<String> {
    match word {
        Some(word) if is_name(word) => Ok(word.to_owned()),
        Some(word) => Err((
            line,
            format!("{what} `{word}` is not a name: letters, digits, `-` and `_`"),
        )),
        None => Err((line, format!("{what} is missing"))),
    }
}

fn read_head(section: &Section<'_>, out: &mut DictionaryFile) -> Parsed<()> {
    let (line, first) = (section.line, section.arguments.first().copied());
    match section.directive {
        "id" => out.id = number(line, "the Application-ID", first)?,
        "name" => out.name = name(line, "the dictionary's name", first)?,
        "vendor" => {
            let id = number(line, "the Vendor-ID", first)?;
            out.vendor = Some((
                id,
                name(line, "the vendor's name", section.arguments.get(1).copied())?,
            ));
        }
        "inherits" => out
            .inherits
            .push(name(line, "the inherited dictionary's name", first)?),
        "avp_types" | "avp_vendor_id" | "messages" | "grouped" | "enum" | "show" => return Ok(()),
        other => {
            let allowed =
                "@id @name @vendor @inherits @avp_types @avp_vendor_id @messages @grouped @enum @show";
            return Err((line, format!("@{other} is not a directive; these are: {allowed}")));
        }
    }
    match section.body.first() {
        Some((line, token)) => Err((
            *line,
            format!("`{token}` after @{}, which has no body", section.directive),
        )),
        None => Ok(()),
    }
}

fn read_body(section: &Section<'_>, out: &mut DictionaryFile) -> Parsed<()> {
    match section.directive {
        "avp_types" => read_avps(section, out),
        "messages" | "grouped" => {
            let mut tokens = Tokens {
                rest: &section.body,
                line: section.line,
            };
            while !tokens.rest.is_empty() {
                if section.directive == "messages" {
                    out.messages.push(message(&mut tokens)?);
                } else {
                    out.groups.push(group(&mut tokens)?);
                }
            }
            Ok(())
        }
        "enum" => {
            let avp = name(
                section.line,
                "the enumerated AVP",
                section.arguments.first().copied(),
            )?;
            let open = match section.arguments.get(1) {
                None => false,
                Some(&"open") => true,
                Some(word) => {
                    return Err((
                        section.line,
                        format!("`{word}` after the name; only `open` may follow"),
                    ));
                }
            };
            let mut values = Vec::new();
            for row in rows(&section.body) {
                let [(line, text), (_, value)] = row else {
                    return Err((row[0].0, "a line of @enum is `NAME value`".to_owned()));
                };
                values.push((
                    name(*line, "the value's name", Some(text))?,
                    number(*line, "the value", Some(value))?,
                ));
            }
            out.enums.push(EnumLine {
                name: avp,
                open,
                values,
                line: section.line,
            });
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Tokens grouped by their lines.
fn rows<'s, 't>(body: &'s [Token<'t>]) -> impl Iterator<Item = &'s [Token<'t>]> {
    body.chunk_by(|a, b| a.0 == b.0)
}

fn read_avps(section: &Section<'_>, out: &mut DictionaryFile) -> Parsed<()> {
    for row in rows(&section.body) {
        let [(line, avp), (_, code), (_, kind), (_, flags)] = row else {
            let what = "a line of @avp_types is `Name Code Type Flags`, with `-` for no flags";
            return Err((row[0].0, what.to_owned()));
        };
        let line = *line;
        let kind = AvpType::named(kind).ok_or_else(|| {
            (
                line,
                format!("`{kind}` is not a data format of RFC 6733 4.2 or 4.3"),
            )
        })?;
        if let Some(flag) = flags.chars().find(|c| !"MVP-".contains(*c)) {
            return Err((
                line,
                format!("flag `{flag}` is unknown; flags are M and V, or - for none"),
            ));
        }
        let vendor_id = match (flags.contains('V'), &out.vendor) {
            (false, _) => 0,
            (true, Some((id, _))) => *id,
            (true, None) => return Err((line, "flag V, but the file has no @vendor line".to_owned())),
        };
        out.avps.push(AvpLine {
            name: name(line, "the AVP's name", Some(avp))?,
            code: number(line, "the AVP code", Some(code))?,
            vendor_id,
            kind,
            mandatory: flags.contains('M'),
            show: Show::Plain,
            line,
        });
    }
    Ok(())
}

/// Sections that change lines of `@avp_types`.
fn amend(section: &Section<'_>, out: &mut DictionaryFile) -> Parsed<()> {
    let first = section.arguments.first().copied();
    let (vendor_id, show) = match section.directive {
        "avp_vendor_id" => (Some(number(section.line, "the Vendor-ID", first)?), None),
        "show" => {
            let show = match first {
                Some("tbcd") => Show::Tbcd,
                Some("plmn") => Show::Plmn,
                Some("text") => Show::Text,
                Some("secret") => Show::Secret,
                _ => {
                    return Err((
                        section.line,
                        "@show is followed by tbcd, plmn, text or secret".to_owned(),
                    ));
                }
            };
            (None, Some(show))
        }
        _ => return Ok(()),
    };
    for (line, word) in &section.body {
        let Some(avp) = out.avps.iter_mut().find(|avp| avp.name == *word) else {
            return Err((*line, format!("`{word}` is not in this file's @avp_types")));
        };
        avp.vendor_id = vendor_id.unwrap_or(avp.vendor_id);
        avp.show = show.unwrap_or(avp.show);
    }
    Ok(())
}

struct Tokens<'s, 't> {
    rest: &'s [Token<'t>],
    line: usize,
}

impl<'t> Tokens<'_, 't> {
    fn peek(&self) -> Option<&'t str> {
        self.rest.first().map(|token| token.1)
    }

    fn next(&mut self) -> Option<&'t str> {
        let ((line, token), rest) = self.rest.split_first()?;
        (self.line, self.rest) = (*line, rest);
        Some(token)
    }

    fn expect(&mut self, wanted: &str, place: &str) -> Parsed<()> {
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

/// `Name ::= < Diameter Header: code, REQ, PXY, application > rules` (RFC 6733 3.2).
fn message(tokens: &mut Tokens<'_, '_>) -> Parsed<GrammarLine> {
    let mut out = opening(tokens, "Diameter")?;
    let place = "in a header such as `< Diameter Header: 318, REQ, PXY >`";
    while tokens.peek() != Some(">") {
        if tokens.peek() == Some(",") {
            tokens.next();
        }
        match tokens.next() {
            Some("REQ") => out.request = true,
            Some("PXY") => out.proxiable = true,
            // The E bit belongs to the answer-message alone; an application's number stands for people.
            Some("ERR") => {}
            Some(word) if word.parse::<u32>().is_ok() => {}
            Some(word) => {
                return Err((
                    tokens.line,
                    format!("`{word}` is not REQ, PXY, ERR or a number, {place}"),
                ));
            }
            None => return Err((tokens.line, format!("the section ends {place}"))),
        }
    }
    tokens.next();
    out.rules = rules(tokens)?;
    Ok(out)
}

/// `Name ::= < AVP Header: code vendor > rules` (RFC 6733 4.4).
fn group(tokens: &mut Tokens<'_, '_>) -> Parsed<GrammarLine> {
    let mut out = opening(tokens, "AVP")?;
    if tokens.peek().is_some_and(|word| word.parse::<u32>().is_ok()) {
        tokens.next();
    }
    tokens.expect(">", "after the AVP code")?;
    out.rules = rules(tokens)?;
    Ok(out)
}

fn opening(tokens: &mut Tokens<'_, '_>, header: &str) -> Parsed<GrammarLine> {
    let word = tokens.next();
    let line = tokens.line;
    let name = name(line, "the name in front of `::=`", word)?;
    let place = format!("in `{name} ::= < {header} Header: ... >`");
    for wanted in ["::=", "<", header, "Header", ":"] {
        tokens.expect(wanted, &place)?;
    }
    let code = match tokens.next() {
        Some("code") if header == "Diameter" => None,
        word => Some(number(tokens.line, "the code", word)?),
    };
    Ok(GrammarLine {
        name,
        code,
        request: false,
        proxiable: false,
        rules: Vec::new(),
        line,
    })
}

/// The rules up to the next `Name ::=` or the end.
fn rules(tokens: &mut Tokens<'_, '_>) -> Parsed<Vec<RuleLine>> {
    let mut out = Vec::new();
    while let Some(word) = tokens.peek() {
        if is_name(word) && tokens.rest.get(1).is_some_and(|token| token.1 == "::=") {
            break;
        }
        out.push(rule(tokens)?);
    }
    Ok(out)
}

/// `[min] "*" [max]` and an AVP in `< >`, `{ }` or `[ ]`.
fn rule(tokens: &mut Tokens<'_, '_>) -> Parsed<RuleLine> {
    let bound = |tokens: &mut Tokens<'_, '_>| -> Parsed<Option<u32>> {
        match tokens.peek() {
            Some(word) if word.starts_with(|c: char| c.is_ascii_digit()) => {
                tokens.next();
                number(tokens.line, "the qualifier", Some(word)).map(Some)
            }
            _ => Ok(None),
        }
    };
    let least = bound(tokens)?;
    let starred = tokens.peek() == Some("*");
    let most = if starred {
        tokens.next();
        bound(tokens)?
    } else {
        None
    };
    let (open, line) = (
        tokens.next(),
        tokens.rest.first().map_or(tokens.line, |token| token.0),
    );
    let (close, required, fixed) = match open {
        Some("<") => (">", true, true),
        Some("{") => ("}", true, false),
        Some("[") => ("]", false, false),
        Some(word) => {
            return Err((
                tokens.line,
                format!("`{word}` where `<`, `{{` or `[` opens a rule"),
            ));
        }
        None => return Err((tokens.line, "the section ends after a qualifier".to_owned())),
    };
    let word = tokens.next();
    let avp = name(tokens.line, "the AVP of a rule", word)?;
    tokens.expect(close, &format!("after {avp}"))?;
    if least.is_some() && !starred {
        return Err((
            line,
            format!("a number without `*` in front of {avp}; write `1*2` or `*2`"),
        ));
    }
    let minimum = match (least, starred) {
        (Some(least), _) => least,
        (None, true) => u32::from(required && !fixed),
        (None, false) => u32::from(required),
    };
    let maximum = if starred { most.unwrap_or(u32::MAX) } else { 1 };
    if minimum > maximum {
        return Err((
            line,
            format!("{avp}: at least {minimum} and at most {maximum} cannot both hold"),
        ));
    }
    Ok(RuleLine {
        name: avp,
        minimum,
        maximum,
        line,
    })
}
