//! What a 3GPP AAA server is told without having asked: registrations that end (RTR, TS 29.273 8.1.2.2.3), profiles that changed
//! (PPR, TS 29.273 8.1.2.3). It stands beside the serving nodes of S6a: one read of the location serves both.

use crate::changes::Why;
use crate::hss::{Cx, Hss, Purpose};
use crate::wire::Outgoing;
use quintet_cx::ReasonCode;
use quintet_home::Known;
use quintet_identity::Imsi;
use quintet_store::Command;
use quintet_subscriber::model::{AaaServer, Location};
use quintet_subscriber::swx::{ProfileChange, profile_change};
use std::sync::Arc;

impl Hss {
    /// Tells the 3GPP AAA server of a subscriber what happened to it. One that is only pending knows no profile yet.
    pub(crate) fn tell_aaa(
        &mut self,
        cx: &mut Cx<'_>,
        imsi: Imsi,
        why: &Why,
        aaa: &AaaServer,
        location: &Location,
    ) {
        match why {
            Why::Changed { before, now, .. } => {
                let old = before.as_ref().map(|known| (&*known.subscription, known.msisdn));
                match profile_change(old, (&now.subscription, now.msisdn)) {
                    ProfileChange::Nothing => {}
                    ProfileChange::Profile => self.push_profile(cx, imsi, now, aaa, location),
                    ProfileChange::Withdrawn => {
                        self.terminate(cx, imsi, aaa);
                        let command = Command::SetAaa {
                            imsi,
                            expected: Some(aaa.host.clone()),
                            aaa: None,
                        };
                        let what = "forgetting a 3GPP AAA server";
                        self.front.submit(command, Purpose::FollowUp(what));
                    }
                }
            }
            // Whoever stored it is forgotten with the rest of the location.
            Why::Removed { .. } | Why::Cancel { .. } => self.terminate(cx, imsi, aaa),
            Why::Insert { now, .. } => self.push_profile(cx, imsi, now, aaa, location),
            Why::Delete(..) => {}
        }
    }

    fn push_profile(
        &mut self,
        cx: &mut Cx<'_>,
        imsi: Imsi,
        now: &Known,
        aaa: &AaaServer,
        location: &Location,
    ) {
        if !aaa.registered {
            return;
        }
        let request = Outgoing::PushProfile {
            imsi,
            subscription: Arc::clone(&now.subscription),
            msisdn: now.msisdn,
            gateways: location.pdn_gateways.clone(),
        };
        self.owe(cx, aaa.host.clone(), aaa.realm.clone(), request);
    }

    fn terminate(&mut self, cx: &mut Cx<'_>, imsi: Imsi, aaa: &AaaServer) {
        if !aaa.registered {
            return;
        }
        let request = Outgoing::TerminateRegistration {
            imsi,
            reason: ReasonCode::PERMANENT_TERMINATION,
        };
        self.owe(cx, aaa.host.clone(), aaa.realm.clone(), request);
    }
}
