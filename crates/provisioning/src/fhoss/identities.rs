//! Identities, implicit sets, and what an S-CSCF is told with them.

use super::criteria::Profiles;
use crate::row::{Note, Refusal};
use crate::tables::{TableRow, Tables};
use quintet_cx::{ChargingInformation, ServerCapabilities};
use quintet_identity::{Impi, Impu, Imsi, Msisdn};
use quintet_subscriber::ims::{
    ImsSubscription, PublicIdentity, PublicIdentityKind, PublicService, RegistrationSet, ServiceProfile,
    VisitedNetworks,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

type By<'a> = HashMap<String, Vec<TableRow<'a>>>;

/// What rows are joined with.
pub(super) struct Joined<'a> {
    tables: &'a Tables,
    private: By<'a>,
    public: By<'a>,
    sets: By<'a>,
    links_of_private: By<'a>,
    links_of_public: By<'a>,
    visited_of_public: By<'a>,
    visited: By<'a>,
    charging: By<'a>,
    capabilities: By<'a>,
    preferred: By<'a>,
    private_by_id: By<'a>,
    profiles: Profiles<'a>,
}

impl<'a> Joined<'a> {
    pub(super) fn of(tables: &'a Tables) -> Self {
        Self {
            tables,
            private: tables.by("impi", "id_imsu"),
            public: tables.by("impu", "id"),
            sets: tables.by("impu", "id_implicit_set"),
            links_of_private: tables.by("impi_impu", "id_impi"),
            links_of_public: tables.by("impi_impu", "id_impu"),
            visited_of_public: tables.by("impu_visited_network", "id_impu"),
            visited: tables.by("visited_network", "id"),
            charging: tables.by("charging_info", "id"),
            capabilities: tables.by("capabilities_set", "id_set"),
            preferred: tables.by("preferred_scscf_set", "id_set"),
            private_by_id: tables.by("impi", "id"),
            profiles: Profiles::of(tables),
        }
    }

    /// The private identities of a subscription.
    pub(super) fn private_of(&self, imsu: &str) -> Vec<TableRow<'a>> {
        self.private.get(imsu).cloned().unwrap_or_default()
    }

    /// Private identities of no subscription.
    pub(super) fn private_of_nobody(&self) -> Vec<TableRow<'a>> {
        let there: HashSet<String> = self
            .tables
            .rows("imsu")
            .filter_map(|row| row.text("id"))
            .collect();
        let rows = self.tables.rows("impi");
        rows.filter(|row| row.text("id_imsu").is_none_or(|id| !there.contains(&id)))
            .collect()
    }

    /// Public identities of which no private one of the set's members is.
    pub(super) fn public_of_nobody(&self) -> Vec<TableRow<'a>> {
        let linked = |set: &str| {
            let members = self.sets.get(set).into_iter().flatten();
            let mut ids = members.filter_map(|row| row.text("id"));
            ids.any(|id| self.links_of_public.contains_key(&id))
        };
        let rows = self.tables.rows("impu");
        rows.filter(|row| row.text("id_implicit_set").is_none_or(|set| !linked(&set)))
            .collect()
    }

    fn public_of(&self, private: &TableRow<'_>) -> Vec<TableRow<'a>> {
        let id = private.text("id").unwrap_or_default();
        let links = self.links_of_private.get(&id).into_iter().flatten();
        let ids = links.filter_map(|link| link.text("id_impu"));
        ids.filter_map(|id| self.public.get(&id)?.first().copied())
            .collect()
    }

    /// The implicit sets of private identities, in ascending order of number.
    fn sets_of(&self, private: &[TableRow<'_>]) -> BTreeMap<i64, Vec<TableRow<'a>>> {
        let mut found = BTreeMap::new();
        for public in private.iter().flat_map(|row| self.public_of(row)) {
            let set = public.text("id_implicit_set").unwrap_or_default();
            let members = self.sets.get(&set).cloned().unwrap_or_else(|| vec![public]);
            found.insert(set.parse().unwrap_or(i64::MAX), members);
        }
        found
    }

    /// The number of a `tel:` identity, if there is one.
    pub(super) fn number_of(&self, private: &[TableRow<'_>]) -> Option<Msisdn> {
        let sets = self.sets_of(private);
        let identities = sets.values().flatten().filter_map(|row| row.text("identity"));
        let mut numbers = identities.filter_map(|identity| {
            let number = identity.strip_prefix("tel:+")?.to_owned();
            number.parse().ok()
        });
        numbers.next()
    }

    /// The subscription without its private identities.
    pub(super) fn subscription(
        &self,
        imsi: Imsi,
        imsu: &TableRow<'_>,
        private: &[TableRow<'_>],
        notes: &mut Vec<Note>,
    ) -> Result<ImsSubscription, Refusal> {
        let sets = self.sets_of(private);
        if sets.is_empty() {
            return Err(Refusal::new("no public identity belongs to it (impi_impu)"));
        }
        let all: Vec<TableRow<'_>> = sets.values().flatten().copied().collect();
        let impis: Vec<Impi> = private
            .iter()
            .filter_map(|row| row.text("identity")?.parse().ok())
            .collect();
        let mut profiles: Vec<(String, ServiceProfile)> = Vec::new();
        let mut registration_sets = Vec::with_capacity(sets.len());
        for (i, members) in sets.values().enumerate() {
            let mut identities = Vec::with_capacity(members.len());
            for member in members {
                let profile = self.profile(member, &mut profiles, notes)?;
                identities.extend(public_identity(member, profile, notes)?);
            }
            if identities.is_empty() {
                continue;
            }
            let mut open_to = self.private_names_of(members);
            open_to.retain(|impi| impis.contains(impi));
            if open_to.len() == impis.len() {
                open_to.clear();
            }
            registration_sets.push(RegistrationSet {
                id: i as u16,
                identities,
                private: open_to,
            });
        }
        if profiles.is_empty() {
            profiles.push((
                String::new(),
                ServiceProfile::from_xml(0, "").map_err(Refusal::new)?,
            ));
        }
        Ok(ImsSubscription {
            imsi,
            private: Vec::new(),
            sets: registration_sets,
            profiles: Arc::new(profiles.into_iter().map(|(_, profile)| profile).collect()),
            capabilities: self.capabilities(imsu)?,
            charging: self.charging(&all, notes),
            visited_networks: self.visited(&all, notes),
            authorized: authorized(&all, notes)?,
            loose_route: None,
            priviledged_sender: false,
        })
    }

    /// Who may register a set.
    fn private_names_of(&self, members: &[TableRow<'_>]) -> Vec<Impi> {
        let ids = members.iter().filter_map(|row| row.text("id"));
        let links = ids.filter_map(|id| self.links_of_public.get(&id)).flatten();
        let mut names: Vec<Impi> = Vec::new();
        for id in links.filter_map(|link| link.text("id_impi")) {
            let row = self.private_by_id.get(&id).and_then(|rows| rows.first());
            let name = row.and_then(|row| row.text("identity")?.parse::<Impi>().ok());
            names.extend(name.filter(|name| !names.contains(name)));
        }
        names
    }

    /// The number of a member's service profile within the subscription.
    fn profile(
        &self,
        member: &TableRow<'_>,
        profiles: &mut Vec<(String, ServiceProfile)>,
        notes: &mut Vec<Note>,
    ) -> Result<u16, Refusal> {
        let id = member.text("id_sp").unwrap_or_default();
        if let Some(at) = profiles.iter().position(|(there, _)| *there == id) {
            return Ok(at as u16);
        }
        let number = profiles.len() as u16;
        let profile = self.profiles.profile(&id, notes)?;
        profiles.push((id, ServiceProfile { id: number, profile }));
        Ok(number)
    }

    fn capabilities(&self, imsu: &TableRow<'_>) -> Result<ServerCapabilities, Refusal> {
        let mut capabilities = ServerCapabilities::default();
        let set = imsu.text("id_capabilities_set").unwrap_or_default();
        for row in self.capabilities.get(&set).into_iter().flatten() {
            let Some(id) = row.small("id_capability")? else {
                continue;
            };
            match row.flag("is_mandatory")?.unwrap_or(false) {
                true => capabilities.mandatory.push(id),
                false => capabilities.optional.push(id),
            }
        }
        let set = imsu.text("id_preferred_scscf_set").unwrap_or_default();
        let mut preferred = Vec::new();
        for row in self.preferred.get(&set).into_iter().flatten() {
            preferred.extend(row.text("scscf_name").map(|name| (row.number("priority"), name)));
        }
        preferred.sort_by_key(|(priority, _)| priority.clone().ok().flatten());
        capabilities.server_names = preferred.into_iter().map(|(_, name)| name).collect();
        Ok(capabilities)
    }

    /// One for the subscription: that of the first identity.
    fn charging(&self, all: &[TableRow<'_>], notes: &mut Vec<Note>) -> Option<ChargingInformation> {
        let ids: BTreeSet<String> = all
            .iter()
            .filter_map(|row| row.text("id_charging_info"))
            .collect();
        if ids.len() > 1 {
            notes.push(Note::Changed(
                "public identities have different charging functions: those of the first are everybody's"
                    .to_owned(),
            ));
        }
        let first = all.iter().find_map(|row| row.text("id_charging_info"))?;
        let row = self.charging.get(&first)?.first()?;
        let charging = ChargingInformation {
            primary_event: row.text("pri_ecf"),
            secondary_event: row.text("sec_ecf"),
            primary_collection: row.text("pri_ccf"),
            secondary_collection: row.text("sec_ccf"),
        };
        (charging != ChargingInformation::default()).then_some(charging)
    }

    /// The networks of all identities; without any an identity may register nowhere there, and at home here.
    fn visited(&self, all: &[TableRow<'_>], notes: &mut Vec<Note>) -> VisitedNetworks {
        let of = |row: &TableRow<'_>| -> BTreeSet<String> {
            let id = row.text("id").unwrap_or_default();
            let links = self.visited_of_public.get(&id).into_iter().flatten();
            let ids = links.filter_map(|link| link.text("id_visited_network"));
            ids.filter_map(|id| self.visited.get(&id)?.first()?.text("identity"))
                .collect()
        };
        let sets: Vec<BTreeSet<String>> = all.iter().map(of).collect();
        if sets.windows(2).any(|pair| pair[0] != pair[1]) {
            notes.push(Note::Changed(
                "public identities have different visited networks: any of them may use all".to_owned(),
            ));
        }
        let networks: BTreeSet<String> = sets.into_iter().flatten().collect();
        VisitedNetworks::Only(networks.into_iter().collect())
    }
}

/// Whether the subscriber may register at all.
fn authorized(all: &[TableRow<'_>], notes: &mut Vec<Note>) -> Result<bool, Refusal> {
    let mut may = Vec::with_capacity(all.len());
    for row in all {
        may.push(row.flag("can_register")?.unwrap_or(true));
    }
    let some = may.contains(&true);
    if some && may.contains(&false) {
        notes.push(Note::Changed(
            "one public identity may not register (can_register), others may: here all may".to_owned(),
        ));
    }
    Ok(some)
}

/// A public identity; none if it is wildcarded.
fn public_identity(
    row: &TableRow<'_>,
    service_profile: u16,
    notes: &mut Vec<Note>,
) -> Result<Option<PublicIdentity>, Refusal> {
    let kind = match row.number("type")?.unwrap_or(0) {
        0 => PublicIdentityKind::User,
        1 => PublicIdentityKind::Service(PublicService {
            active: row.flag("psi_activation")?.unwrap_or(false),
            application_server: None,
        }),
        _ => {
            notes.push(Note::NotCarried("wildcarded public identities".to_owned()));
            return Ok(None);
        }
    };
    let identity = row.text("identity").unwrap_or_default();
    let impu: Impu = identity
        .parse()
        .map_err(|error| Refusal::new(format_args!("public identity: {error}")))?;
    Ok(Some(PublicIdentity {
        barred: row.flag("barring")?.unwrap_or(false),
        display_name: row.text("display_name"),
        service_profile,
        kind,
        ..PublicIdentity::new(impu)
    }))
}
