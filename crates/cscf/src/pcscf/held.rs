//! SM6 waits until its associations are there: a UE that is challenged without them would answer where nobody hears it.

use super::node::Pcscf;
use quintet_esp::SaSet;
use quintet_ims::agreement::Which;
use quintet_sip::Status;

impl Pcscf {
    /// An association of this set, which [`Pcscf::poll_sa`] gave, cannot be had. Its challenge is not passed on: the UE is answered 500, and
    /// what there is of the set goes.
    pub fn association_refused(&mut self, set: SaSet) {
        self.counters.associations_refused += 1;
        for held in self.held.iter_mut().filter(|held| held.set == set) {
            held.is_refused = true;
        }
    }

    /// Sends the challenges whose associations are there, once everything that was to be set up was tried.
    pub(super) fn release(&mut self) {
        if !self.installs.is_empty() {
            return;
        }
        while let Some(held) = self.held.pop_front() {
            if !held.is_refused {
                self.counters.challenged += 1;
                self.relay.pass(held.now, held.client, held.octets);
                continue;
            }
            let status = Status::SERVER_INTERNAL_ERROR;
            let latest = self
                .table
                .get(held.place)
                .and_then(|registration| registration.sets.get(Which::Temporary))
                .is_some_and(|entry| entry.associations.set == held.set);
            if latest {
                self.attempt_failed(held.place, status);
            }
            self.relay.fail(held.now, held.client, status);
        }
    }
}
