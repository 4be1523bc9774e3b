//! Requests written once and patched: User-Name and Session-Id are all that differs.

use super::config::LoadConfig;
use crate::demo::Population;
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{AvpId, CommandFlags, HEADER_OCTETS, Header, MessageWriter};
use quintet_mme::s6a::{self, UpdateLocation};
use quintet_subscriber::s6a::{Features, RatType, UlrFlags};

/// Digits of the count in a Session-Id.
const COUNT_DIGITS: usize = 20;

/// The AVPs of a request between header and Origin-Host.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) command: u32,
    avps: Vec<u8>,
    /// Where the IMSI stands, and the count of the Session-Id.
    imsi: std::ops::Range<usize>,
    count: std::ops::Range<usize>,
}

impl Template {
    /// An Authentication-Information-Request of the node `identity`.
    pub(super) fn air(config: &LoadConfig, identity: &str) -> Self {
        Self::new(command::AUTHENTICATION_INFORMATION, config, identity, |w| {
            s6a::write_air(w, first_imsi(), config.plmn, config.vectors, None);
        })
    }

    /// An Update-Location-Request: a tracking area update, no initial attach, with all subscription data.
    pub(super) fn ulr(config: &LoadConfig, identity: &str) -> Self {
        let request = UpdateLocation {
            imsi: first_imsi(),
            plmn: config.plmn,
            rat_type: RatType::EUTRAN,
            flags: UlrFlags::S6A_S6D,
            features: Features::default(),
            terminal: None,
        };
        Self::new(command::UPDATE_LOCATION, config, identity, |w| {
            s6a::write_ulr(w, &request)
        })
    }

    fn new(
        command: u32,
        config: &LoadConfig,
        identity: &str,
        write: impl FnOnce(&mut MessageWriter<'_>),
    ) -> Self {
        let flags = CommandFlags(CommandFlags::REQUEST);
        let (code, application_id) = (command, s6a::S6A);
        let header = Header {
            version: 1,
            length: 0,
            flags,
            code,
            application_id,
            hop_by_hop: 0,
            end_to_end: 0,
        };
        let mut octets = Vec::new();
        let mut w = MessageWriter::new(&mut octets, &header);
        // RFC 6733 8.8: identity, two numbers, and an optional part that keeps them apart from the node's own.
        let high = (config.seed >> 32) as u32 ^ config.seed as u32;
        s6a::write_application(&mut w, &format!("{identity};{high};{:0COUNT_DIGITS$};load", 0));
        write(&mut w);
        w.finish();
        let avps = octets.split_off(HEADER_OCTETS);
        let session = data_of(&avps, avp::SESSION_ID);
        let end = session.end - ";load".len();
        let imsi = data_of(&avps, avp::USER_NAME);
        Self {
            command,
            avps,
            imsi,
            count: end - COUNT_DIGITS..end,
        }
    }

    /// The AVPs of request `count` about the subscriber `n` of the population, which exists.
    pub(super) fn patched(&mut self, count: u64, n: u32) -> &[u8] {
        put_digits(&mut self.avps[self.count.clone()], count);
        // The MSIN is 1 and nine digits: see `Population`.
        let msin = &mut self.avps[self.imsi.end - 9..self.imsi.end];
        put_digits(msin, u64::from(n));
        &self.avps
    }
}

fn first_imsi() -> quintet_identity::Imsi {
    Population::imsi(0).expect("the population has a first subscriber")
}

/// Where the data of the first AVP `id` stand in `avps`, which this program wrote.
fn data_of(avps: &[u8], id: AvpId) -> std::ops::Range<usize> {
    let found = quintet_diameter::Avps::new(avps, 0)
        .find(id)
        .expect("the template has it");
    found.data_at()..found.data_at() + found.data.len()
}

/// Writes a number in decimal, with leading zeros, its low digits if it has too many.
fn put_digits(out: &mut [u8], mut value: u64) {
    for digit in out.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::home_plmn;

    #[test]
    fn only_imsi_and_session_change() {
        let config = LoadConfig::new(home_plmn(), "realm", 10);
        for mut template in [
            Template::air(&config, "mme.example"),
            Template::ulr(&config, "mme.example"),
        ] {
            let avps = template.patched(41, 123_456_789).to_vec();
            let text = |id| String::from_utf8(avps[data_of(&avps, id)].to_vec()).unwrap();
            assert_eq!(
                text(avp::USER_NAME),
                Population::imsi(123_456_789).unwrap().to_string()
            );
            assert_eq!(text(avp::SESSION_ID), "mme.example;0;00000000000000000041;load");
            assert_eq!(template.patched(41, 123_456_789), avps);
            assert_ne!(template.patched(42, 123_456_789), avps);
        }
    }
}
