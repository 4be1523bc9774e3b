//! Everything that the victim of a hostile gNB has, and what that gNB can say without keys.

use super::World;
use super::world::tai;
use quintet_amf::N2Disposition;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_fgmm::network::{Context, FgmmState};
use quintet_fgmm::ue::{Concealment, Configuration, Event, Identity, Start, Subscription};
use quintet_identity::fgs::{Guti, Ncgi, STmsi};
use quintet_identity::{Imsi, RoutingIndicator, Supi};
use quintet_nas::security::NasCounts;
use quintet_ngap::message::{InitialUeMessage, NgSetupRequest, UplinkNasTransport};
use quintet_ngap::{
    AmfUeNgapId, Cause, NgapPdu, PagingDrx, RanUeNgapId, RrcEstablishmentCause, UserLocationInformation,
};
use quintet_sctp::AssociationId;
use quintet_sim::Usim;
use quintet_sim::demo::{Population, home_plmn};
use quintet_sim::fgs::{LabTimers, serving_plmn};
use quintet_sim::gnb::{GnbConfig, GnbEvent, Ue, UeId};
use quintet_subscriber::model::Subscriber;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// Half-open registrations a gNB may have in these tests.
pub(crate) const UNPROVEN: usize = 32;

/// A cell, a UE, a SUPI.
pub(crate) struct Victim {
    pub(crate) world: World,
    pub(crate) cell: usize,
    pub(crate) ue: UeId,
    pub(crate) imsi: Imsi,
    pub(crate) supi: Supi,
}

/// A UE with the card of a subscriber.
pub(crate) fn phone(subscriber: &Subscriber, automatic: bool) -> Ue {
    let card = Usim::new(subscriber.imsi, &subscriber.authentication, Default::default()).unwrap();
    let configuration = Configuration {
        automatic,
        ..Configuration::new(serving_plmn())
    };
    let identity = Identity {
        subscription: Some(Subscription {
            supi: subscriber.imsi.into(),
            home: home_plmn(),
            routing_indicator: RoutingIndicator::NONE,
            concealment: Concealment::Null,
        }),
        imei: "490154203237518".parse().unwrap(),
        imeisv: "4901542032375186".parse().unwrap(),
    };
    Ue::new(Arc::new(configuration), identity, Some(card), 1)
}

impl Victim {
    pub(crate) fn new(seed: u64) -> Self {
        let subscriber = Population::new().subscriber(0).unwrap();
        let mut world = World::with(seed, LabTimers::SPECIFIED, vec![subscriber.clone()], |config| {
            config.limits.unproven_per_gnb = UNPROVEN;
        });
        let cell = world.cell(|_| ());
        let ue = world.cells[cell].gnb.add_ue(phone(&subscriber, false));
        Self {
            world,
            cell,
            ue,
            imsi: subscriber.imsi,
            supi: subscriber.imsi.into(),
        }
    }

    pub(crate) fn registered(seed: u64) -> Self {
        let mut victim = Self::new(seed);
        victim.start(Start::REGISTER);
        victim.unharmed();
        victim
    }

    pub(crate) fn start(&mut self, start: Start) {
        let now = self.world.now;
        self.world.cells[self.cell].gnb.start(now, self.ue, start);
        self.world.run_for(SECOND);
    }

    /// The victim's connection is released, and those that nobody finishes end by themselves.
    #[track_caller]
    pub(crate) fn idle_after(&mut self, time: Duration) {
        let gnb = &mut self.world.cells[self.cell].gnb;
        gnb.release(self.ue, Cause::USER_INACTIVITY);
        self.world.run_for(time);
        assert_eq!(self.world.amf.connection_count(), 0);
    }

    pub(crate) fn guti(&self) -> Guti {
        self.world.cells[self.cell].gnb.ue(self.ue).me().guti().unwrap()
    }

    pub(crate) fn context(&self) -> &Context {
        self.world.amf.context(&self.supi).unwrap()
    }

    pub(crate) fn counts(&self) -> NasCounts {
        self.world.amf.counts(&self.supi).unwrap()
    }

    /// The UE is registered, connected or not, at both ends, under the best algorithms both have.
    #[track_caller]
    pub(crate) fn unharmed(&self) {
        let context = self.context();
        assert_eq!(context.state, FgmmState::Registered);
        let security = context.security.as_ref().unwrap();
        let chosen = (security.nas.integrity(), security.nas.ciphering());
        assert_eq!(chosen, (IntegrityAlgorithm::EIA2, CipheringAlgorithm::EEA2));
        assert!(self.world.cells[self.cell].gnb.ue(self.ue).me().is_registered());
        assert!(
            self.world.invariants.broken.is_empty(),
            "{:?}",
            self.world.invariants.broken
        );
    }

    /// It can still use its context: service without a new authentication.
    #[track_caller]
    pub(crate) fn serves(&mut self) {
        let authenticated = self.world.amf.counters().authenticated;
        self.world.forget_events();
        self.start(Start::SERVICE);
        let served = GnbEvent::Ue(self.ue, Event::Served);
        assert!(self.world.cells[self.cell].events.contains(&served));
        assert_eq!(self.world.amf.counters().authenticated, authenticated);
        self.unharmed();
    }

    /// A stranger that was set up as a gNB.
    pub(crate) fn enemy(&mut self) -> Enemy {
        let enemy = Enemy(self.world.stranger());
        let config = GnbConfig::new("enemy", tai(1), 0xbad);
        let setup = NgSetupRequest::new(
            config.cell.global_ran_node_id,
            config.cell.supported_ta_list,
            PagingDrx::V128,
        );
        assert_eq!(enemy.say(self, setup), N2Disposition::Handled);
        enemy
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Enemy(pub(crate) AssociationId);

impl Enemy {
    pub(crate) fn say<'a>(self, victim: &mut Victim, message: impl Into<NgapPdu<'a>>) -> N2Disposition {
        let mut octets = Vec::new();
        message.into().encode(&mut octets).unwrap();
        victim.world.say(self.0, octets)
    }

    /// What the AMF sent it last: its identity and the NAS PDU.
    pub(crate) fn heard(self, victim: &Victim) -> Option<(AmfUeNgapId, Vec<u8>)> {
        let own = victim.world.heard.iter().rev().filter(|(to, _)| *to == self.0);
        own.map(|(_, octets)| NgapPdu::decode(octets).unwrap().pdu)
            .find_map(|pdu| match pdu {
                NgapPdu::DownlinkNasTransport(m) => Some((m.amf_ue_ngap_id, m.nas_pdu.to_vec())),
                _ => None,
            })
    }
}

fn place() -> UserLocationInformation {
    UserLocationInformation::nr(Ncgi::new(serving_plmn(), 0xbad00).unwrap(), tai(1))
}

pub(crate) fn initial(ran: u32, nas: &[u8], s_tmsi: Option<STmsi>) -> InitialUeMessage<'_> {
    let cause = RrcEstablishmentCause::MoSignalling;
    let mut message = InitialUeMessage::new(RanUeNgapId(ran), nas.into(), place(), cause);
    message.five_g_s_tmsi = s_tmsi;
    message
}

pub(crate) fn uplink(amf: AmfUeNgapId, ran: RanUeNgapId, nas: &[u8]) -> UplinkNasTransport<'_> {
    UplinkNasTransport::new(amf, ran, nas.into(), place())
}

/// REGISTRATION REQUEST by the SUCI of the null scheme, plain, with capabilities f0 f0.
pub(crate) fn registration_request(imsi: Imsi) -> Vec<u8> {
    let mut nas = vec![0x7e, 0x00, 0x41, 0x79, 0x00, 0x0d];
    // PLMN 001/01, no routing indicator, null scheme.
    nas.extend([0x01, 0x00, 0xf1, 0x10, 0xf0, 0xff, 0x00, 0x00]);
    let digits: Vec<u8> = imsi.to_string().bytes().map(|digit| digit - b'0').collect();
    nas.extend(digits[5..].chunks(2).map(|pair| pair[1] << 4 | pair[0]));
    nas.extend([0x2e, 0x02, 0xf0, 0xf0]);
    nas
}

/// DEREGISTRATION REQUEST of a UE that switches off, by 5G-GUTI, plain.
pub(crate) fn deregistration_request(guti: Guti) -> Vec<u8> {
    let mut nas = vec![0x7e, 0x00, 0x45, 0x09, 0x00, 0x0b, 0xf2];
    nas.extend(guti.octets());
    nas
}

/// SERVICE REQUEST with ngKSI 1, as it stands behind a security header.
pub(crate) fn service_request(guti: Guti) -> Vec<u8> {
    let mut nas = vec![0x7e, 0x00, 0x4c, 0x11, 0x00, 0x07, 0xf4];
    nas.extend(guti.s_tmsi().octets());
    nas
}
