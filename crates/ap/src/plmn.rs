//! PLMN identities (TS 36.413 9.2.3.8, TS 38.413 9.3.3.5).
//!
//! The digits have another order here than in NAS: the filler or the first digit of the MNC shares an octet with the last of
//! the MCC, so `310-410` is `13 40 01`, in NAS `13 00 14`. With two digits of MNC the two forms are one.

use quintet_identity::Plmn;

/// The PLMN of the three octets, if they are one.
#[must_use]
pub fn plmn_of([a, b, c]: [u8; 3]) -> Option<Plmn> {
    let half = [a & 15, a >> 4, b & 15, b >> 4, c & 15, c >> 4];
    let digits = half.map(|digit| b'0' + digit);
    if half[3] == 15 {
        let [mcc1, mcc2, mcc3, _, mnc1, mnc2] = digits;
        Plmn::from_ascii(&[mcc1, mcc2, mcc3, mnc1, mnc2]).ok()
    } else {
        Plmn::from_ascii(&digits).ok()
    }
}

/// The three octets of the PLMN.
#[must_use]
pub fn plmn_octets(plmn: Plmn) -> [u8; 3] {
    let (ascii, length) = plmn.ascii();
    let d = ascii.map(|digit| digit & 15);
    if length == 5 {
        [d[1] << 4 | d[0], 0xf0 | d[2], d[4] << 4 | d[3]]
    } else {
        [d[1] << 4 | d[0], d[3] << 4 | d[2], d[5] << 4 | d[4]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_digit_of_the_mnc_is_beside_the_last_of_the_mcc() {
        let three: Plmn = "310-410".parse().unwrap();
        let two: Plmn = "001-01".parse().unwrap();
        assert_eq!(plmn_octets(three), [0x13, 0x40, 0x01]);
        assert_eq!(plmn_octets(two), [0x00, 0xf1, 0x10]);
        for plmn in [three, two] {
            assert_eq!(plmn_of(plmn_octets(plmn)), Some(plmn));
        }
        assert_eq!(plmn_of([0xaa; 3]), None);
    }
}
