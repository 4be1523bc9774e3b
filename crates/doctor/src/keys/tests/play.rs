//! A network and a UE that make exactly the mistake they are told to.

use crate::keys::{
    Challenge, KeyNote, KeyRing, Method, Opened, Operator, SubscriberId, SubscriberKey, Verifier,
};
use quintet_crypto::{
    Amf, AuthenticationFunctions, Bearer, CipheringAlgorithm, Direction, IntegrityAlgorithm, K, KNasInt,
    Kasme, Milenage, Opc, Quintet, Rand, SecurityInput, Sqn, eea, eia,
};
use quintet_identity::{Imsi, Plmn};

pub(super) const K_OCTETS: [u8; 16] = [0x11; 16];
pub(super) const OPC_OCTETS: [u8; 16] = [0x22; 16];
pub(super) const UE: SubscriberId = SubscriberId(7);
pub(super) const KSI: u8 = 2;

pub(super) fn imsi() -> Imsi {
    "001010000000001".parse().unwrap()
}

pub(super) fn serving() -> Plmn {
    "00101".parse().unwrap()
}

pub(super) fn functions() -> AuthenticationFunctions {
    AuthenticationFunctions::Milenage(Milenage::new(K::new_128(K_OCTETS), Opc::new(OPC_OCTETS)).unwrap())
}

/// A ring with the subscriber's key alone.
pub(super) fn ring() -> KeyRing {
    ring_of(Operator::Opc(Opc::new(OPC_OCTETS)))
}

pub(super) fn ring_of(operator: Operator) -> KeyRing {
    let mut ring = KeyRing::new().without_published();
    let key = SubscriberKey::new(Some(imsi()), "line 2".to_owned(), K::new_128(K_OCTETS), operator);
    ring.add(key.unwrap()).unwrap();
    ring
}

pub(super) fn quintet(rand: Rand, sqn: u64) -> Quintet {
    functions().quintet(&rand, Sqn::new(sqn).unwrap(), Amf([0x80, 0]))
}

pub(super) fn kasme_for(plmn: Plmn, quintet: &Quintet) -> Kasme {
    Kasme::derive(
        &quintet.ck,
        &quintet.ik,
        &plmn.octets(),
        &quintet.autn.concealed_sqn,
    )
    .unwrap()
}

/// A challenge as the verifier is told of it.
pub(super) fn challenge(verifier: &mut Verifier, rand: &Rand, autn: &[u8; 16], ksi: u8) -> Vec<KeyNote> {
    verifier.challenge(
        UE,
        &Challenge {
            rand,
            autn,
            ksi,
            imsi: Some(imsi()),
            serving: Some(serving()),
            possible: &[],
            method: Method::EpsAka,
        },
    )
}

/// How a message is protected; a test changes one thing.
#[derive(Clone)]
pub(super) struct Protect {
    pub(super) header_type: u8,
    pub(super) count: u32,
    /// The sequence number sent, if it is not COUNT's.
    pub(super) sequence: Option<u8>,
    pub(super) direction: Direction,
    /// The direction of the MAC, if it is another.
    pub(super) mac_direction: Option<Direction>,
    pub(super) bearer: u8,
    pub(super) integrity: IntegrityAlgorithm,
    pub(super) ciphering: CipheringAlgorithm,
    pub(super) kasme: Kasme,
    /// The integrity key, if it is not KASME's.
    pub(super) key: Option<KNasInt>,
    pub(super) over_plain: bool,
    pub(super) without_sequence: bool,
}

impl Protect {
    pub(super) fn new(kasme: &Kasme, direction: Direction, header_type: u8, count: u32) -> Self {
        Self {
            header_type,
            count,
            sequence: None,
            direction,
            mac_direction: None,
            bearer: 0,
            integrity: IntegrityAlgorithm::EIA2,
            ciphering: CipheringAlgorithm::EEA2,
            kasme: kasme.clone(),
            key: None,
            over_plain: false,
            without_sequence: false,
        }
    }

    pub(super) fn pdu(&self, plain: &[u8]) -> Vec<u8> {
        let input = SecurityInput {
            count: self.count,
            bearer: Bearer::EPS_NAS,
            direction: self.direction,
        };
        let mut payload = plain.to_vec();
        if matches!(self.header_type, 2 | 4) {
            let bits = payload.len() * 8;
            let key = self.kasme.k_nas_enc(self.ciphering);
            eea::apply(self.ciphering, key.expose(), input, &mut payload, bits).unwrap();
        }
        let sequence = self.sequence.unwrap_or(self.count as u8);
        let mut covered = if self.without_sequence {
            vec![]
        } else {
            vec![sequence]
        };
        covered.extend_from_slice(if self.over_plain { plain } else { &payload });
        let key = self
            .key
            .clone()
            .unwrap_or_else(|| self.kasme.k_nas_int(self.integrity));
        let input = SecurityInput {
            bearer: Bearer::new(self.bearer).unwrap(),
            direction: self.mac_direction.unwrap_or(self.direction),
            ..input
        };
        let mac = eia::mac(self.integrity, key.expose(), input, &covered, covered.len() * 8).unwrap();
        let mut pdu = vec![self.header_type << 4 | 7];
        pdu.extend_from_slice(&mac);
        pdu.push(sequence);
        pdu.extend_from_slice(&payload);
        pdu
    }
}

/// SECURITY MODE COMMAND with 128-EIA2 and 128-EEA2.
pub(super) fn command(ksi: u8) -> Vec<u8> {
    vec![0x07, 0x5d, 0x22, ksi, 0x02, 0xf0, 0xf0]
}

/// SECURITY MODE COMPLETE.
pub(super) const COMPLETE: &[u8] = &[0x07, 0x5e];

/// EMM INFORMATION.
pub(super) const INFORMATION: &[u8] = &[0x07, 0x61, 0x43, 0x04, 0x83, 0x4c, 0x99, 0x0e];

/// A UE that is authenticated: what both ends share.
pub(super) struct Session {
    pub(super) verifier: Verifier,
    pub(super) kasme: Kasme,
    pub(super) rand: Rand,
    pub(super) autn: [u8; 16],
}

impl Session {
    /// As far as the AUTHENTICATION RESPONSE.
    pub(super) fn authenticated() -> Self {
        Self::with(ring())
    }

    pub(super) fn with(ring: KeyRing) -> Self {
        let mut verifier = Verifier::new(ring);
        let (rand, autn, kasme) = authenticate(&mut verifier, 0xa5, 0x1000, KSI);
        Self {
            verifier,
            kasme,
            rand,
            autn,
        }
    }

    /// As far as SECURITY MODE COMPLETE.
    pub(super) fn secured() -> Self {
        let mut session = Self::authenticated();
        let command = session.downlink(3, 0).pdu(&command(KSI));
        assert_eq!(session.down(&command).mac, crate::report::MacVerdict::Valid);
        let complete = session.uplink(4, 0).pdu(COMPLETE);
        assert_eq!(session.up(&complete).mac, crate::report::MacVerdict::Valid);
        session
    }

    pub(super) fn downlink(&self, header_type: u8, count: u32) -> Protect {
        Protect::new(&self.kasme, Direction::Downlink, header_type, count)
    }

    pub(super) fn uplink(&self, header_type: u8, count: u32) -> Protect {
        Protect::new(&self.kasme, Direction::Uplink, header_type, count)
    }

    pub(super) fn down(&mut self, pdu: &[u8]) -> Opened {
        self.verifier.open(UE, Direction::Downlink, pdu)
    }

    pub(super) fn up(&mut self, pdu: &[u8]) -> Opened {
        self.verifier.open(UE, Direction::Uplink, pdu)
    }
}

/// A challenge and its right answer; RAND is one octet sixteen times.
pub(super) fn authenticate(verifier: &mut Verifier, rand: u8, sqn: u64, ksi: u8) -> (Rand, [u8; 16], Kasme) {
    let quintet = quintet([rand; 16], sqn);
    let autn = quintet.autn.octets().unwrap();
    let notes = challenge(verifier, &quintet.rand, &autn, ksi);
    assert_eq!(
        notes,
        [KeyNote::AutnValid {
            key: "line 2".to_owned(),
            sqn
        }]
    );
    assert_eq!(verifier.response(UE, quintet.xres.octets()), [KeyNote::ResRight]);
    (quintet.rand, autn, kasme_for(serving(), &quintet))
}
