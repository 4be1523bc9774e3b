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
//! A `;` starts a comment. The build script and the library include this file and `lines`, `words` and `rules` beside it, so
//! they name nothing of the crate.

use super::lines::{AvpLine, AvpType, DictionaryError, DictionaryFile, EnumLine, Show};
use super::rules::{group, message};
use super::words::{Parsed, Section, Tokens, name, number, rows, sections};

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
