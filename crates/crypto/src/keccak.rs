//! The permutation Keccak-f[1600] (FIPS 202 3.3, 3.4; used by TS 35.231).
//!
//! Lanes are 64-bit integers in the order A[x, y] = lane 5y + x, as the octets of a state fill them.
//! One round is written out: every index is then a constant and the state can live in registers.

/// Round constants ι (FIPS 202 3.2.5).
const IOTA: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

/// Permutes the state in place: 24 rounds.
pub(crate) fn keccak_f1600(state: &mut [u64; 25]) {
    let mut a = *state;
    for constant in IOTA {
        a = round(&a);
        a[0] ^= constant;
    }
    *state = a;
}

/// θ, ρ, π and χ.
#[inline(always)]
fn round(a: &[u64; 25]) -> [u64; 25] {
    let c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
    let c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
    let c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
    let c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
    let c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
    let d0 = c4 ^ c1.rotate_left(1);
    let d1 = c0 ^ c2.rotate_left(1);
    let d2 = c1 ^ c3.rotate_left(1);
    let d3 = c2 ^ c4.rotate_left(1);
    let d4 = c3 ^ c0.rotate_left(1);

    // ρ and π: each new row gathers one lane of every column.
    let [b0, b1, b2, b3, b4] = chi([
        a[0] ^ d0,
        (a[6] ^ d1).rotate_left(44),
        (a[12] ^ d2).rotate_left(43),
        (a[18] ^ d3).rotate_left(21),
        (a[24] ^ d4).rotate_left(14),
    ]);
    let [b5, b6, b7, b8, b9] = chi([
        (a[3] ^ d3).rotate_left(28),
        (a[9] ^ d4).rotate_left(20),
        (a[10] ^ d0).rotate_left(3),
        (a[16] ^ d1).rotate_left(45),
        (a[22] ^ d2).rotate_left(61),
    ]);
    let [b10, b11, b12, b13, b14] = chi([
        (a[1] ^ d1).rotate_left(1),
        (a[7] ^ d2).rotate_left(6),
        (a[13] ^ d3).rotate_left(25),
        (a[19] ^ d4).rotate_left(8),
        (a[20] ^ d0).rotate_left(18),
    ]);
    let [b15, b16, b17, b18, b19] = chi([
        (a[4] ^ d4).rotate_left(27),
        (a[5] ^ d0).rotate_left(36),
        (a[11] ^ d1).rotate_left(10),
        (a[17] ^ d2).rotate_left(15),
        (a[23] ^ d3).rotate_left(56),
    ]);
    let [b20, b21, b22, b23, b24] = chi([
        (a[2] ^ d2).rotate_left(62),
        (a[8] ^ d3).rotate_left(55),
        (a[14] ^ d4).rotate_left(39),
        (a[15] ^ d0).rotate_left(41),
        (a[21] ^ d1).rotate_left(2),
    ]);
    [
        b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16, b17, b18, b19, b20, b21,
        b22, b23, b24,
    ]
}

/// χ of one row.
#[inline(always)]
fn chi([a, b, c, d, e]: [u64; 5]) -> [u64; 5] {
    [
        a ^ (!b & c),
        b ^ (!c & d),
        c ^ (!d & e),
        d ^ (!e & a),
        e ^ (!a & b),
    ]
}

#[cfg(test)]
mod tests {
    use super::keccak_f1600;

    /// The permutation rows of `vectors/tuak.json` (TS 35.232): octets fill the lanes from the least significant on.
    #[test]
    fn published_permutations() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/tuak.json");
        let rows: Vec<serde_json::Value> =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut permutations = 0;
        for row in rows.iter().filter(|row| row["type"] == "keccak-f1600") {
            let octets = |member: &str| hex::decode(row[member].as_str().unwrap()).unwrap();
            let mut state = [0; 25];
            let input = octets("IN");
            assert_eq!(input.len(), 200);
            for (lane, octets) in state.iter_mut().zip(input.as_chunks::<8>().0) {
                *lane = u64::from_le_bytes(*octets);
            }
            keccak_f1600(&mut state);
            assert_eq!(
                state.map(u64::to_le_bytes).as_flattened(),
                octets("OUT"),
                "{}",
                row["id"]
            );
            permutations += 1;
        }
        assert_eq!(permutations, 5);
    }
}
