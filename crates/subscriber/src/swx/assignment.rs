//! Registration and de-registration notification (TS 29.273 8.1.2.2.2.2): every Server-Assignment-Type.
//!
//! | | stored: none | the sender, pending | the sender, registered | another, registered |
//! |---|---|---|---|---|
//! | REGISTRATION, RE_REGISTRATION | registered, profile | registered, profile | profile | 5005, its name |
//! | RESTORATION | registered, profile | registered, profile | profile | 5005, its name |
//! | AAA_USER_DATA_REQUEST | 5003 | profile | profile | 5005, its name |
//! | PGW_UPDATE | 5003 | 5003 | gateway | 5012 |
//! | *_DEREGISTRATION | success | forgotten | forgotten | 5012 |
//! | AUTHENTICATION_FAILURE, AUTHENTICATION_TIMEOUT | success | forgotten | success | 5012 |
//! | others | 5012 | 5012 | 5012 | 5012 |
//!
//! Another that is pending counts as none, but for REGISTRATION and RE_REGISTRATION: there it is 5005 with its name, for who
//! registers must be who asked for the vectors last (TS 23.402 12.1). RESTORATION must go on without any: the server that lost
//! its data has authenticated nobody. So must a registration where none is stored, after a location was removed under it.
//!
//! What repeats a request finds the state it wanted and changes nothing: a de-registration where none is stored is a success, for its
//! answer may have been lost. One of another server than that which is stored is 5012 and learns no name: it has nothing to ask there.

use super::{Refused, is_served_elsewhere};
use crate::model::{AaaServer, PdnGateway, Subscription};
use crate::s6a::{GatewayChange, ReportedGateway, gateway_change};
use quintet_cx::{ExperimentalResult, ServerAssignmentType};
use quintet_diameter::ResultCode;
use quintet_identity::{Apn, Imei, Imeisv};

/// A Server-Assignment-Request.
#[derive(Clone, Debug)]
pub struct Assignment<'a> {
    /// Origin-Host: the 3GPP AAA server.
    pub host: &'a str,
    /// Origin-Realm.
    pub realm: &'a str,
    /// Server-Assignment-Type.
    pub assignment_type: ServerAssignmentType,
    /// Service-Selection.
    pub apn: Option<Apn>,
    /// Context-Identifier.
    pub context_identifier: Option<u32>,
    /// MIP6-Agent-Info; `None`: the gateway is to be forgotten.
    pub gateway: Option<ReportedGateway<'a>>,
    /// Visited-Network-Identifier.
    pub visited_network: Option<&'a str>,
    /// IMEI of Terminal-Information.
    pub imei: Option<Imei>,
    /// IMEI and Software-Version of Terminal-Information.
    pub imeisv: Option<Imeisv>,
    /// Active-APN.
    pub active: Vec<PdnGateway>,
}

/// A request that is granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssignmentDecision {
    /// What must be stored of the 3GPP AAA server before it is answered: `Some(None)`: it is forgotten; `None`: nothing changes.
    pub store: Option<Option<AaaServer>>,
    /// What happens to the stored PDN gateways, after that.
    pub gateways: Vec<GatewayChange>,
    /// Whether the profile is answered.
    pub profile: bool,
}

impl Assignment<'_> {
    /// Decides the answer for a provisioned subscriber. `since` is the wall clock in seconds since 1970.
    ///
    /// # Errors
    /// [`Refused`], as the table of this module has it; ERROR_USER_NO_APN_SUBSCRIPTION for a gateway of an APN that is not
    /// subscribed, MISSING_AVP for one of no APN.
    pub fn decide(
        &self,
        subscription: &Subscription,
        stored: Option<&AaaServer>,
        since: u64,
    ) -> Result<AssignmentDecision, Refused> {
        type Sat = ServerAssignmentType;
        match self.assignment_type {
            Sat::REGISTRATION | Sat::RE_REGISTRATION | Sat::RESTORATION => {
                self.register(subscription, stored, since)
            }
            Sat::AAA_USER_DATA_REQUEST => self.user_data(subscription, stored),
            Sat::PGW_UPDATE => self.update_gateway(subscription, stored),
            Sat::TIMEOUT_DEREGISTRATION
            | Sat::USER_DEREGISTRATION
            | Sat::ADMINISTRATIVE_DEREGISTRATION
            | Sat::DEREGISTRATION_TOO_MUCH_DATA => self.end(stored, true),
            Sat::AUTHENTICATION_FAILURE | Sat::AUTHENTICATION_TIMEOUT => self.end(stored, false),
            _ => Err(unable()),
        }
    }

    fn register(
        &self,
        subscription: &Subscription,
        stored: Option<&AaaServer>,
        since: u64,
    ) -> Result<AssignmentDecision, Refused> {
        self.may_be_served(subscription, stored)?;
        let is_restoration = self.assignment_type == ServerAssignmentType::RESTORATION;
        if !is_restoration && stored.is_some_and(|aaa| !aaa.is_named(self.host)) {
            return Err(Refused::ServedElsewhere);
        }
        let of_this = stored.filter(|aaa| aaa.is_named(self.host));
        let mut new = of_this.cloned().unwrap_or_else(|| AaaServer {
            host: self.host.to_owned(),
            realm: self.realm.to_owned(),
            registered: true,
            rat_type: None,
            visited_network: None,
            imei: None,
            imeisv: None,
            since,
        });
        if !new.registered {
            (new.registered, new.since) = (true, since);
        }
        if let Some(visited) = self.visited_network {
            new.visited_network = Some(visited.to_owned());
        }
        if self.imei.is_some() || self.imeisv.is_some() {
            (new.imei, new.imeisv) = (self.imei, self.imeisv);
        }
        let known = |active: &&PdnGateway| {
            subscription
                .apn_configuration(active.context_identifier)
                .is_some()
        };
        Ok(AssignmentDecision {
            store: (of_this != Some(&new)).then_some(Some(new)),
            gateways: self
                .active
                .iter()
                .filter(known)
                .cloned()
                .map(GatewayChange::Store)
                .collect(),
            profile: true,
        })
    }

    fn user_data(
        &self,
        subscription: &Subscription,
        stored: Option<&AaaServer>,
    ) -> Result<AssignmentDecision, Refused> {
        self.may_be_served(subscription, stored)?;
        if !stored.is_some_and(|aaa| aaa.is_named(self.host)) {
            return Err(ExperimentalResult::ERROR_IDENTITY_NOT_REGISTERED.into());
        }
        Ok(AssignmentDecision {
            profile: true,
            ..AssignmentDecision::default()
        })
    }

    /// Whether this server may have the profile.
    fn may_be_served(&self, subscription: &Subscription, stored: Option<&AaaServer>) -> Result<(), Refused> {
        if is_served_elsewhere(stored, self.host) {
            return Err(Refused::ServedElsewhere);
        }
        if !subscription.non_3gpp.is_of_use(subscription) {
            return Err(Refused::NotSubscribed);
        }
        Ok(())
    }

    fn update_gateway(
        &self,
        subscription: &Subscription,
        stored: Option<&AaaServer>,
    ) -> Result<AssignmentDecision, Refused> {
        if is_served_elsewhere(stored, self.host) {
            return Err(unable());
        }
        if !stored.is_some_and(|aaa| aaa.registered) {
            return Err(ExperimentalResult::ERROR_IDENTITY_NOT_REGISTERED.into());
        }
        if self.apn.is_none() && self.context_identifier.is_none() {
            return Err(Refused::Result(ResultCode::MISSING_AVP.into()));
        }
        let selected = (self.context_identifier, self.apn.as_ref());
        let change = gateway_change(subscription, selected, self.gateway.as_ref())
            .map_err(|_| ExperimentalResult::ERROR_USER_NO_APN_SUBSCRIPTION)?;
        Ok(AssignmentDecision {
            gateways: change.into_iter().collect(),
            ..AssignmentDecision::default()
        })
    }

    /// The end of a registration, or of an authentication alone.
    fn end(&self, stored: Option<&AaaServer>, registration: bool) -> Result<AssignmentDecision, Refused> {
        if is_served_elsewhere(stored, self.host) {
            return Err(unable());
        }
        let ends = stored.is_some_and(|aaa| aaa.is_named(self.host) && (registration || !aaa.registered));
        Ok(AssignmentDecision {
            store: ends.then_some(None),
            ..AssignmentDecision::default()
        })
    }
}

fn unable() -> Refused {
    Refused::Result(ResultCode::UNABLE_TO_COMPLY.into())
}
