//! The requests of the HSS: RTR and PPR (TS 29.228 6.1.3, 6.2.2).

use super::{Cycle, Scscf, hss};
use crate::cx::{FromHss, read_served};
use quintet_cx::{Answer, ExperimentalResult, Outcome, Ppa, Ppr, Rta, Rtr, answer};
use quintet_diameter::{ConnectionId, Message};
use quintet_identity::{Impi, Impu};
use quintet_ims::registrar::Input;

impl Scscf {
    pub(crate) fn serve(&mut self, cycle: &mut Cycle<'_>, connection: ConnectionId, request: &Message<'_>) {
        let Some(asked) = read_served(cycle.node, connection, request) else {
            return;
        };
        let said = match asked {
            FromHss::RegistrationTermination(rtr) => self.terminate(cycle, &rtr),
            FromHss::PushProfile(ppr) => self.push_profile(cycle, &ppr),
        };
        answer(cycle.node, connection, request, &said);
    }

    /// RTR. Whom we do not know, the HSS has what it wants: a success.
    fn terminate(&mut self, cycle: &mut Cycle<'_>, rtr: &Rtr) -> Answer {
        let impus: Vec<Impu> = rtr
            .public_identities
            .iter()
            .filter_map(|impu| impu.parse().ok())
            .collect();
        if impus.is_empty() && !rtr.public_identities.is_empty() {
            return Answer::RegistrationTermination(Rta::new(ExperimentalResult::ERROR_USER_UNKNOWN));
        }
        for impu in &impus {
            self.unregistered.forget(impu, &mut self.schedule);
        }
        // Associated-Identities are the other private identities of the subscription (TS 29.228 6.1.3).
        let mut known = Vec::new();
        for name in std::iter::once(&rtr.user_name).chain(&rtr.associated_identities) {
            let Some(place) = name
                .parse::<Impi>()
                .ok()
                .and_then(|impi| self.table.by_impi(&impi))
            else {
                continue;
            };
            if *name != rtr.user_name {
                known.push(name.clone());
            }
            let (impus, reason) = (&impus[..], rtr.reason.code);
            self.drive(cycle, place, Input::Terminate { impus, reason });
        }
        let mut rta = Rta::new(Outcome::SUCCESS);
        rta.associated_identities = known;
        Answer::RegistrationTermination(rta)
    }

    /// PPR.
    fn push_profile(&mut self, cycle: &mut Cycle<'_>, ppr: &Ppr) -> Answer {
        let said = |outcome: Outcome| Answer::PushProfile(Ppa::new(outcome));
        let place = ppr
            .user_name
            .parse::<Impi>()
            .ok()
            .and_then(|impi| self.table.by_impi(&impi));
        let profile = match &ppr.user_data {
            Some(xml) => match hss::profile(&self.config, xml) {
                Ok(profile) => Some(profile),
                Err(_) => return said(ExperimentalResult::ERROR_NOT_SUPPORTED_USER_DATA.into()),
            },
            None => None,
        };
        let unregistered = profile
            .as_ref()
            .is_some_and(|profile| self.unregistered.apply(profile));
        let Some(place) = place else {
            return said(match unregistered {
                true => Outcome::SUCCESS,
                false => ExperimentalResult::ERROR_USER_UNKNOWN.into(),
            });
        };
        if ppr.item.is_some() {
            self.drive(cycle, place, Input::CredentialsChanged);
        }
        if let Some(profile) = profile {
            self.drive(cycle, place, Input::Profile(profile));
        }
        said(Outcome::SUCCESS)
    }
}
