//! Generic UE configuration update (TS 24.501 5.4.4): what a registered UE is told on its own: another GUTI, its slices, the
//! network's name and the time.
//!
//! What the UE must have is acknowledged, guarded by T3555; name and time alone are not.

use super::event::Phase;
use super::input::ConfigurationChange;
use super::session::Environment;
use super::timer::Timer;
use super::{FgmmState, Session, registration_area};
use crate::Disposition;
use quintet_nas::fgs::{
    ConfigurationUpdateCommand, ConfigurationUpdateIndication, MobileIdentity, NetworkName, Nssai, TimeZone,
    TimeZoneAndTime,
};
use std::time::Duration;

/// The longest name that is sent, in UTF-16 units: displays show about twenty, and an element of 255 octets holds 126.
const MAX_NETWORK_NAME: usize = 64;

/// First octet of a network name in UCS2, without the country's initials and without spare bits (TS 24.008 10.5.3.5a).
const UCS2: u8 = 0x90;

impl Session {
    /// Tells what has changed, once nothing else is under way.
    pub(super) fn update_configuration_if_due(&mut self, env: &mut Environment<'_>) {
        if !self.is_at_rest() || self.changes.is_none() {
            return;
        }
        let Some(context) = self.bound_context(env) else {
            return;
        };
        if context.state != FgmmState::Registered {
            return;
        }
        let changes = std::mem::take(&mut self.changes);
        let acknowledged = changes.guti || changes.nssai || changes.registration_requested;
        let allowed: Vec<_> = context
            .registration
            .as_ref()
            .filter(|_| changes.nssai)
            .map(|registration| registration.allowed.to_vec())
            .unwrap_or_default();
        let name = coded(
            env.policy
                .network_name
                .as_deref()
                .filter(|_| changes.identity_and_time_zone),
        );
        let zone = env.policy.time_zone.filter(|_| changes.identity_and_time_zone);
        if !acknowledged && name.is_none() && zone.is_none() {
            return self.settled(env);
        }
        let mut message = ConfigurationUpdateCommand::new();
        message.configuration_update_indication = indication(acknowledged, changes);
        if let Some(id) = self.bound.filter(|_| changes.guti) {
            message.guti = self.assign_guti(env, id).map(MobileIdentity::Guti);
            message.tai_list = Some(registration_area::list(env.policy, self.from.tai));
        }
        message.allowed_nssai = (!allowed.is_empty()).then(|| Nssai::of(&allowed));
        message.full_name_for_network = name.as_deref().map(NetworkName);
        message.short_name_for_network = name.as_deref().map(NetworkName);
        if let Some(quarters) = zone {
            message.local_time_zone = Some(TimeZone(zone_octet(quarters)));
            message.universal_time_and_local_time_zone = Some(TimeZoneAndTime(time(env.at.wall, quarters)));
        }
        let message = message.into();
        if acknowledged {
            self.send_and_guard(env, Timer::T3555, &message);
        } else {
            self.send(env, &message);
            self.settled(env);
        }
    }

    /// CONFIGURATION UPDATE COMPLETE (5.4.4.4).
    pub(super) fn configuration_update_complete(&mut self, env: &mut Environment<'_>) -> Disposition {
        let commanded = self
            .running
            .as_ref()
            .is_some_and(|running| running.timer == Timer::T3555);
        if !commanded {
            return self.unexpected(
                "CONFIGURATION UPDATE COMPLETE",
                "CONFIGURATION UPDATE COMMAND that asks for it",
                "TS 24.501 5.4.4.4",
            );
        }
        self.answered();
        self.confirm_guti(env);
        self.phase(env, Phase::ConfigurationUpdated);
        if self.changes.is_none() {
            self.settled(env);
        }
        Disposition::Handled
    }

    /// T3555 has expired for the last time: both GUTIs stay valid (5.4.4.6 b).
    pub(super) fn exhausted_t3555(&mut self, env: &mut Environment<'_>) {
        self.settled(env);
    }
}

/// Configuration update indication, if it says anything.
fn indication(acknowledged: bool, changes: ConfigurationChange) -> Option<ConfigurationUpdateIndication> {
    Some(match (acknowledged, changes.registration_requested) {
        (false, _) => return None,
        (true, false) => ConfigurationUpdateIndication::ACKNOWLEDGEMENT_REQUESTED,
        (true, true) => ConfigurationUpdateIndication::BOTH_REQUESTED,
    })
}

/// A name in UCS2; what has no place in UCS2 becomes a question mark.
fn coded(name: Option<&str>) -> Option<Vec<u8>> {
    let name = name.filter(|name| !name.is_empty())?;
    let units = name
        .chars()
        .map(|c| u16::try_from(u32::from(c)).unwrap_or(u16::from(b'?')));
    Some(
        std::iter::once(UCS2)
            .chain(units.take(MAX_NETWORK_NAME).flat_map(u16::to_be_bytes))
            .collect(),
    )
}

/// Time zone: quarters of an hour as two digits, the low one first, with the sign in bit 4 (TS 24.008 10.5.3.8;
/// TS 23.040 9.2.3.11).
fn zone_octet(quarters: i8) -> u8 {
    let sign = if quarters < 0 { 0x08 } else { 0 };
    digits(u64::from(quarters.unsigned_abs().min(79))) | sign
}

/// Universal time and local time zone: year, month, day, hour, minute, second, zone (TS 24.008 10.5.3.9).
fn time(wall: Duration, quarters: i8) -> [u8; 7] {
    const SECONDS_OF_DAY: u64 = 24 * 60 * 60;
    let (days, second) = (wall.as_secs() / SECONDS_OF_DAY, wall.as_secs() % SECONDS_OF_DAY);
    let (year, month, day) = date(days);
    [
        digits(year % 100),
        digits(month),
        digits(day),
        digits(second / 3600),
        digits(second / 60 % 60),
        digits(second % 60),
        zone_octet(quarters),
    ]
}

/// Year, month and day of the Gregorian calendar, `days` after 1970-01-01.
fn date(days: u64) -> (u64, u64, u64) {
    // Counted from 0000-03-01, so that the leap day is the last of its year, in eras of 400 years.
    const DAYS_BEFORE_1970: u64 = 719_468;
    const DAYS_OF_ERA: u64 = 146_097;
    let days = days + DAYS_BEFORE_1970;
    let (era, of_era) = (days / DAYS_OF_ERA, days % DAYS_OF_ERA);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

/// Two decimal digits, the low half octet first.
fn digits(value: u64) -> u8 {
    let value = (value % 100) as u8;
    ((value % 10) << 4) | (value / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_in_digits() {
        // 2026-11-21 19:34:33 UTC.
        let wall = Duration::from_secs(1_795_289_673);
        assert_eq!(time(wall, 4), [0x62, 0x11, 0x12, 0x91, 0x43, 0x33, 0x40]);
        assert_eq!(time(Duration::ZERO, -32), [0x07, 0x10, 0x10, 0, 0, 0, 0x2b]);
        for (days, expected) in [
            (59, (1970, 3, 1)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
        ] {
            assert_eq!(date(days), expected);
        }
    }

    #[test]
    fn a_name_is_cut_and_coded() {
        assert_eq!(coded(Some("A€")), Some(vec![UCS2, 0, 0x41, 0x20, 0xac]));
        assert_eq!(coded(Some("𝄞")), Some(vec![UCS2, 0, b'?']));
        assert_eq!(
            coded(Some(&"x".repeat(100))).map(|n| n.len()),
            Some(1 + 2 * MAX_NETWORK_NAME)
        );
        assert_eq!(coded(Some("")), None);
    }
}
