//! What matters in a message of S6a or Cx, in a few lines (TS 29.272 7.2, 7.3).

mod cx;

use crate::ladder::{Arrow, Tone};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Avp, AvpId, Message};
use quintet_identity::Plmn;
use quintet_sim::{AnswerOutcome, SubscriptionData, outcome, read_subscription, read_vectors};
use quintet_subscriber::model::{Ambr, ApnConfiguration, PdnType};
use quintet_subscriber::s6a::{DsrFlags, UlrFlags};
use serde::Serialize;

/// Octets shown of a value that is abbreviated.
const ABBREVIATED_OCTETS: usize = 4;

/// One line: an AVP and its value as people read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Detail {
    pub(super) name: &'static str,
    pub(super) value: String,
    /// Whether it belongs to the line above.
    #[serde(skip)]
    pub(super) nested: bool,
}

/// A message in short.
#[derive(Clone, Debug)]
pub(super) struct Description {
    /// The usual abbreviation: AIR, AIA.
    pub(super) name: String,
    pub(super) request: bool,
    /// The result of an answer.
    pub(super) outcome: Option<AnswerOutcome>,
    pub(super) imsi: Option<String>,
    pub(super) details: Vec<Detail>,
}

impl Description {
    /// The message as an arrow of the ladder.
    pub(super) fn arrow(&self, from: usize, to: usize) -> Arrow {
        let (label, short) = match self.outcome {
            None => (self.name.clone(), None),
            Some(outcome) => {
                let named = quintet_sim::result_name(outcome).unwrap_or_default().to_owned();
                let short = format!("{} {}", self.name, outcome.code);
                (format!("{} {outcome}", self.name), Some((short, named)))
            }
        };
        let imsi = self.imsi.iter().map(|imsi| format!("User-Name {imsi}"));
        let named = self.details.iter().map(|detail| {
            let indent = if detail.nested { "  " } else { "" };
            format!("{indent}{} {}", detail.name, detail.value)
                .trim_end()
                .to_owned()
        });
        Arrow {
            from,
            to,
            label,
            short,
            tone: match self.outcome {
                None => Tone::Asking,
                Some(outcome) if outcome.is_success() => Tone::Good,
                Some(_) => Tone::Refused,
            },
            lost: false,
            details: imsi.chain(named).collect(),
        }
    }
}

/// Describes a message; XRES and KASME in full only with `show_keys`.
pub(super) fn describe(message: &Message<'_>, show_keys: bool) -> Description {
    let header = message.header();
    let request = header.flags.request();
    let mut lines = Lines {
        message,
        details: Vec::new(),
    };
    if let Some(found) = message.find(avp::ERROR_MESSAGE) {
        lines.push("Error-Message", text(&found));
    }
    let outcome = (!request).then(|| outcome(message));
    match (header.code, request) {
        (code, true) if cx::stem(code).is_some() => lines.cx_request(),
        (code, false) if cx::stem(code).is_some() => lines.cx_answer(show_keys),
        (command::CAPABILITIES_EXCHANGE, _) => lines.text(avp::ORIGIN_HOST, "Origin-Host"),
        (command::DISCONNECT_PEER, true) => {
            lines.named(avp::DISCONNECT_CAUSE, "Disconnect-Cause", disconnect_cause)
        }
        (command::AUTHENTICATION_INFORMATION, true) => lines.air(),
        (command::AUTHENTICATION_INFORMATION, false) => lines.aia(show_keys),
        (command::UPDATE_LOCATION, true) => lines.ulr(),
        (command::UPDATE_LOCATION, false) | (command::INSERT_SUBSCRIBER_DATA, true) => lines.subscription(),
        (command::CANCEL_LOCATION, true) => {
            lines.named(avp::CANCELLATION_TYPE, "Cancellation-Type", cancellation_type);
        }
        (command::DELETE_SUBSCRIBER_DATA, true) => lines.flags(avp::DSR_FLAGS, "DSR-Flags", &DSR_FLAGS),
        (command::PURGE_UE, false) => lines.flags(avp::PUA_FLAGS, "PUA-Flags", &[(1, "freeze M-TMSI")]),
        (command::NOTIFY, true) => lines.nor(),
        _ => {}
    }
    let imsi = message.find(avp::USER_NAME).map(|found| text(&found));
    Description {
        name: name_of(header.code, request),
        request,
        outcome,
        imsi,
        details: lines.details,
    }
}

/// The abbreviation of a command.
fn name_of(code: u32, request: bool) -> String {
    let stem = match code {
        command::CAPABILITIES_EXCHANGE => "CE",
        command::DEVICE_WATCHDOG => "DW",
        command::DISCONNECT_PEER => "DP",
        command::UPDATE_LOCATION => "UL",
        command::CANCEL_LOCATION => "CL",
        command::AUTHENTICATION_INFORMATION => "AI",
        command::INSERT_SUBSCRIBER_DATA => "ID",
        command::DELETE_SUBSCRIBER_DATA => "DS",
        command::PURGE_UE => "PU",
        command::RESET => "RS",
        command::NOTIFY => "NO",
        _ if cx::stem(code).is_some() => cx::stem(code).unwrap_or_default(),
        _ => return format!("{code} {}", if request { "request" } else { "answer" }),
    };
    format!("{stem}{}", if request { 'R' } else { 'A' })
}

struct Lines<'m> {
    message: &'m Message<'m>,
    details: Vec<Detail>,
}

impl Lines<'_> {
    fn push(&mut self, name: &'static str, value: impl Into<String>) {
        self.details.push(Detail {
            name,
            value: value.into(),
            nested: false,
        });
    }

    fn push_nested(&mut self, name: &'static str, value: impl Into<String>) {
        self.details.push(Detail {
            name,
            value: value.into(),
            nested: true,
        });
    }

    fn text(&mut self, id: AvpId, name: &'static str) {
        if let Some(found) = self.message.find(id) {
            self.push(name, text(&found));
        }
    }

    fn named(&mut self, id: AvpId, name: &'static str, of: fn(u32) -> Option<&'static str>) {
        if let Some(value) = self.message.find(id).and_then(|found| found.u32().ok()) {
            self.push(name, of(value).map_or_else(|| value.to_string(), str::to_owned));
        }
    }

    fn flags(&mut self, id: AvpId, name: &'static str, names: &[(u32, &str)]) {
        if let Some(value) = self.message.find(id).and_then(|found| found.u32().ok()) {
            let set: Vec<&str> = names
                .iter()
                .filter(|(bit, _)| value & bit != 0)
                .map(|(_, name)| *name)
                .collect();
            let set = if set.is_empty() {
                format!("{value:#x}")
            } else {
                set.join(", ")
            };
            self.push(name, set);
        }
    }

    fn visited(&mut self) {
        let Some(found) = self.message.find(avp::VISITED_PLMN_ID) else {
            return;
        };
        let plmn = found
            .data
            .try_into()
            .ok()
            .and_then(|octets| Plmn::from_octets(octets).ok());
        let shown = plmn.map_or_else(
            || hex::encode(found.data),
            |plmn| {
                let (mcc, mnc) = plmn.mcc_mnc();
                format!("{mcc}-{mnc}")
            },
        );
        self.push("Visited-PLMN-Id", shown);
    }

    fn air(&mut self) {
        self.visited();
        let Some(wanted) = self.message.find(avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO) else {
            return;
        };
        if let Some(n) = wanted
            .group()
            .find(avp::NUMBER_OF_REQUESTED_VECTORS)
            .and_then(|n| n.u32().ok())
        {
            self.push("Requested-Vectors", n.to_string());
        }
        if let Some(info) = wanted.group().find(avp::RE_SYNCHRONIZATION_INFO)
            && let Some((rand, auts)) = info.data.split_at_checked(16)
        {
            self.push("Re-Synchronization-Info", "");
            self.push_nested("RAND", hex::encode(rand));
            self.push_nested("AUTS", hex::encode(auts));
        }
    }

    fn aia(&mut self, show_keys: bool) {
        let Ok(vectors) = read_vectors(self.message) else {
            return self.push("Authentication-Info", "unreadable");
        };
        let several = vectors.len() > 1;
        for (item, vector) in (1..).zip(&vectors) {
            if several {
                self.push("E-UTRAN-Vector", item.to_string());
            }
            self.push("RAND", hex::encode(vector.rand));
            self.push("AUTN", hex::encode(vector.autn));
            self.push("XRES", secret(vector.xres.octets(), show_keys));
            self.push("KASME", secret(vector.kasme.expose(), show_keys));
        }
    }

    fn ulr(&mut self) {
        self.visited();
        self.named(avp::RAT_TYPE, "RAT-Type", rat_type);
        let names = [
            (UlrFlags::S6A_S6D.0, "S6a"),
            (UlrFlags::INITIAL_ATTACH.0, "initial attach"),
            (UlrFlags::SKIP_SUBSCRIBER_DATA.0, "skip subscriber data"),
            (UlrFlags::SINGLE_REGISTRATION.0, "single registration"),
        ];
        self.flags(avp::ULR_FLAGS, "ULR-Flags", &names);
    }

    fn nor(&mut self) {
        self.text(avp::SERVICE_SELECTION, "Service-Selection");
        let gateway = self.message.find(avp::MIP6_AGENT_INFO);
        let address = gateway.and_then(|g| g.group().find(avp::MIP_HOME_AGENT_ADDRESS)?.address().ok()?);
        if let Some(address) = address {
            self.push("PDN-GW", address.to_string());
        }
    }

    fn subscription(&mut self) {
        let data = match read_subscription(self.message) {
            Ok(None) => return,
            Ok(Some(data)) => data,
            Err(fault) => return self.push("Subscription-Data", fault.to_string()),
        };
        let SubscriptionData {
            msisdn,
            access_restriction,
            ambr,
            charging_characteristics,
            rau_tau_timer_s,
            ..
        } = &data;
        if let Some(msisdn) = msisdn {
            self.push("MSISDN", msisdn.to_string());
        }
        if let Some(restriction) = access_restriction.filter(|restriction| restriction.0 != 0) {
            self.push("Access-Restriction", format!("{:#x}", restriction.0));
        }
        if let Some(ambr) = ambr {
            self.push("AMBR", rates(*ambr));
        }
        if let Some(charging) = charging_characteristics {
            self.push("Charging", format!("{charging:04x}"));
        }
        if let Some(seconds) = rau_tau_timer_s {
            self.push("RAU-TAU-Timer", format!("{seconds} s"));
        }
        for apn in &data.apn_configurations {
            let default = data.default_context_identifier == Some(apn.context_identifier);
            self.apn(apn, default);
        }
    }

    fn apn(&mut self, c: &ApnConfiguration, default: bool) {
        let pdn_type = match c.pdn_type {
            PdnType::Ipv4 => "IPv4",
            PdnType::Ipv6 => "IPv6",
            PdnType::Ipv4v6 => "IPv4v6",
            PdnType::Ipv4OrIpv6 => "IPv4 or IPv6",
        };
        let default = if default { ", default" } else { "" };
        self.push("APN", format!("{} ({pdn_type}{default})", c.apn));
        let arp = &c.arp;
        let mut quality = format!("{}, ARP {}", c.qci.0, arp.priority_level);
        if arp.pre_emption_capability {
            quality.push_str(" may pre-empt");
        }
        self.push_nested("QCI", quality);
        if let Some(ambr) = c.ambr {
            self.push_nested("AMBR", rates(ambr));
        }
        for address in &c.served_party_ip_addresses {
            self.push_nested("UE address", address.to_string());
        }
        for address in &c.pdn_gw_addresses {
            self.push_nested("PDN-GW", address.to_string());
        }
    }
}

fn text(found: &Avp<'_>) -> String {
    String::from_utf8_lossy(found.data).into_owned()
}

fn secret(octets: &[u8], show: bool) -> String {
    if show {
        return hex::encode(octets);
    }
    let shown = octets.len().min(ABBREVIATED_OCTETS);
    format!("{}… ({} bit)", hex::encode(&octets[..shown]), octets.len() * 8)
}

/// Both rates, up and down, with one unit if they share it.
fn rates(ambr: Ambr) -> String {
    let scaled = |bits: u64| match bits {
        0..1_000_000 => (bits / 1_000, "kbit/s"),
        1_000_000..1_000_000_000 => (bits / 1_000_000, "Mbit/s"),
        _ => (bits / 1_000_000_000, "Gbit/s"),
    };
    let ((up, up_unit), (down, down_unit)) = (scaled(ambr.uplink), scaled(ambr.downlink));
    if up_unit == down_unit {
        format!("{up}/{down} {down_unit}")
    } else {
        format!("{up} {up_unit}/{down} {down_unit}")
    }
}

/// TS 29.212 5.3.31.
fn rat_type(value: u32) -> Option<&'static str> {
    Some(match value {
        1000 => "UTRAN",
        1001 => "GERAN",
        1004 => "EUTRAN",
        1005 => "EUTRAN-NB-IoT",
        _ => return None,
    })
}

/// TS 29.272 7.3.24.
fn cancellation_type(value: u32) -> Option<&'static str> {
    Some(match value {
        0 => "MME_UPDATE_PROCEDURE",
        1 => "SGSN_UPDATE_PROCEDURE",
        2 => "SUBSCRIPTION_WITHDRAWAL",
        3 => "UPDATE_PROCEDURE_IWF",
        4 => "INITIAL_ATTACH_PROCEDURE",
        _ => return None,
    })
}

/// RFC 6733 5.4.3.
fn disconnect_cause(value: u32) -> Option<&'static str> {
    Some(match value {
        0 => "REBOOTING",
        1 => "BUSY",
        2 => "DO_NOT_WANT_TO_TALK_TO_YOU",
        _ => return None,
    })
}

const DSR_FLAGS: [(u32, &str); 6] = [
    (DsrFlags::REGIONAL_SUBSCRIPTION.0, "zone codes"),
    (DsrFlags::CHARGING_CHARACTERISTICS.0, "charging"),
    (DsrFlags::STN_SR.0, "STN-SR"),
    (DsrFlags::APN_OI_REPLACEMENT.0, "APN-OI-Replacement"),
    (DsrFlags::RAU_TAU_TIMER.0, "RAU-TAU-Timer"),
    (DsrFlags::MSISDN.0, "MSISDN"),
];
