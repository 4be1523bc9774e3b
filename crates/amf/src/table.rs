//! The contexts of all UEs this AMF knows, found by 5G-GUTI, 5G-S-TMSI, SUPI or IMEI.

use crate::calls::Ticket;
use crate::idle::Paging;
use crate::sm::SmContexts;
use quintet_fgmm::network::{Context, ContextId, Contexts};
use quintet_identity::fgs::{Guami, Guti, STmsi};
use quintet_identity::{Imei, Supi};
use quintet_ngap::AmfUeNgapId;
use quintet_procedure::node::{Identities, Index, Slots};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use std::time::Duration;

/// A context and what the node keeps beside it.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) context: Context,
    /// The connection that is this UE's now.
    pub(crate) connection: Option<AmfUeNgapId>,
    /// When an idle UE is given up: first not paged any more, then deregistered (mobile reachable and implicit
    /// deregistration timers, TS 24.501 5.3.7), or forgotten once it is.
    pub(crate) idle_until: Option<Duration>,
    /// Where it is in being paged.
    pub(crate) paging: Option<Box<Paging>>,
    /// The deadline that is in the schedule: [`Record::due`], or earlier.
    pub(crate) armed: Option<Duration>,
    /// Calls up to this one were made before this UE had its place here: they may be of another that had it.
    pub(crate) since: Ticket,
    /// The call that reads its changed data.
    pub(crate) reading: Option<Ticket>,
    /// They changed once more since it was made.
    pub(crate) outdated: bool,
    /// The UDM has this AMF as the one that serves the UE.
    pub(crate) at_udm: bool,
    /// Where the subscription to changes of its data is to be ended: the path of its resource.
    pub(crate) sdm_subscription: Option<Box<str>>,
    /// Its contexts at SMFs; `None` while there are none, as most idle UEs have.
    pub(crate) sm: Option<Box<SmContexts>>,
    indexed: Indexed,
}

impl Record {
    fn new(context: Context) -> Self {
        Self {
            indexed: indexed(&context),
            context,
            connection: None,
            idle_until: None,
            paging: None,
            armed: None,
            since: Ticket::default(),
            reading: None,
            outdated: false,
            at_udm: false,
            sdm_subscription: None,
            sm: None,
        }
    }

    /// When something of it is due.
    pub(crate) fn due(&self) -> Option<Duration> {
        let paging = self.paging.as_ref().map(|paging| paging.until);
        paging.into_iter().chain(self.idle_until).min()
    }
}

/// What the indices say of a record.
type Indexed = Identities<Supi, Imei>;

fn indexed(context: &Context) -> Indexed {
    Indexed {
        tmsi: Some(context.guti.tmsi),
        old_tmsi: context.old_guti.map(|guti| guti.tmsi),
        subscriber: context.supi.clone(),
        equipment: context.imei.filter(|_| context.supi.is_none()),
    }
}

/// What is left of a context that its session removed, or that another one replaced.
#[derive(Debug)]
pub(crate) struct Gone {
    pub(crate) id: ContextId,
    pub(crate) record: Box<Record>,
}

/// All contexts.
#[derive(Debug)]
pub(crate) struct Table {
    guami: Guami,
    records: Slots<Record>,
    index: Index<Supi, Imei>,
    random: ChaCha20Rng,
    /// Contexts that sessions removed, or replaced by another of the same subscriber: the node still has to let their
    /// connections go, to forget their deadlines, to tell other network functions, and to forget them durably.
    gone: Vec<Gone>,
}

impl Table {
    /// An empty table for `limit` contexts; 5G-TMSIs are drawn from `seed`.
    pub(crate) fn new(guami: Guami, limit: usize, seed: [u8; 32]) -> Self {
        Self {
            guami,
            records: Slots::new(limit),
            index: Index::default(),
            random: ChaCha20Rng::from_seed(seed),
            gone: Vec::new(),
        }
    }

    /// How many contexts there are.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    pub(crate) fn record(&self, id: ContextId) -> Option<&Record> {
        self.records.get(id.0)
    }

    pub(crate) fn record_mut(&mut self, id: ContextId) -> Option<&mut Record> {
        self.records.get_mut(id.0)
    }

    /// Whether a call was made for the UE that has this place now.
    pub(crate) fn is_about(&self, id: ContextId, call: Ticket) -> bool {
        self.record(id).is_some_and(|record| call > record.since)
    }

    /// Every context.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ContextId, &Record)> {
        self.records
            .iter()
            .map(|(place, record)| (ContextId(place), record))
    }

    /// Follows what changed in a context's identities.
    pub(crate) fn reindex(&mut self, id: ContextId) {
        let Some(record) = self.records.get_mut(id.0) else {
            return;
        };
        let is = indexed(&record.context);
        if record.indexed != is {
            self.index.unlink(id.0, &record.indexed);
            self.index.link(id.0, &is);
            record.indexed = is;
        }
    }

    /// Puts a context back where it was before a restart. `false` if its place or one of its identities is taken.
    pub(crate) fn restore(&mut self, id: ContextId, context: Context) -> bool {
        let identities = indexed(&context);
        if self.index.taken(&identities) || !self.records.insert_at(id.0, Record::new(context)) {
            return false;
        }
        self.index.link(id.0, &identities);
        true
    }

    /// Contexts that a session removed or replaced.
    pub(crate) fn take_gone(&mut self) -> Vec<Gone> {
        std::mem::take(&mut self.gone)
    }

    /// Takes a context out, with what the node kept beside it.
    pub(crate) fn forget(&mut self, id: ContextId) -> Option<Box<Record>> {
        let record = self.records.remove(id.0)?;
        self.index.unlink(id.0, &record.indexed);
        Some(record)
    }
}

impl Contexts for Table {
    fn by_guti(&self, guti: &Guti) -> Option<ContextId> {
        let id = ContextId(self.index.by_tmsi(guti.tmsi)?);
        let context = &self.record(id)?.context;
        (context.guti == *guti || context.old_guti == Some(*guti)).then_some(id)
    }

    fn by_s_tmsi(&self, s_tmsi: STmsi) -> Option<ContextId> {
        let id = ContextId(self.index.by_tmsi(s_tmsi.tmsi)?);
        let (own_set, own_pointer) = (self.guami.amf_id.set(), self.guami.amf_id.pointer());
        (s_tmsi.amf_set() == own_set && s_tmsi.amf_pointer() == own_pointer).then_some(id)
    }

    fn by_supi(&self, supi: &Supi) -> Option<ContextId> {
        self.index.by_subscriber(supi).map(ContextId)
    }

    fn by_imei(&self, imei: Imei) -> Option<ContextId> {
        self.index.by_equipment(&imei).map(ContextId)
    }

    fn get(&self, id: ContextId) -> Option<&Context> {
        self.record(id).map(|record| &record.context)
    }

    fn get_mut(&mut self, id: ContextId) -> Option<&mut Context> {
        self.record_mut(id).map(|record| &mut record.context)
    }

    fn insert(&mut self, context: Context) -> Option<ContextId> {
        let identities = indexed(&context);
        let of_supi = identities.subscriber.as_ref().and_then(|supi| self.by_supi(supi));
        // An IMEI is a mere claim: who makes it does not end the emergency call of who made it before.
        let of_imei = identities.equipment.and_then(|imei| self.by_imei(imei));
        let of_imei = of_imei.filter(|id| self.record(*id).is_some_and(|r| r.connection.is_none()));
        if let Some(id) = of_supi.or(of_imei)
            && let Some(record) = self.forget(id)
        {
            self.gone.push(Gone { id, record });
        }
        let place = self.records.insert(Record::new(context))?;
        self.index.link(place, &identities);
        Some(ContextId(place))
    }

    fn remove(&mut self, id: ContextId) {
        if let Some(mut record) = self.forget(id) {
            // Its connection is the one that removes it, and ends by itself.
            record.connection = None;
            self.gone.push(Gone { id, record });
        }
    }

    fn allocate_guti(&mut self) -> Option<Guti> {
        let drawn = self.index.draw_tmsi(|| self.random.next_u32())?;
        Some(Guti::new(self.guami, drawn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Due;
    use quintet_fgmm::network::{FgmmState, Registration, SecurityContext, SubscribedSNssai};
    use quintet_identity::fgs::{AmfId, Tac, Tai};
    use quintet_identity::{Imsi, SNssai};
    use quintet_nas::fgs::UeSecurityCapability;

    fn guami() -> Guami {
        Guami {
            plmn: "00101".parse().expect("a PLMN"),
            amf_id: AmfId::new(1, 2, 3).expect("in range"),
        }
    }

    fn context(table: &mut Table, n: u32) -> Context {
        let imsi: Imsi = format!("00101{n:010}").parse().expect("15 digits");
        let slices = [SNssai::EMBB; 8];
        let subscribed = slices.map(|s_nssai| SubscribedSNssai {
            s_nssai,
            default: true,
        });
        Context {
            supi: Some(Supi::Imsi(imsi)),
            imei: None,
            imeisv: None,
            guti: table.allocate_guti().expect("there is room"),
            old_guti: None,
            tai: Tai {
                plmn: guami().plmn,
                tac: Tac::new(1).expect("24 bits"),
            },
            ue_security_capability: Some(UeSecurityCapability::new(0xf0, 0xf0)),
            fgmm_capability: Box::new([0; 13]),
            security: None,
            state: FgmmState::Registered,
            registration: Some(Registration {
                subscribed: subscribed.into(),
                allowed: slices.into(),
                ..Registration::default()
            }),
        }
    }

    /// An entry of a hash table costs twice its size and a mark, right after the table has doubled; one of a tree twice.
    const fn entry(octets: usize) -> usize {
        2 * (octets + 1)
    }

    #[test]
    fn an_idle_registered_ue_takes_less_than_1536_octets() {
        let mut table = Table::new(guami(), 10, [1; 32]);
        let context = context(&mut table, 1);
        let registration = context.registration.as_ref().expect("it is registered");
        let boxed = context.fgmm_capability.len()
            + size_of_val(&*registration.subscribed)
            + size_of_val(&*registration.allowed)
            + MAX_PATH;
        // The security context is inline; a slot, an entry of each index, and a deadline.
        let beside = size_of::<Option<Box<Record>>>()
            + entry(size_of::<(u32, u32)>())
            + entry(size_of::<(Supi, u32)>())
            + entry(size_of::<(Duration, Due)>());
        let octets = size_of::<Record>() + boxed + beside;
        assert!(size_of::<Context>() > size_of::<SecurityContext>());
        assert!(octets <= 1536, "{octets} octets");
    }

    /// A path of a subscription, with a SUPI and a UUID.
    const MAX_PATH: usize = 96;

    #[test]
    fn an_s_tmsi_finds_its_context_and_one_of_another_amf_nobody() {
        let mut table = Table::new(guami(), 10, [1; 32]);
        let context = context(&mut table, 1);
        let (guti, supi) = (context.guti, context.supi.clone().expect("a SUPI"));
        let id = table.insert(context).expect("there is room");
        assert_eq!(table.by_s_tmsi(guti.s_tmsi()), Some(id));
        assert_eq!(table.by_guti(&guti), Some(id));
        assert_eq!(table.by_supi(&supi), Some(id));
        let other = STmsi::new(2, 4, guti.tmsi).expect("in range");
        assert_eq!(table.by_s_tmsi(other), None);
        let mut elsewhere = guti;
        elsewhere.guami.amf_id = AmfId::new(9, 2, 3).expect("in range");
        assert_eq!(table.by_guti(&elsewhere), None);
    }

    #[test]
    fn a_subscriber_has_one_context_and_the_former_is_handed_over() {
        let mut table = Table::new(guami(), 10, [1; 32]);
        let first = context(&mut table, 1);
        let former = first.guti;
        let first = table.insert(first).expect("there is room");
        let second = context(&mut table, 1);
        let second = table.insert(second).expect("there is room");
        let replaced = table.take_gone();
        assert_eq!((replaced.len(), replaced[0].id), (1, first));
        assert_eq!((table.len(), table.by_guti(&former)), (1, None));
        assert!(table.record(second).is_some());
    }

    #[test]
    fn gutis_tell_nothing_of_the_next() {
        let mut table = Table::new(guami(), 10, [1; 32]);
        let drawn: Vec<u32> = (0..4)
            .map(|_| table.allocate_guti().expect("there is room").tmsi)
            .collect();
        let steps: Vec<u32> = drawn
            .windows(2)
            .map(|pair| pair[1].wrapping_sub(pair[0]))
            .collect();
        assert!(steps[0] != steps[1] && steps[1] != steps[2], "{drawn:?}");
        let mut other = Table::new(guami(), 10, [2; 32]);
        assert_ne!(other.allocate_guti().map(|guti| guti.tmsi), Some(drawn[0]));
    }
}
