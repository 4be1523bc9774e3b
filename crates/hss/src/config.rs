//! What an operator sets of an HSS.

use core::time::Duration;
use quintet_home::{FrontConfig, IN_MEMORY};
use quintet_identity::Plmn;
use quintet_sh::DataReference;
use quintet_subscriber::auc::{AucConfig, Slot};
use quintet_subscriber::eir::EirPolicy;
use quintet_subscriber::s6a::{Features, VisitedPlmns};
use quintet_subscriber::sh::ShSubscription;
use quintet_subscriber::slh::LcsPolicy;

/// The most Reset-ID values (each goes into every ULA).
pub const MAX_RESET_IDS: usize = 8;

/// What an operator sets of Cx.
#[derive(Clone, Copy, Debug)]
pub struct ImsConfig {
    /// Whether an S-CSCF that asks to remain assigned after a de-registration does (TS 29.228 6.1.2.1).
    pub keep_server_name: bool,
    /// Supported-Features of Cx.
    pub features: quintet_cx::Features,
}

impl Default for ImsConfig {
    /// S-CSCFs remain assigned if they ask to; shared iFC sets, aliases and IMS restoration are supported.
    fn default() -> Self {
        use quintet_cx::Features;
        Self {
            keep_server_name: true,
            features: Features::SHARED_IFC_SETS | Features::ALIAS_INDICATION | Features::IMS_RESTORATION,
        }
    }
}

/// What an application server may do, by Data-Reference (TS 29.328 6.2: the permission list).
#[derive(Clone, Debug, Default)]
pub struct ShPermissions {
    /// Its Origin-Host.
    pub host: String,
    /// What it may read.
    pub read: Vec<DataReference>,
    /// What it may change.
    pub write: Vec<DataReference>,
    /// Of whose changes it may be told.
    pub subscribe: Vec<DataReference>,
}

/// What an operator sets of Sh.
#[derive(Clone, Debug)]
pub struct ShConfig {
    /// Whether application servers are served.
    pub serve: bool,
    /// Those that may do something; by default none.
    pub servers: Vec<ShPermissions>,
    /// The most octets of one service's data.
    pub max_data_octets: usize,
    /// The longest subscription; `None`: as long as it was asked for.
    pub max_expiry: Option<Duration>,
    /// The most subscriptions of one application server: each is some 100 octets of memory.
    pub max_subscriptions: usize,
}

impl Default for ShConfig {
    /// Served, and nobody is allowed anything.
    fn default() -> Self {
        Self {
            serve: true,
            servers: Vec::new(),
            max_data_octets: 32 * 1024,
            max_expiry: None,
            max_subscriptions: 100_000,
        }
    }
}

impl ShConfig {
    /// What a host may do.
    pub(crate) fn permissions(&self, host: &str) -> Option<&ShPermissions> {
        let mut servers = self.servers.iter();
        servers.find(|server| server.host.eq_ignore_ascii_case(host))
    }

    /// Whether an application server may be told what it subscribed to once.
    pub(crate) fn permits(&self, subscription: &ShSubscription) -> bool {
        let data = DataReference(subscription.data);
        self.permissions(&subscription.server.host)
            .is_some_and(|may| may.subscribe.contains(&data))
    }
}

/// What an operator sets of SLh.
#[derive(Clone, Debug)]
pub struct SlhConfig {
    /// Whether GMLCs are served.
    pub serve: bool,
    /// Who is told what; by default nobody anything.
    pub policy: LcsPolicy,
}

impl Default for SlhConfig {
    /// Served, and nobody is allowed anything.
    fn default() -> Self {
        Self {
            serve: true,
            policy: LcsPolicy::default(),
        }
    }
}

/// Configuration of an HSS. Identity and realm are the Diameter node's.
#[derive(Clone, Debug)]
pub struct HssConfig {
    /// The operator's own networks: there nobody roams. They name the HSS's subscribers in Reset.
    pub home_plmns: Vec<Plmn>,
    /// PLMNs that count as home: there nobody roams either (TS 23.122 1.2, equivalent HPLMNs).
    pub equivalent_plmns: Vec<Plmn>,
    /// The slot this front end issues from.
    pub slot: Slot,
    /// The limits of the AuC.
    pub auc: AucConfig,
    /// Who gets vectors.
    pub visited_plmns: VisitedPlmns,
    /// Whether an Origin-Realm of the form `epc.mncNNN.mccNNN.3gppnetwork.org` must belong to the Visited-PLMN-Id of an
    /// AIR (TS 33.401 6.1.2). Leave it off where MMEs serve several networks or sit behind a proxy that names itself.
    pub check_origin_realm: bool,
    /// Whether MMEs may register for SMS (TS 29.272 5.2.1.1.3); something must then deliver over them.
    pub sms_in_mme: bool,
    /// Reset-ID of every ULA and RSR (TS 29.272 7.3.184): what may fail as one. None: the feature is off.
    pub reset_ids: Vec<Vec<u8>>,
    /// Locations do not survive a restart: every S6a peer gets a Reset when it connects (TS 29.272 5.2.4.1).
    pub volatile_locations: bool,
    /// What holds for Cx.
    pub ims: ImsConfig,
    /// Whether equipment is judged for MMEs (S13).
    pub s13: bool,
    /// How equipment is judged.
    pub eir: EirPolicy,
    /// What holds for Sh.
    pub sh: ShConfig,
    /// What holds for SLh.
    pub slh: SlhConfig,
    /// Whether SMS-GMSCs are served (S6c), and service centres alerted.
    pub s6c: bool,
    /// For a serving node to answer CLR, IDR, DSR, RSR; for an S-CSCF to answer RTR, PPR.
    pub request_timeout: Duration,
    /// Subscribers read per command of the preload.
    pub preload_page: usize,
    /// Most subscribers in memory, at least one; the others are read when they are asked for.
    pub in_memory: usize,
}

impl HssConfig {
    /// An HSS of these networks with the defaults of everything else.
    #[must_use]
    pub fn new(home_plmns: Vec<Plmn>) -> Self {
        Self {
            home_plmns,
            equivalent_plmns: Vec::new(),
            slot: Slot::default(),
            auc: AucConfig::default(),
            visited_plmns: VisitedPlmns::Any,
            check_origin_realm: false,
            sms_in_mme: false,
            reset_ids: Vec::new(),
            volatile_locations: false,
            ims: ImsConfig::default(),
            s13: true,
            eir: EirPolicy::default(),
            sh: ShConfig::default(),
            slh: SlhConfig::default(),
            s6c: false,
            request_timeout: Duration::from_secs(5),
            preload_page: 4096,
            in_memory: IN_MEMORY,
        }
    }

    /// What of it is the front end's.
    pub(crate) fn front(&self) -> FrontConfig {
        FrontConfig {
            slot: self.slot,
            auc: self.auc,
            preload_page: self.preload_page,
            in_memory: self.in_memory,
        }
    }

    /// Supported-Features of this HSS.
    #[must_use]
    pub fn features(&self) -> Features {
        let features = if self.sms_in_mme {
            Features::HSS.with_sms_in_mme()
        } else {
            Features::HSS
        };
        if self.reset_ids.is_empty() {
            features
        } else {
            features.with_reset_ids()
        }
    }
}
