//! The AMF's contexts in a map.

use crate::core::guami;
use quintet_fgmm::network::{Context, ContextId, Contexts};
use quintet_identity::fgs::{Guti, STmsi};
use quintet_identity::{Imei, Supi};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(crate) struct Table {
    contexts: BTreeMap<u32, Context>,
    allocated: u32,
}

impl Table {
    fn find(&self, wanted: impl Fn(&Context) -> bool) -> Option<ContextId> {
        let (id, _) = self.contexts.iter().find(|(_, context)| wanted(context))?;
        Some(ContextId(*id))
    }

    /// All contexts are gone: a store that was lost.
    pub(crate) fn lose(&mut self) {
        self.contexts.clear();
    }

    /// All contexts were read back after a stop.
    pub(crate) fn read_back(&mut self) {
        let contexts = self.contexts.values_mut();
        for security in contexts.filter_map(|context| context.security.as_mut()) {
            security.stale = true;
        }
    }
}

impl Contexts for Table {
    fn by_guti(&self, guti: &Guti) -> Option<ContextId> {
        self.find(|context| context.guti == *guti || context.old_guti == Some(*guti))
    }

    fn by_s_tmsi(&self, s_tmsi: STmsi) -> Option<ContextId> {
        self.find(|context| {
            let old = context.old_guti.map(|guti| guti.s_tmsi());
            context.guti.s_tmsi() == s_tmsi || old == Some(s_tmsi)
        })
    }

    fn by_supi(&self, supi: &Supi) -> Option<ContextId> {
        self.find(|context| context.supi.as_ref() == Some(supi))
    }

    fn by_imei(&self, imei: Imei) -> Option<ContextId> {
        self.find(|context| context.imei == Some(imei))
    }

    fn get(&self, id: ContextId) -> Option<&Context> {
        self.contexts.get(&id.0)
    }

    fn get_mut(&mut self, id: ContextId) -> Option<&mut Context> {
        self.contexts.get_mut(&id.0)
    }

    fn insert(&mut self, context: Context) -> Option<ContextId> {
        if context.supi.is_some() {
            self.contexts.retain(|_, other| other.supi != context.supi);
        }
        self.allocated += 1;
        self.contexts.insert(self.allocated, context);
        Some(ContextId(self.allocated))
    }

    fn remove(&mut self, id: ContextId) {
        self.contexts.remove(&id.0);
    }

    fn allocate_guti(&mut self) -> Option<Guti> {
        self.allocated += 1;
        Some(Guti::new(guami(), 0xc000_0000 + self.allocated))
    }
}
