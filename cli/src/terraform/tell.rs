//! Evaluated roots as lists for people and for programs.

use std::fmt::Write as _;

use portcullis_source::Sources;
use portcullis_terraform::{
    module::{Existence, Left, Mode, Output, Resource},
    roots::Purpose,
    value::json_string,
};

use super::Evaluated;
use crate::{group, report};

/// The list for people.
pub(crate) fn human(roots: &[Evaluated]) -> String {
    let mut text = String::new();
    for root in roots {
        let purpose = match root.purpose {
            Purpose::Planned => "",
            Purpose::Library => "  (a module that nobody calls here)",
        };
        let _ = writeln!(text, "{}  {}{purpose}", root.path(), root.environment);
        if let Some(workspace) = &root.inputs.workspace {
            let _ = writeln!(text, "  workspace  {workspace}");
        }
        for file in &root.inputs.var_files {
            let _ = writeln!(text, "  values     {file}");
        }
        for name in root.inputs.plan.iter().flat_map(|plan| &plan.names) {
            let _ = writeln!(text, "  plan       {name}");
        }
        for call in root.module.calls.iter().filter(|call| !call.is_inner) {
            if let Some(contract) = &call.contract {
                let _ = writeln!(text, "  contract   {}, by what {contract} is known to make", call.address);
            }
        }
        for call in root.module.calls.iter().filter(|call| call.is_absent()) {
            let _ = writeln!(text, "  not here   {}, from {}", call.address, call.source);
        }
        for resource in &root.module.resources {
            let (_, left) = resource.shown();
            let maybe = if resource.existence == Existence::Possible { "  (it may be there)" } else { "" };
            let kind = if resource.mode == Mode::Managed { "resource" } else { "reads" };
            let _ = writeln!(text, "  {kind:<9}  {}{maybe}{}", resource.address, unknown(&left));
        }
        for (name, output) in &root.module.outputs {
            let (value, left) = output.value.shown();
            let value = match output.value.as_unknown() {
                Some(unknown) if unknown.known.is_nothing() => format!("unknown: {}", unknown.reason.kind.describe()),
                _ if is_sensitive(output) => "sensitive".to_owned(),
                _ => format!("{}{}", short(&value), unknown(&left)),
            };
            let _ = writeln!(text, "  output     {name} = {value}");
        }
        for check in &root.module.failed {
            let dot = if check.module.is_empty() { "" } else { "." };
            let _ = writeln!(text, "  fails      {}{dot}check.{}: {}", check.module, check.name, check.said);
        }
        for (name, _) in &root.module.undeclared {
            let _ = writeln!(text, "  unused     {name} is set, and no variable has this name");
        }
    }
    text
}

fn unknown(left: &Left) -> String {
    match left.unknown.len() {
        0 => String::new(),
        count => format!("  ({count} unknown)"),
    }
}

/// How much of a value is shown on a line.
const SHOWN: usize = 80;

fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn is_sensitive(output: &Output) -> bool {
    output.sensitive || output.value.all_marks().sensitive
}

/// The list for programs, as `portcullis schema tf` describes it.
pub(crate) fn json(roots: &[Evaluated], sources: &Sources) -> String {
    let roots: Vec<String> = roots.iter().map(|found| root(found, sources)).collect();
    let version = json_string(env!("CARGO_PKG_VERSION"));
    let tool = format!("{{\"name\":\"portcullis\",\"version\":{version}}}");
    let mut text = indented(&format!("{{\"version\":1,\"tool\":{tool},\"roots\":{}}}", list(&roots)));
    text.push('\n');
    text
}

fn root(root: &Evaluated, sources: &Sources) -> String {
    let outputs: Vec<String> = root.module.outputs.iter().map(|(name, found)| format!("{}:{}", json_string(name), output(found))).collect();
    let resources: Vec<String> = root.module.resources.iter().map(resource).collect();
    let problems = group::problems(root.problems.clone(), sources);
    let problems: Vec<String> = problems.iter().map(|problem| report::problem(problem).to_string()).collect();
    let files: Vec<String> = root.inputs.var_files.iter().map(|file| json_string(file.as_str())).collect();
    let contracted = root.module.calls.iter().filter(|call| !call.is_inner);
    let contracted: Vec<String> = contracted
        .filter_map(|call| {
            let names = [&call.address, &call.source, call.contract.as_ref()?].map(|name| json_string(name));
            Some(format!("{{\"address\":{},\"source\":{},\"contract\":{}}}", names[0], names[1], names[2]))
        })
        .collect();
    let absent = root.module.calls.iter().filter(|call| call.is_absent());
    let absent: Vec<String> =
        absent.map(|call| format!("{{\"address\":{},\"source\":{}}}", json_string(&call.address), json_string(&call.source))).collect();
    let undeclared: Vec<String> = root.module.undeclared.iter().map(|(name, _)| json_string(name)).collect();
    let failed = root.module.failed.iter().map(|check| {
        let [name, module, said] = [&check.name, &check.module, &check.said].map(|text| json_string(text));
        format!("{{\"name\":{name},\"module\":{module},\"said\":{said}}}")
    });
    let failed: Vec<String> = failed.collect();
    let plans: Vec<String> = root.inputs.plan.iter().flat_map(|plan| &plan.names).map(|name| json_string(name)).collect();
    let workspace = root.inputs.workspace.as_ref().map_or_else(|| "null".to_owned(), |name| json_string(name));
    format!(
        "{{\"path\":{},\"environment\":{},\"workspace\":{workspace},\"library\":{},\"var_files\":{},\"plans\":{},\"outputs\":{{{}}},\"resources\":{},\"by_contract\":{},\"not_here\":{},\"undeclared\":{},\"failed_checks\":{},\"problems\":{}}}",
        json_string(root.path()),
        json_string(&root.environment),
        root.purpose == Purpose::Library,
        list(&files),
        list(&plans),
        outputs.join(","),
        list(&resources),
        list(&contracted),
        list(&absent),
        list(&undeclared),
        list(&failed),
        list(&problems),
    )
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.join(","))
}

/// The type of an output; of what is sensitive it has no names in it, which may be secrets themselves.
fn told_type(output: &Output, is_sensitive: bool) -> String {
    let told = output.value.ty().to_json();
    if is_sensitive && told.contains("\"object\"") { "\"dynamic\"".to_owned() } else { told }
}

/// `{value, type, sensitive, known, unknown}`; of what is sensitive there is no value.
fn output(output: &Output) -> String {
    let (value, left) = output.value.shown();
    let is_sensitive = is_sensitive(output);
    let value = if is_sensitive { "null".to_owned() } else { value };
    format!(
        "{{\"value\":{value},\"type\":{},\"sensitive\":{is_sensitive},\"known\":{},\"unknown\":{}}}",
        told_type(output, is_sensitive),
        output.value.any_reason().is_none(),
        paths(&left),
    )
}

fn resource(resource: &Resource) -> String {
    let (values, left) = resource.shown();
    let mode = match resource.mode {
        Mode::Managed => "managed",
        Mode::Data => "data",
        Mode::Ephemeral => "ephemeral",
    };
    let sensitive: Vec<String> = left.sensitive.iter().map(|path| json_string(path)).collect();
    format!(
        "{{\"address\":{},\"mode\":\"{mode}\",\"type\":{},\"module\":{},\"certain\":{},\"values\":{values},\"unknown\":{},\"sensitive\":{}}}",
        json_string(&resource.address),
        json_string(&resource.ty),
        json_string(&resource.module),
        resource.existence == Existence::Certain,
        paths(&left),
        list(&sensitive),
    )
}

/// The paths of what is not known, as JSON Pointers.
fn paths(left: &Left) -> String {
    let paths: Vec<String> = left.unknown.keys().map(|path| json_string(path)).collect();
    list(&paths)
}

/// The same JSON over several lines; numbers stay as they are written, however many digits they have.
fn indented(json: &str) -> String {
    let (mut out, mut depth, mut is_text, mut is_escaped) = (String::with_capacity(json.len() * 2), 0_usize, false, false);
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    let mut signs = json.chars().peekable();
    while let Some(sign) = signs.next() {
        if is_text {
            out.push(sign);
            is_text = is_escaped || sign != '"';
            is_escaped = !is_escaped && sign == '\\';
            continue;
        }
        match sign {
            '{' | '[' => {
                out.push(sign);
                match signs.peek() {
                    Some('}' | ']') => out.extend(signs.next()),
                    _ => {
                        depth += 1;
                        line(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(sign);
            }
            ',' => {
                out.push(',');
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                is_text = sign == '"';
                out.push(sign);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::indented;

    #[test]
    fn texts_and_numbers_stay_as_they_are() {
        let json = r#"{"a":[],"b":{"c":"x,\"{:\\"},"d":[1e400,12345678901234567890123]}"#;
        let shown = indented(json);
        assert_eq!(
            shown,
            "{\n  \"a\": [],\n  \"b\": {\n    \"c\": \"x,\\\"{:\\\\\"\n  },\n  \"d\": [\n    1e400,\n    12345678901234567890123\n  ]\n}"
        );
    }
}
