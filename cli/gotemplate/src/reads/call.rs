//! What functions make of values, as far as it matters which of them are read.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_source::Span;

use super::{
    Part,
    known::{ANY, Known},
    walk::Walk,
};

/// The most texts that are taken apart.
const MAX_SEQUENCES: usize = 128;

/// The most texts that one call may print.
const MAX_TEXTS: usize = 16;

/// A variable that is the first argument, and the place of a call.
type Site<'a> = (Option<&'a Arc<str>>, Option<Span>);

impl Walk<'_> {
    /// The result of a function; of one that is not known here, every argument is read.
    #[expect(clippy::too_many_lines, reason = "one arm per kind of function")]
    pub(super) fn call(&mut self, name: &str, arguments: Vec<Known>, site: Site<'_>) -> Known {
        let span = site.1;
        match name {
            "include" => {
                let mut arguments = arguments.into_iter();
                let (name, given) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
                self.consume(&name, true, span);
                if name.texts.is_empty() || !name.is_nothing() {
                    self.any_template(ANY, &given);
                }
                for text in &name.texts {
                    match text.contains(ANY) {
                        true => self.any_template(text, &given),
                        false => self.include(text, given.clone()),
                    }
                }
                Known::default()
            }
            "tpl" => {
                let mut arguments = arguments.into_iter();
                let (text, given) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
                self.consume(&text, false, span);
                text.texts.iter().filter(|text| !text.contains(ANY)).for_each(|text| self.text(text, &given));
                self.any_text(&given);
                // What else the text says of what it is given is not known, but for the roots, whose keys it must name.
                self.consume(&given.without_roots(), true, span);
                Known::default()
            }
            "default" | "coalesce" | "or" | "and" | "ternary" => {
                arguments.iter().for_each(|argument| self.test(argument, span));
                arguments.into_iter().fold(Known::default(), Known::or).soft()
            }
            "dict" => dict(&arguments),
            "list" | "tuple" => Known::holding(arguments.into_iter().fold(Known::default(), Known::or)),
            "index" | "get" => self.index(arguments, span),
            "dig" => self.dig(arguments, span),
            "hasKey" => {
                let mut arguments = arguments.into_iter();
                let map = arguments.next().unwrap_or_default();
                let found = self.index([map].into_iter().chain(arguments).collect(), span);
                self.test(&found, span);
                Known::default()
            }
            "pluck" => {
                let mut arguments = arguments.into_iter();
                let key = arguments.next().unwrap_or_default();
                let found = arguments.fold(Known::default(), |found, map| found.or(self.index(vec![map, key.clone()], span)));
                Known::holding(found.soft())
            }
            "set" => self.store(arguments, site),
            "unset" => arguments.into_iter().next().unwrap_or_default(),
            "merge" | "mustMerge" | "mergeOverwrite" | "mustMergeOverwrite" => self.merge(arguments, site),
            "deepCopy" | "mustDeepCopy" | "omit" | "pick" => {
                let mut arguments = arguments.into_iter();
                let value = arguments.next().unwrap_or_default();
                arguments.for_each(|key| self.consume(&key, true, span));
                value.soft()
            }
            "first" | "mustFirst" | "last" | "mustLast" => {
                let value = arguments.into_iter().next().unwrap_or_default();
                self.presence(&value, span);
                value.any().soft()
            }
            "rest" | "mustRest" | "initial" | "mustInitial" | "reverse" | "mustReverse" | "uniq" | "mustUniq" | "compact"
            | "mustCompact" | "concat" | "append" | "mustAppend" | "push" | "mustPush" | "prepend" | "mustPrepend" | "slice"
            | "mustSlice" | "values" => {
                arguments.iter().for_each(|argument| self.presence(argument, span));
                // An item that is added is one of the result; a list that is added has its own items.
                let items = arguments.iter().fold(Known::default(), |items, argument| items.or(argument.any()).or(argument.clone()));
                Known::holding(items.soft())
            }
            "printf" | "print" => {
                arguments.iter().for_each(|argument| self.consume(argument, false, span));
                if name == "printf" { printed(&arguments) } else { Known { texts: joined(&arguments), ..Known::default() } }
            }
            "splitList" | "mustSplitList" | "split" | "mustSplit" => self.split(arguments, span),
            "keys" => {
                arguments.iter().for_each(|argument| self.presence(argument, span));
                Known::default()
            }
            "not" | "empty" | "kindIs" | "kindOf" | "typeIs" | "typeOf" | "typeIsLike" | "len" => {
                arguments.iter().for_each(|argument| {
                    self.test(argument, span);
                    if name == "len" {
                        self.presence(argument, span);
                    }
                });
                Known::default()
            }
            "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "has" | "mustHas" | "contains" | "hasPrefix" | "hasSuffix" | "regexMatch"
            | "semverCompare" | "lookup" | "deepEqual" | "any" | "all" | "fail" | "toString" | "int" | "int64" | "float64" | "atoi"
            | "trim" => {
                arguments.iter().for_each(|argument| self.consume(argument, true, span));
                Known::default()
            }
            _ => {
                arguments.iter().for_each(|argument| self.consume(argument, false, span));
                Known::default()
            }
        }
    }

    /// The parts of a text that stands in a template, as of a key that is looked up part by part.
    fn split(&mut self, arguments: Vec<Known>, span: Option<Span>) -> Known {
        arguments.iter().for_each(|argument| self.consume(argument, true, span));
        let [Some(separator), Some(text)] = [arguments.first(), arguments.get(1)] else { return Known::default() };
        let mut sequences = BTreeSet::new();
        for separator in &separator.texts {
            let known = text.texts.iter().filter(|text| !text.contains(ANY)).take(MAX_SEQUENCES);
            sequences.extend(known.map(|text| text.split(&**separator).map(Arc::from).collect::<Vec<_>>()));
        }
        Known { sequences, ..Known::default() }
    }

    /// The entry of the first argument that the others lead to.
    fn index(&mut self, arguments: Vec<Known>, span: Option<Span>) -> Known {
        let mut arguments = arguments.into_iter();
        let mut value = arguments.next().unwrap_or_default();
        for key in arguments {
            self.consume(&key, true, span);
            // A string that a template made of others.
            value = if key.texts.is_empty() && key.is_nothing() {
                value.below(&Part::Mentioned)
            } else if key.texts.is_empty() || !key.is_nothing() || key.texts.iter().any(|text| text.contains(ANY)) {
                self.presence(&value, span);
                value.any()
            } else {
                key.texts.iter().fold(Known::default(), |found, text| found.or(self.entry(&value, text)))
            };
        }
        value.soft()
    }

    /// `dig "a" "b" DEFAULT MAP`.
    fn dig(&mut self, mut arguments: Vec<Known>, span: Option<Span>) -> Known {
        let map = arguments.pop().unwrap_or_default();
        let fallback = arguments.pop().unwrap_or_default();
        let found = self.index([map].into_iter().chain(arguments).collect(), span);
        found.or(fallback).soft()
    }

    /// `set MAP KEY VALUE` changes the map for everybody who holds it.
    fn store(&mut self, arguments: Vec<Known>, (variable, span): Site<'_>) -> Known {
        let mut arguments = arguments.into_iter();
        let [map, key, value] = [(); 3].map(|()| arguments.next().unwrap_or_default());
        self.consume(&key, true, span);
        let mut result = map;
        if key.texts.is_empty() || key.texts.iter().any(|text| text.contains(ANY)) {
            // Nobody knows where it is looked for.
            self.consume(&value.clone().without_roots(), true, span);
            result = result.or(Known::holding(value));
        } else {
            for text in &key.texts {
                let known = self.stored.remove(text).unwrap_or_default();
                self.stored.insert(Arc::clone(text), known.or(value.clone()));
                let known = result.fields.remove(text).unwrap_or_default();
                result.fields.insert(Arc::clone(text), known.or(value.clone()));
            }
        }
        self.change(variable, &result);
        result
    }

    /// The first map gets what the others have; where it is one of the values, nobody knows who reads it there.
    fn merge(&mut self, arguments: Vec<Known>, (variable, span): Site<'_>) -> Known {
        let is_value = arguments.first().is_some_and(|first| !first.paths.is_empty() || !first.roots.is_empty());
        if is_value {
            for other in arguments.iter().skip(1) {
                self.consume(&other.clone().without_roots(), true, span);
            }
        }
        let result = arguments.into_iter().fold(Known::default(), Known::or).soft();
        self.change(variable, &result);
        result
    }

    fn change(&mut self, variable: Option<&Arc<str>>, value: &Known) {
        if let Some(variable) = variable
            && let Some((_, known)) = self.variables.iter_mut().rev().find(|(name, _)| name == variable)
        {
            *known = std::mem::take(known).or(value.clone());
        }
    }
}

fn dict(arguments: &[Known]) -> Known {
    let mut made = Known::default();
    for pair in arguments.chunks(2) {
        let (Some(key), Some(value)) = (pair.first(), pair.get(1)) else { continue };
        if key.texts.is_empty() || key.texts.iter().any(|text| text.contains(ANY)) {
            made = made.or(Known::holding(value.clone()));
        }
        for text in &key.texts {
            let known = made.fields.remove(text).unwrap_or_default();
            made.fields.insert(Arc::clone(text), known.or(value.clone()));
        }
    }
    made
}

/// The texts that `printf` may print, with a mark for what is not known.
fn printed(arguments: &[Known]) -> Known {
    let Some((format, values)) = arguments.split_first() else { return Known::default() };
    let mut texts = BTreeSet::new();
    for format in &format.texts {
        let mut parts: Vec<Known> = Vec::new();
        let mut values = values.iter();
        let mut rest: &str = format;
        while let Some((before, after)) = rest.split_once('%') {
            parts.push(Known::text(before));
            let verb = after.find(|letter: char| letter.is_ascii_alphabetic() || letter == '%').unwrap_or(after.len());
            match after.get(verb..).and_then(|rest| rest.chars().next()) {
                Some('%') => parts.push(Known::text("%")),
                Some('s' | 'v') if verb == 0 => parts.push(values.next().cloned().unwrap_or_default()),
                Some(_) | None => {
                    values.next();
                    parts.push(Known::default());
                }
            }
            rest = after.get(verb + 1..).unwrap_or_default();
        }
        parts.push(Known::text(rest));
        texts.extend(joined(&parts));
    }
    Known { texts, ..Known::default() }
}

/// The texts of several values one after the other, with a mark for what is not known.
fn joined(parts: &[Known]) -> BTreeSet<Arc<str>> {
    let mut texts = vec![String::new()];
    for part in parts {
        let mut known: Vec<&str> = part.texts.iter().map(|text| &**text).collect();
        if !part.is_nothing() || known.is_empty() || known.len() * texts.len() > MAX_TEXTS {
            known = vec![ANY];
        }
        texts = texts.iter().flat_map(|text| known.iter().map(move |more| format!("{text}{more}"))).collect();
    }
    texts.into_iter().map(Arc::from).collect()
}
