//! MACs over what the home network tells a UE through a serving one: steering of roaming and UE parameters update
//! (TS 33.501 6.14, 6.15, A.17 to A.20).
//!
//! They agree with one independent implementation (the crate `oxirush-security`); no published values were found.
//! That a counter grows, and is never 0, is for its keeper.

use super::KAusf;
use crate::eps::halves;
use crate::hmac::HmacKey;
use crate::key::key;

key!(
    /// SoR-MAC-IAUSF or SoR-MAC-IUE: 128 bits (TS 33.501 A.17, A.18).
    SorMac, 16
);
key!(
    /// UPU-MAC-IAUSF or UPU-MAC-IUE: 128 bits (TS 33.501 A.19, A.20).
    UpuMac, 16
);

/// FC of TS 33.501 A.17 to A.20.
const FC_SOR_AUSF: u8 = 0x77;
const FC_SOR_UE: u8 = 0x78;
const FC_UPU_AUSF: u8 = 0x7b;
const FC_UPU_UE: u8 = 0x7c;

/// P0 of an acknowledgement of the UE.
const ACKNOWLEDGEMENT: [u8; 1] = [0x01];

impl KAusf {
    /// SoR-MAC-IAUSF over the SoR header and, if there is one, the list or packet (TS 33.501 A.17). `None` when a part has
    /// more than 65535 octets.
    #[must_use]
    pub fn sor_mac_i_ausf(&self, header: &[u8], counter: u16, list: Option<&[u8]>) -> Option<SorMac> {
        let counter = counter.to_be_bytes();
        let whole = [header, &counter, list.unwrap_or_default()];
        let parameters = if list.is_some() { &whole[..] } else { &whole[..2] };
        self.mac(FC_SOR_AUSF, parameters).map(SorMac::new)
    }

    /// SoR-MAC-IUE: the UE's acknowledgement (TS 33.501 A.18).
    #[must_use]
    pub fn sor_mac_i_ue(&self, counter: u16) -> SorMac {
        SorMac::new(self.acknowledged(FC_SOR_UE, counter))
    }

    /// UPU-MAC-IAUSF over the UE parameters update data (TS 33.501 A.19). `None` when they have more than 65535 octets.
    #[must_use]
    pub fn upu_mac_i_ausf(&self, data: &[u8], counter: u16) -> Option<UpuMac> {
        self.mac(FC_UPU_AUSF, &[data, &counter.to_be_bytes()])
            .map(UpuMac::new)
    }

    /// UPU-MAC-IUE: the UE's acknowledgement (TS 33.501 A.20).
    #[must_use]
    pub fn upu_mac_i_ue(&self, counter: u16) -> UpuMac {
        UpuMac::new(self.acknowledged(FC_UPU_UE, counter))
    }

    fn acknowledged(&self, fc: u8, counter: u16) -> [u8; 16] {
        let s = crate::KdfInput::new(fc)
            .parameter(&ACKNOWLEDGEMENT)
            .parameter(&counter.to_be_bytes());
        halves(s.derive(self.expose())).1
    }

    fn mac(&self, fc: u8, parameters: &[&[u8]]) -> Option<[u8; 16]> {
        Some(halves(HmacKey::new(self.expose()).kdf(fc, parameters)?).1)
    }
}
