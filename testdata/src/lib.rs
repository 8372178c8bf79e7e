//! Recorded truth and the pinned real tools that it is recorded from.
