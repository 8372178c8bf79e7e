//! `portcullis values`: the values that the charts of an application see, each with its layer and line.

use serde_json::{Value, json};

use super::{Done, Exit, Outcome};
use crate::{
    args::{self, Format},
    diff,
    error::Error,
    explain::{self, Shower, Stated},
    group, report,
    settings::{Settings, Surroundings},
};

/// Lists the values.
pub(crate) fn run(arguments: &args::Values, surroundings: &Surroundings) -> Outcome {
    let scope = explain::scope(&arguments.environment, arguments.revision.as_ref(), arguments.config.as_ref());
    let settings = Settings::open(&scope, surroundings)?;
    let target = explain::choose(&settings, &arguments.application)?;
    if target.values.is_empty() && target.problems.is_empty() {
        return Err(Error::Usage {
            message: format!("{} has no chart, so that it has no values", target.application.name),
            hint: "`portcullis apps` shows what each application is made of".to_owned(),
        });
    }
    let key = diff::secret_key(surroundings.secret_key.as_deref(), &[&settings.revision]);
    let secrets = explain::hidden(std::iter::once(&target), &key);
    let sources = settings.revision.sources();
    let stated = Stated::new(sources);
    let issues = group::problems(target.problems.clone(), sources);
    let showers = target.values.iter().map(|values| {
        let shower = Shower { effective: &values.effective, secrets: &secrets, stated: &stated, sources };
        (values, shower)
    });
    let output = match arguments.format {
        Format::Json => {
            let mut object = explain::tool(&target);
            let charts = showers.map(|(values, shower)| {
                json!({"chart": values.chart, "values": shower.masked(&values.effective.root), "origins": explain::values_json(shower)})
            });
            object.insert("charts".to_owned(), charts.collect());
            object.insert("problems".to_owned(), issues.iter().map(report::problem).collect());
            format!("{:#}\n", Value::Object(object))
        }
        Format::Human => {
            let several = target.values.len() > 1;
            let text = showers.map(|(values, shower)| {
                let head = if several { format!("---\n# {}\n", values.chart) } else { String::new() };
                head + &explain::print(&explain::listing(shower, &values.effective.root))
            });
            text.collect()
        }
    };
    let notes =
        issues.iter().map(|issue| format!("{}{}\n  hint: {}\n", report::place(&issue.location), issue.message, issue.hint)).collect();
    let code = if issues.is_empty() { Exit::Clean } else { Exit::Incomplete };
    Ok(Done { output: output.into_bytes(), notes, code })
}
