//! Literal and folded block scalars.

use std::borrow::Cow;

use super::{Scanner, scanner::Style};
use crate::yaml::{
    fault::{Mark, Result},
    token::{Kind, Payload, Token},
};

/// What happens to the line breaks at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chomp {
    Strip,
    Clip,
    Keep,
}

impl<'a> Scanner<'a> {
    /// Scans a block scalar.
    pub(super) fn scan_block(&mut self, style: Style) -> Result<Token<'a>> {
        let start = self.input.mark();
        self.input.skip();
        let (chomp, increment) = self.scan_block_header()?;
        self.input.need(1)?;
        // The token ends after its last line of text, not after the line breaks that follow it.
        let mut end = self.input.mark();
        if !self.skip_rest_of_line()? {
            return self.fault("did not find expected comment or line break");
        }
        let mut indent = increment.map_or(0, |increment| self.indent.max(0) + increment);
        let mut text = String::new();
        let mut breaks = String::new();
        let mut last_break = "";
        let mut was_blank = false;
        self.scan_block_breaks(&mut indent, &mut breaks)?;
        self.input.need(1)?;
        while self.column() == indent && !self.input.is_end() {
            let is_blank = self.input.is_blank(0);
            if style == Style::Folded && !was_blank && !is_blank && last_break == "\n" {
                if breaks.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(last_break);
            }
            text.push_str(&breaks);
            breaks.clear();
            was_blank = is_blank;
            end = self.scan_block_line(&mut text)?;
            last_break = self.input.skip_line();
            self.scan_block_breaks(&mut indent, &mut breaks)?;
        }
        if chomp != Chomp::Strip {
            text.push_str(last_break);
        }
        if chomp == Chomp::Keep {
            text.push_str(&breaks);
        }
        Ok(Token { kind: Kind::Scalar, start, end, payload: Payload::Quoted(Cow::Owned(text)) })
    }

    fn scan_block_line(&mut self, text: &mut String) -> Result<Mark> {
        while !self.input.is_break_or_end(0) {
            text.push_str(self.input.run_line());
            self.input.need(1)?;
        }
        self.input.need(2)?;
        Ok(self.input.mark())
    }

    /// Scans the indicators of chomping and indentation, in either order.
    fn scan_block_header(&mut self) -> Result<(Chomp, Option<i64>)> {
        self.input.need(1)?;
        let mut chomp = self.scan_chomp();
        if chomp.is_some() {
            self.input.need(1)?;
        }
        let mut increment = None;
        match self.input.peek(0) {
            b'0' => return self.fault("found an indentation indicator equal to 0"),
            digit @ b'1'..=b'9' => {
                increment = Some(i64::from(digit - b'0'));
                self.input.skip();
            }
            _ => {}
        }
        if chomp.is_none() && increment.is_some() {
            self.input.need(1)?;
            chomp = self.scan_chomp();
        }
        Ok((chomp.unwrap_or(Chomp::Clip), increment))
    }

    fn scan_chomp(&mut self) -> Option<Chomp> {
        let chomp = match self.input.peek(0) {
            b'+' => Chomp::Keep,
            b'-' => Chomp::Strip,
            _ => return None,
        };
        self.input.skip();
        Some(chomp)
    }

    /// Steps over indentation and empty lines; the first text decides on the indentation where nothing has yet.
    fn scan_block_breaks(&mut self, indent: &mut i64, breaks: &mut String) -> Result<()> {
        let mut widest = 0;
        loop {
            self.input.need(1)?;
            while (*indent == 0 || self.column() < *indent) && self.input.peek(0) == b' ' {
                self.input.skip();
                self.input.need(1)?;
            }
            widest = widest.max(self.column());
            if (*indent == 0 || self.column() < *indent) && self.input.peek(0) == b'\t' {
                return self.fault("found a tab character where an indentation space is expected");
            }
            if !self.input.is_break(0) {
                break;
            }
            self.input.need(2)?;
            breaks.push_str(self.input.skip_line());
        }
        if *indent == 0 {
            *indent = widest.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}
