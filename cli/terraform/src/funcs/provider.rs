//! Functions of providers that need none: all of Terraform's own, and those of AWS that only look at a text.

use std::sync::Arc;

use super::{Context, Done, Failure, Gives, Param, Spec, text};
use crate::{
    limits::{MAX_STRING_BYTES, MAX_VALUE_DEPTH},
    machine::Scope,
    syntax::{self, is_identifier, quoted},
    value::{Data, Members, Value},
};

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("provider::aws::arn_build", &[Param::Text, Param::Text, Param::Text, Param::Text, Param::Text], Gives::Text, arn_build),
    Spec::new("provider::aws::arn_parse", &[Param::Text], Gives::Any, arn_parse),
    Spec::new("provider::aws::trim_iam_role_path", &[Param::Text], Gives::Text, trim_iam_role_path),
    Spec::new("provider::terraform::decode_tfvars", &[Param::Text], Gives::Any, decode_tfvars),
    Spec::new("provider::terraform::encode_expr", &[Param::Any], Gives::Text, encode_expr),
    Spec::new("provider::terraform::encode_tfvars", &[Param::Any], Gives::Text, encode_tfvars),
];

/// The sections of an ARN after `arn`.
const SECTIONS: [&str; 5] = ["partition", "service", "region", "account_id", "resource"];

fn arn_build(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let sections: Vec<&str> = (0..SECTIONS.len()).map(|at| text(given, at)).collect();
    Ok(Value::string(&format!("arn:{}", sections.join(":"))))
}

fn sections(arn: &str) -> Result<[&str; 5], Failure> {
    let rest = arn.strip_prefix("arn:").ok_or_else(|| Failure::from("an ARN begins with arn:"))?;
    let found: Vec<&str> = rest.splitn(SECTIONS.len(), ':').collect();
    found.try_into().map_err(|_| Failure::from("an ARN has six sections, with colons between them"))
}

fn arn_parse(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let found = sections(text(given, 0))?;
    Ok(Value::object(SECTIONS.iter().zip(found).map(|(name, section)| (Arc::from(*name), Value::string(section))).collect()))
}

fn trim_iam_role_path(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let [partition, service, region, account, resource] = sections(text(given, 0))?;
    match (service, region, resource.strip_prefix("role/")) {
        ("iam", "", Some(path)) => {
            let name = path.rsplit('/').next().unwrap_or_default();
            Ok(Value::string(&format!("arn:{partition}:iam::{account}:role/{name}")))
        }
        ("iam", "", None) => Err("the resource of the ARN is no role".into()),
        ("iam", ..) => Err("the ARN of a role has no region".into()),
        _ => Err("the ARN is none of IAM".into()),
    }
}

fn decode_tfvars(context: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let (body, errors) = syntax::body_at(text(given, 0), context.span);
    if let Some(error) = errors.first() {
        return Err(error.message.clone().into());
    }
    if let Some(block) = body.blocks().next() {
        return Err(format!("block {} stands among the values", block.kind).into());
    }
    let mut members = Members::new();
    for attribute in body.attributes() {
        let value = context.machine.eval(&attribute.value, Scope { constant: true, ..Scope::default() });
        members.insert(Arc::clone(&attribute.name), value.map_err(|fault| Failure::from(fault.message))?);
    }
    Ok(Value::object(members))
}

fn encode_expr(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let value = given.first().ok_or("one argument is required")?;
    let mut writer = Writer::default();
    writer.value(value, 0)?;
    Ok(Value::string(&writer.finish()))
}

fn encode_tfvars(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let members = given.first().and_then(Value::members).ok_or("the value to encode is an object")?;
    let mut writer = Writer::default();
    for (name, value) in members.iter() {
        if !is_identifier(name) {
            return Err(format!("{name:?} is no name of a variable").into());
        }
        writer.entry(name, value, 0)?;
        writer.line();
    }
    Ok(Value::string(&writer.finish()))
}

/// A line of native syntax, as it is laid out in the end.
#[derive(Debug, Default)]
struct Line {
    text: String,
    /// How many brackets it opens more than it closes.
    net: isize,
    /// Where the sign after a name stands, and how many brackets were open before it.
    equals: Option<(usize, isize)>,
}

/// Writes values as `terraform fmt` lays them out: signs of lines next to each other stand below each other, and each line that opens brackets indents
/// those up to the one that closes them.
#[derive(Debug, Default)]
struct Writer {
    lines: Vec<Line>,
    open: Line,
    bytes: usize,
}

impl Writer {
    fn put(&mut self, text: &str, brackets: isize) -> Result<(), Failure> {
        self.bytes += text.len();
        if self.bytes > MAX_STRING_BYTES {
            return Err(Failure::limit("MAX_STRING_BYTES"));
        }
        self.open.text.push_str(text);
        self.open.net += brackets;
        Ok(())
    }

    fn line(&mut self) {
        self.lines.push(std::mem::take(&mut self.open));
    }

    fn entry(&mut self, name: &str, value: &Value, depth: usize) -> Result<(), Failure> {
        if is_identifier(name) {
            self.put(name, 0)?
        } else {
            self.put(&quoted(name), 0)?
        }
        self.open.equals = Some((self.open.text.len(), self.open.net));
        self.put(" = ", 0)?;
        self.value(value, depth + 1)
    }

    fn value(&mut self, value: &Value, depth: usize) -> Result<(), Failure> {
        if depth > MAX_VALUE_DEPTH {
            return Err(Failure::limit("MAX_VALUE_DEPTH"));
        }
        match &value.data {
            Data::Null(_) | Data::Unknown(_) => self.put("null", 0),
            Data::Bool(value) => self.put(if *value { "true" } else { "false" }, 0),
            Data::Number(number) => self.put(&number.text(), 0),
            Data::String(text) => self.put(&quoted(text), 0),
            Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => {
                self.put("[", 1)?;
                for (at, item) in items.iter().enumerate() {
                    self.put(if at == 0 { "" } else { ", " }, 0)?;
                    self.value(item, depth + 1)?;
                }
                self.put("]", -1)
            }
            Data::Map(_, members) | Data::Object(members) => {
                self.put("{", 1)?;
                for (at, (name, value)) in members.iter().enumerate() {
                    if at == 0 {
                        self.line();
                    }
                    self.entry(name, value, depth)?;
                    self.line();
                }
                self.put("}", -1)
            }
        }
    }

    fn finish(mut self) -> String {
        if !self.open.text.is_empty() {
            self.line();
        } else {
            self.lines.push(Line::default());
        }
        let widths = self.widths();
        let mut indents: Vec<isize> = Vec::new();
        let mut out = String::new();
        for (at, (line, width)) in self.lines.iter().zip(widths).enumerate() {
            out.push_str(if at == 0 { "" } else { "\n" });
            let mut closed = -line.net;
            while let (true, Some(open)) = (closed > 0, indents.last_mut()) {
                if closed < *open {
                    *open -= closed;
                    break;
                }
                closed -= *open;
                indents.pop();
            }
            if line.text.is_empty() {
                continue;
            }
            out.push_str(&"  ".repeat(indents.len()));
            if line.net > 0 {
                indents.push(line.net);
            }
            match line.equals.and_then(|(equals, _)| line.text.split_at_checked(equals)) {
                Some((name, rest)) => out.push_str(&format!("{name:width$}{rest}")),
                None => out.push_str(&line.text),
            }
        }
        out
    }

    /// How wide the name of each line is: as wide as the widest of the lines next to it whose values end where they begin.
    fn widths(&self) -> Vec<usize> {
        let width = |line: &Line| {
            let (equals, before) = line.equals?;
            (line.net == before).then(|| line.text.get(..equals).unwrap_or_default().chars().count())
        };
        let mut widths: Vec<usize> = Vec::with_capacity(self.lines.len());
        for chain in self.lines.chunk_by(|one, other| width(one).is_some() && width(other).is_some()) {
            let widest = chain.iter().filter_map(width).max().unwrap_or_default();
            widths.extend(std::iter::repeat_n(widest, chain.len()));
        }
        widths
    }
}
