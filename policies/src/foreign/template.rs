//! A ConstraintTemplate to the program of its constraints, or what is wrong with it.

use std::sync::Arc;

use portcullis_source::{Document, Node};

use super::{
    check::{Fault, check, forbidden},
    program::{Module, Program, Version},
    read::{Found, kept},
    schema::Schema,
};
use crate::{
    ConfigError, Operation, json,
    rego::outline::{Outline, is_below},
};

/// A template that can be asked.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pub(super) kind: Arc<str>,
    pub(super) program: Arc<Program>,
    /// The path of what it finds.
    pub(super) path: String,
    pub(super) schema: Option<Schema>,
    /// What it says of itself.
    pub(super) description: Option<String>,
    pub(super) operations: Vec<Operation>,
    /// Whether it reads `data.inventory`.
    pub(super) inventory: bool,
    /// Whether it reads the namespace of the object.
    pub(super) namespace: bool,
    /// The text that it can be read of again.
    pub(super) kept: String,
}

/// The only target of a template that there is.
const TARGET: &str = "admission.k8s.gatekeeper.sh";

/// What to do about a template that is left out.
const HINT: &str = "the template and its constraints were left out; `gator verify` and `portcullis test` try it";

/// The data that a template may read.
const DATA: [&str; 2] = ["data.inventory", "data.lib"];

impl Template {
    /// The kind that a template makes, be it whole or not.
    pub(super) fn kind_of(document: &Document) -> Option<Arc<str>> {
        document.root.at(&["spec", "crd", "spec", "names", "kind"]).and_then(Node::as_str).map(Arc::from)
    }

    /// Reads a template.
    pub(super) fn read(found: &Found) -> Result<Self, ConfigError> {
        let document = &*found.document;
        let root = &document.root;
        let name = root.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or_default();
        let wrong = |node: &Node, message: String| found.wrong(node, format!("template {name} {message}"), HINT);
        let Some(kind) = Self::kind_of(document) else {
            return Err(wrong(root, "names no kind in spec.crd.spec.names.kind".to_owned()));
        };
        if name != kind.to_lowercase() {
            let node = root.at(&["metadata", "name"]).unwrap_or(root);
            return Err(wrong(node, format!("is of kind {kind}, so that its name has to be {}", kind.to_lowercase())));
        }
        let targets = root.at(&["spec", "targets"]);
        let Some([target]) = targets.map(Node::items) else {
            return Err(wrong(targets.unwrap_or(root), "has to have one target in spec.targets".to_owned()));
        };
        if target.get("target").and_then(Node::as_str) != Some(TARGET) {
            return Err(wrong(target, format!("has a target other than {TARGET}")));
        }
        let texts = Texts::of(target).map_err(|(message, node)| wrong(node, message))?;
        let (program, outlines) = texts.compile(name, found)?;
        let main = outlines.first().map(|outline| outline.package.clone()).unwrap_or_default();
        let validation = root.at(&["spec", "crd", "spec", "validation"]);
        Ok(Self {
            path: format!("data.{main}.violation"),
            inventory: outlines.iter().any(|outline| outline.reads("data.inventory")),
            schema: schema(root, validation),
            description: description(root),
            operations: operations(target),
            namespace: outlines.iter().any(|outline| outline.reads_namespace),
            program: Arc::new(program),
            kept: kept(found),
            kind,
        })
    }
}

/// The schema of the parameters.
fn schema(root: &Node, validation: Option<&Node>) -> Option<Schema> {
    let version = root.get("apiVersion").and_then(Node::as_str).and_then(|text| text.rsplit('/').next()).unwrap_or_default();
    let legacy = validation.and_then(|node| node.get("legacySchema")).map(|node| json(node) == serde_json::Value::Bool(true));
    // What v1 leaves out is false, and what came before it true.
    let preserves = legacy.unwrap_or(version != "v1");
    match validation.and_then(|node| node.get("openAPIV3Schema")).filter(|node| !node.is_null()) {
        Some(schema) => Some(Schema { root: json(schema), preserves }),
        None if preserves => Some(Schema { root: serde_json::json!({}), preserves: true }),
        None => None,
    }
}

fn description(root: &Node) -> Option<String> {
    let text = root.at(&["metadata", "annotations", "description"]).and_then(Node::as_str)?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What Gatekeeper asks a template about: where it names operations, those.
fn operations(target: &Node) -> Vec<Operation> {
    let named: Vec<&str> = target.get("operations").into_iter().flat_map(Node::items).filter_map(Node::as_str).collect();
    if named.is_empty() || named.contains(&"*") {
        return vec![Operation::Create, Operation::Update];
    }
    named.into_iter().filter_map(Operation::parse).collect()
}

/// The Rego of a template.
struct Texts<'a> {
    version: Version,
    rego: &'a Node,
    libs: Vec<&'a Node>,
}

impl<'a> Texts<'a> {
    fn of(target: &'a Node) -> Result<Self, (String, &'a Node)> {
        let is_text = |node: &&Node| node.as_str().is_some_and(|text| !text.is_empty());
        if let Some(rego) = target.get("rego").filter(is_text) {
            return Ok(Self { version: Version::V0, rego, libs: target.get("libs").into_iter().flat_map(Node::items).collect() });
        }
        let code = target.get("code").map(Node::items).unwrap_or_default();
        let engine = |node: &Node| node.get("engine").and_then(Node::as_str).map(str::to_owned);
        let Some(source) = code.iter().find(|node| engine(node).as_deref() == Some("Rego")).and_then(|node| node.get("source")) else {
            let engines: Vec<String> = code.iter().filter_map(engine).collect();
            let has = if engines.is_empty() { "no code".to_owned() } else { format!("code for {} alone", engines.join(", ")) };
            return Err((format!("has {has}, and portcullis runs its Rego"), target));
        };
        let rego = source.get("rego").filter(is_text).ok_or_else(|| ("has no source.rego".to_owned(), source))?;
        let version = if source.get("version").and_then(Node::as_str) == Some("v1") { Version::V1 } else { Version::V0 };
        Ok(Self { version, rego, libs: source.get("libs").into_iter().flat_map(Node::items).collect() })
    }

    /// Compiles them as Gatekeeper would: libraries below `lib`, imports of them alone, no data but the inventory.
    fn compile(&self, name: &str, found: &Found) -> Result<(Program, Vec<Outline>), ConfigError> {
        let nodes: Vec<&Node> = std::iter::once(self.rego).chain(self.libs.iter().copied()).collect();
        let module = |(index, node): (usize, &&Node)| Module {
            path: if index == 0 { format!("{name}/rego") } else { format!("{name}/libs/{}", index - 1) }.into(),
            text: node.as_str().unwrap_or_default().into(),
            version: self.version,
        };
        let modules: Vec<Module> = nodes.iter().enumerate().map(module).collect();
        let at = |module: usize, line: usize, message: String| {
            let node = nodes.get(module).copied().unwrap_or(self.rego);
            found.wrong_in(node, line, format!("template {name} {message}"), HINT)
        };
        let (program, outlines) = check(&modules).map_err(|fault| at(fault.module, fault.line, fault.message))?;
        let forbidden: Vec<Fault> = forbidden(&outlines).into_values().collect();
        if let Some(first) = forbidden.first() {
            let all: Vec<&str> = forbidden.iter().map(|fault| fault.message.as_str()).collect();
            return Err(at(first.module, first.line, all.join("; and ")));
        }
        for (index, outline) in outlines.iter().enumerate() {
            if index > 0 && !outline.package.starts_with("lib.") {
                return Err(at(index, 1, format!("has a library of package {}, and those are below lib", outline.package)));
            }
            let import = outline.imports.iter().find(|(_, path)| !is_below(path, "data.lib") && !path.starts_with("future."));
            if let Some((line, path)) = import {
                return Err(at(index, *line, format!("imports {path}, and a template imports from data.lib alone")));
            }
            if let Some((line, path)) = outline.data.iter().find(|(_, path)| !DATA.iter().any(|data| is_below(path, data))) {
                return Err(at(index, *line, format!("reads {path}, and a template reads data.inventory and data.lib alone")));
            }
        }
        if !outlines.first().is_some_and(|outline| outline.rules.contains("violation")) {
            return Err(at(0, 1, "has no rule violation".to_owned()));
        }
        let odd = outlines.first().and_then(|outline| outline.no_sets.iter().find(|(_, name)| name == "violation"));
        if let Some((line, _)) = odd {
            return Err(at(0, *line, "has a rule violation that is no set".to_owned()));
        }
        Ok((program, outlines))
    }
}
