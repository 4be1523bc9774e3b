//! Who is believed, and what only they can say (RFC 3325 2, TS 24.229 4.4).

use quintet_sip::transport::Hop;
use quintet_sip::{AuthParams, Challenge, Credentials, Edit, Message, Name};
use std::net::IpAddr;

/// Whether a message comes from the trust domain: from an address of it. Where none is named, the network around the node is
/// the domain (TS 33.210), and all are believed.
#[must_use]
pub fn trusts(neighbours: &[IpAddr], hop: &Hop) -> bool {
    neighbours.is_empty() || neighbours.contains(&hop.remote.ip())
}

/// A request from outside of the trust domain, without what is only said inside of it.
#[must_use]
pub fn from_outside(message: &Message<'_>) -> Vec<u8> {
    let edit = authorization(untrusted(Edit::new(message), message), message, None);
    let mut octets = Vec::with_capacity(message.octets().len());
    edit.write(&mut octets);
    octets
}

/// Takes away what is only said inside of a trust domain, or of it (RFC 3325 5, RFC 7315 5; TS 24.229 4.4), and the routes that
/// proxies and registrars make (RFC 3327 5, RFC 3608 5): none of it is a UE's to say.
#[must_use]
pub fn untrusted<'m, 'a>(mut edit: Edit<'m, 'a>, message: &Message<'a>) -> Edit<'m, 'a> {
    edit = access_of_the_ue(edit, message);
    for name in [
        Name::PAssertedIdentity,
        Name::PChargingVector,
        Name::PChargingFunctionAddresses,
        Name::PServedUser,
        Name::PUserDatabase,
        Name::PAssociatedUri,
        Name::PCalledPartyId,
        Name::PProfileKey,
        Name::PAssertedService,
        Name::PVisitedNetworkId,
        Name::Path,
        Name::ServiceRoute,
    ] {
        if message.has(name) {
            edit = edit.remove(name);
        }
    }
    edit
}

/// Takes away what a UE says of its access as if the network had (`network-provided`, RFC 7315 5.4; TS 24.229 5.2.1).
fn access_of_the_ue<'m, 'a>(edit: Edit<'m, 'a>, message: &Message<'a>) -> Edit<'m, 'a> {
    let of_network = |value: &&str| {
        let mut parameters = value.split(';').skip(1).map(str::trim);
        parameters.any(|parameter| parameter.eq_ignore_ascii_case("network-provided"))
    };
    let access = Name::PAccessNetworkInfo;
    if !message.values(access).any(|value| of_network(&value)) {
        return edit;
    }
    let kept = message.values(access).filter(|value| !of_network(value));
    kept.fold(edit.remove(access), |edit, value| edit.append(access, value))
}

/// Writes every Authorization anew, without what its sender says of integrity protection, and with what is known of it, if
/// anything is (TS 24.229 7.2A.2).
#[must_use]
pub fn authorization<'m, 'a>(
    mut edit: Edit<'m, 'a>,
    message: &Message<'a>,
    protected: Option<&str>,
) -> Edit<'m, 'a> {
    if !message.has(Name::Authorization) {
        return edit;
    }
    edit = edit.remove(Name::Authorization);
    for credentials in message.authorizations().flatten() {
        let mut value = without(credentials.scheme, credentials.params, &["integrity-protected"]);
        if let Some(name) = protected.filter(|_| Credentials::is_digest(&credentials)) {
            value.push_str(", integrity-protected=\"");
            value.push_str(name);
            value.push('"');
        }
        edit = edit.append(Name::Authorization, value);
    }
    edit
}

/// Takes ck and ik out of every challenge and of whatever else a response could carry them in: they are never a UE's, nor a
/// stranger's (TS 33.203 6.1.1 SM6).
#[must_use]
pub fn without_keys<'m, 'a>(mut edit: Edit<'m, 'a>, message: &Message<'a>) -> Edit<'m, 'a> {
    for name in [Name::WwwAuthenticate, Name::ProxyAuthenticate] {
        if !message.has(name) {
            continue;
        }
        edit = edit.remove(name);
        for challenge in message
            .headers(name)
            .filter_map(|value| Challenge::parse(value).ok())
        {
            edit = edit.append(name, without(challenge.scheme, challenge.params, &["ck", "ik"]));
        }
    }
    edit
}

/// Scheme and parameters, without those named.
fn without(scheme: &str, params: AuthParams<'_>, names: &[&str]) -> String {
    let mut out = scheme.to_owned();
    let kept = params
        .iter()
        .filter(|(name, _)| !names.iter().any(|other| other.eq_ignore_ascii_case(name)));
    for (index, (name, value)) in kept.enumerate() {
        out.push_str(if index == 0 { " " } else { ", " });
        out.push_str(name);
        out.push('=');
        out.push_str(value);
    }
    out
}
