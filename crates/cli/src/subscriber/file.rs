//! Subscribers in files: CSV with a header, a JSON array, or one JSON object a line.
//!
//! CSV columns, in any order, all but `imsi` and `k` optional: `imsi, msisdn, algorithm, k, op, opc, amf, sqn,
//! ind_bits, apns` (separated by `;`, the first is the default), `ambr_uplink, ambr_downlink` (bit/s),
//! `authentication_method` (`5g-aka` or `eap-aka-prime`), `nssai` (separated by `;`, the first is the default),
//! `subscription` (the whole of it as JSON; excludes the five before it), `ims` (`true` for what follows from IMSI and
//! number, or the whole of it as JSON).

use super::fgs::{Fgs, Method};
use super::ims::ImsRecord;
use super::record::{AlgorithmName, Hex, Record, Sizes, default_subscription};
use anyhow::{Context, Result, bail};
use quintet_identity::{Apn, Imsi, Msisdn};
use quintet_subscriber::model::Subscription;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, Write};

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Comma-separated, with a header line
    Csv,
    /// An array, or one object a line
    Json,
}

impl Format {
    /// By a file's name; JSON for a name that says nothing.
    pub(crate) fn of(path: &std::path::Path) -> Self {
        match path.extension().and_then(|e| e.to_str()) {
            Some(e) if e.eq_ignore_ascii_case("csv") => Self::Csv,
            _ => Self::Json,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    imsi: Imsi,
    #[serde(default)]
    msisdn: Option<Msisdn>,
    #[serde(default)]
    algorithm: Option<AlgorithmName>,
    #[serde(default)]
    k: Option<Hex>,
    #[serde(default)]
    op: Option<Hex>,
    #[serde(default)]
    opc: Option<Hex>,
    #[serde(default)]
    tuak: Option<String>,
    #[serde(default)]
    amf: Option<Hex>,
    #[serde(default)]
    sqn: Option<Hex>,
    #[serde(default)]
    ind_bits: Option<u8>,
    #[serde(default)]
    apns: Option<String>,
    #[serde(default)]
    ambr_uplink: Option<u64>,
    #[serde(default)]
    ambr_downlink: Option<u64>,
    #[serde(default)]
    authentication_method: Option<Method>,
    #[serde(default)]
    nssai: Option<String>,
    #[serde(default)]
    subscription: Option<String>,
    #[serde(default)]
    ims: Option<String>,
}

impl Row {
    fn record(self) -> Result<Record> {
        let tuak = self.tuak.as_deref().map(parse_sizes).transpose()?;
        Ok(Record {
            imsi: self.imsi,
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

    fn subscription(&self) -> Result<Option<Subscription>> {
        let fgs = Fgs::of_columns(self.authentication_method, self.nssai.as_deref())?;
        let simple = self.apns.is_some()
            || self.ambr_uplink.is_some()
            || self.ambr_downlink.is_some()
            || !fgs.is_empty();
        if let Some(json) = &self.subscription {
            if simple {
                bail!(
                    "columns apns, ambr_*, authentication_method and nssai cannot stand beside subscription"
                );
            }
            return Ok(Some(serde_json::from_str(json).context("column subscription")?));
        }
        let apns: Vec<Apn> = self
            .apns
            .iter()
            .flat_map(|apns| apns.split(';'))
            .map(|apn| apn.trim().parse())
            .collect::<Result<_, _>>()
            .context("column apns")?;
        let mut subscription = default_subscription(&apns);
        if let Some(uplink) = self.ambr_uplink {
            subscription.ambr.uplink = uplink;
        }
        if let Some(downlink) = self.ambr_downlink {
            subscription.ambr.downlink = downlink;
        }
        fgs.apply(&mut subscription);
        Ok(Some(subscription))
    }

    fn of(record: &Record) -> Result<Self> {
        let tuak = record.tuak.map(|s| {
            format!(
                "{}/{}/{}/{}/{}",
                s.res_bits, s.mac_bits, s.ck_bits, s.ik_bits, s.keccak_iterations
            )
        });
        Ok(Self {
            imsi: record.imsi,
            msisdn: record.msisdn,
            algorithm: Some(record.algorithm),
            k: record.k.clone(),
            op: record.op.clone(),
            opc: record.opc.clone(),
            tuak,
            amf: record.amf.clone(),
            sqn: record.sqn.clone(),
            ind_bits: record.ind_bits,
            apns: None,
            ambr_uplink: None,
            ambr_downlink: None,
            authentication_method: None,
            nssai: None,
            subscription: record
                .subscription
                .as_ref()
                .map(serde_json::to_string)
                .transpose()?,
            ims: record.ims.as_ref().map(serde_json::to_string).transpose()?,
        })
    }
}

/// `RES/MAC/CK/IK/iterations`.
fn parse_sizes(text: &str) -> Result<Sizes> {
    let numbers: Vec<u16> = text
        .split('/')
        .map(str::parse)
        .collect::<Result<_, _>>()
        .context("column tuak")?;
    let &[res_bits, mac_bits, ck_bits, ik_bits, iterations] = &numbers[..] else {
        bail!("column tuak: {text:?} is not RES/MAC/CK/IK/iterations, for example 64/64/128/128/1");
    };
    let keccak_iterations = u8::try_from(iterations).context("column tuak: iterations")?;
    Ok(Sizes {
        res_bits,
        mac_bits,
        ck_bits,
        ik_bits,
        keccak_iterations,
    })
}

/// Hands every record of a file to `each`, in order, without holding the file in memory.
///
/// # Errors
/// The first thing that is wrong, with its line; whatever `each` refuses.
pub(crate) fn read(
    input: &mut dyn BufRead,
    format: Format,
    each: &mut dyn FnMut(Record) -> Result<()>,
) -> Result<()> {
    match format {
        Format::Csv => {
            let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(input);
            let headers = reader.headers().context("line 1")?.clone();
            let mut raw = csv::StringRecord::new();
            while reader.read_record(&mut raw)? {
                let line = raw.position().map_or(0, csv::Position::line);
                let row: Row = raw
                    .deserialize(Some(&headers))
                    .with_context(|| format!("line {line}"))?;
                row.record()
                    .and_then(&mut *each)
                    .with_context(|| format!("line {line}"))?;
            }
            Ok(())
        }
        Format::Json => read_json(input, each),
    }
}

fn read_json(input: &mut dyn BufRead, each: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
    let first = loop {
        match input.fill_buf()?.first() {
            Some(c) if c.is_ascii_whitespace() => input.consume(1),
            other => break other.copied(),
        }
    };
    if first == Some(b'[') {
        let mut text = String::new();
        input.read_to_string(&mut text)?;
        let records: Vec<Record> = serde_json::from_str(&text)?;
        return records.into_iter().try_for_each(each);
    }
    for (n, record) in serde_json::Deserializer::from_reader(input)
        .into_iter::<Record>()
        .enumerate()
    {
        record
            .map_err(Into::into)
            .and_then(&mut *each)
            .with_context(|| format!("object {}", n + 1))?;
    }
    Ok(())
}

/// Writes records in a form that [`read`] takes.
pub(crate) enum Writer<W: Write> {
    /// With a header line.
    Csv(Box<csv::Writer<W>>),
    /// One object a line.
    Json(W),
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(output: W, format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv(Box::new(csv::Writer::from_writer(output))),
            Format::Json => Self::Json(output),
        }
    }

    pub(crate) fn write(&mut self, record: &Record) -> Result<()> {
        match self {
            Self::Csv(writer) => writer.serialize(Row::of(record)?)?,
            Self::Json(output) => {
                serde_json::to_writer(&mut *output, record)?;
                output.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<()> {
        match self {
            Self::Csv(mut writer) => writer.flush()?,
            Self::Json(mut output) => output.flush()?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str, format: Format) -> Result<Vec<Record>> {
        let mut out = Vec::new();
        read(&mut text.as_bytes(), format, &mut |record| {
            out.push(record);
            Ok(())
        })?;
        Ok(out)
    }

    const CSV: &str = "imsi,msisdn,k,opc,apns,ambr_uplink\n\
        001010000000001,33612345678,465b5ce8b199b49faa5f0a2ee238a6bc,cd63cb71954a9f4e48a5994e37a02baf,internet;ims;mms,50000000\n\
        001010000000002,,465b5ce8b199b49faa5f0a2ee238a6bc,cd63cb71954a9f4e48a5994e37a02baf,,\n";

    #[test]
    fn csv_and_json_carry_the_same_subscribers() {
        let from_csv = records(CSV, Format::Csv).unwrap();
        let subscription = from_csv[0].subscription.as_ref().unwrap();
        assert_eq!(subscription.apn_configurations.len(), 3);
        assert_eq!(subscription.ambr.uplink, 50_000_000);
        for format in [Format::Csv, Format::Json] {
            let mut octets = Vec::new();
            let mut writer = Writer::new(&mut octets, format);
            from_csv.iter().for_each(|record| writer.write(record).unwrap());
            writer.finish().unwrap();
            let again = records(std::str::from_utf8(&octets).unwrap(), format).unwrap();
            for (a, b) in from_csv.iter().zip(&again) {
                assert_eq!(a.subscriber().unwrap(), b.subscriber().unwrap());
            }
            assert_eq!(again.len(), 2);
        }
    }

    #[test]
    fn errors_name_the_line() {
        let wrong = CSV.replace("001010000000002", "00101000000000x");
        let error = format!("{:#}", records(&wrong, Format::Csv).unwrap_err());
        assert!(
            error.contains("line 3") && error.contains("decimal digits"),
            "{error}"
        );
        let error = format!(
            "{:#}",
            records("imsi,kk\n001010000000001,1\n", Format::Csv).unwrap_err()
        );
        assert!(error.contains("kk"), "{error}");
        let error = format!(
            "{:#}",
            records("{\"imsi\":\"001010000000001\",\"kk\":1}", Format::Json).unwrap_err()
        );
        assert!(error.contains("kk"), "{error}");
    }

    #[test]
    fn json_may_be_an_array_or_lines() {
        let object = "{\"imsi\":\"001010000000001\",\"k\":\"00\"}";
        assert_eq!(
            records(&format!(" [{object},{object}]"), Format::Json)
                .unwrap()
                .len(),
            2
        );
        assert_eq!(
            records(&format!("{object}\n{object}\n"), Format::Json)
                .unwrap()
                .len(),
            2
        );
        assert_eq!(records("", Format::Json).unwrap().len(), 0);
    }
}
