//! What DOIC nodes say to each other: OC-Supported-Features and OC-OLR (RFC 7683 7).
//!
//! Read leniently where the RFC says how (a missing or too long validity, a percentage above 100), and not at all where it
//! says nothing: a report that cannot be read changes nothing.

use crate::dict::{avp, value};
use crate::{Avp, Avps, Message, MessageWriter};
use std::time::Duration;

/// OLR_DEFAULT_ALGO of OC-Feature-Vector: the loss algorithm (RFC 7683 7.2).
const LOSS: u64 = 1;

/// What an absent OC-Validity-Duration means, and one above [`MAX_VALIDITY`] (RFC 7683 7.5).
pub(crate) const DEFAULT_VALIDITY: Duration = Duration::from_secs(30);

/// The longest OC-Validity-Duration (RFC 7683 7.5).
pub(crate) const MAX_VALIDITY: Duration = Duration::from_secs(86_400);

/// Most OC-OLR AVPs read of one answer: one of each type may be there (RFC 7683 4.3), and those of types that nobody
/// announced.
const MAX_REPORTS_PER_ANSWER: usize = 3;

/// Whom a report is about: OC-Report-Type (RFC 7683 7.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Scope {
    /// HOST_REPORT: the Origin-Host of the answer.
    Host,
    /// REALM_REPORT: its Origin-Realm (RFC 7683 4.3 with erratum 4549).
    Realm,
}

/// One overload report of the loss algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) scope: Scope,
    /// OC-Sequence-Number (RFC 7683 7.4).
    pub(crate) sequence: u64,
    /// OC-Reduction-Percentage, at most 100.
    pub(crate) reduction: u8,
    /// OC-Validity-Duration; zero ends the overload.
    pub(crate) validity: Duration,
}

/// Writes OC-Supported-Features with the loss algorithm; no AVP of overload has M (RFC 7683 7.8).
pub(crate) fn write_features(writer: &mut MessageWriter<'_>) {
    writer.group(avp::OC_SUPPORTED_FEATURES, |group| {
        group.u64(avp::OC_FEATURE_VECTOR, LOSS)
    });
}

/// Whether an OC-Supported-Features of this content has the loss algorithm; without a vector it has (RFC 7683 7.1).
pub(crate) fn supports_loss(features: &[u8]) -> bool {
    let vector = Avps::new(features, 0).find(avp::OC_FEATURE_VECTOR);
    vector.is_none_or(|vector| vector.u64().is_ok_and(|vector| vector & LOSS != 0))
}

impl Report {
    /// Writes the OC-OLR.
    pub(crate) fn write(&self, writer: &mut MessageWriter<'_>) {
        let kind = match self.scope {
            Scope::Host => value::oc_report_type::HOST_REPORT,
            Scope::Realm => value::oc_report_type::REALM_REPORT,
        };
        writer.group(avp::OC_OLR, |group| {
            group.u64(avp::OC_SEQUENCE_NUMBER, self.sequence);
            group.u32(avp::OC_REPORT_TYPE, kind);
            group.u32(avp::OC_REDUCTION_PERCENTAGE, self.reduction.into());
            group.u32(avp::OC_VALIDITY_DURATION, self.validity.as_secs() as u32);
        });
    }

    /// Reads an OC-OLR; `None` if it says nothing that counts.
    fn read(olr: &Avp<'_>) -> Option<Self> {
        let group = olr.group();
        let number = |id| group.find(id).map(|avp| avp.u32());
        let scope = match number(avp::OC_REPORT_TYPE)?.ok()? {
            value::oc_report_type::HOST_REPORT => Scope::Host,
            value::oc_report_type::REALM_REPORT => Scope::Realm,
            // PEER_REPORT belongs to a feature that was not announced (RFC 8581).
            _ => return None,
        };
        let validity = match number(avp::OC_VALIDITY_DURATION) {
            None => DEFAULT_VALIDITY,
            Some(seconds) => Some(Duration::from_secs(seconds.ok()?.into()))
                .filter(|validity| *validity <= MAX_VALIDITY)
                .unwrap_or(DEFAULT_VALIDITY),
        };
        let reduction = number(avp::OC_REDUCTION_PERCENTAGE).unwrap_or(Ok(0)).ok()?;
        // Above 100 it is to be ignored (RFC 7683 7.7).
        let reduction = u8::try_from(reduction).ok().filter(|percent| *percent <= 100)?;
        Some(Self {
            scope,
            sequence: group.find(avp::OC_SEQUENCE_NUMBER)?.u64().ok()?,
            reduction,
            validity,
        })
    }
}

/// The reports of an answer: none without OC-Supported-Features that chooses the loss algorithm (RFC 7683 5.1.2).
pub(crate) fn reports<'m>(answer: &Message<'m>) -> impl Iterator<Item = Report> + use<'m> {
    let chosen = answer
        .find(avp::OC_SUPPORTED_FEATURES)
        .is_some_and(|features| supports_loss(features.data));
    let avps = answer
        .avps()
        .map_while(Result::ok)
        .filter(|avp| avp.is(avp::OC_OLR));
    avps.take(if chosen { MAX_REPORTS_PER_ANSWER } else { 0 })
        .filter_map(|olr| Report::read(&olr))
}
