//! Sh-Data from XML.

use super::{
    EpsLocation, ImsUserState, MAX_ELEMENTS, MAX_SERVICE_INDICATION_OCTETS, PsUserState, PublicIdentifiers,
    RepositoryData, ShData,
};
use quintet_cx::ChargingInformation;
use quintet_cx::profile::xml::{Element, ProfileError, decode};
use quintet_cx::profile::{InitialFilterCriteria, MAX_FILTER_CRITERIA};
use std::str::FromStr;

type Result<T> = std::result::Result<T, ProfileError>;

/// The largest Sequence-Number (TS 29.328 7.6.1).
const MAX_SEQUENCE_NUMBER: u32 = 65_535;

pub(super) fn data(xml: &[u8]) -> Result<ShData> {
    let document = decode(xml)?;
    let root = Element::parse(&document)?;
    if root.name != "Sh-Data" {
        return Err(missing("Sh-Data", "the document"));
    }
    let ims = root.first("Sh-IMS-Data");
    let in_ims = |name: &str| ims.and_then(|ims| ims.extension(name));
    let identities = |name: &str| root.extension(name).map(public_identifiers).transpose();
    let is_empty = |name: &str| root.first(name).is_some_and(|e| e.inner.trim().is_empty());
    let text = |name: &str| root.extension(name).map(|e| e.trimmed().to_owned());
    let mut private = Vec::new();
    root.extended("IMSPrivateUserIdentity", &mut private);
    Ok(ShData {
        public_identifiers: root
            .first("PublicIdentifiers")
            .map(public_identifiers)
            .transpose()?,
        repository: bounded(
            root.all("RepositoryData").collect(),
            "RepositoryData",
            MAX_ELEMENTS,
        )?
        .into_iter()
        .map(repository)
        .collect::<Result<_>>()?,
        scscf_name: in_ims("SCSCFName").map(|e| e.trimmed().to_owned()),
        filter_criteria: in_ims("IFCs").map(filter_criteria).transpose()?,
        user_state: in_ims("IMSUserState").map(user_state).transpose()?,
        charging: in_ims("ChargingInformation").map(charging),
        psi_activation: in_ims("PSIActivation").map(activation).transpose()?,
        unknown_cs_location: is_empty("CSLocationInformation"),
        unknown_ps_location: is_empty("PSLocationInformation"),
        ps_user_state: ps_user_state(root.first("PSUserState"), "PSUserState")?,
        registered_identities: identities("RegisteredIdentities")?,
        implicit_identities: identities("ImplicitIdentities")?,
        all_identities: identities("AllIdentities")?,
        alias_identities: identities("AliasIdentities")?,
        deleted_identities: identities("DeletedIdentities")?,
        eps_user_state: ps_user_state(root.extension("EPSUserState"), "EPSUserState")?,
        eps_location: root.extension("EPSLocationInformation").map(|e| EpsLocation {
            mme_name: e.first("MMEName").map(|name| name.trimmed().to_owned()),
        }),
        imsi: text("IMSI"),
        private_identities: bounded(private, "IMSPrivateUserIdentity", MAX_ELEMENTS)?
            .into_iter()
            .map(|e| e.trimmed().to_owned())
            .collect(),
        imeisv: text("IMEISV"),
    })
}

fn public_identifiers(element: &Element<'_>) -> Result<PublicIdentifiers> {
    let texts = |name: &'static str| {
        let found = bounded(element.all(name).collect(), name, MAX_ELEMENTS)?;
        Ok(found.into_iter().map(|e| e.trimmed().to_owned()).collect())
    };
    Ok(PublicIdentifiers {
        public_identities: texts("IMSPublicIdentity")?,
        msisdns: texts("MSISDN")?,
    })
}

fn repository(element: &Element<'_>) -> Result<RepositoryData> {
    let parent = "RepositoryData";
    let need = |name: &'static str| element.first(name).ok_or_else(|| missing(name, parent));
    let service_indication = need("ServiceIndication")?.trimmed().to_owned();
    if !(1..=MAX_SERVICE_INDICATION_OCTETS).contains(&service_indication.len()) {
        return Err(value("ServiceIndication", "1 to 255 octets"));
    }
    let sequence_number = number(need("SequenceNumber")?, "SequenceNumber")?;
    if sequence_number > MAX_SEQUENCE_NUMBER {
        return Err(value("SequenceNumber", "0 to 65535"));
    }
    Ok(RepositoryData {
        service_indication,
        sequence_number,
        service_data: element.first("ServiceData").map(|e| e.inner.to_owned()),
    })
}

fn filter_criteria(element: &Element<'_>) -> Result<Vec<InitialFilterCriteria>> {
    let name = "InitialFilterCriteria";
    let found = bounded(element.all(name).collect(), name, MAX_FILTER_CRITERIA)?;
    found
        .into_iter()
        .map(InitialFilterCriteria::from_element)
        .collect()
}

fn user_state(element: &Element<'_>) -> Result<ImsUserState> {
    let at: usize = number(element, "IMSUserState")?;
    let state = ImsUserState::ALL.get(at).copied();
    state.ok_or_else(|| value("IMSUserState", "0 to 3"))
}

fn ps_user_state(element: Option<&Element<'_>>, name: &'static str) -> Result<Option<PsUserState>> {
    let state = element.map(|e| number(e, name).map(PsUserState::of_value));
    state.transpose()
}

/// tPSIActivation: 0 inactive, 1 active.
fn activation(element: &Element<'_>) -> Result<bool> {
    match element.trimmed() {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(value("PSIActivation", "0 or 1")),
    }
}

fn charging(element: &Element<'_>) -> ChargingInformation {
    let of = |name: &str| element.first(name).map(|e| e.trimmed().to_owned());
    ChargingInformation {
        primary_event: of("PrimaryEventChargingFunctionName"),
        secondary_event: of("SecondaryEventChargingFunctionName"),
        primary_collection: of("PrimaryChargingCollectionFunctionName"),
        secondary_collection: of("SecondaryChargingCollectionFunctionName"),
    }
}

fn number<T: FromStr>(element: &Element<'_>, name: &'static str) -> Result<T> {
    element.trimmed().parse().map_err(|_| value(name, "a number"))
}

fn bounded<T>(found: Vec<T>, what: &'static str, limit: usize) -> Result<Vec<T>> {
    if found.len() > limit {
        return Err(ProfileError::Limit { what, limit });
    }
    Ok(found)
}

fn missing(element: &'static str, parent: &'static str) -> ProfileError {
    ProfileError::Missing { element, parent }
}

fn value(element: &'static str, expected: &'static str) -> ProfileError {
    ProfileError::Value { element, expected }
}
