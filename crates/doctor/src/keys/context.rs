//! The NAS part of a security context as an observer from aside holds it: keys, algorithms, and what was seen of COUNT in
//! either direction (TS 24.301 4.4.3, TS 33.401 8.1, 8.2; TS 24.501 4.4.3, TS 33.501 6.4).

use super::root::Root;
use quintet_crypto::{
    CipheringAlgorithm, Direction, IntegrityAlgorithm, KNasEnc, KNasInt, SecurityInput, eea, eia,
};
use quintet_nas::security::{NasCount, System};

/// COUNTs remembered below the highest: as many as 64 bits mark, more than any network reorders.
const MARKED: u32 = 64;

/// MACs remembered with their COUNTs, to tell a repeated message from another one with its COUNT.
const MACS: usize = 16;

/// What was seen with a COUNT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing.
    Nothing,
    /// This message.
    TheSame,
    /// Another message.
    Another,
    /// It is too long ago to say.
    LongAgo,
}

/// The COUNTs seen of one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Window {
    last: Option<NasCount>,
    /// Bit n: `last` − n was seen.
    seen: u64,
    /// The MACs of the latest, by COUNT modulo their number.
    macs: [Option<(NasCount, [u8; 4])>; MACS],
}

impl Window {
    /// The highest COUNT with which a MAC held.
    pub(super) fn last(&self) -> Option<NasCount> {
        self.last
    }

    /// What was seen with this COUNT, before a message with this MAC.
    pub(super) fn before(&self, count: NasCount, mac: [u8; 4]) -> Before {
        let Some(last) = self.last else {
            return Before::Nothing;
        };
        match last.value().checked_sub(count.value()) {
            None => Before::Nothing,
            Some(below) if below < MARKED && self.seen >> below & 1 == 0 => Before::Nothing,
            Some(_) => match self.macs[count.value() as usize % MACS] {
                Some((of, known)) if of == count && known == mac => Before::TheSame,
                Some((of, _)) if of == count => Before::Another,
                _ => Before::LongAgo,
            },
        }
    }

    /// This MAC held with this COUNT.
    pub(super) fn mark(&mut self, count: NasCount, mac: [u8; 4]) {
        self.macs[count.value() as usize % MACS] = Some((count, mac));
        let last = self.last.map_or(0, NasCount::value);
        if self.last.is_none_or(|last| count > last) {
            let ahead = count.value() - last;
            self.seen = self.seen.checked_shl(ahead).unwrap_or(0) | 1;
            self.last = Some(count);
        } else if last - count.value() < MARKED {
            self.seen |= 1 << (last - count.value());
        }
    }
}

/// Keys, algorithms and COUNTs in use between a UE and its MME or AMF.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) ksi: u8,
    pub(super) root: Root,
    /// Which system's NAS, over which access.
    pub(super) system: System,
    pub(super) integrity: IntegrityAlgorithm,
    pub(super) ciphering: CipheringAlgorithm,
    pub(super) k_nas_int: KNasInt,
    pub(super) k_nas_enc: KNasEnc,
    uplink: Window,
    downlink: Window,
    /// The challenge it came from.
    pub(super) round: u64,
    /// Whether a message of the UE held with it: then those before it are out of use.
    pub(super) confirmed: bool,
    /// Messages in a row with which no hypothesis held.
    pub(super) fruitless: u8,
}

impl Context {
    /// A new one: both COUNTs begin at zero.
    pub(super) fn new(
        (ksi, round): (u8, u64),
        root: Root,
        system: System,
        (integrity, ciphering): (IntegrityAlgorithm, CipheringAlgorithm),
    ) -> Self {
        Self {
            ksi,
            k_nas_int: root.k_nas_int(integrity),
            k_nas_enc: root.k_nas_enc(ciphering),
            root,
            system,
            integrity,
            ciphering,
            uplink: Window::default(),
            downlink: Window::default(),
            round,
            confirmed: false,
            fruitless: 0,
        }
    }

    /// The same root and COUNTs with other algorithms: SECURITY MODE COMMAND without a new authentication.
    pub(super) fn with_algorithms(
        &self,
        integrity: IntegrityAlgorithm,
        ciphering: CipheringAlgorithm,
    ) -> Self {
        Self {
            k_nas_int: self.root.k_nas_int(integrity),
            k_nas_enc: self.root.k_nas_enc(ciphering),
            integrity,
            ciphering,
            confirmed: false,
            fruitless: 0,
            ..self.clone()
        }
    }

    /// The same with another ciphering algorithm: for one whose SECURITY MODE COMMAND was not seen.
    pub(super) fn with_ciphering(&self, ciphering: CipheringAlgorithm) -> Self {
        Self {
            k_nas_enc: self.root.k_nas_enc(ciphering),
            ciphering,
            ..self.clone()
        }
    }

    pub(super) fn window(&self, direction: Direction) -> &Window {
        match direction {
            Direction::Uplink => &self.uplink,
            Direction::Downlink => &self.downlink,
        }
    }

    pub(super) fn window_mut(&mut self, direction: Direction) -> &mut Window {
        match direction {
            Direction::Uplink => &mut self.uplink,
            Direction::Downlink => &mut self.downlink,
        }
    }

    /// Whether EIA0 is in use: there is no MAC then.
    pub(super) fn is_null_integrity(&self) -> bool {
        self.integrity == IntegrityAlgorithm::EIA0
    }

    /// The MAC of what it covers.
    pub(super) fn mac(&self, input: SecurityInput, covered: &[u8]) -> Option<[u8; 4]> {
        mac(self.integrity, &self.k_nas_int, input, covered)
    }

    /// Deciphers in place; false if the algorithm is none of EEA0 to 128-EEA3.
    pub(super) fn decipher(&self, count: NasCount, direction: Direction, octets: &mut [u8]) -> bool {
        let bits = octets.len() * 8;
        eea::apply(
            self.ciphering,
            self.k_nas_enc.expose(),
            self.input(count, direction),
            octets,
            bits,
        )
        .is_ok()
    }

    /// What goes into EEA and EIA besides key and message (TS 33.401 8.1.1, TS 33.501 6.4.3.1).
    pub(super) fn input(&self, count: NasCount, direction: Direction) -> SecurityInput {
        SecurityInput {
            count: count.value(),
            bearer: self.system.bearer(),
            direction,
        }
    }
}

/// A MAC; `None` for an algorithm that is none of EIA0 to 128-EIA3.
pub(super) fn mac(
    integrity: IntegrityAlgorithm,
    key: &KNasInt,
    input: SecurityInput,
    covered: &[u8],
) -> Option<[u8; 4]> {
    eia::mac(integrity, key.expose(), input, covered, covered.len() * 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(value: u32) -> NasCount {
        NasCount::new(value).unwrap()
    }

    #[test]
    fn a_window_knows_what_it_saw_of_the_last_64() {
        let mut window = Window::default();
        let mac = [1; 4];
        assert_eq!(window.before(count(0), mac), Before::Nothing);
        for value in [0, 1, 5, 3] {
            window.mark(count(value), mac);
        }
        let nothing: Vec<_> = (0..7)
            .map(|value| window.before(count(value), mac) == Before::Nothing)
            .collect();
        assert_eq!(nothing, [false, false, true, false, true, false, true]);
        assert_eq!(window.before(count(5), mac), Before::TheSame);
        assert_eq!(window.before(count(5), [2; 4]), Before::Another);
        assert_eq!(window.last(), Some(count(5)));
        window.mark(count(68), mac);
        assert_eq!(window.before(count(5), mac), Before::TheSame);
        assert_eq!(
            window.before(count(4), mac),
            Before::LongAgo,
            "64 COUNTs are marked"
        );
        window.mark(count(1000), mac);
        assert_eq!(window.before(count(999), mac), Before::Nothing);
        window.mark(count(2), mac);
        assert_eq!(window.last(), Some(count(1000)), "an old one moves nothing");
    }
}
