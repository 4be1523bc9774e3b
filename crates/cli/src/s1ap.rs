//! `quintet s1ap`: what an S1AP message says.

use crate::output::Finding;
use crate::pdu::{self, Protocol};
use anyhow::Result;
use quintet_s1ap::NAS_PDU_NAMES;

const S1AP: Protocol = Protocol {
    name: "S1AP",
    schema: "quintet.s1ap.decode/1",
    nas_pdu_names: &NAS_PDU_NAMES,
    describe: |octets, secrets| Ok(quintet_s1ap::describe(octets, secrets)?),
};

const DECODE_EXAMPLE: &str = "The input is hex, or the name of a file with hex or with the octets of one PDU; `-` reads standard input.

Examples:
  quintet s1ap decode 0012401500000300000002002a000800020007000240020280
  quintet s1ap decode initial-ue-message.bin --json";

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Show every IE with its name, value and offset.
    #[command(after_help = DECODE_EXAMPLE)]
    Decode(pdu::Decode),
}

pub(crate) fn run(command: Command) -> Result<Finding> {
    let Command::Decode(arguments) = command;
    pdu::decode(&S1AP, &arguments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_s1ap::message::DownlinkNasTransport;
    use quintet_s1ap::{EnbUeS1apId, MmeUeS1apId, S1apPdu, Secrets};

    #[test]
    fn the_nas_message_inside_is_shown() {
        // IDENTITY REQUEST for the IMSI.
        let nas: &[u8] = &[0x07, 0x55, 0x01];
        let ids = (MmeUeS1apId(1), EnbUeS1apId(2));
        let mut octets = Vec::new();
        let message: S1apPdu<'_> = DownlinkNasTransport::new(ids.0, ids.1, nas.into()).into();
        message.encode(&mut octets).unwrap();
        let description = pdu::described(&S1AP, &octets, Secrets::Redacted).unwrap();
        let nas = description
            .fields
            .iter()
            .find(|field| field.name == "NAS-PDU")
            .unwrap();
        assert_eq!(nas.fields[0].name, "IDENTITY REQUEST");
        assert_eq!(nas.fields[0].fields[0].name, "Identity type");
    }
}
