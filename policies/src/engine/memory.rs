//! What rules said before about the same content, kept by whoever asks them.
//!
//! A question is a hash of everything that decides an answer: the texts of the rules and of what they share, their parameters with the facts in them, and
//! the content of the resources. An answer is what the rules said, with paths and ids but no place: where that stands is looked up anew. Only
//! whole answers are kept, so that what could not be checked is tried again.

use std::{fmt, sync::Arc};

use portcullis_source::{Data, Node, Step};

use super::{
    Engine,
    said::{Other, Said},
    settings::Resolved,
};
use crate::{
    Resource,
    input::{MAX_DEPTH, Services, TargetPort},
};

/// Names a question by everything that decides its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question(pub [u8; 32]);

/// Remembers answers; shared between threads. It may forget whatever it likes, and answers what it was told or nothing.
pub trait Memory: fmt::Debug + Send + Sync {
    /// The answer to a question, where it is known.
    fn recall(&self, question: &Question) -> Option<Arc<str>>;

    /// Takes the answer to a question. Its text says what rules said, so that it may name values of the resource.
    fn keep(&self, question: Question, answer: String);
}

/// What rules said, by their places in the library.
pub(super) type Answer = Vec<(usize, Vec<Said>)>;

/// Collects what decides an answer; a text or list is led by its length, so that no two contents have the same bytes.
#[derive(Debug, Default)]
pub(super) struct Content(Vec<u8>);

impl Content {
    /// Begins with what the question is about.
    pub(super) fn about(what: &str) -> Self {
        let mut content = Self::default();
        content.text(what);
        content
    }

    pub(super) fn question(&self) -> Question {
        Question(blake3::hash(&self.0).into())
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn optional(&mut self, text: Option<&str>) {
        self.0.push(u8::from(text.is_some()));
        self.text(text.unwrap_or_default());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8; 32]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn number(&mut self, number: usize) {
        self.0.extend_from_slice(&(number as u64).to_le_bytes());
    }

    /// An object, and the ports at which Services reach its pods. None where it nests deeper than rules look.
    pub(super) fn resource(&mut self, resource: &Resource, services: &Services) -> Option<()> {
        self.node(resource.node()?, 0)?;
        let targets = services.targets(resource);
        self.number(targets.len());
        for target in targets {
            match target {
                TargetPort::Number(number) => {
                    self.0.push(0);
                    self.0.extend_from_slice(&number.to_le_bytes());
                }
                TargetPort::Name(name) => {
                    self.0.push(1);
                    self.text(name);
                }
            }
        }
        Some(())
    }

    /// A document that no Service reaches.
    pub(super) fn plain(&mut self, resource: &Resource) -> Option<()> {
        self.node(resource.node()?, 0)
    }

    fn node(&mut self, node: &Node, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match &node.data {
            Data::Null => self.0.push(0),
            Data::Bool(value) => self.0.extend([1, u8::from(*value)]),
            Data::Int(value) => {
                self.0.push(2);
                self.0.extend_from_slice(&value.to_le_bytes());
            }
            Data::Uint(value) => {
                self.0.push(3);
                self.0.extend_from_slice(&value.to_le_bytes());
            }
            Data::Float(value) => {
                self.0.push(4);
                self.0.extend_from_slice(&value.to_bits().to_le_bytes());
            }
            Data::String(value) => {
                self.0.push(5);
                self.text(value);
            }
            Data::List(items) => {
                self.0.push(6);
                self.number(items.len());
                return items.iter().try_for_each(|item| self.node(item, depth + 1));
            }
            Data::Map(map) => {
                self.0.push(7);
                self.number(map.entries.len());
                return map.entries.iter().try_for_each(|entry| {
                    self.text(&entry.key);
                    self.node(&entry.value, depth + 1)
                });
            }
        }
        Some(())
    }
}

/// What rules share.
pub(super) fn of_texts(texts: &[(Arc<str>, Arc<str>)]) -> [u8; 32] {
    let mut content = Content::about("prelude");
    for (path, text) in texts {
        content.text(path);
        content.text(text);
    }
    content.question().0
}

/// The text of a rule, and what it shares.
pub(super) fn of_rule(engine: &Engine, rule: usize) -> [u8; 32] {
    let mut content = Content::about("rule");
    content.bytes(&engine.prelude);
    if let Some(rule) = engine.rules.get(rule) {
        content.text(rule.id.as_str());
        content.text(&rule.rego);
    }
    content.question().0
}

impl Engine {
    /// Remembers what rules say about objects that are going to be made, and recalls it.
    #[must_use]
    pub fn with_memory(mut self, memory: Arc<dyn Memory>) -> Self {
        self.memory = Some(memory);
        self
    }

    /// The part of a question that rules are, with their parameters.
    pub(super) fn code_of<'a>(&self, rules: impl Iterator<Item = (usize, &'a Resolved)>) -> Option<[u8; 32]> {
        let mut content = Content::about("rules");
        for (rule, resolved) in rules {
            let of_one = || {
                let mut content = Content::about("parameters");
                content.bytes(self.code(rule)?);
                content.text(&resolved.params.to_json_str().ok()?);
                Some(content.question().0)
            };
            content.bytes(resolved.code.get_or_init(of_one).as_ref()?);
        }
        Some(content.question().0)
    }

    /// An answer as text.
    pub(super) fn write_answer(&self, answer: &Answer) -> String {
        let rules = answer.iter().filter(|(_, said)| !said.is_empty()).filter_map(|(rule, said)| {
            let said: Vec<serde_json::Value> = said.iter().map(write_said).collect();
            Some(serde_json::json!([self.rules.get(*rule)?.id.as_str(), said]))
        });
        serde_json::Value::Array(rules.collect()).to_string()
    }

    /// The answer of a text; none where it is no answer of these rules.
    pub(super) fn read_answer(&self, text: &str) -> Option<Answer> {
        let read: serde_json::Value = serde_json::from_str(text).ok()?;
        let rule = |entry: &serde_json::Value| {
            let id = entry.get(0)?.as_str()?;
            let place = self.rules.iter().position(|rule| rule.id.as_str() == id)?;
            Some((place, entry.get(1)?.as_array()?.iter().map(read_said).collect::<Option<Vec<_>>>()?))
        };
        read.as_array()?.iter().map(rule).collect()
    }
}

fn write_path(path: &[Step]) -> serde_json::Value {
    let step = |step: &Step| match step {
        Step::Key(key) => serde_json::Value::from(&**key),
        Step::Index(index) => serde_json::Value::from(*index),
    };
    path.iter().map(step).collect()
}

fn read_path(path: &serde_json::Value) -> Option<Vec<Step>> {
    let step = |step: &serde_json::Value| match step {
        serde_json::Value::String(key) => Some(Step::Key(Arc::from(key.as_str()))),
        other => Some(Step::Index(read_index(other)?)),
    };
    path.as_array()?.iter().map(step).collect()
}

fn read_index(index: &serde_json::Value) -> Option<usize> {
    usize::try_from(index.as_u64()?).ok()
}

/// What may be there or not.
fn read_optional<T>(value: &serde_json::Value, read: impl FnOnce(&serde_json::Value) -> Option<T>) -> Option<Option<T>> {
    if value.is_null() { Some(None) } else { read(value).map(Some) }
}

/// `[at, message, resource, lacks, other, others]`, with null for what is not there.
fn write_said(said: &Said) -> serde_json::Value {
    let Said { at, message, resource, lacks, other, others } = said;
    let others: Vec<_> = others.iter().map(|(id, path)| serde_json::json!([id, write_path(path)])).collect();
    serde_json::json!([write_path(at), message, resource, lacks, other.as_deref().map(write_path), others])
}

fn read_said(said: &serde_json::Value) -> Option<Said> {
    let [at, message, resource, lacks, other, others] = said.as_array()?.as_slice() else { return None };
    let read_other = |entry: &serde_json::Value| Some((read_optional(entry.get(0)?, read_index)?, read_path(entry.get(1)?)?));
    let others: Vec<Other> = others.as_array()?.iter().map(read_other).collect::<Option<_>>()?;
    Some(Said {
        at: read_path(at)?,
        message: message.as_str()?.to_owned(),
        resource: read_optional(resource, read_index)?,
        lacks: read_optional(lacks, |lacks| lacks.as_str().map(str::to_owned))?,
        other: read_optional(other, read_path)?,
        others,
    })
}
