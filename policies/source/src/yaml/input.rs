//! A cursor over decoded characters that notices faults when go-yaml does.

use super::{
    decode::Decoded,
    fault::{Fault, Mark, Part, Result},
    limits::WINDOW_BYTES,
};
use crate::Range;

/// The cursor.
#[derive(Debug)]
pub(super) struct Input<'a> {
    text: &'a str,
    decoded: &'a Decoded<'a>,
    mark: Mark,
    /// Where faults or byte order marks make the windows of go-yaml's reader matter.
    window: Option<Window>,
}

/// What go-yaml's reader has decoded so far.
#[derive(Debug, Default)]
struct Window {
    /// The end of the decoded characters.
    end: usize,
    /// The end of the same in the input.
    read: usize,
    /// Whether the characters that are held begin with a byte order mark.
    marked: bool,
}

/// What a byte means to the scanner.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Other,
    Blank,
    /// A line break, or a byte that may start one.
    Break,
    Colon,
    /// `,`, `?`, `[`, `]`, `{` or `}`.
    Flow,
    Quote,
    Escape,
}

const CLASSES: [Class; 256] = classes();

#[expect(clippy::indexing_slicing, reason = "a constant table, filled when it is compiled")]
const fn classes() -> [Class; 256] {
    let mut table = [Class::Other; 256];
    table[b' ' as usize] = Class::Blank;
    table[b'\t' as usize] = Class::Blank;
    table[b'\n' as usize] = Class::Break;
    table[b'\r' as usize] = Class::Break;
    table[0xC2] = Class::Break;
    table[0xE2] = Class::Break;
    table[b':' as usize] = Class::Colon;
    let mut i = 0;
    while i < 6 {
        table[b",?[]{}"[i] as usize] = Class::Flow;
        i += 1;
    }
    table[b'\'' as usize] = Class::Quote;
    table[b'"' as usize] = Class::Quote;
    table[b'\\' as usize] = Class::Escape;
    table
}

#[expect(clippy::indexing_slicing, reason = "every byte has an entry")]
fn class(byte: u8) -> Class {
    CLASSES[byte as usize]
}

/// The width in bytes of the line break that a text starts with; a carriage return before a line feed counts one.
fn break_width(rest: &[u8]) -> usize {
    match rest {
        [b'\n' | b'\r', ..] => 1,
        [0xC2, 0x85, ..] => 2,
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => 3,
        _ => 0,
    }
}

impl<'a> Input<'a> {
    /// A cursor at the start.
    pub(super) fn new(decoded: &'a Decoded<'a>) -> Self {
        let window = (decoded.fault.is_some() || decoded.inner_mark).then(Window::default);
        let mark = Mark { at: decoded.start as u32, ..Mark::default() };
        Self { text: &decoded.text, decoded, mark, window }
    }

    /// The place of the cursor.
    pub(super) fn mark(&self) -> Mark {
        self.mark
    }

    /// Ends a last line that has no line break.
    pub(super) fn end_line(&mut self) {
        if self.mark.column != 0 {
            self.mark.column = 0;
            self.mark.line += 1;
        }
    }

    /// The text between two bytes.
    pub(super) fn slice(&self, start: u32, end: u32) -> &'a str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The range of the input that a range of the characters stands for.
    pub(super) fn place(&self, range: Range) -> Range {
        match &self.decoded.places {
            None => range,
            Some(places) => {
                let place = |at: u32| places.get(at as usize).or(places.last()).copied().unwrap_or_default();
                Range { start: place(range.start), end: place(range.end) }
            }
        }
    }

    /// Whether anything but spaces stands before a mark on its line.
    pub(super) fn has_text_before(&self, mark: Mark) -> bool {
        let before = self.slice(self.decoded.start as u32, mark.at).chars().rev().take(mark.column as usize);
        before.into_iter().any(|character| !matches!(character, ' ' | '\t'))
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.mark.at as usize..).unwrap_or_default()
    }

    /// The byte so many bytes on, zero after the end.
    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.mark.at as usize + ahead).copied().unwrap_or_default()
    }

    /// Whether the text goes on with these bytes.
    pub(super) fn starts_with(&self, bytes: &[u8]) -> bool {
        self.rest().starts_with(bytes)
    }

    /// Whether a space or tab stands so many bytes on.
    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), b' ' | b'\t')
    }

    /// Whether a line break stands so many bytes on.
    pub(super) fn is_break(&self, ahead: usize) -> bool {
        let rest = self.text.as_bytes().get(self.mark.at as usize + ahead..).unwrap_or_default();
        break_width(rest) > 0
    }

    /// Whether the text ends here.
    pub(super) fn is_end(&self) -> bool {
        self.mark.at as usize >= self.text.len()
    }

    /// Whether a line break or the end stands so many bytes on.
    pub(super) fn is_break_or_end(&self, ahead: usize) -> bool {
        self.peek(ahead) == 0 || self.is_break(ahead)
    }

    /// Whether a space, a tab, a line break or the end stands so many bytes on.
    pub(super) fn is_space_or_end(&self, ahead: usize) -> bool {
        match self.peek(ahead) {
            0 | b' ' | b'\t' | b'\n' | b'\r' => true,
            0xC2 | 0xE2 => self.is_break(ahead),
            _ => false,
        }
    }

    /// Whether a line that is `---` or `...` begins here.
    pub(super) fn is_document_marker(&self) -> bool {
        self.mark.column == 0 && (self.starts_with(b"---") || self.starts_with(b"...")) && self.is_space_or_end(3)
    }

    /// Steps over one character.
    pub(super) fn skip(&mut self) {
        self.mark.at += match self.peek(0) {
            0..=0x7F => 1,
            0x80..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xFF => 4,
        };
        self.mark.index += 1;
        self.mark.column += 1;
    }

    /// Steps over a line break, if one is here, and says what a scalar keeps of it.
    pub(super) fn skip_line(&mut self) -> &'a str {
        let rest = self.rest();
        let (width, kept) = match rest {
            [b'\r', b'\n', ..] => (2, "\n"),
            [b'\r' | b'\n', ..] => (1, "\n"),
            [0xC2, 0x85, ..] => (2, "\n"),
            [0xE2, 0x80, 0xA8 | 0xA9, ..] => (3, self.slice(self.mark.at, self.mark.at + 3)),
            _ => return "",
        };
        self.mark.index += if rest.starts_with(b"\r\n") { 2 } else { 1 };
        self.mark.at += width;
        self.mark.column = 0;
        self.mark.line += 1;
        kept
    }

    /// Steps over characters while `go_on` says so of their first byte and what follows; one character where windows matter.
    fn run(&mut self, go_on: impl Fn(u8, &[u8]) -> bool) -> &'a str {
        let rest = self.rest();
        let mut length = 0;
        while let Some((&byte, after)) = rest.get(length..).and_then(<[u8]>::split_first) {
            if !go_on(byte, after) {
                break;
            }
            length += 1;
        }
        if self.window.is_some() && length > 0 {
            let character = rest.get(1..length).and_then(|bytes| bytes.iter().position(|byte| byte & 0xC0 != 0x80));
            length = character.map_or(length, |at| at + 1);
        }
        let start = self.mark.at;
        self.mark.at += length as u32;
        let run = self.slice(start, self.mark.at);
        let characters = run.as_bytes().iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u32;
        self.mark.index += characters;
        self.mark.column += characters;
        run
    }

    /// Steps over spaces, and tabs where they are allowed; false where there are none.
    pub(super) fn run_spaces(&mut self, tabs: bool) -> bool {
        let rest = self.rest();
        let mut length = rest.iter().take_while(|&&byte| byte == b' ' || tabs && byte == b'\t').count() as u32;
        if self.window.is_some() {
            length = length.min(1);
        }
        self.mark.at += length;
        self.mark.index += length;
        self.mark.column += length;
        length > 0
    }

    /// Steps over words of a plain scalar, up to a line break or anything that might end it.
    pub(super) fn run_plain(&mut self, in_flow: bool) {
        self.run(|byte, after| match class(byte) {
            Class::Other | Class::Quote | Class::Escape => true,
            // A single space between two words needs no closer look.
            Class::Blank => byte == b' ' && after.first().is_some_and(|&next| class(next) == Class::Other && next != b'#'),
            Class::Break => byte >= 0x80 && !starts_break(byte, after),
            Class::Flow => !in_flow,
            Class::Colon => !matches!(after.first(), None | Some(b' ' | b'\t' | b'\n' | b'\r')) && break_width(after) == 0,
        });
    }

    /// Steps over the part of a quoted scalar up to a space, line break, quote or (in double quotes) escape.
    pub(super) fn run_quoted(&mut self, quote: u8) -> &'a str {
        self.run(|byte, after| match class(byte) {
            Class::Other | Class::Colon | Class::Flow => true,
            Class::Blank => false,
            Class::Break => byte >= 0x80 && !starts_break(byte, after),
            Class::Quote => byte != quote,
            Class::Escape => quote != b'"',
        })
    }

    /// Steps over the rest of a line, or over a part of it.
    pub(super) fn run_line(&mut self) -> &'a str {
        self.run(|byte, after| class(byte) != Class::Break || byte >= 0x80 && !starts_break(byte, after))
    }

    /// The text of a quoted scalar that ends on its line and needs no change; the cursor then stands after its closing quote.
    pub(super) fn take_simple_quoted(&mut self, quote: u8) -> Option<&'a str> {
        if self.window.is_some() {
            return None;
        }
        let rest = self.rest();
        let length = rest.iter().position(|&byte| byte == quote || matches!(byte, b'\\' | b'\n' | b'\r' | 0xC2 | 0xE2))?;
        let escaped = quote == b'\'' && rest.get(length + 1) == Some(&quote);
        if rest.get(length) != Some(&quote) || escaped {
            return None;
        }
        let text = self.slice(self.mark.at, self.mark.at + length as u32);
        let characters = text.as_bytes().iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u32 + 1;
        self.mark.at += length as u32 + 1;
        self.mark.index += characters;
        self.mark.column += characters;
        Some(text)
    }

    /// Makes sure that so many characters are decoded.
    #[inline]
    pub(super) fn need(&mut self, count: usize) -> Result<()> {
        if self.window.is_some() { self.advance(count) } else { Ok(()) }
    }

    #[cold]
    fn advance(&mut self, count: usize) -> Result<()> {
        let Some(window) = &mut self.window else { return Ok(()) };
        let at = self.mark.at as usize;
        let held = |end: usize| self.text.get(at..end).unwrap_or_default().chars().take(count).count();
        if held(window.end) >= count {
            return Ok(());
        }
        while held(window.end) < count && window.advance(self.decoded)? {}
        window.marked = self.text.get(at..).is_some_and(|rest| rest.starts_with('\u{FEFF}'));
        Ok(())
    }

    /// Whether go-yaml believes to see a byte order mark here: it looks at the start of what it holds.
    pub(super) fn at_byte_order_mark(&self) -> bool {
        self.mark.column == 0 && self.window.as_ref().is_some_and(|window| window.marked)
    }
}

impl Window {
    /// Decodes the next window; false at the end of the input.
    fn advance(&mut self, decoded: &Decoded<'_>) -> Result<bool> {
        let until = (self.read + WINDOW_BYTES).min(decoded.input);
        let ended = self.end == decoded.text.len() && self.read > 0;
        if let Some(fault) = decoded.fault.filter(|fault| fault.seen <= until || ended) {
            return Err(Fault::at(Part::Reader, fault.problem, Mark { at: decoded.text.len() as u32, ..Mark::default() }));
        }
        if ended {
            return Ok(false);
        }
        (self.end, self.read) = match &decoded.places {
            None => {
                let end = decoded.text.floor_char_boundary(until);
                (end, end.max(1))
            }
            Some(places) => {
                let after = places.partition_point(|&place| place as usize <= until);
                let end = decoded.text.floor_char_boundary(after.saturating_sub(1));
                (end, places.get(end).map_or(until, |&place| place as usize))
            }
        };
        Ok(true)
    }
}

fn starts_break(byte: u8, after: &[u8]) -> bool {
    match byte {
        0xC2 => after.first() == Some(&0x85),
        0xE2 => matches!(after, [0x80, 0xA8 | 0xA9, ..]),
        _ => true,
    }
}
