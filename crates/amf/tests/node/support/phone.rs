//! A UE whose card answers every challenge as its home expects.

use super::home::{keys, plmn, supi};
use quintet_fgmm::ue::{
    Answer, Concealment, Configuration, Entropy, Event, Identity, Input, Output, Start, Subscription, Ue,
};
use quintet_identity::fgs::{Guti, STmsi};
use std::sync::Arc;
use std::time::Duration;

/// What it says.
#[derive(Debug)]
pub(crate) enum Said {
    Initial(Vec<u8>, Option<STmsi>),
    Uplink(Vec<u8>),
}

impl Said {
    pub(crate) fn nas(&self) -> &[u8] {
        match self {
            Self::Initial(nas, _) | Self::Uplink(nas) => nas,
        }
    }
}

/// SUPIs are not concealed here.
struct NoEntropy;

impl Entropy for NoEntropy {
    fn fill(&mut self, to: &mut [u8]) {
        to.fill(7);
    }
}

/// The UE.
pub(crate) struct Phone {
    pub(crate) n: u32,
    pub(crate) ue: Ue,
    pub(crate) events: Vec<Event>,
    /// Answers with another RES.
    pub(crate) wrong: bool,
}

impl Phone {
    pub(crate) fn new(n: u32) -> Self {
        let mut configuration = Configuration::new(plmn());
        configuration.automatic = false;
        Self::with(n, configuration)
    }

    pub(crate) fn with(n: u32, configuration: Configuration) -> Self {
        let identity = Identity {
            subscription: Some(Subscription {
                supi: supi(n),
                home: plmn(),
                routing_indicator: "0".parse().unwrap(),
                concealment: Concealment::Null,
            }),
            imei: "490154203237518".parse().unwrap(),
            imeisv: "4901542032375186".parse().unwrap(),
        };
        Self {
            n,
            ue: Ue::new(Arc::new(configuration), identity),
            events: Vec::new(),
            wrong: false,
        }
    }

    /// One that can make emergency calls only.
    pub(crate) fn without_card(configuration: Configuration) -> Self {
        let identity = Identity {
            subscription: None,
            ..Self::new(1).ue.identity().clone()
        };
        Self {
            n: 1,
            ue: Ue::new(Arc::new(configuration), identity),
            events: Vec::new(),
            wrong: false,
        }
    }

    pub(crate) fn guti(&self) -> Guti {
        self.ue.guti().expect("a 5G-GUTI")
    }

    pub(crate) fn start(&mut self, start: Start) -> Vec<Said> {
        self.happen(Input::Start(start))
    }

    /// The one message that something brings about.
    pub(crate) fn begin(&mut self, start: Start) -> Said {
        let mut said = self.start(start);
        assert_eq!(said.len(), 1, "{:?}", self.events);
        said.remove(0)
    }

    pub(crate) fn hear(&mut self, nas: &[u8]) -> Vec<Said> {
        self.happen(Input::Downlink(nas))
    }

    pub(crate) fn happen(&mut self, input: Input<'_>) -> Vec<Said> {
        let (mut outputs, mut said) = (Vec::new(), Vec::new());
        let _ = self
            .ue
            .handle(Duration::ZERO, input, &mut NoEntropy, &mut outputs);
        for output in outputs {
            match output {
                Output::Initial { nas, s_tmsi } => said.push(Said::Initial(nas, s_tmsi)),
                Output::Uplink(nas) => said.push(Said::Uplink(nas)),
                Output::Challenge { .. } => {
                    let (res, ck, ik) = keys(if self.wrong { !self.n } else { self.n });
                    said.extend(self.happen(Input::Challenged(Answer::Accepted { res, ck, ik })));
                }
                Output::Event(event) => self.events.push(event),
                Output::KgNb(_) | Output::Release => {}
            }
        }
        said
    }
}

/// An initial message of octets.
pub(crate) fn said(nas: &[u8]) -> Said {
    Said::Initial(nas.to_vec(), None)
}
