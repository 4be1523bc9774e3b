//! What a message tells of who the UE is.

use super::Observer;
use crate::attempt::subscriber;
use crate::subscribers::{Scope, Ue};
use crate::told::Told;
use crate::trail::{Short, Tap, View};
use quintet_identity::Imsi;

impl Observer {
    /// Takes in what message `index` of an attempt tells.
    pub(super) fn learn(&mut self, id: u64, index: usize) {
        let Some(running) = self.attempts.get_mut(&id) else {
            return;
        };
        let technology = running.attempt.trail.technology;
        let sighting = &running.attempt.trail.nas[index];
        if !tells(sighting.view) {
            return;
        }
        let Some(told) = Told::by(technology, sighting) else {
            return;
        };
        let scope = running.scope;
        let trail = &mut running.attempt.trail;
        trail.identities.imei = told.imei.or(trail.identities.imei);
        let mut imsi = told.imsi;
        if let Some(suci) = told.suci {
            imsi = imsi.or_else(|| self.verifier.supi(&suci)?.imsi());
            trail.identities.suci.get_or_insert(suci);
        }
        trail.identities.new_guti = told.new_guti.or(trail.identities.new_guti);
        if let Some(guti) = told.guti {
            trail.identities.guti = Some(guti);
            trail.identities.s_tmsi.get_or_insert(guti.short());
        }
        let mut ue = running.attempt.ue;
        if let Some(reported) = told.reported {
            trail.reported = Some(reported.clone());
            self.subscribers.row_mut(ue).reported = Some(reported);
        }
        if let (Some(guti), Some(scope)) = (told.guti, scope) {
            ue = self.came_with(id, ue, scope, guti.short());
        }
        if let Some(imsi) = imsi {
            ue = self.is(id, ue, imsi);
        }
        if let (Some(guti), Some(scope)) = (told.new_guti, scope) {
            self.subscribers.learn_s_tmsi(ue, scope, guti.short());
        }
        if let Some((rand, autn)) = told.challenge {
            self.challenged(id, index, rand, autn);
        }
    }

    /// The UE came with a temporary identity.
    fn came_with(&mut self, id: u64, ue: Ue, scope: Scope, short: Short) -> Ue {
        match self.subscribers.by_s_tmsi(scope, short) {
            Some(known) if known == ue => ue,
            Some(known) => {
                if self.subscribers.row(ue).is_some_and(|row| row.imsi.is_some()) {
                    return ue;
                }
                self.rename(id, ue, known);
                known
            }
            None => {
                self.subscribers.learn_s_tmsi(ue, scope, short);
                ue
            }
        }
    }

    /// The UE has this IMSI. Returns who it is from now on.
    pub(super) fn is(&mut self, id: u64, ue: Ue, imsi: Imsi) -> Ue {
        if let Some(running) = self.attempts.get_mut(&id) {
            running.attempt.trail.identities.imsi = Some(imsi);
        }
        let kept = self.subscribers.learn_imsi(ue, imsi);
        if kept != ue {
            self.rename(id, ue, kept);
        }
        self.exchanges_of(id, imsi);
        kept
    }

    /// The attempt is another UE's than was thought.
    fn rename(&mut self, id: u64, was: Ue, is: Ue) {
        // A handle that stays in the table is somebody else's, whose GUTI this one came with.
        if self.subscribers.row(was).is_none_or(|row| row.imsi.is_none()) {
            for tap in [Tap::Ran, Tap::NasLog, Tap::Radio] {
                self.verifier.merge(subscriber(is, tap), subscriber(was, tap));
            }
        }
        let Some(tap) = self.attempts.get(&id).map(|running| running.attempt.trail.tap) else {
            return;
        };
        if self.running_of.get(&(was, tap)) == Some(&id) {
            self.running_of.remove(&(was, tap));
        }
        let row = self.subscribers.row(is);
        let (imsi, ciphering) = row.map_or((None, None), |row| (row.imsi, row.ciphering));
        if let Some(running) = self.attempts.get_mut(&id) {
            running.attempt.ue = is;
            let identities = &mut running.attempt.trail.identities;
            identities.imsi = identities.imsi.or(imsi);
            running.attempt.ciphering.suppose(ciphering);
        }
        self.runs(id, is, tap);
    }
}

/// Whether a message may tell anything: most do not, and need not be read once more.
const fn tells(view: View) -> bool {
    matches!(
        view,
        View::Request { .. }
            | View::LeaveByUe { .. }
            | View::IdentityResponse { .. }
            | View::SecurityModeComplete
            | View::Accept { .. }
            | View::Reconfiguration
            | View::AuthenticationRequest { .. }
    )
}
