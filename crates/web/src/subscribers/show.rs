//! One subscriber: what is provisioned, where it is registered, what was done to it.

use super::{back, done_text, imsi_of, order, read, resource};
use crate::audit::{Entry, of_subject};
use crate::form::{Posted, parameter};
use crate::frame::{Frame, Place, page};
use crate::rate;
use crate::readable::Moment;
use crate::state::Web;
use crate::subscribers::fields::status_text;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use quintet_admin::{Area, Problem};
use quintet_identity::Imsi;
use quintet_provisioning::record::{ImsRecord, Record};
use quintet_subscriber::ims::Registrations;
use quintet_subscriber::model::{ApnConfiguration, ContextData, Location, Roaming, ServingNode};
use serde::Deserialize;

/// Where a subscriber is registered, as the interface answers.
#[derive(Debug, Default, Deserialize)]
struct Registered {
    #[serde(default)]
    location: Option<Location>,
    #[serde(default)]
    context_data: Option<ContextData>,
    #[serde(default)]
    ims_registrations: Option<Registrations>,
}

/// A node that serves, as it is shown.
struct Serving {
    kind: &'static str,
    host: String,
    details: String,
    is_purged: bool,
}

impl Serving {
    fn of(kind: &'static str, node: &ServingNode) -> Self {
        let mut details = vec![format!("since {}", node.since.clock())];
        details.extend(node.visited_plmn.map(|plmn| format!("PLMN {plmn}")));
        details.extend(node.imei.map(|imei| format!("IMEI {imei}")));
        details.extend(node.imeisv.map(|imeisv| format!("IMEISV {imeisv}")));
        Self {
            kind,
            host: node.host.clone(),
            details: details.join(", "),
            is_purged: node.purged,
        }
    }

    fn all(registered: &Registered) -> Vec<Self> {
        let mut all = Vec::new();
        if let Some(location) = &registered.location {
            all.extend(location.mme.iter().map(|node| Self::of("MME", node)));
            all.extend(location.sgsn.iter().map(|node| Self::of("SGSN", node)));
            all.extend(location.aaa.iter().map(|aaa| Self {
                kind: "3GPP AAA server",
                host: aaa.host.clone(),
                details: String::new(),
                is_purged: false,
            }));
            all.extend(location.pdn_gateways.iter().map(|gateway| {
                Self {
                    kind: "PDN gateway",
                    host: gateway.host.clone().unwrap_or_else(|| {
                        let addresses: Vec<String> =
                            gateway.addresses.iter().map(ToString::to_string).collect();
                        addresses.join(", ")
                    }),
                    details: gateway
                        .apn
                        .as_ref()
                        .map(|apn| format!("APN {apn}"))
                        .unwrap_or_default(),
                    is_purged: false,
                }
            }));
        }
        all
    }
}

/// An identity of the IMS, as it is shown.
struct Identity {
    kind: &'static str,
    text: String,
    state: String,
}

fn identities(record: &Record, registrations: Option<&Registrations>) -> Vec<Identity> {
    let Some(ImsRecord::Whole(ims)) = &record.ims else {
        return Vec::new();
    };
    let mut all: Vec<Identity> = ims
        .private
        .iter()
        .map(|private| Identity {
            kind: "private",
            text: private.impi.to_string(),
            state: String::new(),
        })
        .collect();
    for set in &ims.sets {
        let state = registrations.map(|registrations| format!("{:?}", registrations.state(set.id)));
        all.extend(set.identities.iter().map(|public| Identity {
            kind: "public",
            text: public.impu.to_string(),
            state: match (public.barred, &state) {
                (true, Some(state)) => format!("barred, {state}"),
                (true, None) => "barred".to_owned(),
                (false, state) => state.clone().unwrap_or_default(),
            },
        }));
    }
    all
}

/// An APN, as it is shown.
struct Apn {
    id: u32,
    name: String,
    is_default: bool,
    quality: String,
    ambr: String,
}

impl Apn {
    fn of(apn: &ApnConfiguration, default: u32) -> Self {
        Self {
            id: apn.context_identifier,
            name: apn.apn.to_string(),
            is_default: apn.context_identifier == default,
            quality: format!("QCI {}, priority {}", apn.qci.0, apn.arp.priority_level),
            ambr: apn.ambr.map_or_else(String::new, |ambr| {
                format!(
                    "{} up, {} down",
                    rate::text(ambr.uplink),
                    rate::text(ambr.downlink)
                )
            }),
        }
    }
}

#[derive(Template)]
#[template(path = "subscribers/show.html")]
struct Show {
    frame: Frame,
    done: Option<&'static str>,
    imsi: Imsi,
    facts: Vec<(&'static str, String)>,
    is_barred: bool,
    apns: Vec<Apn>,
    next_apn: u32,
    serving: Vec<Serving>,
    amf: Option<String>,
    s_cscf: Option<String>,
    identities: Vec<Identity>,
    history: Vec<Entry>,
    may_write: bool,
    is_watched: bool,
}

fn facts(record: &Record) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        (
            "MSISDN",
            record
                .msisdn
                .map_or_else(|| "none".to_owned(), |msisdn| msisdn.to_string()),
        ),
        ("Status", status_text(record).0.to_owned()),
    ];
    if let Some(subscription) = &record.subscription {
        let ambr = subscription.ambr;
        let list = |plmns: &[quintet_identity::Plmn]| {
            plmns
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        };
        facts.extend([
            (
                "AMBR",
                format!(
                    "{} up, {} down",
                    rate::text(ambr.uplink),
                    rate::text(ambr.downlink)
                ),
            ),
            (
                "E-UTRAN",
                if subscription.eps {
                    "subscribed"
                } else {
                    "not subscribed"
                }
                .to_owned(),
            ),
            (
                "Roaming",
                match &subscription.roaming {
                    Roaming::Everywhere => "everywhere".to_owned(),
                    Roaming::Only(plmns) => format!("at home, and in {}", list(plmns)),
                    Roaming::Except(plmns) => format!("everywhere but {}", list(plmns)),
                },
            ),
        ]);
    }
    facts.push((
        "USIM",
        format!(
            "{:?}, {} bits of IND",
            record.algorithm,
            record.ind_bits.unwrap_or(5)
        ),
    ));
    facts.push(("K, OPc", "stored; nobody is shown them".to_owned()));
    facts
}

pub(crate) async fn show(
    State(web): State<Web>,
    Path(imsi): Path<String>,
    uri: Uri,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let imsi = imsi_of(&imsi)?;
    let (record, _) = read(&web, &visitor, imsi).await?;
    let (registered, _) = visitor
        .read::<Registered>(&web, format!("{}/location", resource(imsi)))
        .await?;
    let history = match visitor.caller.may_read_all(Area::Audit) {
        true => of_subject(&web, &visitor, &imsi.to_string()).await?,
        false => Vec::new(),
    };
    let apns = record
        .subscription
        .as_ref()
        .map_or_else(Vec::new, |subscription| {
            let default = subscription.default_context_identifier;
            subscription
                .apn_configurations
                .iter()
                .map(|apn| Apn::of(apn, default))
                .collect()
        });
    let registrations = registered.ims_registrations.as_ref();
    let context = registered.context_data.as_ref();
    Ok(page(&Show {
        frame: visitor.frame(Place::Subscribers),
        done: done_text(&parameter(&uri, "done")),
        imsi,
        facts: facts(&record),
        is_barred: status_text(&record).1,
        next_apn: apns.iter().map(|apn| apn.id).max().unwrap_or(0).saturating_add(1),
        apns,
        serving: Serving::all(&registered),
        amf: context
            .and_then(|context| context.amf.as_ref())
            .map(|amf| amf.amf_instance_id.clone()),
        s_cscf: registrations
            .and_then(|registrations| registrations.server.as_ref())
            .map(|server| server.name.clone()),
        identities: identities(&record, registrations),
        history,
        may_write: visitor.caller.may_write(Area::Subscribers),
        is_watched: visitor.sees_live,
    }))
}

pub(crate) async fn cancel_location(
    State(web): State<Web>,
    Path(imsi): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let imsi = imsi_of(&imsi)?;
    order(&web, &posted.visitor, format!("{}/location", resource(imsi))).await?;
    Ok(back(imsi, "cancelled"))
}

pub(crate) async fn deregister(
    State(web): State<Web>,
    Path(imsi): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let imsi = imsi_of(&imsi)?;
    order(
        &web,
        &posted.visitor,
        format!("{}/ims/registrations", resource(imsi)),
    )
    .await?;
    Ok(back(imsi, "deregistered"))
}
