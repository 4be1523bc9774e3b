//! free5GC: the collections of its database that hold a subscriber, joined by `ueId`, or what its web console answers.
//!
//! | collection `subscriptionData.…` | known by | gives |
//! |---|---|---|
//! | `authenticationData.authenticationSubscription`, `….webAuthenticationSubscription` | K | authentication |
//! | `provisionedData.amData` | NSSAI, UE-AMBR, GPSIs | number, slices, AMBR |
//! | `provisionedData.smData` | `singleNssai`, DNN configurations | the DNNs of a slice |
//! | `provisionedData.smfSelectionSubscriptionData` | `subscribedSnssaiInfos` | which DNN is the default one |
//!
//! The SQN is the next to be issued. K is in the clear there, whatever its member is called. There is no EPS.

mod documents;

use crate::hex_octets::Hex;
use crate::joined::Kept;
use crate::members::Members;
use crate::objects::Objects;
use crate::record::{Constant, DEFAULT_AMBR, DEFAULT_AMF, apn_configuration, default_subscription, derived};
use crate::record::{home, sqn_profile};
use crate::row::{Entry, Note, Place, Refusal, Row};
use crate::source::{Options, ReadError, Sink};
use crate::sqn;
use documents::{Access, Selection, Slice};
use quintet_crypto::{Amf, K, Topc, TuakSizes};
use quintet_identity::{Imsi, Msisdn, Plmn, SNssai};
use quintet_subscriber::model::{
    Algorithm, Authentication, AuthenticationMethod, PdnType, PduSessionType, SubscribedSNssai, Subscriber,
    Subscription,
};
use std::collections::BTreeMap;
use std::io::BufRead;
use std::sync::Arc;

/// What the database adds to each document.
const IGNORED: [&str; 3] = ["_id", "ueId", "tenantId"];

/// The documents of one subscriber.
#[derive(Default)]
struct Documents {
    place: Place,
    authentication: Option<Vec<u8>>,
    /// By serving PLMN.
    access: BTreeMap<String, Vec<u8>>,
    slices: Vec<(String, Vec<u8>)>,
    selection: BTreeMap<String, Vec<u8>>,
    /// Kinds of documents that have no counterpart.
    others: Vec<Note>,
}

pub(crate) fn read(
    inputs: Vec<&mut (dyn BufRead + '_)>,
    options: &Options,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let mut subscribers: BTreeMap<String, Documents> = BTreeMap::new();
    let mut kept = Kept::default();
    for (file, input) in inputs.into_iter().enumerate() {
        let mut objects = Objects::new(input);
        while let Some((line, octets)) = objects.next().map_err(|stop| ReadError::at(file, stop))? {
            let place = Place { file, line };
            kept.add(octets.len())
                .map_err(|why| ReadError::at(file, (line, why)))?;
            if let Err((identity, refusal)) = sort(octets, place, &mut subscribers) {
                sink.put(Row::of(place, identity, Err(refusal), Vec::new()))?;
            }
        }
    }
    for (identity, documents) in subscribers {
        let place = documents.place;
        if documents.authentication.is_none() {
            let why = "no authentication subscription: there is no K (export that collection too, if it is missing)";
            sink.put(Row::skipped(place, identity, why))?;
            continue;
        }
        let mut notes = documents.others.clone();
        let entry = entry(&identity, documents, options, &mut notes);
        sink.put(Row::of(place, identity, entry, notes))?;
    }
    Ok(())
}

/// Puts a document to its subscriber.
fn sort(
    octets: Vec<u8>,
    place: Place,
    subscribers: &mut BTreeMap<String, Documents>,
) -> Result<(), (String, Refusal)> {
    let mut document = Members::parse(&octets).map_err(|refusal| (String::new(), refusal))?;
    let nobody = |refusal| (String::new(), refusal);
    let ue = document
        .text("ueId")
        .map_err(nobody)?
        .ok_or_else(|| nobody(Refusal::new("ueId is missing: it is no document of a subscriber")))?;
    let ue = ue.strip_prefix("imsi-").unwrap_or(&ue).to_owned();
    let plmn = document
        .text("servingPlmnId")
        .map_err(|refusal| (ue.clone(), refusal))?
        .unwrap_or_default();
    let has = |name: &str| document.has(name);
    let subscriber = subscribers.entry(ue.clone()).or_default();
    if subscriber.place == Place::default() {
        subscriber.place = place;
    }
    if has("AuthenticationSubscription") {
        return of_console(document, subscriber).map_err(|refusal| (ue, refusal));
    }
    if has("permanentKey") || has("encPermanentKey") || has("authenticationMethod") {
        // The web console keeps a copy of its own, whose SQN stands still: the UDR's counts.
        if subscriber.authentication.is_none() || has("encPermanentKey") {
            subscriber.authentication = Some(octets);
        }
    } else if has("singleNssai") || has("dnnConfigurations") {
        subscriber.slices.push((plmn, octets));
    } else if has("subscribedSnssaiInfos") {
        subscriber.selection.insert(plmn, octets);
    } else if has("nssai") || has("subscribedUeAmbr") || has("gpsis") {
        subscriber.access.insert(plmn, octets);
    } else {
        let what = "policy, charging and status documents (collections other than authentication, am, sm and smf selection)";
        let note = Note::NotCarried(what.to_owned());
        if !subscriber.others.contains(&note) {
            subscriber.others.push(note);
        }
    }
    Ok(())
}

/// Takes apart what the web console answers about one subscriber.
fn of_console(mut document: Members, subscriber: &mut Documents) -> Result<(), Refusal> {
    let plmn = document.text("plmnID")?.unwrap_or_default();
    let mut whole = |name: &str| -> Result<Option<Vec<u8>>, Refusal> {
        Ok(document.object(name)?.map(Members::into_octets))
    };
    subscriber.authentication = whole("AuthenticationSubscription")?;
    if let Some(access) = whole("AccessAndMobilitySubscriptionData")? {
        subscriber.access.insert(plmn.clone(), access);
    }
    if let Some(selection) = whole("SmfSelectionSubscriptionData")? {
        subscriber.selection.insert(plmn.clone(), selection);
    }
    for slice in document.objects("SessionManagementSubscriptionData")? {
        subscriber.slices.push((plmn.clone(), slice.into_octets()));
    }
    document.not_carried(
        &["AmPolicyData", "SmPolicyData", "FlowRules", "QosFlows", "ChargingDatas"],
        "policy, charging and status documents (collections other than authentication, am, sm and smf selection)",
        &mut subscriber.others,
    );
    Ok(())
}

fn entry(
    identity: &str,
    documents: Documents,
    options: &Options,
    notes: &mut Vec<Note>,
) -> Result<Entry, Refusal> {
    let imsi: Imsi = identity
        .parse()
        .map_err(|error| Refusal::new(format_args!("ueId: {error}")))?;
    let octets = documents.authentication.as_deref().unwrap_or_default();
    let (authentication, method) = authentication(Members::parse(octets)?, options, notes)?;
    let plmn = serving_plmn(&documents, imsi, options, notes)?;
    let access = match documents.access.get(&plmn) {
        Some(octets) => Access::read(Members::parse(octets)?, notes)?,
        None => {
            notes.push(Note::Changed(
                "no access and mobility data: one slice, the usual AMBR".to_owned(),
            ));
            Access::default()
        }
    };
    let selection = match documents.selection.get(&plmn) {
        Some(octets) => Selection::read(Members::parse(octets)?, notes)?,
        None => Selection::default(),
    };
    let mut slices = Vec::new();
    for (of, octets) in &documents.slices {
        if *of == plmn {
            slices.push(Slice::read(Members::parse(octets)?, notes)?);
        }
    }
    let msisdn: Option<Msisdn> = access.msisdn(notes)?;
    let mut subscription = subscription(&access, &slices, &selection, notes)?;
    subscription.fgs.authentication_method = method;
    subscription.check().map_err(Refusal::new)?;
    let subscriber = Subscriber {
        imsi,
        msisdn,
        authentication,
        subscription: Arc::new(subscription),
    };
    let ims = match options.ims {
        true => Some(derived(&subscriber, options.mnc_digits)?),
        false => None,
    };
    Ok(Entry {
        subscriber,
        ims,
        ims_only: false,
    })
}

/// Whose data count: the home network's, or the first that there are.
fn serving_plmn(
    documents: &Documents,
    imsi: Imsi,
    options: &Options,
    notes: &mut Vec<Note>,
) -> Result<String, Refusal> {
    let slices = documents.slices.iter().map(|(plmn, _)| plmn);
    let mut plmns: Vec<&String> = documents.access.keys().chain(slices).collect();
    plmns.sort();
    plmns.dedup();
    if plmns.len() > 1 {
        notes.push(Note::NotCarried(
            "data for other serving networks than the home network".to_owned(),
        ));
    }
    let home: Plmn = home(imsi, options.mnc_digits)?;
    let is_home = |plmn: &&&String| plmn.parse::<Plmn>().is_ok_and(|plmn| plmn == home);
    let found = plmns.iter().find(is_home).or(plmns.first());
    Ok(found.map(|plmn| (*plmn).clone()).unwrap_or_default())
}

fn authentication(
    mut document: Members,
    options: &Options,
    notes: &mut Vec<Note>,
) -> Result<(Authentication, AuthenticationMethod), Refusal> {
    let method = match document.text("authenticationMethod")?.as_deref() {
        None | Some("5G_AKA") => AuthenticationMethod::FgAka,
        Some("EAP_AKA_PRIME") => AuthenticationMethod::EapAkaPrime,
        Some(other) => {
            return Err(Refusal::new(format_args!(
                "authenticationMethod {other:?} is not supported, only 5G_AKA and EAP_AKA_PRIME"
            )));
        }
    };
    if let Some(protection) = document.text("protectionParameterId")? {
        return Err(Refusal::new(format_args!(
            "K is enciphered (protectionParameterId {protection:?})"
        ))
        .remedy("export it deciphered"));
    }
    let k = value_of(&mut document, "permanentKey", "permanentKeyValue")?;
    let k: Hex = k
        .or(document.parsed("encPermanentKey")?)
        .ok_or_else(|| Refusal::new("permanentKey (or encPermanentKey) is missing"))?;
    let k = K::new(k.expose()).ok_or_else(|| Refusal::new("K has neither 16 nor 32 octets"))?;
    let opc = value_of(&mut document, "opc", "opcValue")?.or(document.parsed("encOpcKey")?);
    let op = match document.object("milenage")? {
        Some(mut milenage) => value_of(&mut milenage, "op", "opValue")?,
        None => None,
    };
    let topc: Option<Hex> = document.parsed("encTopcKey")?;
    let algorithm = match (&opc, &op, &topc, &options.opc, &options.op) {
        (Some(opc), ..) | (None, None, None, Some(opc), _) => Algorithm::Milenage {
            opc: Constant::Opc(opc).opc(&k)?,
        },
        (None, Some(op), ..) | (None, None, None, None, Some(op)) => Algorithm::Milenage {
            opc: Constant::Op(op).opc(&k)?,
        },
        (None, None, Some(topc), ..) => Algorithm::Tuak {
            topc: Topc::new(topc.exactly("encTopcKey").map_err(Refusal::new)?),
            sizes: TuakSizes::default(),
        },
        _ => return Err(Refusal::new("neither OPc nor OP is there")),
    };
    let amf: Option<Hex> = document.parsed("authenticationManagementField")?;
    let amf = match &amf {
        Some(amf) => amf
            .exactly("authenticationManagementField")
            .map_err(Refusal::new)?,
        None => DEFAULT_AMF,
    };
    let sqn_profile = sqn_profile(options.ind_bits)?;
    // A text of old, an object since release 17 of its interface.
    let sqn = if document.is_object("sequenceNumber") {
        let number = document.object("sequenceNumber")?;
        number.map_or(Ok(None), |mut number| number.text("sqn"))?
    } else {
        document.text("sequenceNumber")?
    };
    document.ignore(&IGNORED);
    document.ignore(&["algorithmId", "servingPlmnId"]);
    document.rest(notes);
    let authentication = Authentication {
        k,
        algorithm,
        amf: Amf(amf),
        sqn_profile,
        dif: None,
        seq_seed: sqn::seed_of_hex(&sqn.unwrap_or_default(), sqn_profile)?,
    };
    authentication.check().map_err(Refusal::new)?;
    Ok((authentication, method))
}

/// The value of a key, which nothing may encipher.
fn value_of(document: &mut Members, object: &str, member: &str) -> Result<Option<Hex>, Refusal> {
    let Some(mut key) = document.object(object)? else {
        return Ok(None);
    };
    if key.number("encryptionAlgorithm")?.unwrap_or(0) != 0 {
        return Err(
            Refusal::new(format_args!("{object} is enciphered (encryptionAlgorithm)"))
                .remedy("export it deciphered"),
        );
    }
    key.parsed(member)
}

fn subscription(
    access: &Access,
    slices: &[Slice],
    selection: &Selection,
    notes: &mut Vec<Note>,
) -> Result<Subscription, Refusal> {
    let mut subscription = default_subscription(&[]);
    subscription.eps = false;
    notes.push(Note::Changed(
        "5GS alone: free5GC has no EPS subscription (eps: false)".to_owned(),
    ));
    subscription.ambr = access.ambr.unwrap_or(DEFAULT_AMBR);
    let mut nssai: Vec<SubscribedSNssai> = Vec::new();
    for (s_nssai, default) in access.slices() {
        let slice = slices.iter().find(|slice| slice.s_nssai == s_nssai);
        let dnns = slice.map_or_else(Vec::new, |slice| selection.ordered(s_nssai, &slice.dnns));
        nssai.push(SubscribedSNssai {
            s_nssai,
            default,
            dnns,
        });
    }
    if nssai.is_empty() {
        nssai.extend(slices.iter().map(|slice| SubscribedSNssai {
            s_nssai: slice.s_nssai,
            default: false,
            dnns: selection.ordered(slice.s_nssai, &slice.dnns),
        }));
    }
    if slices
        .iter()
        .any(|slice| nssai.iter().all(|there| there.s_nssai != slice.s_nssai))
    {
        notes.push(Note::NotCarried(
            "session management data of slices that are not subscribed".to_owned(),
        ));
    }
    if nssai.is_empty() {
        nssai.push(SubscribedSNssai {
            s_nssai: SNssai::EMBB,
            default: true,
            dnns: Vec::new(),
        });
    }
    if !nssai.iter().any(|slice| slice.default) {
        nssai[0].default = true;
        notes.push(Note::Changed(
            "no slice is a default one: the first is taken for it".to_owned(),
        ));
    }
    // EPS would have the DNNs of the default slice, should it be allowed one day.
    let default = nssai.iter().find(|slice| slice.default && !slice.dnns.is_empty());
    if let Some(slice) = default {
        let apns = slice.dnns.iter().zip(1..).map(|(dnn, id)| {
            let mut apn = apn_configuration(&dnn.dnn, id);
            apn.pdn_type = match dnn.pdu_session_type {
                PduSessionType::Ipv4 => PdnType::Ipv4,
                PduSessionType::Ipv6 => PdnType::Ipv6,
                _ => PdnType::Ipv4v6,
            };
            (apn.qci.0, apn.arp, apn.ambr) = (dnn.five_qi, dnn.arp, dnn.ambr);
            if let Some(slice) = slices.iter().find(|found| found.s_nssai == slice.s_nssai) {
                apn.served_party_ip_addresses = slice.addresses_of(&dnn.dnn);
            }
            apn
        });
        subscription.apn_configurations = apns.collect();
    }
    subscription.fgs.nssai = nssai;
    crate::open5gs::tidy(&mut subscription);
    Ok(subscription)
}
