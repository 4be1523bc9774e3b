//! SIM vendors' output files: a head of `Name: value` lines, a line `Var_Out:` that names the columns, and a card a line; or CSV whose first
//! line names the columns.
//!
//! ```text
//!  * HEADER DESCRIPTION
//!  Quantity: 2
//!  Transport_key: 01                    K is enciphered: --transport-key
//!  * OUTPUT VARIABLES
//!  Var_Out: ICCID/IMSI/PIN1/PUK1/KI/OPC
//!  89490200001000000012 001010000000001 1234 12345678 <32 hex> <32 hex>
//! ```
//!
//! Columns are known by what vendors call them (`columns`), in any case; those of the card itself (ICCID, PINs, OTA keys) are not kept.

mod columns;

use crate::hex_octets::Hex;
use crate::lines::Lines;
use crate::record::{Constant, DEFAULT_AMF, default_subscription, derived, sqn_profile};
use crate::row::{At, Entry, Note, Place, Refusal, Row};
use crate::source::{Options, ReadError, Sink};
use crate::sqn;
use crate::transport::{Covers, KeyCheck, Transport, is_check_of_k};
use columns::{Column, Delimiter};
use quintet_crypto::{Amf, K};
use quintet_identity::{Imsi, Msisdn};
use quintet_subscriber::model::{Algorithm, Authentication, Subscriber};
use std::io::BufRead;
use std::sync::Arc;
use zeroize::Zeroizing;

pub(crate) use columns::names_cards;

/// The most lines before the columns are named.
const MAX_HEAD_LINES: u64 = 10_000;

/// What the head says.
#[derive(Default)]
struct Head {
    quantity: Option<u64>,
    /// Whether K is said to be enciphered.
    transport: bool,
    check: Option<String>,
    columns: Vec<Column>,
    delimiter: Option<Delimiter>,
}

pub(crate) fn read(
    file: usize,
    input: &mut dyn BufRead,
    options: &Options,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let mut lines = Lines::new(input);
    let head = head(&mut lines).map_err(|stop| ReadError::at(file, stop))?;
    allowed(&head, options).map_err(|stop| ReadError::at(file, stop))?;
    let notes = notes(&head, options);
    let (mut cards, mut delimiter, mut last) = (0u64, head.delimiter, 0);
    while let Some((line, text)) = lines.next().map_err(|stop| ReadError::at(file, stop))? {
        let text = Zeroizing::new(text);
        last = line;
        if text.trim().is_empty() || text.starts_with('*') {
            continue;
        }
        cards += 1;
        let delimiter = *delimiter.get_or_insert_with(|| Delimiter::of(&text, head.columns.len()));
        let values = delimiter.split(&text);
        let mut identity = String::new();
        let entry = entry(&head, &values, options, &mut identity);
        sink.put(Row::of(Place { file, line }, identity, entry, notes.clone()))?;
    }
    if let Some(quantity) = head.quantity.filter(|quantity| *quantity != cards) {
        let refusal = Refusal::new(format_args!(
            "the head says {quantity} cards, and there are {cards}"
        ))
        .remedy("ask for the file again: it is cut, or another's head stands before it");
        let place = Place { file, line: last };
        sink.put(Row::of(place, "Quantity", Err(refusal), Vec::new()))?;
    }
    Ok(())
}

/// Reads up to the line that names the columns.
fn head(lines: &mut Lines<'_>) -> Result<Head, (u64, String)> {
    let mut head = Head::default();
    let mut open: Option<String> = None;
    while let Some((line, text)) = lines.next()? {
        if line > MAX_HEAD_LINES {
            break;
        }
        let text = text.trim();
        if let Some(names) = &mut open {
            names.push_str(text);
            if !text.ends_with('/') {
                head.columns = columns::of_list(names);
                return named(head, line);
            }
            continue;
        }
        if text.is_empty() || text.starts_with('*') {
            continue;
        }
        let (name, value) = text.split_once([':', '=']).unwrap_or((text, ""));
        let (name, value) = (columns::plain(name), value.trim());
        match name.as_str() {
            "varout" if value.is_empty() || value.ends_with('/') => open = Some(value.to_owned()),
            "varout" => {
                head.columns = columns::of_list(value);
                return named(head, line);
            }
            "quantity" => head.quantity = value.parse().ok(),
            "transportkey" => {
                head.transport = !matches!(
                    value.to_ascii_lowercase().as_str(),
                    "" | "0" | "00" | "no" | "none"
                );
            }
            "kcv" | "transportkeykcv" | "keycheckvalue" => head.check = Some(value.to_owned()),
            _ if names_cards(text) => {
                let delimiter = Delimiter::of_header(text);
                head.columns = delimiter.split(text).into_iter().map(Column::named).collect();
                head.delimiter = Some(delimiter);
                return named(head, line);
            }
            _ => {}
        }
    }
    Err((
        0,
        "no line names the columns: neither Var_Out: nor a header with IMSI and Ki".to_owned(),
    ))
}

/// The head, if its columns are those of cards.
fn named(head: Head, line: u64) -> Result<Head, (u64, String)> {
    for (wanted, name) in [(Column::Imsi, "IMSI"), (Column::K(false), "Ki")] {
        let is_it = |column: &Column| std::mem::discriminant(column) == std::mem::discriminant(&wanted);
        if !head.columns.iter().any(is_it) {
            return Err((line, format!("no column is {name}")));
        }
    }
    Ok(head)
}

/// Whether keys can be opened, and the transport key is the one.
fn allowed(head: &Head, options: &Options) -> Result<(), (u64, String)> {
    let enciphered = head.transport || head.columns.contains(&Column::K(true));
    let Some(transport) = &options.transport else {
        return match enciphered {
            true => Err((
                0,
                "K is enciphered under a transport key: give --transport-key and --transport".to_owned(),
            )),
            false => Ok(()),
        };
    };
    let Some(check) = &head.check else { return Ok(()) };
    let check: KeyCheck = check
        .parse()
        .map_err(|why| (0, format!("the head's key check value: {why}")))?;
    transport.check(&check).map_err(|error| (0, error.to_string()))
}

fn notes(head: &Head, options: &Options) -> Vec<Note> {
    let mut notes = Vec::new();
    let others: Vec<&str> = head
        .columns
        .iter()
        .filter_map(|column| match column {
            Column::Other(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    if !others.is_empty() {
        notes.push(Note::NotCarried(format!(
            "data of the card itself: {}",
            others.join(", ")
        )));
    }
    if options.apns.is_empty() {
        notes.push(Note::Changed(
            "a vendor names no APN: taken are internet and ims (--apn for others)".to_owned(),
        ));
    }
    notes
}

/// The values of one card.
#[derive(Default)]
struct Card {
    imsi: Option<Imsi>,
    msisdn: Option<Msisdn>,
    k: Option<Hex>,
    check: Option<KeyCheck>,
    opc: Option<Hex>,
    op: Option<Hex>,
    amf: Option<Hex>,
    sqn: Option<String>,
    algorithm: Option<String>,
}

impl Card {
    fn take(&mut self, column: &Column, value: &str, transport: Option<&Transport>) -> Result<(), Refusal> {
        if value.is_empty() {
            return Ok(());
        }
        let hex = |name: &str| -> Result<Hex, Refusal> {
            value.parse().map_err(|why: String| Refusal::new(why).at(name))
        };
        let opened = |name: &str, is_enciphered: bool| -> Result<Hex, Refusal> {
            let octets = hex(name)?;
            match transport.filter(|_| is_enciphered) {
                None => Ok(octets),
                Some(transport) => {
                    let plain = transport.decipher(octets.expose()).at(name)?;
                    Ok(Hex::new(plain.to_vec()))
                }
            }
        };
        match column {
            Column::Imsi => self.imsi = Some(columns::imsi(value)?),
            Column::Msisdn => self.msisdn = Some(value.trim_start_matches('+').parse().at("MSISDN")?),
            Column::K(_) => self.k = Some(opened("Ki", true)?),
            Column::Opc(said) => {
                let covered = transport.is_some_and(|transport| transport.covers == Covers::KAndOpc);
                self.opc = Some(opened("OPc", *said || covered)?);
            }
            Column::Op => self.op = Some(hex("OP")?),
            Column::Check => {
                self.check = Some(value.parse().map_err(|why: String| Refusal::new(why).at("KCV"))?)
            }
            Column::Amf => self.amf = Some(hex("AMF")?),
            Column::Sqn => self.sqn = Some(value.to_owned()),
            Column::Algorithm => self.algorithm = Some(value.to_owned()),
            Column::Other(_) => {}
        }
        Ok(())
    }
}

fn entry(head: &Head, values: &[&str], options: &Options, identity: &mut String) -> Result<Entry, Refusal> {
    let imsi_at = head.columns.iter().position(|column| *column == Column::Imsi);
    if let Some(value) = imsi_at.and_then(|at| values.get(at)) {
        *identity = columns::imsi(value).map_or_else(|_| (*value).to_owned(), |imsi| imsi.to_string());
    }
    if values.len() != head.columns.len() {
        return Err(Refusal::new(format_args!(
            "{} values, where {} columns are named",
            values.len(),
            head.columns.len()
        )));
    }
    let mut card = Card::default();
    for (column, value) in head.columns.iter().zip(values) {
        card.take(column, value.trim(), options.transport.as_ref())?;
    }
    let imsi = card.imsi.ok_or_else(|| Refusal::new("IMSI is missing"))?;
    let octets = card.k.ok_or_else(|| Refusal::new("Ki is missing"))?;
    if let Some(check) = &card.check
        && !is_check_of_k(octets.expose(), check)
    {
        return Err(
            Refusal::new("the key check value of this card is not that of its Ki")
                .remedy("check the transport key and its cipher, or the file"),
        );
    }
    let k = K::new(octets.expose()).ok_or_else(|| {
        Refusal::new(format_args!(
            "Ki has {} octets, 16 are needed ({} hex digits)",
            octets.expose().len(),
            32
        ))
    })?;
    let name = card.algorithm.as_deref().map(columns::plain);
    let algorithm = match name.as_deref() {
        Some("xor") => Algorithm::Xor,
        Some("tuak") => {
            return Err(
                Refusal::new("a card of TUAK: its lengths and TOPc are in no vendor's columns")
                    .remedy("import it as CSV of our own, with tuak and opc"),
            );
        }
        _ => {
            let constant = match (&card.opc, &card.op, &options.opc, &options.op) {
                (Some(opc), ..) | (None, None, Some(opc), _) => Constant::Opc(opc),
                (None, Some(op), ..) | (None, None, None, Some(op)) => Constant::Op(op),
                _ => {
                    return Err(Refusal::new("OPc is missing, and OP too")
                        .remedy("give the operator's constant: --op env:NAME"));
                }
            };
            Algorithm::Milenage {
                opc: constant.opc(&k)?,
            }
        }
    };
    let amf = card.amf.as_ref().or(options.amf.as_ref());
    let amf = amf
        .map_or(Ok(DEFAULT_AMF), |amf| amf.exactly("AMF"))
        .map_err(Refusal::new)?;
    let sqn_profile = sqn_profile(options.ind_bits)?;
    let authentication = Authentication {
        k,
        algorithm,
        amf: Amf(amf),
        sqn_profile,
        dif: None,
        seq_seed: sqn::seed_of_hex(card.sqn.as_deref().unwrap_or_default(), sqn_profile)?,
    };
    authentication.check().map_err(Refusal::new)?;
    let subscriber = Subscriber {
        imsi,
        msisdn: card.msisdn,
        authentication,
        subscription: Arc::new(default_subscription(&options.apns)),
    };
    let ims = match options.ims {
        true => Some(derived(&subscriber, options.mnc_digits)?),
        false => None,
    };
    Ok(Entry {
        subscriber,
        ims,
        ims_only: false,
    })
}
