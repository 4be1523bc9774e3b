//! What a serving node is told when a subscription changes (TS 29.272 5.2.2): what to insert, and what to delete.

use super::flags::flags;
use super::{DsrFlags, Features};
use crate::model::{ApnConfiguration, Subscription};
use quintet_identity::Msisdn;

flags!(
    /// Parts of Subscription-Data that travel together.
    SubscriptionParts {
        /// Subscriber-Status and Operator-Determined-Barring.
        STATUS = 0,
        /// MSISDN.
        MSISDN = 1,
        /// Network-Access-Mode.
        NETWORK_ACCESS_MODE = 2,
        /// Access-Restriction-Data.
        ACCESS_RESTRICTION = 3,
        /// AMBR.
        AMBR = 4,
        /// APN-Configuration-Profile, always with all configurations.
        APN_CONFIGURATION_PROFILE = 5,
        /// APN-OI-Replacement.
        APN_OI_REPLACEMENT = 6,
        /// 3GPP-Charging-Characteristics.
        CHARGING_CHARACTERISTICS = 7,
        /// RAT-Frequency-Selection-Priority-ID.
        RFSP = 8,
        /// Subscribed-Periodic-RAU-TAU-Timer.
        RAU_TAU_TIMER = 9,
        /// STN-SR.
        STN_SR = 10,
        /// Regional-Subscription-Zone-Code, or the restriction in its stead.
        ZONE_CODES = 11,
        /// UE-Usage-Type.
        UE_USAGE_TYPE = 12,
    }
);

impl SubscriptionParts {
    /// Everything.
    pub const ALL: SubscriptionParts = SubscriptionParts(0x1fff);
}

/// What changed between two subscriptions, as requests to a serving node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// What an IDR carries; none: no IDR.
    pub insert: SubscriptionParts,
    /// What a DSR withdraws; none: no DSR.
    pub delete: DsrFlags,
}

impl Difference {
    /// Whether nothing that a serving node knows has changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.insert.is_empty() && self.delete.is_empty()
    }
}

/// Compares what a node with these features was told with what it shall know. A changed profile is sent whole: its
/// All-APN-Configurations-Included-Indicator makes the node forget configurations that are gone. DSR-Flags has no bit
/// for Operator-Determined-Barring, which goes with Subscriber-Status, nor for RFSP: one that is taken away stays with
/// the node until the next registration.
#[must_use]
pub fn difference(
    old: (&Subscription, Option<Msisdn>),
    new: (&Subscription, Option<Msisdn>),
    features: Features,
) -> Difference {
    let (a, b) = (old.0, new.0);
    let mut insert = SubscriptionParts::default();
    let mut delete = DsrFlags::default();
    let barring = a.subscriber_status != b.subscriber_status
        || a.operator_determined_barring != b.operator_determined_barring;
    let profile = a.apn_configurations != b.apn_configurations
        || a.default_context_identifier != b.default_context_identifier;
    for (part, changed) in [
        (SubscriptionParts::STATUS, barring),
        (
            SubscriptionParts::NETWORK_ACCESS_MODE,
            a.packet_only != b.packet_only,
        ),
        (
            SubscriptionParts::ACCESS_RESTRICTION,
            a.access_restriction != b.access_restriction,
        ),
        (SubscriptionParts::AMBR, a.ambr != b.ambr),
        (SubscriptionParts::APN_CONFIGURATION_PROFILE, profile),
        (SubscriptionParts::RFSP, a.rfsp != b.rfsp && b.rfsp.is_some()),
    ] {
        insert = insert.with_if(part, changed);
    }
    let mut either = |part, flag, changed: bool, present: bool, can_delete: bool| {
        insert = insert.with_if(part, changed && present);
        delete = delete.with_if(flag, changed && !present && can_delete);
    };
    let msisdn = (old.1 != new.1, new.1.is_some());
    either(
        SubscriptionParts::MSISDN,
        DsrFlags::MSISDN,
        msisdn.0,
        msisdn.1,
        features.msisdn_withdrawal(),
    );
    let oi = (
        a.apn_oi_replacement != b.apn_oi_replacement,
        b.apn_oi_replacement.is_some(),
    );
    either(
        SubscriptionParts::APN_OI_REPLACEMENT,
        DsrFlags::APN_OI_REPLACEMENT,
        oi.0,
        oi.1,
        true,
    );
    let charging = (
        a.charging_characteristics != b.charging_characteristics,
        b.charging_characteristics.is_some(),
    );
    let (part, flag) = (
        SubscriptionParts::CHARGING_CHARACTERISTICS,
        DsrFlags::CHARGING_CHARACTERISTICS,
    );
    either(part, flag, charging.0, charging.1, true);
    let timer = (
        a.rau_tau_timer_s != b.rau_tau_timer_s,
        b.rau_tau_timer_s.is_some(),
    );
    either(
        SubscriptionParts::RAU_TAU_TIMER,
        DsrFlags::RAU_TAU_TIMER,
        timer.0,
        timer.1,
        true,
    );
    let stn_sr = (a.stn_sr != b.stn_sr, b.stn_sr.is_some());
    either(
        SubscriptionParts::STN_SR,
        DsrFlags::STN_SR,
        stn_sr.0,
        stn_sr.1,
        true,
    );
    let usage = (a.ue_usage_type != b.ue_usage_type, b.ue_usage_type.is_some());
    let dcn = features.dedicated_core_networks();
    either(
        SubscriptionParts::UE_USAGE_TYPE,
        DsrFlags::UE_USAGE_TYPE,
        usage.0,
        usage.1 && dcn,
        dcn,
    );
    let zones = (
        a.regional_zone_codes != b.regional_zone_codes,
        !b.regional_zone_codes.is_empty(),
    );
    let zone_flag = if features.regional_subscription() {
        DsrFlags::REGIONAL_SUBSCRIPTION
    } else {
        DsrFlags::ROAMING_RESTRICTED
    };
    either(SubscriptionParts::ZONE_CODES, zone_flag, zones.0, zones.1, true);
    Difference { insert, delete }
}

impl Subscription {
    /// The APN configuration of a Context-Identifier.
    #[must_use]
    pub fn apn_configuration(&self, context_identifier: u32) -> Option<&ApnConfiguration> {
        self.apn_configurations
            .iter()
            .find(|c| c.context_identifier == context_identifier)
    }
}
