//! A tap between MMEs and an HSS, and the messages that pass it, made by hand.

use super::{Exchange, Observer};
use quintet_capture::{End, Flow, FlowId, Pdu, Protocol, Seen, Timestamp};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{CommandFlags, Header, Message, MessageWriter};
use quintet_identity::{Imsi, Plmn};
use quintet_mme::s6a::{AnswerOutcome, S6A, VENDOR_3GPP, write_air, write_application};
use std::collections::BTreeMap;

pub(crate) const IMSI: &str = "001010000000001";
pub(crate) const HOME: &str = "00101";

pub(crate) fn imsi(digits: &str) -> Imsi {
    digits.parse().unwrap()
}

pub(crate) fn plmn(digits: &str) -> Plmn {
    digits.parse().unwrap()
}

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    Hss,
    Mme,
}

/// Feeds an observer.
#[derive(Debug, Default)]
pub(crate) struct Tap {
    pub(crate) observer: Observer,
    /// Every exchange in the last form it was told in.
    pub(crate) exchanges: BTreeMap<u64, Exchange>,
    /// How many outputs there were.
    pub(crate) told: usize,
    frame: u64,
    pub(crate) now_ms: i64,
}

impl Tap {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn at(&self) -> Timestamp {
        Timestamp(self.now_ms * 1_000_000)
    }

    /// A message on a connection; 1 ms passes.
    pub(crate) fn pass(&mut self, flow: u64, to: To, octets: &[u8]) -> Seen {
        self.now_ms += 1;
        self.frame += 1;
        let seen = Seen {
            file: 0,
            frame: self.frame,
            time: self.at(),
        };
        let mme = End::Address(([10, 0, 0, 1], 40_000).into());
        let hss = End::Address(([10, 0, 0, 2], 3868).into());
        let (source, destination) = if to == To::Hss { (mme, hss) } else { (hss, mme) };
        self.observer.pdu(&Pdu {
            seen,
            first_frame: seen.frame,
            protocol: Protocol::Diameter,
            flow: Flow {
                id: FlowId(flow),
                source,
                destination,
            },
            direction: None,
            octets,
        });
        self.collect();
        seen
    }

    pub(crate) fn wait(&mut self, ms: i64) {
        self.now_ms += ms;
        self.observer.advance(self.at());
        self.collect();
    }

    pub(crate) fn finish(&mut self) {
        self.observer.finish();
        self.collect();
    }

    pub(crate) fn collect(&mut self) {
        while let Some(exchange) = self.observer.poll() {
            self.told += 1;
            self.exchanges.insert(exchange.id, exchange);
        }
    }

    pub(crate) fn last(&self) -> &Exchange {
        self.exchanges.values().next_back().expect("an exchange")
    }

    /// A request to the HSS with its answer.
    pub(crate) fn asked(&mut self, request: &[u8], answer: &[u8]) {
        self.pass(1, To::Hss, request);
        self.pass(1, To::Mme, answer);
    }
}

pub(crate) fn message(header: &Header, write: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    let mut out = Vec::new();
    let mut w = MessageWriter::new(&mut out, header);
    write(&mut w);
    w.finish();
    out
}

pub(crate) fn header(code: u32, id: u32) -> Header {
    Header {
        version: 1,
        length: 0,
        flags: CommandFlags(CommandFlags::REQUEST | CommandFlags::PROXIABLE),
        code,
        application_id: S6A,
        hop_by_hop: id,
        end_to_end: 0x1000_0000 + id,
    }
}

/// A request with what every one begins with.
pub(crate) fn request(code: u32, id: u32, write: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    message(&header(code, id), |w| {
        write_application(w, &format!("mme;1;{id}"));
        w.text(avp::ORIGIN_HOST, "mme.epc.mnc001.mcc001.3gppnetwork.org");
        w.text(avp::ORIGIN_REALM, "epc.mnc001.mcc001.3gppnetwork.org");
        w.text(avp::DESTINATION_REALM, "epc.mnc001.mcc001.3gppnetwork.org");
        write(w);
    })
}

/// The answer to a request.
pub(crate) fn answer(
    request: &[u8],
    outcome: AnswerOutcome,
    write: impl FnOnce(&mut MessageWriter<'_>),
) -> Vec<u8> {
    let asked = Message::decode(request).unwrap();
    let mut out = Vec::new();
    let error = !outcome.experimental && outcome.code / 1000 == 3;
    let mut w = MessageWriter::answer(&mut out, &asked, error);
    if let Some(session) = asked.find(avp::SESSION_ID) {
        w.octets(avp::SESSION_ID, session.data);
    }
    if outcome.experimental {
        w.group(avp::EXPERIMENTAL_RESULT, |w| {
            w.u32(avp::VENDOR_ID, VENDOR_3GPP);
            w.u32(avp::EXPERIMENTAL_RESULT_CODE, outcome.code);
        });
    } else {
        w.u32(avp::RESULT_CODE, outcome.code);
    }
    w.text(avp::ORIGIN_HOST, "hss.epc.mnc001.mcc001.3gppnetwork.org");
    write(&mut w);
    w.finish();
    out
}

pub(crate) fn air(id: u32, whose: &str) -> Vec<u8> {
    request(command::AUTHENTICATION_INFORMATION, id, |w| {
        write_air(w, imsi(whose), plmn(HOME), 1, None);
    })
}

/// An AIR with AUTS of the given octet repeated.
pub(crate) fn air_resync(id: u32, whose: &str, rand: u8, auts: u8) -> Vec<u8> {
    let token = quintet_crypto::Auts::from_octets(&[auts; 14]).unwrap();
    request(command::AUTHENTICATION_INFORMATION, id, |w| {
        write_air(w, imsi(whose), plmn(HOME), 1, Some((&[rand; 16], &token)));
    })
}

/// Vectors of which RAND and AUTN are an octet repeated.
pub(crate) fn aia(request: &[u8], vectors: &[(u8, u8)]) -> Vec<u8> {
    answer(request, AnswerOutcome::SUCCESS, |w| {
        w.group(avp::AUTHENTICATION_INFO, |w| {
            for (at, (rand, autn)) in (1..).zip(vectors) {
                w.group(avp::E_UTRAN_VECTOR, |w| {
                    w.u32(avp::ITEM_NUMBER, at);
                    w.octets(avp::RAND, &[*rand; 16]);
                    w.octets(avp::XRES, &[*rand; 8]);
                    w.octets(avp::AUTN, &[*autn; 16]);
                    w.octets(avp::KASME, &[*rand; 32]);
                });
            }
        });
    })
}

pub(crate) fn ulr(id: u32, whose: &str) -> Vec<u8> {
    request(command::UPDATE_LOCATION, id, |w| {
        w.text(avp::USER_NAME, whose);
        w.u32(avp::RAT_TYPE, 1004);
        w.u32(avp::ULR_FLAGS, 0x22);
        w.octets(avp::VISITED_PLMN_ID, &plmn(HOME).octets());
    })
}

/// A ULA with all that an MME needs.
pub(crate) fn ula(request: &[u8]) -> Vec<u8> {
    answer(request, AnswerOutcome::SUCCESS, |w| {
        w.u32(avp::ULA_FLAGS, 1);
        w.group(avp::SUBSCRIPTION_DATA, |w| {
            w.u32(avp::SUBSCRIBER_STATUS, 0);
            w.u32(avp::NETWORK_ACCESS_MODE, 2);
            ambr(w);
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
                    ambr(w);
                });
            });
        });
    })
}

fn ambr(w: &mut MessageWriter<'_>) {
    w.group(avp::AMBR, |w| {
        w.u32(avp::MAX_REQUESTED_BANDWIDTH_UL, 1_000_000);
        w.u32(avp::MAX_REQUESTED_BANDWIDTH_DL, 1_000_000);
    });
}

/// A request of the base protocol.
pub(crate) fn base(code: u32, id: u32, write: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    let header = Header {
        application_id: 0,
        flags: CommandFlags(CommandFlags::REQUEST),
        ..header(code, id)
    };
    message(&header, |w| {
        w.text(avp::ORIGIN_HOST, "mme.epc.mnc001.mcc001.3gppnetwork.org");
        write(w);
    })
}
