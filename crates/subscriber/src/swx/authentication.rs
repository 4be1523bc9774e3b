//! Authentication (TS 29.273 8.1.2.1.2): who gets vectors, and of which method.

use super::{Refused, is_served_elsewhere, may_visit};
use crate::model::{AaaServer, Subscription};
use quintet_cx::{AuthenticationScheme, ExperimentalResult};
use quintet_identity::{Imei, Imeisv, Plmn};

/// A method of EAP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// EAP-AKA (RFC 4187): CK and IK as they are, separation bit clear.
    EapAka,
    /// EAP-AKA' (RFC 9048): CK' and IK' bound to the Access Network Identity, separation bit set (TS 33.402 6.1).
    EapAkaPrime,
}

impl Method {
    /// Of its SIP-Authentication-Scheme.
    #[must_use]
    pub fn of(scheme: &AuthenticationScheme) -> Option<Self> {
        if *scheme == AuthenticationScheme::EAP_AKA {
            Some(Self::EapAka)
        } else if *scheme == AuthenticationScheme::EAP_AKA_PRIME {
            Some(Self::EapAkaPrime)
        } else {
            None
        }
    }
}

/// A Multimedia-Auth-Request.
#[derive(Clone, Copy, Debug)]
pub struct AuthenticationRequest<'a> {
    /// Origin-Host: the 3GPP AAA server.
    pub host: &'a str,
    /// Origin-Realm.
    pub realm: &'a str,
    /// SIP-Authentication-Scheme.
    pub scheme: &'a AuthenticationScheme,
    /// RAT-Type.
    pub rat_type: Option<u32>,
    /// Visited-Network-Identifier.
    pub visited_network: Option<&'a str>,
    /// IMEI of Terminal-Information.
    pub imei: Option<Imei>,
    /// IMEI and Software-Version of Terminal-Information.
    pub imeisv: Option<Imeisv>,
    /// AAA-Failure: the 3GPP AAA server that serves the UE is out of order.
    pub aaa_failure: bool,
}

/// A request that is granted vectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationGrant {
    /// Of which method.
    pub method: Method,
    /// What must be stored before it is answered; `None`: nothing changes.
    pub store: Option<AaaServer>,
}

impl AuthenticationRequest<'_> {
    /// Decides the answer for a provisioned subscriber, in the order of TS 29.273 8.1.2.1.2. `since` is the wall clock in seconds
    /// since 1970. Who says that the server which is stored is out of order takes its place: otherwise a server that crashed would
    /// lock its UEs out.
    ///
    /// # Errors
    /// [`Refused`]: ERROR_USER_NO_NON_3GPP_SUBSCRIPTION, ERROR_ROAMING_NOT_ALLOWED, ERROR_RAT_TYPE_NOT_ALLOWED,
    /// ERROR_AUTH_SCHEME_NOT_SUPPORTED, or another 3GPP AAA server serves.
    pub fn decide(
        &self,
        subscription: &Subscription,
        stored: Option<&AaaServer>,
        home: &[Plmn],
        since: u64,
    ) -> Result<AuthenticationGrant, Refused> {
        let non_3gpp = &subscription.non_3gpp;
        if !non_3gpp.is_of_use(subscription) {
            return Err(ExperimentalResult::ERROR_USER_NO_NON_3GPP_SUBSCRIPTION.into());
        }
        if self
            .visited_network
            .is_some_and(|visited| !may_visit(subscription, visited, home))
        {
            return Err(ExperimentalResult::ERROR_ROAMING_NOT_ALLOWED.into());
        }
        if self.rat_type.is_some_and(|rat| non_3gpp.restricts(rat)) {
            return Err(ExperimentalResult::ERROR_RAT_TYPE_NOT_ALLOWED.into());
        }
        let refused = ExperimentalResult::ERROR_AUTH_SCHEME_NOT_SUPPORTED;
        let method = Method::of(self.scheme).ok_or(refused)?;
        if !self.aaa_failure && is_served_elsewhere(stored, self.host) {
            return Err(Refused::ServedElsewhere);
        }
        Ok(AuthenticationGrant {
            method,
            store: self.changed(stored, since),
        })
    }

    /// What is stored with what the request tells; `None` if that is nothing new.
    fn changed(&self, stored: Option<&AaaServer>, since: u64) -> Option<AaaServer> {
        let of_this = stored.filter(|aaa| aaa.is_named(self.host));
        let mut new = of_this.cloned().unwrap_or_else(|| AaaServer {
            host: self.host.to_owned(),
            realm: self.realm.to_owned(),
            registered: false,
            rat_type: None,
            visited_network: None,
            imei: None,
            imeisv: None,
            since,
        });
        new.rat_type = self.rat_type.or(new.rat_type);
        if let Some(visited) = self.visited_network {
            new.visited_network = Some(visited.to_owned());
        }
        if self.imei.is_some() || self.imeisv.is_some() {
            (new.imei, new.imeisv) = (self.imei, self.imeisv);
        }
        (of_this != Some(&new)).then_some(new)
    }
}
