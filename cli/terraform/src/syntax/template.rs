//! Strings, heredocs and bare templates to their parts.

use std::sync::Arc;

use portcullis_source::Span;

use super::{
    SyntaxError,
    ast::{Expr, Kind, Part},
    cursor::{Base, Cursor, Read},
};

/// What ends a template.
#[derive(Clone, Copy)]
enum End<'a> {
    Quote,
    Marker(&'a str),
    Text,
}

/// A part before directives are matched with their ends.
enum Token {
    Literal { text: String, span: Span },
    Value(Expr),
    If(Expr, Span),
    Else(Span),
    EndIf(Span),
    For { key: Option<Arc<str>>, value: Arc<str>, source: Expr, span: Span },
    EndFor(Span),
}

/// Reads a text that is a template as a whole.
pub(crate) fn bare(text: &str, base: Base) -> Result<Expr, SyntaxError> {
    let mut cursor = Cursor::new(text, base);
    let tokens = cursor.tokens(End::Text)?;
    let span = cursor.span(0);
    assemble(tokens, span)
}

/// Turns tokens into an expression: a lone interpolation keeps its type, a lone literal is a string.
fn assemble(tokens: Vec<Token>, span: Span) -> Read<Expr> {
    let mut melded: Vec<Token> = Vec::new();
    for token in tokens {
        match (melded.last_mut(), token) {
            (Some(Token::Literal { text, span }), Token::Literal { text: more, span: next }) => {
                text.push_str(&more);
                span.end = span.end.max(next.end);
            }
            (_, token) => melded.push(token),
        }
    }
    if melded.len() == 1
        && matches!(melded.first(), Some(Token::Value(_)))
        && let Some(Token::Value(value)) = melded.pop()
    {
        return Ok(Expr { span, kind: Kind::Wrap(Box::new(value)) });
    }
    let mut tokens = melded.into_iter();
    let (parts, end) = parts(&mut tokens, 0)?;
    if let Some(end) = end {
        return Err(SyntaxError {
            message: "this directive ends nothing".to_owned(),
            hint: "begin with %{ if … } or %{ for … }",
            span: end.span(),
        });
    }
    Ok(match parts.as_slice() {
        [] => Expr { span, kind: Kind::String(Arc::from("")) },
        [Part::Literal(text, _)] => Expr { span, kind: Kind::String(Arc::clone(text)) },
        _ => Expr { span, kind: Kind::Template(parts) },
    })
}

impl Token {
    fn span(&self) -> Span {
        match self {
            Self::Literal { span, .. }
            | Self::If(_, span)
            | Self::Else(span)
            | Self::EndIf(span)
            | Self::EndFor(span)
            | Self::For { span, .. } => *span,
            Self::Value(expr) => expr.span,
        }
    }
}

/// The parts up to a directive that ends something, and that.
fn parts(tokens: &mut impl Iterator<Item = Token>, depth: usize) -> Read<(Vec<Part>, Option<Token>)> {
    let mut found = Vec::new();
    while let Some(token) = tokens.next() {
        let span = token.span();
        if depth > crate::limits::MAX_DEPTH {
            return Err(SyntaxError {
                message: "template is nested more than MAX_DEPTH levels deep".to_owned(),
                hint: "use several templates",
                span,
            });
        }
        match token {
            Token::Literal { text, span } => {
                if !text.is_empty() {
                    found.push(Part::Literal(Arc::from(text), span));
                }
            }
            Token::Value(expr) => found.push(Part::Value(expr)),
            Token::If(condition, _) => {
                let (yes, end) = parts(tokens, depth + 1)?;
                let (no, end) = if matches!(end, Some(Token::Else(_))) { parts(tokens, depth + 1)? } else { (Vec::new(), end) };
                if !matches!(end, Some(Token::EndIf(_))) {
                    return Err(unended("if", "endif", span));
                }
                found.push(Part::If(condition, yes, no));
            }
            Token::For { key, value, source, .. } => {
                let (body, end) = parts(tokens, depth + 1)?;
                if !matches!(end, Some(Token::EndFor(_))) {
                    return Err(unended("for", "endfor", span));
                }
                found.push(Part::For { key, value, source, body });
            }
            end @ (Token::Else(_) | Token::EndIf(_) | Token::EndFor(_)) => return Ok((found, Some(end))),
        }
    }
    Ok((found, None))
}

fn unended(directive: &str, end: &str, span: Span) -> SyntaxError {
    SyntaxError { message: format!("directive {directive:?} has no {end:?}"), hint: "end it with %{ endif } or %{ endfor }", span }
}

impl Cursor<'_> {
    /// A string in quotes.
    pub(super) fn quoted(&mut self) -> Read<Expr> {
        let start = self.at;
        self.at += 1;
        let tokens = self.deeper(|cursor| cursor.tokens(End::Quote))?;
        let span = self.span(start);
        assemble(tokens, span)
    }

    /// A heredoc: the marker, the lines, and the marker again.
    pub(super) fn heredoc(&mut self) -> Read<Expr> {
        let start = self.at;
        self.at += 2;
        let flush = self.take("-");
        let Some(marker) = self.name().map(str::to_owned) else {
            return self.error(format!("a heredoc's marker must stand here, not {}", self.found()), "write <<EOT and a new line");
        };
        if !self.newline() {
            return self.error("a heredoc's text begins on the next line", "write nothing after the marker");
        }
        let mut tokens = self.deeper(|cursor| cursor.tokens(End::Marker(&marker)))?;
        if flush {
            unindent(&mut tokens);
        }
        let span = self.span(start);
        assemble(tokens, span)
    }

    fn tokens(&mut self, end: End<'_>) -> Read<Vec<Token>> {
        let start = self.at;
        let mut tokens = Vec::new();
        let mut trim = false;
        let mut line_start = true;
        loop {
            if self.is_end(end, line_start) {
                return Ok(tokens);
            }
            if self.peek().is_none() {
                return self.error_from(start, "text has no end", "close it with a quote, or with its marker on a line of its own");
            }
            let trims_next = std::mem::take(&mut trim);
            if self.looks_at("${") || self.looks_at("%{") {
                let open = self.at;
                let control = self.looks_at("%{");
                self.at += 2;
                if self.take("~")
                    && let Some(Token::Literal { text, .. }) = tokens.last_mut()
                {
                    text.truncate(text.trim_end().len());
                }
                let token = self.flow(true, |cursor| {
                    cursor.deeper(|cursor| if control { cursor.directive(open) } else { cursor.expr().map(Token::Value) })
                })?;
                tokens.push(token);
                trim = self.sequence_end(open)?;
                line_start = false;
                continue;
            }
            let from = self.at;
            let mut text = String::new();
            match end {
                End::Quote => self.quoted_literal(&mut text)?,
                End::Marker(_) | End::Text => self.plain_literal(&mut text),
            }
            line_start = text.ends_with('\n');
            if trims_next {
                text = text.trim_start().to_owned();
            }
            tokens.push(Token::Literal { text, span: self.span(from) });
        }
    }

    fn is_end(&mut self, end: End<'_>, line_start: bool) -> bool {
        match end {
            End::Quote => self.take("\""),
            End::Text => self.peek().is_none(),
            End::Marker(marker) => {
                let line = self.rest().split('\n').next().unwrap_or_default();
                let is_end = line_start && line.trim() == marker;
                if is_end {
                    self.at += line.trim_end_matches('\r').len();
                }
                is_end
            }
        }
    }

    /// The end of `${` or `%{`; whether it takes away the space behind it.
    fn sequence_end(&mut self, open: usize) -> Read<bool> {
        self.flow(true, Cursor::space)?;
        let trims = self.take("~}");
        if trims || self.take("}") {
            return Ok(trims);
        }
        if self.peek().is_none() || self.looks_at("\"") {
            return self.error_from(open, "interpolation has no end", "close it with `}`");
        }
        self.error(
            format!("{} stands in an interpolation after its expression", self.found()),
            "close it with `}`, or write `$${` for the characters themselves",
        )
    }

    fn directive(&mut self, open: usize) -> Read<Token> {
        self.space()?;
        let Some(word) = self.name() else {
            return self.error("a directive begins with if, else, endif, for or endfor", "write `%%{` for the characters themselves");
        };
        Ok(match word {
            "if" => {
                let condition = self.expr()?;
                Token::If(condition, self.span(open))
            }
            "else" => Token::Else(self.span(open)),
            "endif" => Token::EndIf(self.span(open)),
            "endfor" => Token::EndFor(self.span(open)),
            "for" => {
                let (key, value) = self.for_names()?;
                let source = self.expr()?;
                Token::For { key, value, source, span: self.span(open) }
            }
            _ => return self.error_from(open, format!("there is no directive {word:?}"), "directives are if, else, endif, for and endfor"),
        })
    }

    /// Text of a string in quotes up to an interpolation or the end; a dollar or percent sign ends a piece of it.
    fn quoted_literal(&mut self, out: &mut String) -> Read<()> {
        if self.escaped_sequence(out) {
            return Ok(());
        }
        while let Some(character) = self.peek() {
            match character {
                '"' | '$' | '%' => return Ok(()),
                '\n' | '\r' => return self.error("string goes over the end of the line", "close it with a quote, or use a heredoc"),
                '\\' => self.escape(out)?,
                _ => {
                    out.push(character);
                    self.at += character.len_utf8();
                }
            }
        }
        Ok(())
    }

    /// `$${`, `%%{`, or a sign that begins nothing.
    fn escaped_sequence(&mut self, out: &mut String) -> bool {
        for (sign, escaped, plain) in [("$", "$${", "${"), ("%", "%%{", "%{")] {
            if self.take(escaped) {
                out.push_str(plain);
                return true;
            }
            if self.take(sign) {
                out.push_str(sign);
                return true;
            }
        }
        false
    }

    fn escape(&mut self, out: &mut String) -> Read<()> {
        let start = self.at;
        self.at += 1;
        let kind = self.peek();
        self.at += kind.map_or(0, char::len_utf8);
        let character = match kind {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('"') => '"',
            Some('\\') => '\\',
            Some('u') => return self.unicode(start, 4, out),
            Some('U') => return self.unicode(start, 8, out),
            _ => return self.error_from(start, "there is no such escape", r#"escapes are \n, \r, \t, \", \\, \uNNNN and \UNNNNNNNN"#),
        };
        out.push(character);
        Ok(())
    }

    fn unicode(&mut self, start: usize, length: usize, out: &mut String) -> Read<()> {
        let digits = self.rest().get(..length).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(code) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
            return self.error_from(start, "escape needs as many hexadecimal digits as it says", r"write \uNNNN or \UNNNNNNNN");
        };
        self.at += length;
        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        Ok(())
    }

    /// Text of a heredoc or a file up to an interpolation, a sign, or the end of the line, which belongs to it.
    fn plain_literal(&mut self, out: &mut String) {
        if self.escaped_sequence(out) {
            return;
        }
        let rest = self.rest();
        let length = rest.find(['$', '%', '\n']).unwrap_or(rest.len());
        let length = length + usize::from(rest.as_bytes().get(length) == Some(&b'\n'));
        out.push_str(rest.get(..length).unwrap_or_default());
        self.at += length;
    }
}

/// Takes away the indentation that all lines have in common, as `<<-` does.
fn unindent(tokens: &mut [Token]) {
    let mut least = usize::MAX;
    let mut line_start = true;
    let mut adjusted = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let begins = std::mem::replace(&mut line_start, false);
        match token {
            Token::Literal { text, .. } => {
                let trimmed = text.trim_start();
                let is_blank = trimmed.is_empty() && text.ends_with('\n');
                if begins && !is_blank {
                    least = least.min(text.chars().take_while(|character| character.is_whitespace()).count());
                    adjusted.push(at);
                }
                line_start = text.ends_with('\n');
            }
            Token::Value(_) | Token::If(..) | Token::Else(_) | Token::EndIf(_) | Token::For { .. } | Token::EndFor(_) => {
                if begins {
                    least = 0;
                }
            }
        }
    }
    for at in adjusted {
        if let Some(Token::Literal { text, .. }) = tokens.get_mut(at) {
            *text = text.chars().skip(least).collect();
        }
    }
}
