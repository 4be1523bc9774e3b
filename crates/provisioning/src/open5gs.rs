//! Open5GS: documents of its collection `subscribers`, as mongoexport writes them (schema version 1).
//!
//! EPS has the sessions of the first slice, as Open5GS itself has it. Rates are a value and a unit, a power of 1,000. Pre-emption is 1 for
//! disabled and 2 for enabled. The SQN is the next to be issued; each is 32 above the last. Static addresses and the SMF's
//! are Served-Party-IP-Address and MIP6-Agent-Info here.

use crate::hex_octets::Hex;
use crate::members::Members;
use crate::objects::Objects;
use crate::record::{Constant, DEFAULT_AMBR, DEFAULT_AMF, default_subscription, derived, sqn_profile};
use crate::row::{Entry, Note, Place, Refusal, Row};
use crate::source::{Options, ReadError, Sink};
use crate::sqn;
use quintet_crypto::{Amf, K};
use quintet_identity::{Apn, Imsi, Msisdn, SNssai};
use quintet_subscriber::model::{
    AccessRestriction, Algorithm, AllocationRetentionPriority, Ambr, ApnConfiguration, Authentication,
    DnnConfiguration, PdnType, PduSessionType, QosClass, SubscribedSNssai, Subscriber, SubscriberStatus,
    Subscription,
};
use std::io::BufRead;
use std::net::IpAddr;
use std::sync::Arc;

/// What is not a subscription: keys of the database, and versions.
const IGNORED: [&str; 4] = ["_id", "__v", "schema_version", "imeisv"];

/// Where the subscriber is served.
const LOCATION: [&str; 5] = ["mme_host", "mme_realm", "mm_realm", "purge_flag", "mme_timestamp"];

pub(crate) fn read(
    file: usize,
    input: &mut dyn BufRead,
    options: &Options,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let mut objects = Objects::new(input);
    while let Some((line, octets)) = objects.next().map_err(|stop| ReadError::at(file, stop))? {
        let mut notes = Vec::new();
        let mut identity = String::new();
        let entry =
            Members::parse(&octets).and_then(|document| entry(document, options, &mut identity, &mut notes));
        sink.put(Row::of(Place { file, line }, identity, entry, notes))?;
    }
    Ok(())
}

fn entry(
    mut document: Members,
    options: &Options,
    identity: &mut String,
    notes: &mut Vec<Note>,
) -> Result<Entry, Refusal> {
    let imsi = document
        .text("imsi")?
        .ok_or_else(|| Refusal::new("imsi is missing"))?;
    identity.clone_from(&imsi);
    let imsi: Imsi = imsi
        .parse()
        .map_err(|error| Refusal::new(format_args!("imsi: {error}")))?;
    if document.has("pdn") {
        return Err(Refusal::new("the document is of schema version 0")
            .remedy("let Open5GS update it first (misc/db/python), and export again"));
    }
    document.ignore(&IGNORED);
    document.not_carried(
        &LOCATION,
        "where the subscriber is served (it registers again)",
        notes,
    );
    let numbers = document.texts("msisdn")?;
    let msisdn: Option<Msisdn> = match numbers.first() {
        None => None,
        Some(number) => Some(
            number
                .parse()
                .map_err(|error| Refusal::new(format_args!("msisdn: {error}")))?,
        ),
    };
    if numbers.len() > 1 {
        notes.push(Note::NotCarried("the second and further MSISDNs".to_owned()));
    }
    let security = document
        .object("security")?
        .ok_or_else(|| Refusal::new("security is missing: K and OPc"))?;
    let authentication = authentication(security, options, notes)?;
    let subscription = subscription(&mut document, notes)?;
    document.rest(notes);
    let subscriber = Subscriber {
        imsi,
        msisdn,
        authentication,
        subscription: Arc::new(subscription),
    };
    // Open5GS serves IMS to whoever has the APN of it, by the identities that follow from IMSI and number.
    let apns = &subscriber.subscription.apn_configurations;
    let has_ims = apns
        .iter()
        .any(|apn| apn.apn.as_str().eq_ignore_ascii_case("ims"));
    let ims = match has_ims || options.ims {
        true => Some(derived(&subscriber, options.mnc_digits)?),
        false => None,
    };
    Ok(Entry {
        subscriber,
        ims,
        ims_only: false,
    })
}

fn authentication(
    mut security: Members,
    options: &Options,
    notes: &mut Vec<Note>,
) -> Result<Authentication, Refusal> {
    let k: Hex = security
        .parsed("k")?
        .ok_or_else(|| Refusal::new("security.k is missing"))?;
    let k = K::new_128(k.exactly("security.k").map_err(Refusal::new)?);
    let (opc, op): (Option<Hex>, Option<Hex>) = (security.parsed("opc")?, security.parsed("op")?);
    let constant = match (&opc, &op, &options.opc, &options.op) {
        (Some(opc), ..) | (None, None, Some(opc), _) => Constant::Opc(opc),
        (None, Some(op), ..) | (None, None, None, Some(op)) => Constant::Op(op),
        _ => return Err(Refusal::new("security.opc and security.op are missing")),
    };
    let opc = constant.opc(&k).map_err(|refusal| refusal.at("security"))?;
    let amf: Option<Hex> = security.parsed("amf")?;
    let amf = match &amf {
        Some(amf) => amf.exactly("security.amf").map_err(Refusal::new)?,
        None => DEFAULT_AMF,
    };
    let profile = sqn_profile(options.ind_bits)?;
    let sqn = security.number("sqn")?.unwrap_or(0);
    let seq_seed = sqn::seed(sqn, profile).map_err(|refusal| refusal.at("security.sqn"))?;
    security.ignore(&["rand", "_id"]);
    security.rest(notes);
    Ok(Authentication {
        k,
        algorithm: Algorithm::Milenage { opc },
        amf: Amf(amf),
        sqn_profile: profile,
        dif: None,
        seq_seed,
    })
}

fn subscription(document: &mut Members, notes: &mut Vec<Note>) -> Result<Subscription, Refusal> {
    let mut subscription = default_subscription(&[]);
    subscription.apn_configurations.clear();
    if let Some(rates) = document.object("ambr")? {
        subscription.ambr = ambr(rates, notes)?.unwrap_or(DEFAULT_AMBR);
    }
    let restriction = document.small("access_restriction_data")?;
    subscription.access_restriction = AccessRestriction(restriction.unwrap_or(32));
    let barred = document.number("subscriber_status")? == Some(1);
    let barring: Option<u32> = document.small("operator_determined_barring")?;
    if barred {
        subscription.subscriber_status = SubscriberStatus::OperatorDeterminedBarring;
        subscription.operator_determined_barring = barring;
    } else if barring.is_some_and(|bits| bits != 0) {
        notes.push(Note::NotCarried(
            "operator_determined_barring of a subscriber whose status is service granted".to_owned(),
        ));
    }
    let mode = document.number("network_access_mode")?.unwrap_or(0);
    subscription.packet_only = mode == 2;
    if let Some(minutes) = document.small::<u32>("subscribed_rau_tau_timer")? {
        subscription.rau_tau_timer_s = Some(minutes.saturating_mul(60));
    }
    let slices = document.objects("slice")?;
    if slices.is_empty() {
        return Err(Refusal::new(
            "slice is missing: a subscriber of Open5GS has one at least",
        ));
    }
    let mut nssai = Vec::with_capacity(slices.len());
    for (i, slice) in slices.into_iter().enumerate() {
        nssai.push(self::slice(slice, (i == 0).then_some(&mut subscription), notes)?);
    }
    if !nssai.iter().any(|slice| slice.default) {
        notes.push(Note::Changed(
            "no slice is a default one: the first is taken for it".to_owned(),
        ));
        nssai[0].default = true;
    }
    subscription.fgs.nssai = nssai;
    if subscription.apn_configurations.is_empty() {
        return Err(Refusal::new(
            "the first slice has no session that EPS could have: an APN is needed",
        ));
    }
    tidy(&mut subscription);
    subscription.check().map_err(Refusal::new)?;
    Ok(subscription)
}

/// Leaves out the DNNs of slices that have just the APNs.
pub(crate) fn tidy(subscription: &mut Subscription) {
    let plain = |s_nssai| SubscribedSNssai {
        s_nssai,
        default: false,
        dnns: Vec::new(),
    };
    for i in 0..subscription.fgs.nssai.len() {
        let slice = &subscription.fgs.nssai[i];
        let same = subscription.dnns(&plain(slice.s_nssai)).as_ref() == slice.dnns;
        if same {
            subscription.fgs.nssai[i].dnns.clear();
        }
    }
}

/// A slice; its sessions become the APNs of EPS too, if `eps` is given.
fn slice(
    mut slice: Members,
    mut eps: Option<&mut Subscription>,
    notes: &mut Vec<Note>,
) -> Result<SubscribedSNssai, Refusal> {
    let sst: u8 = slice
        .small("sst")?
        .ok_or_else(|| Refusal::new(format_args!("{} is missing", slice.at("sst"))))?;
    let sd = slice.text("sd")?;
    let s_nssai = match sd.as_deref().map(str::trim) {
        None => SNssai::new(sst),
        // No SD (TS 23.003 28.4.2).
        Some(sd) if sd.eq_ignore_ascii_case("ffffff") => SNssai::new(sst),
        Some(sd) => u32::from_str_radix(sd, 16)
            .ok()
            .and_then(|sd| SNssai::with_sd(sst, sd).ok())
            .ok_or_else(|| {
                Refusal::new(format_args!(
                    "{}: 6 hexadecimal digits are expected",
                    slice.at("sd")
                ))
            })?,
    };
    let default = slice.flag("default_indicator")?.unwrap_or(false);
    let mut dnns = Vec::new();
    for session in slice.objects("session")? {
        let session = self::session(session, notes)?;
        if let Some(subscription) = eps.as_deref_mut() {
            match session.pdn_type {
                Some(pdn_type) => {
                    let id = subscription.apn_configurations.len() as u32 + 1;
                    let apn = session.apn_configuration(id, pdn_type);
                    subscription.apn_configurations.push(apn);
                }
                None => notes.push(Note::Changed(
                    "a session that is neither IPv4 nor IPv6 is one of 5GS alone".to_owned(),
                )),
            }
        }
        let default = dnns.is_empty();
        dnns.push(DnnConfiguration {
            default,
            ..session.dnn
        });
    }
    slice.ignore(&["_id"]);
    slice.rest(notes);
    Ok(SubscribedSNssai {
        s_nssai,
        default,
        dnns,
    })
}

/// A session as both systems have it.
struct Session {
    dnn: DnnConfiguration,
    /// None: EPS has no such type.
    pdn_type: Option<PdnType>,
    ue_addresses: Vec<IpAddr>,
    smf_addresses: Vec<IpAddr>,
    local_breakout: bool,
}

impl Session {
    fn apn_configuration(&self, context_identifier: u32, pdn_type: PdnType) -> ApnConfiguration {
        ApnConfiguration {
            context_identifier,
            apn: self.dnn.dnn.clone(),
            pdn_type,
            qci: QosClass(self.dnn.five_qi),
            arp: self.dnn.arp,
            ambr: self.dnn.ambr,
            served_party_ip_addresses: self.ue_addresses.clone(),
            pdn_gw_addresses: self.smf_addresses.clone(),
            pdn_gw_host: None,
            pdn_gw_realm: None,
            pdn_gw_dynamic: false,
            vplmn_dynamic_address_allowed: self.local_breakout,
            charging_characteristics: None,
        }
    }
}

fn session(mut session: Members, notes: &mut Vec<Note>) -> Result<Session, Refusal> {
    let dnn: Apn = session
        .parsed("name")?
        .ok_or_else(|| Refusal::new(format_args!("{} is missing", session.at("name"))))?;
    let (pdu_session_type, pdn_type) = match session.number("type")?.unwrap_or(3) {
        1 => (PduSessionType::Ipv4, Some(PdnType::Ipv4)),
        2 => (PduSessionType::Ipv6, Some(PdnType::Ipv6)),
        3 => (PduSessionType::Ipv4v6, Some(PdnType::Ipv4v6)),
        4 => (PduSessionType::Unstructured, None),
        5 => (PduSessionType::Ethernet, None),
        other => {
            return Err(Refusal::new(format_args!(
                "{}: {other} is no type of a session",
                session.at("type")
            )));
        }
    };
    let (mut five_qi, mut arp) = (9, default_arp());
    if let Some(mut qos) = session.object("qos")? {
        five_qi = qos.small("index")?.unwrap_or(five_qi);
        if let Some(mut members) = qos.object("arp")? {
            arp = AllocationRetentionPriority {
                priority_level: members.small("priority_level")?.unwrap_or(arp.priority_level),
                pre_emption_capability: members.number("pre_emption_capability")? == Some(2),
                pre_emption_vulnerability: members.number("pre_emption_vulnerability")? == Some(2),
            };
            members.rest(notes);
        }
        qos.rest(notes);
    }
    let ambr = match session.object("ambr")? {
        Some(rates) => self::ambr(rates, notes)?,
        None => None,
    };
    let ue_addresses = addresses(&mut session, "ue")?;
    let smf_addresses = addresses(&mut session, "smf")?;
    let local_breakout = session.flag("lbo_roaming_allowed")?.unwrap_or(false);
    session.not_carried(&["pcc_rule"], "PCC rules: they are the PCRF's or PCF's", notes);
    session.ignore(&["_id"]);
    session.rest(notes);
    Ok(Session {
        dnn: DnnConfiguration {
            dnn,
            default: false,
            pdu_session_type,
            five_qi,
            arp,
            ambr,
        },
        pdn_type,
        ue_addresses,
        smf_addresses,
        local_breakout,
    })
}

/// What Open5GS's own tools write.
fn default_arp() -> AllocationRetentionPriority {
    AllocationRetentionPriority {
        priority_level: 8,
        pre_emption_capability: false,
        pre_emption_vulnerability: false,
    }
}

fn addresses(session: &mut Members, name: &str) -> Result<Vec<IpAddr>, Refusal> {
    let Some(mut members) = session.object(name)? else {
        return Ok(Vec::new());
    };
    let both = [members.address("ipv4")?, members.address("ipv6")?];
    Ok(both.into_iter().flatten().collect())
}

/// AMBR; none if it says nothing.
fn ambr(mut rates: Members, notes: &mut Vec<Note>) -> Result<Option<Ambr>, Refusal> {
    let (uplink, downlink) = (rate(&mut rates, "uplink")?, rate(&mut rates, "downlink")?);
    rates.rest(notes);
    Ok(match (uplink, downlink) {
        (None, None) => None,
        (uplink, downlink) => Some(Ambr {
            uplink: uplink.unwrap_or(DEFAULT_AMBR.uplink),
            downlink: downlink.unwrap_or(DEFAULT_AMBR.downlink),
        }),
    })
}

/// A value and its unit: 0 for bit/s, and one more for each 1,000.
fn rate(rates: &mut Members, name: &str) -> Result<Option<u64>, Refusal> {
    let at = rates.at(name);
    let Some(mut rate) = rates.object(name)? else {
        return Ok(None);
    };
    let value = rate.number("value")?;
    let unit: u32 = rate.small("unit")?.unwrap_or(0);
    let factor = (unit <= 4).then(|| 1_000u64.pow(unit));
    let Some(value) = value else { return Ok(None) };
    let rate = factor.and_then(|factor| value.checked_mul(factor));
    rate.map(Some)
        .ok_or_else(|| Refusal::new(format_args!("{at}: {value} of unit {unit} is no rate")))
}
