//! Our own files: CSV with a header, a JSON array, or one JSON object a line.
//!
//! CSV columns, in any order, all but `imsi` and `k` optional: `imsi, msisdn, algorithm, k, op, opc, tuak, amf, sqn,
//! ind_bits, apns` (separated by `;`, the first is the default), `ambr_uplink, ambr_downlink` (bit/s),
//! `authentication_method` (`5g-aka` or `eap-aka-prime`), `nssai` (separated by `;`, the first is the default),
//! `non_3gpp` (`true`, `false`, `barred`, or the whole of it as JSON), `subscription` (the whole of it as JSON; excludes the six before it), `ims` (`true` for what follows from IMSI and
//! number, or the whole of it as JSON).

use crate::hex_octets::Hex;
use crate::objects::Objects;
use crate::record::{AlgorithmName, Fgs, ImsRecord, Method, Non3gpp, Record, Sizes, default_subscription};
use crate::row::{At, Entry, Place, Refusal, Row};
use crate::source::{Options, ReadError, Sink};
use quintet_identity::{Apn, Imsi, Msisdn};
use quintet_subscriber::model::Subscription;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Write};

/// The columns of CSV.
pub(crate) const COLUMNS: [&str; 18] = [
    "imsi",
    "msisdn",
    "algorithm",
    "k",
    "op",
    "opc",
    "tuak",
    "amf",
    "sqn",
    "ind_bits",
    "apns",
    "ambr_uplink",
    "ambr_downlink",
    "authentication_method",
    "nssai",
    "non_3gpp",
    "subscription",
    "ims",
];

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated, with a header line.
    Csv,
    /// An array, or one object a line.
    Json,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Line {
    imsi: String,
    msisdn: Option<Msisdn>,
    algorithm: Option<AlgorithmName>,
    k: Option<Hex>,
    op: Option<Hex>,
    opc: Option<Hex>,
    tuak: Option<String>,
    amf: Option<Hex>,
    sqn: Option<Hex>,
    ind_bits: Option<u8>,
    apns: Option<String>,
    ambr_uplink: Option<u64>,
    ambr_downlink: Option<u64>,
    authentication_method: Option<Method>,
    nssai: Option<String>,
    non_3gpp: Option<String>,
    subscription: Option<String>,
    ims: Option<String>,
}

impl Line {
    fn record(self) -> Result<Record, Refusal> {
        let tuak = self.tuak.as_deref().map(parse_sizes).transpose()?;
        Ok(Record {
            imsi: self.imsi.parse().at("column imsi")?,
            msisdn: self.msisdn,
            algorithm: self.algorithm.unwrap_or_default(),
            subscription: self.subscription()?,
            k: self.k,
            op: self.op,
            opc: self.opc,
            tuak,
            amf: self.amf,
            sqn: self.sqn,
            ind_bits: self.ind_bits,
            ims: self.ims.as_deref().map(ImsRecord::of_column).transpose()?,
        })
    }

    fn subscription(&self) -> Result<Option<Subscription>, Refusal> {
        let fgs = Fgs::of_columns(self.authentication_method, self.nssai.as_deref())?;
        let non_3gpp = self.non_3gpp.as_deref().map(str::parse::<Non3gpp>);
        let non_3gpp = non_3gpp.transpose().at("column non_3gpp")?;
        let simple = self.apns.is_some()
            || self.ambr_uplink.is_some()
            || self.ambr_downlink.is_some()
            || !fgs.is_empty()
            || non_3gpp.is_some();
        if let Some(json) = &self.subscription {
            if simple {
                return Err(Refusal::new(
                    "columns apns, ambr_*, authentication_method, nssai and non_3gpp cannot stand beside subscription",
                ));
            }
            return serde_json::from_str(json).map(Some).at("column subscription");
        }
        if !simple {
            return Ok(None);
        }
        let apns: Vec<Apn> = self
            .apns
            .iter()
            .flat_map(|apns| apns.split(';'))
            .map(|apn| apn.trim().parse())
            .collect::<Result<_, _>>()
            .at("column apns")?;
        let mut subscription = default_subscription(&apns);
        if let Some(uplink) = self.ambr_uplink {
            subscription.ambr.uplink = uplink;
        }
        if let Some(downlink) = self.ambr_downlink {
            subscription.ambr.downlink = downlink;
        }
        fgs.apply(&mut subscription);
        if let Some(non_3gpp) = non_3gpp {
            non_3gpp.apply(&mut subscription);
        }
        Ok(Some(subscription))
    }

    fn of(record: &Record) -> Result<Self, serde_json::Error> {
        let tuak = record.tuak.map(|s| {
            format!(
                "{}/{}/{}/{}/{}",
                s.res_bits, s.mac_bits, s.ck_bits, s.ik_bits, s.keccak_iterations
            )
        });
        let json = |value: &Subscription| serde_json::to_string(value);
        Ok(Self {
            imsi: record.imsi.to_string(),
            msisdn: record.msisdn,
            algorithm: Some(record.algorithm),
            k: record.k.clone(),
            op: record.op.clone(),
            opc: record.opc.clone(),
            tuak,
            amf: record.amf.clone(),
            sqn: record.sqn.clone(),
            ind_bits: record.ind_bits,
            subscription: record.subscription.as_ref().map(json).transpose()?,
            ims: record.ims.as_ref().map(serde_json::to_string).transpose()?,
            ..Self::default()
        })
    }
}

/// `RES/MAC/CK/IK/iterations`.
fn parse_sizes(text: &str) -> Result<Sizes, Refusal> {
    let numbers: Vec<u16> = text
        .split('/')
        .map(str::parse)
        .collect::<Result<_, _>>()
        .at("column tuak")?;
    let &[res_bits, mac_bits, ck_bits, ik_bits, iterations] = &numbers[..] else {
        return Err(Refusal::new(format_args!(
            "column tuak: {text:?} is not RES/MAC/CK/IK/iterations, for example 64/64/128/128/1"
        )));
    };
    let keccak_iterations = u8::try_from(iterations).at("column tuak: iterations")?;
    Ok(Sizes {
        res_bits,
        mac_bits,
        ck_bits,
        ik_bits,
        keccak_iterations,
    })
}

/// The subscriber of a record, with what the options add.
pub(crate) fn entry(mut record: Record, options: &Options) -> Result<Entry, Refusal> {
    record.op = record.op.or_else(|| options.op.clone());
    record.opc = record.opc.or_else(|| options.opc.clone());
    record.amf = record.amf.or_else(|| options.amf.clone());
    record.ind_bits = record.ind_bits.or(options.ind_bits);
    if record.subscription.is_none() && !options.apns.is_empty() {
        record.subscription = Some(default_subscription(&options.apns));
    }
    let subscriber = record.subscriber()?;
    let ims = match &record.ims {
        None if options.ims => Some(ImsRecord::Derived(true)),
        other => other.clone(),
    };
    let ims = match ims {
        Some(ims) => ims.subscription(&subscriber, options.mnc_digits, None)?,
        None => None,
    };
    Ok(Entry {
        subscriber,
        ims,
        ims_only: false,
    })
}

/// Reads CSV.
pub(crate) fn read_csv(
    file: usize,
    input: &mut dyn BufRead,
    options: &Options,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(crate::lines::Bounded::new(input));
    let headers = reader
        .headers()
        .map_err(|error| ReadError::at(file, (1, error.to_string())))?
        .clone();
    if let Some(unknown) = headers.iter().find(|name| !COLUMNS.contains(name)) {
        let why = format!(
            "column {unknown:?} is not known, expected some of {}",
            COLUMNS.join(", ")
        );
        return Err(ReadError::at(file, (1, why)));
    }
    let mut raw = csv::StringRecord::new();
    loop {
        let read = reader.read_record(&mut raw);
        let position = match &read {
            Err(error) => error.position(),
            Ok(_) => raw.position(),
        };
        let line = position.map_or(0, csv::Position::line);
        match read {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(error) if error.is_io_error() => return Err(ReadError::at(file, (line, error.to_string()))),
            Err(error) => {
                let refusal = Refusal::new(without_position(&error));
                sink.put(Row::of(Place { file, line }, "", Err(refusal), Vec::new()))?;
                continue;
            }
        }
        let column = headers.iter().position(|name| name == "imsi");
        let identity = column.and_then(|at| raw.get(at)).unwrap_or_default().to_owned();
        let record = raw
            .deserialize::<Line>(Some(&headers))
            .map_err(|error| Refusal::new(without_position(&error)))
            .and_then(Line::record);
        let entry = record.and_then(|record| entry(record, options));
        sink.put(Row::of(Place { file, line }, identity, entry, Vec::new()))?;
    }
}

/// What is wrong with a line, by the column: the row says where.
fn without_position(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => match err.field() {
            Some(field) => {
                let name = usize::try_from(field).map_or(0, |field| field + 1);
                format!("column {name}: {}", err.kind())
            }
            None => err.kind().to_string(),
        },
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("{len} columns, where the header has {expected_len}"),
        csv::ErrorKind::Utf8 { .. } => "octets that are no text in UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

/// Reads JSON.
pub(crate) fn read_json(
    file: usize,
    input: &mut dyn BufRead,
    options: &Options,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let mut objects = Objects::new(input);
    while let Some((line, octets)) = objects.next().map_err(|stop| ReadError::at(file, stop))? {
        let record: Result<Record, _> = serde_json::from_slice(&octets);
        let identity = match &record {
            Ok(record) => record.imsi.to_string(),
            Err(_) => imsi_of(&octets),
        };
        let entry = record
            .map_err(Refusal::new)
            .and_then(|record| entry(record, options));
        sink.put(Row::of(Place { file, line }, identity, entry, Vec::new()))?;
    }
    Ok(())
}

/// Whose an object is that is wrong otherwise.
fn imsi_of(octets: &[u8]) -> String {
    let value: Option<serde_json::Value> = serde_json::from_slice(octets).ok();
    let imsi = value.as_ref().and_then(|value| value.get("imsi")?.as_str());
    let imsi = imsi.and_then(|imsi| imsi.parse::<Imsi>().ok());
    imsi.map(|imsi| imsi.to_string()).unwrap_or_default()
}

/// Writes records in a form that is read again.
pub enum Writer<W: Write> {
    /// With a header line.
    Csv(Box<csv::Writer<W>>),
    /// One object a line.
    Json(W),
}

impl<W: Write> Writer<W> {
    /// To an output.
    pub fn new(output: W, format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv(Box::new(csv::Writer::from_writer(output))),
            Format::Json => Self::Json(output),
        }
    }

    /// Writes one.
    ///
    /// # Errors
    /// Those of the output.
    pub fn write(&mut self, record: &Record) -> io::Result<()> {
        match self {
            Self::Csv(writer) => writer.serialize(Line::of(record)?).map_err(io::Error::other),
            Self::Json(output) => {
                serde_json::to_writer(&mut *output, record)?;
                output.write_all(b"\n")
            }
        }
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Csv(mut writer) => writer.flush(),
            Self::Json(mut output) => output.flush(),
        }
    }
}

#[cfg(test)]
mod tests;
