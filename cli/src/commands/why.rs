//! `portcullis why`: the winning and the shadowed layers of one field, to the line.

use portcullis_source::Sources;

use super::{Done, Exit, Outcome};
use crate::{
    args::{self, Format},
    diff::{self, Secrets},
    error::Error,
    explain::{self, Answer, Effects, Objects, Shower, Stated, Target},
    group, report,
    settings::{Settings, Surroundings},
};

/// Explains a field.
pub(crate) fn run(arguments: &args::Why, surroundings: &Surroundings) -> Outcome {
    let scope = explain::scope(&arguments.environment, arguments.revision.as_ref(), arguments.config.as_ref());
    let settings = Settings::open(&scope, surroundings)?;
    let target = explain::choose(&settings, &arguments.application)?;
    let key = diff::secret_key(surroundings.secret_key.as_deref(), &[&settings.revision]);
    let secrets = explain::hidden(std::iter::once(&target), &key);
    let sources = settings.revision.sources();
    let answers = answers(&target, &secrets, sources, &arguments.field);
    if answers.is_empty() && target.problems.is_empty() {
        return Err(unknown(&target, &arguments.field));
    }
    let issues = group::problems(target.problems.clone(), sources);
    let output = match arguments.format {
        Format::Json => {
            let mut object = explain::tool(&target);
            object.insert("field".to_owned(), arguments.field.clone().into());
            answers.iter().for_each(|answer| object.extend(explain::answer_json(answer)));
            object.insert("problems".to_owned(), issues.iter().map(report::problem).collect());
            format!("{:#}\n", serde_json::Value::Object(object))
        }
        Format::Human => answers.iter().map(|answer| explain::human(&target, answer)).collect::<Vec<_>>().join("\n"),
    };
    let notes =
        issues.iter().map(|issue| format!("{}{}\n  hint: {}\n", report::place(&issue.location), issue.message, issue.hint)).collect();
    let code = if issues.is_empty() { Exit::Clean } else { Exit::Incomplete };
    Ok(Done { output: output.into_bytes(), notes, code })
}

/// What is known of a field: as a values key where it is one, else in what is rendered.
fn answers(target: &Target, secrets: &Secrets, sources: &Sources, field: &str) -> Vec<Answer> {
    let wanted = explain::parse_wanted(field);
    let stated = Stated::new(sources);
    let mut answers = Vec::new();
    if wanted.kind.is_none() && !field.starts_with('/') {
        for values in &target.values {
            let effective = &values.effective;
            let Some(key) = explain::find_key(effective, (secrets, &stated, sources), field) else { continue };
            let effects = Effects::of(&key.places, &target.resources, sources);
            let shower = Shower { effective, secrets, stated: &stated, sources };
            let deep = explain::held_at(effective, field).filter(|held| key.value.is_some() && explain::is_deep(held));
            let listed = deep.map(|held| explain::listing(shower, held)).unwrap_or_default();
            answers.push(Answer::Key(Box::new(key), effects, listed));
        }
    }
    if answers.is_empty() {
        let fields = explain::find_field(&wanted, Objects { resources: &target.resources, secrets, sources });
        answers.extend((!fields.is_empty()).then_some(Answer::Fields(fields)));
    }
    answers
}

/// A field that is neither set nor rendered, with the names that come near.
fn unknown(target: &Target, field: &str) -> Error {
    let keys: Vec<String> = target.values.iter().flat_map(|values| explain::known_keys(&values.effective.root)).collect();
    let objects: Vec<String> =
        target.resources.iter().map(|resource| format!("{}/{}", resource.identity.kind, resource.identity.name)).collect();
    let (object, is_rendered) = match field.split_once(':') {
        Some((object, _)) => (object, true),
        None => (field, field.starts_with('/')),
    };
    let near = if is_rendered {
        explain::near(object, objects.iter().map(String::as_str))
    } else {
        explain::near(field, keys.iter().map(String::as_str))
    };
    let message = format!("{} sets and renders no {field}", target.application.name);
    let hint = match near.as_slice() {
        [] if is_rendered => format!("it renders {}", objects.join(", ")),
        [] => format!(
            "`portcullis values {}` lists its keys; a rendered field is named as Deployment/NAME:/spec/replicas",
            target.application.name
        ),
        near => format!("did you mean {}?", near.join(" or ")),
    };
    Error::Usage { message, hint }
}
