//! Sh-Data as XML, in the order of the schema (TS 29.328 Annex D).

use super::{PublicIdentifiers, RepositoryData, ShData};
use quintet_cx::ChargingInformation;
use quintet_cx::profile::xml::XmlWriter;

pub(super) fn data(data: &ShData) -> String {
    let mut w = XmlWriter::new();
    w.element("Sh-Data", |w| {
        identities(w, "PublicIdentifiers", data.public_identifiers.as_ref());
        for repository in &data.repository {
            transparent(w, repository);
        }
        w.if_any("Sh-IMS-Data", |w| ims(w, data));
        for (name, is_unknown) in [
            ("CSLocationInformation", data.unknown_cs_location),
            ("PSLocationInformation", data.unknown_ps_location),
        ] {
            if is_unknown {
                w.leaf(name, "");
            }
        }
        if let Some(state) = data.ps_user_state {
            w.number("PSUserState", state.value().into());
        }
        w.if_any("Extension", |w| extension(w, data));
    });
    w.finish()
}

fn identities(w: &mut XmlWriter, name: &str, identities: Option<&PublicIdentifiers>) {
    let Some(PublicIdentifiers {
        public_identities,
        msisdns,
    }) = identities
    else {
        return;
    };
    w.element(name, |w| {
        for identity in public_identities {
            w.leaf("IMSPublicIdentity", identity);
        }
        for msisdn in msisdns {
            w.leaf("MSISDN", msisdn);
        }
    });
}

fn transparent(w: &mut XmlWriter, data: &RepositoryData) {
    w.element("RepositoryData", |w| {
        w.leaf("ServiceIndication", &data.service_indication);
        w.number("SequenceNumber", data.sequence_number);
        if let Some(inner) = &data.service_data {
            w.verbatim("ServiceData", inner);
        }
    });
}

fn ims(w: &mut XmlWriter, data: &ShData) {
    if let Some(name) = &data.scscf_name {
        w.leaf("SCSCFName", name);
    }
    if let Some(criteria) = &data.filter_criteria {
        w.element("IFCs", |w| criteria.iter().for_each(|criteria| criteria.write(w)));
    }
    if let Some(state) = data.user_state {
        w.number("IMSUserState", state as u32);
    }
    if let Some(functions) = &data.charging {
        w.element("ChargingInformation", |w| charging(w, functions));
    }
    w.if_any("Extension", |w| {
        if let Some(active) = data.psi_activation {
            w.number("PSIActivation", u32::from(active));
        }
    });
}

fn charging(w: &mut XmlWriter, charging: &ChargingInformation) {
    for (name, function) in [
        ("PrimaryEventChargingFunctionName", &charging.primary_event),
        ("SecondaryEventChargingFunctionName", &charging.secondary_event),
        (
            "PrimaryChargingCollectionFunctionName",
            &charging.primary_collection,
        ),
        (
            "SecondaryChargingCollectionFunctionName",
            &charging.secondary_collection,
        ),
    ] {
        if let Some(function) = function {
            w.leaf(name, function);
        }
    }
}

/// Releases 7 to 15: each in an Extension of the one before. The third holds nothing that is known here.
fn extension(w: &mut XmlWriter, data: &ShData) {
    identities(w, "RegisteredIdentities", data.registered_identities.as_ref());
    identities(w, "ImplicitIdentities", data.implicit_identities.as_ref());
    identities(w, "AllIdentities", data.all_identities.as_ref());
    identities(w, "AliasIdentities", data.alias_identities.as_ref());
    w.if_any("Extension", |w| {
        identities(w, "DeletedIdentities", data.deleted_identities.as_ref());
        w.if_any("Extension", |w| {
            w.if_any("Extension", |w| {
                if let Some(state) = data.eps_user_state {
                    w.number("EPSUserState", state.value().into());
                }
                if let Some(location) = &data.eps_location {
                    w.element("EPSLocationInformation", |w| {
                        if let Some(name) = &location.mme_name {
                            w.leaf("MMEName", name);
                        }
                    });
                }
                w.if_any("Extension", |w| fifth(w, data));
            });
        });
    });
}

fn fifth(w: &mut XmlWriter, data: &ShData) {
    if let Some(imsi) = &data.imsi {
        w.leaf("IMSI", imsi);
    }
    for identity in &data.private_identities {
        w.leaf("IMSPrivateUserIdentity", identity);
    }
    w.if_any("Extension", |w| {
        if let Some(imeisv) = &data.imeisv {
            w.leaf("IMEISV", imeisv);
        }
    });
}
