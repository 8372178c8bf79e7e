//! What a real API server says of objects after one change of each: which it takes, and why it does not take the others.

use std::collections::BTreeMap;
use std::fmt;

use portcullis_source::{Data, Node, Sources, Text, yaml};
use serde_json::{Map, Value};

use crate::tools::{Error, repository};
use crate::truth::read;

/// An object that an API server takes, and where it is sent.
#[derive(Clone, Debug)]
pub struct Seed {
    /// The path of its collection.
    pub path: String,
    /// The object.
    pub object: Value,
}

impl Seed {
    /// `apiVersion`, kind and name.
    #[must_use]
    pub fn name(&self) -> String {
        let text = |pointer: &str| self.object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        format!("{} {} {}", text("/apiVersion"), text("/kind"), text("/metadata/name"))
    }
}

/// One change of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The key is misspelt: its last letter is there twice.
    Misspell,
    /// The field is gone.
    Remove,
    /// The field is null.
    Null,
    /// The value is of another type: a number for a text, a text for all others.
    Retype,
    /// The text is another, which nothing may be called.
    Bogus,
    /// The text is empty, the number is -1.
    Empty,
    /// The first item of the list is there twice.
    Repeat,
    /// The number is 0.
    Zero,
    /// What is true is false, and the other way round.
    Flip,
    /// The text leads out of where it is.
    Climb,
    /// The word is another one of those that may stand there.
    Other,
}

/// Words of which each may stand where the next one does.
const OTHERS: [&[&str]; 12] = [
    &["Equal", "Exists"],
    &["In", "Exists", "NotIn"],
    &["NoExecute", "NoSchedule"],
    &["DoNotSchedule", "ScheduleAnyway"],
    &["RollingUpdate", "Recreate", "OnDelete"],
    &["ClusterIP", "ExternalName"],
    &["Always", "Never"],
    &["Exact", "ImplementationSpecific", "Prefix"],
    &["Utilization", "AverageValue", "Value"],
    &["NonIndexed", "Indexed"],
    &["RuntimeDefault", "Localhost", "Unconfined"],
    &["TCP", "UDP"],
];

impl Change {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Misspell,
        Self::Remove,
        Self::Null,
        Self::Retype,
        Self::Bogus,
        Self::Empty,
        Self::Repeat,
        Self::Zero,
        Self::Flip,
        Self::Climb,
        Self::Other,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Misspell => "misspell",
            Self::Remove => "remove",
            Self::Null => "null",
            Self::Retype => "retype",
            Self::Bogus => "bogus",
            Self::Empty => "empty",
            Self::Repeat => "repeat",
            Self::Zero => "zero",
            Self::Flip => "flip",
            Self::Climb => "climb",
            Self::Other => "other",
        }
    }

    /// Makes the change at a field of an object; none where it makes no sense there.
    #[must_use]
    pub fn make(self, object: &Value, pointer: &str) -> Option<Value> {
        let mut changed = object.clone();
        let (parent, key) = pointer.rsplit_once('/')?;
        let key = key.replace("~1", "/").replace("~0", "~");
        let value = object.pointer(pointer)?;
        let new = match self {
            Self::Misspell | Self::Remove => {
                let map = changed.pointer_mut(parent)?.as_object_mut()?;
                let value = map.remove(&key)?;
                if self == Self::Misspell {
                    map.insert(format!("{key}{}", key.chars().last()?), value);
                }
                return Some(changed);
            }
            Self::Null => Value::Null,
            Self::Retype => match value {
                Value::String(_) => 7.into(),
                Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) | Value::Null => "x".into(),
            },
            Self::Bogus => value.as_str().map(|_| "No Such Thing!".into())?,
            Self::Empty => match value {
                Value::String(_) => "".into(),
                Value::Number(_) => (-1).into(),
                _ => return None,
            },
            Self::Repeat => {
                let list = value.as_array()?;
                list.iter().chain(list.first()).cloned().collect()
            }
            Self::Zero => value.as_i64().filter(|number| *number != 0).map(|_| 0.into())?,
            Self::Flip => (!value.as_bool()?).into(),
            Self::Climb => value.as_str().map(|text| format!("{text}/../..").into())?,
            Self::Other => other(value.as_str()?)?.into(),
        };
        *changed.pointer_mut(pointer)? = new;
        Some(changed)
    }
}

/// The word behind this one, among those that may stand in one place.
fn other(word: &str) -> Option<&'static str> {
    let (words, at) = OTHERS.iter().find_map(|words| Some((words, words.iter().position(|known| *known == word)?)))?;
    words.iter().cycle().nth(at + 1).copied()
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What an API server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// It takes the object.
    Taken,
    /// The object has a field that there is not.
    Unknown,
    /// It cannot read the object.
    Unread,
    /// Its validation refuses the object.
    Refused,
}

impl Answer {
    const ALL: [Self; 4] = [Self::Taken, Self::Unknown, Self::Unread, Self::Refused];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Unknown => "unknown",
            Self::Unread => "unread",
            Self::Refused => "refused",
        }
    }

    /// The answer of a status and a body.
    #[must_use]
    pub fn of(status: u16, body: &Value) -> Self {
        let message = body["message"].as_str().unwrap_or_default();
        match status {
            200 | 201 => Self::Taken,
            _ if message.contains("unknown field") => Self::Unknown,
            400 => Self::Unread,
            _ => Self::Refused,
        }
    }
}

/// The recorded answers: by seed, then by change and field.
pub type Answers = BTreeMap<String, BTreeMap<(Change, String), Answer>>;

/// The objects, in their order.
///
/// # Errors
/// If the file cannot be read.
pub fn seeds() -> Result<Vec<Seed>, Error> {
    let path = repository().join("testdata/dryrun/objects.yaml");
    let file = Sources::default().add("objects.yaml", read(&path)?.into_bytes());
    let stream = yaml::parse(&Text::of_file(&file));
    if let Some(error) = stream.error {
        return Err(Error::Unexpected(format!("objects.yaml: {error}")));
    }
    let seed = |document: &portcullis_source::Document| Seed {
        path: document.root.get("path").and_then(Node::as_str).unwrap_or_default().to_owned(),
        object: document.root.get("object").map(json).unwrap_or_default(),
    };
    Ok(stream.documents.iter().map(seed).collect())
}

/// Every change of every field of an object.
#[must_use]
pub fn changes(object: &Value) -> Vec<(Change, String)> {
    let mut fields = Vec::new();
    collect(object, String::new(), &mut fields);
    let all = fields.iter().flat_map(|field| Change::ALL.map(|change| (change, field.clone())));
    all.filter(|(change, field)| change.make(object, field).is_some()).collect()
}

fn collect(value: &Value, path: String, fields: &mut Vec<String>) {
    let mut field = |key: &str, value: &Value| {
        let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
        fields.push(path.clone());
        collect(value, path, fields);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| field(key, value)),
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| field(&index.to_string(), value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Answers as the text that is recorded.
#[must_use]
pub fn write(version: &str, answers: &Answers) -> String {
    let mut text =
        format!("# What kube-apiserver {version} says of each object of objects.yaml after one change; written by the recorder.\n");
    for (seed, answers) in answers {
        text.push_str(&format!("\n{seed}\n"));
        for answer in Answer::ALL {
            for change in Change::ALL {
                let fields =
                    answers.iter().filter(|((own, _), said)| *own == change && **said == answer).map(|((_, field), _)| field.as_str());
                let fields: Vec<&str> = fields.collect();
                if !fields.is_empty() {
                    text.push_str(&format!("{} {change} {}\n", answer.name(), fields.join(" ")));
                }
            }
        }
    }
    text
}

/// The recorded answers.
///
/// # Errors
/// If the file cannot be read.
pub fn answers() -> Result<Answers, Error> {
    let text = read(&repository().join("testdata/dryrun/answers.txt"))?;
    let mut answers = Answers::new();
    let mut seed = String::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut words = line.split(' ');
        let answer = Answer::ALL.into_iter().find(|answer| words.clone().next() == Some(answer.name()));
        let Some(answer) = answer else {
            seed = line.to_owned();
            continue;
        };
        let change = words.nth(1);
        let change = Change::ALL.into_iter().find(|known| Some(known.name()) == change);
        let Some(change) = change else { return Err(Error::Unexpected(format!("answers.txt: {line}"))) };
        answers.entry(seed.clone()).or_default().extend(words.map(|field| ((change, field.to_owned()), answer)));
    }
    Ok(answers)
}

fn json(node: &Node) -> Value {
    match &node.data {
        Data::Null => Value::Null,
        Data::Bool(value) => (*value).into(),
        Data::Int(value) => (*value).into(),
        Data::Uint(value) => (*value).into(),
        Data::Float(value) => (*value).into(),
        Data::String(value) => (**value).into(),
        Data::List(items) => items.iter().map(json).collect(),
        Data::Map(map) => map.entries.iter().map(|entry| (entry.key.to_string(), json(&entry.value))).collect::<Map<_, _>>().into(),
    }
}
