//! Messages of every kind, with every AVP in some of them.

use crate::support::{Asked, Given};
use proptest::option::of as maybe;
use proptest::prelude::*;
use quintet_cx::{ExperimentalResult, FeatureList, MAX_FEATURE_LISTS, Outcome};
use quintet_diameter::ResultCode;
use quintet_identity::{Imsi, Msisdn};
use quintet_slh::s6c::{
    Ala, AlertEvent, Alr, Answer, DeliveryOutcome, MwdStatus, Rda, Rdr, RdrFlags, Request, SmDeliveryCause,
    SmDeliveryNotIntended, SmDeliveryOutcome, SmRpMti, Sra, Srr, SrrFlags, UserIdentifier, UserName,
};
use quintet_slh::{MAX_ADDITIONAL_NODES, NodeName, Ria, RiaFlags, Rir, ServingNode};
use std::net::IpAddr;

fn imsi() -> impl Strategy<Value = Imsi> {
    "[0-9]{7,15}".prop_map(|digits| digits.parse().unwrap())
}

fn number() -> impl Strategy<Value = Msisdn> {
    // Long enough for tshark to find a country in it.
    "49[0-9]{4,13}".prop_map(|digits| digits.parse().unwrap())
}

fn name() -> impl Strategy<Value = String> {
    "[a-z]{1,9}\\.example\\.org"
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<[u8; 4]>().prop_map(IpAddr::from),
        any::<[u8; 16]>().prop_map(IpAddr::from)
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::SUCCESS),
        Just(ResultCode::UNABLE_TO_COMPLY.into()),
        prop::sample::select(ExperimentalResult::ALL).prop_map(Outcome::from),
    ]
}

fn features() -> impl Strategy<Value = Vec<FeatureList>> {
    let list = (any::<u32>(), any::<bool>()).prop_map(|(list, required)| FeatureList {
        vendor_id: quintet_cx::VENDOR_3GPP,
        id: 1,
        list,
        required,
    });
    prop::collection::vec(list, 0..=MAX_FEATURE_LISTS)
}

fn serving_node() -> impl Strategy<Value = ServingNode> {
    let node = || maybe((name(), maybe(name())).prop_map(|(name, realm)| NodeName { name, realm }));
    (
        (node(), node(), maybe(name())),
        (maybe(number()), maybe(number()), maybe(number())),
        (maybe(any::<u32>()), maybe(address())),
    )
        .prop_map(|(names, numbers, lcs)| ServingNode {
            mme: names.0,
            sgsn: names.1,
            aaa_server: names.2,
            mme_number_for_mt_sms: numbers.0,
            sgsn_number: numbers.1,
            msc_number: numbers.2,
            lcs_capabilities_sets: lcs.0,
            gmlc_address: lcs.1,
        })
}

/// Somebody.
fn user() -> impl Strategy<Value = UserIdentifier> {
    prop_oneof![
        (imsi(), maybe(number())).prop_map(|(imsi, msisdn)| UserIdentifier {
            imsi: Some(imsi),
            msisdn
        }),
        number().prop_map(UserIdentifier::number),
    ]
}

fn rir() -> impl Strategy<Value = Rir> {
    (user(), maybe(number()), features()).prop_map(|(user, gmlc_number, features)| Rir {
        imsi: user.imsi,
        msisdn: user.msisdn,
        gmlc_number,
        features,
    })
}

fn ria() -> impl Strategy<Value = Ria> {
    (
        (outcome(), maybe(imsi()), maybe(number())),
        maybe(serving_node()),
        prop::collection::vec(serving_node(), 0..=MAX_ADDITIONAL_NODES),
        (maybe(address()), maybe(address()), any::<u32>(), features()),
    )
        .prop_map(|(who, serving_node, additional_serving_nodes, rest)| Ria {
            outcome: who.0,
            imsi: who.1,
            msisdn: who.2,
            serving_node,
            additional_serving_nodes,
            gmlc_address: rest.0,
            ppr_address: rest.1,
            flags: RiaFlags(rest.2),
            features: rest.3,
        })
}

fn srr() -> impl Strategy<Value = Srr> {
    (
        (user(), maybe(number()), maybe(0..2u32)),
        (any::<u32>(), maybe(0..2u32), features()),
    )
        .prop_map(|(who, rest)| Srr {
            user: who.0,
            sc_address: who.1,
            sm_rp_mti: who.2.map(SmRpMti),
            flags: SrrFlags(rest.0),
            not_intended: rest.1.map(SmDeliveryNotIntended),
            features: rest.2,
        })
}

fn sra() -> impl Strategy<Value = Sra> {
    let user_name = prop_oneof![
        imsi().prop_map(UserName::Imsi),
        prop::sample::select(&["00101", "310410"][..])
            .prop_map(|plmn| UserName::Network(plmn.parse().unwrap())),
    ];
    (
        (outcome(), maybe(user_name), maybe(user()), features()),
        (maybe(serving_node()), maybe(serving_node())),
        (
            maybe(any::<u32>()),
            maybe(any::<u32>()),
            maybe(any::<u32>()),
            maybe(any::<u32>()),
        ),
    )
        .prop_map(|(who, nodes, absent)| Sra {
            outcome: who.0,
            user_name: who.1,
            user_identifier: who.2,
            features: who.3,
            serving_node: nodes.0,
            additional_serving_node: nodes.1,
            mwd_status: absent.0.map(MwdStatus),
            mme_diagnostic: absent.1,
            msc_diagnostic: absent.2,
            sgsn_diagnostic: absent.3,
        })
}

fn rdr() -> impl Strategy<Value = Rdr> {
    let outcome = || {
        (0..3u32, maybe(any::<u32>())).prop_map(|(cause, diagnostic)| DeliveryOutcome {
            cause: SmDeliveryCause(cause),
            diagnostic,
        })
    };
    (
        (user(), maybe(number()), any::<u32>(), features()),
        (outcome(), maybe(outcome()), maybe(outcome()), maybe(outcome())),
    )
        .prop_map(|(who, over)| Rdr {
            user: who.0,
            sc_address: who.1,
            flags: RdrFlags(who.2),
            features: who.3,
            delivery: SmDeliveryOutcome {
                mme: Some(over.0),
                msc: over.1,
                sgsn: over.2,
                ip_sm_gw: over.3,
            },
        })
}

fn alr() -> impl Strategy<Value = Alr> {
    (number(), user(), maybe(any::<u32>()), features()).prop_map(|(sc_address, user, event, features)| Alr {
        sc_address,
        user,
        event: event.map(AlertEvent),
        features,
    })
}

pub(crate) fn asked() -> impl Strategy<Value = Asked> {
    prop_oneof![
        rir().prop_map(Asked::Slh),
        srr().prop_map(|request| Asked::S6c(Request::RoutingInfo(request))),
        alr().prop_map(|request| Asked::S6c(Request::AlertServiceCentre(request))),
        rdr().prop_map(|request| Asked::S6c(Request::ReportDeliveryStatus(request))),
    ]
}

pub(crate) fn given() -> impl Strategy<Value = Given> {
    let rda = (outcome(), maybe(user()), features()).prop_map(|(outcome, user_identifier, features)| Rda {
        outcome,
        user_identifier,
        features,
    });
    let ala = (outcome(), features()).prop_map(|(outcome, features)| Ala { outcome, features });
    prop_oneof![
        ria().prop_map(|answer| Given::Slh(Box::new(answer))),
        sra().prop_map(|answer| Given::S6c(Answer::RoutingInfo(Box::new(answer)))),
        ala.prop_map(|answer| Given::S6c(Answer::AlertServiceCentre(answer))),
        rda.prop_map(|answer| Given::S6c(Answer::ReportDeliveryStatus(answer))),
    ]
}
