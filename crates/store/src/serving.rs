//! What is decided of where a subscriber is served, alike on every store.

#[cfg(doc)]
use crate::command::Command;
use crate::reply::StoreError;
use quintet_subscriber::model::Location;

/// Most PDN gateways kept per subscriber: more than the APN configurations a profile can sensibly have (TS 29.272
/// 7.3.34), and a bound on what a misbehaving MME can make a home network store.
pub const MAX_PDN_GATEWAYS: usize = 64;

/// Whether two names are one Diameter node: DiameterIdentity ignores ASCII case (RFC 6733 4.3.1).
#[must_use]
pub fn same_host(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// Whether `host` may tell of a subscriber's PDN gateways: it is the registered MME, SGSN or 3GPP AAA server.
#[must_use]
pub fn may_report(location: &Location, host: &str) -> bool {
    let nodes = [&location.mme, &location.sgsn].into_iter().flatten();
    let aaa = location.aaa.as_ref().filter(|aaa| aaa.registered);
    nodes
        .map(|node| &node.host)
        .chain(aaa.map(|aaa| &aaa.host))
        .any(|serving| same_host(serving, host))
}

/// Whether [`Command::SetAaa`] may replace what is stored.
///
/// # Errors
/// [`StoreError::Stale`]: it is not the expected one.
pub fn check_aaa(location: Option<&Location>, expected: Option<&str>) -> Result<(), StoreError> {
    let stored = location.and_then(|location| location.aaa.as_ref());
    let is_expected = match (stored, expected) {
        (None, None) => true,
        (Some(stored), Some(expected)) => same_host(&stored.host, expected),
        _ => false,
    };
    is_expected.then_some(()).ok_or(StoreError::Stale { version: 0 })
}

/// What [`Command::ClearLocation`] leaves of a location.
#[must_use]
pub fn left_of(location: &Location, is_provisioned: bool) -> Option<Location> {
    let message_waiting = location.message_waiting.clone().filter(|_| is_provisioned)?;
    Some(Location {
        message_waiting: Some(message_waiting),
        ..Location::default()
    })
}
