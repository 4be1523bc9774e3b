//! What is allocated: how often, and how many octets live.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

static LIVE: AtomicI64 = AtomicI64::new(0);
static TIMES: AtomicU64 = AtomicU64::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(
    unsafe_code,
    reason = "an allocator is: it passes everything on to the system's, as it came"
)]
// SAFETY: layouts and pointers are the caller's and the system's own; nothing but counters is added.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        TIMES.fetch_add(1, Relaxed);
        LIVE.fetch_add(layout.size() as i64, Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as i64, Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        TIMES.fetch_add(1, Relaxed);
        LIVE.fetch_add(size as i64 - layout.size() as i64, Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Octets that live.
pub(crate) fn live() -> i64 {
    LIVE.load(Relaxed)
}

/// Allocations so far.
pub(crate) fn allocations() -> u64 {
    TIMES.load(Relaxed)
}

/// Octets that something holds: what is free once it is gone.
pub(crate) fn weight<T>(of: T) -> i64 {
    let before = live();
    drop(of);
    before - live()
}
