//! What Terraform refuses of a module before it evaluates anything: names, places of statements, references to what nobody declares.

use std::sync::Arc;

use super::{Config, Mode};
use crate::{
    machine::Machine,
    syntax::{Block, Expr, Kind, is_identifier},
};

/// The arguments of a call, which no variable may be called.
const RESERVED: [&str; 8] = ["count", "depends_on", "for_each", "lifecycle", "locals", "providers", "source", "version"];

/// The names of types that configurations of Terraform 0.11 put in quotes.
const QUOTED_TYPES: [&str; 3] = ["list", "map", "string"];

impl Machine<'_> {
    /// Tells what is refused of a module of which all files could be read.
    pub(super) fn refuse(&mut self, config: &Config) {
        if config.partial || config.contract.is_some() {
            return;
        }
        for (name, block) in &config.variables {
            if RESERVED.contains(&&**name) {
                let message = format!("{name} cannot be the name of a variable, as it is an argument of calls");
                self.problem(&message, "call it otherwise", Some(block.header));
            }
            self.refuse_quoted_type(block);
        }
        let named = config.variables.iter().chain(&config.outputs).chain(&config.calls).map(|(name, block)| (name, block.header));
        let resources = config.resources.iter().map(|((_, _, name), block)| (name, block.header));
        for (name, span) in named.chain(resources) {
            if !is_identifier(name) {
                let hint = "a name begins with a letter or _, and has letters, digits, _ and -";
                self.problem(&format!("{name:?} is no name"), hint, Some(span));
            }
        }
        for block in config.resources.values() {
            self.refuse_lifecycle(block);
        }
        for block in config.resources.values().chain(config.calls.values()).chain(config.outputs.values()) {
            self.refuse_depends_on(block, config);
        }
        for block in config.others.iter().filter(|block| &*block.kind == "import") {
            self.refuse_import(block, config);
        }
        for block in config.others.iter().filter(|block| matches!(&*block.kind, "moved" | "removed")) {
            let Some(from) = block.body.attribute("from") else { continue };
            let mut is_indexed = false;
            from.value.each(&mut |expr| is_indexed |= matches!(expr.kind, Kind::Index(..)));
            if &*block.kind == "removed" && is_indexed {
                self.problem("removed names an instance, but goes for all of a resource", "take the key away", Some(from.value.span));
            }
            // Instances may move while others of the same resource stay.
            let Some(names) = whole(&from.value).filter(|names| is_declared(names, config) == Some(true)) else { continue };
            let resource = config.resources.iter().find(|((_, ty, name), _)| names.ends_with(&[ty, name])).map(|(_, block)| block);
            let call = || config.calls.get(*names.last()?).filter(|_| names.first() == Some(&"module"));
            // What has instances is none itself, so that the one without a key can become one of them.
            let has_instances =
                resource.or_else(call).is_some_and(|block| ["count", "for_each"].iter().any(|name| block.body.attribute(name).is_some()));
            let becomes_instance = block.body.attribute("to").is_some_and(|to| whole(&to.value).is_none());
            if has_instances && becomes_instance {
                continue;
            }
            let resource = resource.map(|block| block.header);
            let span = resource.filter(|_| &*block.kind == "removed").unwrap_or(block.header);
            let message = format!("{} is {}, but still declared", names.join("."), block.kind);
            self.problem(&message, "take the resource or the statement away", Some(span));
        }
    }

    fn refuse_quoted_type(&mut self, block: &Block) {
        let Some(attribute) = block.body.attribute("type") else { return };
        let file = self.revision.sources().get(attribute.value.span.file);
        let is_native = file.is_some_and(|file| !file.path().ends_with(".json"));
        if let Kind::String(text) = &attribute.value.kind
            && is_native
            && QUOTED_TYPES.contains(&&**text)
        {
            self.problem(
                &format!("the type {text:?} stands in quotes"),
                "take the quotes away; since Terraform 0.12 types are no texts",
                Some(attribute.value.span),
            );
        }
    }

    fn refuse_lifecycle(&mut self, block: &Block) {
        for lifecycle in block.body.blocks_of("lifecycle") {
            for name in ["prevent_destroy", "create_before_destroy"] {
                let Some(attribute) = lifecycle.body.attribute(name) else { continue };
                let mut refers = false;
                attribute.value.each(&mut |expr| refers |= matches!(expr.kind, Kind::Root(_)));
                if refers {
                    let message = format!("{name} refers to something, but must be known before anything is evaluated");
                    self.problem(&message, "write true or false", Some(attribute.value.span));
                }
            }
        }
    }

    fn refuse_import(&mut self, block: &Block, config: &Config) {
        if config.folder != self.root {
            self.problem("import stands in a module that is called", "write it in the root", Some(block.header));
        }
        let Some(to) = block.body.attribute("to") else { return };
        let names = names(&to.value);
        let is_here = names.first() != Some(&"module");
        if is_here && is_declared(&names, config) == Some(false) {
            let message = format!("import names {}, which nothing declares here", names.join("."));
            self.problem(&message, "declare the resource, or correct the name", Some(to.value.span));
        }
    }

    fn refuse_depends_on(&mut self, block: &Block, config: &Config) {
        let Some(attribute) = block.body.attribute("depends_on") else { return };
        let Kind::Tuple(items) = &attribute.value.kind else { return };
        for item in items {
            let names = names(item);
            if is_declared(&names, config) == Some(false) {
                let message = format!("depends_on names {}, which nothing declares here", names.join("."));
                self.problem(&message, "correct the name, or take it away", Some(item.span));
            }
        }
    }
}

/// The names of a reference, indexes left out; none of what is no reference.
fn names(expr: &Expr) -> Vec<&str> {
    let mut names = Vec::new();
    let mut at = expr;
    loop {
        match &at.kind {
            Kind::Attr(inner, name) => {
                names.push(&**name);
                at = inner;
            }
            Kind::Index(inner, _) | Kind::Paren(inner) | Kind::Wrap(inner) => at = inner,
            Kind::Root(name) => {
                names.push(&**name);
                names.reverse();
                return names;
            }
            _ => return Vec::new(),
        }
    }
}

/// The names of a reference to all of something of this module.
fn whole(expr: &Expr) -> Option<Vec<&str>> {
    let mut is_indexed = false;
    expr.each(&mut |expr| is_indexed |= matches!(expr.kind, Kind::Index(..)));
    let names = names(expr);
    (!is_indexed && names.len() == if names.first() == Some(&"data") { 3 } else { 2 }).then_some(names)
}

/// Whether what names refer to is declared; nothing of what needs no declaration.
fn is_declared(names: &[&str], config: &Config) -> Option<bool> {
    let resource = |mode, ty: &str, name: &str| Some(config.resources.contains_key(&(mode, Arc::from(ty), Arc::from(name))));
    match names {
        ["data", ty, name, ..] => resource(Mode::Data, ty, name),
        ["ephemeral", ty, name, ..] => resource(Mode::Ephemeral, ty, name),
        ["module", name, ..] => Some(config.calls.contains_key(*name)),
        ["var", name, ..] => Some(config.variables.contains_key(*name)),
        ["local", name, ..] => Some(config.locals.contains_key(*name)),
        ["path" | "terraform" | "each" | "count" | "self" | "data" | "module" | "ephemeral" | "action" | "provider", ..] => None,
        [ty, name, ..] => resource(Mode::Managed, ty, name),
        _ => None,
    }
}
