//! What a ladder says of a message between radio node and core: its name, its cause, and what NAS message it carries.

/// An S1AP or NGAP message in short.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct View {
    pub(super) name: String,
    pub(super) cause: Option<String>,
    /// MME UE S1AP ID, AMF UE NGAP ID.
    pub(super) core_id: Option<u64>,
    /// eNB UE S1AP ID, RAN UE NGAP ID.
    pub(super) ran_id: Option<u64>,
    /// The NAS PDU it carries.
    pub(super) nas: Option<Vec<u8>>,
    /// Whether it does nothing but carry it.
    pub(super) is_transport: bool,
    pub(super) details: Vec<String>,
    /// Whether it could not be read.
    pub(super) malformed: bool,
}

impl View {
    /// One that cannot be read.
    pub(super) fn malformed(protocol: &str, octets: usize, failure: impl std::fmt::Display) -> Self {
        Self {
            name: format!("malformed {protocol}"),
            malformed: true,
            details: vec![format!("{octets} octets: {failure}")],
            ..Self::default()
        }
    }

    /// Both identities of the UE's connection.
    pub(super) fn ids(&mut self, core: u64, ran: u64) {
        self.core_id = Some(core);
        self.ran_id = Some(ran);
    }

    /// It carries a NAS PDU and does nothing else.
    pub(super) fn carries(&mut self, nas: &[u8]) {
        self.nas = Some(nas.to_vec());
        self.is_transport = true;
    }
}
