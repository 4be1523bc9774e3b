//! What a ladder says of an S1AP message: its name, its cause, and what NAS message it carries.

use quintet_s1ap::{Cause, S1apPdu, UeS1apIds};

/// An S1AP message in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct S1View {
    pub(super) name: String,
    pub(super) cause: Option<Cause>,
    pub(super) mme_ue_s1ap_id: Option<u32>,
    pub(super) enb_ue_s1ap_id: Option<u32>,
    /// The NAS PDU it carries.
    pub(super) nas: Option<Vec<u8>>,
    /// Whether it does nothing but carry it.
    pub(super) is_transport: bool,
    pub(super) details: Vec<String>,
    /// Whether it could not be read.
    pub(super) malformed: bool,
}

impl S1View {
    pub(super) fn of(octets: &[u8]) -> Self {
        let mut view = Self {
            name: String::new(),
            cause: None,
            mme_ue_s1ap_id: None,
            enb_ue_s1ap_id: None,
            nas: None,
            is_transport: false,
            details: Vec::new(),
            malformed: false,
        };
        match S1apPdu::decode(octets) {
            Ok(decoded) => {
                view.name = decoded.pdu.name().to_owned();
                view.read(&decoded.pdu);
            }
            Err(failure) => {
                view.name = "malformed S1AP".to_owned();
                view.malformed = true;
                view.details.push(format!("{} octets: {failure}", octets.len()));
            }
        }
        view
    }

    fn ids(&mut self, mme: u32, enb: u32) {
        self.mme_ue_s1ap_id = Some(mme);
        self.enb_ue_s1ap_id = Some(enb);
    }

    fn read(&mut self, pdu: &S1apPdu<'_>) {
        match pdu {
            S1apPdu::InitialUeMessage(m) => {
                self.enb_ue_s1ap_id = Some(m.enb_ue_s1ap_id.0);
                self.nas = Some(m.nas_pdu.to_vec());
                self.is_transport = true;
            }
            S1apPdu::UplinkNasTransport(m) => {
                self.ids(m.mme_ue_s1ap_id.0, m.enb_ue_s1ap_id.0);
                self.nas = Some(m.nas_pdu.to_vec());
                self.is_transport = true;
            }
            S1apPdu::DownlinkNasTransport(m) => {
                self.ids(m.mme_ue_s1ap_id.0, m.enb_ue_s1ap_id.0);
                self.nas = Some(m.nas_pdu.to_vec());
                self.is_transport = true;
            }
            S1apPdu::NasNonDeliveryIndication(m) => {
                self.ids(m.mme_ue_s1ap_id.0, m.enb_ue_s1ap_id.0);
                self.cause = m.cause;
            }
            S1apPdu::InitialContextSetupRequest(m) => {
                self.ids(m.mme_ue_s1ap_id.0, m.enb_ue_s1ap_id.0);
                let mut bearers = m.e_rab_to_be_setup_list.iter();
                self.nas = bearers.find_map(|bearer| bearer.nas_pdu.as_deref().map(<[u8]>::to_vec));
                self.details.push("KeNB".to_owned());
            }
            S1apPdu::InitialContextSetupResponse(m) => self.ids(m.mme_ue_s1ap_id.0, m.enb_ue_s1ap_id.0),
            S1apPdu::InitialContextSetupFailure(m) => {
                self.ids(m.mme_ue_s1ap_id.0, m.enb_ue_s1ap_id.0);
                self.cause = m.cause;
            }
            S1apPdu::UeContextReleaseRequest(m) => {
                self.ids(m.mme_ue_s1ap_id.0, m.enb_ue_s1ap_id.0);
                self.cause = m.cause;
            }
            S1apPdu::UeContextReleaseCommand(m) => {
                match m.ue_s1ap_ids {
                    UeS1apIds::Pair {
                        mme_ue_s1ap_id,
                        enb_ue_s1ap_id,
                    } => self.ids(mme_ue_s1ap_id.0, enb_ue_s1ap_id.0),
                    UeS1apIds::Mme(mme) => self.mme_ue_s1ap_id = Some(mme.0),
                }
                self.cause = m.cause;
            }
            S1apPdu::UeContextReleaseComplete(m) => self.ids(m.mme_ue_s1ap_id.0, m.enb_ue_s1ap_id.0),
            S1apPdu::S1SetupRequest(m) => self
                .details
                .extend(m.enb_name.iter().map(|name| name.to_string())),
            S1apPdu::S1SetupResponse(m) => self
                .details
                .extend(m.mme_name.iter().map(|name| name.to_string())),
            S1apPdu::S1SetupFailure(m) => self.cause = m.cause,
            S1apPdu::ErrorIndication(m) => {
                self.mme_ue_s1ap_id = m.mme_ue_s1ap_id.map(|id| id.0);
                self.enb_ue_s1ap_id = m.enb_ue_s1ap_id.map(|id| id.0);
                self.cause = m.cause;
            }
            S1apPdu::Reset(m) => self.cause = m.cause,
            _ => {}
        }
    }
}
