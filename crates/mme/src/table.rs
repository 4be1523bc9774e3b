//! The contexts of all UEs this MME knows, found by GUTI, IMSI or IMEI.

use quintet_emm::network::{Context, ContextId, Contexts};
use quintet_identity::{Gummei, Guti, Imei, Imsi, STmsi};
use quintet_procedure::node::{Identities, Index, Slots};
use quintet_s1ap::MmeUeS1apId;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use std::time::Duration;

/// A context and what the node keeps beside it.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) context: Context,
    /// The connection that is this UE's now.
    pub(crate) connection: Option<MmeUeS1apId>,
    /// When an idle UE is given up: first not paged any more, then detached (mobile reachable and implicit detach timers,
    /// TS 24.301 5.3.5), or forgotten once it is detached.
    pub(crate) idle_until: Option<Duration>,
    /// Where it is in being paged.
    pub(crate) paging: Option<Box<crate::idle::Paging>>,
    /// The deadline that is in the schedule: [`Record::due`], or earlier.
    pub(crate) armed: Option<Duration>,
    /// The HSS has confirmed the location since it last said that it lost some (TS 29.272 5.2.4.1.2).
    pub(crate) location_confirmed: bool,
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
            location_confirmed: true,
        }
    }

    /// When something of it is due.
    pub(crate) fn due(&self) -> Option<Duration> {
        let paging = self.paging.as_ref().map(|paging| paging.until);
        paging.into_iter().chain(self.idle_until).min()
    }
}

/// What the indices say of a record.
type Indexed = Identities<Imsi, Imei>;

fn indexed(context: &Context) -> Indexed {
    Indexed {
        tmsi: Some(context.guti.m_tmsi),
        old_tmsi: context.old_guti.map(|guti| guti.m_tmsi),
        subscriber: context.imsi,
        equipment: context.imei.filter(|_| context.imsi.is_none()),
    }
}

/// What is left of a context that another one replaced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replaced {
    pub(crate) id: ContextId,
    pub(crate) connection: Option<MmeUeS1apId>,
    pub(crate) armed: Option<Duration>,
}

/// All contexts.
#[derive(Debug)]
pub(crate) struct Table {
    gummei: Gummei,
    records: Slots<Record>,
    index: Index<Imsi, Imei>,
    random: ChaCha20Rng,
    /// Contexts that were replaced by another of the same subscriber: the node still has to let their connections go, to
    /// forget their deadlines, and to forget them durably.
    replaced: Vec<Replaced>,
}

impl Table {
    /// An empty table for `limit` contexts; M-TMSIs are drawn from `seed`.
    pub(crate) fn new(gummei: Gummei, limit: usize, seed: [u8; 32]) -> Self {
        Self {
            gummei,
            records: Slots::new(limit),
            index: Index::default(),
            random: ChaCha20Rng::from_seed(seed),
            replaced: Vec::new(),
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

    /// Every context.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ContextId, &Record)> {
        self.records
            .iter()
            .map(|(place, record)| (ContextId(place), record))
    }

    /// Every context, to change what the node keeps beside it.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Record> {
        self.records.iter_mut()
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

    /// Contexts that an insertion replaced, with their connections.
    pub(crate) fn take_replaced(&mut self) -> Vec<Replaced> {
        std::mem::take(&mut self.replaced)
    }

    fn forget(&mut self, id: ContextId) -> Option<Box<Record>> {
        let record = self.records.remove(id.0)?;
        self.index.unlink(id.0, &record.indexed);
        Some(record)
    }
}

impl Contexts for Table {
    fn by_guti(&self, guti: &Guti) -> Option<ContextId> {
        let id = ContextId(self.index.by_tmsi(guti.m_tmsi)?);
        let context = &self.record(id)?.context;
        (context.guti == *guti || context.old_guti == Some(*guti)).then_some(id)
    }

    fn by_s_tmsi(&self, s_tmsi: STmsi) -> Option<ContextId> {
        let id = ContextId(self.index.by_tmsi(s_tmsi.m_tmsi)?);
        (s_tmsi.mme_code == self.gummei.mme_code).then_some(id)
    }

    fn by_imsi(&self, imsi: Imsi) -> Option<ContextId> {
        self.index.by_subscriber(&imsi).map(ContextId)
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
        let of_imsi = identities.subscriber.and_then(|imsi| self.by_imsi(imsi));
        // An IMEI is a mere claim: who makes it does not end the emergency call of who made it before.
        let of_imei = identities.equipment.and_then(|imei| self.by_imei(imei));
        let of_imei = of_imei.filter(|id| self.record(*id).is_some_and(|r| r.connection.is_none()));
        if let Some(same) = of_imsi.or(of_imei)
            && let Some(record) = self.forget(same)
        {
            self.replaced.push(Replaced {
                id: same,
                connection: record.connection,
                armed: record.armed,
            });
        }
        let place = self.records.insert(Record::new(context))?;
        self.index.link(place, &identities);
        Some(ContextId(place))
    }

    fn remove(&mut self, id: ContextId) {
        self.forget(id);
    }

    fn allocate_guti(&mut self) -> Option<Guti> {
        let drawn = self.index.draw_tmsi(|| self.random.next_u32())?;
        Some(Guti::new(self.gummei, drawn))
    }
}
