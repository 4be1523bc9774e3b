//! An HSS that says what the test says.

use super::imsi;
use quintet_crypto::Kasme;
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Message, MessageWriter};

/// The vendor of S6a.
const VENDOR_3GPP: u32 = 10415;

/// A request of the MME that waits for its answer.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) code: u32,
    pub(crate) octets: Vec<u8>,
}

impl Asked {
    /// Whose it is.
    pub(crate) fn user(&self) -> String {
        let message = Message::decode(&self.octets).unwrap();
        String::from_utf8(message.find(avp::USER_NAME).unwrap().data.to_vec()).unwrap()
    }

    pub(crate) fn is_about(&self, code: u32, n: u32) -> bool {
        self.code == code && self.user() == imsi(n).to_string()
    }
}

/// RES of the n-th subscriber, whatever the challenge.
pub(crate) fn res(n: u32) -> [u8; 8] {
    u64::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()
}

/// KASME of the n-th subscriber, whatever the challenge.
pub(crate) fn kasme(n: u32) -> Kasme {
    let mut octets = [0x5a; 32];
    octets[..4].copy_from_slice(&n.to_be_bytes());
    Kasme::new(octets)
}

/// One vector.
pub(crate) fn write_vector(w: &mut MessageWriter<'_>, n: u32) {
    w.group(avp::AUTHENTICATION_INFO, |w| {
        w.group(avp::E_UTRAN_VECTOR, |w| {
            w.octets(avp::RAND, &[n as u8; 16]);
            w.octets(avp::XRES, &res(n));
            w.octets(avp::AUTN, &[0x80; 16]);
            w.octets(avp::KASME, kasme(n).expose());
        });
    });
}

/// Subscription-Data with one APN.
pub(crate) fn write_subscription(w: &mut MessageWriter<'_>) {
    let ambr = |w: &mut MessageWriter<'_>, up, down| {
        w.group(avp::AMBR, |w| {
            w.u32(avp::MAX_REQUESTED_BANDWIDTH_UL, up);
            w.u32(avp::MAX_REQUESTED_BANDWIDTH_DL, down);
        });
    };
    w.group(avp::SUBSCRIPTION_DATA, |w| {
        w.u32(avp::SUBSCRIBER_STATUS, 0);
        w.u32(avp::NETWORK_ACCESS_MODE, 2);
        ambr(w, 50_000_000, 100_000_000);
        w.group(avp::APN_CONFIGURATION_PROFILE, |w| {
            w.u32(avp::CONTEXT_IDENTIFIER, 1);
            w.u32(avp::ALL_APN_CONFIGURATIONS_INCLUDED_INDICATOR, 0);
            w.group(avp::APN_CONFIGURATION, |w| {
                w.u32(avp::CONTEXT_IDENTIFIER, 1);
                w.u32(avp::PDN_TYPE, 0);
                w.text(avp::SERVICE_SELECTION, "internet");
                w.group(avp::EPS_SUBSCRIBED_QOS_PROFILE, |w| {
                    w.u32(avp::QOS_CLASS_IDENTIFIER, 9);
                    w.group(avp::ALLOCATION_RETENTION_PRIORITY, |w| {
                        w.u32(avp::PRIORITY_LEVEL, 8);
                    });
                });
                ambr(w, 10_000_000, 20_000_000);
            });
        });
    });
}

/// The body of a request of the HSS (TS 29.272 7.2.7 to 7.2.15) after Origin and Destination.
pub(crate) fn write_request(w: &mut MessageWriter<'_>, code: u32, n: u32) {
    w.text(avp::SESSION_ID, "hss;1;1");
    w.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |w| {
        w.u32(avp::VENDOR_ID, VENDOR_3GPP);
        w.u32(avp::AUTH_APPLICATION_ID, quintet_mme::s6a::S6A);
    });
    w.u32(avp::AUTH_SESSION_STATE, 1);
    if code != command::RESET {
        w.text(avp::USER_NAME, &imsi(n).to_string());
    }
}
