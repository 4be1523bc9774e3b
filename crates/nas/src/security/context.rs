//! The NAS part of a security context of EPS or 5GS: keys, algorithms, and the COUNT of each direction (TS 24.301 4.4.2,
//! 4.4.3, TS 33.401 8.1, 8.2; TS 24.501 4.4.2, 4.4.3, TS 33.501 6.4.3, 6.4.4).

use super::count::NasCount;
use super::header::{Protection, SecurityHeader};
use super::partial;
use super::service_request::ServiceRequestHeader;
use super::system::{Access, System};
use super::verified::{Accepted, Verified};
use crate::common::SecurityHeaderType;
use quintet_crypto::{
    CipherError, CipheringAlgorithm, Direction, IntegrityAlgorithm, KNasEnc, KNasInt, Kasme, SecurityInput,
    eea, eia, fgs::KAmf,
};
use quintet_wire::DecodeError;
use subtle::ConstantTimeEq;

/// The longest NAS message that is protected or checked. S1AP and the longest NAS container of 24.301 count lengths
/// in 16 bits.
pub const MAX_NAS_OCTETS: usize = 65_535;

/// Which end of the NAS connection a context is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The MME or AMF: sends downlink.
    Network,
    /// The UE: sends uplink.
    Ue,
}

impl Role {
    /// Which way its messages go.
    #[must_use]
    pub const fn sends(self) -> Direction {
        match self {
            Self::Network => Direction::Downlink,
            Self::Ue => Direction::Uplink,
        }
    }

    /// Which way the messages to it go.
    #[must_use]
    pub const fn receives(self) -> Direction {
        match self {
            Self::Network => Direction::Uplink,
            Self::Ue => Direction::Downlink,
        }
    }
}

/// How far a context's COUNTs have come: what is stored with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NasCounts {
    /// The COUNT of the next message sent; `None` when all are used.
    pub next_sent: Option<NasCount>,
    /// The COUNT of the last message accepted; `None` before the first.
    pub last_received: Option<NasCount>,
}

impl NasCounts {
    /// Those of a new context: both COUNTs begin at zero (TS 24.301 4.4.3.1).
    pub const NEW: Self = Self {
        next_sent: Some(NasCount::ZERO),
        last_received: None,
    };
}

/// Why a message was not protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtectError {
    /// All COUNTs of the direction are used: release the NAS signalling connection (TS 24.301 4.4.3.5).
    #[error("the NAS COUNT has come to its end: authenticate again")]
    CountExhausted,
    /// Longer than [`MAX_NAS_OCTETS`].
    #[error("a NAS message of {octets} octets is more than the {MAX_NAS_OCTETS} that S1AP carries")]
    TooLong {
        /// Octets of the plain message.
        octets: usize,
    },
    /// Partial ciphering of another message than a CONTROL PLANE SERVICE REQUEST.
    #[error("only a CONTROL PLANE SERVICE REQUEST is partially ciphered")]
    NotPartial,
    /// A short MAC is made by [`NasSecurityContext::protect_service_request`].
    #[error("a short MAC belongs to SERVICE REQUEST alone")]
    ShortMac,
}

/// Why a received message is discarded. The context is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Discard {
    /// It has no security header, or a broken one.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
    /// A security header type that this release does not know.
    #[error("security header type {0}")]
    HeaderType(SecurityHeaderType),
    /// Longer than [`MAX_NAS_OCTETS`].
    #[error("a NAS message of {octets} octets is more than the {MAX_NAS_OCTETS} that S1AP carries")]
    TooLong {
        /// Octets as received.
        octets: usize,
    },
    /// The MAC does not hold for the COUNT it must have.
    #[error("the MAC does not hold with COUNT {estimate}")]
    Mac {
        /// The COUNT with which it was checked.
        estimate: NasCount,
    },
    /// The MAC holds for a COUNT that was accepted or passed before (TS 24.301 4.4.3.2).
    #[error("replayed: COUNT {count} is not above the last accepted")]
    Replayed {
        /// The COUNT it was sent with.
        count: NasCount,
    },
    /// No COUNT is left that it could have been sent with.
    #[error("the NAS COUNT has come to its end")]
    CountExhausted,
    /// Partially ciphered, but no CONTROL PLANE SERVICE REQUEST.
    #[error("only a CONTROL PLANE SERVICE REQUEST is partially ciphered")]
    NotPartial,
}

/// The NAS keys, algorithms and COUNTs of one security context, at one end; in 5GS of one access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NasSecurityContext {
    k_nas_int: KNasInt,
    k_nas_enc: KNasEnc,
    integrity: IntegrityAlgorithm,
    ciphering: CipheringAlgorithm,
    role: Role,
    system: System,
    counts: NasCounts,
}

impl NasSecurityContext {
    /// A new context of EPS of the given keys: both COUNTs begin at zero.
    ///
    /// # Errors
    /// `UnsupportedIntegrity` or `UnsupportedCiphering` for an algorithm this project does not have.
    pub fn new(
        role: Role,
        (integrity, k_nas_int): (IntegrityAlgorithm, KNasInt),
        (ciphering, k_nas_enc): (CipheringAlgorithm, KNasEnc),
    ) -> Result<Self, CipherError> {
        Self::of(System::Eps, role, (integrity, k_nas_int), (ciphering, k_nas_enc))
    }

    /// A new context of `system` of the given keys: both COUNTs begin at zero.
    ///
    /// # Errors
    /// `UnsupportedIntegrity` or `UnsupportedCiphering` for an algorithm this project does not have.
    pub fn of(
        system: System,
        role: Role,
        (integrity, k_nas_int): (IntegrityAlgorithm, KNasInt),
        (ciphering, k_nas_enc): (CipheringAlgorithm, KNasEnc),
    ) -> Result<Self, CipherError> {
        if integrity > IntegrityAlgorithm::EIA3 {
            return Err(CipherError::UnsupportedIntegrity(integrity));
        }
        if ciphering > CipheringAlgorithm::EEA3 {
            return Err(CipherError::UnsupportedCiphering(ciphering));
        }
        Ok(Self {
            k_nas_int,
            k_nas_enc,
            integrity,
            ciphering,
            role,
            system,
            counts: NasCounts::NEW,
        })
    }

    /// A new context of EPS, of KASME and the chosen algorithms (TS 33.401 A.7).
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn derive(
        role: Role,
        kasme: &Kasme,
        integrity: IntegrityAlgorithm,
        ciphering: CipheringAlgorithm,
    ) -> Result<Self, CipherError> {
        let k_nas_int = (integrity, kasme.k_nas_int(integrity));
        Self::new(role, k_nas_int, (ciphering, kasme.k_nas_enc(ciphering)))
    }

    /// A new context of 5GS, of KAMF and the chosen algorithms (TS 33.501 A.8).
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn derive_fgs(
        role: Role,
        access: Access,
        k_amf: &KAmf,
        nia: IntegrityAlgorithm,
        nea: CipheringAlgorithm,
    ) -> Result<Self, CipherError> {
        let k_nas_int = (nia, k_amf.k_nas_int(nia));
        Self::of(System::Fgs(access), role, k_nas_int, (nea, k_amf.k_nas_enc(nea)))
    }

    /// The same keys for the NAS connection over `access`, at its COUNTs: those of the two accesses are not each other's
    /// (TS 24.501 4.4.3.1). `None` for a context of EPS.
    #[must_use]
    pub fn over(&self, access: Access, counts: NasCounts) -> Option<Self> {
        match self.system {
            System::Eps => None,
            System::Fgs(_) => Some(Self {
                system: System::Fgs(access),
                counts,
                ..self.clone()
            }),
        }
    }

    /// The same keys at other COUNTs: a context that was stored, or is watched from its middle.
    #[must_use]
    pub fn with_counts(mut self, counts: NasCounts) -> Self {
        self.counts = counts;
        self
    }

    /// How far the COUNTs have come.
    #[must_use]
    pub const fn counts(&self) -> NasCounts {
        self.counts
    }

    /// Which end it is at.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Whose messages it protects.
    #[must_use]
    pub const fn system(&self) -> System {
        self.system
    }

    /// The integrity algorithm.
    #[must_use]
    pub const fn integrity(&self) -> IntegrityAlgorithm {
        self.integrity
    }

    /// The ciphering algorithm.
    #[must_use]
    pub const fn ciphering(&self) -> CipheringAlgorithm {
        self.ciphering
    }

    /// Whether either COUNT is close to its end, so that a new context is due (TS 24.301 4.4.3.5). Never with EIA0, where
    /// COUNT may wrap.
    #[must_use]
    pub fn is_near_end(&self) -> bool {
        let used_up = self.counts.next_sent.is_none_or(NasCount::is_near_end);
        !self.is_null_integrity() && (used_up || self.counts.last_received.is_some_and(NasCount::is_near_end))
    }

    /// Protects the NAS message `plain`, appends header and message to `out`, and answers the COUNT it used.
    ///
    /// # Errors
    /// [`ProtectError`]; then `out` and the context are as they were.
    pub fn protect(
        &mut self,
        protection: Protection,
        plain: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<NasCount, ProtectError> {
        let octets = plain.len();
        if octets > MAX_NAS_OCTETS {
            return Err(ProtectError::TooLong { octets });
        }
        let ciphered = match protection {
            Protection::ShortMac => return Err(ProtectError::ShortMac),
            Protection::PartiallyCiphered if self.system != System::Eps => {
                return Err(ProtectError::NotPartial);
            }
            Protection::PartiallyCiphered => {
                partial::partially_ciphered_octets(plain).ok_or(ProtectError::NotPartial)?
            }
            whole if whole.is_ciphered() => 0..octets,
            _ => 0..0,
        };
        let count = self.counts.next_sent.ok_or(ProtectError::CountExhausted)?;
        let input = self.input(count, self.role.sends());
        let start = out.len();
        let header = SecurityHeader {
            header_type: protection.header_type(),
            mac: [0; 4],
            sequence_number: count.sequence_number(),
            payload: plain,
        };
        match self.system {
            System::Eps => header.encode(out),
            System::Fgs(_) => header.encode_fgs(out),
        }
        let (pdu, covered) = (&mut out[start..], self.system.covered_from());
        self.apply_cipher(input, &mut pdu[self.system.header_octets()..][ciphered]);
        let mac = self.mac(input, &pdu[covered..]);
        pdu[self.system.mac_from()..covered].copy_from_slice(&mac);
        self.use_up(count);
        Ok(count)
    }

    /// Makes a SERVICE REQUEST of the context's `ksi` (three bits), appends it to `out`, and answers the COUNT it used.
    ///
    /// # Errors
    /// [`ProtectError::CountExhausted`], `ShortMac` in 5GS, which has none; then `out` and the context are as they were.
    pub fn protect_service_request(&mut self, ksi: u8, out: &mut Vec<u8>) -> Result<NasCount, ProtectError> {
        if self.system != System::Eps {
            return Err(ProtectError::ShortMac);
        }
        let count = self.counts.next_sent.ok_or(ProtectError::CountExhausted)?;
        let covered = ServiceRequestHeader::covered(ksi, count.sequence_number());
        let [_, _, short_mac @ ..] = self.mac(self.input(count, self.role.sends()), &covered);
        out.extend_from_slice(&covered);
        out.extend_from_slice(&short_mac);
        self.use_up(count);
        Ok(count)
    }

    /// Checks and deciphers a received message of header type 1 to 5, and uses up its COUNT. `out` is cleared and holds
    /// the plain NAS message then.
    ///
    /// # Errors
    /// [`Discard`]; the context is as it was, `out` may hold anything.
    pub fn unprotect<'o>(&mut self, pdu: &[u8], out: &'o mut Vec<u8>) -> Result<Verified<&'o [u8]>, Discard> {
        let verified = self.verify(pdu, out)?;
        self.counts.last_received = Some(verified.count);
        Ok(verified)
    }

    /// [`Self::unprotect`] without using up the COUNT: for a message whose context is not yet known to be the right one,
    /// or for a look from aside. [`Self::commit`] completes it.
    ///
    /// # Errors
    /// [`Discard`]; `out` may hold anything.
    pub fn verify<'o>(&self, pdu: &[u8], out: &'o mut Vec<u8>) -> Result<Verified<&'o [u8]>, Discard> {
        out.clear();
        let octets = pdu.len();
        if octets > MAX_NAS_OCTETS {
            return Err(Discard::TooLong { octets });
        }
        let header = match self.system {
            System::Eps => SecurityHeader::parse(pdu)?,
            System::Fgs(_) => SecurityHeader::parse_fgs(pdu)?,
        };
        let protection = header
            .header_type
            .protection()
            // Partial ciphering is a header type of EPS alone.
            .filter(|known| self.system == System::Eps || *known != Protection::PartiallyCiphered)
            .ok_or(Discard::HeaderType(header.header_type))?;
        let covered = &pdu[self.system.covered_from()..];
        let count = self.find_count::<8>(header.sequence_number, |input| {
            self.mac(input, covered).ct_eq(&header.mac).into()
        })?;
        let ciphered = match protection {
            Protection::PartiallyCiphered => {
                partial::partially_ciphered_octets(header.payload).ok_or(Discard::NotPartial)?
            }
            whole if whole.is_ciphered() => 0..header.payload.len(),
            _ => 0..0,
        };
        out.extend_from_slice(header.payload);
        self.apply_cipher(self.input(count, self.role.receives()), &mut out[ciphered]);
        Ok(self.verified(out.as_slice(), protection, count))
    }

    /// Checks a received SERVICE REQUEST and uses up its COUNT.
    ///
    /// # Errors
    /// [`Discard`]; the context is as it was.
    pub fn unprotect_service_request(
        &mut self,
        pdu: &[u8],
    ) -> Result<Verified<ServiceRequestHeader>, Discard> {
        let verified = self.verify_service_request(pdu)?;
        self.counts.last_received = Some(verified.count);
        Ok(verified)
    }

    /// [`Self::unprotect_service_request`] without using up the COUNT, which is estimated from five bits.
    ///
    /// # Errors
    /// [`Discard`].
    pub fn verify_service_request(&self, pdu: &[u8]) -> Result<Verified<ServiceRequestHeader>, Discard> {
        let header = ServiceRequestHeader::parse(pdu)?;
        let covered = &pdu[..ServiceRequestHeader::COVERED];
        let count = self.find_count::<5>(header.sequence_number, |input| {
            let [_, _, short_mac @ ..] = self.mac(input, covered);
            short_mac.ct_eq(&header.short_mac).into()
        })?;
        Ok(self.verified(header, Protection::ShortMac, count))
    }

    /// Uses up the COUNT of a message that [`Self::verify`] or [`Self::verify_service_request`] of this context verified.
    ///
    /// # Errors
    /// [`Discard::Replayed`] if another message with this COUNT or a higher one was accepted since.
    pub fn commit(&mut self, Accepted { count }: Accepted) -> Result<(), Discard> {
        if !self.is_null_integrity() && self.counts.last_received.is_some_and(|last| count <= last) {
            return Err(Discard::Replayed { count });
        }
        self.counts.last_received = Some(count);
        Ok(())
    }

    /// The COUNT a message was sent with, by the low `BITS` bits it carries and whether its MAC holds.
    fn find_count<const BITS: u32>(
        &self,
        low: u8,
        mac_holds: impl Fn(SecurityInput) -> bool,
    ) -> Result<NasCount, Discard> {
        let last = self.counts.last_received;
        if self.is_null_integrity() {
            // The receiver does not look at the MAC, and nothing is replay protected (TS 33.401 B.0).
            return Ok(NasCount::estimate_wrapping::<BITS>(last, low));
        }
        let direction = self.role.receives();
        let estimate = NasCount::estimate::<BITS>(last, low);
        if let Some(count) = estimate
            && mac_holds(self.input(count, direction))
        {
            return Ok(count);
        }
        // Only to say why: nothing is accepted from here on.
        match NasCount::latest_used::<BITS>(last, low) {
            Some(count) if mac_holds(self.input(count, direction)) => Err(Discard::Replayed { count }),
            _ => Err(estimate.map_or(Discard::CountExhausted, |estimate| Discard::Mac { estimate })),
        }
    }

    fn verified<M>(&self, message: M, protection: Protection, count: NasCount) -> Verified<M> {
        Verified {
            message,
            protection,
            count,
            integrity: self.integrity,
        }
    }

    fn is_null_integrity(&self) -> bool {
        self.integrity == IntegrityAlgorithm::EIA0
    }

    /// Moves on to the COUNT after `sent`; with EIA0 that of the last is zero (TS 24.301 4.4.3.5).
    fn use_up(&mut self, sent: NasCount) {
        let after_the_last = self.is_null_integrity().then_some(NasCount::ZERO);
        self.counts.next_sent = sent.next().or(after_the_last);
    }

    /// What goes into EEA and EIA besides key and message (TS 33.401 8.1.1, TS 33.501 6.4.2.2).
    pub(super) fn input(&self, count: NasCount, direction: Direction) -> SecurityInput {
        SecurityInput {
            count: count.value(),
            bearer: self.system.bearer(),
            direction,
        }
    }

    pub(super) fn apply_cipher(&self, input: SecurityInput, octets: &mut [u8]) {
        let bits = octets.len() * 8;
        eea::apply(self.ciphering, self.k_nas_enc.expose(), input, octets, bits)
            .expect("`new` knows the algorithm, and MAX_NAS_OCTETS are fewer than it takes");
    }

    fn mac(&self, input: SecurityInput, octets: &[u8]) -> [u8; 4] {
        eia::mac(
            self.integrity,
            self.k_nas_int.expose(),
            input,
            octets,
            octets.len() * 8,
        )
        .expect("`new` knows the algorithm, and MAX_NAS_OCTETS are fewer than it takes")
    }
}
