//! Keys of layers that no template reads, in any branch of the charts of all applications that use the layer.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_argo::ChartLocation;
use portcullis_helm::reads::Reads;
use portcullis_source::{Data, Document, Node, RepoPath, Span};

use super::{
    entry::{Class, Hidden},
    layers::{dotted, leaves},
    survey::{Survey, Variant},
};
use crate::{explain::one_line, group};

/// The keys of all layers, and of the charts of the repository themselves.
pub(super) fn find(survey: &Survey<'_>) -> Vec<Hidden> {
    let mut found = Vec::new();
    for file in &survey.files {
        let users = survey.users(&file.path);
        let layer = survey.layer(&file.path);
        file.documents.iter().for_each(|document| look(survey, document, (&users, layer.clone()), &mut found));
    }
    for (location, chart) in &survey.charts {
        let ChartLocation::Folder(folder) = location else { continue };
        let users: Vec<&Variant<'_>> = survey.variants.iter().filter(|variant| variant.helm.chart == *location).collect();
        if !users.iter().any(|variant| variant.is_wanted) || is_brought(folder) {
            continue;
        }
        let layer: Arc<str> = Arc::from(format!("chart {}", chart.name()));
        chart.values().iter().for_each(|document| look(survey, document, (&users, Some(Arc::clone(&layer))), &mut found));
    }
    found
}

/// Whether a chart was brought along by another one, so that nobody here writes it.
fn is_brought(folder: &RepoPath) -> bool {
    folder.as_str().contains("/charts/")
        && folder.parts().rev().nth(1) == Some("charts")
        && folder.parts().filter(|part| *part == "charts").count() > 1
}

fn look(survey: &Survey<'_>, document: &Document, (users, layer): (&[&Variant<'_>], Option<Arc<str>>), found: &mut Vec<Hidden>) {
    let reads: Option<Vec<&Reads>> = users.iter().map(|variant| survey.reads.get(&variant.helm.chart)).collect();
    // Of a chart that can't be followed nobody knows what it reads.
    let Some(mut reads) = reads.filter(|reads| !reads.is_empty()) else { return };
    let mut seen: BTreeSet<*const Reads> = BTreeSet::new();
    reads.retain(|reads| seen.insert(std::ptr::from_ref(*reads)));
    let is_read = |path: &[Arc<str>]| reads.iter().any(|reads| reads.reader(path).is_some());
    // What an anchor names is read where its alias is.
    let known: BTreeSet<Span> = leaves(document).into_iter().filter(|leaf| is_read(&leaf.path)).map(|leaf| leaf.span).collect();
    let mut looker = Looker { survey, document, users, layer, is_read: &is_read, known: &known, found };
    looker.map(&document.root, &mut Vec::new());
}

struct Looker<'a, 'b> {
    survey: &'a Survey<'b>,
    document: &'a Document,
    users: &'a [&'a Variant<'b>],
    layer: Option<Arc<str>>,
    is_read: &'a dyn Fn(&[Arc<str>]) -> bool,
    known: &'a BTreeSet<Span>,
    found: &'a mut Vec<Hidden>,
}

impl Looker<'_, '_> {
    /// Notes the keys of a map of which nothing is read; of the others, those below them.
    fn map(&mut self, node: &Node, path: &mut Vec<Arc<str>>) {
        let Data::Map(map) = &node.data else { return };
        for entry in &map.entries {
            path.push(Arc::clone(&entry.key));
            if (self.is_read)(path) {
                self.map(&entry.value, path);
            } else if !self.is_touched(&entry.value, path) {
                self.note(entry.key_range, &entry.value, path);
            }
            path.pop();
        }
    }

    /// Whether something was rendered of what lies below a key after all, or an alias leads there.
    fn is_touched(&self, node: &Node, path: &[Arc<str>]) -> bool {
        let below = leaves(self.document).into_iter().filter(|leaf| leaf.path.starts_with(path));
        let mut spans = below.map(|leaf| leaf.span).chain(self.document.text.span(node.range));
        spans.any(|span| self.known.contains(&span) || self.survey.touched.contains(&span))
    }

    fn note(&mut self, range: portcullis_source::Range, node: &Node, path: &[Arc<str>]) {
        let sources = self.survey.settings.revision.sources();
        // Nobody knows whether it is meant to be a secret.
        let value = matches!(node.data, Data::Bool(_) | Data::Int(_) | Data::Map(_) | Data::List(_)).then(|| match &node.data {
            Data::List(items) => format!("({} {})", items.len(), if items.len() == 1 { "item" } else { "items" }),
            _ => one_line(node),
        });
        self.found.push(Hidden {
            class: Class::Unread,
            location: group::location(self.document.text.span(range), sources),
            key: dotted(path),
            layer: self.layer.clone(),
            value,
            others: Vec::new(),
            services: self.survey.asked(self.users),
        });
    }
}
