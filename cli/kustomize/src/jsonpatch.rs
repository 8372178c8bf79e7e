//! JSON patches, as the library that kustomize uses applies them.

use crate::{
    Entry, Node, Place, Tag, Value,
    fault::{Fault, Result},
    tree::Scalar,
    write::{self, Json},
};

/// One operation.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    kind: String,
    path: Option<String>,
    from: Option<String>,
    value: Option<Node>,
    place: Place,
}

/// The operations of a patch.
pub(crate) fn decode(node: &Node) -> Result<Vec<Operation>> {
    let Value::List(items) = &node.value else {
        return Err(Fault::refused("a JSON patch is a list of operations", "start each of them with `- op:`").at(node.place.span));
    };
    let operation = |item: &Node| {
        if !matches!(item.value, Value::Map(_)) {
            return Err(item.not("an operation of a JSON patch"));
        }
        let text = |key| item.get(key).filter(|node| node.as_scalar().is_some_and(|scalar| scalar.reading() == Some(Tag::Text)));
        Ok(Operation {
            kind: text("op").map_or("unknown", Node::text).to_owned(),
            path: text("path").map(|node| node.text().to_owned()),
            from: text("from").map(|node| node.text().to_owned()),
            value: item.get("value").cloned(),
            place: item.place.clone(),
        })
    };
    items.iter().map(operation).collect()
}

/// Applies operations to an object.
pub(crate) fn apply(object: &mut Node, operations: &[Operation]) -> Result<()> {
    normalize(object)?;
    for operation in operations {
        operation.apply(object).map_err(|fault| fault.at(operation.place.span))?;
    }
    normalize(object)
}

fn refuse<T>(message: impl Into<String>) -> Result<T> {
    Err(Fault::refused(message, "compare the path with the object as it is before the patch"))
}

impl Operation {
    fn apply(&self, object: &mut Node) -> Result<()> {
        let value = || self.value.clone().unwrap_or_else(|| null(&self.place));
        let pointer = Pointer::new(self.path.as_deref(), "path")?;
        match self.kind.as_str() {
            "add" => pointer.add(object, value()),
            "remove" => pointer.remove(object).map(|_| ()),
            "replace" if pointer.is_whole => {
                *object = value();
                Ok(())
            }
            "replace" => pointer.replace(object, value()),
            "move" => {
                let moved = Pointer::new(self.from.as_deref(), "from")?.remove_any(object)?;
                pointer.add(object, moved.unwrap_or_else(|| null(&self.place)))
            }
            "copy" => {
                let copied = Pointer::new(self.from.as_deref(), "from")?.get(object)?.cloned();
                pointer.add(object, copied.unwrap_or_else(|| null(&self.place)))
            }
            "test" => {
                let found = if pointer.is_whole { Some(&*object) } else { pointer.get(object)? };
                let wanted = self.value.as_ref().filter(|node| !node.is_null());
                match (found.filter(|node| !node.is_null()), wanted) {
                    (None, None) => Ok(()),
                    (Some(found), Some(wanted)) if equal(found, wanted)? => Ok(()),
                    _ => refuse(format!("the test of {} fails", self.path.as_deref().unwrap_or_default())),
                }
            }
            other => {
                let hint = crate::nearest::hint(other, &["add", "remove", "replace", "move", "copy", "test"]);
                Err(Fault::refused(format!("a JSON patch has no operation {other:?}"), hint))
            }
        }
    }
}

fn null(place: &Place) -> Node {
    Node::scalar(Scalar { text: "null".into(), tag: Tag::Null, quoted: false }, place.clone())
}

/// Whether two values are the same JSON.
fn equal(left: &Node, right: &Node) -> Result<bool> {
    Ok(match (&left.value, &right.value) {
        (Value::Scalar(one), Value::Scalar(other)) => write::json(one, &left.place)? == write::json(other, &right.place)?,
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).try_fold(true, |same, (one, other)| Ok::<_, Box<Fault>>(same && equal(one, other)?))?
        }
        (Value::Map(one), Value::Map(other)) => {
            let mut same = one.len() == other.len();
            for entry in one {
                same = same && right.get(&entry.key).map_or(Ok(false), |value| equal(&entry.value, value))?;
            }
            same
        }
        _ => false,
    })
}

/// The path to a value.
struct Pointer {
    text: String,
    parts: Vec<String>,
    last: String,
    /// Whether it is the object itself.
    is_whole: bool,
}

impl Pointer {
    fn new(text: Option<&str>, field: &str) -> Result<Self> {
        let Some(text) = text else { return refuse(format!("an operation has no {field}")) };
        let mut parts: Vec<String> = text.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
        let last = parts.pop();
        if last.is_none() && !text.is_empty() {
            return refuse(format!("path {text:?} does not start with /"));
        }
        Ok(Self { text: text.to_owned(), parts, last: last.unwrap_or_default(), is_whole: text.is_empty() })
    }

    fn missing<T>(&self) -> Result<T> {
        refuse(format!("the object has no {}", self.text))
    }

    /// The map or list that holds the value.
    fn holder<'n>(&self, object: &'n mut Node) -> Result<&'n mut Node> {
        if self.is_whole {
            return self.missing();
        }
        let mut node = object;
        for part in &self.parts {
            let next = match &mut node.value {
                Value::Map(entries) => entries.iter_mut().find(|entry| *entry.key == **part).map(|entry| &mut entry.value),
                Value::List(items) => index(part, items.len()).and_then(|index| items.get_mut(index)),
                Value::Scalar(_) => None,
            };
            match next.filter(|next| next.as_scalar().is_none()) {
                Some(next) => node = next,
                None => return self.missing(),
            }
        }
        Ok(node)
    }

    fn get<'n>(&self, object: &'n mut Node) -> Result<Option<&'n Node>> {
        let holder = self.holder(object)?;
        match &holder.value {
            Value::Map(_) => Ok(holder.get(&self.last)),
            Value::List(items) => match index(&self.last, items.len()).and_then(|index| items.get(index)) {
                Some(item) => Ok(Some(item)),
                None => self.missing(),
            },
            Value::Scalar(_) => self.missing(),
        }
    }

    fn add(&self, object: &mut Node, value: Node) -> Result<()> {
        let holder = self.holder(object)?;
        let place = value.place.clone();
        match &mut holder.value {
            Value::Map(entries) => {
                put(entries, &self.last, value, &place);
                Ok(())
            }
            Value::List(items) if self.last == "-" => {
                items.push(value);
                Ok(())
            }
            Value::List(items) => match index(&self.last, items.len() + 1) {
                Some(index) => {
                    items.insert(index, value);
                    Ok(())
                }
                None => self.missing(),
            },
            Value::Scalar(_) => self.missing(),
        }
    }

    fn replace(&self, object: &mut Node, mut value: Node) -> Result<()> {
        let holder = self.holder(object)?;
        match &mut holder.value {
            // What is not there is added, as kustomize has it.
            Value::Map(entries) => {
                let place = value.place.clone();
                put(entries, &self.last, value, &place);
                Ok(())
            }
            Value::List(items) => match index(&self.last, items.len()).and_then(|index| items.get_mut(index)) {
                Some(item) => {
                    value.place = value.place.before(&item.place);
                    *item = value;
                    Ok(())
                }
                None => self.missing(),
            },
            Value::Scalar(_) => self.missing(),
        }
    }

    /// Takes a value away that is there.
    fn remove(&self, object: &mut Node) -> Result<Node> {
        match self.remove_any(object)? {
            Some(node) => Ok(node),
            None => self.missing(),
        }
    }

    fn remove_any(&self, object: &mut Node) -> Result<Option<Node>> {
        let holder = self.holder(object)?;
        match &mut holder.value {
            Value::Map(_) => match holder.remove(&self.last) {
                Some(node) => Ok(Some(node)),
                None => self.missing(),
            },
            Value::List(items) => match index(&self.last, items.len()) {
                Some(index) => Ok(Some(items.remove(index))),
                None => self.missing(),
            },
            Value::Scalar(_) => self.missing(),
        }
    }
}

fn put(entries: &mut Vec<Entry>, key: &str, mut value: Node, place: &Place) {
    match entries.iter_mut().find(|entry| &*entry.key == key) {
        Some(entry) => {
            value.place = value.place.before(&entry.value.place);
            entry.value = value;
        }
        None => entries.push(Entry { key: key.into(), key_place: place.clone(), is_text: true, value }),
    }
}

/// An index that may count from the end.
fn index(text: &str, length: usize) -> Option<usize> {
    let index: i64 = text.parse().ok()?;
    let index = if index < 0 { index + i64::try_from(length).ok()? } else { index };
    usize::try_from(index).ok().filter(|&index| index < length)
}

/// Leaves of a value what JSON keeps: no styles, and no types but its own.
fn normalize(node: &mut Node) -> Result<()> {
    match &mut node.value {
        Value::List(items) => items.iter_mut().try_for_each(normalize),
        Value::Map(entries) => {
            for entry in entries {
                if !entry.is_text {
                    let message = format!("key {} of a map is no string", entry.key);
                    return Err(Fault::refused(message, "put it in quotes").at(entry.key_place.span));
                }
                normalize(&mut entry.value)?;
            }
            Ok(())
        }
        Value::Scalar(scalar) => {
            *scalar = match write::json(scalar, &node.place)? {
                Json::Text(text) => {
                    Scalar { quoted: Scalar::set_to(&*text).quoted || text.contains('\n') || text.is_empty(), text, tag: Tag::Text }
                }
                Json::Bare(text) => Scalar { tag: Tag::of_plain(&text), text, quoted: false },
            };
            Ok(())
        }
    }
}
