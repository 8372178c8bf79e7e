//! Every expression of a body, whatever it lies in.

use super::ast::{Access, Body, Expr, Item, Kind, Part};

impl Body {
    /// Visits every expression, each before those within it.
    pub fn each_expression<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        for item in &self.items {
            match item {
                Item::Attribute(attribute) => attribute.value.each(visit),
                Item::Block(block) => block.body.each_expression(visit),
            }
        }
    }
}

impl Expr {
    /// Visits the expression and all within it.
    pub fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        match &self.kind {
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Root(_) => {}
            Kind::Template(parts) => each_of(parts, visit),
            Kind::Wrap(inner) | Kind::Paren(inner) | Kind::Attr(inner, _) | Kind::Unary(_, inner) => inner.each(visit),
            Kind::Tuple(items) => items.iter().for_each(|item| item.each(visit)),
            Kind::Object(items) => items.iter().for_each(|(key, value)| {
                key.each(visit);
                value.each(visit);
            }),
            Kind::Index(one, other) | Kind::Binary(_, one, other) => {
                one.each(visit);
                other.each(visit);
            }
            Kind::Splat(inner, steps) => {
                inner.each(visit);
                each_step(steps, visit);
            }
            Kind::Call(call) => call.arguments.iter().for_each(|argument| argument.each(visit)),
            Kind::Conditional(three) => three.iter().for_each(|one| one.each(visit)),
            Kind::For(each) => {
                let optional = each.result_key.iter().chain(&each.condition);
                [&each.source, &each.result].into_iter().chain(optional).for_each(|one| one.each(visit));
            }
        }
    }
}

fn each_step<'a>(steps: &'a [Access], visit: &mut dyn FnMut(&'a Expr)) {
    for step in steps {
        match step {
            Access::Attr(..) => {}
            Access::Index(key) => key.each(visit),
            Access::Splat(inner, _) => each_step(inner, visit),
        }
    }
}

fn each_of<'a>(parts: &'a [Part], visit: &mut dyn FnMut(&'a Expr)) {
    for part in parts {
        match part {
            Part::Literal(..) => {}
            Part::Value(value) => value.each(visit),
            Part::If(test, one, other) => {
                test.each(visit);
                each_of(one, visit);
                each_of(other, visit);
            }
            Part::For { source, body, .. } => {
                source.each(visit);
                each_of(body, visit);
            }
        }
    }
}
