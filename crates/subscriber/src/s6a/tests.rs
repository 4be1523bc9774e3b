//! The decisions, row by row.

use super::*;
use crate::model::{AccessRestriction, Ambr, Location, Roaming, ServingNode, SubscriberStatus, Subscription};
use quintet_identity::{Imsi, Msisdn, Plmn};

const HOME: &str = "00101";
const ABROAD: &str = "26201";

fn plmn(text: &str) -> Plmn {
    text.parse().unwrap()
}

fn imsi() -> Imsi {
    "001010000000001".parse().unwrap()
}

pub(crate) fn subscription() -> Subscription {
    Subscription {
        subscriber_status: SubscriberStatus::ServiceGranted,
        operator_determined_barring: None,
        packet_only: true,
        access_restriction: AccessRestriction(0),
        eps: true,
        roaming: Roaming::Everywhere,
        ambr: Ambr {
            uplink: 1,
            downlink: 1,
        },
        apn_configurations: Vec::new(),
        default_context_identifier: 1,
        apn_oi_replacement: None,
        charging_characteristics: None,
        rfsp: None,
        rau_tau_timer_s: None,
        stn_sr: None,
        regional_zone_codes: Vec::new(),
        ue_usage_type: None,
        sgsn_camel: false,
        fgs: Default::default(),
        mt_sms: Default::default(),
        non_3gpp: Default::default(),
    }
}

fn request(host: &str, flags: UlrFlags) -> UpdateLocation<'_> {
    UpdateLocation {
        imsi: imsi(),
        host,
        realm: "realm",
        visited_plmn: plmn(HOME),
        rat_type: RatType::EUTRAN,
        flags,
        features: Features::default(),
        ims_voice: None,
        srvcc: None,
        imei: None,
        imeisv: None,
        sms_register_request: None,
        mme_number_for_mt_sms: None,
        active_apns: false,
    }
}

fn node(host: &str) -> ServingNode {
    let admitted = request(host, UlrFlags::S6A_S6D).admit(&subscription(), &[plmn(HOME)], Features::HSS, 7);
    admitted.unwrap().node
}

#[test]
fn vectors_are_counted_and_ordered() {
    let asked = |number, immediate| Some(RequestedVectors { number, immediate });
    let (eutran, utran) = (VectorKind::Eutran, VectorKind::Utran);
    for (e, u, expected) in [
        (asked(None, false), None, (1, 0, eutran)),
        (asked(Some(0), false), None, (1, 0, eutran)),
        (
            asked(Some(u32::MAX), false),
            None,
            (MAX_VECTORS_PER_ANSWER, 0, eutran),
        ),
        (None, asked(Some(2), false), (0, 2, utran)),
        (asked(Some(2), false), asked(Some(3), false), (2, 3, eutran)),
        (asked(Some(2), false), asked(Some(3), true), (2, 3, utran)),
        (asked(Some(2), true), asked(Some(3), true), (2, 3, eutran)),
    ] {
        let air = AuthenticationInformation {
            imsi: imsi(),
            visited_plmn: plmn(HOME),
            eutran: e,
            utran: u,
        };
        let plan = air.plan(&subscription(), &VisitedPlmns::Any, &[]).unwrap();
        assert_eq!((plan.eutran, plan.utran, plan.first), expected, "{e:?} {u:?}");
    }
    let none = AuthenticationInformation {
        imsi: imsi(),
        visited_plmn: plmn(HOME),
        eutran: None,
        utran: None,
    };
    let refused = none.plan(&subscription(), &VisitedPlmns::Any, &[]);
    assert_eq!(refused, Err(Refusal::AuthenticationDataUnavailable));
}

#[test]
fn rats_have_their_own_restrictions() {
    for (rat, bit) in [
        (RatType::UTRAN, 0),
        (RatType::GERAN, 1),
        (RatType::GAN, 2),
        (RatType::HSPA_EVOLUTION, 3),
        (RatType::EUTRAN, 4),
        (RatType::EUTRAN_NB_IOT, 6),
    ] {
        let mut restricted = subscription();
        restricted.access_restriction = AccessRestriction(1 << bit);
        let ulr = UpdateLocation {
            rat_type: rat,
            ..request("mme", UlrFlags::S6A_S6D)
        };
        let admit = |s: &Subscription| ulr.admit(s, &[plmn(HOME)], Features::HSS, 0).map(drop);
        assert_eq!(admit(&restricted), Err(Refusal::RatNotAllowed), "{rat:?}");
        restricted.access_restriction = AccessRestriction(!(1 << bit));
        assert_eq!(admit(&restricted), Ok(()), "{rat:?}");
    }
    assert_eq!(RatType(77).restriction(), 0, "what no bit forbids is allowed");
}

#[test]
fn the_rat_is_checked_before_roaming() {
    let unwanted = Subscription {
        access_restriction: AccessRestriction(AccessRestriction::WB_E_UTRAN),
        roaming: Roaming::Only(Vec::new()),
        ..subscription()
    };
    let ulr = UpdateLocation {
        visited_plmn: plmn(ABROAD),
        ..request("mme", UlrFlags::S6A_S6D)
    };
    let admitted = ulr.admit(&unwanted, &[plmn(HOME)], Features::HSS, 0).map(drop);
    assert_eq!(admitted, Err(Refusal::RatNotAllowed));
}

#[test]
fn barring_is_refused_only_where_the_node_cannot_apply_it() {
    let barred = |odb| Subscription {
        subscriber_status: SubscriberStatus::OperatorDeterminedBarring,
        operator_determined_barring: Some(odb),
        ..subscription()
    };
    let refused = |diagnostic| Err(Refusal::RoamingNotAllowed(Some(diagnostic)));
    for (odb, features, visited, expected) in [
        (1, 0, HOME, refused(ErrorDiagnostic::OdbAllApn)),
        (1, 1, HOME, Ok(())),
        (2, 0, HOME, Ok(())),
        (2, 0, ABROAD, refused(ErrorDiagnostic::OdbHplmnApn)),
        (4, 0, ABROAD, refused(ErrorDiagnostic::OdbVplmnApn)),
        (4, 4, ABROAD, Ok(())),
        (8, 0, ABROAD, Ok(())),
    ] {
        let ulr = UpdateLocation {
            visited_plmn: plmn(visited),
            features: Features::new(features, 0),
            ..request("mme", UlrFlags::S6A_S6D)
        };
        let admitted = ulr.admit(&barred(odb), &[plmn(HOME)], Features::HSS, 0).map(drop);
        assert_eq!(admitted, expected, "ODB {odb}, features {features}, {visited}");
    }
}

#[test]
fn who_is_cancelled() {
    use CancellationType::{InitialAttachProcedure, MmeUpdateProcedure, SgsnUpdateProcedure};
    let purged = |host: &str| ServingNode {
        purged: true,
        ..node(host)
    };
    let (mme, single) = (UlrFlags::S6A_S6D, UlrFlags::SINGLE_REGISTRATION);
    let attach = UlrFlags::INITIAL_ATTACH;
    let sgsn = UlrFlags::default();
    let at = |mme: Option<ServingNode>, sgsn| Location {
        mme,
        sgsn,
        aaa: None,
        message_waiting: None,
        pdn_gateways: Vec::new(),
    };
    let rows = [
        (mme, at(None, None), vec![]),
        (
            mme,
            at(Some(node("old")), None),
            vec![("old", MmeUpdateProcedure, 1)],
        ),
        (mme, at(Some(node("NEW")), None), vec![]),
        (mme, at(Some(purged("old")), None), vec![]),
        (
            mme | attach,
            at(Some(node("old")), None),
            vec![("old", MmeUpdateProcedure, 1)],
        ),
        (mme, at(None, Some(node("s"))), vec![]),
        (
            mme | single,
            at(None, Some(node("s"))),
            vec![("s", SgsnUpdateProcedure, 0)],
        ),
        (
            mme | attach,
            at(None, Some(node("s"))),
            vec![("s", InitialAttachProcedure, 0)],
        ),
        (mme | attach, at(None, Some(purged("s"))), vec![]),
        (mme | single, at(None, Some(node("new"))), vec![]),
        (
            sgsn,
            at(Some(node("m")), Some(node("s"))),
            vec![("s", SgsnUpdateProcedure, 0)],
        ),
        (
            mme | single | attach,
            at(None, Some(node("s"))),
            vec![("s", SgsnUpdateProcedure, 0)],
        ),
        (
            sgsn | attach,
            at(Some(node("m")), None),
            vec![("m", InitialAttachProcedure, 1)],
        ),
        (sgsn | single, at(Some(node("m")), None), vec![]),
    ];
    for (flags, before, expected) in rows {
        let domain = request("new", flags).domain();
        let owed = displaced(domain, "new", flags, &before).into_iter().flatten();
        let owed: Vec<_> = owed.map(|c| (c.host, c.cancellation_type, c.flags.0)).collect();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(h, t, f)| (h.to_owned(), t, f))
            .collect();
        assert_eq!(owed, expected, "{flags:?} {before:?}");
    }
}

#[test]
fn a_purge_freezes_what_the_host_serves_and_was_named() {
    let location = Location {
        mme: Some(node("both")),
        sgsn: Some(node("both")),
        aaa: None,
        message_waiting: None,
        pdn_gateways: Vec::new(),
    };
    for (flags, expected) in [(None, 3), (Some(0), 3), (Some(1), 1), (Some(2), 2), (Some(3), 3)] {
        let pur = PurgeUe {
            imsi: imsi(),
            host: "BOTH",
            flags: flags.map(PurFlags),
        };
        assert_eq!(
            frozen_identities(&pur, Some(&location)),
            PuaFlags(expected),
            "{flags:?}"
        );
    }
    let stranger = PurgeUe {
        imsi: imsi(),
        host: "other",
        flags: None,
    };
    assert_eq!(frozen_identities(&stranger, Some(&location)), PuaFlags(0));
    assert_eq!(frozen_identities(&stranger, None), PuaFlags(0));
}

#[test]
fn each_change_has_its_part_or_its_withdrawal() {
    type Alter = fn(&mut Subscription);
    let full = Subscription {
        apn_oi_replacement: Some("oi".into()),
        charging_characteristics: Some(1),
        rfsp: Some(1),
        rau_tau_timer_s: Some(1),
        stn_sr: Some("1".parse().unwrap()),
        regional_zone_codes: vec![1],
        ue_usage_type: Some(1),
        ..subscription()
    };
    let (part, flag) = (SubscriptionParts::default(), DsrFlags::default());
    let rows: [(Alter, SubscriptionParts, DsrFlags); 14] = [
        (|_| (), part, flag),
        (
            |s| s.subscriber_status = SubscriberStatus::OperatorDeterminedBarring,
            SubscriptionParts::STATUS,
            flag,
        ),
        (
            |s| s.packet_only = false,
            SubscriptionParts::NETWORK_ACCESS_MODE,
            flag,
        ),
        (
            |s| s.access_restriction.0 = 1,
            SubscriptionParts::ACCESS_RESTRICTION,
            flag,
        ),
        (|s| s.ambr.uplink = 2, SubscriptionParts::AMBR, flag),
        (
            |s| s.default_context_identifier = 2,
            SubscriptionParts::APN_CONFIGURATION_PROFILE,
            flag,
        ),
        (|s| s.rfsp = Some(2), SubscriptionParts::RFSP, flag),
        (|s| s.stn_sr = None, part, DsrFlags::STN_SR),
        (
            |s| s.apn_oi_replacement = None,
            part,
            DsrFlags::APN_OI_REPLACEMENT,
        ),
        (
            |s| s.charging_characteristics = Some(2),
            SubscriptionParts::CHARGING_CHARACTERISTICS,
            flag,
        ),
        (
            |s| s.charging_characteristics = None,
            part,
            DsrFlags::CHARGING_CHARACTERISTICS,
        ),
        (|s| s.rau_tau_timer_s = None, part, DsrFlags::RAU_TAU_TIMER),
        (
            |s| s.regional_zone_codes.clear(),
            part,
            DsrFlags::REGIONAL_SUBSCRIPTION,
        ),
        (|s| s.ue_usage_type = None, part, DsrFlags::UE_USAGE_TYPE),
    ];
    for (n, (alter, insert, delete)) in rows.into_iter().enumerate() {
        let mut altered = full.clone();
        alter(&mut altered);
        let all = Features::new(u32::MAX, u32::MAX);
        assert_eq!(
            difference((&full, None), (&altered, None), all),
            Difference { insert, delete },
            "row {n}"
        );
    }
    let number: Option<Msisdn> = Some("49".parse().unwrap());
    let changed = |features| difference((&full, number), (&full, None), features).delete;
    assert_eq!(changed(Features::new(0, u32::MAX)), DsrFlags::MSISDN);
    assert_eq!(
        changed(Features::default()),
        flag,
        "not to a node that cannot forget it"
    );
}

#[test]
fn results_are_those_of_7_4() {
    for (refusal, code, experimental) in [
        (Refusal::UserUnknown, 5001, true),
        (Refusal::AuthorizationRejected, 5003, false),
        (Refusal::RoamingNotAllowed(None), 5004, true),
        (Refusal::UnknownEpsSubscription, 5420, true),
        (Refusal::RatNotAllowed, 5421, true),
        (Refusal::UnknownServingNode, 5423, true),
        (Refusal::AuthenticationDataUnavailable, 4181, true),
        (Refusal::CamelSubscriptionPresent, 4182, true),
    ] {
        assert_eq!((refusal.code(), refusal.is_experimental()), (code, experimental));
    }
}
