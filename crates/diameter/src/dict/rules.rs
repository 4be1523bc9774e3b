//! Commands and groups as RFC 6733 3.2 and 4.4 write them.

use super::lines::{GrammarLine, RuleLine};
use super::words::{Parsed, Tokens, is_name, name, number};

/// `Name ::= < Diameter Header: code, REQ, PXY, application > rules` (RFC 6733 3.2).
pub(super) fn message(tokens: &mut Tokens<'_, '_>) -> Parsed<GrammarLine> {
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
pub(super) fn group(tokens: &mut Tokens<'_, '_>) -> Parsed<GrammarLine> {
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
