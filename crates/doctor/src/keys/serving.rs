//! For which serving network KASME may have been derived (TS 33.401 A.2): the one that is known, or those that it may be;
//! and those that a mistake makes of them.

use super::KeyNote;
use quintet_identity::{Imsi, Plmn};

/// The most networks thought of for one challenge: each costs a key derivation and a MAC when a MAC does not hold.
const MAX_NETWORKS: usize = 24;

/// A network that KASME may be bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    pub(super) plmn: Plmn,
    /// Whether it is right as far as anybody knows. A MAC that holds with another one is a finding.
    pub(super) expected: bool,
}

impl Network {
    /// What is wrong if the keys are derived for it.
    pub(super) fn mistake(self) -> Option<KeyNote> {
        let plmn = self.plmn;
        (!self.expected).then_some(KeyNote::KasmeOfOtherPlmn { plmn })
    }
}

/// The networks of a challenge, the likeliest first.
pub(super) fn networks(serving: Option<Plmn>, possible: &[Plmn], imsi: Option<Imsi>) -> Vec<Network> {
    let home = imsi.map(home).unwrap_or_default();
    // Beside guesses nothing is a mistake: whatever holds was the network.
    let guessed = serving.is_none();
    let others: Vec<Plmn> = possible
        .iter()
        .copied()
        .chain(home.into_iter().flatten())
        .collect();
    let mut found = Found(Vec::new());
    match serving {
        Some(plmn) => {
            found.add(plmn, true);
            variants(plmn)
                .into_iter()
                .flatten()
                .for_each(|plmn| found.add(plmn, false));
        }
        None => others.iter().for_each(|&plmn| found.add(plmn, true)),
    }
    for plmn in others {
        found.add(plmn, guessed);
        variants(plmn)
            .into_iter()
            .flatten()
            .for_each(|plmn| found.add(plmn, guessed));
    }
    found.0
}

struct Found(Vec<Network>);

impl Found {
    fn add(&mut self, plmn: Plmn, expected: bool) {
        if self.0.len() < MAX_NETWORKS && !self.0.iter().any(|network| network.plmn == plmn) {
            self.0.push(Network { plmn, expected });
        }
    }
}

/// The home network of an IMSI, with an MNC of two digits and of three: the IMSI does not say which.
fn home(imsi: Imsi) -> [Option<Plmn>; 2] {
    let text = imsi.to_string();
    let of = |digits: usize| Plmn::from_ascii(text.as_bytes().get(..digits)?).ok();
    [of(5), of(6)]
}

/// What a mistake makes of a network: another length of MNC, or its three digits in the order of another coding.
fn variants(plmn: Plmn) -> [Option<Plmn>; 2] {
    let (digits, length) = plmn.ascii();
    let of = |digits: &[u8]| Plmn::from_ascii(digits).ok();
    let [a, b, c, m, n, o] = digits;
    if length == 5 {
        // 01 → 001, and 01 → 010: the filler read as a digit.
        [of(&[a, b, c, b'0', m, n]), of(&[a, b, c, m, n, b'0'])]
    } else {
        let short = if m == b'0' {
            of(&[a, b, c, n, o])
        } else {
            of(&[a, b, c, m, n])
        };
        // The third digit stands beside the MCC in TS 24.008; whoever puts the first one there reads m n o as n o m.
        [short, of(&[a, b, c, n, o, m])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plmn(text: &str) -> Plmn {
        text.parse().unwrap()
    }

    fn shown(networks: &[Network]) -> Vec<(String, bool)> {
        networks
            .iter()
            .map(|n| (n.plmn.to_string(), n.expected))
            .collect()
    }

    #[test]
    fn the_known_network_is_right_and_all_others_are_mistakes() {
        let found = shown(&networks(
            Some(plmn("00101")),
            &[],
            "901700000000001".parse().ok(),
        ));
        assert_eq!(found[0], ("00101".to_owned(), true));
        for other in ["001001", "001010", "90170", "901700"] {
            assert!(found.contains(&(other.to_owned(), false)), "{other}: {found:?}");
        }
    }

    #[test]
    fn without_one_every_thinkable_network_is_right() {
        let found = shown(&networks(None, &[plmn("310410")], "310410000000001".parse().ok()));
        assert_eq!(found[0], ("310410".to_owned(), true));
        assert_eq!(found[1], ("31041".to_owned(), true));
        assert!(
            found.len() > 2 && found.iter().all(|(_, expected)| *expected),
            "{found:?}"
        );
        assert_eq!(networks(None, &[], None), []);
    }

    #[test]
    fn an_mnc_of_three_digits_may_have_lost_one_or_been_turned() {
        assert_eq!(
            variants(plmn("310028")).map(|v| v.unwrap().to_string()),
            ["31028", "310280"]
        );
        assert_eq!(
            variants(plmn("310410")).map(|v| v.unwrap().to_string()),
            ["31041", "310104"]
        );
    }
}
