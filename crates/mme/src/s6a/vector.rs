//! E-UTRAN vectors of an AIA (TS 29.272 5.2.3.1.2, 7.3.17, 7.3.18).

use super::AnswerFault;
use quintet_crypto::{Kasme, Rand, Res};
use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, Message};

/// The most vectors taken from one answer: as many as MAP allowed, and more than an MME ever asks for.
const MAX_VECTORS: usize = 32;

/// One E-UTRAN-Vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EutranVector {
    /// The challenge.
    pub rand: Rand,
    /// The token, 16 octets.
    pub autn: [u8; 16],
    /// The expected response.
    pub xres: Res,
    /// KASME for this serving network.
    pub kasme: Kasme,
}

/// The E-UTRAN vectors of an AIA, in the order in which they are to be used (Item-Number).
///
/// # Errors
/// [`AnswerFault`] if a vector is incomplete or a value has a wrong length. No vector at all is an empty list.
pub fn read_vectors(answer: &Message<'_>) -> Result<Vec<EutranVector>, AnswerFault> {
    let mut vectors = Vec::new();
    for found in answer.avps() {
        let found = found?;
        if !found.is(avp::AUTHENTICATION_INFO) {
            continue;
        }
        for inner in found.group() {
            let inner = inner?;
            if inner.is(avp::E_UTRAN_VECTOR) && vectors.len() < MAX_VECTORS {
                vectors.push(read_vector(&inner)?);
            }
        }
    }
    vectors.sort_by_key(|(item, _)| *item);
    Ok(vectors.into_iter().map(|(_, vector)| vector).collect())
}

/// One vector with its Item-Number, 0 if it has none.
fn read_vector(group: &Avp<'_>) -> Result<(u32, EutranVector), AnswerFault> {
    let (mut item, mut rand, mut autn, mut xres, mut kasme) = (0, None, None, None, None);
    for inner in group.group() {
        let inner = inner?;
        if inner.is(avp::ITEM_NUMBER) {
            item = inner.u32()?;
        } else if inner.is(avp::RAND) {
            rand = Some(array::<16>(&inner, "RAND", "16 octets")?);
        } else if inner.is(avp::AUTN) {
            autn = Some(array::<16>(&inner, "AUTN", "16 octets")?);
        } else if inner.is(avp::XRES) {
            let value = Res::new(inner.data);
            xres = Some(value.ok_or(AnswerFault::Value {
                avp: "XRES",
                at: inner.at,
                expected: "4 to 16 octets",
            })?);
        } else if inner.is(avp::KASME) {
            kasme = Some(Kasme::new(array::<32>(&inner, "KASME", "32 octets")?));
        }
    }
    let missing = |avp| AnswerFault::Missing { avp };
    let vector = EutranVector {
        rand: rand.ok_or_else(|| missing("RAND"))?,
        autn: autn.ok_or_else(|| missing("AUTN"))?,
        xres: xres.ok_or_else(|| missing("XRES"))?,
        kasme: kasme.ok_or_else(|| missing("KASME"))?,
    };
    Ok((item, vector))
}

fn array<const N: usize>(
    found: &Avp<'_>,
    avp: &'static str,
    expected: &'static str,
) -> Result<[u8; N], AnswerFault> {
    found.data.try_into().map_err(|_| AnswerFault::Value {
        avp,
        at: found.at,
        expected,
    })
}
