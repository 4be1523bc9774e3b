//! What the trail's S6a transactions show.

use crate::eps::Trail;
use crate::report::Finding;

/// Every rule of S6a.
pub(crate) fn rules(_trail: &Trail) -> Vec<Finding> {
    Vec::new()
}
