//! Steps over what lies between tokens, and keeps the comments in it.

use super::Scanner;
use crate::{Comment, Range, yaml::fault::Result};

impl Scanner<'_> {
    /// Steps over spaces, comments and line breaks up to the next token.
    pub(super) fn skip_to_token(&mut self) -> Result<()> {
        loop {
            self.input.need(1)?;
            if self.input.at_byte_order_mark() {
                self.input.skip();
            }
            self.input.need(1)?;
            let tabs = self.in_flow() || !self.key_allowed;
            while self.input.run_spaces(tabs) {
                self.input.need(1)?;
            }
            self.skip_comment()?;
            if !self.input.is_break(0) {
                return Ok(());
            }
            self.input.need(2)?;
            self.input.skip_line();
            if !self.in_flow() {
                self.key_allowed = true;
            }
        }
    }

    /// Steps over a comment, if one is here.
    #[inline]
    pub(super) fn skip_comment(&mut self) -> Result<()> {
        if self.input.peek(0) == b'#' { self.keep_comment() } else { Ok(()) }
    }

    fn keep_comment(&mut self) -> Result<()> {
        let start = self.input.mark();
        while !self.input.is_break_or_end(0) {
            self.input.run_line();
            self.input.need(1)?;
        }
        let trailing = self.input.has_text_before(start);
        self.comments.push(Comment { range: Range { start: start.at, end: self.input.mark().at }, trailing });
        Ok(())
    }

    /// Steps over spaces, a comment and a line break; false where something else stands there.
    pub(super) fn skip_rest_of_line(&mut self) -> Result<bool> {
        while self.input.is_blank(0) {
            self.input.skip();
            self.input.need(1)?;
        }
        self.skip_comment()?;
        if !self.input.is_break_or_end(0) {
            return Ok(false);
        }
        if self.input.is_break(0) {
            self.input.need(2)?;
            self.input.skip_line();
        }
        Ok(true)
    }
}
