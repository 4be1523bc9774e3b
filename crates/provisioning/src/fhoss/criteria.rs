//! Service profiles: initial filter criteria with their trigger points and application servers (TS 29.228 B.2.2).

use crate::row::{Note, Refusal};
use crate::tables::{TableRow, Tables};
use quintet_cx::profile::{
    ApplicationServer, Condition, ConditionType, CoreNetworkServicesAuthorization, DefaultHandling,
    InitialFilterCriteria, MAX_FILTER_CRITERIA, MAX_SERVICE_POINT_TRIGGERS, Pattern, ProfilePartIndicator,
    RegistrationType, ServicePointTrigger, ServiceProfile, SessionCase, Trigger,
};
use std::collections::HashMap;

type By<'a> = HashMap<String, Vec<TableRow<'a>>>;

/// The tables of service profiles.
pub(super) struct Profiles<'a> {
    profiles: By<'a>,
    criteria_of: By<'a>,
    shared_of: By<'a>,
    shared: By<'a>,
    criteria: By<'a>,
    trigger_points: By<'a>,
    triggers: By<'a>,
    servers: By<'a>,
}

impl<'a> Profiles<'a> {
    pub(super) fn of(tables: &'a Tables) -> Self {
        Self {
            profiles: tables.by("sp", "id"),
            criteria_of: tables.by("sp_ifc", "id_sp"),
            shared_of: tables.by("sp_shared_ifc_set", "id_sp"),
            shared: tables.by("shared_ifc_set", "id_set"),
            criteria: tables.by("ifc", "id"),
            trigger_points: tables.by("tp", "id"),
            triggers: tables.by("spt", "id_tp"),
            servers: tables.by("application_server", "id"),
        }
    }

    /// A service profile; an empty one if there is no such row.
    pub(super) fn profile(&self, id: &str, notes: &mut Vec<Note>) -> Result<ServiceProfile, Refusal> {
        let mut profile = ServiceProfile::default();
        let Some(row) = self.profiles.get(id).and_then(|rows| rows.first()) else {
            return Ok(profile);
        };
        // 0 or less: nothing is said.
        if let Some(media) = row
            .number("cn_service_auth")?
            .and_then(|id| u32::try_from(id).ok())
            && media > 0
        {
            profile.authorization = Some(CoreNetworkServicesAuthorization {
                media_profile: Some(media),
                services: Vec::new(),
            });
        }
        let mut entries: Vec<(u32, String)> = Vec::new();
        for link in self.criteria_of.get(id).into_iter().flatten() {
            entries.extend(link.text("id_ifc").map(|ifc| (priority(link), ifc)));
        }
        for link in self.shared_of.get(id).into_iter().flatten() {
            let set = link.text("id_shared_ifc_set").unwrap_or_default();
            notes.push(Note::Changed(
                "shared sets of filter criteria stand in the profile itself here".to_owned(),
            ));
            for row in self.shared.get(&set).into_iter().flatten() {
                entries.extend(row.text("id_ifc").map(|ifc| (priority(row), ifc)));
            }
        }
        if entries.len() > MAX_FILTER_CRITERIA {
            return Err(Refusal::new(format_args!(
                "a service profile of more than {MAX_FILTER_CRITERIA} filter criteria"
            )));
        }
        entries.sort();
        entries.dedup();
        for (priority, ifc) in entries {
            profile
                .filter_criteria
                .extend(self.filter_criteria(&ifc, priority, notes)?);
        }
        Ok(profile)
    }

    fn filter_criteria(
        &self,
        id: &str,
        priority: u32,
        notes: &mut Vec<Note>,
    ) -> Result<Option<InitialFilterCriteria>, Refusal> {
        let Some(row) = self.criteria.get(id).and_then(|rows| rows.first()) else {
            notes.push(Note::NotCarried(
                "filter criteria that the table ifc does not have".to_owned(),
            ));
            return Ok(None);
        };
        let server = row
            .text("id_application_server")
            .and_then(|id| self.servers.get(&id)?.first());
        let Some(server) = server else {
            notes.push(Note::NotCarried(
                "filter criteria without an application server".to_owned(),
            ));
            return Ok(None);
        };
        let permissions = ["udr", "pur", "snr"];
        if permissions.iter().any(|column| server.says(column)) {
            notes.push(Note::NotCarried(
                "what application servers may read and write over Sh".to_owned(),
            ));
        }
        let trigger = match row.text("id_tp") {
            None => None,
            Some(id) => self.trigger(&id)?,
        };
        Ok(Some(InitialFilterCriteria {
            priority,
            trigger,
            application_server: ApplicationServer {
                server_name: server.text("server_name").unwrap_or_default(),
                default_handling: match server.flag("default_handling")? {
                    Some(true) => DefaultHandling::SessionTerminated,
                    _ => DefaultHandling::SessionContinued,
                },
                service_info: server.text("service_info"),
                include_register_request: server.flag("include_register_request")?.unwrap_or(false),
                include_register_response: server.flag("include_register_response")?.unwrap_or(false),
            },
            profile_part: match row.number("profile_part_ind")? {
                Some(0) => Some(ProfilePartIndicator::Registered),
                Some(1) => Some(ProfilePartIndicator::Unregistered),
                _ => None,
            },
        }))
    }

    /// A trigger point; none if there is no such row, or -1 for none stands there.
    fn trigger(&self, id: &str) -> Result<Option<Trigger>, Refusal> {
        let Some(row) = self.trigger_points.get(id).and_then(|rows| rows.first()) else {
            return Ok(None);
        };
        let rows = self.triggers.get(id).map_or(&[][..], |rows| rows);
        if rows.len() > MAX_SERVICE_POINT_TRIGGERS {
            return Err(Refusal::new(format_args!(
                "a trigger point of more than {MAX_SERVICE_POINT_TRIGGERS} triggers"
            )));
        }
        let triggers = rows.iter().map(trigger).collect::<Result<_, _>>()?;
        Ok(Some(Trigger {
            condition_type: match row.flag("condition_type_cnf")? {
                Some(true) => ConditionType::Cnf,
                _ => ConditionType::Dnf,
            },
            triggers,
        }))
    }
}

fn priority(row: &TableRow<'_>) -> u32 {
    let priority = row.number("priority").ok().flatten().unwrap_or(0);
    u32::try_from(priority).unwrap_or(0)
}

fn trigger(row: &TableRow<'_>) -> Result<ServicePointTrigger, Refusal> {
    let text = |column: &str| row.text(column).unwrap_or_default();
    let pattern = |column: &str| row.text(column).map(Pattern::new);
    let condition = match row.number("type")?.unwrap_or(-1) {
        0 => Condition::RequestUri(Pattern::new(text("requesturi"))),
        1 => Condition::Method(text("method")),
        2 => Condition::Header {
            name: Pattern::new(text("header")),
            content: pattern("header_content"),
        },
        3 => Condition::SessionCase(SessionCase(row.small("session_case")?.unwrap_or(0))),
        4 => Condition::SessionDescription {
            line: Pattern::new(text("sdp_line")),
            content: pattern("sdp_line_content"),
        },
        other => return Err(Refusal::new(format_args!("spt.type {other} is not known"))),
    };
    let registrations = row.number("registration_type")?.unwrap_or(0);
    let types = [
        (1, RegistrationType::INITIAL_REGISTRATION),
        (2, RegistrationType::RE_REGISTRATION),
        (4, RegistrationType::DE_REGISTRATION),
    ];
    let types = types.into_iter().filter(|(bit, _)| registrations & bit != 0);
    Ok(ServicePointTrigger {
        negated: row.flag("condition_negated")?.unwrap_or(false),
        groups: vec![row.small("grp")?.unwrap_or(0)],
        condition,
        registration_types: types.map(|(_, registration)| registration).collect(),
    })
}
