//! What an MME needs of Subscription-Data before it can serve a UE in E-UTRAN.

use super::SubscriptionData;
use std::fmt;

/// Something an MME cannot serve a UE without, or cannot make sense of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriptionFault {
    /// An AVP of Subscription-Data is missing.
    Missing(&'static str),
    /// The default Context-Identifier names no configuration.
    NoDefaultApn(u32),
    /// Two configurations have one Context-Identifier, or it is 0.
    ContextIdentifier(u32),
    /// QCI, priority or AMBR of an APN is missing or out of range.
    QualityOfService(u32),
}

impl fmt::Display for SubscriptionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(avp) => write!(f, "{avp} is missing"),
            Self::NoDefaultApn(id) => write!(
                f,
                "the default Context-Identifier {id} names no APN configuration"
            ),
            Self::ContextIdentifier(id) => write!(f, "Context-Identifier {id} is 0 or stands twice"),
            Self::QualityOfService(id) => write!(
                f,
                "APN configuration {id} has no valid QCI, priority level or AMBR"
            ),
        }
    }
}

impl SubscriptionData {
    /// What is wrong with the data of a whole subscription, as a ULA carries them (TS 29.272 5.2.1.1.3, 7.3.2, 7.3.34,
    /// 7.3.35; TS 29.212 5.3.17, 5.3.32).
    #[must_use]
    pub fn faults(&self) -> Vec<SubscriptionFault> {
        let mut faults = Vec::new();
        let mut need = |present: bool, avp| {
            if !present {
                faults.push(SubscriptionFault::Missing(avp));
            }
        };
        need(self.subscriber_status.is_some(), "Subscriber-Status");
        need(self.network_access_mode.is_some(), "Network-Access-Mode");
        need(self.ambr.is_some(), "AMBR");
        need(
            self.default_context_identifier.is_some(),
            "APN-Configuration-Profile",
        );
        need(!self.apn_configurations.is_empty(), "APN-Configuration");
        let barred = self.subscriber_status == Some(1);
        need(
            !barred || self.operator_determined_barring.is_some(),
            "Operator-Determined-Barring",
        );
        let configurations = &self.apn_configurations;
        if let Some(id) = self.default_context_identifier
            && !configurations.iter().any(|c| c.context_identifier == id)
        {
            faults.push(SubscriptionFault::NoDefaultApn(id));
        }
        for (i, c) in configurations.iter().enumerate() {
            let id = c.context_identifier;
            if id == 0
                || configurations[..i]
                    .iter()
                    .any(|other| other.context_identifier == id)
            {
                faults.push(SubscriptionFault::ContextIdentifier(id));
            }
            if c.qci.0 == 0 || !(1..=15).contains(&c.arp.priority_level) || c.ambr.is_none() {
                faults.push(SubscriptionFault::QualityOfService(id));
            }
        }
        faults
    }
}
