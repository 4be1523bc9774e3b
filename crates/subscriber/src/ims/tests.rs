//! The decisions, clause by clause.

mod assignment;
mod authentication;
mod authorization;
mod changes;
mod failures;
mod provisioning;

use super::*;
use quintet_cx::{
    AuthenticationScheme, Outcome, ServerAssignmentType, ServerCapabilities, UserAuthorizationType,
};
use quintet_identity::{Impi, Impu, Msisdn};

pub(super) const HOME: &str = "ims.mnc001.mcc001.3gppnetwork.org";

pub(super) fn impi(n: u8) -> Impi {
    format!("00101000000000{n}@{HOME}").parse().unwrap()
}

pub(super) fn impu(text: &str) -> Impu {
    text.parse().unwrap()
}

/// The identity of the IMSI: barred, in set 0.
pub(super) fn of_imsi() -> Impu {
    impu(&format!("sip:001010000000001@{HOME}"))
}

/// The `sip:` URI of the number: the default of set 0.
pub(super) fn of_number() -> Impu {
    impu(&format!("sip:+4915112345@{HOME}"))
}

/// Alone in set 1.
pub(super) fn work() -> Impu {
    impu("sip:alice.work@example.org")
}

pub(super) fn server(name: &str) -> Server {
    Server {
        name: format!("sip:{name}.{HOME}:6060"),
        host: format!("{name}.{HOME}"),
        realm: HOME.to_owned(),
    }
}

/// Two private identities; set 0 of the IMSI and the number, set 1 with one identity.
pub(super) fn record() -> ImsRecord {
    let msisdn: Msisdn = "4915112345".parse().unwrap();
    let mut subscription = ImsSubscription::derived(
        "001010000000001".parse().unwrap(),
        "00101".parse().unwrap(),
        Some(msisdn),
    )
    .unwrap();
    subscription.private.push(PrivateIdentity {
        impi: impi(2),
        aka: Some("001010000000002".parse().unwrap()),
        digest: None,
    });
    subscription.sets.push(RegistrationSet {
        id: 1,
        identities: vec![PublicIdentity::new(work())],
        private: Vec::new(),
    });
    subscription.capabilities = ServerCapabilities {
        mandatory: vec![1, 2],
        ..ServerCapabilities::default()
    };
    assert_eq!(subscription.check(), Ok(()));
    ImsRecord {
        subscription: Arc::new(subscription),
        registrations: Registrations::default(),
        version: 0,
    }
}

/// One request after the other, each on what the one before left.
pub(super) struct Hss {
    pub(super) record: ImsRecord,
    pub(super) policy: Policy,
    pub(super) cancelled: Vec<Cancellation>,
    /// Writes.
    pub(super) written: u32,
}

impl Hss {
    pub(super) fn new() -> Self {
        Self {
            record: record(),
            policy: Policy::default(),
            cancelled: Vec::new(),
            written: 0,
        }
    }

    fn keep<T>(&mut self, decision: Decision<T>) -> T {
        if let Some(registrations) = decision.store {
            self.record.registrations = registrations;
            self.record.version += 1;
            self.written += 1;
        }
        self.cancelled = decision.cancel;
        decision.answer
    }

    pub(super) fn uar_of(
        &mut self,
        impi: &Impi,
        impu: &Impu,
        authorization_type: UserAuthorizationType,
    ) -> Result<Authorized, Outcome> {
        let request = UserAuthorization {
            impi,
            impu,
            visited: HOME,
            authorization_type,
            emergency: false,
        };
        let decision = self.record.authorize(&request, self.policy)?;
        Ok(self.keep(decision))
    }

    pub(super) fn uar(&mut self, impu: &Impu) -> (u32, Option<String>) {
        let answer = self.uar_of(&impi(1), impu, UserAuthorizationType::REGISTRATION);
        match answer {
            Ok(answer) => (answer.outcome.code(), answer.server_name),
            Err(outcome) => (outcome.code(), None),
        }
    }

    pub(super) fn mar(&mut self, n: u8, impu: &Impu, at: &str) -> Result<Challenge, u32> {
        self.mar_of(n, impu, at, &AuthenticationScheme::DIGEST_AKAV1_MD5, false)
    }

    pub(super) fn mar_of(
        &mut self,
        n: u8,
        impu: &Impu,
        at: &str,
        scheme: &AuthenticationScheme,
        resynchronisation: bool,
    ) -> Result<Challenge, u32> {
        let request = AuthenticationQuery {
            impi: &impi(n),
            impu,
            scheme,
            server: &server(at),
            resynchronisation,
        };
        let decision = self.record.challenge(&request).map_err(Outcome::code)?;
        Ok(self.keep(decision))
    }

    pub(super) fn sar(&mut self, n: u8, impu: &Impu, at: &str, assignment_type: ServerAssignmentType) -> u32 {
        let impi = impi(n);
        let request = Assignment {
            impi: (n > 0).then_some(&impi),
            impus: std::slice::from_ref(impu),
            server: &server(at),
            assignment_type,
            restoration: None,
            multiple_registration: false,
        };
        self.sar_of(&request)
            .map_or_else(Outcome::code, |answer| answer.outcome.code())
    }

    pub(super) fn sar_of(&mut self, request: &Assignment<'_>) -> Result<Assigned, Outcome> {
        let decision = self.record.assign(request, self.policy)?;
        Ok(self.keep(decision))
    }

    pub(super) fn lir(&mut self, impu: &Impu, originating: bool) -> (u32, Option<String>) {
        let request = LocationQuery {
            impu,
            originating,
            authorization_type: None,
        };
        match self.record.locate(&request, self.policy) {
            Ok(decision) => {
                let answer = self.keep(decision);
                (answer.outcome.code(), answer.server_name)
            }
            Err(outcome) => (outcome.code(), None),
        }
    }

    pub(super) fn state(&self, set: u16) -> RegistrationState {
        self.record.registrations.state(set)
    }

    /// SM1 to SM12 at an S-CSCF.
    pub(super) fn register(&mut self, n: u8, impu: &Impu, at: &str) {
        self.mar(n, impu, at).unwrap();
        assert_eq!(self.sar(n, impu, at, ServerAssignmentType::REGISTRATION), 2001);
    }
}
