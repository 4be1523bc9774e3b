//! What an HSS sees of an MME that asks for somebody's vectors, and what it answers.

use quintet_capture::{LinkType, PcapngWriter, Side, TcpFlow};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::node::ConnectionId;
use quintet_diameter::{CommandFlags, Header, MessageWriter};
use quintet_identity::{Imsi, Plmn};
use quintet_mme::s6a::{S6A, VENDOR_3GPP, write_air, write_application};
use quintet_runtime::{Link, Tap, Transport, Way};
use std::time::Duration;

const REALM: &str = "epc.mnc001.mcc001.3gppnetwork.org";

/// The HSS's connection to an MME.
#[must_use]
pub fn link() -> Link {
    Link {
        connection: ConnectionId(1),
        local: ([127, 0, 0, 1], 3868).into(),
        remote: ([127, 0, 0, 1], 40_000).into(),
        initiated: false,
        transport: Transport::Tcp,
    }
}

fn message(flags: u8, id: u32, write: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    let header = Header {
        version: 1,
        length: 0,
        flags: CommandFlags(flags | CommandFlags::PROXIABLE),
        code: command::AUTHENTICATION_INFORMATION,
        application_id: S6A,
        hop_by_hop: id,
        end_to_end: id,
    };
    let mut out = Vec::new();
    let mut w = MessageWriter::new(&mut out, &header);
    write_application(&mut w, &format!("mme;1;{id}"));
    write(&mut w);
    w.finish();
    out
}

/// AIR of an IMSI, number `id`.
///
/// # Panics
/// If it is no IMSI.
#[must_use]
pub fn air(id: u32, imsi: &str) -> Vec<u8> {
    let imsi: Imsi = imsi.parse().expect("an IMSI");
    let plmn: Plmn = "00101".parse().expect("a PLMN");
    message(CommandFlags::REQUEST, id, |w| {
        w.text(avp::ORIGIN_HOST, &format!("mme.{REALM}"));
        w.text(avp::ORIGIN_REALM, REALM);
        w.text(avp::DESTINATION_REALM, REALM);
        write_air(w, imsi, plmn, 1, None);
    })
}

/// Its answer: 5001 USER_UNKNOWN (TS 29.272 7.4.3.1).
#[must_use]
pub fn unknown(id: u32) -> Vec<u8> {
    message(0, id, |w| {
        w.group(avp::EXPERIMENTAL_RESULT, |w| {
            w.u32(avp::VENDOR_ID, VENDOR_3GPP);
            w.u32(avp::EXPERIMENTAL_RESULT_CODE, 5001);
        });
        w.text(avp::ORIGIN_HOST, &format!("hss.{REALM}"));
        w.text(avp::ORIGIN_REALM, REALM);
    })
}

/// Shows both to the HSS's tap.
pub fn refused(tap: &mut dyn Tap, wall: Duration, id: u32, imsi: &str) {
    tap.message(wall, &link(), Way::Received, &air(id, imsi));
    tap.message(wall, &link(), Way::Sent, &unknown(id));
}

/// A capture of both.
///
/// # Panics
/// Never: both addresses are of one family, and both ends are open.
#[must_use]
pub fn capture_of_a_refusal(imsi: &str) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = PcapngWriter::begin(&mut file, "tests");
    let interface = writer.interface(&mut file, "s6a", LinkType::ETHERNET);
    let link = link();
    let mut at = Duration::from_secs(1_700_000_000);
    let mut sink = |frame: &[u8]| {
        at += Duration::from_millis(1);
        writer.packet(&mut file, interface, at, frame, &[]);
    };
    let flow = TcpFlow::open(link.remote, link.local, [1, 1], &mut sink);
    let mut flow = flow.expect("both addresses are of one family");
    for (side, octets) in [(Side::Client, air(1, imsi)), (Side::Server, unknown(1))] {
        flow.send(side, &octets, &mut sink).expect("the end is open");
    }
    file
}
