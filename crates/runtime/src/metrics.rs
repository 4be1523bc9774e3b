//! What each node tells of itself when somebody asks: its counters and histograms, brought into one
//! [`Collection`](quintet_telemetry::Collection).
//!
//! Nothing is shared while the node works: it counts on its own thread, in plain numbers, and this reads them there.

mod counts;
mod diameter;
mod home;
mod ims;
mod mobility;

pub(crate) use counts::Counts;
pub(crate) use diameter::names;
pub(crate) use mobility::{Sessions, amf_phase, mme_phase};

use crate::{Application, Driver};
use quintet_telemetry::{Collection, metrics};

/// A node that has something to tell.
pub trait Measured {
    /// The value of the label `node`.
    const NODE: &'static str;

    /// Whether it speaks Diameter: others have a Diameter node that is silent.
    const DIAMETER: bool;

    /// Adds what it counted itself.
    fn measure(&self, into: &mut Collection);
}

impl<A: Application + Measured + 'static> Driver<A> {
    /// Adds what the node, its Diameter peers and TLS counted so far.
    pub fn measure(&self, into: &mut Collection) {
        into.gauge(&metrics::UP, &[A::NODE], 1.0);
        for (protocol, count) in self.tls_failures() {
            into.count(&metrics::TLS_FAILED, &[A::NODE, protocol.name()], count);
        }
        self.look(|node, application| {
            if A::DIAMETER {
                diameter::measure(A::NODE, node, into);
            }
            application.measure(into);
        });
    }
}

/// The samples of a collection but for buckets and sums, without the prefix that all have.
#[cfg(test)]
fn told(collection: &Collection) -> Vec<String> {
    let text = collection.text();
    let is_told =
        |line: &&str| !line.starts_with('#') && !line.contains("_bucket{") && !line.contains("_sum{");
    text.lines()
        .filter(is_told)
        .map(|line| line.trim_start_matches("quintet_").to_owned())
        .collect()
}
