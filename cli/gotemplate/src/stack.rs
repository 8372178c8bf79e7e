//! Measures how much of the thread's stack a recursion has taken, so that none overflows it.

/// A limit on the stack from the point where it was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stack {
    base: usize,
    limit: usize,
}

impl Stack {
    /// Counts from here.
    pub(crate) fn new(limit: usize) -> Self {
        Self { base: here(), limit }
    }

    /// Whether the limit is used up.
    pub(crate) fn is_used_up(self) -> bool {
        self.used() > self.limit
    }

    /// Whether so little is left that the next level may use it up.
    pub(crate) fn is_nearly_used_up(self) -> bool {
        self.used() > self.limit - self.limit / 8
    }

    #[inline(always)]
    fn used(self) -> usize {
        self.base.abs_diff(here())
    }
}

/// The address of the current frame, more or less.
#[inline(always)]
fn here() -> usize {
    let mark = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&mark)).addr()
}
