//! What is true of a user now (TS 29.328 6.1.1.1, 7.6).

use super::{ShRecord, Subject};
use crate::ims::{ImsRecord, PublicIdentity, PublicIdentityKind, RegistrationSet, RegistrationState};
use crate::model::Location;
use quintet_cx::{ExperimentalResult, Outcome};
use quintet_diameter::ResultCode;
use quintet_identity::{Impi, Impu, Imsi, Msisdn};
use quintet_sh::user_data::{
    EpsLocation, ImsUserState, PsUserState, PublicIdentifiers, RepositoryData, ShData,
};
use quintet_sh::{DataReference, IdentitySet, RequestedDomain, RequestedNodes};

/// A subscriber as application servers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShUser {
    /// Who.
    pub imsi: Imsi,
    /// The number.
    pub msisdn: Option<Msisdn>,
    /// The IMS subscription with its registrations.
    pub ims: Option<ImsRecord>,
    /// Where the user is served.
    pub location: Option<Location>,
    /// What application servers keep.
    pub record: ShRecord,
    /// The version of the record; 0 if there never was one.
    pub version: u64,
}

/// One kind of data, and what chooses among them.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Whose.
    pub subject: &'a Subject,
    /// Which.
    pub data: DataReference,
    /// Which repository data.
    pub service_indication: Option<&'a str>,
    /// Which filter criteria.
    pub server_name: Option<&'a str>,
    /// Which identities; each has an element of its own if several were asked for.
    pub identity_set: Option<IdentitySet>,
    /// Whether several were asked for.
    pub several_sets: bool,
    /// Of which domain.
    pub domain: Option<RequestedDomain>,
    /// Of which nodes.
    pub nodes: Option<RequestedNodes>,
}

impl<'a> Asked<'a> {
    /// One kind, and nothing that chooses.
    #[must_use]
    pub const fn new(subject: &'a Subject, data: DataReference) -> Self {
        Self {
            subject,
            data,
            service_indication: None,
            server_name: None,
            identity_set: None,
            several_sets: false,
            domain: None,
            nodes: None,
        }
    }

    /// Identities in the element that they were asked for in.
    pub(super) fn identities(&self, found: PublicIdentifiers) -> ShData {
        let mut data = ShData::default();
        let element = match (self.several_sets, self.identity_set) {
            (false, _) => &mut data.public_identifiers,
            (true, Some(IdentitySet::REGISTERED_IDENTITIES)) => &mut data.registered_identities,
            (true, Some(IdentitySet::IMPLICIT_IDENTITIES)) => &mut data.implicit_identities,
            (true, Some(IdentitySet::ALIAS_IDENTITIES)) => &mut data.alias_identities,
            (true, _) => &mut data.all_identities,
        };
        *element = Some(found);
        data
    }
}

/// Whether data can be read here.
#[must_use]
pub fn is_readable(data: DataReference) -> bool {
    data.spelled().is_some()
}

/// Whether an application server can be told of changes (TS 29.328 table 7.6.1).
#[must_use]
pub fn is_notifiable(data: DataReference) -> bool {
    matches!(
        data,
        DataReference::REPOSITORY_DATA
            | DataReference::IMS_PUBLIC_IDENTITY
            | DataReference::IMS_USER_STATE
            | DataReference::S_CSCF_NAME
            | DataReference::INITIAL_FILTER_CRITERIA
            | DataReference::CHARGING_INFORMATION
            | DataReference::PSI_ACTIVATION
            | DataReference::IMS_PRIVATE_USER_IDENTITY
    )
}

const NOT_ALLOWED: ExperimentalResult = ExperimentalResult::ERROR_OPERATION_NOT_ALLOWED;
const MISSING: ResultCode = ResultCode::MISSING_AVP;

/// A public identity with its set.
type Found<'a> = (&'a ImsRecord, &'a RegistrationSet, &'a PublicIdentity);

impl ShUser {
    /// The public identity that is asked about. A number is no access key of most data (TS 29.328 table 7.6.1).
    fn identity(&self, subject: &Subject) -> Result<Found<'_>, Outcome> {
        let Subject::Public(impu) = subject else {
            return Err(NOT_ALLOWED.into());
        };
        self.find(impu)
            .ok_or(ExperimentalResult::ERROR_USER_UNKNOWN.into())
    }

    fn find(&self, impu: &Impu) -> Option<Found<'_>> {
        let record = self.ims.as_ref()?;
        let (set, identity) = record.subscription.public_identity(impu)?;
        Some((record, set, identity))
    }

    /// Whether the user is somebody: a public identity that is the user's, or any number.
    #[must_use]
    pub fn knows(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Public(impu) => self.find(impu).is_some(),
            Subject::Number(_) => true,
        }
    }

    /// Whether a private identity goes with the public identities and the number of the user (TS 29.328 6.1.1.1 step 2a): all of an
    /// IMS subscription do. Whoever has none has the one that follows from the IMSI (TS 23.003 13.3), whatever its domain is.
    #[must_use]
    pub fn goes_with(&self, private: &str) -> bool {
        match &self.ims {
            Some(record) => {
                let impi = private.parse::<Impi>();
                impi.is_ok_and(|impi| record.subscription.private_identity(&impi).is_some())
            }
            None => private
                .split_once('@')
                .is_some_and(|(user, _)| user == self.imsi.to_string()),
        }
    }

    /// The data that are asked for; what does not exist, or is not known, is left out of them.
    ///
    /// # Errors
    /// The result of the refusal: not with this identity (TS 29.328 table 7.6.1), or what chooses is missing.
    pub fn data(&self, asked: &Asked<'_>) -> Result<ShData, Outcome> {
        let is_service = match asked.subject {
            Subject::Public(_) => self.identity(asked.subject)?.2.kind != PublicIdentityKind::User,
            Subject::Number(_) => false,
        };
        let only_users = matches!(
            asked.data,
            DataReference::IMS_USER_STATE
                | DataReference::LOCATION_INFORMATION
                | DataReference::USER_STATE
                | DataReference::MSISDN
                | DataReference::IMSI
                | DataReference::IMS_PRIVATE_USER_IDENTITY
                | DataReference::IMEISV
        );
        let is_number = matches!(asked.subject, Subject::Number(_));
        let only_identities = asked.data == DataReference::IMS_PRIVATE_USER_IDENTITY;
        if only_users && is_service || only_identities && is_number {
            return Err(NOT_ALLOWED.into());
        }
        match asked.data {
            DataReference::REPOSITORY_DATA => self.repository(asked),
            DataReference::IMS_PUBLIC_IDENTITY => self.identities(asked),
            DataReference::IMS_USER_STATE => self.user_state(asked),
            DataReference::S_CSCF_NAME => self.scscf_name(asked),
            DataReference::INITIAL_FILTER_CRITERIA => self.filter_criteria(asked),
            DataReference::PSI_ACTIVATION => self.activation(asked),
            DataReference::LOCATION_INFORMATION => Ok(self.location_information(asked)),
            DataReference::USER_STATE => self.attachment(asked),
            _ => self.plain(asked.data),
        }
    }

    fn repository(&self, asked: &Asked<'_>) -> Result<ShData, Outcome> {
        let (_, _, identity) = self.identity(asked.subject)?;
        let indication = asked.service_indication.ok_or(MISSING)?;
        let entry = self.record.entry(&identity.impu, indication);
        let entry = entry.filter(|entry| entry.data.is_some());
        Ok(ShData {
            repository: entry
                .map(|entry| RepositoryData {
                    service_indication: entry.service_indication.clone(),
                    sequence_number: entry.sequence_number,
                    service_data: entry.data.clone(),
                })
                .into_iter()
                .collect(),
            ..ShData::default()
        })
    }

    /// IMSPublicIdentity (TS 29.328 7.6.2). Sets that are an identity's have no sense with a number, aliases none with a service.
    fn identities(&self, asked: &Asked<'_>) -> Result<ShData, Outcome> {
        let set = asked.identity_set.unwrap_or(IdentitySet::ALL_IDENTITIES);
        let own = match asked.subject {
            Subject::Public(impu) => self.find(impu).map(|(_, set, identity)| (set, identity)),
            Subject::Number(_) => None,
        };
        let is_service = own.is_some_and(|(_, identity)| identity.kind != PublicIdentityKind::User);
        let is_applicable = match set {
            IdentitySet::IMPLICIT_IDENTITIES => own.is_some(),
            IdentitySet::ALIAS_IDENTITIES => own.is_some() && !is_service,
            _ => true,
        };
        if !is_applicable {
            return Err(NOT_ALLOWED.into());
        }
        let of = |set_of: &RegistrationSet, identity: &PublicIdentity| match set {
            // A service is in nobody's set: of its own there is itself alone, and it is never registered.
            IdentitySet::REGISTERED_IDENTITIES => {
                !is_service && self.state(set_of.id) == RegistrationState::Registered
            }
            IdentitySet::IMPLICIT_IDENTITIES => {
                own.is_some_and(|(own, of)| own.id == set_of.id && (!is_service || of.impu == identity.impu))
            }
            IdentitySet::ALIAS_IDENTITIES => own.is_some_and(|(own, of)| {
                own.id == set_of.id
                    && (of.impu == identity.impu
                        || of.alias_group.is_some() && of.alias_group == identity.alias_group)
            }),
            _ => true,
        };
        let sets = self.ims.iter().flat_map(|record| &record.subscription.sets);
        let members = sets.flat_map(|set| set.identities.iter().map(move |identity| (set, identity)));
        // A barred identity is not shown to others (TS 29.328 7.6.2).
        let shown = members.filter(|(set, identity)| !identity.barred && of(set, identity));
        let public_identities: Vec<_> = shown.map(|(_, identity)| identity.impu.to_string()).collect();
        if public_identities.is_empty() {
            return Ok(ShData::default());
        }
        Ok(asked.identities(PublicIdentifiers {
            public_identities,
            msisdns: Vec::new(),
        }))
    }

    fn state(&self, set: u16) -> RegistrationState {
        self.ims
            .as_ref()
            .map_or(RegistrationState::NotRegistered, |record| {
                record.registrations.state(set)
            })
    }

    fn user_state(&self, asked: &Asked<'_>) -> Result<ShData, Outcome> {
        let (_, set, _) = self.identity(asked.subject)?;
        Ok(ShData {
            user_state: Some(match self.state(set.id) {
                RegistrationState::NotRegistered => ImsUserState::NotRegistered,
                RegistrationState::Registered => ImsUserState::Registered,
                RegistrationState::UnregisteredWithService => ImsUserState::UnregisteredServices,
                RegistrationState::AuthenticationPending => ImsUserState::AuthenticationPending,
            }),
            ..ShData::default()
        })
    }

    /// S-CSCFName (TS 29.328 7.6.4): who serves, or is kept for the next time.
    fn scscf_name(&self, asked: &Asked<'_>) -> Result<ShData, Outcome> {
        let (record, ..) = self.identity(asked.subject)?;
        let registrations = &record.registrations;
        let server = registrations.holder().or(registrations.server.as_ref());
        Ok(ShData {
            scscf_name: server.map(|server| server.name.clone()),
            ..ShData::default()
        })
    }

    /// IFCs (TS 29.328 7.6.5): those that lead to the server that asks.
    fn filter_criteria(&self, asked: &Asked<'_>) -> Result<ShData, Outcome> {
        let (record, _, identity) = self.identity(asked.subject)?;
        let name = asked.server_name.ok_or(MISSING)?;
        let profile = record.subscription.profile(identity.service_profile);
        let all = profile
            .into_iter()
            .flat_map(|profile| &profile.profile.filter_criteria);
        let named = all.filter(|criteria| criteria.application_server.server_name.eq_ignore_ascii_case(name));
        let named: Vec<_> = named.cloned().collect();
        Ok(ShData {
            filter_criteria: (!named.is_empty()).then_some(named),
            ..ShData::default()
        })
    }

    /// PSIActivation (TS 29.328 7.6.10).
    fn activation(&self, asked: &Asked<'_>) -> Result<ShData, Outcome> {
        let (_, _, identity) = self.identity(asked.subject)?;
        let PublicIdentityKind::Service(service) = &identity.kind else {
            return Err(NOT_ALLOWED.into());
        };
        Ok(ShData {
            psi_activation: Some(service.active),
            ..ShData::default()
        })
    }

    /// What S6a told (TS 29.328 7.6.6), of whatever domain if none is said. Cells only the serving node knows, and of the CS
    /// domain nothing is known.
    fn location_information(&self, asked: &Asked<'_>) -> ShData {
        let wanted = self.absent(asked);
        let mme = self.location.as_ref().and_then(|location| location.mme.as_ref());
        match mme.filter(|mme| wanted.eps_location.is_some() && !mme.purged) {
            Some(mme) => ShData {
                eps_location: Some(EpsLocation {
                    mme_name: Some(mme.host.clone()),
                }),
                ..wanted
            },
            None => ShData::default(),
        }
    }

    /// UserState of a domain (TS 29.328 7.6.7): attached, as far as it is known here.
    fn attachment(&self, asked: &Asked<'_>) -> Result<ShData, Outcome> {
        if asked.domain.ok_or(MISSING)? != RequestedDomain::PS_DOMAIN {
            return Ok(ShData::default());
        }
        let wants = |node| asked.nodes.is_none_or(|nodes| nodes.has(node));
        let location = self.location.as_ref();
        let state = |purged: Option<bool>| match purged {
            Some(false) => PsUserState::NotProvided,
            Some(true) | None => PsUserState::Detached,
        };
        let purged = |node: Option<&crate::model::ServingNode>| node.map(|node| node.purged);
        let mme = state(purged(location.and_then(|location| location.mme.as_ref())));
        let sgsn = state(purged(location.and_then(|location| location.sgsn.as_ref())));
        Ok(ShData {
            eps_user_state: wants(RequestedNodes::MME).then_some(mme),
            ps_user_state: wants(RequestedNodes::SGSN).then_some(sgsn),
            ..ShData::default()
        })
    }

    /// Data that need no more than the user.
    fn plain(&self, data: DataReference) -> Result<ShData, Outcome> {
        let mut found = ShData::default();
        match data {
            DataReference::CHARGING_INFORMATION => {
                let charging = self.ims.as_ref().map(|record| &record.subscription.charging);
                found.charging = charging.cloned().flatten();
            }
            DataReference::MSISDN => {
                found.public_identifiers = self.msisdn.map(|msisdn| PublicIdentifiers {
                    public_identities: Vec::new(),
                    msisdns: vec![msisdn.to_string()],
                });
            }
            DataReference::IMSI => found.imsi = Some(self.imsi.to_string()),
            DataReference::IMS_PRIVATE_USER_IDENTITY => {
                let private = self.ims.iter().flat_map(|record| &record.subscription.private);
                found.private_identities = private.map(|identity| identity.impi.to_string()).collect();
            }
            DataReference::IMEISV => {
                let location = self.location.as_ref();
                let mme = location.and_then(|location| location.mme.as_ref());
                let imeisv = mme.and_then(|mme| mme.imeisv);
                found.imeisv = imeisv.map(|imeisv| imeisv.to_string());
            }
            _ => return Err(ExperimentalResult::ERROR_USER_DATA_CANNOT_BE_READ.into()),
        }
        Ok(found)
    }
}
