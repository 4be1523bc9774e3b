//! ESP: packets of known associations, and what they carry.

use super::{Happening, Observer, Opening, address};
use crate::ims::associations::Leads;
use crate::ims::esp::{self, Inside};
use crate::ims::read::{self, Place};
use crate::ims::sighting::Sighting;
use crate::ims::trail::{EspSeen, MAX_ESP_FRAMES};
use quintet_capture::{FlowEvent, FlowId, Payload, Pdu, Protocol, Seen, Sink};
use std::net::{IpAddr, SocketAddr};

/// Collects the SIP messages that a packet completes.
#[derive(Default)]
struct Messages(Vec<(Seen, SocketAddr, SocketAddr, Vec<u8>)>);

impl Sink for Messages {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        if pdu.protocol == Protocol::Sip
            && let (Some(source), Some(destination)) =
                (address(pdu.flow.source), address(pdu.flow.destination))
        {
            self.0.push((pdu.seen, source, destination, pdu.octets.to_vec()));
        }
    }

    fn flow(&mut self, _: Seen, _: FlowId, _: FlowEvent) {}
}

impl Observer {
    /// A packet of ESP.
    pub(super) fn esp(&mut self, pdu: &Pdu<'_>) {
        let (Some(source), Some(destination)) = (address(pdu.flow.source), address(pdu.flow.destination))
        else {
            return;
        };
        // Whoever rewrites the capture looks for copies itself.
        if self.passed.is_copy(destination.ip(), pdu.octets) {
            return;
        }
        let Some((spi, _)) = quintet_esp::peek(pdu.octets) else {
            return;
        };
        let leads = self.associations.leads(destination.ip(), spi);
        let inside = match leads {
            Some(leads) => self
                .associations
                .get(leads.set)
                .and_then(|set| esp::read(set, pdu.octets)),
            None => esp::in_plain(pdu.octets),
        };
        if let Some(inside) = inside.as_ref().filter(|_| self.wanted.opened)
            && inside.enciphered
            && let Some(clear) = inside.in_the_clear(pdu.octets)
        {
            self.happenings.push_back(Happening::Opened(Opening {
                seen: pdu.seen,
                pdu: pdu.octets.into(),
                clear,
            }));
        }
        let new = self.count(pdu.seen, (source.ip(), destination.ip()), leads, inside.as_ref());
        if let Some(inside) = inside {
            self.carried(pdu, (source.ip(), destination.ip()), spi, &inside, new);
        }
    }

    /// A message that a node told above ESP: its ports say through which associations it came. Whether they are those of the
    /// challenge under way.
    pub(super) fn carried_above(&self, sighting: &mut Sighting) -> bool {
        let attempt = self
            .by_call
            .get(&sighting.call_id)
            .and_then(|id| self.attempts.get(id));
        let impu = sighting.register().and_then(|register| register.impu.as_deref());
        let Some(impu) = impu.or_else(|| attempt?.trail.impu.as_deref()) else {
            return false;
        };
        let ports = (sighting.source.port(), sighting.destination.port());
        let found = self
            .associations
            .between_ports(&read::identity(impu), ports)
            .filter(|_| sighting.vias <= 1);
        sighting.spi = found.map(|(_, spi)| spi);
        found.is_some_and(|(set, _)| attempt.is_some_and(|attempt| attempt.sets.contains(&set)))
    }

    /// Notes a packet at its attempt. Whether its associations are those of the challenge under way.
    fn count(
        &mut self,
        seen: Seen,
        (source, destination): (IpAddr, IpAddr),
        leads: Option<Leads>,
        inside: Option<&Inside>,
    ) -> bool {
        let set = leads
            .map(|leads| leads.set)
            .or_else(|| self.associations.between(source, destination));
        let Some(set) = set.and_then(|id| self.associations.get(id)) else {
            return false;
        };
        let own = set.attempt;
        // While another attempt of the same user runs, older associations carry its REGISTERs.
        let running = self.by_user.get(&set.user).copied().unwrap_or(own);
        let Some(attempt) = self.attempts.get_mut(&running) else {
            return false;
        };
        attempt.heard = attempt.heard.max(seen.time);
        let noted = &mut attempt.trail.esp;
        let Some(leads) = leads else {
            if running == own && seen.time.since(set.since) >= 0 {
                note(&mut noted.other_spi, seen);
            }
            return false;
        };
        if running != own {
            note(&mut noted.earlier, seen);
            return false;
        }
        told(noted, seen, leads, inside);
        true
    }

    /// Hands on what a packet carried.
    fn carried(
        &mut self,
        pdu: &Pdu<'_>,
        (source, destination): (IpAddr, IpAddr),
        spi: u32,
        inside: &Inside,
        new: bool,
    ) {
        let mut messages = Messages::default();
        self.inner.payload(
            &Payload {
                seen: pdu.seen,
                first_frame: pdu.first_frame,
                source,
                destination,
                protocol: inside.next_header,
                octets: &inside.payload,
            },
            &mut messages,
        );
        for (seen, source, destination, octets) in messages.0 {
            let place = Place {
                seen,
                source,
                destination,
                spi: Some(spi),
            };
            self.sip(place, &octets, new);
        }
    }
}

/// What a packet of the attempt's own associations shows.
fn told(noted: &mut EspSeen, seen: Seen, leads: Leads, inside: Option<&Inside>) {
    noted.packets += 1;
    noted.first.get_or_insert(seen);
    let Some(inside) = inside else { return };
    match inside.authentic {
        Some(true) => noted.authentic += 1,
        Some(false) => note(&mut noted.forged, seen),
        None => {}
    }
    if inside.payload.is_empty() {
        return;
    }
    noted.read += 1;
    let agreed = leads.ports;
    if inside
        .ports()
        .is_some_and(|ports| ports != agreed && agreed.0 != 0 && agreed.1 != 0)
    {
        note(&mut noted.other_ports, seen);
    }
}

fn note(frames: &mut Vec<Seen>, seen: Seen) {
    if frames.len() < MAX_ESP_FRAMES {
        frames.push(seen);
    }
}
