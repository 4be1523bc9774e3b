//! What a UE does otherwise than an honest one: between its card and its ME, and with what it was challenged.

use quintet_crypto::{Ck, Ik, Res};
use quintet_subscriber::usim::Answer;

/// How a UE behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Behaviour {
    /// As it should.
    #[default]
    Honest,
    /// It is challenged and says nothing more (TS 33.203 6.1.2.3).
    Silent,
    /// RES is wrong, CK and IK are right (TS 33.203 7.3.1.1, second paragraph).
    WrongRes,
    /// IK is wrong: nothing that it sends over its associations verifies (TS 33.203 7.3.1.1, first paragraph).
    WrongIk,
}

/// The other bit of an octet.
const FLIP: u8 = 0x01;

impl Behaviour {
    /// What the ME is told of the card's answer; nothing if it is silent.
    pub(super) fn twist(self, answer: Answer) -> Option<Answer> {
        match (self, answer) {
            (Self::Honest, answer) => Some(answer),
            (Self::Silent, _) => None,
            (Self::WrongRes, Answer::Accepted { res, ck, ik }) => {
                let res = flipped(res.octets()).and_then(|octets| Res::new(&octets))?;
                Some(Answer::Accepted { res, ck, ik })
            }
            (Self::WrongIk, Answer::Accepted { res, ck, ik }) => {
                let ik = flipped(ik.expose()).and_then(|octets| Ik::new(&octets))?;
                let ck = Ck::new(ck.expose())?;
                Some(Answer::Accepted { res, ck, ik })
            }
            (Self::WrongRes | Self::WrongIk, answer) => Some(answer),
        }
    }
}

fn flipped(octets: &[u8]) -> Option<Vec<u8>> {
    let mut octets = octets.to_vec();
    *octets.last_mut()? ^= FLIP;
    Some(octets)
}
