//! What the answers have in common, and Authentication-Info (TS 29.272 7.2, 7.3.17, 7.3.18, 7.3.19).

use super::VENDOR_3GPP;
use quintet_crypto::Quintet;
use quintet_diameter::dict::avp;
use quintet_diameter::node::AnswerResult;
use quintet_diameter::{MessageWriter, ResultCode};
use quintet_subscriber::auc::EpsVector;
use quintet_subscriber::s6a::{Features, Refusal};

/// A refusal as Experimental-Result of 3GPP, or as Result-Code if it is one of RFC 6733's.
pub(crate) fn result(refusal: Refusal) -> AnswerResult {
    if refusal.is_experimental() {
        AnswerResult::Experimental {
            vendor_id: VENDOR_3GPP,
            code: refusal.code(),
        }
    } else {
        ResultCode(refusal.code()).into()
    }
}

/// Auth-Session-State NO_STATE_MAINTAINED: S6a has no sessions (TS 29.272 7.1.4).
pub(crate) fn write_auth_session_state(w: &mut MessageWriter<'_>) {
    w.u32(avp::AUTH_SESSION_STATE, 1);
}

/// Supported-Features: one AVP for each list that is not empty (TS 29.229 6.3.29), without M (7.2).
pub(crate) fn write_features(w: &mut MessageWriter<'_>, features: Features) {
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

/// One E-UTRAN-Vector. Item-Number counts the vectors of the answer in the order of their SQN, for a node that would
/// use them in another.
pub(crate) fn write_eutran(w: &mut MessageWriter<'_>, item: u32, vector: &EpsVector) {
    w.group(avp::E_UTRAN_VECTOR, |w| {
        w.u32(avp::ITEM_NUMBER, item);
        w.octets(avp::RAND, &vector.rand);
        w.octets(avp::XRES, vector.xres.octets());
        w.octets(avp::AUTN, &vector.autn);
        w.octets(avp::KASME, vector.kasme.expose());
    });
}

/// One UTRAN-Vector.
pub(crate) fn write_utran(w: &mut MessageWriter<'_>, item: u32, quintet: &Quintet) {
    // Vectors refuses a MAC that AUTN cannot carry, so there is one.
    let Some(autn) = quintet.autn.octets() else { return };
    w.group(avp::UTRAN_VECTOR, |w| {
        w.u32(avp::ITEM_NUMBER, item);
        w.octets(avp::RAND, &quintet.rand);
        w.octets(avp::XRES, quintet.xres.octets());
        w.octets(avp::AUTN, &autn);
        w.octets(avp::CONFIDENTIALITY_KEY, quintet.ck.expose());
        w.octets(avp::INTEGRITY_KEY, quintet.ik.expose());
    });
}
