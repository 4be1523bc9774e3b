//! What somebody on the radio does to the NAS PDUs of one UE, both ways.
//!
//! ```text
//!  UE ──PDU──► rules, the first that matches ──► dropped │ twice │ later │ changed │ another behind it ──► S1
//! ```

use super::alter::Alteration;
use super::name::System;
use quintet_crypto::Direction;
use std::borrow::Cow;
use std::time::Duration;

/// Which PDUs of a direction a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Every one.
    Every,
    /// The n-th since the rules were set, from 1.
    Nth(u32),
    /// Every one of this name ([`System::nas_name`]).
    Named(&'static str),
    /// The n-th of this name, from 1.
    NthNamed(&'static str, u32),
    /// Every one after the first of this name.
    After(&'static str),
    /// The first one after the first of this name.
    FirstAfter(&'static str),
}

/// What is done.
#[derive(Clone, Debug)]
pub enum Tamper {
    /// It does not arrive.
    Drop,
    /// It arrives, and again after this time.
    Repeat(Duration),
    /// It arrives after this time.
    Delay(Duration),
    /// It arrives changed.
    Alter(Alteration),
    /// It arrives, and this behind it.
    Inject(Cow<'static, [u8]>),
    /// It arrives, and behind it the first PDU of this direction and name that went by before.
    Replay(&'static str),
    /// In its stead the first PDU of this name comes again.
    Substitute(&'static str),
}

/// What was done to a PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tampered {
    /// Lost.
    Dropped,
    /// A copy of an earlier one.
    Repeated,
    /// Late.
    Delayed,
    /// Changed.
    Altered,
    /// Nobody at either end had sent it.
    Injected,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Which way.
    pub direction: Direction,
    /// Which PDUs.
    pub which: Which,
    /// What is done.
    pub tamper: Tamper,
}

impl Rule {
    /// A rule for PDUs of the UE.
    #[must_use]
    pub const fn up(which: Which, tamper: Tamper) -> Self {
        Self {
            direction: Direction::Uplink,
            which,
            tamper,
        }
    }

    /// A rule for PDUs to the UE.
    #[must_use]
    pub const fn down(which: Which, tamper: Tamper) -> Self {
        Self {
            direction: Direction::Downlink,
            which,
            tamper,
        }
    }
}

/// Most PDUs remembered to be replayed.
const MAX_REMEMBERED: usize = 64;

/// The rules of one UE and what they have to remember.
#[derive(Debug, Default)]
pub struct Interference {
    rules: Vec<Rule>,
    /// PDUs seen of each direction, and their names and octets while there is room.
    seen: [u32; 2],
    remembered: Vec<(Direction, &'static str, Vec<u8>)>,
}

/// What becomes of a PDU: what arrives when, and why.
pub(crate) type Fates = Vec<(Duration, Option<Tampered>, Vec<u8>)>;

impl Interference {
    /// With these rules; for a PDU the first counts that matches.
    #[must_use]
    pub fn new(rules: impl Into<Vec<Rule>>) -> Self {
        Self {
            rules: rules.into(),
            ..Self::default()
        }
    }

    /// How many PDUs of a direction were seen.
    #[must_use]
    pub const fn seen(&self, direction: Direction) -> u32 {
        self.seen[direction as usize]
    }

    fn passed(&self, direction: Direction, name: &str) -> u32 {
        let of = |(way, n, _): &&(Direction, &'static str, Vec<u8>)| *way == direction && *n == name;
        self.remembered.iter().filter(of).count() as u32
    }

    fn first(&self, direction: Direction, name: &str) -> Option<Vec<u8>> {
        let mut all = self.remembered.iter();
        all.find(|(way, n, _)| *way == direction && *n == name)
            .map(|(_, _, nas)| nas.clone())
    }

    fn matches(&self, direction: Direction, which: Which, name: &'static str) -> bool {
        match which {
            Which::Every => true,
            Which::Nth(n) => self.seen(direction) == n,
            Which::Named(wanted) => name == wanted,
            Which::NthNamed(wanted, n) => name == wanted && self.passed(direction, wanted) + 1 == n,
            Which::After(first) => self.passed(direction, first) > 0,
            Which::FirstAfter(first) => self
                .remembered
                .iter()
                .rfind(|(way, ..)| *way == direction)
                .is_some_and(|(_, last, _)| *last == first),
        }
    }

    /// What becomes of a PDU.
    pub(crate) fn judge(&mut self, system: System, direction: Direction, nas: Vec<u8>) -> Fates {
        const NOW: Duration = Duration::ZERO;
        self.seen[direction as usize] += 1;
        let name = system.nas_name(direction, &nas);
        let rule = self
            .rules
            .iter()
            .find(|rule| rule.direction == direction && self.matches(direction, rule.which, name))
            .map(|rule| rule.tamper.clone());
        let again = |first: Option<Vec<u8>>| first.map(|nas| (NOW, Some(Tampered::Repeated), nas));
        let fates = match rule {
            None => vec![(NOW, None, nas.clone())],
            Some(Tamper::Drop) => vec![(NOW, Some(Tampered::Dropped), nas.clone())],
            Some(Tamper::Repeat(after)) => vec![
                (NOW, None, nas.clone()),
                (after, Some(Tampered::Repeated), nas.clone()),
            ],
            Some(Tamper::Delay(after)) => vec![(after, Some(Tampered::Delayed), nas.clone())],
            Some(Tamper::Alter(alteration)) => {
                let mut altered = nas.clone();
                alteration.apply(system, self.seen(direction), &mut altered);
                vec![(NOW, Some(Tampered::Altered), altered)]
            }
            Some(Tamper::Inject(octets)) => vec![
                (NOW, None, nas.clone()),
                (NOW, Some(Tampered::Injected), octets.into_owned()),
            ],
            Some(Tamper::Replay(of)) => {
                let mut fates = vec![(NOW, None, nas.clone())];
                fates.extend(again(self.first(direction, of)));
                fates
            }
            Some(Tamper::Substitute(of)) => {
                let first = again(self.first(direction, of));
                vec![first.unwrap_or_else(|| (NOW, None, nas.clone()))]
            }
        };
        if self.remembered.len() < MAX_REMEMBERED {
            self.remembered.push((direction, name, nas));
        }
        fates
    }
}
