//! Contexts in a map.

use quintet_emm::network::{Context, ContextId, Contexts};
use quintet_identity::{Gummei, Guti, Imei, Imsi, STmsi};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) contexts: BTreeMap<u32, Context>,
    next: u32,
    m_tmsi: u32,
    pub(crate) no_guti: bool,
}

impl Table {
    fn find(&self, wanted: impl Fn(&Context) -> bool) -> Option<ContextId> {
        let found = self.contexts.iter().find(|(_, context)| wanted(context));
        found.map(|(id, _)| ContextId(*id))
    }
}

impl Contexts for Table {
    fn by_guti(&self, guti: &Guti) -> Option<ContextId> {
        self.find(|c| c.guti == *guti || c.old_guti == Some(*guti))
    }

    fn by_s_tmsi(&self, s_tmsi: STmsi) -> Option<ContextId> {
        self.find(|c| c.guti.s_tmsi() == s_tmsi || c.old_guti.is_some_and(|old| old.s_tmsi() == s_tmsi))
    }

    fn by_imsi(&self, imsi: Imsi) -> Option<ContextId> {
        self.find(|c| c.imsi == Some(imsi))
    }

    fn by_imei(&self, imei: Imei) -> Option<ContextId> {
        self.find(|c| c.imei == Some(imei))
    }

    fn get(&self, id: ContextId) -> Option<&Context> {
        self.contexts.get(&id.0)
    }

    fn get_mut(&mut self, id: ContextId) -> Option<&mut Context> {
        self.contexts.get_mut(&id.0)
    }

    fn insert(&mut self, context: Context) -> Option<ContextId> {
        self.contexts
            .retain(|_, other| other.imsi.is_none() || other.imsi != context.imsi);
        self.next += 1;
        self.contexts.insert(self.next, context);
        Some(ContextId(self.next))
    }

    fn remove(&mut self, id: ContextId) {
        self.contexts.remove(&id.0);
    }

    fn allocate_guti(&mut self) -> Option<Guti> {
        self.m_tmsi += 1;
        let gummei = Gummei {
            plmn: "00101".parse().unwrap(),
            mme_group_id: 0x8001,
            mme_code: 1,
        };
        (!self.no_guti || self.m_tmsi == 1).then(|| Guti::new(gummei, 0xc000_0000 + self.m_tmsi))
    }
}
