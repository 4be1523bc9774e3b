//! Keys mapped between 5GS and EPS (TS 33.501 8, A.14, A.15), and for SRVCC (A.21, Annex J).
//!
//! A.21 agrees with one independent implementation (the crate `oxirush-security`); no other was found.

use super::KAmf;
use crate::Kasme;
use crate::kdf::KdfInput;

/// FC of TS 33.501 A.14.1, A.14.2, A.15.1, A.15.2 and A.21.
const FC_KASME_IDLE: u8 = 0x73;
const FC_KASME_HANDOVER: u8 = 0x74;
const FC_KAMF_IDLE: u8 = 0x75;
const FC_KAMF_HANDOVER: u8 = 0x76;
const FC_KASME_SRVCC: u8 = 0x7d;

impl KAmf {
    /// KASME' at idle mobility to EPS, from the uplink NAS COUNT of the TRACKING AREA UPDATE REQUEST that the UE protected
    /// with its 5G context (TS 33.501 8.5.2, A.14.1).
    #[must_use]
    pub fn kasme_at_idle_mobility(&self, uplink_nas_count: u32) -> Kasme {
        Kasme::new(of_count(FC_KASME_IDLE, uplink_nas_count, self.expose()))
    }

    /// KASME' at a handover to EPS, from the downlink NAS COUNT (TS 33.501 8.3.2, A.14.2).
    #[must_use]
    pub fn kasme_at_handover(&self, downlink_nas_count: u32) -> Kasme {
        Kasme::new(of_count(FC_KASME_HANDOVER, downlink_nas_count, self.expose()))
    }

    /// KASME_SRVCC for a handover to the CS domain of UTRAN (TS 33.501 J.1.2, A.21).
    #[must_use]
    pub fn kasme_srvcc(&self, downlink_nas_count: u32) -> Kasme {
        Kasme::new(of_count(FC_KASME_SRVCC, downlink_nas_count, self.expose()))
    }

    /// KAMF' at idle mobility from EPS, from the uplink NAS COUNT of the TRACKING AREA UPDATE REQUEST inside
    /// (TS 33.501 8.6.2, A.15.1).
    #[must_use]
    pub fn mapped_at_idle_mobility(kasme: &Kasme, uplink_nas_count: u32) -> Self {
        Self::new(of_count(FC_KAMF_IDLE, uplink_nas_count, kasme.expose()))
    }

    /// KAMF' at a handover from EPS, from the NH of EPS (TS 33.501 8.4.2, A.15.2).
    #[must_use]
    pub fn mapped_at_handover(kasme: &Kasme, nh: &crate::Nh) -> Self {
        Self::new(
            KdfInput::new(FC_KAMF_HANDOVER)
                .parameter(nh.expose())
                .derive(kasme.expose()),
        )
    }
}

fn of_count(fc: u8, nas_count: u32, key: &[u8; 32]) -> [u8; 32] {
    KdfInput::new(fc).parameter(&nas_count.to_be_bytes()).derive(key)
}
