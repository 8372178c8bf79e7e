//! The last reviews, by which a new bundle is tried before it is used.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use portcullis_policies::admission::Review;

/// How many reviews are remembered.
const MAX_REVIEWS: usize = 256;

/// How many bytes they may have together.
const MAX_BYTES: usize = 2 << 20;

/// The longest that is remembered.
const MAX_ONE: usize = 64 << 10;

/// A review that was answered.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) body: Arc<[u8]>,
    pub(crate) environment: Option<Arc<str>>,
    pub(crate) allowed: bool,
}

/// The last reviews that rules had a say in; never those of Secrets.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    reviews: VecDeque<Answered>,
    bytes: usize,
}

impl Recent {
    /// Remembers a review.
    pub(crate) fn remember(&self, review: &Review, environment: Option<&Arc<str>>, allowed: bool) {
        if &*review.kind == "Secret" || review.size() > MAX_ONE || review.dry_run {
            return;
        }
        // Whoever waits here would keep the API server waiting; a review that is not remembered is no loss.
        let Ok(mut state) = self.state.try_lock() else { return };
        while state.reviews.len() >= MAX_REVIEWS || (state.bytes + review.size() > MAX_BYTES && !state.reviews.is_empty()) {
            let gone = state.reviews.pop_front().map_or(0, |gone| gone.body.len());
            state.bytes -= gone;
        }
        state.bytes += review.size();
        state.reviews.push_back(Answered { body: review.shared(), environment: environment.cloned(), allowed });
    }

    /// All that are remembered.
    pub(crate) fn all(&self) -> Vec<Answered> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).reviews.iter().cloned().collect()
    }
}
