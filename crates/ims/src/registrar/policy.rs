//! The operator's decisions, and what bounds a session.

use std::time::Duration;

/// Most registration sets of one private identity: implicit sets of one subscription, seldom more than two.
pub const MAX_SETS: usize = 8;

/// Most contacts of one set that a policy may allow.
pub const MAX_CONTACTS: usize = 32;

/// Most vectors that are asked for and kept: they are keys in memory.
pub const MAX_VECTORS: usize = 8;

/// REGISTERs of one private identity that wait while another is handled: a UE has one (RFC 3261 10.2), the others are
/// other devices', or nobody's.
pub const MAX_WAITING: usize = 4;

/// Synchronisation failures in a row that are followed by a new challenge: after the second AUTS an ISIM that is still out
/// of step stays so (TS 33.203 6.1.3).
pub const MAX_RESYNCHRONISATIONS: u8 = 2;

/// Answers in a row to challenges that are not out which are followed by a new challenge: each costs a vector.
pub const MAX_STALE: u8 = 3;

/// Longest Path that is kept, values.
pub const MAX_PATH: usize = 8;

/// Most public identities of one set that are kept (TS 29.228 sets no bound; a profile of more is a fault).
pub const MAX_IDENTITIES: usize = 64;

/// Octets of server data at the end of a nonce of AKA: they tell apart challenges with one RAND, if an HSS gives it twice.
pub const SERVER_DATA_OCTETS: usize = 8;

/// When a REGISTER of a registered user, through its security association, is challenged again (TS 24.229 5.4.1.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rechallenge {
    /// Each one.
    Always,
    /// None: the security association says enough.
    Never,
    /// When the last authentication is older than this.
    After(Duration),
}

/// The operator's decisions.
#[derive(Clone, Debug)]
pub struct Policy {
    /// realm of challenges: the home network domain.
    pub realm: String,
    /// Shortest registration, seconds; less is 423. An emergency registration may be as short as it likes.
    pub min_expires: u32,
    /// Longest registration, seconds; more is cut.
    pub max_expires: u32,
    /// What a UE gets that does not say, seconds (TS 24.229 5.1.1.2: it asks for 600,000).
    pub default_expires: u32,
    /// Longest emergency registration, seconds.
    pub emergency_expires: u32,
    /// How much longer than the UE the network keeps a registration (TS 33.203 6.1.1).
    pub expiry_margin: Duration,
    /// reg-await-auth (TS 24.229 table 7.8).
    pub reg_await_auth: Duration,
    /// Vectors asked for at once: m.
    pub vectors_at_once: u32,
    /// When protected REGISTERs are challenged.
    pub rechallenge: Rechallenge,
    /// Whether RES is taken only through a security association ("integrity-protected" yes). Without, IMS AKA is as strong
    /// as SIP Digest: for laboratories and for accesses that protect otherwise.
    pub aka_needs_protection: bool,
    /// Whether a challenge of AKA offers qop "auth".
    pub aka_qop: bool,
    /// How long a nonce of SIP Digest is good.
    pub nonce_lifetime: Duration,
    /// Whether a re-registration is told to the HSS (SAR RE_REGISTRATION).
    pub put_on_reregistration: bool,
    /// Whether the HSS keeps this S-CSCF's name after a de-registration (…_STORE_SERVER_NAME).
    pub keep_name: bool,
    /// Whether an initial registration without reg-id takes the place of the contacts that this private identity had so
    /// (TS 24.229 5.4.1.2.2).
    pub initial_replaces: bool,
    /// Most contacts of a set.
    pub max_contacts: usize,
    /// Retry-After of refusals that pass, seconds.
    pub retry_after: u32,
}

impl Policy {
    /// A policy of usual values for this home network domain.
    #[must_use]
    pub fn new(realm: impl Into<String>) -> Self {
        Self {
            realm: realm.into(),
            min_expires: 60,
            max_expires: 600_000,
            default_expires: 600_000,
            emergency_expires: 3_600,
            expiry_margin: Duration::from_secs(30),
            reg_await_auth: Duration::from_secs(240),
            vectors_at_once: 1,
            rechallenge: Rechallenge::Always,
            aka_needs_protection: true,
            aka_qop: true,
            nonce_lifetime: Duration::from_secs(3_600),
            put_on_reregistration: true,
            keep_name: false,
            initial_replaces: true,
            max_contacts: 8,
            retry_after: 10,
        }
    }
}
