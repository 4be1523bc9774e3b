//! What the nodes of this process say of themselves at one moment: copied out of them on their thread, shown here.

use quintet_diameter::ResultCode;
use quintet_diameter::dict::{Dictionary, application};
use quintet_diameter::node::{Direction, Node};
use tokio::sync::{mpsc, oneshot};

/// Most peers that are copied; all of them where networks are of usual size.
pub const MAX_PEERS_SHOWN: usize = 1_000;

/// Where to ask for a look at the nodes.
pub type Look = mpsc::Sender<oneshot::Sender<Network>>;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// Whether this front end issues vectors; none: there is no HSS here.
    pub issuing: Option<bool>,
    /// Peers, in the order of the node.
    pub peers: Vec<PeerShown>,
    /// Answers sent, by command and result.
    pub answers: Vec<Answers>,
    /// Connections open now.
    pub connections: usize,
    /// What went wrong since the start, by what it is called; what is zero is left out.
    pub troubles: Vec<Trouble>,
    /// How long answers took lately.
    pub latencies: Vec<Latency>,
}

/// A Diameter peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerShown {
    /// Its Origin-Host.
    pub identity: String,
    /// Its Origin-Realm.
    pub realm: String,
    /// Product-Name, as it says.
    pub product: String,
    /// The applications it offers.
    pub applications: Vec<String>,
    /// Whether requests are exchanged.
    pub is_open: bool,
    /// The state of the peer machine (RFC 6733 5.6) and of the watchdog (RFC 3539 3.4.1).
    pub state: String,
    /// Whether it is in the configuration.
    pub configured: bool,
    /// Requests received from it.
    pub requests_received: u64,
    /// Requests sent to it.
    pub requests_sent: u64,
    /// Requests to it that got no answer in time.
    pub timeouts: u64,
    /// Requests to it that wait for their answers.
    pub outstanding: usize,
}

/// Answers of one command with one result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// Such as `S6a AIA`.
    pub command: String,
    /// Result-Code or Experimental-Result-Code.
    pub result: u32,
    /// What it is called; empty if nobody knows.
    pub meaning: &'static str,
    /// How many.
    pub count: u64,
}

impl Answers {
    /// Whether it is a failure (RFC 6733 7.1).
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.result >= 3_000
    }
}

/// Something that went wrong, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What.
    pub what: &'static str,
    /// How often.
    pub count: u64,
}

/// How long the answers to one command took.
#[derive(Clone, Debug, PartialEq)]
pub struct Latency {
    /// Such as `S6a AIR`.
    pub command: String,
    /// Half of them took no longer, milliseconds.
    pub p50_ms: f64,
    /// 99 of a hundred took no longer, milliseconds.
    pub p99_ms: f64,
}

impl Network {
    /// Of a Diameter node.
    #[must_use]
    pub fn of(node: &Node) -> Self {
        let counters = node.counters();
        let sent =
            |key: &quintet_diameter::node::CommandKey| key.direction == Direction::Sent && !key.request;
        let answers = counters
            .commands()
            .filter(|(key, _)| sent(key))
            .map(|(key, count)| Answers {
                command: command_name(key.application_id, key.code, false),
                result: key.result,
                meaning: meaning(key.application_id, key.result),
                count,
            });
        let troubles = [
            ("connections turned away by a limit", counters.connections_refused),
            (
                "connections without capabilities exchange",
                counters.half_open_closed,
            ),
            ("peers that did not read", counters.slow_readers_closed),
            ("streams that lost their framing", counters.bad_frames),
            ("requests refused as too busy (3004)", counters.too_busy),
            ("requests without an answer in time", counters.timeouts),
            ("requests sent again to another peer", counters.failovers),
        ];
        Self {
            issuing: None,
            peers: node
                .peers()
                .take(MAX_PEERS_SHOWN)
                .map(|peer| PeerShown::of(&peer))
                .collect(),
            answers: answers.collect(),
            connections: node.connection_count(),
            troubles: troubles
                .into_iter()
                .filter_map(|(what, count)| Trouble::of(what, count))
                .collect(),
            latencies: Vec::new(),
        }
    }
}

impl Trouble {
    /// Nothing if there is none.
    #[must_use]
    pub fn of(what: &'static str, count: u64) -> Option<Self> {
        (count > 0).then_some(Self { what, count })
    }
}

impl PeerShown {
    fn of(peer: &quintet_diameter::node::PeerStatus<'_>) -> Self {
        let capabilities = peer.capabilities;
        let mut applications: Vec<String> = capabilities
            .applications
            .iter()
            .map(|(id, _)| application_name(*id).map_or_else(|| id.to_string(), str::to_owned))
            .collect();
        if capabilities.relay {
            applications.push("relay".to_owned());
        }
        Self {
            identity: peer.identity.to_owned(),
            realm: peer.realm.to_owned(),
            product: capabilities.product_name.clone(),
            applications,
            is_open: peer.state.is_open(),
            state: format!("{:?}, watchdog {:?}", peer.state, peer.watchdog),
            configured: peer.configured,
            requests_received: peer.counters.requests_received,
            requests_sent: peer.counters.requests_sent,
            timeouts: peer.counters.timeouts,
            outstanding: peer.outstanding,
        }
    }
}

/// What an application is called in short.
fn application_name(id: u32) -> Option<&'static str> {
    Some(match id {
        application::S6A => "S6a",
        application::CX => "Cx",
        application::SH => "Sh",
        application::SWX => "SWx",
        application::S13 => "S13",
        application::SLH => "SLh",
        application::S6C => "S6c",
        0 => "base",
        _ => return None,
    })
}

/// What the commands are called in short whose initials the specifications do not take (TS 29.173 6.2, TS 29.338 5.3.2).
fn abbreviated(name: &str) -> Option<&'static str> {
    Some(match name {
        "LCS-Routing-Info-Request" => "RIR",
        "LCS-Routing-Info-Answer" => "RIA",
        "Send-Routing-Info-for-SM-Request" => "SRR",
        "Send-Routing-Info-for-SM-Answer" => "SRA",
        "Alert-Service-Centre-Request" => "ALR",
        "Alert-Service-Centre-Answer" => "ALA",
        "Report-SM-Delivery-Status-Request" => "RDR",
        "Report-SM-Delivery-Status-Answer" => "RDA",
        _ => return None,
    })
}

/// What a command is called in short: the initials of its name, as the specifications abbreviate them.
fn command_name(application_id: u32, code: u32, request: bool) -> String {
    let known = Dictionary::builtin().command(application_id, code, request);
    let short = known.map(|known| match abbreviated(&known.name) {
        Some(short) => short.to_owned(),
        None => known
            .name
            .split('-')
            .filter_map(|word| word.chars().next())
            .collect(),
    });
    let short = short.unwrap_or_else(|| format!("command {code}"));
    match application_name(application_id) {
        Some("base") => short,
        Some(application) => format!("{application} {short}"),
        None => format!("application {application_id} {short}"),
    }
}

/// What a result means. Experimental-Result-Code of 3GPP and Result-Code have common numbers, and are counted together: where an
/// application has one of its own it is that one, which is far the more frequent.
fn meaning(application_id: u32, result: u32) -> &'static str {
    let own = match (application_id, result) {
        // TS 29.272 7.4.3, 7.4.4.
        (application::S6A, 5_001) => "USER_UNKNOWN",
        (application::S6A, 5_004) => "ROAMING_NOT_ALLOWED",
        (application::S6A, 5_420) => "UNKNOWN_EPS_SUBSCRIPTION",
        (application::S6A, 5_421) => "RAT_NOT_ALLOWED",
        (application::S6A, 5_423) => "UNKNOWN_SERVING_NODE",
        (application::S6A, 4_181) => "AUTHENTICATION_DATA_UNAVAILABLE",
        (application::S13, 5_422) => "EQUIPMENT_UNKNOWN",
        // TS 29.229 6.2; SWx has them of there (TS 29.273 8.2.3).
        (application::CX, 2_001) => "FIRST_REGISTRATION or SUCCESS",
        (application::CX, 2_002) => "SUBSEQUENT_REGISTRATION",
        (application::CX, 2_003) => "UNREGISTERED_SERVICE",
        (
            application::CX | application::SWX | application::SH | application::SLH | application::S6C,
            5_001,
        ) => "USER_UNKNOWN",
        (application::CX, 5_002) => "IDENTITIES_DONT_MATCH",
        (application::CX | application::SWX, 5_003) => "IDENTITY_NOT_REGISTERED",
        (application::CX | application::SWX, 5_004) => "ROAMING_NOT_ALLOWED",
        (application::CX | application::SWX, 5_005) => "IDENTITY_ALREADY_REGISTERED",
        (application::CX | application::SWX, 5_006) => "AUTH_SCHEME_NOT_SUPPORTED",
        (application::CX, 5_007) => "IN_ASSIGNMENT_TYPE",
        (application::SWX, 5_450) => "USER_NO_NON_3GPP_SUBSCRIPTION",
        // TS 29.173 6.3, TS 29.338 7.3.
        (application::SLH, 4_201) | (application::S6C, 5_550) => "ABSENT_USER",
        (application::SLH, 5_490) => "UNAUTHORIZED_REQUESTING_NETWORK",
        (application::S6C, 5_556) => "SERVICE_NOT_SUBSCRIBED",
        (application::S6C, 5_557) => "SERVICE_BARRED",
        (application::S6C, 5_558) => "MWD_LIST_FULL",
        _ => "",
    };
    match own {
        "" => ResultCode(result).name().unwrap_or_default(),
        own => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_results_have_their_names() {
        for (application_id, code, name) in [
            (application::S6A, 318, "S6a AIA"),
            (application::S6A, 316, "S6a ULA"),
            (application::CX, 303, "Cx MAA"),
            (application::SWX, 303, "SWx MAA"),
            (application::S6C, 8_388_648, "S6c ALA"),
            (0, 280, "DWA"),
            (77, 1, "application 77 command 1"),
        ] {
            assert_eq!(command_name(application_id, code, false), name);
        }
        assert_eq!(meaning(application::S6A, 5_001), "USER_UNKNOWN");
        assert_eq!(meaning(application::S6A, 2_001), "SUCCESS");
        assert_eq!(meaning(0, 5_001), "AVP_UNSUPPORTED");
        assert_eq!(meaning(0, 9_999), "");
    }
}
