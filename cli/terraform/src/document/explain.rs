//! The way of a value to the chain of places that reports show.

use std::sync::Arc;

use portcullis_source::{Link, Origin, Role as LinkRole, Span};

use crate::origin::{Role, Step};

/// The chain of a value: the attribute that has it, the calls and locals that it went through, the line that set it; `near` is the block that it
/// lies in, for what nobody wrote.
pub(super) fn chain(origin: &crate::Origin, near: Span) -> Origin {
    let steps = origin.chain();
    let Some(first) = steps.first() else { return Origin::of_file(near) };
    let named: Vec<&&Step> = steps.iter().filter(|step| is_name(step.role)).collect();
    let Some(setter) = named.first() else { return Origin::of_file(first.span) };
    // The name says what a person would look for in that file.
    let mut links = Vec::new();
    let used = steps.iter().rev().find(|step| step.role == Role::Attribute).map_or(near, |step| step.span);
    links.push(Link::at(LinkRole::Template, used));
    for step in named.iter().skip(1).rev() {
        links.push(Link { name: Some(Arc::from(title(step))), ..Link::at(LinkRole::Include, step.span) });
    }
    let key = Some(title(setter));
    links.push(Link { key, name: layer(setter.role), ..Link::at(LinkRole::Values, first.span) });
    Origin { links }
}

fn is_name(role: Role) -> bool {
    match role {
        Role::Local | Role::Default | Role::Given | Role::Argument | Role::Output => true,
        Role::Written | Role::Computed | Role::Attribute => false,
    }
}

/// What a step is called by who wrote it.
fn title(step: &Step) -> String {
    match step.role {
        Role::Local => format!("local.{}", step.name),
        Role::Default | Role::Given => format!("var.{}", step.name),
        Role::Output => format!("output.{}", step.name),
        Role::Argument | Role::Attribute | Role::Written | Role::Computed => step.name.to_string(),
    }
}

/// What kind of layer sets a value.
fn layer(role: Role) -> Option<Arc<str>> {
    let name = match role {
        Role::Default => "default",
        Role::Given => "tfvars",
        Role::Local => "locals",
        Role::Argument => "call",
        Role::Output => "output",
        Role::Attribute | Role::Written | Role::Computed => return None,
    };
    Some(Arc::from(name))
}
