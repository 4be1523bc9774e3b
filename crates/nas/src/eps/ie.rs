//! Information elements of EPS NAS (TS 24.301 9.9), by what they are about.

mod bearer;
mod capability;
pub(crate) mod identity;
mod network;
mod octets;
mod tai_list;
mod timer;
mod types;

pub use bearer::{ApnAmbr, ApnIe, EpsQos, PdnAddress, ProtocolConfigurationOptions};
pub use capability::{
    MobileStationClassmark2, MsNetworkCapability, NasSecurityAlgorithms, UeAdditionalSecurityCapability,
    UeNetworkCapability, UeSecurityCapability,
};
pub use identity::{EpsMobileIdentity, MobileIdentity};
pub use network::{DrxParameter, EpsBearerContextStatus, LocationAreaIdentification, PlmnList};
pub use octets::*;
pub use quintet_identity::{Guti, Tai};
pub use tai_list::{MAX_TAIS, TaiList};
pub use timer::{GprsTimer, GprsTimer3};
pub use types::*;
