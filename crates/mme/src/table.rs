//! The contexts of all UEs this MME knows, found by GUTI, IMSI or IMEI.

use quintet_emm::network::{Context, ContextId, Contexts};
use quintet_identity::{Gummei, Guti, Imei, Imsi, STmsi};
use quintet_s1ap::MmeUeS1apId;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// How often another M-TMSI is drawn before the table counts as full: at a million contexts one draw in 4,000 hits a used
/// one, so that more than a few failures mean a fault.
const MAX_DRAWS: usize = 16;

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
    /// When something of it is due.
    pub(crate) fn due(&self) -> Option<Duration> {
        let paging = self.paging.as_ref().map(|paging| paging.until);
        paging.into_iter().chain(self.idle_until).min()
    }
}

/// What the indices say of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Indexed {
    m_tmsi: Option<u32>,
    old_m_tmsi: Option<u32>,
    imsi: Option<Imsi>,
    imei: Option<Imei>,
}

impl Indexed {
    fn of(context: &Context) -> Self {
        Self {
            m_tmsi: Some(context.guti.m_tmsi),
            old_m_tmsi: context.old_guti.map(|guti| guti.m_tmsi),
            imsi: context.imsi,
            imei: context.imei.filter(|_| context.imsi.is_none()),
        }
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
    limit: usize,
    records: Vec<Option<Box<Record>>>,
    free: VecDeque<u32>,
    by_m_tmsi: HashMap<u32, ContextId>,
    by_imsi: HashMap<Imsi, ContextId>,
    by_imei: HashMap<Imei, ContextId>,
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
            limit,
            records: Vec::new(),
            free: VecDeque::new(),
            by_m_tmsi: HashMap::new(),
            by_imsi: HashMap::new(),
            by_imei: HashMap::new(),
            random: ChaCha20Rng::from_seed(seed),
            replaced: Vec::new(),
        }
    }

    /// How many contexts there are.
    pub(crate) fn len(&self) -> usize {
        self.records.len() - self.free.len()
    }

    pub(crate) fn record(&self, id: ContextId) -> Option<&Record> {
        self.records.get(id.0 as usize)?.as_deref()
    }

    pub(crate) fn record_mut(&mut self, id: ContextId) -> Option<&mut Record> {
        self.records.get_mut(id.0 as usize)?.as_deref_mut()
    }

    /// Every context.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ContextId, &Record)> {
        let slots = self.records.iter().enumerate();
        slots.filter_map(|(i, slot)| Some((ContextId(i as u32), slot.as_deref()?)))
    }

    /// Every context, to change what the node keeps beside it.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Record> {
        self.records.iter_mut().filter_map(|slot| slot.as_deref_mut())
    }

    /// The context of an M-TMSI of this MME, present or former.
    pub(crate) fn by_m_tmsi(&self, m_tmsi: u32) -> Option<ContextId> {
        self.by_m_tmsi.get(&m_tmsi).copied()
    }

    /// Follows what changed in a context's identities.
    pub(crate) fn reindex(&mut self, id: ContextId) {
        let Some(Some(record)) = self.records.get_mut(id.0 as usize) else {
            return;
        };
        let (was, is) = (record.indexed, Indexed::of(&record.context));
        if was != is {
            record.indexed = is;
            self.unlink(id, was);
            self.link(id, is);
        }
    }

    /// Puts a context back where it was before a restart. `false` if its place or one of its identities is taken.
    pub(crate) fn restore(&mut self, id: ContextId, context: Context) -> bool {
        let place = id.0 as usize;
        let indexed = Indexed::of(&context);
        let mut m_tmsis = [indexed.m_tmsi, indexed.old_m_tmsi].into_iter().flatten();
        let taken = self.record(id).is_some()
            || m_tmsis.any(|m| self.by_m_tmsi.contains_key(&m))
            || indexed.imsi.is_some_and(|imsi| self.by_imsi.contains_key(&imsi))
            || indexed.imei.is_some_and(|imei| self.by_imei.contains_key(&imei));
        if place >= self.limit || taken {
            return false;
        }
        // In the order of their places, which is how a store gives them, this is one step each.
        while self.records.len() < place {
            self.free.push_back(self.records.len() as u32);
            self.records.push(None);
        }
        if self.records.len() == place {
            self.records.push(None);
        } else {
            self.free.retain(|&free| free != id.0);
        }
        self.put(id, context, indexed);
        true
    }

    /// Contexts that an insertion replaced, with their connections.
    pub(crate) fn take_replaced(&mut self) -> Vec<Replaced> {
        std::mem::take(&mut self.replaced)
    }

    fn put(&mut self, id: ContextId, context: Context, indexed: Indexed) {
        self.link(id, indexed);
        self.records[id.0 as usize] = Some(Box::new(Record {
            context,
            connection: None,
            idle_until: None,
            paging: None,
            armed: None,
            location_confirmed: true,
            indexed,
        }));
    }

    fn link(&mut self, id: ContextId, indexed: Indexed) {
        for m_tmsi in [indexed.m_tmsi, indexed.old_m_tmsi].into_iter().flatten() {
            self.by_m_tmsi.insert(m_tmsi, id);
        }
        if let Some(imsi) = indexed.imsi {
            self.by_imsi.insert(imsi, id);
        }
        if let Some(imei) = indexed.imei {
            self.by_imei.insert(imei, id);
        }
    }

    fn unlink(&mut self, id: ContextId, indexed: Indexed) {
        for m_tmsi in [indexed.m_tmsi, indexed.old_m_tmsi].into_iter().flatten() {
            if self.by_m_tmsi.get(&m_tmsi) == Some(&id) {
                self.by_m_tmsi.remove(&m_tmsi);
            }
        }
        if let Some(imsi) = indexed.imsi
            && self.by_imsi.get(&imsi) == Some(&id)
        {
            self.by_imsi.remove(&imsi);
        }
        if let Some(imei) = indexed.imei
            && self.by_imei.get(&imei) == Some(&id)
        {
            self.by_imei.remove(&imei);
        }
    }

    fn forget(&mut self, id: ContextId) -> Option<Box<Record>> {
        let record = self.records.get_mut(id.0 as usize)?.take()?;
        self.unlink(id, record.indexed);
        // The longest free is used first: a late message for a former owner finds nobody for as long as can be.
        self.free.push_back(id.0);
        Some(record)
    }
}

impl Contexts for Table {
    fn by_guti(&self, guti: &Guti) -> Option<ContextId> {
        let id = self.by_m_tmsi(guti.m_tmsi)?;
        let context = &self.record(id)?.context;
        (context.guti == *guti || context.old_guti == Some(*guti)).then_some(id)
    }

    fn by_s_tmsi(&self, s_tmsi: STmsi) -> Option<ContextId> {
        let id = self.by_m_tmsi(s_tmsi.m_tmsi)?;
        (s_tmsi.mme_code == self.gummei.mme_code).then_some(id)
    }

    fn by_imsi(&self, imsi: Imsi) -> Option<ContextId> {
        self.by_imsi.get(&imsi).copied()
    }

    fn by_imei(&self, imei: Imei) -> Option<ContextId> {
        self.by_imei.get(&imei).copied()
    }

    fn get(&self, id: ContextId) -> Option<&Context> {
        self.record(id).map(|record| &record.context)
    }

    fn get_mut(&mut self, id: ContextId) -> Option<&mut Context> {
        self.record_mut(id).map(|record| &mut record.context)
    }

    fn insert(&mut self, context: Context) -> Option<ContextId> {
        let indexed = Indexed::of(&context);
        let of_imsi = indexed.imsi.and_then(|imsi| self.by_imsi(imsi));
        // An IMEI is a mere claim: who makes it does not end the emergency call of who made it before.
        let of_imei = indexed.imei.and_then(|imei| self.by_imei(imei));
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
        let id = match self.free.pop_front() {
            Some(id) => ContextId(id),
            None if self.records.len() < self.limit => {
                self.records.push(None);
                ContextId(self.records.len() as u32 - 1)
            }
            None => return None,
        };
        self.put(id, context, indexed);
        Some(id)
    }

    fn remove(&mut self, id: ContextId) {
        self.forget(id);
    }

    fn allocate_guti(&mut self) -> Option<Guti> {
        let drawn = (0..MAX_DRAWS).find_map(|_| {
            let m_tmsi = self.random.next_u32();
            // All ones marks an M-TMSI that is not valid (TS 23.003 2.4, as for P-TMSI).
            (m_tmsi != u32::MAX && !self.by_m_tmsi.contains_key(&m_tmsi)).then_some(m_tmsi)
        })?;
        Some(Guti::new(self.gummei, drawn))
    }
}
