//! Decisions of the UDM (TS 29.503, TS 33.501 6.1.2): who is authenticated for which network, and which AMF may serve.

use crate::model::{AuthenticationMethod, FgsSubscription, RatType, Roaming, Subscription};
use crate::s6a::VisitedPlmns;
use quintet_crypto::fgs::ServingNetworkName;
use quintet_identity::Plmn;

/// Why a request is refused: a cause of TS 29.503 6.2.7.3, 6.3.7.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// SERVING_NETWORK_NOT_AUTHORIZED.
    ServingNetworkNotAuthorized,
    /// AUTHENTICATION_REJECTED.
    AuthenticationRejected,
    /// UNKNOWN_5GS_SUBSCRIPTION.
    Unknown5gsSubscription,
    /// RAT_NOT_ALLOWED.
    RatNotAllowed,
    /// ROAMING_NOT_ALLOWED.
    RoamingNotAllowed,
}

/// The PLMNs that a serving network name may mean: an MNC of two digits is written there with a zero in front, and so may
/// be one of three.
#[must_use]
pub fn serving_plmns(name: &ServingNetworkName) -> [Option<Plmn>; 2] {
    let (mcc, mnc) = name.mcc_mnc();
    let plmn = |mnc: &str| Plmn::from_ascii(format!("{mcc}{mnc}").as_bytes()).ok();
    [mnc.strip_prefix('0').and_then(plmn), plmn(mnc)]
}

/// Whether vectors may be made for this network, and by which method (TS 33.501 6.1.2). A network whose name can
/// be read in two ways is home, or allowed, by either; a list of excluded networks hits by either, too.
///
/// # Errors
/// [`Refusal`].
pub fn authorize(
    subscription: &Subscription,
    name: &ServingNetworkName,
    visited: &VisitedPlmns,
    home: &[Plmn],
) -> Result<AuthenticationMethod, Refusal> {
    let FgsSubscription {
        subscribed,
        authentication_method,
        ..
    } = subscription.fgs;
    if !subscribed {
        return Err(Refusal::AuthenticationRejected);
    }
    let among = |plmns: &[Plmn]| {
        serving_plmns(name)
            .iter()
            .flatten()
            .any(|plmn| plmns.contains(plmn))
    };
    if among(home) {
        return Ok(authentication_method);
    }
    let served = match visited {
        VisitedPlmns::Any => true,
        VisitedPlmns::Only(plmns) => among(plmns),
    };
    let may_roam = match &subscription.roaming {
        Roaming::Everywhere => true,
        Roaming::Only(plmns) => among(plmns),
        Roaming::Except(plmns) => !among(plmns),
    };
    if served && may_roam {
        Ok(authentication_method)
    } else {
        Err(Refusal::ServingNetworkNotAuthorized)
    }
}

/// Whether an AMF of this network may serve the UE over this RAT (TS 29.503 5.3.2.2.2). `None`: a RAT that is not known
/// here, which no subscription allows.
///
/// # Errors
/// [`Refusal`].
pub fn admit(
    subscription: &Subscription,
    rat: Option<RatType>,
    serving: Plmn,
    home: &[Plmn],
) -> Result<RatType, Refusal> {
    if !subscription.fgs.subscribed {
        return Err(Refusal::Unknown5gsSubscription);
    }
    if !subscription.may_roam(serving, home) {
        return Err(Refusal::RoamingNotAllowed);
    }
    rat.filter(|rat| !subscription.fgs.rat_restrictions.contains(rat))
        .ok_or(Refusal::RatNotAllowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plmn(text: &str) -> Plmn {
        text.parse().unwrap()
    }

    fn name(text: &str) -> ServingNetworkName {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_is_read_in_both_ways() {
        let two = serving_plmns(&name("5G:mnc001.mcc001.3gppnetwork.org"));
        assert_eq!(two, [Some(plmn("00101")), Some(plmn("001001"))]);
        let one = serving_plmns(&name("5G:mnc260.mcc310.3gppnetwork.org"));
        assert_eq!(one, [None, Some(plmn("310260"))]);
    }

    #[test]
    fn networks_methods_and_rats() {
        let mut subscription = crate::s6a::tests::subscription();
        let (home, abroad) = (plmn("00101"), name("5G:mnc070.mcc901.3gppnetwork.org"));
        let here = name("5G:mnc001.mcc001.3gppnetwork.org");
        let any = VisitedPlmns::Any;
        let aka = AuthenticationMethod::FgAka;
        assert_eq!(authorize(&subscription, &abroad, &any, &[home]), Ok(aka));
        let refused = Err(Refusal::ServingNetworkNotAuthorized);
        let only = VisitedPlmns::Only(vec![plmn("90170")]);
        assert_eq!(authorize(&subscription, &abroad, &only, &[home]), Ok(aka));
        let none = VisitedPlmns::Only(Vec::new());
        assert_eq!(authorize(&subscription, &abroad, &none, &[home]), refused);
        assert_eq!(authorize(&subscription, &here, &none, &[home]), Ok(aka));
        subscription.roaming = Roaming::Except(vec![plmn("90170")]);
        assert_eq!(authorize(&subscription, &abroad, &any, &[home]), refused);
        let rat = Some(RatType::Nr);
        assert_eq!(
            admit(&subscription, rat, plmn("90170"), &[home]),
            Err(Refusal::RoamingNotAllowed)
        );
        assert_eq!(admit(&subscription, rat, home, &[home]), Ok(RatType::Nr));
        assert_eq!(
            admit(&subscription, None, home, &[home]),
            Err(Refusal::RatNotAllowed)
        );
        subscription.fgs.rat_restrictions = vec![RatType::Nr];
        assert_eq!(
            admit(&subscription, rat, home, &[home]),
            Err(Refusal::RatNotAllowed)
        );
        subscription.fgs.subscribed = false;
        assert_eq!(
            admit(&subscription, rat, home, &[home]),
            Err(Refusal::Unknown5gsSubscription)
        );
        assert_eq!(
            authorize(&subscription, &here, &any, &[home]),
            Err(Refusal::AuthenticationRejected)
        );
    }
}
