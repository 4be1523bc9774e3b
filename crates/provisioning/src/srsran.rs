//! srsRAN 4G: `user_db.csv`. Ten columns without a header: name, algorithm, IMSI, K, kind and value of the operator's constant, AMF, the
//! next SQN, QCI, static address or `dynamic`. Lines that begin with `#` are comments.

use crate::hex_octets::Hex;
use crate::lines::Lines;
use crate::record::{Constant, DEFAULT_AMF, default_subscription, derived, sqn_profile};
use crate::row::{At, Entry, Note, Place, Refusal, Row};
use crate::source::{Options, ReadError, Sink};
use crate::sqn;
use quintet_crypto::{Amf, K};
use quintet_subscriber::model::{Algorithm, Authentication, QosClass, Subscriber};
use std::io::BufRead;
use std::net::IpAddr;
use std::sync::Arc;

/// The columns.
const COLUMNS: usize = 10;

/// Whether a line is one of this format.
pub(crate) fn is_line(line: &str) -> bool {
    let columns: Vec<&str> = line.split(',').map(str::trim).collect();
    columns.len() == COLUMNS && matches!(columns[1], "mil" | "xor") && matches!(columns[4], "op" | "opc")
}

pub(crate) fn read(
    file: usize,
    input: &mut dyn BufRead,
    options: &Options,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let mut lines = Lines::new(input);
    while let Some((line, text)) = lines.next().map_err(|stop| ReadError::at(file, stop))? {
        if text.starts_with('#') || text.trim().is_empty() {
            continue;
        }
        let columns: Vec<&str> = text.split(',').map(str::trim).collect();
        let identity = columns.get(2).copied().unwrap_or_default();
        let mut notes = Vec::new();
        let entry = entry(&columns, options, &mut notes);
        sink.put(Row::of(Place { file, line }, identity, entry, notes))?;
    }
    Ok(())
}

fn entry(columns: &[&str], options: &Options, notes: &mut Vec<Note>) -> Result<Entry, Refusal> {
    let &[name, algorithm, imsi, k, kind, constant, amf, sqn, qci, address] = columns else {
        return Err(Refusal::new(format_args!(
            "{} columns, where there must be {COLUMNS}",
            columns.len()
        ))
        .remedy("a file of an older srsRAN: add the columns that its user_db.csv.example names"));
    };
    if !name.is_empty() {
        notes.push(Note::NotCarried("the name of the UE".to_owned()));
    }
    let imsi = imsi.parse().at("IMSI")?;
    let k: Hex = k.parse().map_err(|why: String| Refusal::new(why).at("K"))?;
    let k = K::new_128(k.exactly("K").map_err(Refusal::new)?);
    let algorithm = match algorithm {
        "xor" => Algorithm::Xor,
        "mil" => {
            let constant: Hex = constant
                .parse()
                .map_err(|why: String| Refusal::new(why).at("OP/OPc"))?;
            let opc = match kind {
                "op" => Constant::Op(&constant).opc(&k)?,
                "opc" => Constant::Opc(&constant).opc(&k)?,
                _ => return Err(Refusal::new(format_args!("OP type {kind:?} is not op or opc"))),
            };
            Algorithm::Milenage { opc }
        }
        _ => {
            return Err(Refusal::new(format_args!(
                "algorithm {algorithm:?} is not mil or xor"
            )));
        }
    };
    let amf: Hex = amf.parse().map_err(|why: String| Refusal::new(why).at("AMF"))?;
    let amf = match amf.expose() {
        [] => DEFAULT_AMF,
        _ => amf.exactly("AMF").map_err(Refusal::new)?,
    };
    let sqn_profile = sqn_profile(options.ind_bits)?;
    let mut subscription = default_subscription(&options.apns);
    let apn = &mut subscription.apn_configurations[0];
    apn.qci = QosClass(qci.parse().at("QCI")?);
    if options.apns.is_empty() {
        notes.push(Note::Changed(
            "the APN stands in epc.conf, not here: taken are internet and ims (--apn for others)".to_owned(),
        ));
    }
    if address != "dynamic" {
        let address: IpAddr = address.parse().at("IP address")?;
        apn.served_party_ip_addresses.push(address);
    }
    subscription.check().map_err(Refusal::new)?;
    let authentication = Authentication {
        k,
        algorithm,
        amf: Amf(amf),
        sqn_profile,
        dif: None,
        seq_seed: sqn::seed_of_hex(sqn, sqn_profile)?,
    };
    authentication.check().map_err(Refusal::new)?;
    let subscriber = Subscriber {
        imsi,
        msisdn: None,
        authentication,
        subscription: Arc::new(subscription),
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
