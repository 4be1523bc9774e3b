//! Names: SUCI (TS 24.501 5.3.2, T3519), identification (5.4.3), and what a network calls the UE.

use super::kept::{Concealment, Subscription};
use super::{Entropy, Timer, Ue, Work};
use quintet_identity::{ProtectionScheme, Suci};
use quintet_nas::fgs::{
    FgmmMessage, IdentityRequest, IdentityResponse, IdentityType, MobileIdentity, TaiList,
};

/// How often an ephemeral key is drawn: profile B refuses one in 2³², so a second refusal is no chance.
const DRAWS: usize = 4;

impl Ue {
    /// IDENTITY REQUEST (TS 33.501 6.12.4). That without protection only the SUCI is told, the table has seen to.
    pub(super) fn identity_request(&mut self, work: &mut Work<'_>, request: &IdentityRequest<'_>) {
        let identity = match request.identity_type.interpreted() {
            IdentityType::SUCI => self.suci(work).map(MobileIdentity::Suci),
            IdentityType::GUTI => self.kept.guti.map(MobileIdentity::Guti),
            IdentityType::S_TMSI => self.kept.guti.map(|guti| MobileIdentity::STmsi(guti.s_tmsi())),
            IdentityType::IMEI => Some(MobileIdentity::Imei(self.identity.imei)),
            IdentityType::IMEISV => Some(MobileIdentity::Imeisv(self.identity.imeisv)),
            _ => None,
        };
        let response = IdentityResponse::new(identity.unwrap_or(MobileIdentity::NO_IDENTITY));
        self.send_fgmm(work, &FgmmMessage::IdentityResponse(response));
    }

    /// The SUCI: that of before while T3519 runs, else a fresh one (TS 24.501 5.4.3.3, 5.5.1.2.2).
    pub(super) fn suci(&mut self, work: &mut Work<'_>) -> Option<Suci> {
        if self.timers.runs(Timer::T3519)
            && let Some(suci) = &self.kept.suci
        {
            return Some(suci.clone());
        }
        let suci = conceal(self.identity.subscription.as_ref()?, work.entropy)?;
        self.kept.suci = Some(suci.clone());
        self.run(work, Timer::T3519);
        Some(suci)
    }

    /// What the network calls the UE from now on, and where. A SUCI has done its service then.
    pub(super) fn take_area(&mut self, guti: Option<&MobileIdentity<'_>>, tais: Option<&TaiList<'_>>) {
        if let Some(MobileIdentity::Guti(guti)) = guti {
            self.kept.guti = Some(*guti);
            self.kept.suci = None;
            self.timers.stop(Timer::T3519);
        }
        if let Some(tais) = tais {
            self.kept.tais = tais.tais().into();
            self.kept.last_visited = self.kept.tais.first().copied();
        }
    }
}

/// A fresh SUCI (TS 33.501 6.12.2).
fn conceal(subscription: &Subscription, entropy: &mut dyn Entropy) -> Option<Suci> {
    let Subscription {
        supi,
        home,
        routing_indicator,
        concealment,
    } = subscription;
    let Concealment::Ecies { key_id, key } = concealment else {
        return Suci::null(supi, *home, *routing_indicator).ok();
    };
    let (home, input) = Suci::scheme_input(supi, *home).ok()?;
    for _ in 0..DRAWS {
        let mut ephemeral = zeroize::Zeroizing::new([0; 32]);
        entropy.fill(&mut *ephemeral);
        let Ok(output) = key.conceal(&ephemeral, &input) else {
            continue;
        };
        let scheme = ProtectionScheme(key.profile().scheme());
        return Suci::new(home, *routing_indicator, scheme, *key_id, &output).ok();
    }
    None
}
