//! The keys that a branch of a template would write, to explain what a render lacks where the branch is not taken.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_source::Branch;

use crate::ast;

/// How many keys of one branch are remembered.
const MAX_KEYS: usize = 128;

impl Branch for ast::Branch {
    fn keys(&self, otherwise: bool) -> &[Arc<str>] {
        if otherwise {
            return self.other_keys.get_or_init(|| self.otherwise.as_ref().map(of_list).unwrap_or_default().into_iter().collect());
        }
        self.keys.get_or_init(|| {
            let mut keys = of_list(&self.list);
            of_pipe(&self.pipe, &mut keys);
            keys.into_iter().collect()
        })
    }

    fn is_item(&self, otherwise: bool) -> bool {
        if otherwise { self.otherwise.as_ref().is_some_and(begins_item) } else { begins_item(&self.list) }
    }
}

/// Whether the first word of a list is the dash of an item.
fn begins_item(list: &ast::List) -> bool {
    for node in &list.nodes {
        match node {
            ast::Node::Text(text) => {
                if let Some(word) = String::from_utf8_lossy(text.bytes()).split_whitespace().next() {
                    return word == "-";
                }
            }
            ast::Node::If(branch) | ast::Node::With(branch) | ast::Node::Range(branch) => return begins_item(&branch.list),
            // What it defines or prints may be anything.
            ast::Node::Action(_) | ast::Node::Template(_) | ast::Node::Break(_) | ast::Node::Continue(_) => return false,
        }
    }
    false
}

/// The keys in the text of a list, of the lists within it, and the names of what it includes.
fn of_list(list: &ast::List) -> BTreeSet<Arc<str>> {
    let mut keys = BTreeSet::new();
    for node in &list.nodes {
        match node {
            ast::Node::Text(text) => of_text(text.bytes(), &mut keys),
            ast::Node::Action(action) => of_pipe(&action.pipe, &mut keys),
            ast::Node::If(branch) | ast::Node::With(branch) | ast::Node::Range(branch) => {
                keys.extend(branch.keys(false).iter().chain(branch.keys(true)).cloned());
            }
            ast::Node::Template(call) => words(&call.name, &mut keys),
            ast::Node::Break(_) | ast::Node::Continue(_) => {}
        }
        if keys.len() >= MAX_KEYS {
            break;
        }
    }
    keys
}

/// The fields that a pipeline looks at, and the templates that it names.
fn of_pipe(pipe: &ast::Pipe, keys: &mut BTreeSet<Arc<str>>) {
    let expressions = pipe.commands.iter().flat_map(|command| std::iter::once(&command.first).chain(&command.arguments));
    for expression in expressions {
        match expression {
            ast::Expr::Field { names, .. } | ast::Expr::Chain { names, .. } => keys.extend(names.last().cloned()),
            ast::Expr::Variable(variable) => keys.extend(variable.fields.last().cloned()),
            ast::Expr::Text { value, .. } => words(&String::from_utf8_lossy(value), keys),
            ast::Expr::Bool { .. }
            | ast::Expr::Dot(_)
            | ast::Expr::Nil(_)
            | ast::Expr::Number(_)
            | ast::Expr::Function { .. }
            | ast::Expr::Pipe(_) => {}
        }
    }
}

/// The words before colons.
fn of_text(bytes: &[u8], keys: &mut BTreeSet<Arc<str>>) {
    let text = String::from_utf8_lossy(bytes);
    for line in text.lines() {
        let Some((before, after)) = line.split_once(':') else { continue };
        let key = before.trim_start_matches(['-', ' ', '\t']).trim_matches(['"', '\'']);
        if !key.is_empty() && key.len() < line.len() && !key.contains(' ') {
            keys.insert(Arc::from(key));
            // The kind of a whole object explains its absence.
            if key == "kind" && !after.trim().is_empty() {
                keys.insert(Arc::from(after.trim()));
            }
        }
    }
}

fn words(text: &str, keys: &mut BTreeSet<Arc<str>>) {
    keys.extend(text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(Arc::from));
}
