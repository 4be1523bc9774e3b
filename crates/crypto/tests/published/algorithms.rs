//! MILENAGE, TUAK and resynchronisation.

use crate::rows::{array, number, octets, optional_octets, rows};
use quintet_crypto::{
    Amf, AuthenticationFunctions, Autn, Auts, K, MacFailure, Milenage, Op, Opc, Rand, Sqn, Top, Topc, Tuak,
    TuakSizes,
};
use serde_json::Value;

fn k(row: &Value) -> K {
    K::new(&octets(row, "K")).unwrap()
}

fn milenage(row: &Value) -> AuthenticationFunctions {
    AuthenticationFunctions::Milenage(Milenage::new(k(row), Opc::new(array(row, "OPc"))).unwrap())
}

fn sqn(row: &Value, member: &str) -> Sqn {
    Sqn::from_octets(array(row, member))
}

/// f1 to f5*, by function, by quintet, and back as the USIM sees it.
fn all_functions(functions: &AuthenticationFunctions, row: &Value) {
    let id = &row["id"];
    let rand: Rand = array(row, "RAND");
    let (sqn, amf) = (sqn(row, "SQN"), Amf(array(row, "AMF")));
    let outputs = functions.outputs(&rand, sqn, amf);
    assert_eq!(outputs.mac_a.octets(), octets(row, "f1"), "{id} f1");
    assert_eq!(outputs.mac_s.octets(), octets(row, "f1*"), "{id} f1*");
    assert_eq!(outputs.res.octets(), octets(row, "f2"), "{id} f2");
    assert_eq!(outputs.ck.expose(), octets(row, "f3"), "{id} f3");
    assert_eq!(outputs.ik.expose(), octets(row, "f4"), "{id} f4");
    assert_eq!(outputs.ak.expose()[..], octets(row, "f5"), "{id} f5");
    assert_eq!(outputs.ak_star.expose()[..], octets(row, "f5*"), "{id} f5*");
    assert_eq!(functions.f1(&rand, sqn, amf), outputs.mac_a, "{id} f1 alone");

    let quintet = functions.quintet(&rand, sqn, amf);
    assert_eq!(quintet.rand, rand);
    assert_eq!(quintet.xres, outputs.res);
    assert_eq!((&quintet.ck, &quintet.ik), (&outputs.ck, &outputs.ik));
    let (seen, res, ck, ik) = functions.verify_autn(&rand, &quintet.autn).unwrap();
    assert_eq!(
        (seen, &res, &ck, &ik),
        (sqn, &quintet.xres, &quintet.ck, &quintet.ik),
        "{id} at the USIM"
    );

    let mut other = quintet.autn;
    other.amf.0[1] ^= 1;
    assert_eq!(
        functions.verify_autn(&rand, &other),
        Err(MacFailure),
        "{id} with another AMF"
    );
    let auts = functions.auts(&rand, sqn);
    assert_eq!(functions.verify_auts(&rand, &auts), Ok(sqn), "{id} AUTS");
    let mut octets = Vec::new();
    auts.put(&mut octets);
    octets[5] ^= 1;
    let altered = Auts::from_octets(&octets).unwrap();
    assert_eq!(
        functions.verify_auts(&rand, &altered),
        Err(MacFailure),
        "{id} altered AUTS"
    );
}

#[test]
fn milenage_rows() {
    let (mut whole, mut f2_only) = (0, 0);
    for row in rows("milenage.json", 26) {
        let functions = milenage(&row);
        if row.get("f1").is_none() {
            let rand: Rand = array(&row, "RAND");
            let quintet = functions.quintet(&rand, Sqn::default(), Amf::default());
            assert_eq!(quintet.xres.octets(), octets(&row, "f2"), "{}", row["id"]);
            f2_only += 1;
            continue;
        }
        all_functions(&functions, &row);
        let quintet = functions.quintet(&array(&row, "RAND"), sqn(&row, "SQN"), Amf(array(&row, "AMF")));
        assert_eq!(
            quintet.autn.octets().unwrap(),
            array(&row, "AUTN"),
            "{} AUTN",
            row["id"]
        );
        assert_eq!(Autn::from_octets(&array(&row, "AUTN")), quintet.autn);
        let opc = Opc::derive(&k(&row), &Op::new(array(&row, "OP"))).unwrap();
        assert_eq!(opc, Opc::new(array(&row, "OPc")), "{} OPc", row["id"]);
        whole += 1;
    }
    assert_eq!((whole, f2_only), (25, 1));
}

#[test]
fn tuak_rows() {
    let (mut sets, mut permutations) = (0, 0);
    for row in rows("tuak.json", 17) {
        if row.get("type").is_some() {
            // The permutation itself is private: its rows are a unit test of `keccak`.
            assert_eq!(row["type"], "keccak-f1600");
            permutations += 1;
            continue;
        }
        let bits = |member| number(&row, member) as u16;
        let sizes = TuakSizes::new(
            bits("RES_bits"),
            bits("MAC_bits"),
            bits("CK_bits"),
            bits("IK_bits"),
            number(&row, "keccak_iterations") as u8,
        )
        .unwrap();
        let k = k(&row);
        assert_eq!(k.expose().len() * 8, usize::from(bits("K_bits")));
        let topc = Topc::new(array(&row, "TOPc"));
        assert_eq!(
            Topc::derive(&k, &Top::new(array(&row, "TOP")), sizes),
            topc,
            "{} TOPc",
            row["id"]
        );
        all_functions(&AuthenticationFunctions::Tuak(Tuak::new(k, topc, sizes)), &row);
        sets += 1;
    }
    assert_eq!((sets, permutations), (12, 5));
}

#[test]
fn auts_rows() {
    let (mut genuine, mut refused) = (0, 0);
    for row in rows("auts.json", 17) {
        let id = &row["id"];
        let functions = milenage(&row);
        let rand: Rand = array(&row, "RAND");
        let auts = Auts::from_octets(&octets(&row, "AUTS")).unwrap();
        if row.get("expect").is_some() {
            assert_eq!(row["expect"], "MAC-S failure", "{id}");
            assert_eq!(functions.verify_auts(&rand, &auts), Err(MacFailure), "{id}");
            refused += 1;
            continue;
        }
        let sqn_ms = sqn(&row, "SQN_MS");
        assert_eq!(functions.verify_auts(&rand, &auts), Ok(sqn_ms), "{id}");
        assert_eq!(functions.auts(&rand, sqn_ms), auts, "{id}");
        assert_eq!(functions.f5_star(&rand).expose()[..], octets(&row, "AK*"), "{id}");
        assert_eq!(
            functions.f1_star(&rand, sqn_ms, Amf::RESYNC).octets(),
            octets(&row, "MAC-S"),
            "{id}"
        );
        assert_eq!(auts.concealed_sqn, array(&row, "Conc(SQN_MS)"), "{id}");
        assert_eq!(optional_octets(&row, "AMF").unwrap(), Amf::RESYNC.0, "{id}");
        genuine += 1;
    }
    assert_eq!((genuine, refused), (15, 2));
}
