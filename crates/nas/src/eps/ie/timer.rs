//! GPRS timers (TS 24.008 10.5.7.3, 10.5.7.4, 10.5.7.4a).

use crate::common::Element;
use quintet_wire::{DecodeError, Field};
use std::time::Duration;

/// GPRS timer and GPRS timer 2: unit in bits 6 to 8, value in bits 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GprsTimer(pub u8);

/// GPRS timer 3: unit in bits 6 to 8, value in bits 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GprsTimer3(pub u8);

/// Seconds of each unit, coarsest last, with its code.
const UNITS: [(u64, u8); 3] = [(2, 0), (60, 1), (360, 2)];
const UNITS_3: [(u64, u8); 7] = [
    (2, 3),
    (30, 4),
    (60, 5),
    (600, 0),
    (3600, 1),
    (36_000, 2),
    (1_152_000, 6),
];
/// The unit that means "deactivated".
const DEACTIVATED: u8 = 7;

/// The finest unit that holds `duration`, rounded up; `None` when it does not fit.
fn code(units: &[(u64, u8)], duration: Duration) -> Option<u8> {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    units.iter().find_map(|&(unit, code)| {
        let value = seconds.div_ceil(unit);
        (value <= 31).then_some(code << 5 | value as u8)
    })
}

fn seconds(units: &[(u64, u8)], octet: u8, otherwise: u64) -> Option<Duration> {
    let unit = octet >> 5;
    if unit == DEACTIVATED {
        return None;
    }
    let unit = units
        .iter()
        .find(|(_, code)| *code == unit)
        .map_or(otherwise, |(seconds, _)| *seconds);
    Some(Duration::from_secs(unit * u64::from(octet & 31)))
}

macro_rules! timer {
    ($name:ident, $units:ident, $otherwise:literal) => {
        impl $name {
            /// Deactivated.
            pub const DEACTIVATED: Self = Self(DEACTIVATED << 5);

            /// The shortest codable time that is not below `duration`; `None` when it is too long to code.
            #[must_use]
            pub fn from_duration(duration: Duration) -> Option<Self> {
                code(&$units, duration).map(Self)
            }

            /// The time, `None` when deactivated. An unknown unit counts as the specification's default unit.
            #[must_use]
            pub fn duration(self) -> Option<Duration> {
                seconds(&$units, self.0, $otherwise)
            }
        }

        impl<'a> Element<'a> for $name {
            fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
                <[u8; 1]>::decode(value, at).map(|[octet]| Self(octet))
            }

            fn encode(&self, out: &mut Vec<u8>) {
                out.push(self.0);
            }

            fn describe(&self, field: &mut Field) {
                field.value = match self.duration() {
                    Some(time) => format!("{} s", time.as_secs()),
                    None => "deactivated".into(),
                };
                field.fields = vec![
                    Field::leaf("Unit", (self.0 >> 5).to_string(), field.at),
                    Field::leaf("Timer value", (self.0 & 31).to_string(), field.at),
                ];
            }
        }
    };
}

timer!(GprsTimer, UNITS, 60);
timer!(GprsTimer3, UNITS_3, 3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_up_to_what_can_be_coded() {
        let s = Duration::from_secs;
        assert_eq!(GprsTimer::from_duration(s(720)), Some(GprsTimer(0x2c)));
        assert_eq!(GprsTimer(0x49).duration(), Some(s(54 * 60)));
        assert_eq!(GprsTimer::from_duration(s(3)), Some(GprsTimer(2)));
        assert_eq!(GprsTimer::from_duration(s(31 * 360 + 1)), None);
        assert_eq!(GprsTimer(0xe0).duration(), None);
        assert_eq!(GprsTimer(0xa1).duration(), Some(s(60)));
        assert_eq!(GprsTimer3::from_duration(s(3600)), Some(GprsTimer3(0x06)));
        assert_eq!(GprsTimer3(0xc1).duration(), Some(s(1_152_000)));
    }
}
