//! Branches that begin an item or a key which the lines after them belong to: what decides about the branch decides where those lines lie.

use crate::ast;

/// A branch of a list, and the column of the item or key that it may begin for the lines after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opened {
    /// The turn of the branch in its list.
    pub(crate) index: usize,
    /// The column.
    pub(crate) column: u32,
}

/// The branches of a list that are followed by deeper lines than some of their own.
pub(crate) fn of_list(nodes: &[ast::Node]) -> Box<[Opened]> {
    let pairs = nodes.windows(2).enumerate().filter_map(|(index, pair)| match pair {
        [ast::Node::If(branch) | ast::Node::With(branch) | ast::Node::Range(branch), ast::Node::Text(text)] => {
            let after = lines(text.bytes()).next()?;
            (branch.least < after.column).then_some(Opened { index, column: branch.least })
        }
        _ => None,
    });
    pairs.collect()
}

/// The least column at which a list begins an item or a key, `u32::MAX` where it begins none.
pub(crate) fn least(nodes: &[ast::Node]) -> u32 {
    let of_node = |node: &ast::Node| match node {
        ast::Node::Text(text) => lines(text.bytes()).map(|line| line.column).min(),
        ast::Node::If(branch) | ast::Node::With(branch) | ast::Node::Range(branch) => Some(branch.least),
        ast::Node::Action(_) | ast::Node::Template(_) | ast::Node::Break(_) | ast::Node::Continue(_) => None,
    };
    nodes.iter().filter_map(of_node).min().unwrap_or(u32::MAX)
}

/// Where in a text the first line begins that no longer lies within what stands at a column.
pub(crate) fn end(bytes: &[u8], column: u32) -> Option<usize> {
    lines(bytes).find(|line| line.column <= column).map(|line| line.start)
}

struct Line {
    start: usize,
    column: u32,
}

/// The lines that begin in a text with an item or a key.
fn lines(bytes: &[u8]) -> impl Iterator<Item = Line> {
    let starts = bytes.iter().enumerate().filter(|&(_, &byte)| byte == b'\n').map(|(at, _)| at + 1);
    starts.filter_map(|start| {
        let rest = bytes.get(start..)?;
        let line = rest.split(|&byte| byte == b'\n').next()?;
        let column = line.iter().take_while(|&&byte| byte == b' ').count();
        let content = line.get(column..)?;
        let begins = content.starts_with(b"- ") || (content.contains(&b':') && !content.starts_with(b"#"));
        begins.then_some(Line { start, column: column as u32 })
    })
}
