//! The requests of an MME (TS 29.272 7.2.3, 7.2.5, 7.2.13, 7.2.17): what stands between Session-Id and Origin-Host.

use super::{S6A, VENDOR_3GPP};
use quintet_crypto::{Auts, Rand};
use quintet_diameter::MessageWriter;
use quintet_diameter::dict::avp;
use quintet_identity::{Apn, Imeisv, Imsi, Plmn};
use quintet_subscriber::s6a::{Features, NorFlags, PurFlags, RatType, UlrFlags};
use std::net::IpAddr;

/// Session-Id, Vendor-Specific-Application-Id, Auth-Session-State: every request begins so (TS 29.272 7.1.4, 7.1.8).
pub fn write_application(w: &mut MessageWriter<'_>, session_id: &str) {
    w.text(avp::SESSION_ID, session_id);
    w.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |w| {
        w.u32(avp::VENDOR_ID, VENDOR_3GPP);
        w.u32(avp::AUTH_APPLICATION_ID, S6A);
    });
    w.u32(avp::AUTH_SESSION_STATE, 1);
}

/// User-Name: the IMSI.
pub(super) fn write_imsi(w: &mut MessageWriter<'_>, imsi: Imsi) {
    let (digits, n) = imsi.ascii();
    w.octets(avp::USER_NAME, &digits[..n]);
}

/// Supported-Features (TS 29.229 6.3.29), without M (7.2).
pub fn write_features(w: &mut MessageWriter<'_>, features: Features) {
    for (id, list) in [(1, features.list_1.0), (2, features.list_2.0)] {
        if list != 0 {
            // Nothing here is of use only if the other end has it too, and an answer never demands anything.
            w.group(avp::SUPPORTED_FEATURES.optional(), |w| {
                w.u32(avp::VENDOR_ID, VENDOR_3GPP);
                w.u32(avp::FEATURE_LIST_ID, id);
                w.u32(avp::FEATURE_LIST, list);
            });
        }
    }
}

/// Authentication-Information-Request for `n` E-UTRAN vectors, after a synchronisation failure with its token. The
/// vectors are for a UE that waits: Immediate-Response-Preferred.
pub fn write_air(
    w: &mut MessageWriter<'_>,
    imsi: Imsi,
    plmn: Plmn,
    n: u32,
    resynchronisation: Option<(&Rand, &Auts)>,
) {
    write_imsi(w, imsi);
    w.group(avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO, |w| {
        w.u32(avp::NUMBER_OF_REQUESTED_VECTORS, n);
        w.u32(avp::IMMEDIATE_RESPONSE_PREFERRED, 0);
        if let Some((rand, auts)) = resynchronisation {
            w.with(avp::RE_SYNCHRONIZATION_INFO, |out| {
                out.extend_from_slice(rand);
                auts.put(out);
            });
        }
    });
    w.octets(avp::VISITED_PLMN_ID, &plmn.octets());
}

/// Terminal-Information: the equipment (TS 29.272 7.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalInformation(
    /// IMEISV: IMEI without its check digit, then the software version.
    pub Imeisv,
);

impl TerminalInformation {
    fn write(self, w: &mut MessageWriter<'_>) {
        let (digits, n) = self.0.ascii();
        w.group(avp::TERMINAL_INFORMATION, |w| {
            w.octets(avp::IMEI, &digits[..14]);
            w.octets(avp::SOFTWARE_VERSION, &digits[14..n]);
        });
    }
}

/// What an Update-Location-Request says.
#[derive(Clone, Copy, Debug)]
pub struct UpdateLocation {
    /// User-Name.
    pub imsi: Imsi,
    /// Visited-PLMN-Id.
    pub plmn: Plmn,
    /// RAT-Type.
    pub rat_type: RatType,
    /// ULR-Flags.
    pub flags: UlrFlags,
    /// Supported-Features.
    pub features: Features,
    /// Terminal-Information.
    pub terminal: Option<TerminalInformation>,
}

/// Update-Location-Request.
pub fn write_ulr(w: &mut MessageWriter<'_>, request: &UpdateLocation) {
    write_imsi(w, request.imsi);
    write_features(w, request.features);
    if let Some(terminal) = request.terminal {
        terminal.write(w);
    }
    w.u32(avp::RAT_TYPE, request.rat_type.0);
    w.u32(avp::ULR_FLAGS, request.flags.0);
    w.octets(avp::VISITED_PLMN_ID, &request.plmn.octets());
    w.u32(avp::HOMOGENEOUS_SUPPORT_OF_IMS_VOICE_OVER_PS_SESSIONS, 1);
}

/// Purge-UE-Request.
pub fn write_pur(w: &mut MessageWriter<'_>, imsi: Imsi) {
    write_imsi(w, imsi);
    w.u32(avp::PUR_FLAGS, PurFlags::PURGED_IN_MME.0);
}

/// What a Notify-Request says.
#[derive(Clone, Debug)]
pub enum Notification {
    /// The PDN gateway in use for an APN (TS 29.272 5.2.5.1.2).
    Gateway {
        /// Context-Identifier of the APN configuration.
        context_identifier: u32,
        /// Service-Selection.
        apn: Apn,
        /// MIP-Home-Agent-Address.
        address: IpAddr,
    },
    /// The UE can be reached.
    Reachable,
}

/// Notify-Request.
pub fn write_nor(w: &mut MessageWriter<'_>, imsi: Imsi, notification: &Notification) {
    write_imsi(w, imsi);
    let flags = match notification {
        Notification::Gateway {
            context_identifier,
            apn,
            address,
        } => {
            w.group(avp::MIP6_AGENT_INFO, |w| {
                w.address(avp::MIP_HOME_AGENT_ADDRESS, *address)
            });
            w.u32(avp::CONTEXT_IDENTIFIER, *context_identifier);
            w.text(avp::SERVICE_SELECTION, apn.as_str());
            NorFlags::S6A_S6D
        }
        Notification::Reachable => NorFlags::S6A_S6D | NorFlags::UE_REACHABLE_FROM_MME,
    };
    w.u32(avp::NOR_FLAGS, flags.0);
}
