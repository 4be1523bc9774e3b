//! What somebody between a UE and its P-CSCF does to messages that nothing protects (TS 33.203 7.1 leaves SM1 and SM6 bare).
//! Inside associations nobody can, so nothing there is touched but the UE's own hands.

use quintet_crypto::Direction;
use quintet_sip::transport::Hop;
use quintet_sip::{Message, Method};

/// Which messages a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Every REGISTER.
    Register,
    /// Every 401.
    Challenge,
    /// The n-th 401 since the rules were set, from 1.
    NthChallenge(u32),
}

/// What is done.
#[derive(Clone, Copy, Debug)]
pub enum Tamper {
    /// It does not arrive.
    Drop,
    /// It arrives changed.
    Alter(fn(&str) -> String),
    /// The challenge of the first 401 that was seen arrives again, in place of this one's.
    FirstChallengeAgain,
}

/// A rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Uplink: from the UE.
    pub direction: Direction,
    /// Which messages.
    pub which: Which,
    /// What is done.
    pub tamper: Tamper,
}

/// What became of a message between a UE and its P-CSCF, for who watches both ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Altered {
    /// Uplink: from the UE.
    pub direction: Direction,
    /// The UE's.
    pub hop: Hop,
    /// As it was sent.
    pub sent: Vec<u8>,
    /// As it arrived, if it did.
    pub arrived: Option<Vec<u8>>,
}

/// The rules of one UE, and what they have to remember.
#[derive(Clone, Debug, Default)]
pub(super) struct Interference {
    rules: &'static [Rule],
    /// 401s since the rules were set.
    challenges: u32,
    /// WWW-Authenticate of the first 401 that was ever seen.
    first_challenge: Option<String>,
}

impl Interference {
    /// Other rules. What was seen before is remembered.
    pub(super) const fn set(&mut self, rules: &'static [Rule]) {
        self.rules = rules;
        self.challenges = 0;
    }

    /// What becomes of a message that nothing protects; `None`: it does not arrive.
    pub(super) fn judge(&mut self, direction: Direction, octets: &[u8]) -> Option<Vec<u8>> {
        let whole = || Some(octets.to_vec());
        let (Ok(message), Ok(text)) = (Message::parse(octets), std::str::from_utf8(octets)) else {
            return whole();
        };
        let is_register = message.method() == Some(Method::Register);
        let is_challenge = message.status().is_some_and(|status| status.code() == 401);
        if is_challenge {
            self.challenges += 1;
            let header = message.header(quintet_sip::Name::WwwAuthenticate);
            if self.first_challenge.is_none() {
                self.first_challenge = header.map(str::to_owned);
            }
        }
        let matches = |which| match which {
            Which::Register => is_register,
            Which::Challenge => is_challenge,
            Which::NthChallenge(n) => is_challenge && self.challenges == n,
        };
        let mut rules = self.rules.iter();
        let Some(rule) = rules.find(|rule| rule.direction == direction && matches(rule.which)) else {
            return whole();
        };
        match rule.tamper {
            Tamper::Drop => None,
            Tamper::Alter(alter) => Some(alter(text).into_bytes()),
            Tamper::FirstChallengeAgain => {
                let own = message.header(quintet_sip::Name::WwwAuthenticate)?;
                let first = self.first_challenge.as_deref()?;
                Some(text.replacen(own, first, 1).into_bytes())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: &str = "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n\
        To: <sip:a@b>;tag=2\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\nWWW-Authenticate: Digest nonce=\"one\"\r\n\
        Content-Length: 0\r\n\r\n";

    #[test]
    fn rules_change_what_they_are_about() {
        const RULES: &[Rule] = &[
            Rule {
                direction: Direction::Downlink,
                which: Which::NthChallenge(1),
                tamper: Tamper::FirstChallengeAgain,
            },
            Rule {
                direction: Direction::Downlink,
                which: Which::Challenge,
                tamper: Tamper::Drop,
            },
        ];
        let mut interference = Interference::default();
        let down = Direction::Downlink;
        assert_eq!(
            interference.judge(down, CHALLENGE.as_bytes()).as_deref(),
            Some(CHALLENGE.as_bytes())
        );
        interference.set(RULES);
        let second = CHALLENGE.replace("\"one\"", "\"two\"");
        assert_eq!(
            interference.judge(down, second.as_bytes()).as_deref(),
            Some(CHALLENGE.as_bytes())
        );
        assert_eq!(interference.judge(down, second.as_bytes()), None);
        assert!(interference.judge(Direction::Uplink, second.as_bytes()).is_some());
        assert!(interference.judge(down, b"no SIP").is_some());
    }
}
