//! Where subscribers come from, and the one way in.

use crate::record::MncDigits;
use crate::tables::Tables;
use crate::transport::Transport;
use crate::{Hex, Place, Row};
use crate::{fhoss, free5gc, open5gs, own, pyhss, sql, srsran, vendor};
use quintet_identity::{Apn, Imsi};
use std::collections::BTreeMap;
use std::fmt;
use std::io::BufRead;
use std::ops::ControlFlow;

/// A kind of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// PyHSS: its database (SQLite, or a dump of MySQL, PostgreSQL or SQLite), or the JSON of its API.
    Pyhss,
    /// Open5GS: mongoexport of `subscribers`.
    Open5gs,
    /// free5GC: mongoexport of the collections of a subscriber, or its web console's JSON.
    Free5gc,
    /// srsRAN 4G: `user_db.csv`.
    Srsran,
    /// FHoSS: a dump of MySQL.
    Fhoss,
    /// A SIM vendor's output file, or CSV with such columns.
    Vendor,
    /// Our own CSV.
    Csv,
    /// Our own JSON.
    Json,
}

impl Source {
    /// All of them.
    pub const ALL: [Source; 8] = [
        Self::Pyhss,
        Self::Open5gs,
        Self::Free5gc,
        Self::Srsran,
        Self::Fhoss,
        Self::Vendor,
        Self::Csv,
        Self::Json,
    ];

    /// Its name on a command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pyhss => "pyhss",
            Self::Open5gs => "open5gs",
            Self::Free5gc => "free5gc",
            Self::Srsran => "srsran",
            Self::Fhoss => "fhoss",
            Self::Vendor => "vendor",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// What it is, for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Pyhss => "a database of PyHSS",
            Self::Open5gs => "subscribers of Open5GS",
            Self::Free5gc => "subscribers of free5GC",
            Self::Srsran => "a user database of srsRAN",
            Self::Fhoss => "a database of FHoSS",
            Self::Vendor => "a SIM vendor's output file",
            Self::Csv => "our own CSV",
            Self::Json => "our own JSON",
        }
    }

    /// Whether the whole of it is kept until it is joined, instead of a subscriber at a time.
    #[must_use]
    pub const fn is_joined(self) -> bool {
        matches!(self, Self::Pyhss | Self::Free5gc | Self::Fhoss)
    }
}

/// What the person who imports adds to what a source says.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// APNs of subscribers whose source names none; none: `internet` and `ims`.
    pub apns: Vec<Apn>,
    /// OP of cards whose source has none.
    pub op: Option<Hex>,
    /// OPc of cards whose source has none.
    pub opc: Option<Hex>,
    /// AMF of cards whose source has none.
    pub amf: Option<Hex>,
    /// Bits of IND of cards whose source does not say.
    pub ind_bits: Option<u8>,
    /// Digits of the MNC, for identities that follow from an IMSI.
    pub mnc_digits: MncDigits,
    /// Gives subscribers without IMS data the identities that follow from IMSI and number.
    pub ims: bool,
    /// How K is enciphered in a vendor's file.
    pub transport: Option<Transport>,
    /// The IMSI of private identities from which none follows.
    pub imsi_of: BTreeMap<String, Imsi>,
}

/// One file.
pub enum Input<'a> {
    /// Its octets.
    Octets(&'a mut dyn BufRead),
    /// The tables of a database that somebody else opened.
    Tables(Tables),
}

/// Why reading ended before the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// The caller wanted no more.
    Stopped,
    /// The file cannot be read on.
    File {
        /// Where.
        place: Place,
        /// Why.
        why: String,
    },
}

impl ReadError {
    pub(crate) fn at(file: usize, (line, why): (u64, String)) -> Self {
        Self::File {
            place: Place { file, line },
            why,
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => f.write_str("stopped"),
            Self::File { place, why } => write!(f, "line {}: {why}", place.line),
        }
    }
}

impl std::error::Error for ReadError {}

/// Who gets the rows.
pub(crate) struct Sink<'a> {
    each: &'a mut dyn FnMut(Row) -> ControlFlow<()>,
}

impl Sink<'_> {
    pub(crate) fn put(&mut self, row: Row) -> Result<(), ReadError> {
        match (self.each)(row) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ReadError::Stopped),
        }
    }
}

/// Hands every subscriber of these files to `each`, in order, until it breaks.
///
/// # Errors
/// What cannot be read on; a row that is wrong is handed out as one that is refused, and reading goes on.
pub fn read(
    source: Source,
    inputs: Vec<Input<'_>>,
    options: &Options,
    each: &mut dyn FnMut(Row) -> ControlFlow<()>,
) -> Result<(), ReadError> {
    let mut sink = Sink { each };
    match source {
        Source::Pyhss => pyhss::rows(&pyhss::tables(inputs)?, options, &mut sink),
        Source::Fhoss => fhoss::rows(&sql::tables(inputs, fhoss::COLUMNS)?, options, &mut sink),
        Source::Free5gc => free5gc::read(streams(inputs)?, options, &mut sink),
        _ => {
            for (file, input) in streams(inputs)?.into_iter().enumerate() {
                match source {
                    Source::Open5gs => open5gs::read(file, input, options, &mut sink)?,
                    Source::Srsran => srsran::read(file, input, options, &mut sink)?,
                    Source::Vendor => vendor::read(file, input, options, &mut sink)?,
                    Source::Csv => own::read_csv(file, input, options, &mut sink)?,
                    _ => own::read_json(file, input, options, &mut sink)?,
                }
            }
            Ok(())
        }
    }
}

/// The octets of each; a database is none of these formats.
fn streams<'a>(inputs: Vec<Input<'a>>) -> Result<Vec<&'a mut (dyn BufRead + 'a)>, ReadError> {
    let streams = inputs.into_iter().enumerate().map(|(file, input)| match input {
        Input::Octets(octets) => Ok(octets as &mut dyn BufRead),
        Input::Tables(_) => Err(ReadError::at(
            file,
            (0, "a database file of SQLite is PyHSS's alone".to_owned()),
        )),
    });
    streams.collect()
}

#[cfg(test)]
pub(crate) fn rows(source: Source, files: &[&str], options: &Options) -> Result<Vec<Row>, ReadError> {
    let mut octets: Vec<&[u8]> = files.iter().map(|text| text.as_bytes()).collect();
    let inputs = octets.iter_mut().map(|octets| Input::Octets(octets)).collect();
    let mut found = Vec::new();
    read(source, inputs, options, &mut |row| {
        found.push(row);
        ControlFlow::Continue(())
    })?;
    Ok(found)
}
