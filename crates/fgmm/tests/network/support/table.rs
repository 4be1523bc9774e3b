//! Contexts in a map.

use super::guami;
use quintet_fgmm::network::{Context, ContextId, Contexts};
use quintet_identity::fgs::{Guti, STmsi};
use quintet_identity::{Imei, Supi};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) contexts: BTreeMap<u32, Context>,
    /// No room for more than that many.
    pub(crate) limit: Option<usize>,
    next: u32,
    tmsi: u32,
}

impl Table {
    fn find(&self, wanted: impl Fn(&Context) -> bool) -> Option<ContextId> {
        self.contexts
            .iter()
            .find(|(_, context)| wanted(context))
            .map(|(id, _)| ContextId(*id))
    }

    /// The only context.
    pub(crate) fn only(&self) -> &Context {
        assert_eq!(self.contexts.len(), 1, "{:?}", self.contexts);
        self.contexts.values().next().expect("one")
    }

    /// The only context, to change.
    pub(crate) fn only_mut(&mut self) -> &mut Context {
        assert_eq!(self.contexts.len(), 1);
        self.contexts.values_mut().next().expect("one")
    }

    /// Everything in it, keys too, as text: to see that nothing has changed.
    pub(crate) fn snapshot(&self) -> String {
        let keys: Vec<_> = self
            .contexts
            .values()
            .map(|context| context.security.as_ref().map(|security| *security.k_amf.expose()))
            .collect();
        format!("{:?} {keys:?}", self.contexts)
    }
}

impl Contexts for Table {
    fn by_guti(&self, guti: &Guti) -> Option<ContextId> {
        self.find(|context| context.guti == *guti || context.old_guti == Some(*guti))
    }

    fn by_s_tmsi(&self, s_tmsi: STmsi) -> Option<ContextId> {
        self.find(|context| {
            context.guti.s_tmsi() == s_tmsi || context.old_guti.is_some_and(|g| g.s_tmsi() == s_tmsi)
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
        if self.limit.is_some_and(|limit| self.contexts.len() >= limit) {
            return None;
        }
        if context.supi.is_some() {
            self.contexts.retain(|_, other| other.supi != context.supi);
        }
        self.next += 1;
        self.contexts.insert(self.next, context);
        Some(ContextId(self.next))
    }

    fn remove(&mut self, id: ContextId) {
        self.contexts.remove(&id.0);
    }

    fn allocate_guti(&mut self) -> Option<Guti> {
        self.tmsi += 1;
        Some(Guti::new(guami(), 0xc000_0000 + self.tmsi))
    }
}
