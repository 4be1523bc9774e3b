//! A challenge under a key: does AUTN hold, and if not, with which mistake would it (TS 33.102 6.3.2, 6.3.3; TS 35.206).

use super::KeyNote;
use super::ring::{Operator, SubscriberKey};
use quintet_crypto::{
    Amf, AuthenticationFunctions, Autn, Auts, Ck, Ik, K, Milenage, Op, Opc, Quintet, Rand, Res, Sqn, Xor,
};

/// What a challenge gives under the key that it was made with.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    pub(super) functions: AuthenticationFunctions,
    pub(super) sqn: Sqn,
    pub(super) xres: Res,
    pub(super) ck: Ck,
    pub(super) ik: Ik,
}

/// What AUTN is under this key; `None` if MAC-A does not hold.
pub(super) fn fit(functions: AuthenticationFunctions, rand: &Rand, autn: &Autn) -> Option<Fit> {
    let (sqn, xres, ck, ik) = functions.verify_autn(rand, autn).ok()?;
    Some(Fit {
        functions,
        sqn,
        xres,
        ck,
        ik,
    })
}

/// With which one mistake AUTN holds under the subscriber's key: the note, and what the network made of it.
pub(super) fn mistake(key: &SubscriberKey, rand: &Rand, autn: &Autn) -> Option<(KeyNote, Fit)> {
    wrong_operator_value(key, rand, autn)
        .or_else(|| wrong_token(key, rand, autn))
        .or_else(|| other_algorithm(key, rand, autn))
}

/// OP and OPc taken for each other, K and OPc exchanged.
fn wrong_operator_value(key: &SubscriberKey, rand: &Rand, autn: &Autn) -> Option<(KeyNote, Fit)> {
    let k = key.k();
    let (given, note) = match key.operator() {
        Operator::Opc(opc) => (opc.expose(), KeyNote::OpGivenAsOpc),
        Operator::Op(op) => (op.expose(), KeyNote::OpcGivenAsOp),
        _ => return None,
    };
    let with = |k: &K, value: &[u8; 16], derived: bool| {
        let opc = if derived {
            Opc::derive(k, &Op::new(*value)).ok()?
        } else {
            Opc::new(*value)
        };
        fit(
            AuthenticationFunctions::Milenage(Milenage::new(k.clone(), opc).ok()?),
            rand,
            autn,
        )
    };
    let derived = matches!(note, KeyNote::OpGivenAsOpc);
    if let Some(fit) = with(k, given, derived) {
        return Some((note, fit));
    }
    let (swapped, value) = (K::new_128(*given), k.expose_128()?);
    with(&swapped, value, false)
        .or_else(|| with(&swapped, value, true))
        .map(|fit| (KeyNote::KAndOpcSwapped, fit))
}

/// The right key, and a token made by another rule: AK left out, another AMF, f1* instead of f1.
fn wrong_token(key: &SubscriberKey, rand: &Rand, autn: &Autn) -> Option<(KeyNote, Fit)> {
    let functions = key.functions()?;
    let as_made = |sqn: Sqn, amf: Amf| -> Fit {
        let quintet: Quintet = functions.quintet(rand, sqn, amf);
        Fit {
            functions: functions.clone(),
            sqn,
            xres: quintet.xres,
            ck: quintet.ck.clone(),
            ik: quintet.ik.clone(),
        }
    };
    let in_clear = Sqn::from_octets(autn.concealed_sqn);
    if functions.f1(rand, in_clear, autn.amf) == autn.mac {
        return Some((KeyNote::SqnNotConcealed, as_made(in_clear, autn.amf)));
    }
    // AK is what turns a zero SQN into the quintet's concealed one.
    let ak = functions
        .quintet(rand, Sqn::default(), autn.amf)
        .autn
        .concealed_sqn;
    let sqn = Sqn::from_octets(std::array::from_fn(|i| ak[i] ^ autn.concealed_sqn[i]));
    let [high, low] = autn.amf.0;
    for amf in [[0, 0], [0x80, 0], [high ^ 0x80, low], [low, high]] {
        if amf != autn.amf.0 && functions.f1(rand, sqn, Amf(amf)) == autn.mac {
            return Some((KeyNote::MacOverOtherAmf { amf }, as_made(sqn, autn.amf)));
        }
    }
    (functions.f1_star(rand, sqn, autn.amf) == autn.mac)
        .then(|| (KeyNote::MacOfResynchronisation, as_made(sqn, autn.amf)))
}

/// XOR with a key that was given for MILENAGE, and the other way round.
fn other_algorithm(key: &SubscriberKey, rand: &Rand, autn: &Autn) -> Option<(KeyNote, Fit)> {
    let k = key.k();
    match key.operator() {
        Operator::Op(_) | Operator::Opc(_) => {
            let xor = AuthenticationFunctions::Xor(Xor::new(k.clone()).ok()?);
            Some((
                KeyNote::AutnOfOtherAlgorithm { name: "XOR" },
                fit(xor, rand, autn)?,
            ))
        }
        Operator::Xor => {
            // Without an operator's value there is only the one that is none.
            let zero = Opc::derive(k, &Op::new([0; 16])).ok()?;
            let milenage = Milenage::new(k.clone(), zero).ok()?;
            let fit = fit(AuthenticationFunctions::Milenage(milenage), rand, autn)?;
            Some((KeyNote::AutnOfOtherAlgorithm { name: "MILENAGE" }, fit))
        }
        Operator::Top(..) | Operator::Topc(..) => None,
    }
}

/// What a RES that is not XRES is.
pub(super) fn wrong_res(xres: &Res, res: &[u8]) -> Option<KeyNote> {
    let expected = xres.octets();
    if res.len() < expected.len() && expected.starts_with(res) {
        return Some(KeyNote::ResCut { octets: res.len() });
    }
    // c2 of TS 33.102 6.8.1.2: the words of XRES, filled up with zeros to 128 bits, added up.
    let mut sres = [0; 4];
    for (i, octet) in expected.iter().take(16).enumerate() {
        sres[i % 4] ^= octet;
    }
    (res == sres).then_some(KeyNote::ResIsSres)
}

/// Whether MAC-S holds over the AMF of the challenge instead of 0000 (TS 33.102 6.3.3).
pub(super) fn auts_over_amf(
    functions: &AuthenticationFunctions,
    rand: &Rand,
    autn: &[u8; 16],
    auts: &Auts,
) -> bool {
    let ak = functions.f5_star(rand);
    let sqn_ms = Sqn::from_octets(std::array::from_fn(|i| ak.expose()[i] ^ auts.concealed_sqn[i]));
    functions.f1_star(rand, sqn_ms, Autn::from_octets(autn).amf) == auts.mac
}
