//! Update location (TS 29.272 5.2.1.1): is the UE admitted, what is stored, and who is cancelled (5.2.1.2).

use super::{ClrFlags, ErrorDiagnostic, Features, Refusal, UlaFlags, UlrFlags};
use crate::model::{AccessRestriction, Location, Roaming, ServingNode, SubscriberStatus, Subscription};
use quintet_identity::{Imei, Imeisv, Imsi, Msisdn, Plmn};

/// RAT-Type (TS 29.212 5.3.31). Values not named survive and are not restricted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RatType(pub u32);

impl RatType {
    /// UTRAN.
    pub const UTRAN: RatType = RatType(1000);
    /// GERAN.
    pub const GERAN: RatType = RatType(1001);
    /// GAN.
    pub const GAN: RatType = RatType(1002);
    /// HSPA_EVOLUTION.
    pub const HSPA_EVOLUTION: RatType = RatType(1003);
    /// EUTRAN.
    pub const EUTRAN: RatType = RatType(1004);
    /// EUTRAN-NB-IoT.
    pub const EUTRAN_NB_IOT: RatType = RatType(1005);

    /// The bit of Access-Restriction-Data that forbids this RAT; 0 if none does.
    #[must_use]
    pub const fn restriction(self) -> u32 {
        match self {
            Self::UTRAN => AccessRestriction::UTRAN,
            Self::GERAN => AccessRestriction::GERAN,
            Self::GAN => AccessRestriction::GAN,
            Self::HSPA_EVOLUTION => AccessRestriction::I_HSPA_EVOLUTION,
            Self::EUTRAN => AccessRestriction::WB_E_UTRAN,
            Self::EUTRAN_NB_IOT => AccessRestriction::NB_IOT,
            _ => 0,
        }
    }
}

/// SMS-Register-Request (TS 29.272 7.3.162).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SmsRegisterRequest {
    /// SMS_REGISTRATION_REQUIRED (0).
    Required,
    /// SMS_REGISTRATION_NOT_PREFERRED (1).
    NotPreferred,
    /// NO_PREFERENCE (2).
    NoPreference,
}

/// Which serving node's registration is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Domain {
    /// An MME, over S6a.
    Mme,
    /// An SGSN, over S6d.
    Sgsn,
}

/// An Update-Location-Request.
#[derive(Clone, Copy, Debug)]
pub struct UpdateLocation<'a> {
    /// User-Name.
    pub imsi: Imsi,
    /// Origin-Host: the MME or SGSN.
    pub host: &'a str,
    /// Origin-Realm.
    pub realm: &'a str,
    /// Visited-PLMN-Id.
    pub visited_plmn: Plmn,
    /// RAT-Type.
    pub rat_type: RatType,
    /// ULR-Flags.
    pub flags: UlrFlags,
    /// Supported-Features of the node.
    pub features: Features,
    /// Homogeneous-Support-of-IMS-Voice-Over-PS-Sessions.
    pub ims_voice: Option<bool>,
    /// UE-SRVCC-Capability.
    pub srvcc: Option<bool>,
    /// IMEI of Terminal-Information.
    pub imei: Option<Imei>,
    /// IMEI and Software-Version of Terminal-Information.
    pub imeisv: Option<Imeisv>,
    /// SMS-Register-Request.
    pub sms_register_request: Option<SmsRegisterRequest>,
    /// MME-Number-for-MT-SMS.
    pub mme_number_for_mt_sms: Option<Msisdn>,
    /// Whether Active-APN was present: the node tells again what the HSS forgot in a restart.
    pub active_apns: bool,
}

/// An Update-Location-Request that is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// Which registration is replaced.
    pub domain: Domain,
    /// What is stored.
    pub node: ServingNode,
    /// Whether the dynamic PDN gateways are forgotten.
    pub clear_gateways: bool,
    /// ULA-Flags.
    pub ula_flags: UlaFlags,
    /// Whether Subscription-Data are sent.
    pub send_subscription: bool,
}

/// Whether a subscriber whose home networks are `home` roams in `visited`.
#[must_use]
pub fn is_roaming(visited: Plmn, home: &[Plmn]) -> bool {
    !home.contains(&visited)
}

impl Subscription {
    /// Whether the subscriber may be served in `visited` (TS 29.272 5.2.1.1.3); the home network always may.
    #[must_use]
    pub fn may_roam(&self, visited: Plmn, home: &[Plmn]) -> bool {
        !is_roaming(visited, home)
            || match &self.roaming {
                Roaming::Everywhere => true,
                Roaming::Only(plmns) => plmns.contains(&visited),
                Roaming::Except(plmns) => !plmns.contains(&visited),
            }
    }

    /// Operator determined barring that a node with these features cannot apply, and that the HSS therefore applies by
    /// refusing (TS 29.272 7.3.10, ODB features).
    fn barred_for(&self, features: Features, roaming: bool) -> Option<ErrorDiagnostic> {
        if self.subscriber_status != SubscriberStatus::OperatorDeterminedBarring {
            return None;
        }
        let not_understood = self.operator_determined_barring.unwrap_or(0) & !features.odb();
        match not_understood {
            odb if odb & 1 != 0 => Some(ErrorDiagnostic::OdbAllApn),
            odb if odb & 2 != 0 && roaming => Some(ErrorDiagnostic::OdbHplmnApn),
            odb if odb & 4 != 0 && roaming => Some(ErrorDiagnostic::OdbVplmnApn),
            _ => None,
        }
    }
}

impl UpdateLocation<'_> {
    /// MME or SGSN, by the S6a/S6d-Indicator.
    #[must_use]
    pub fn domain(&self) -> Domain {
        if self.flags.has(UlrFlags::S6A_S6D) {
            Domain::Mme
        } else {
            Domain::Sgsn
        }
    }

    /// Decides the answer for a provisioned subscriber. `supported` is what the HSS supports, `since` the wall clock in
    /// seconds since 1970.
    ///
    /// # Errors
    /// `UnknownEpsSubscription`, `RatNotAllowed`, `RoamingNotAllowed` or `CamelSubscriptionPresent`: in the order in
    /// which TS 29.272 5.2.1.1.3 checks.
    pub fn admit(
        &self,
        subscription: &Subscription,
        home: &[Plmn],
        supported: Features,
        since: u64,
    ) -> Result<Admission, Refusal> {
        if !subscription.eps {
            return Err(Refusal::UnknownEpsSubscription);
        }
        if subscription
            .access_restriction
            .forbids(self.rat_type.restriction())
        {
            return Err(Refusal::RatNotAllowed);
        }
        if !subscription.may_roam(self.visited_plmn, home) {
            return Err(Refusal::RoamingNotAllowed(None));
        }
        let roaming = is_roaming(self.visited_plmn, home);
        if let Some(diagnostic) = subscription.barred_for(self.features, roaming) {
            return Err(Refusal::RoamingNotAllowed(Some(diagnostic)));
        }
        let domain = self.domain();
        if domain == Domain::Sgsn && subscription.sgsn_camel && self.features.sgsn_camel() {
            return Err(Refusal::CamelSubscriptionPresent);
        }
        let number = self.number_for_sms(domain, supported);
        Ok(Admission {
            domain,
            clear_gateways: self.flags.has(UlrFlags::INITIAL_ATTACH) || self.active_apns,
            ula_flags: UlaFlags::SEPARATION.with_if(UlaFlags::MME_REGISTERED_FOR_SMS, number.is_some()),
            send_subscription: !self.flags.has(UlrFlags::SKIP_SUBSCRIBER_DATA),
            node: ServingNode {
                host: self.host.to_owned(),
                realm: self.realm.to_owned(),
                visited_plmn: Some(self.visited_plmn),
                rat_type: Some(self.rat_type.0),
                features: self.features.list_1.0,
                features_2: self.features.list_2.0,
                purged: false,
                ims_voice: self.ims_voice,
                srvcc: self.srvcc,
                imei: self.imei,
                imeisv: self.imeisv,
                mme_number_for_mt_sms: number,
                since,
            },
        })
    }

    /// The number under which an MME is registered for SMS: if both sides can, the MME gave one, and it asks for it or
    /// the UE wants nothing of the circuit-switched side but SMS.
    fn number_for_sms(&self, domain: Domain, supported: Features) -> Option<Msisdn> {
        let both_can = self.features.and(supported).sms_in_mme();
        let wanted = match self.sms_register_request {
            Some(SmsRegisterRequest::Required) => true,
            Some(SmsRegisterRequest::NoPreference) => true,
            Some(SmsRegisterRequest::NotPreferred) => false,
            None => self.flags.has(UlrFlags::SMS_ONLY),
        };
        if domain == Domain::Mme && both_can && wanted {
            self.mme_number_for_mt_sms
        } else {
            None
        }
    }
}

/// Cancellation-Type (TS 29.272 7.3.24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CancellationType {
    /// MME_UPDATE_PROCEDURE (0): another MME serves now.
    MmeUpdateProcedure,
    /// SGSN_UPDATE_PROCEDURE (1): another SGSN serves now.
    SgsnUpdateProcedure,
    /// SUBSCRIPTION_WITHDRAWAL (2).
    SubscriptionWithdrawal,
    /// UPDATE_PROCEDURE_IWF (3): for an interworking function.
    UpdateProcedureIwf,
    /// INITIAL_ATTACH_PROCEDURE (4): the UE attached anew in the other domain.
    InitialAttachProcedure,
}

impl CancellationType {
    /// The value on the wire.
    #[must_use]
    pub const fn value(self) -> u32 {
        match self {
            Self::MmeUpdateProcedure => 0,
            Self::SgsnUpdateProcedure => 1,
            Self::SubscriptionWithdrawal => 2,
            Self::UpdateProcedureIwf => 3,
            Self::InitialAttachProcedure => 4,
        }
    }
}

/// A Cancel-Location-Request that is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// Destination-Host.
    pub host: String,
    /// Destination-Realm.
    pub realm: String,
    /// The registration that ends.
    pub domain: Domain,
    /// Cancellation-Type.
    pub cancellation_type: CancellationType,
    /// CLR-Flags.
    pub flags: ClrFlags,
}

impl Cancellation {
    /// The cancellation of `node`'s registration in `domain`; `None` if the UE is purged there.
    #[must_use]
    pub fn of(node: &ServingNode, domain: Domain, cancellation_type: CancellationType) -> Option<Self> {
        if node.purged {
            return None;
        }
        Some(Self {
            host: node.host.clone(),
            realm: node.realm.clone(),
            domain,
            cancellation_type,
            flags: ClrFlags::default().with_if(ClrFlags::S6A_S6D, domain == Domain::Mme),
        })
    }
}

/// Who is cancelled by a granted request: the previous node of the same domain, and with single registration or an
/// initial attach that of the other domain too (TS 29.272 5.2.1.1.3). Of the two flags single registration goes first,
/// and it is an MME's: of an SGSN it means nothing (7.3.7). A node never cancels itself, and nobody asks a node that
/// purged the UE.
#[must_use]
pub fn displaced(
    domain: Domain,
    host: &str,
    flags: UlrFlags,
    before: &Location,
) -> [Option<Cancellation>; 2] {
    let (same, other) = match domain {
        Domain::Mme => (before.mme.as_ref(), before.sgsn.as_ref()),
        Domain::Sgsn => (before.sgsn.as_ref(), before.mme.as_ref()),
    };
    let other_domain = match domain {
        Domain::Mme => Domain::Sgsn,
        Domain::Sgsn => Domain::Mme,
    };
    let update = match domain {
        Domain::Mme => CancellationType::MmeUpdateProcedure,
        Domain::Sgsn => CancellationType::SgsnUpdateProcedure,
    };
    let other_type = if domain == Domain::Mme && flags.has(UlrFlags::SINGLE_REGISTRATION) {
        Some(CancellationType::SgsnUpdateProcedure)
    } else if flags.has(UlrFlags::INITIAL_ATTACH) {
        Some(CancellationType::InitialAttachProcedure)
    } else {
        None
    };
    let elsewhere = |node: &&ServingNode| !node.host.eq_ignore_ascii_case(host);
    [
        same.filter(elsewhere)
            .and_then(|node| Cancellation::of(node, domain, update)),
        other
            .filter(elsewhere)
            .zip(other_type)
            .and_then(|(node, cancellation_type)| Cancellation::of(node, other_domain, cancellation_type)),
    ]
}
