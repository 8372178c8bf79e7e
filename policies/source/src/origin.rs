//! The chain of places from a rendered field back to the lines that a person wrote.

use std::sync::Arc;

use crate::Span;

/// What a link of a chain is to the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A line of the rendered text.
    Rendered,
    /// The line of a manifest that was not rendered at all.
    Manifest,
    /// The template line that wrote the field.
    Template,
    /// A call of `include`, `template` or `tpl` that leads to the template line, outermost first.
    Include,
    /// The line of a values layer that gave the field its value.
    Values,
    /// A line of a lower layer that the winning one hides.
    Shadowed,
    /// The line of another field that this one contradicts.
    Other,
    /// The line of a values layer that switched the field on (`if`, `with`, `range`).
    Guard,
}

/// One link of a chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// What it is to the field.
    pub role: Role,
    /// Where it is; a rendered line has none.
    pub span: Option<Span>,
    /// The line of the rendered text, for [`Role::Rendered`].
    pub line: Option<u32>,
    /// The dotted key in a values layer.
    pub key: Option<String>,
    /// The name of the values layer, or of the template that is called.
    pub name: Option<Arc<str>>,
}

impl Link {
    /// A link that is only a place.
    #[must_use]
    pub fn at(role: Role, span: Span) -> Self {
        Self { role, span: Some(span), line: None, key: None, name: None }
    }
}

/// The whole chain: rendered line, template line, calls, values lines, shadowed lines, guards.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The links, from the rendered field back.
    pub links: Vec<Link>,
}

impl Origin {
    /// The origin of a field that stands in a file as it is.
    #[must_use]
    pub fn of_file(span: Span) -> Self {
        Self { links: vec![Link::at(Role::Manifest, span)] }
    }

    /// The first link of a role.
    #[must_use]
    pub fn first(&self, role: Role) -> Option<&Link> {
        self.links.iter().find(|link| link.role == role)
    }

    /// The place that a person would edit: the values line, else the template line, else the manifest.
    #[must_use]
    pub fn edit(&self) -> Option<Span> {
        let roles = [Role::Values, Role::Template, Role::Manifest];
        roles.iter().find_map(|&role| self.first(role)).and_then(|link| link.span)
    }
}
