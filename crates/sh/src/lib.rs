//! Sh, sans-IO: the commands of TS 29.329 as types for both ends, and the user data of TS 29.328 in XML.
//!
//! ```text
//!  diameter::Message ──read──► Udr, Pur, Snr, Pnr │ Uda, Pua, Sna, Pna ──write──► MessageWriter
//!                                     └─ User-Data ──user_data::ShData──► from_xml, to_xml
//! ```
//!
//! It is Cx's sister: AVPs, faults, results, features and XML are those of [`quintet_cx`], and what its head says of
//! Session-Id and the routing AVPs holds here too. AVPs that are not named here are skipped, whatever they are.
//!
//! Left out: External-Identifier, Call-Reference-Info, DSAI, UE reachability, SMS registration.

#![forbid(unsafe_code)]

mod code;
mod command;
mod identity;
mod notification;
mod pull;
mod subscription;
mod update;
pub mod user_data;

pub use code::{
    CurrentLocation, DataReference, Features, IdentitySet, MAX_LISTED, RequestedDomain, RequestedNodes,
    SendDataIndication, SubsReqType,
};
pub use command::{Answer, Request};
pub use identity::UserIdentity;
pub use notification::{Pna, Pnr};
pub use pull::{Uda, Udr};
pub use subscription::{Sna, Snr};
pub use update::{Pua, Pur, RepositoryDataId};

/// Application-ID of Sh and Dh (TS 29.329 5.6).
pub const SH: u32 = 16_777_217;

/// Sh's own list of features.
#[must_use]
pub const fn feature_list(features: Features) -> quintet_cx::FeatureList {
    quintet_cx::FeatureList {
        vendor_id: quintet_cx::VENDOR_3GPP,
        id: 1,
        list: features.0,
        required: false,
    }
}

/// The features of Sh among lists; none if its list is not there.
#[must_use]
pub fn features_of(lists: &[quintet_cx::FeatureList]) -> Features {
    let mut found = lists
        .iter()
        .filter(|list| list.vendor_id == quintet_cx::VENDOR_3GPP && list.id == 1);
    found
        .next()
        .map_or_else(Features::default, |list| Features(list.list))
}
