//! CRC32c (RFC 9260 Appendix A), eight octets at a time from tables.

const POLYNOMIAL: u32 = 0x82f6_3b78;

static TABLES: [[u32; 256]; 8] = tables();

const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut octet = 0;
    while octet < 256 {
        let mut crc = octet as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ (POLYNOMIAL & 0u32.wrapping_sub(crc & 1));
            bit += 1;
        }
        tables[0][octet] = crc;
        octet += 1;
    }
    let mut row = 1;
    while row < 8 {
        let mut octet = 0;
        while octet < 256 {
            let before = tables[row - 1][octet];
            tables[row][octet] = (before >> 8) ^ tables[0][(before & 0xff) as usize];
            octet += 1;
        }
        row += 1;
    }
    tables
}

/// Goes on with a CRC that has not been inverted at its end.
fn update(mut crc: u32, octets: &[u8]) -> u32 {
    let (eights, rest) = octets.as_chunks::<8>();
    for eight in eights {
        let [a, b, c, d, e, f, g, h] = (u64::from_le_bytes(*eight) ^ u64::from(crc)).to_le_bytes();
        crc = TABLES[7][usize::from(a)]
            ^ TABLES[6][usize::from(b)]
            ^ TABLES[5][usize::from(c)]
            ^ TABLES[4][usize::from(d)]
            ^ TABLES[3][usize::from(e)]
            ^ TABLES[2][usize::from(f)]
            ^ TABLES[1][usize::from(g)]
            ^ TABLES[0][usize::from(h)];
    }
    for octet in rest {
        crc = (crc >> 8) ^ TABLES[0][usize::from(crc as u8 ^ octet)];
    }
    crc
}

/// The checksum of a packet, its checksum field (octets 8 to 11) taken as zero; in the order of the field.
pub(crate) fn of_packet(packet: &[u8]) -> [u8; 4] {
    let (head, tail) = packet.split_at(packet.len().min(8));
    let crc = update(!0, head);
    let crc = update(crc, &[0; 4]);
    (!update(crc, tail.get(4..).unwrap_or_default())).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 3720 B.4, written there in the order of transmission.
    #[test]
    fn vectors_of_rfc_3720() {
        let ascending: Vec<u8> = (0..32).collect();
        let descending: Vec<u8> = (0..32).rev().collect();
        for (octets, expected) in [
            (vec![0; 32], "aa36918a"),
            (vec![0xff; 32], "43aba862"),
            (ascending, "4e79dd46"),
            (descending, "5cdb3f11"),
        ] {
            assert_eq!(hex::encode((!update(!0, &octets)).to_le_bytes()), expected);
        }
    }

    /// Any cut gives the same, whatever falls to the octet-wise end.
    #[test]
    fn cut_anywhere() {
        let octets: Vec<u8> = (0..61).map(|i| (i * 37) as u8).collect();
        for at in 0..octets.len() {
            assert_eq!(
                update(update(!0, &octets[..at]), &octets[at..]),
                update(!0, &octets)
            );
        }
    }
}
