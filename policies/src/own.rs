//! Rules of one's own: folders like those of the library, taken into it one by one, so that a mistake in one of them costs that one alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_source::{SourceFile, Span};

use crate::{
    ConfigError, Library, LibraryError, Rule,
    engine::{circle, compiles, parses},
    foreign,
    library::read_rule,
    rego::{nesting, outline::Outline, unlike, words},
};

/// A file of a folder of rules.
#[derive(Clone, Debug)]
pub struct OwnFile {
    /// Its path below the folder, as `missing-owner/rule.rego` or `prelude/owners.rego`.
    pub path: String,
    /// The file.
    pub file: Arc<SourceFile>,
}

/// Path and text of Rego that rules share.
type Shared = (Arc<str>, Arc<str>);

/// The folder of Rego that several rules share.
const SHARED: &str = "prelude/";

/// The Rego packages that are ours.
const OURS: &str = "portcullis.";

impl Library {
    /// Takes the rules of a folder into the library, and says what is wrong with those that it leaves out.
    pub fn add(&mut self, folder: &str, files: &[OwnFile]) -> Vec<ConfigError> {
        let mut mistakes = Vec::new();
        let mut shared: Vec<(&OwnFile, Shared)> = Vec::new();
        let mut rules: BTreeMap<&str, Vec<&OwnFile>> = BTreeMap::new();
        let mut others = Vec::new();
        let folders: BTreeSet<&str> = files.iter().filter_map(|own| own.path.strip_suffix("/rule.rego")).collect();
        for own in files {
            match own.path.split_once('/') {
                Some(_) if own.path.starts_with(SHARED) => match self.shared(folder, own) {
                    Ok(file) => shared.push((own, file)),
                    Err(mistake) => mistakes.push(mistake),
                },
                Some((id, _)) if folders.contains(id) => rules.entry(id).or_default().push(own),
                Some(_) | None => others.push(own),
            }
        }
        self.share(straight(shared, &mut mistakes));
        let used = self.take_foreign(&others, &mut mistakes);
        for own in others {
            // A folder that nobody has a use for was meant to be a rule.
            if let Some((id, _)) = own.path.split_once('/').filter(|(id, _)| !used.contains(*id)) {
                rules.entry(id).or_default().push(own);
            }
        }
        for (id, files) in rules {
            match self.own(id, &files) {
                Ok(rule) => self.take(rule),
                Err(mistake) => {
                    // The configuration may speak of it all the same.
                    self.note(id);
                    mistakes.push(mistake);
                }
            }
        }
        mistakes
    }

    /// Takes what was written for other tools, and says what is wrong with it.
    pub(crate) fn add_foreign(&mut self, files: &[OwnFile]) -> Vec<ConfigError> {
        let mut mistakes = Vec::new();
        self.take_foreign(&files.iter().collect::<Vec<_>>(), &mut mistakes);
        mistakes
    }

    /// Takes what was written for other tools, and says which folders it was in.
    fn take_foreign(&mut self, files: &[&OwnFile], mistakes: &mut Vec<ConfigError>) -> BTreeSet<String> {
        let taken = foreign::take(files);
        let is_unsure = !taken.mistakes.is_empty();
        mistakes.extend(taken.mistakes);
        for rule in taken.rules {
            if self.rules().iter().any(|known| known.id == rule.id) {
                let message = format!("there is a rule {} already", rule.id);
                let hint = Some("two folders have it: name one of them".to_owned());
                mistakes.push(ConfigError { message, span: rule.span, hint });
            } else {
                self.take(rule);
            }
        }
        taken.ids.iter().for_each(|id| self.note(id));
        self.keep(taken.templates, is_unsure);
        self.keep_texts(taken.kept);
        taken.used.iter().filter_map(|path| Some(path.split_once('/')?.0.to_owned())).collect()
    }

    /// A file of shared Rego.
    fn shared(&self, folder: &str, own: &OwnFile) -> Result<Shared, ConfigError> {
        let text = text(&own.file)?;
        allowed(own, &text)?;
        let package = package(&text).unwrap_or_default();
        if package.is_empty() || package.starts_with(OURS) {
            let message = format!("{} is of package {package:?}", own.path);
            return Err(at(&own.file, 1, message, "shared Rego has a package of its own, such as `package acme.owners`"));
        }
        let name = own.path.strip_prefix(SHARED).unwrap_or(&own.path);
        let path: Arc<str> = format!("{SHARED}{folder}/{name}").into();
        let checked = parses(&path, &text);
        checked.map_err(|fault| at(&own.file, fault.line, format!("{} does not compile: {}", own.path, fault.reason), BROKEN_REGO))?;
        Ok((path, text))
    }

    /// A rule, if nothing is wrong with it.
    fn own(&self, id: &str, files: &[&OwnFile]) -> Result<Rule, ConfigError> {
        let Some(first) = files.iter().find(|own| own.path.ends_with("/rule.rego")).or_else(|| files.first()) else {
            return Err(ConfigError { message: LibraryError::NoRego(id.to_owned()).to_string(), span: None, hint: None });
        };
        let file = &first.file;
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if !id.split('-').all(is_word) {
            return Err(at(
                file,
                1,
                format!("{id} is no name of a rule"),
                "write lowercase words joined by hyphens, such as missing-owner",
            ));
        }
        if self.knows(id) {
            return Err(at(
                file,
                1,
                format!("there is a rule {id} already"),
                "give it another name: what two rules find cannot be told apart",
            ));
        }
        let is_unread =
            |own: &&&OwnFile| own.path.ends_with(".rego") && !own.path.ends_with("/rule.rego") && !own.path.ends_with("_test.rego");
        if let Some(own) = files.iter().find(is_unread) {
            return Err(at(
                &own.file,
                1,
                format!("{} is read by nobody", own.path),
                "a rule is rule.rego alone; what several share stands in prelude/",
            ));
        }
        let mut texts = Vec::with_capacity(files.len());
        for own in files {
            let name = own.path.split_once('/').map_or(own.path.as_str(), |(_, name)| name);
            texts.push((name, text(&own.file)?));
        }
        let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, &**text)).collect();
        let wrong = |error: LibraryError| at(file, 1, error.to_string(), "`portcullis rule new` writes one that is whole");
        let rule = Rule { span: Some(file.span()), ..read_rule(id, &texts).map_err(wrong)? };
        allowed(first, &rule.rego)?;
        let wanted = format!("portcullis.rules.{}", rule.id.package_word());
        let found = package(&rule.rego).unwrap_or_default();
        if found != wanted {
            let line = rule.rego.lines().position(|line| line.starts_with("package ")).map_or(1, |line| line + 1);
            return Err(at(
                file,
                line,
                format!("rule {id} is of package {found:?}"),
                &format!("write `package {wanted}`: it is where its findings are looked for"),
            ));
        }
        let checked = compiles(self.prelude(), &rule);
        checked.map_err(|fault| at(file, fault.line, format!("rule {id} does not compile: {}", fault.reason), BROKEN_REGO))?;
        if let Some((line, what)) = unlike::unlike(&rule.rego) {
            return Err(at(file, line, format!("rule {id} has what portcullis does not read as OPA does, {what}"), BROKEN_REGO));
        }
        Ok(rule)
    }
}

/// The files of shared Rego without those that go in circles, which nothing comes back from.
fn straight(mut shared: Vec<(&OwnFile, Shared)>, mistakes: &mut Vec<ConfigError>) -> Vec<Shared> {
    let files = |shared: &[(&OwnFile, Shared)]| shared.iter().map(|(_, file)| file.clone()).collect::<Vec<_>>();
    while let Some((place, broken)) = circle(&files(&shared)) {
        if place >= shared.len() {
            break;
        }
        let (own, _) = shared.remove(place);
        mistakes.push(at(&own.file, broken.line, format!("{} does not compile: {}", own.path, broken.reason), BROKEN_REGO));
    }
    files(&shared)
}

/// What to do about Rego that does not compile.
const BROKEN_REGO: &str = "the rule was left out; `portcullis test` checks it after each change";

pub(crate) fn at(file: &SourceFile, line: usize, message: String, hint: &str) -> ConfigError {
    let before: usize = file.bytes().split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    let start = u32::try_from(before).unwrap_or_default();
    let span = Span { start, end: start, ..file.span() };
    ConfigError { message, span: Some(span), hint: Some(hint.to_owned()) }
}

pub(crate) fn text(file: &SourceFile) -> Result<Arc<str>, ConfigError> {
    let text = std::str::from_utf8(file.bytes());
    text.map(Arc::from).map_err(|_| at(file, 1, format!("{} is no UTF-8", file.path()), "save it as UTF-8"))
}

fn package(rego: &str) -> Option<&str> {
    let line = rego.lines().find_map(|line| line.strip_prefix("package "))?;
    line.split(['#', ';']).next().map(str::trim)
}

/// Why some calls are refused.
const FOLLOWS: &str = "what a rule finds follows from its input alone: no network, no clock, no chance, no output";

/// Whether a text calls nothing that is forbidden, and can be parsed in any time that somebody has.
fn allowed(own: &OwnFile, rego: &str) -> Result<(), ConfigError> {
    let file = &own.file;
    let parts = "name parts of it by rules of their own";
    nesting::check(rego).map_err(|(line, message)| at(file, line, format!("{} {message}", own.path), parts))?;
    // What does not parse is told of where it is compiled. A name may be written in other words, as `time["now_ns"]`.
    let outlines = outlines(&own.path, rego);
    let called = outlines
        .iter()
        .flat_map(|outline| &outline.calls)
        .find(|(_, call)| words::FORBIDDEN.iter().chain(&words::SAID).any(|known| known == call));
    if let Some((line, call)) = called {
        return Err(at(file, *line, format!("{} calls {call}", file.path()), FOLLOWS));
    }
    if let Some((line, name)) = outlines.iter().flat_map(|outline| &outline.unsafe_variables).next() {
        return Err(at(file, *line, format!("{} does not compile: nothing gives {name} a value", own.path), BROKEN_REGO));
    }
    match outlines.iter().flat_map(|outline| &outline.broken_patterns).next() {
        Some((line, reason)) => {
            Err(at(file, *line, format!("in {} {reason}", file.path()), "such a call is undefined: what it decides is never found"))
        }
        None => Ok(()),
    }
}

/// What a text names.
fn outlines(path: &str, rego: &str) -> Vec<Outline> {
    let mut engine = regorus::Engine::new();
    let outlines = engine.add_policy(path.to_owned(), rego.to_owned()).map(|_| Outline::all(&engine));
    outlines.ok().and_then(Result::ok).unwrap_or_default()
}
