//! The actions that start with a keyword.

use std::sync::Arc;

use super::{
    parser::{Item, Parser, Result, Stop},
    token::Kind,
};
use crate::{assigned, ast, opened};

/// The three that have a body.
#[derive(Clone, Copy, PartialEq)]
enum Word {
    If,
    With,
    Range,
}

impl Word {
    fn context(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::With => "with",
            Self::Range => "range",
        }
    }

    fn node(self, branch: Arc<ast::Branch>) -> ast::Node {
        match self {
            Self::If => ast::Node::If(branch),
            Self::With => ast::Node::With(branch),
            Self::Range => ast::Node::Range(branch),
        }
    }

    /// What `else` may go on with.
    fn chained(self) -> Option<Kind> {
        match self {
            Self::If => Some(Kind::If),
            Self::With => Some(Kind::With),
            Self::Range => None,
        }
    }
}

impl Parser<'_> {
    /// An action whose left delimiter is passed.
    pub(super) fn action(&mut self) -> Result<Item> {
        let token = self.next_non_space();
        let node = match token.kind {
            Kind::Block => self.block()?,
            Kind::Break => ast::Node::Break(self.jump(token.start, "{{break}}")?),
            Kind::Continue => ast::Node::Continue(self.jump(token.start, "{{continue}}")?),
            Kind::Else => return self.otherwise(),
            Kind::End => {
                self.expect(Kind::RightDelim, "end")?;
                return Ok(Item::Stop(Stop::End));
            }
            Kind::If => self.branch(Word::If)?,
            Kind::Range => self.branch(Word::Range)?,
            Kind::Template => self.template()?,
            Kind::With => self.branch(Word::With)?,
            _ => {
                self.back();
                let position = self.peek().start as u32;
                let pipe = self.pipeline("command", Kind::RightDelim)?;
                ast::Node::Action(ast::Action { position, tag: self.tag, pipe })
            }
        };
        Ok(Item::Node(node))
    }

    fn jump(&mut self, start: usize, word: &str) -> Result<u32> {
        let token = self.next_non_space();
        if token.kind != Kind::RightDelim {
            return Err(self.unexpected(token, word));
        }
        if self.tree.ranges == 0 {
            return Err(self.error(format!("{word} outside {{{{range}}}}")));
        }
        Ok(start as u32)
    }

    fn otherwise(&mut self) -> Result<Item> {
        let peek = self.peek_non_space();
        let at = match peek.kind {
            Kind::If | Kind::With => peek.start,
            _ => self.expect(Kind::RightDelim, "else")?.start,
        };
        Ok(Item::Stop(Stop::Else(at as u32)))
    }

    fn branch(&mut self, word: Word) -> Result<ast::Node> {
        self.check_depth("max nesting depth exceeded")?;
        let known = self.tree.variables.len();
        let pipe = self.pipeline(word.context(), Kind::RightDelim)?;
        let tag = self.tag;
        let depth = u32::from(word == Word::Range);
        self.tree.ranges += depth;
        let (list, stop) = self.list()?;
        self.tree.ranges -= depth;
        let otherwise = match stop {
            Stop::End => None,
            Stop::Else(at) => Some(self.else_list(word, at)?),
        };
        self.tree.variables.truncate(known);
        let assigned = assigned::of_list(&list);
        let other_assigned = otherwise.as_ref().map(assigned::of_list).unwrap_or_default();
        let lists = std::iter::once(&list).chain(&otherwise);
        let least = lists.map(|list| opened::least(&list.nodes)).min().unwrap_or(u32::MAX);
        let position = pipe.position;
        let leaves = |node: &ast::Node| node.jumps() || matches!(node, ast::Node::Break(_) | ast::Node::Continue(_));
        let jumps = std::iter::once(&list).chain(&otherwise).flat_map(|list| &list.nodes).any(leaves);
        let (keys, other_keys) = Default::default();
        Ok(word.node(Arc::new(ast::Branch {
            position,
            tag,
            pipe,
            list,
            otherwise,
            keys,
            other_keys,
            assigned,
            other_assigned,
            least,
            jumps,
        })))
    }

    /// What follows `else`: another `if` or `with`, with which it shares the `end`, or a list.
    fn else_list(&mut self, word: Word, at: u32) -> Result<ast::List> {
        if Some(self.peek().kind) == word.chained() {
            self.next();
            return Ok(ast::List { position: at, nodes: Box::new([self.branch(word)?]), opened: Box::default() });
        }
        let (list, stop) = self.list()?;
        match stop {
            Stop::End => Ok(list),
            Stop::Else(_) => Err(self.error("expected end; found {{else}}")),
        }
    }

    fn block(&mut self) -> Result<ast::Node> {
        let token = self.next_non_space();
        let name = self.template_name(token, "block clause")?;
        let pipe = self.pipeline("block clause", Kind::RightDelim)?;
        let tag = self.tag;
        self.block_body(Arc::clone(&name))?;
        Ok(ast::Node::Template(Box::new(ast::Call { position: token.start as u32, tag, name, pipe: Some(pipe) })))
    }

    fn template(&mut self) -> Result<ast::Node> {
        let token = self.next_non_space();
        let name = self.template_name(token, "template clause")?;
        let end = self.next_non_space();
        let pipe = if end.kind == Kind::RightDelim {
            self.tag.end = end.end as u32;
            None
        } else {
            self.back();
            Some(self.pipeline("template clause", Kind::RightDelim)?)
        };
        Ok(ast::Node::Template(Box::new(ast::Call { position: token.start as u32, tag: self.tag, name, pipe })))
    }
}
