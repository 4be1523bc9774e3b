//! One turn of the rig: everybody works off what came, and hands on what it says.

use crate::cscfs::{ACCESS, ICSCF, PCSCF, SCSCF, at};
use crate::esp::Out;
use crate::rig::{I, Part, Rig, S, measure};
use quintet_esp::Path;
use quintet_ims::ue::Event;
use quintet_sim::ims::UserEvent;
use quintet_sip::transport::{Hop, SipOutput};
use std::net::IpAddr;

impl Rig {
    /// Everybody does what there is to do now; whether there was anything.
    pub(crate) fn turn(&mut self) -> bool {
        let busy = self.ues_turn() | self.pcscf_turn() | self.core_turn() | self.home_turn();
        busy | self.packets_turn()
    }

    fn ues_turn(&mut self) -> bool {
        let (now, come) = (self.now, std::mem::take(&mut self.queues[0]));
        let ues = &mut self.ues;
        let mut sent = Vec::new();
        let mut commands = Vec::new();
        measure(&mut self.costs[Part::Ues as usize], || {
            for (hop, octets) in come {
                ues.handle_sip(now, hop, &octets);
            }
            while let Some(command) = ues.poll_sa() {
                commands.push(command);
            }
            while let Some(output) = ues.poll_sip() {
                sent.push(output);
            }
        });
        while let Some(event) = self.ues.poll_event() {
            match event.what {
                UserEvent::Ue(Event::Registered { .. }) => self.registered += 1,
                UserEvent::Ue(Event::Answered) => {}
                other => panic!("user {}: {other:?}", event.user.0),
            }
        }
        let busy = !(sent.is_empty() && commands.is_empty());
        let end = &mut self.ue_end;
        let cost = &mut self.costs[Part::UeEsp as usize];
        measure(cost, || {
            commands.into_iter().for_each(|command| end.command(now, command))
        });
        for output in sent {
            self.output(true, output);
        }
        busy
    }

    fn pcscf_turn(&mut self) -> bool {
        let (now, at) = (self.now, at(self.now));
        let come = std::mem::take(&mut self.queues[1]);
        let pcscf = &mut self.pcscf;
        let mut sent = Vec::new();
        let mut commands = Vec::new();
        measure(&mut self.costs[Part::Pcscf as usize], || {
            for (hop, octets) in come {
                pcscf.handle_sip(at, hop, &octets);
            }
            while pcscf.poll_save().is_some() {}
            while let Some(command) = pcscf.poll_sa() {
                commands.push(command);
            }
            while let Some(output) = pcscf.poll_sip() {
                sent.push(output);
            }
            while pcscf.poll_event().is_some() {}
        });
        let busy = !(sent.is_empty() && commands.is_empty());
        let end = &mut self.pcscf_end;
        let cost = &mut self.costs[Part::PcscfEsp as usize];
        measure(cost, || {
            commands.into_iter().for_each(|command| end.command(now, command))
        });
        for output in sent {
            self.output(false, output);
        }
        busy
    }

    fn core_turn(&mut self) -> bool {
        let at = at(self.now);
        let [_, _, of_i, of_s] = &mut self.queues;
        let (of_i, of_s) = (std::mem::take(of_i), std::mem::take(of_s));
        let [node_i, node_s] = &mut self.home.nodes[..] else {
            return false;
        };
        let mut sent = Vec::new();
        let icscf = &mut self.icscf;
        measure(&mut self.costs[Part::Icscf as usize], || {
            for (hop, octets) in of_i {
                icscf.handle_sip(at, node_i, hop, &octets);
            }
            while let Some(output) = icscf.poll_sip() {
                sent.push(output);
            }
        });
        let scscf = &mut self.scscf;
        measure(&mut self.costs[Part::Scscf as usize], || {
            for (hop, octets) in of_s {
                scscf.handle_sip(at, node_s, hop, &octets);
            }
            while scscf.poll_save(at).is_some() {}
            while let Some(output) = scscf.poll_sip() {
                sent.push(output);
            }
            while scscf.poll_event().is_some() {}
        });
        let busy = !sent.is_empty();
        for output in sent {
            self.output(false, output);
        }
        busy
    }

    /// Diameter: what has arrived at the HSS is served, what has arrived at a CSCF is handed over.
    fn home_turn(&mut self) -> bool {
        let (now, at) = (self.now, at(self.now));
        let home = &mut self.home;
        let (mut busy, come) = measure(&mut self.costs[Part::Home as usize], || {
            let come = home.arrived(now);
            (home.settle(now), come)
        });
        home.hss_events.clear();
        while let Some((station, event)) = home.events.pop_front() {
            let node = &mut home.nodes[station];
            match station {
                I => self.icscf.handle_event(at, node, &event),
                _ => self.scscf.handle_event(at, node, &event),
            }
        }
        for (station, part) in [(I, Part::Icscf), (S, Part::Scscf)] {
            let node = &mut home.nodes[station];
            let (icscf, scscf) = (&mut self.icscf, &mut self.scscf);
            measure(&mut self.costs[part as usize], || {
                for come in come.iter().filter(|come| come.station == station) {
                    busy = true;
                    let inbound = node.handle_message(now, come.connection, &come.octets);
                    match station {
                        I => icscf.handle(at, node, come.connection, inbound),
                        _ => scscf.handle(at, node, come.connection, inbound),
                    }
                }
            });
        }
        busy
    }

    /// Packets of ESP, to either end.
    fn packets_turn(&mut self) -> bool {
        let (now, mut busy) = (self.now, false);
        let ends = [
            (Part::UeEsp, &mut self.ue_end),
            (Part::PcscfEsp, &mut self.pcscf_end),
        ];
        for (index, (part, end)) in ends.into_iter().enumerate() {
            let come = std::mem::take(&mut self.packets[index]);
            let (queue, leave) = (&mut self.queues[index], &mut self.packets[1 - index]);
            measure(&mut self.costs[part as usize], || {
                for packet in come {
                    let path = Path {
                        local: packet.path.remote,
                        remote: packet.path.local,
                    };
                    end.packet(now, path, packet.octets);
                }
                for out in end.take() {
                    match out {
                        Out::Message(hop, octets) => queue.push((hop, octets)),
                        Out::Failed(_) | Out::Dropped(_) => panic!("a packet that is not good"),
                    }
                }
                while let Some(packet) = end.poll_packet() {
                    leave.push(packet);
                }
            });
            busy |= !queue.is_empty() || !leave.is_empty();
        }
        busy
    }

    fn output(&mut self, of_ues: bool, output: SipOutput) {
        let SipOutput::Send { hop, octets } = output else {
            return;
        };
        self.messages.0 += 1;
        self.messages.1 += octets.len() as u64;
        let now = self.now;
        let to_access = of_ues || hop.local.ip() == IpAddr::from(ACCESS.0);
        let (part, end) = match of_ues {
            true => (Part::UeEsp, &mut self.ue_end),
            false => (Part::PcscfEsp, &mut self.pcscf_end),
        };
        if to_access && end.carries(&hop) {
            let sent = measure(&mut self.costs[part as usize], || end.send(now, hop, &octets));
            assert!(sent, "an association that takes it");
            return;
        }
        let ip = hop.remote.ip();
        let to = [ACCESS.0, PCSCF.0, ICSCF.0, SCSCF.0]
            .into_iter()
            .position(|known| IpAddr::from(known) == ip);
        let arrived = Hop {
            protocol: hop.protocol,
            local: hop.remote,
            remote: hop.local,
        };
        let queue = match to {
            Some(0 | 1) => 1,
            Some(other) => other,
            None => 0,
        };
        self.queues[queue].push((arrived, octets));
    }
}
