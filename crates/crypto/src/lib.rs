//! The cryptography of subscriber authentication and NAS/AS security. No I/O, nothing allocated on the hot path.
//!
//! ```text
//!  K, OPc/TOPc ──MILENAGE │ TUAK │ XOR──► Quintet { RAND, XRES, CK, IK, AUTN }
//!        CK, IK ──33.401 A.2──► Kasme ──A.7──► KNasInt, KNasEnc
//!                                 ├────A.3──► KeNb ──A.7──► KRrcInt, KRrcEnc, KUpEnc, KUpInt
//!                                 └────A.4──► Nh   ──A.5──► KeNb*
//!        CK, IK ──33.501 Annex A──► KAUSF ──► KSEAF ──► KAMF ──► …                            (`fgs`)
//!               ──A.3──► CK', IK' ──RFC 9048──► K_aut, MSK, EMSK ──► KAUSF                    (`eap_aka_prime`)
//!  RES, CK, IK │ password ──RFC 3310, 4169, 7616──► digest response                         (`digest`)
//!  SUPI ──ECIES──► SUCI                                                                       (`suci`)
//! ```
//!
//! Every key is its own zeroised type that prints redacted and compares in constant time.

mod aes_schedule;
#[cfg(target_arch = "x86_64")]
mod aesni;
mod aka;
mod algorithm;
mod carryless;
pub mod digest;
pub mod eap_aka_prime;
pub mod eea;
pub mod eia;
mod eps;
pub mod fgs;
mod functions;
mod hmac;
mod kdf;
mod keccak;
mod key;
mod keystream;
mod milenage;
mod snow3g;
pub mod suci;
mod tuak;
mod xor;
mod zuc;

pub use aka::{Amf, Autn, Auts, Mac, Quintet, Rand, Res, Sqn};
pub use algorithm::{
    Bearer, CipherError, CipheringAlgorithm, Direction, IntegrityAlgorithm, MAX_LENGTH_BITS, SecurityInput,
};
pub use eps::{
    CkIkPrime, CkIkSrvcc, CkSrvcc, HASH_MME_OCTETS, IkSrvcc, IopsKn, KNasEnc, KNasInt, KRrcEnc, KRrcInt,
    KSgNbRrcEnc, KSgNbRrcInt, KSgNbUpEnc, KSgNbUpInt, KUpEnc, KUpInt, Kasme, KeNb, KeNbStar, LwipPsk, Nh,
    SKeNb, SKgNb, SKwt, TargetCell, hash_mme,
};
pub use functions::{AuthenticationFunctions, FunctionOutputs, MacFailure, WrongKeyLength};
pub use kdf::KdfInput;
pub use key::{Ak, Ck, Ik, K, Op, Opc, Top, Topc};
pub use milenage::Milenage;
pub use tuak::{Tuak, TuakSizes, WrongTuakSize};
pub use xor::Xor;
