//! What provisioned data must satisfy before they are stored, so that no answer is ever built from data that the AVPs
//! of TS 29.272 7.3 and the card cannot carry.
//!
//! One error at a time, with the place and what is allowed: the caller shows it to the person who provisions.

use super::{
    ApnConfiguration, Authentication, FgsSubscription, ServiceArea, SqnProfile, SubscribedSNssai,
    Subscription,
};
use std::net::IpAddr;

/// The most APN configurations: TS 29.272 7.3.34 sets no limit, MAP does (TS 29.002 17.7.1), and an answer is one message.
pub const MAX_APN_CONFIGURATIONS: usize = 50;

/// The most zone codes for a PLMN (TS 29.272 7.3.2, TS 29.002 17.7.1).
pub const MAX_ZONE_CODES: usize = 10;

/// The most networks in a roaming list: every answer walks it, and the world has fewer than a thousand networks.
pub const MAX_ROAMING_PLMNS: usize = 1_000;

/// The most subscribed S-NSSAIs (TS 24.501 9.11.3.37 and TS 23.501 5.15.3: a UE is allowed eight, and has sixteen at most).
pub const MAX_NSSAI: usize = 16;

/// The most tracking areas in a restriction: as many as a service area list of NAS holds (TS 24.501 9.11.3.49).
pub const MAX_AREAS: usize = 16;

/// The most octets of a Diameter identity (a fully qualified domain name, RFC 1035 2.3.4).
pub const MAX_IDENTITY_OCTETS: usize = 255;

/// The longest Subscribed-Periodic-RAU-TAU-Timer, s: the largest extended timer (TS 24.008 10.5.7.4a), 31 × 320 h.
pub const MAX_RAU_TAU_TIMER_S: u32 = 31 * 320 * 3_600;

/// Data that cannot be provisioned: where, and what is allowed there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {got} is not allowed, expected {expected}")]
pub struct ModelError {
    /// The field, as it is written in a provisioning file.
    pub at: String,
    /// What is there.
    pub got: String,
    /// What is allowed.
    pub expected: &'static str,
}

/// Fails with the place unless it holds.
fn require(
    holds: bool,
    at: impl Into<String>,
    got: impl ToString,
    expected: &'static str,
) -> Result<(), ModelError> {
    if holds {
        return Ok(());
    }
    Err(ModelError {
        at: at.into(),
        got: got.to_string(),
        expected,
    })
}

impl Subscription {
    /// Whether every value is one the AVPs of TS 29.272 can carry, and the profile is consistent.
    ///
    /// # Errors
    /// [`ModelError`]: the first value that is not.
    pub fn check(&self) -> Result<(), ModelError> {
        let apns = &self.apn_configurations;
        let many = 1..=MAX_APN_CONFIGURATIONS;
        require(
            many.contains(&apns.len()),
            "apn_configurations",
            apns.len(),
            "1 to 50 of them",
        )?;
        for (i, apn) in apns.iter().enumerate() {
            apn.check(&format!("apn_configurations[{i}]"))?;
            let context = apn.context_identifier;
            let unique = apns[..i].iter().all(|other| other.context_identifier != context);
            let at = format!("apn_configurations[{i}].context_identifier");
            require(unique, at, context, "one that no other APN configuration has")?;
        }
        let default = self.default_context_identifier;
        let exists = apns.iter().any(|apn| apn.context_identifier == default);
        require(
            exists,
            "default_context_identifier",
            default,
            "the context_identifier of an APN configuration",
        )?;
        if let Some(rfsp) = self.rfsp {
            require((1..=256).contains(&rfsp), "rfsp", rfsp, "1 to 256")?;
        }
        if let Some(timer) = self.rau_tau_timer_s {
            require(
                timer <= MAX_RAU_TAU_TIMER_S,
                "rau_tau_timer_s",
                timer,
                "0 to 35712000",
            )?;
        }
        if let Some(usage) = self.ue_usage_type {
            require(usage <= 255, "ue_usage_type", usage, "0 to 255")?;
        }
        if let Some(replacement) = &self.apn_oi_replacement {
            require(
                is_host(replacement),
                "apn_oi_replacement",
                replacement,
                "labels with dots, 255 octets at most",
            )?;
        }
        let codes = &self.regional_zone_codes;
        require(
            codes.len() <= MAX_ZONE_CODES,
            "regional_zone_codes",
            codes.len(),
            "10 of them at most",
        )?;
        self.fgs.check()?;
        let rats = &self.non_3gpp.restricted_rats;
        for (i, rat) in rats.iter().enumerate() {
            let at = format!("non_3gpp.restricted_rats[{i}]");
            require(!rats[..i].contains(rat), at, rat.value(), "each once")?;
        }
        let (super::Roaming::Only(plmns) | super::Roaming::Except(plmns)) = &self.roaming else {
            return Ok(());
        };
        require(
            plmns.len() <= MAX_ROAMING_PLMNS,
            "roaming",
            plmns.len(),
            "1000 networks at most",
        )
    }
}

impl FgsSubscription {
    /// As [`Subscription::check`].
    fn check(&self) -> Result<(), ModelError> {
        let slices = &self.nssai;
        require(
            (1..=MAX_NSSAI).contains(&slices.len()),
            "fgs.nssai",
            slices.len(),
            "1 to 16 of them",
        )?;
        require(
            slices.iter().any(|slice| slice.default),
            "fgs.nssai",
            "none that is default",
            "a default one at least",
        )?;
        for (i, slice) in slices.iter().enumerate() {
            let at = format!("fgs.nssai[{i}]");
            let unique = slices[..i].iter().all(|other| other.s_nssai != slice.s_nssai);
            require(unique, format!("{at}.s_nssai"), slice.s_nssai, "each once")?;
            slice.check(&at)?;
        }
        let service = match &self.service_area {
            Some(ServiceArea::Allowed(areas) | ServiceArea::NotAllowed(areas)) => areas.len(),
            None => 0,
        };
        require(
            service <= MAX_AREAS,
            "fgs.service_area",
            service,
            "16 tracking areas at most",
        )?;
        let forbidden = self.forbidden_areas.len();
        require(
            forbidden <= MAX_AREAS,
            "fgs.forbidden_areas",
            forbidden,
            "16 tracking areas at most",
        )
    }
}

impl SubscribedSNssai {
    /// As [`Subscription::check`]; `at` says where it stands.
    fn check(&self, at: &str) -> Result<(), ModelError> {
        let dnns = &self.dnns;
        require(
            dnns.len() <= MAX_APN_CONFIGURATIONS,
            format!("{at}.dnns"),
            dnns.len(),
            "50 of them at most",
        )?;
        let defaults = dnns.iter().filter(|dnn| dnn.default).count();
        require(
            defaults == usize::from(!dnns.is_empty()),
            format!("{at}.dnns"),
            format!("{defaults} default ones"),
            "one default DNN",
        )?;
        for (i, dnn) in dnns.iter().enumerate() {
            let at = format!("{at}.dnns[{i}]");
            let unique = dnns[..i].iter().all(|other| other.dnn != dnn.dnn);
            require(unique, format!("{at}.dnn"), dnn.dnn.as_str(), "each once")?;
            let (qi, level) = (dnn.five_qi, dnn.arp.priority_level);
            require(qi != 0 && qi != 255, format!("{at}.5qi"), qi, "1 to 254")?;
            let levels = 1..=15;
            require(
                levels.contains(&level),
                format!("{at}.arp.priority_level"),
                level,
                "1 to 15",
            )?;
        }
        Ok(())
    }
}

impl ApnConfiguration {
    /// As [`Subscription::check`]; `at` says where it stands.
    fn check(&self, at: &str) -> Result<(), ModelError> {
        let context = self.context_identifier;
        require(
            context != 0,
            format!("{at}.context_identifier"),
            context,
            "1 or more",
        )?;
        require(
            self.qci.0 != 0 && self.qci.0 != 255,
            format!("{at}.qci"),
            self.qci.0,
            "1 to 254",
        )?;
        let level = self.arp.priority_level;
        require(
            (1..=15).contains(&level),
            format!("{at}.arp.priority_level"),
            level,
            "1 to 15",
        )?;
        for (name, addresses) in [
            ("served_party_ip_addresses", &self.served_party_ip_addresses),
            ("pdn_gw_addresses", &self.pdn_gw_addresses),
        ] {
            let v4 = addresses
                .iter()
                .filter(|address| matches!(address, IpAddr::V4(_)))
                .count();
            let most = v4.max(addresses.len() - v4);
            require(
                most <= 1,
                format!("{at}.{name}"),
                addresses.len(),
                "one IPv4 and one IPv6 address at most",
            )?;
        }
        for (name, identity, other) in [
            ("pdn_gw_host", &self.pdn_gw_host, &self.pdn_gw_realm),
            ("pdn_gw_realm", &self.pdn_gw_realm, &self.pdn_gw_host),
        ] {
            let Some(identity) = identity else { continue };
            require(
                is_host(identity),
                format!("{at}.{name}"),
                identity,
                "a domain name, 255 octets at most",
            )?;
            require(
                other.is_some(),
                format!("{at}.{name}"),
                identity,
                "pdn_gw_host and pdn_gw_realm together",
            )?;
        }
        Ok(())
    }
}

impl Authentication {
    /// Whether vectors can be made from these data: lengths that go together, and an SQN profile that is served.
    ///
    /// # Errors
    /// [`ModelError`]: the first value that cannot be.
    pub fn check(&self) -> Result<(), ModelError> {
        let SqnProfile { ind_bits, delta_bits } = self.sqn_profile;
        require(ind_bits <= 5, "sqn_profile.ind_bits", ind_bits, "0 to 5")?;
        let seq_bits = 48 - ind_bits;
        // Below 4 bits the run-ahead of a few seconds would leave the card's window.
        let range = 8..seq_bits;
        require(
            range.contains(&delta_bits),
            "sqn_profile.delta_bits",
            delta_bits,
            "8 to 42 (47 without IND)",
        )?;
        let highest = 1u64 << (seq_bits - 1);
        require(
            self.seq_seed < highest,
            "seq_seed",
            self.seq_seed,
            "half of what SEQ can hold at most",
        )?;
        self.check_vectors().map_err(|why| ModelError {
            at: "algorithm".into(),
            got: why.to_string(),
            expected: "lengths that the card and S6a share",
        })
    }
}

/// A domain name in form: labels of letters, digits, hyphens and underscores.
fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
    };
    text.len() <= MAX_IDENTITY_OCTETS && text.trim_end_matches('.').split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::super::{
        Algorithm, AllocationRetentionPriority, Ambr, Non3gppRat, PdnType, QosClass, Roaming,
    };
    use super::*;
    use quintet_crypto::{Amf, K, Opc};

    fn apn(context_identifier: u32) -> ApnConfiguration {
        ApnConfiguration {
            context_identifier,
            apn: "internet".parse().unwrap(),
            pdn_type: PdnType::Ipv4v6,
            qci: QosClass(9),
            arp: AllocationRetentionPriority {
                priority_level: 8,
                pre_emption_capability: false,
                pre_emption_vulnerability: false,
            },
            ambr: None,
            served_party_ip_addresses: Vec::new(),
            pdn_gw_addresses: Vec::new(),
            pdn_gw_host: None,
            pdn_gw_realm: None,
            pdn_gw_dynamic: false,
            vplmn_dynamic_address_allowed: false,
            charging_characteristics: None,
        }
    }

    fn subscription() -> Subscription {
        Subscription {
            subscriber_status: Default::default(),
            operator_determined_barring: None,
            packet_only: true,
            access_restriction: Default::default(),
            eps: true,
            roaming: Roaming::Everywhere,
            ambr: Ambr {
                uplink: 1,
                downlink: 1,
            },
            apn_configurations: vec![apn(1), apn(2)],
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

    /// Where the altered subscription fails.
    fn fault(alter: impl FnOnce(&mut Subscription)) -> String {
        let mut s = subscription();
        assert_eq!(s.check(), Ok(()));
        alter(&mut s);
        s.check().unwrap_err().at
    }

    #[test]
    fn each_limit_names_its_place() {
        assert_eq!(fault(|s| s.apn_configurations.clear()), "apn_configurations");
        assert_eq!(
            fault(|s| s.apn_configurations = (1..=51).map(apn).collect()),
            "apn_configurations"
        );
        let context = "apn_configurations[1].context_identifier";
        assert_eq!(fault(|s| s.apn_configurations[1] = apn(1)), context);
        assert_eq!(fault(|s| s.apn_configurations[1] = apn(0)), context);
        assert_eq!(
            fault(|s| s.default_context_identifier = 3),
            "default_context_identifier"
        );
        assert_eq!(
            fault(|s| s.apn_configurations[0].qci = QosClass(0)),
            "apn_configurations[0].qci"
        );
        assert_eq!(fault(|s| s.fgs.nssai.clear()), "fgs.nssai");
        assert_eq!(fault(|s| s.fgs.nssai[0].default = false), "fgs.nssai");
        let twice = |s: &mut Subscription| s.fgs.nssai.push(s.fgs.nssai[0].clone());
        assert_eq!(fault(twice), "fgs.nssai[1].s_nssai");
        for level in [0, 16] {
            let at = fault(|s| s.apn_configurations[0].arp.priority_level = level);
            assert_eq!(at, "apn_configurations[0].arp.priority_level");
        }
        let rats = vec![Non3gppRat::Wlan, Non3gppRat::Wlan];
        let at = fault(|s| s.non_3gpp.restricted_rats = rats);
        assert_eq!(at, "non_3gpp.restricted_rats[1]");
        assert_eq!(fault(|s| s.rfsp = Some(0)), "rfsp");
        assert_eq!(fault(|s| s.rfsp = Some(257)), "rfsp");
        assert_eq!(fault(|s| s.ue_usage_type = Some(256)), "ue_usage_type");
        assert_eq!(
            fault(|s| s.regional_zone_codes = vec![0; 11]),
            "regional_zone_codes"
        );
        assert_eq!(fault(|s| s.rau_tau_timer_s = Some(u32::MAX)), "rau_tau_timer_s");
        assert_eq!(
            fault(|s| s.apn_oi_replacement = Some("a..b".into())),
            "apn_oi_replacement"
        );
        let two = vec![[10, 0, 0, 1].into(), [10, 0, 0, 2].into()];
        let at = fault(|s| s.apn_configurations[0].served_party_ip_addresses = two);
        assert_eq!(at, "apn_configurations[0].served_party_ip_addresses");
        let at = fault(|s| s.apn_configurations[0].pdn_gw_host = Some("pgw.example".into()));
        assert_eq!(at, "apn_configurations[0].pdn_gw_host", "the realm is missing");
        let plmns = vec!["00101".parse().unwrap(); 1_001];
        assert_eq!(fault(|s| s.roaming = Roaming::Only(plmns)), "roaming");
    }

    #[test]
    fn authentication_data_must_give_vectors() {
        let good = Authentication {
            k: K::new_128([1; 16]),
            algorithm: Algorithm::Milenage {
                opc: Opc::new([2; 16]),
            },
            amf: Amf([0x80, 0]),
            sqn_profile: SqnProfile::TIME_BASED,
            dif: None,
            seq_seed: 0,
        };
        let fault = |a: Authentication| a.check().unwrap_err().at;
        assert_eq!(good.check(), Ok(()));
        assert_eq!(
            Authentication {
                sqn_profile: SqnProfile::PLAIN,
                ..good.clone()
            }
            .check(),
            Ok(())
        );
        assert_eq!(
            fault(Authentication {
                k: K::new_256([1; 32]),
                ..good.clone()
            }),
            "algorithm"
        );
        assert_eq!(
            fault(Authentication {
                seq_seed: 1 << 42,
                ..good.clone()
            }),
            "seq_seed"
        );
        let profile = |ind_bits, delta_bits| Authentication {
            sqn_profile: SqnProfile { ind_bits, delta_bits },
            ..good.clone()
        };
        assert_eq!(fault(profile(6, 28)), "sqn_profile.ind_bits");
        assert_eq!(fault(profile(5, 43)), "sqn_profile.delta_bits");
        assert_eq!(fault(profile(5, 3)), "sqn_profile.delta_bits");
    }
}
