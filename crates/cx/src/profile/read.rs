//! A profile from XML.

use super::xml::{Element, ProfileError, decode};
use super::{
    ApplicationServer, Condition, ConditionType, CoreNetworkServicesAuthorization, DefaultHandling,
    ExtendedPriority, IdentityType, ImsSubscription, InitialFilterCriteria, MAX_FILTER_CRITERIA, MAX_GROUPS,
    MAX_PUBLIC_IDENTITIES, MAX_SERVICE_POINT_TRIGGERS, MAX_SERVICE_PROFILES, Pattern, ProfilePartIndicator,
    PublicIdentity, RegistrationType, ServicePointTrigger, ServiceProfile, SessionCase, Trigger,
};

type Result<T> = std::result::Result<T, ProfileError>;

pub(super) fn subscription(xml: &[u8]) -> Result<ImsSubscription> {
    let document = decode(xml)?;
    let root = Element::parse(&document)?;
    let parent = "IMSSubscription";
    if root.name != parent {
        return Err(ProfileError::Missing {
            element: parent,
            parent: "the document",
        });
    }
    let profiles = bounded(&root, "ServiceProfile", MAX_SERVICE_PROFILES)?;
    if profiles.is_empty() {
        return Err(missing("ServiceProfile", parent));
    }
    Ok(ImsSubscription {
        private_id: text(&root, "PrivateID").ok_or_else(|| missing("PrivateID", parent))?,
        service_profiles: profiles.into_iter().map(service_profile).collect::<Result<_>>()?,
        imsi: root.extension("IMSI").map(|e| e.trimmed().to_owned()),
    })
}

fn service_profile(element: &Element<'_>) -> Result<ServiceProfile> {
    let identities = bounded(element, "PublicIdentity", MAX_PUBLIC_IDENTITIES)?;
    if identities.is_empty() {
        return Err(missing("PublicIdentity", "ServiceProfile"));
    }
    let authorization = element.first("CoreNetworkServicesAuthorization");
    let criteria = bounded(element, "InitialFilterCriteria", MAX_FILTER_CRITERIA)?;
    let sets = extended(element, "SharedIFCSetID", MAX_GROUPS)?;
    Ok(ServiceProfile {
        public_identities: identities
            .into_iter()
            .map(public_identity)
            .collect::<Result<_>>()?,
        authorization: authorization.map(services).transpose()?,
        filter_criteria: criteria.into_iter().map(filter_criteria).collect::<Result<_>>()?,
        shared_ifc_sets: sets
            .into_iter()
            .map(|e| parse(e, "SharedIFCSetID"))
            .collect::<Result<_>>()?,
    })
}

fn services(element: &Element<'_>) -> Result<CoreNetworkServicesAuthorization> {
    let media_profile = element.first("SubscribedMediaProfileId");
    let services = match element.extension("ListOfServiceIds") {
        Some(list) => bounded(list, "ServiceId", MAX_PUBLIC_IDENTITIES)?,
        None => Vec::new(),
    };
    Ok(CoreNetworkServicesAuthorization {
        media_profile: media_profile
            .map(|e| parse(e, "SubscribedMediaProfileId"))
            .transpose()?,
        services: services.into_iter().map(|e| e.trimmed().to_owned()).collect(),
    })
}

fn public_identity(element: &Element<'_>) -> Result<PublicIdentity> {
    let of = |name| element.extension(name).map(|e| e.trimmed().to_owned());
    let number = |name| element.extension(name).map(|e| parse(e, name)).transpose();
    let priorities = extended(element, "ExtendedPriority", MAX_GROUPS)?;
    Ok(PublicIdentity {
        identity: text(element, "Identity").ok_or_else(|| missing("Identity", "PublicIdentity"))?,
        barred: flag(element.first("BarringIndication"), "BarringIndication")?,
        identity_type: number("IdentityType")?.map(IdentityType),
        wildcarded_psi: of("WildcardedPSI"),
        display_name: of("DisplayName"),
        alias_group: of("AliasIdentityGroupID"),
        wildcarded_impu: of("WildcardedIMPU"),
        service_level_trace: of("ServiceLevelTraceInfo"),
        service_priority: number("ServicePriorityLevel")?,
        extended_priorities: priorities
            .into_iter()
            .map(|e| ExtendedPriority {
                namespace: text(e, "PriorityNamespace").unwrap_or_default(),
                level: text(e, "PriorityLevel").unwrap_or_default(),
            })
            .collect(),
        max_registrations: number("MaxNumOfAllowedSimultRegistrations")?,
    })
}

pub(super) fn filter_criteria(element: &Element<'_>) -> Result<InitialFilterCriteria> {
    let parent = "InitialFilterCriteria";
    let priority = element
        .first("Priority")
        .ok_or_else(|| missing("Priority", parent))?;
    let server = element
        .first("ApplicationServer")
        .ok_or_else(|| missing("ApplicationServer", parent))?;
    let profile_part = match element.first("ProfilePartIndicator").map(Element::trimmed) {
        None => None,
        Some("0") => Some(ProfilePartIndicator::Registered),
        Some("1") => Some(ProfilePartIndicator::Unregistered),
        Some(_) => return Err(value("ProfilePartIndicator", "0 or 1")),
    };
    Ok(InitialFilterCriteria {
        priority: parse(priority, "Priority")?,
        trigger: element.first("TriggerPoint").map(trigger_point).transpose()?,
        application_server: application_server(server)?,
        profile_part,
    })
}

fn trigger_point(element: &Element<'_>) -> Result<Trigger> {
    let cnf = flag(element.first("ConditionTypeCNF"), "ConditionTypeCNF")?;
    let triggers = bounded(element, "SPT", MAX_SERVICE_POINT_TRIGGERS)?;
    Ok(Trigger {
        condition_type: if cnf {
            ConditionType::Cnf
        } else {
            ConditionType::Dnf
        },
        triggers: triggers
            .into_iter()
            .map(service_point_trigger)
            .collect::<Result<_>>()?,
    })
}

fn service_point_trigger(element: &Element<'_>) -> Result<ServicePointTrigger> {
    let groups = bounded(element, "Group", MAX_GROUPS)?;
    let mut groups: Vec<u32> = groups
        .into_iter()
        .map(|e| parse(e, "Group"))
        .collect::<Result<_>>()?;
    // The schema wants one. Without any it would never be looked at.
    if groups.is_empty() {
        groups.push(0);
    }
    let kinds = extended(element, "RegistrationType", MAX_GROUPS)?;
    Ok(ServicePointTrigger {
        negated: flag(element.first("ConditionNegated"), "ConditionNegated")?,
        groups,
        condition: condition(element)?,
        registration_types: kinds
            .into_iter()
            .map(|e| parse(e, "RegistrationType").map(RegistrationType))
            .collect::<Result<_>>()?,
    })
}

fn condition(element: &Element<'_>) -> Result<Condition> {
    let pattern = |of: &Element<'_>, name| text(of, name).map(Pattern::new);
    for child in &element.children {
        return Ok(match &*child.name {
            "RequestURI" => Condition::RequestUri(Pattern::new(child.trimmed())),
            "Method" => Condition::Method(child.trimmed().to_owned()),
            "SIPHeader" => Condition::Header {
                name: pattern(child, "Header").ok_or_else(|| missing("Header", "SIPHeader"))?,
                content: pattern(child, "Content"),
            },
            "SessionCase" => Condition::SessionCase(SessionCase(parse(child, "SessionCase")?)),
            "SessionDescription" => Condition::SessionDescription {
                line: pattern(child, "Line").ok_or_else(|| missing("Line", "SessionDescription"))?,
                content: pattern(child, "Content"),
            },
            _ => continue,
        });
    }
    Ok(Condition::Unknown)
}

fn application_server(element: &Element<'_>) -> Result<ApplicationServer> {
    let included = |name: &'static str| match element.extension(name) {
        // The schema has it empty; its presence says yes.
        Some(e) if !e.trimmed().is_empty() => flag(Some(e), name),
        found => Ok(found.is_some()),
    };
    let default_handling = match element.first("DefaultHandling").map(Element::trimmed) {
        None | Some("0") => DefaultHandling::SessionContinued,
        Some("1") => DefaultHandling::SessionTerminated,
        Some(_) => return Err(value("DefaultHandling", "0 or 1")),
    };
    Ok(ApplicationServer {
        server_name: text(element, "ServerName").ok_or_else(|| missing("ServerName", "ApplicationServer"))?,
        default_handling,
        service_info: text(element, "ServiceInfo"),
        include_register_request: included("IncludeRegisterRequest")?,
        include_register_response: included("IncludeRegisterResponse")?,
    })
}

/// Children of a name, no more than a limit.
fn bounded<'s, 'a>(
    element: &'s Element<'a>,
    name: &'static str,
    limit: usize,
) -> Result<Vec<&'s Element<'a>>> {
    at_most(element.all(name).collect(), name, limit)
}

/// Children of a name, inside Extension too, no more than a limit.
fn extended<'s, 'a>(
    element: &'s Element<'a>,
    name: &'static str,
    limit: usize,
) -> Result<Vec<&'s Element<'a>>> {
    let mut found = Vec::new();
    element.extended(name, &mut found);
    at_most(found, name, limit)
}

fn at_most<T>(found: Vec<T>, what: &'static str, limit: usize) -> Result<Vec<T>> {
    if found.len() > limit {
        return Err(ProfileError::Limit { what, limit });
    }
    Ok(found)
}

/// The text of a child.
fn text(element: &Element<'_>, name: &str) -> Option<String> {
    element.first(name).map(|e| e.trimmed().to_owned())
}

fn parse(element: &Element<'_>, name: &'static str) -> Result<u32> {
    element.trimmed().parse().map_err(|_| value(name, "a number"))
}

/// xs:boolean; an absent one is false.
fn flag(element: Option<&Element<'_>>, name: &'static str) -> Result<bool> {
    match element.map(Element::trimmed) {
        None | Some("0" | "false") => Ok(false),
        Some("1" | "true") => Ok(true),
        Some(_) => Err(value(name, "a boolean")),
    }
}

fn missing(element: &'static str, parent: &'static str) -> ProfileError {
    ProfileError::Missing { element, parent }
}

fn value(element: &'static str, expected: &'static str) -> ProfileError {
    ProfileError::Value { element, expected }
}
