//! `quintet ngap`: what an NGAP message says.

use crate::output::Finding;
use crate::pdu::{self, Protocol};
use anyhow::Result;
use quintet_ngap::NAS_PDU_NAMES;

const NGAP: Protocol = Protocol {
    name: "NGAP",
    schema: "quintet.ngap.decode/1",
    nas_pdu_names: &NAS_PDU_NAMES,
    describe: |octets, secrets| Ok(quintet_ngap::describe(octets, secrets)?),
};

const DECODE_EXAMPLE: &str = "The input is hex, or the name of a file with hex or with the octets of one PDU; `-` reads standard input.

Examples:
  quintet ngap decode 002a4015000003000a0002002a005500020007000f40020500
  quintet ngap decode initial-ue-message.bin --json";

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Show every IE with its name, value and offset.
    #[command(after_help = DECODE_EXAMPLE)]
    Decode(pdu::Decode),
}

pub(crate) fn run(command: Command) -> Result<Finding> {
    let Command::Decode(arguments) = command;
    pdu::decode(&NGAP, &arguments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_ngap::message::DownlinkNasTransport;
    use quintet_ngap::{AmfUeNgapId, NgapPdu, RanUeNgapId, Secrets};

    #[test]
    fn the_nas_message_inside_is_shown() {
        // IDENTITY REQUEST for the SUCI.
        let nas: &[u8] = &[0x7e, 0x00, 0x5b, 0x01];
        let ids = (AmfUeNgapId(1), RanUeNgapId(2));
        let mut octets = Vec::new();
        let message: NgapPdu<'_> = DownlinkNasTransport::new(ids.0, ids.1, nas.into()).into();
        message.encode(&mut octets).unwrap();
        let description = pdu::described(&NGAP, &octets, Secrets::Redacted).unwrap();
        let nas = description
            .fields
            .iter()
            .find(|field| field.name == "NAS-PDU")
            .unwrap();
        assert_eq!(nas.fields[0].name, "IDENTITY REQUEST");
    }
}
