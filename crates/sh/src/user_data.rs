//! Sh-Data (TS 29.328 7.6 and Annexes C, D): what User-Data carries.
//!
//! [`ShData::from_xml`] and [`ShData::to_xml`] are the two ways over Sh. Each release put its elements into an Extension
//! inside the one before; which are not named here are skipped.

mod read;
mod write;

use quintet_cx::ChargingInformation;
use quintet_cx::profile::InitialFilterCriteria;
pub use quintet_cx::profile::ProfileError;

/// The most of each list that are read: repository data, identities, filter criteria.
pub const MAX_ELEMENTS: usize = 256;

/// The most octets of a Service-Indication.
pub const MAX_SERVICE_INDICATION_OCTETS: usize = 255;

/// tPublicIdentity: identities of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicIdentifiers {
    /// IMSPublicIdentity.
    pub public_identities: Vec<String>,
    /// MSISDN, digits.
    pub msisdns: Vec<String>,
}

/// tTransparentData: what an application server keeps in the HSS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryData {
    /// ServiceIndication.
    pub service_indication: String,
    /// SequenceNumber.
    pub sequence_number: u32,
    /// ServiceData: all that stands in the element, as it stood; `None`: the data are removed.
    pub service_data: Option<String>,
}

/// tIMSUserState (TS 29.328 7.6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImsUserState {
    /// NOT_REGISTERED (0).
    NotRegistered,
    /// REGISTERED (1).
    Registered,
    /// REGISTERED_UNREG_SERVICES (2): not registered, and an S-CSCF serves it.
    UnregisteredServices,
    /// AUTHENTICATION_PENDING (3).
    AuthenticationPending,
}

impl ImsUserState {
    const ALL: [Self; 4] = [
        Self::NotRegistered,
        Self::Registered,
        Self::UnregisteredServices,
        Self::AuthenticationPending,
    ];
}

/// tPSUserState (TS 29.328 7.6.7), as far as an HSS knows without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PsUserState {
    /// Detached (0).
    Detached,
    /// Attached; whether it can be paged only the serving node knows: NotProvidedFromSGSN (5), or MME.
    NotProvided,
    /// Another number.
    Other(u8),
}

impl PsUserState {
    const fn value(self) -> u8 {
        match self {
            Self::Detached => 0,
            Self::NotProvided => 5,
            Self::Other(value) => value,
        }
    }

    const fn of_value(value: u8) -> Self {
        match value {
            0 => Self::Detached,
            5 => Self::NotProvided,
            value => Self::Other(value),
        }
    }
}

/// tEPSLocationInformation: what an HSS knows of it without asking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EpsLocation {
    /// MMEName: the Diameter identity.
    pub mme_name: Option<String>,
}

/// Sh-Data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShData {
    /// PublicIdentifiers.
    pub public_identifiers: Option<PublicIdentifiers>,
    /// RepositoryData.
    pub repository: Vec<RepositoryData>,
    /// Sh-IMS-Data, SCSCFName; empty: none serves.
    pub scscf_name: Option<String>,
    /// Sh-IMS-Data, IFCs.
    pub filter_criteria: Option<Vec<InitialFilterCriteria>>,
    /// Sh-IMS-Data, IMSUserState.
    pub user_state: Option<ImsUserState>,
    /// Sh-IMS-Data, ChargingInformation; empty: there are no functions.
    pub charging: Option<ChargingInformation>,
    /// Sh-IMS-Data, PSIActivation.
    pub psi_activation: Option<bool>,
    /// CSLocationInformation, empty: where the user is in the CS domain is not known.
    pub unknown_cs_location: bool,
    /// PSLocationInformation, empty: at which SGSN the user is is not known.
    pub unknown_ps_location: bool,
    /// PSUserState: of the SGSN.
    pub ps_user_state: Option<PsUserState>,
    /// RegisteredIdentities.
    pub registered_identities: Option<PublicIdentifiers>,
    /// ImplicitIdentities.
    pub implicit_identities: Option<PublicIdentifiers>,
    /// AllIdentities.
    pub all_identities: Option<PublicIdentifiers>,
    /// AliasIdentities.
    pub alias_identities: Option<PublicIdentifiers>,
    /// DeletedIdentities: they were subscribed to and are the user's no more.
    pub deleted_identities: Option<PublicIdentifiers>,
    /// EPSUserState: of the MME.
    pub eps_user_state: Option<PsUserState>,
    /// EPSLocationInformation; empty: it is not known.
    pub eps_location: Option<EpsLocation>,
    /// IMSI, digits.
    pub imsi: Option<String>,
    /// IMSPrivateUserIdentity.
    pub private_identities: Vec<String>,
    /// IMEISV, digits.
    pub imeisv: Option<String>,
}

impl ShData {
    /// Reads user data. Elements that are not named here are skipped.
    ///
    /// # Errors
    /// [`ProfileError`]: not well-formed, with a document type, beyond a limit, or with a value that is not allowed.
    pub fn from_xml(xml: &[u8]) -> Result<Self, ProfileError> {
        read::data(xml)
    }

    /// Writes the data in the order of the schema.
    #[must_use]
    pub fn to_xml(&self) -> String {
        write::data(self)
    }

    /// Adds what other data say; what both say is taken from them.
    pub fn merge(&mut self, other: Self) {
        fn take<T>(mine: &mut Option<T>, other: Option<T>) {
            if other.is_some() {
                *mine = other;
            }
        }
        match (&mut self.public_identifiers, other.public_identifiers) {
            // Identities and numbers are asked for apart, and have one element.
            (Some(mine), Some(other)) => {
                mine.public_identities.extend(other.public_identities);
                mine.msisdns.extend(other.msisdns);
            }
            (mine @ None, other) => *mine = other,
            (Some(_), None) => {}
        }
        self.repository.extend(other.repository);
        take(&mut self.scscf_name, other.scscf_name);
        take(&mut self.filter_criteria, other.filter_criteria);
        take(&mut self.user_state, other.user_state);
        take(&mut self.charging, other.charging);
        take(&mut self.psi_activation, other.psi_activation);
        self.unknown_cs_location |= other.unknown_cs_location;
        self.unknown_ps_location |= other.unknown_ps_location;
        take(&mut self.ps_user_state, other.ps_user_state);
        take(&mut self.registered_identities, other.registered_identities);
        take(&mut self.implicit_identities, other.implicit_identities);
        take(&mut self.all_identities, other.all_identities);
        take(&mut self.alias_identities, other.alias_identities);
        take(&mut self.deleted_identities, other.deleted_identities);
        take(&mut self.eps_user_state, other.eps_user_state);
        take(&mut self.eps_location, other.eps_location);
        take(&mut self.imsi, other.imsi);
        self.private_identities.extend(other.private_identities);
        take(&mut self.imeisv, other.imeisv);
    }
}
