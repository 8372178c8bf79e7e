//! The variables that a branch of a template would assign: what decides against the branch decides about their values too.

use std::sync::Arc;

use crate::ast;

/// A variable of the template around a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assigned {
    /// The name, `$` included.
    pub(crate) name: Arc<str>,
    /// Where nothing would happen but that keys are taken out of a map, those keys.
    pub(crate) keys: Option<Vec<Arc<str>>>,
}

/// What a list and the lists within it assign of the variables around it.
pub(crate) fn of_list(list: &ast::List) -> Box<[Assigned]> {
    let mut found = Vec::new();
    let mut own: Vec<&Arc<str>> = Vec::new();
    for node in &list.nodes {
        match node {
            ast::Node::Action(action) => {
                let pipe = &action.pipe;
                if pipe.assigns {
                    let outer = pipe.variables.iter().filter(|variable| !own.contains(&&variable.name));
                    found.extend(outer.filter_map(|variable| of_pipe(&variable.name, pipe)));
                } else {
                    own.extend(pipe.variables.iter().map(|variable| &variable.name));
                }
            }
            ast::Node::If(branch) | ast::Node::With(branch) | ast::Node::Range(branch) => {
                let inner = branch.assigned.iter().chain(&branch.other_assigned);
                found.extend(inner.filter(|assigned| !own.contains(&&assigned.name)).cloned());
            }
            ast::Node::Text(_) | ast::Node::Template(_) | ast::Node::Break(_) | ast::Node::Continue(_) => {}
        }
    }
    found.into()
}

/// What an assignment would do to a variable; none where it only adds to a list, since what is added says so itself.
fn of_pipe(name: &Arc<str>, pipe: &ast::Pipe) -> Option<Assigned> {
    let whole = Assigned { name: Arc::clone(name), keys: None };
    let [ast::Command { first: ast::Expr::Function { function, .. }, arguments }] = &*pipe.commands else { return Some(whole) };
    let Some((ast::Expr::Variable(changed), others)) = arguments.split_first() else { return Some(whole) };
    if changed.name != *name || !changed.fields.is_empty() {
        return Some(whole);
    }
    match function.name {
        "append" | "mustAppend" => None,
        "omit" => {
            let literal = |argument: &ast::Expr| match argument {
                ast::Expr::Text { value, .. } => Some(Arc::from(&*String::from_utf8_lossy(value))),
                _ => None,
            };
            Some(Assigned { keys: others.iter().map(literal).collect(), ..whole })
        }
        _ => Some(whole),
    }
}
