//! The reports of all parts to what one run would have found.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_policies::{Date, Engine, Finding, Identity, Level, RuleId};
use portcullis_source::{FileId, Link, Origin, Partial, Problem, RepoPath, Role, Span, Stage, Step};
use serde_json::Value;

use super::{Part, files::Found};
use crate::{
    check::Gathered,
    error::Error,
    kinds::Unchecked,
    pipeline,
    report::{Secrets, Terraform},
    settings::Settings,
};

/// The report of one part.
pub(crate) struct Piece {
    name: String,
    part: Part,
    report: Value,
}

/// The reports of all parts of one run.
pub(crate) struct Pieces {
    pieces: Vec<Piece>,
    /// The day that waivers are judged by.
    pub(crate) today: Date,
    /// Only these rules; all where there are none.
    pub(crate) rules: Vec<String>,
    /// Only these environments; all where there are none.
    pub(crate) environments: Vec<String>,
    /// Only these services; all where there are none.
    pub(crate) services: Vec<String>,
}

impl Piece {
    /// Reads the report of a part; `name` is its file.
    pub(crate) fn parse(name: &str, text: &[u8]) -> Result<Self, Error> {
        let report: Value = serde_json::from_slice(text)
            .map_err(|error| usage(format!("{name} is no JSON: {error}"), "name reports of `portcullis lint --partition`"))?;
        let number = |key: &str| report.get("partition")?.get(key)?.as_u64().and_then(|number| u32::try_from(number).ok());
        let Some((index, of)) = number("index").zip(number("of")) else {
            return Err(usage(
                format!("{name} is no report of a partition"),
                "make it with `portcullis lint --partition 1/4 --format json`",
            ));
        };
        let version = report.get("tool").and_then(|tool| tool.get("version")).and_then(Value::as_str).unwrap_or_default();
        if version != env!("CARGO_PKG_VERSION") {
            let message = format!("{name} was made by portcullis {version}, and this is {}", env!("CARGO_PKG_VERSION"));
            return Err(usage(message, "merge with the portcullis that made the parts"));
        }
        Ok(Self { name: name.to_owned(), part: Part { index, of }, report })
    }

    fn said(&self, key: &str) -> Option<&Value> {
        self.report.get("partition")?.get(key)
    }

    fn texts(&self, key: &str) -> Vec<String> {
        let items = self.said(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    fn bundle(&self) -> &str {
        self.report.get("bundle").and_then(Value::as_str).unwrap_or_default()
    }
}

impl Pieces {
    /// Checks that the parts belong together, and that all are there once.
    pub(crate) fn new(mut pieces: Vec<Piece>) -> Result<Self, Error> {
        pieces.sort_by_key(|piece| piece.part);
        let Some(first) = pieces.first() else {
            return Err(usage("there is nothing to merge".to_owned(), "name the report of every part"));
        };
        for other in &pieces {
            let differs =
                |what: &str| usage(format!("{} and {} have different {what}", first.name, other.name), "merge the parts of one run");
            if other.part.of != first.part.of {
                return Err(differs(&format!("numbers of parts, {} and {}", first.part.of, other.part.of)));
            }
            if other.bundle() != first.bundle() {
                return Err(differs("rules or configurations: their bundle digests differ"));
            }
            for (key, what) in [
                ("today", "days that waivers are judged by; give each part the same --today"),
                ("rules", "--rule"),
                ("environments", "--environment"),
                ("services", "--service"),
            ] {
                if other.said(key) != first.said(key) {
                    return Err(differs(what));
                }
            }
        }
        let mut by_index: BTreeMap<u32, &Piece> = BTreeMap::new();
        for piece in &pieces {
            if let Some(twin) = by_index.insert(piece.part.index, piece) {
                return Err(usage(
                    format!("{} and {} are both part {}", twin.name, piece.name, piece.part),
                    "name the report of every part once",
                ));
            }
        }
        let missing: Vec<String> =
            (1..=first.part.of).filter(|index| !by_index.contains_key(index)).map(|index| format!("{index}/{}", first.part.of)).collect();
        if !missing.is_empty() {
            let message = format!("the report of part {} is missing", missing.join(", "));
            return Err(usage(message, "a run is what all of its parts found: name the report of every part"));
        }
        let today = first.said("today").and_then(Value::as_str).and_then(Date::parse);
        let today = today.ok_or_else(|| broken(&first.name))?;
        let [rules, environments, services] = ["rules", "environments", "services"].map(|key| first.texts(key));
        Ok(Self { pieces, today, rules, environments, services })
    }
}

/// What the run found, before anybody answers for it; the repository is expanded again, but nothing is rendered.
pub(crate) fn restore(pieces: &Pieces, settings: &Settings, engine: &Engine) -> Result<Gathered, Error> {
    if let Some(piece) = pieces.pieces.iter().find(|piece| piece.bundle() != engine.digest()) {
        let message = format!("{} was made with other rules or another configuration: its bundle digest differs", piece.name);
        return Err(usage(message, "merge where the same commit is checked out, or name it with --revision"));
    }
    let Partial { value: expanded, problems: _ } = pipeline::expand(settings)?;
    let contexts = expanded.contexts(settings);
    let roots = crate::terraform::discover(settings).value;
    let selection = pipeline::select(settings, &expanded.applications, &contexts, &roots)?;
    let failures = expanded.applications.iter().map(|_| None).collect();
    let (findings, problems, unreached) = (Vec::new(), Vec::new(), Vec::new());
    let (secrets, unchecked) = (Secrets::default(), Unchecked::default());
    let mut gathered = Gathered {
        expanded,
        contexts,
        failures,
        findings,
        problems,
        selection,
        unreached,
        objects: 0,
        unchecked,
        terraform: Terraform::default(),
        notes: Vec::new(),
        secrets,
    };
    let mut found = Found::new(settings);
    for piece in &pieces.pieces {
        let state = piece.said("state").and_then(Value::as_str).and_then(|state| serde_json::from_str::<Value>(state).ok());
        let state = state.ok_or_else(|| broken(&piece.name))?;
        let files = found.files(state.get("files").unwrap_or(&Value::Null), &piece.name)?;
        let reader = Reader { files, name: &piece.name };
        reader.add(&state, settings, &mut gathered)?;
    }
    if let Some((application, _)) = gathered.expanded.applications.iter().zip(&gathered.failures).find(|(_, failures)| failures.is_none()) {
        return Err(usage(
            format!("no part checked {}", application.name),
            "merge where the same commit is checked out, or name it with --revision",
        ));
    }
    Ok(gathered)
}

fn usage(message: String, hint: &str) -> Error {
    Error::Usage { message, hint: hint.to_owned() }
}

fn broken(name: &str) -> Error {
    usage(
        format!("{name} has a partition that cannot be read"),
        "make it again with `portcullis lint --partition`, and change nothing in it",
    )
}

struct Reader<'a> {
    files: Vec<FileId>,
    name: &'a str,
}

impl Reader<'_> {
    fn add(&self, state: &Value, settings: &Settings, gathered: &mut Gathered) -> Result<(), Error> {
        let list = |key: &str| state.get(key).and_then(Value::as_array).map(Vec::as_slice).ok_or_else(|| broken(self.name));
        for path in list("read")?.iter().filter_map(Value::as_str) {
            // Comments in these files may waive findings.
            _ = RepoPath::new(path).ok().and_then(|path| settings.revision.read(&path).ok());
        }
        for own in list("own")? {
            let place = own.get(0).and_then(Value::as_u64).and_then(|place| usize::try_from(place).ok()).unwrap_or(usize::MAX);
            let name = gathered.expanded.applications.get(place).map(|application| application.name.as_str());
            if name.is_none() || name != own.get(1).and_then(Value::as_str) {
                let message = format!("{} was made of other applications than this repository has", self.name);
                return Err(usage(message, "merge where the same commit is checked out, or name it with --revision"));
            }
            let problems = own.get(2).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let problems =
                problems.iter().map(|problem| self.problem(problem)).collect::<Option<Vec<_>>>().ok_or_else(|| broken(self.name))?;
            if let Some(slot) = gathered.failures.get_mut(place) {
                *slot = Some(problems);
            }
        }
        for finding in list("findings")? {
            gathered.findings.push(self.finding(finding).ok_or_else(|| broken(self.name))?);
        }
        for problem in list("problems")? {
            gathered.problems.push(self.problem(problem).ok_or_else(|| broken(self.name))?);
        }
        for span in list("secrets")? {
            gathered.secrets.hide(self.span(span).ok_or_else(|| broken(self.name))?);
        }
        let objects = state.get("objects").and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
        gathered.objects += objects.ok_or_else(|| broken(self.name))?;
        for (kind, count) in state.get("unchecked").and_then(Value::as_object).into_iter().flatten() {
            let count = count.as_u64().and_then(|count| usize::try_from(count).ok()).ok_or_else(|| broken(self.name))?;
            *gathered.unchecked.0.entry(kind.clone()).or_default() += count;
        }
        gathered.terraform.join(state.get("terraform").unwrap_or(&Value::Null)).ok_or_else(|| broken(self.name))?;
        // All parts know the same of the repository.
        gathered.notes = list("notes")?.iter().filter_map(|note| note.as_str().map(str::to_owned)).collect();
        Ok(())
    }

    fn span(&self, value: &Value) -> Option<Span> {
        let number = |at: usize| value.get(at).and_then(Value::as_u64);
        let file = *self.files.get(usize::try_from(number(0)?).ok()?)?;
        Some(Span { file, start: u32::try_from(number(1)?).ok()?, end: u32::try_from(number(2)?).ok()? })
    }

    fn place(&self, value: Option<&Value>) -> Option<Option<Span>> {
        match value {
            None | Some(Value::Null) => Some(None),
            Some(value) => self.span(value).map(Some),
        }
    }

    fn finding(&self, value: &Value) -> Option<Finding> {
        let path = value.get("path")?.as_array()?.iter().map(|step| match step.as_str() {
            Some(key) => Some(Step::Key(Arc::from(key))),
            None => Some(Step::Index(usize::try_from(step.as_u64()?).ok()?)),
        });
        let links = value.get("origin")?.as_array()?.iter().map(|link| self.link(link)).collect::<Option<Vec<_>>>()?;
        let level = match value.get("level")?.as_str()? {
            "deny" => Level::Deny,
            "warn" => Level::Warn,
            _ => return None,
        };
        let resource = value.get("resource").filter(|resource| !resource.is_null());
        Some(Finding {
            rule: RuleId::new(value.get("rule")?.as_str()?),
            level,
            message: value.get("message")?.as_str()?.to_owned(),
            resource: match resource {
                Some(resource) => Some(identity(resource)?),
                None => None,
            },
            path: path.collect::<Option<Vec<_>>>()?,
            origin: Origin { links },
            environment: text(value.get("environment")),
            application: text(value.get("application")),
            service: text(value.get("service")),
            waived: None,
            fingerprint: value.get("fingerprint")?.as_str()?.to_owned(),
        })
    }

    fn link(&self, value: &Value) -> Option<Link> {
        let roles = [Role::Rendered, Role::Manifest, Role::Template, Role::Include, Role::Values, Role::Shadowed, Role::Other, Role::Guard];
        let role = value.get("role")?.as_str()?;
        let line = value.get("line").and_then(Value::as_u64).and_then(|line| u32::try_from(line).ok());
        Some(Link {
            role: roles.into_iter().find(|known| format!("{known:?}") == role)?,
            span: self.place(value.get("span"))?,
            line,
            key: value.get("key").and_then(Value::as_str).map(str::to_owned),
            name: text(value.get("name")),
        })
    }

    fn problem(&self, value: &Value) -> Option<Problem> {
        let stage = value.get("stage")?.as_str()?;
        let stage = [Stage::Source, Stage::Argo, Stage::Helm, Stage::Terraform, Stage::Rules, Stage::Policy]
            .into_iter()
            .find(|known| known.name() == stage)?;
        let span = self.place(value.get("span"))?;
        let application = value.get("application").and_then(Value::as_str).map(str::to_owned);
        Some(Problem { application, ..Problem::new(stage, value.get("message")?.as_str()?, value.get("hint")?.as_str()?).at(span) })
    }
}

fn identity(value: &Value) -> Option<Identity> {
    Some(Identity { api_version: text(value.get(0))?, kind: text(value.get(1))?, namespace: text(value.get(2)), name: text(value.get(3))? })
}

fn text(value: Option<&Value>) -> Option<Arc<str>> {
    value.and_then(Value::as_str).map(Arc::from)
}
