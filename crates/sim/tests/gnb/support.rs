//! One gNB, one UE, and an AMF's half of NGAP.

use quintet_fgmm::ue::{Concealment, Configuration, Identity, Subscription};
use quintet_identity::fgs::{AmfId, Guami, Tac, Tai};
use quintet_identity::{Plmn, RoutingIndicator, SNssai, Supi};
use quintet_ngap::message::*;
use quintet_ngap::transfer::*;
use quintet_ngap::*;
use quintet_sim::Usim;
use quintet_sim::demo::{Purpose, subscriber};
use quintet_sim::gnb::{Gnb, GnbConfig, GnbEvent, GnbOutput, Ue, UeId};
use std::sync::Arc;
use std::time::Duration;

/// The AMF's identity of the UE.
pub(crate) const AMF: AmfUeNgapId = AmfUeNgapId(0xa_0000_0001);

/// Another one.
pub(crate) fn wrong_amf() -> AmfUeNgapId {
    AmfUeNgapId(AMF.0 + 1)
}

pub(crate) struct Bench {
    pub(crate) gnb: Gnb,
    pub(crate) ue: UeId,
    pub(crate) now: Duration,
    payloads: Vec<Vec<u8>>,
    events: Vec<GnbEvent>,
}

fn plmn() -> Plmn {
    "001-01".parse().unwrap()
}

impl Bench {
    /// Without an association.
    pub(crate) fn new() -> Self {
        let tai = Tai {
            plmn: plmn(),
            tac: Tac::new(1).unwrap(),
        };
        let mut gnb = Gnb::new(GnbConfig::new("gNB 1", tai, 1));
        let demo = subscriber(Purpose::Milenage);
        let card = Usim::new(demo.subscriber.imsi, &demo.subscriber.authentication, demo.sqn_ms).unwrap();
        let identity = Identity {
            subscription: Some(Subscription {
                supi: Supi::Imsi(demo.subscriber.imsi),
                home: plmn(),
                routing_indicator: RoutingIndicator::NONE,
                concealment: Concealment::Null,
            }),
            imei: "356938035643809".parse().unwrap(),
            imeisv: "3569380356438091".parse().unwrap(),
        };
        let ue = gnb.add_ue(Ue::new(
            Arc::new(Configuration::new(plmn())),
            identity,
            Some(card),
            1,
        ));
        Self {
            gnb,
            ue,
            now: Duration::from_secs(100),
            payloads: Vec::new(),
            events: Vec::new(),
        }
    }

    /// With NG SETUP done.
    pub(crate) fn up() -> Self {
        let mut bench = Self::new();
        bench.gnb.handle_up(bench.now, 4);
        bench.sent();
        bench.set_up();
        bench
    }

    /// With a connection of the UE that both sides know.
    pub(crate) fn connected() -> (Self, RanUeNgapId) {
        let mut bench = Self::up();
        bench
            .gnb
            .start(bench.now, bench.ue, quintet_fgmm::ue::Start::REGISTER);
        let NgapPdu::InitialUeMessage(message) = bench.sent_one() else {
            panic!("no INITIAL UE MESSAGE");
        };
        let ran = message.ran_ue_ngap_id;
        // IDENTITY REQUEST, so that the AMF's identity is known.
        let nas = &[0x7e, 0x00, 0x5b, 0x01][..];
        bench.say(DownlinkNasTransport::new(AMF, ran, nas.into()).into());
        bench.sent();
        bench.events();
        (bench, ran)
    }

    /// NG SETUP RESPONSE.
    pub(crate) fn set_up(&mut self) {
        let served = ServedGuami {
            guami: guami(),
            backup_amf_name: None,
        };
        let support = PlmnSupport {
            plmn_identity: plmn(),
            slice_support: vec![SNssai::EMBB],
        };
        self.say(NgSetupResponse::new("AMF 1".into(), vec![served], 255, vec![support]).into());
    }

    /// The AMF says something.
    pub(crate) fn say(&mut self, message: NgapPdu<'_>) {
        let mut octets = Vec::new();
        message.encode(&mut octets).unwrap();
        self.gnb.handle_message(self.now, 1, &octets);
    }

    /// Time passes.
    pub(crate) fn wait(&mut self, time: Duration) {
        self.now += time;
        self.gnb.handle_timeout(self.now);
    }

    fn collect(&mut self) {
        while let Some(output) = self.gnb.poll_output() {
            match output {
                GnbOutput::Send { payload, .. } => self.payloads.push(payload),
                GnbOutput::Event(event) => self.events.push(event),
            }
        }
    }

    /// What the gNB has sent since it was last looked.
    pub(crate) fn sent(&mut self) -> Vec<NgapPdu<'static>> {
        self.collect();
        let payloads = std::mem::take(&mut self.payloads);
        let leaked = payloads.into_iter().map(|payload| &*payload.leak());
        leaked
            .map(|payload| NgapPdu::decode(payload).unwrap().pdu)
            .collect()
    }

    /// The one message it has sent.
    pub(crate) fn sent_one(&mut self) -> NgapPdu<'static> {
        let mut sent = self.sent();
        assert_eq!(sent.len(), 1, "{sent:?}");
        sent.remove(0)
    }

    /// What it has reported since it was last looked.
    pub(crate) fn events(&mut self) -> Vec<GnbEvent> {
        self.collect();
        std::mem::take(&mut self.events)
    }

    /// INITIAL CONTEXT SETUP REQUEST with a key that no UE has; `algorithms` are left to the access stratum.
    pub(crate) fn context_request(
        &self,
        ran: RanUeNgapId,
        algorithms: u16,
    ) -> InitialContextSetupRequest<'static> {
        let capabilities = UeSecurityCapabilities {
            nr_encryption_algorithms: algorithms,
            nr_integrity_protection_algorithms: algorithms,
            eutra_encryption_algorithms: 0,
            eutra_integrity_protection_algorithms: 0,
        };
        let key = SecurityKey::new([0x5a; 32]);
        InitialContextSetupRequest::new(AMF, ran, guami(), vec![SNssai::EMBB], capabilities, key)
    }

    /// A session to be set up, with one flow.
    pub(crate) fn session(&self, id: u8) -> PduSessionSetupItem<'static> {
        let transfer = PduSessionResourceSetupRequestTransfer {
            aggregate_maximum_bit_rate: None,
            ul_ngu_up_tnl_information: GtpTunnel {
                transport_layer_address: TransportLayerAddress::v4([192, 0, 2, 1].into()),
                gtp_teid: 1,
            },
            pdu_session_type: PduSessionType::Ipv4,
            security_indication: None,
            qos_flows: vec![QosFlowSetupRequest {
                qos_flow_identifier: 9,
                qos_characteristics: QosCharacteristics::NonDynamic5qi { five_qi: 9 },
                allocation_and_retention_priority: AllocationAndRetentionPriority {
                    priority_level: 8,
                    may_trigger_pre_emption: false,
                    pre_emptable: true,
                },
                gbr_qos_flow_information: None,
            }],
        };
        PduSessionSetupItem {
            pdu_session_id: PduSessionId(id),
            nas_pdu: None,
            s_nssai: SNssai::EMBB,
            transfer: transfer.encode().unwrap().into(),
        }
    }
}

fn guami() -> Guami {
    Guami {
        plmn: plmn(),
        amf_id: AmfId::new(1, 1, 1).unwrap(),
    }
}
