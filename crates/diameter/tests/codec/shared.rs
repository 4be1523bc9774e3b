//! The shared rows of real messages, and messages of our own for when they are not there.

use std::path::PathBuf;

use quintet_diameter::dict::{application, avp, command, vendor};
use quintet_diameter::{CommandFlags, Header, MessageWriter};
use serde_json::Value;

/// A row of `diameter.json`.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) pdu: Vec<u8>,
    pub(crate) json: Value,
}

/// The rows, or `None` with a note where they are not there; in CI they must be.
pub(crate) fn rows() -> Option<Vec<Row>> {
    let root = std::env::var_os("QUINTET_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join("vectors/diameter.json");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if std::env::var_os("CI").is_some() => {
            panic!(
                "{}: {error}; set QUINTET_SHARED to the directory that holds vectors/",
                path.display()
            )
        }
        Err(error) => {
            eprintln!(
                "skipped: {}: {error}; set QUINTET_SHARED to run this",
                path.display()
            );
            return None;
        }
    };
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    Some(rows.into_iter().map(Row::new).collect())
}

impl Row {
    fn new(json: Value) -> Self {
        let text = |name: &str| json[name].as_str().unwrap().to_owned();
        Self {
            id: text("id"),
            pdu: hex::decode(text("pdu")).unwrap(),
            json,
        }
    }

    /// A row that no decoder may accept.
    pub(crate) fn negative(&self) -> bool {
        self.json.get("expect").is_some()
    }
}

pub(crate) fn header(application_id: u32, code: u32, flags: u8) -> Header {
    let flags = CommandFlags(flags);
    Header {
        version: 1,
        length: 0,
        flags,
        code,
        application_id,
        hop_by_hop: 0x0102_0304,
        end_to_end: 0x0506_0708,
    }
}

/// An Authentication-Information-Request as an MME sends it; `more` adds AVPs at its end.
pub(crate) fn air(more: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    let mut out = Vec::new();
    let mut w = MessageWriter::new(
        &mut out,
        &header(application::S6A, command::AUTHENTICATION_INFORMATION, 0xc0),
    );
    w.text(avp::SESSION_ID, "mme.example.org;1;2;s6a");
    w.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |w| {
        w.u32(avp::VENDOR_ID, vendor::TGPP);
        w.u32(avp::AUTH_APPLICATION_ID, application::S6A);
    });
    w.u32(avp::AUTH_SESSION_STATE, 1);
    w.text(avp::ORIGIN_HOST, "mme.epc.mnc001.mcc001.3gppnetwork.org");
    w.text(avp::ORIGIN_REALM, "epc.mnc001.mcc001.3gppnetwork.org");
    w.text(avp::DESTINATION_REALM, "epc.mnc001.mcc001.3gppnetwork.org");
    w.text(avp::USER_NAME, "001010000000001");
    w.group(avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO, |w| {
        w.u32(avp::NUMBER_OF_REQUESTED_VECTORS, 1);
        w.u32(avp::IMMEDIATE_RESPONSE_PREFERRED, 0);
    });
    w.octets(avp::VISITED_PLMN_ID, &[0x00, 0xf1, 0x10]);
    more(&mut w);
    w.finish();
    out
}

/// An answer with a vector: groups in groups, keys.
pub(crate) fn aia() -> Vec<u8> {
    let mut out = Vec::new();
    let mut w = MessageWriter::new(
        &mut out,
        &header(application::S6A, command::AUTHENTICATION_INFORMATION, 0x40),
    );
    w.text(avp::SESSION_ID, "mme.example.org;1;2;s6a");
    w.u32(avp::RESULT_CODE, 2001);
    w.u32(avp::AUTH_SESSION_STATE, 1);
    w.text(avp::ORIGIN_HOST, "hss.example.org");
    w.text(avp::ORIGIN_REALM, "example.org");
    w.group(avp::AUTHENTICATION_INFO, |w| {
        w.group(avp::E_UTRAN_VECTOR, |w| {
            w.octets(avp::RAND, &[1; 16]);
            w.octets(avp::XRES, &[2; 8]);
            w.octets(avp::AUTN, &[3; 16]);
            w.octets(avp::KASME, &[4; 32]);
        });
    });
    w.finish();
    out
}

/// A capabilities exchange.
pub(crate) fn cer() -> Vec<u8> {
    let mut out = Vec::new();
    let mut w = MessageWriter::new(
        &mut out,
        &header(application::COMMON, command::CAPABILITIES_EXCHANGE, 0x80),
    );
    w.text(avp::ORIGIN_HOST, "mme.example.org");
    w.text(avp::ORIGIN_REALM, "example.org");
    w.address(avp::HOST_IP_ADDRESS, "192.0.2.1".parse().unwrap());
    w.u32(avp::VENDOR_ID, 0);
    w.text(avp::PRODUCT_NAME, "a product");
    w.u32(avp::AUTH_APPLICATION_ID, application::S6A);
    w.finish();
    out
}

/// The real messages, or ours where they are not there.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![air(|_| {}), aia(), cer()];
    seeds.extend(
        rows()
            .into_iter()
            .flatten()
            .filter(|row| !row.negative())
            .map(|row| row.pdu),
    );
    seeds
}
