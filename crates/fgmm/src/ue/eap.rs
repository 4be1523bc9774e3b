//! EAP-AKA' (TS 24.501 5.4.1.2, TS 33.501 6.1.3.1): the peer stands between the messages of NAS and the card.
//!
//! ```text
//!   AUTHENTICATION REQUEST ──EAP request──► Peer ─► card ─► Peer ──EAP response──► AUTHENTICATION RESPONSE
//!   AUTHENTICATION RESULT, SECURITY MODE COMMAND ──EAP-success──► Peer ──EMSK──► KAUSF, KSEAF; KAMF with the ABBA beside it
//! ```

use super::authentication::{auts_octets, concealed_sqn};
use super::connection::Pending;
use super::output::{Event, Output};
use super::security::Partial;
use super::{Timer, Ue, Work};
use quintet_crypto::CkIkPrime;
use quintet_crypto::fgs::KAusf;
use quintet_eap::{Peer, PeerStep, Refusal, UsimAnswer};
use quintet_nas::fgs::{AuthenticationResponse, AuthenticationResult, EapMessage, NasKsi};
use quintet_subscriber::usim::Answer;

impl Ue {
    /// An EAP message in AUTHENTICATION REQUEST.
    pub(super) fn eap_request(&mut self, work: &mut Work<'_>, (ksi, abba): (NasKsi, &[u8]), packet: &[u8]) {
        if self.connection.as_ref().is_some_and(|c| c.peer.is_none()) {
            let peer = self.peer(work);
            if let Some(connection) = &mut self.connection {
                connection.peer = peer;
            }
        }
        let Some(connection) = &mut self.connection else {
            return;
        };
        let Some(peer) = &mut connection.peer else {
            return;
        };
        let step = peer.handle(packet);
        connection.pending = None;
        connection.answered = None;
        connection.eap = Some((ksi, abba.to_vec()));
        match step {
            PeerStep::Usim { rand, autn } => {
                self.contexts.partial = None;
                let abba = abba.to_vec();
                connection.pending = Some(Pending {
                    rand,
                    autn,
                    ksi,
                    abba,
                    eap: true,
                });
                work.outputs.push(Output::Challenge { rand, autn });
            }
            PeerStep::Send { packet, refusal } => self.eap_response(work, &packet, refusal),
            // The end of EAP does not come in a request.
            PeerStep::Success(_) | PeerStep::Failure | PeerStep::Discard(_) => {}
        }
    }

    /// A conversation begins. An identity that the server may ask for is a SUCI, never the SUPI (TS 33.501 6.12).
    fn peer(&mut self, work: &mut Work<'_>) -> Option<Peer> {
        let name = self.configuration.network_name()?;

        let suci = self.suci(work).map(|suci| suci.nai());
        let supi = &self.identity.subscription.as_ref()?.supi;
        let identity = suci.as_deref();
        Some(Peer::new(name.octets(), &supi.value(), identity, true))
    }

    /// The card's answer to a challenge of EAP-AKA'.
    pub(super) fn eap_challenged(&mut self, work: &mut Work<'_>, pending: Pending, answer: Answer) {
        let name = self.configuration.network_name();
        let Some(peer) = self.connection.as_mut().and_then(|c| c.peer.as_mut()) else {
            return;
        };
        let answer = match answer {
            Answer::MacFailure => UsimAnswer::MacFailure,
            Answer::SynchFailure(auts) => match auts_octets(&auts) {
                Some(auts) => UsimAnswer::SynchronisationFailure { auts },
                None => UsimAnswer::MacFailure,
            },
            Answer::Accepted { res, ck, ik } => {
                let keys = name.and_then(|name| {
                    CkIkPrime::eap_aka_prime(&ck, &ik, name.octets(), &concealed_sqn(&pending.autn))
                });
                match keys {
                    Some(keys) => UsimAnswer::Genuine { res, keys },
                    // Keys of other lengths than 5GS has.
                    None => UsimAnswer::MacFailure,
                }
            }
        };
        if let PeerStep::Send { packet, refusal } = peer.handle_usim(answer) {
            if refusal.is_none() {
                self.genuine(work);
            }
            self.eap_response(work, &packet, refusal);
        }
    }

    /// AUTHENTICATION RESPONSE with an EAP message. One that says no is as AUTHENTICATION FAILURE (TS 24.501 5.4.1.2.2.4); to
    /// wish for another KDF is none.
    fn eap_response(&mut self, work: &mut Work<'_>, packet: &[u8], refusal: Option<Refusal>) {
        let mut response = AuthenticationResponse::new();
        response.eap_message = Some(EapMessage(packet));
        if !self.send_fgmm(work, &response.into()) {
            return;
        }
        if let Some(why) = refusal {
            work.event(Event::EapRefused(why));
            self.refused_challenge(work);
        }
    }

    /// AUTHENTICATION RESULT (TS 24.501 5.4.1.2.2.8).
    pub(super) fn authentication_result(&mut self, work: &mut Work<'_>, result: &AuthenticationResult<'_>) {
        let abba = result.abba.as_ref().map(|abba| abba.0);
        if !self.eap_end(result.eap_message.0, abba) {
            work.event(Event::EapFailed);
        }
    }

    /// The end of EAP: the keys, if it is EAP-success and the network was shown to be genuine. Whether there are keys.
    pub(super) fn eap_end(&mut self, packet: &[u8], abba: Option<&[u8]>) -> bool {
        let name = self.configuration.network_name();
        let Some(connection) = &mut self.connection else {
            return false;
        };
        let step = connection.peer.as_mut().map(|peer| peer.handle(packet));
        match (step, &connection.eap, name) {
            (Some(PeerStep::Success(keys)), Some((ksi, offered)), Some(name)) => {
                self.contexts.partial = Some(Box::new(Partial {
                    ksi: *ksi,
                    k_seaf: KAusf::from_emsk(&keys.emsk).k_seaf(&name),
                    abba: abba.unwrap_or(offered).to_vec(),
                }));
                true
            }
            (Some(PeerStep::Failure), ..) => {
                self.contexts.partial = None;
                connection.peer = None;
                self.timers.stop(Timer::T3520);
                false
            }
            // Said before: the keys are there.
            _ => self.contexts.partial.is_some(),
        }
    }
}
