//! The MME's contexts in a map.

use quintet_emm::network::{Context, ContextId, Contexts};
use quintet_identity::{Gummei, Guti, Imei, Imsi, STmsi};
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
        for security in self
            .contexts
            .values_mut()
            .filter_map(|context| context.security.as_mut())
        {
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

    fn by_imsi(&self, imsi: Imsi) -> Option<ContextId> {
        self.find(|context| context.imsi == Some(imsi))
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
        if let Some(imsi) = context.imsi {
            self.contexts.retain(|_, other| other.imsi != Some(imsi));
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
        let gummei = Gummei {
            plmn: "00101".parse().unwrap(),
            mme_group_id: 0x8001,
            mme_code: 1,
        };
        Some(Guti::new(gummei, 0xc000_0000 + self.allocated))
    }
}
