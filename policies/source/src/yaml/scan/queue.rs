//! The tokens that are scanned and not yet taken, and which of them a key may turn out to start with.

use std::collections::VecDeque;

use crate::yaml::{
    fault::Mark,
    token::{Kind, Token},
};

/// The queue. Tokens are numbered from the start of the text, as if none were inserted later.
#[derive(Debug, Default)]
pub(super) struct Queue<'a> {
    tokens: VecDeque<Token<'a>>,
    /// For each number from `taken` on, one more than the flow level whose key would start there.
    levels: VecDeque<u32>,
    taken: usize,
}

/// The start of what may turn out to be a key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SimpleKey {
    /// Whether it may still be one.
    pub(super) possible: bool,
    /// Whether the text is wrong if it is not.
    pub(super) required: bool,
    /// The number of its first token.
    pub(super) number: usize,
    /// Where it starts.
    pub(super) mark: Mark,
}

impl<'a> Queue<'a> {
    /// The next token.
    pub(super) fn front(&self) -> Option<&Token<'a>> {
        self.tokens.front()
    }

    /// Takes the next token.
    pub(super) fn pop(&mut self) -> Option<Token<'a>> {
        let token = self.tokens.pop_front()?;
        self.levels.pop_front();
        self.taken += 1;
        Some(token)
    }

    /// The number that the next token to be appended gets.
    pub(super) fn next_number(&self) -> usize {
        self.taken + self.tokens.len()
    }

    /// Appends a token.
    pub(super) fn push(&mut self, token: Token<'a>) {
        self.tokens.push_back(token);
    }

    /// Inserts a token that covers no text before the one of a number; at the end, where that one is already taken.
    pub(super) fn insert(&mut self, number: usize, kind: Kind, mark: Mark) {
        let token = Token { kind, start: mark, end: mark, payload: Default::default() };
        match number.checked_sub(self.taken) {
            Some(place) if place <= self.tokens.len() => self.tokens.insert(place, token),
            Some(_) | None => self.tokens.push_back(token),
        }
    }

    /// Notes the flow level whose key would start with the token of a number.
    pub(super) fn set_level(&mut self, number: usize, level: usize) {
        let Some(place) = number.checked_sub(self.taken) else { return };
        while self.levels.len() <= place {
            self.levels.push_back(0);
        }
        if let Some(slot) = self.levels.get_mut(place) {
            *slot = level as u32 + 1;
        }
    }

    /// Forgets what was noted for a number.
    pub(super) fn clear_level(&mut self, number: usize) {
        if let Some(slot) = number.checked_sub(self.taken).and_then(|place| self.levels.get_mut(place)) {
            *slot = 0;
        }
    }

    /// The flow level whose key would start with the next token.
    pub(super) fn front_level(&self) -> Option<usize> {
        self.levels.front().and_then(|&level| (level as usize).checked_sub(1))
    }
}
