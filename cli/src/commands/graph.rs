//! `portcullis graph`: which ApplicationSets, Applications, charts, folders and values files depend on each other, for Graphviz or as a picture.

use std::fmt::Write as _;

use indexmap::{IndexMap, IndexSet};
use layout::{
    backends::svg::SVGWriter,
    core::{base::Orientation, color::Color, geometry::Point, style::StyleAttr},
    std_shapes::shapes::{Arrow, Element, ShapeKind},
    topo::layout::VisualGraph,
};
use portcullis_argo::{Application, SourceKind};
use portcullis_source::Partial;

use super::{Done, Exit, Outcome};
use crate::{
    args::{self, GraphFormat},
    error::Error,
    group, pipeline,
    report::place,
    select,
    settings::{Settings, Surroundings},
};

/// The most nodes that are drawn as a picture: three times as many take some twenty times as long.
const MAX_DRAWN_NODES: usize = 300;

/// Something that others depend on, or that depends on others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Node {
    kind: Kind,
    name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    ApplicationSet,
    Application,
    Chart,
    Kustomization,
    Manifests,
    Values,
}

impl Kind {
    /// How Graphviz draws it, and the colour that it has everywhere.
    fn look(self) -> (&'static str, &'static str, u32) {
        match self {
            Self::ApplicationSet => ("ApplicationSet", "box3d", 0xdd_e8_ff),
            Self::Application => ("Application", "box", 0xff_ff_ff),
            Self::Chart => ("chart", "component", 0xe6_f4_e1),
            Self::Kustomization => ("kustomization", "component", 0xe6_f4_e1),
            Self::Manifests => ("manifests", "folder", 0xe6_f4_e1),
            Self::Values => ("values", "note", 0xff_f5_d6),
        }
    }
}

/// What depends on what, in the order in which it was met.
#[derive(Debug, Default)]
struct Graph {
    nodes: IndexSet<Node>,
    /// From what depends to what it depends on, with what it does with it.
    edges: IndexMap<(usize, usize), &'static str>,
}

/// Prints what depends on what.
pub(crate) fn run(arguments: &args::Graph, surroundings: &Surroundings) -> Outcome {
    let settings = Settings::open(&arguments.scope, surroundings)?;
    let Partial { value: expanded, problems } = pipeline::expand(&settings)?;
    let contexts = expanded.contexts(&settings);
    let selection = pipeline::select(&settings, &expanded.applications, &contexts, &[])?;
    let wanted = expanded.applications.iter().filter(|application| selection.application(&application.name));
    let graph = Graph::of(wanted);
    let output = match arguments.format {
        GraphFormat::Dot => graph.dot(),
        GraphFormat::Svg => graph.svg()?,
    };
    let unreached = select::unreached(&settings, &expanded.applications, &[], &problems);
    let issues = group::problems(problems, settings.revision.sources());
    let told = issues.iter().map(|issue| format!("{}{}\n  hint: {}\n", place(&issue.location), issue.message, issue.hint));
    let notes: String = told.chain(expanded.notes().iter().map(|note| format!("note: {note}\n"))).collect();
    let code = if issues.is_empty() { Exit::Clean } else { Exit::Incomplete };
    Ok(Done { output: output.into_bytes(), notes: notes + &select::note(&unreached), code })
}

impl Graph {
    fn of<'a>(applications: impl Iterator<Item = &'a Application>) -> Self {
        let mut graph = Self::default();
        for application in applications {
            let own = graph.node(Kind::Application, &application.name);
            if let Some(set) = &application.application_set {
                let set = graph.node(Kind::ApplicationSet, set);
                graph.edge(set, own, "makes");
            }
            if let Some(parent) = &application.parent {
                let parent = graph.node(Kind::Application, parent);
                graph.edge(parent, own, "holds");
            }
            for source in &application.sources {
                match &source.kind {
                    SourceKind::Helm(helm) => {
                        let chart = graph.node(Kind::Chart, &helm.chart.to_string());
                        graph.edge(own, chart, "renders");
                        for file in &helm.values {
                            let values = graph.node(Kind::Values, file.path.as_str());
                            graph.edge(own, values, "reads");
                        }
                    }
                    SourceKind::Directory(directory) => {
                        let folder = graph.node(Kind::Manifests, directory.path.as_str());
                        graph.edge(own, folder, "deploys");
                    }
                    SourceKind::Kustomize(kustomize) => {
                        let folder = graph.node(Kind::Kustomization, kustomize.path.as_str());
                        graph.edge(own, folder, "builds");
                    }
                    SourceKind::Reference | SourceKind::Unrendered(_) => {}
                }
            }
        }
        graph
    }

    fn node(&mut self, kind: Kind, name: &str) -> usize {
        let name = if name.is_empty() { "." } else { name };
        self.nodes.insert_full(Node { kind, name: name.to_owned() }).0
    }

    fn edge(&mut self, from: usize, to: usize, does: &'static str) {
        self.edges.entry((from, to)).or_insert(does);
    }

    fn dot(&self) -> String {
        let mut text = "digraph portcullis {\n  rankdir=LR;\n  node [style=filled, fontname=\"sans-serif\"];\n".to_owned();
        for (at, Node { kind, name }) in self.nodes.iter().enumerate() {
            let (what, shape, colour) = kind.look();
            let _ = writeln!(text, "  n{at} [label={}, tooltip=\"{what}\", shape={shape}, fillcolor=\"#{colour:06x}\"];", quoted(name));
        }
        for ((from, to), does) in &self.edges {
            let _ = writeln!(text, "  n{from} -> n{to} [tooltip=\"{does}\"];");
        }
        text.push_str("}\n");
        text
    }

    fn svg(&self) -> Result<String, Error> {
        if self.nodes.len() > MAX_DRAWN_NODES {
            let message = format!("{} nodes are too many for a picture; the limit is MAX_DRAWN_NODES, {MAX_DRAWN_NODES}", self.nodes.len());
            return Err(Error::usage(message, "name paths, --environment or --service, or print --format dot for Graphviz"));
        }
        let mut drawn = VisualGraph::new(Orientation::LeftToRight);
        let element = |Node { kind, name }: &Node| {
            let (_, _, colour) = kind.look();
            // The library takes a colour as red, green, blue and how opaque it is.
            let fill = Color::new(colour << 8 | 0xff);
            let style = StyleAttr::new(Color::new(0x55_55_55_ff), 1, Some(fill), 4, FONT_SIZE);
            let size = Point::new(name.chars().count() as f64 * WIDTH + 2.0 * WIDTH, 2.0 * FONT_SIZE as f64);
            Element::create(ShapeKind::new_box(name), style, Orientation::LeftToRight, size)
        };
        let handles: Vec<_> = self.nodes.iter().map(|node| drawn.add_node(element(node))).collect();
        for (from, to) in self.edges.keys() {
            if let (Some(from), Some(to)) = (handles.get(*from), handles.get(*to)) {
                drawn.add_edge(Arrow::simple(""), *from, *to);
            }
        }
        let mut picture = SVGWriter::new();
        if !handles.is_empty() {
            drawn.do_it(false, false, false, &mut picture);
        }
        Ok(picture.finalize() + "\n")
    }
}

/// The size of letters in a picture.
const FONT_SIZE: usize = 14;

/// How wide a letter is, about.
const WIDTH: f64 = 8.5;

/// A text as DOT quotes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_and_shown() {
        let mut graph = Graph::default();
        let application = graph.node(Kind::Application, "a\"b\\c");
        let folder = graph.node(Kind::Manifests, "<x> & y");
        let own = graph.node(Kind::Manifests, "");
        graph.edge(application, folder, "deploys");
        graph.edge(application, folder, "reads");
        graph.edge(application, own, "deploys");
        let dot = graph.dot();
        assert!(dot.contains(r#"label="a\"b\\c""#) && dot.contains("n0 -> n1") && dot.contains(r#"label=".""#), "{dot}");
        assert_eq!(dot.matches("->").count(), 2);
        let svg = graph.svg().unwrap();
        assert!(svg.contains("&lt;x&gt; &amp; y"), "{svg}");
    }

    #[test]
    fn what_is_too_much_for_a_picture_is_said() {
        let mut graph = Graph::default();
        (0..=MAX_DRAWN_NODES).for_each(|at| _ = graph.node(Kind::Values, &at.to_string()));
        assert!(graph.svg().unwrap_err().to_string().contains("MAX_DRAWN_NODES"));
        assert!(Graph::default().svg().unwrap().contains("<svg"));
    }
}
