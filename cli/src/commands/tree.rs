//! `portcullis apps --tree`: from ApplicationSets over the Applications that they make, and those that these hold, down to every object.

use std::{collections::BTreeSet, fmt::Write as _};

use portcullis_argo::Application;
use portcullis_policies::{Context, Resource};
use portcullis_source::Problem;

use crate::{
    pipeline::add_resources,
    render::{Outcome, Renderer},
};

/// A line of the tree, with what is below it.
#[derive(Debug, Default)]
struct Branch {
    text: String,
    below: Vec<Branch>,
}

/// Prints the tree of the applications that are `wanted`, with those that hold them; gives what could not be rendered, too.
pub(super) fn print(
    applications: &[Application],
    contexts: &[Context],
    renderer: &Renderer<'_>,
    wanted: &dyn Fn(&Application) -> bool,
) -> (String, Vec<Problem>) {
    let mut tree = Tree { applications, contexts, renderer, wanted, problems: Vec::new(), drawn: BTreeSet::new() };
    let mut roots = tree.held_by(None);
    // Of those that hold each other none is held by nobody.
    roots.extend((0..applications.len()).filter_map(|index| tree.application(index)));
    let mut text = String::new();
    for root in &roots {
        let _ = writeln!(text, "{}", root.text);
        draw(&root.below, "", &mut text);
    }
    (text, tree.problems)
}

struct Tree<'a> {
    applications: &'a [Application],
    contexts: &'a [Context],
    renderer: &'a Renderer<'a>,
    wanted: &'a dyn Fn(&Application) -> bool,
    problems: Vec<Problem>,
    /// The applications that have their line.
    drawn: BTreeSet<usize>,
}

impl Tree<'_> {
    /// The applications that one holds, or nobody; those of an ApplicationSet below it.
    fn held_by(&mut self, parent: Option<&str>) -> Vec<Branch> {
        let mut branches: Vec<Branch> = Vec::new();
        let mut sets: Vec<(String, usize)> = Vec::new();
        for index in 0..self.applications.len() {
            let Some(application) = self.applications.get(index).filter(|application| application.parent.as_deref() == parent) else {
                continue;
            };
            let Some(branch) = self.application(index) else { continue };
            let Some(set) = &application.application_set else {
                branches.push(branch);
                continue;
            };
            let head = format!("ApplicationSet {set}{}", self.place(application));
            let place = sets.iter().find(|(known, _)| *known == head).map(|(_, place)| *place);
            let place = place.unwrap_or_else(|| {
                branches.push(Branch { text: head.clone(), below: Vec::new() });
                sets.push((head, branches.len() - 1));
                branches.len() - 1
            });
            if let Some(set) = branches.get_mut(place) {
                set.below.push(branch);
            }
        }
        branches
    }

    /// An application with everything below it; nothing where nobody asks for it or for what it holds.
    fn application(&mut self, index: usize) -> Option<Branch> {
        let application = self.applications.get(index).filter(|_| self.drawn.insert(index))?;
        let mut below = self.held_by(Some(&application.name));
        let is_wanted = (self.wanted)(application);
        if !is_wanted && below.is_empty() {
            return None;
        }
        let place = if application.application_set.is_none() { self.place(application) } else { String::new() };
        let destination = &application.destination;
        let cluster = if destination.name.is_empty() { &destination.server } else { &destination.name };
        let text = format!("{} → {cluster}/{}{place}", application.name, destination.namespace);
        if is_wanted {
            let Outcome { documents, problems, .. } = self.renderer.application(application);
            self.problems.extend(problems);
            let mut objects: Vec<Resource> = Vec::new();
            let context = self.contexts.get(index).cloned().unwrap_or_default();
            add_resources(&mut objects, &mut self.problems, documents.iter(), &context);
            below.extend(objects.iter().map(object));
        }
        Some(Branch { text, below })
    }

    fn place(&self, application: &Application) -> String {
        let place = application.origin.and_then(|span| self.renderer.revision().sources().locate(span));
        place.map(|place| format!("  {}:{}", place.file, place.line)).unwrap_or_default()
    }
}

fn object(resource: &Resource) -> Branch {
    let identity = &resource.identity;
    let namespace = identity.namespace.as_deref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    Branch { text: format!("{}/{namespace}{}", identity.kind, identity.name), below: Vec::new() }
}

/// Draws what is below a line; `margin` is what stands before all of it.
fn draw(branches: &[Branch], margin: &str, text: &mut String) {
    let last = branches.len().saturating_sub(1);
    for (index, branch) in branches.iter().enumerate() {
        let (own, below) = if index == last { ("└── ", "    ") } else { ("├── ", "│   ") };
        let _ = writeln!(text, "{margin}{own}{}", branch.text);
        draw(&branch.below, &format!("{margin}{below}"), text);
    }
}
