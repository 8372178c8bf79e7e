//! The tokens of a template.

use crate::format;

/// What a token is; the keywords come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) line: u32,
}

impl Kind {
    /// The keyword of a word.
    pub(super) fn keyword(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"block" => Self::Block,
            b"break" => Self::Break,
            b"continue" => Self::Continue,
            b"define" => Self::Define,
            b"else" => Self::Else,
            b"end" => Self::End,
            b"if" => Self::If,
            b"nil" => Self::Nil,
            b"range" => Self::Range,
            b"template" => Self::Template,
            b"with" => Self::With,
            _ => return None,
        })
    }

    fn is_keyword(self) -> bool {
        match self {
            Self::Block
            | Self::Break
            | Self::Continue
            | Self::Dot
            | Self::Define
            | Self::Else
            | Self::End
            | Self::If
            | Self::Nil
            | Self::Range
            | Self::Template
            | Self::With => true,
            Self::Error
            | Self::Bool
            | Self::Char
            | Self::CharConstant
            | Self::Complex
            | Self::Assign
            | Self::Declare
            | Self::Eof
            | Self::Field
            | Self::Identifier
            | Self::LeftDelim
            | Self::LeftParen
            | Self::Number
            | Self::Pipe
            | Self::RawString
            | Self::RightDelim
            | Self::RightParen
            | Self::Space
            | Self::String
            | Self::Text
            | Self::Variable => false,
        }
    }

    /// How an error message names a token of this kind and text.
    pub(super) fn describe(self, text: &[u8]) -> String {
        let quoted = |text: &[u8]| String::from_utf8_lossy(&format::quote(text)).into_owned();
        match self {
            Self::Eof => "EOF".to_owned(),
            _ if self.is_keyword() => format!("<{}>", String::from_utf8_lossy(text)),
            _ if text.len() > 10 => format!("{}...", quoted(first_characters(text, 10))),
            _ => quoted(text),
        }
    }
}

fn first_characters(text: &[u8], count: usize) -> &[u8] {
    let mut end = 0;
    for _ in 0..count {
        let Some((_, width)) = text.get(end..).and_then(format::first_rune) else { break };
        end += width;
    }
    text.get(..end).unwrap_or(text)
}
