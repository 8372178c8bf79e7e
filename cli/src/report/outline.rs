//! What a change does, in lines for a terminal: dangers first, then each line that was edited with everything that it causes.

use std::{fmt::Write as _, sync::Arc};

use super::{
    ChangeKind, Changes, FieldChange, Reach, Style,
    alike::{Batch, Cause, Effect, applications, batches, causes, environments},
    escape::visible,
    tally::plural,
};

/// The longest value that is shown.
const MAX_VALUE: usize = 80;

/// How much of what two long values share is shown before what differs.
const AROUND: usize = 15;

/// How many fields without a line of their own are shown for one object.
const MAX_EFFECTS: usize = 20;

/// The outline, with an empty line after it.
pub(crate) fn outline(changes: &Changes, reach: &Reach, style: Style) -> String {
    let mut printer = Printer { reach, style, text: String::new() };
    if let Some(reason) = &changes.base_unknown {
        let _ = writeln!(
            printer.text,
            "{} is judged alone, since nothing is known of {}: {}\n",
            changes.head.text(),
            changes.base.text(),
            visible(reason)
        );
        return printer.text;
    }
    let _ = writeln!(printer.text, "what changes from {} to {}\n", changes.base.text(), changes.head.text());
    let batches = batches(changes);
    batches.iter().for_each(|batch| printer.hazards(batch));
    printer.unknown(changes);
    causes(changes).iter().for_each(|cause| printer.cause(cause));
    batches.iter().for_each(|batch| printer.whole(batch));
    let changed = changes.applications.iter().filter(|one| one.name.is_some()).count();
    let _ = writeln!(printer.text, "\n{} changed, {} unchanged\n", plural(changed, "application"), changes.unchanged);
    printer.text
}

struct Printer<'a> {
    reach: &'a Reach,
    style: Style,
    text: String,
}

impl Printer<'_> {
    /// A sign in its colour.
    fn sign(&self, kind: ChangeKind) -> &'static str {
        match (self.style, kind) {
            (Style::Plain, ChangeKind::Added) => "+",
            (Style::Plain, ChangeKind::Removed) => "-",
            (Style::Plain, ChangeKind::Changed) => "~",
            (Style::Coloured, ChangeKind::Added) => "\u{1b}[32m+\u{1b}[0m",
            (Style::Coloured, ChangeKind::Removed) => "\u{1b}[31m-\u{1b}[0m",
            (Style::Coloured, ChangeKind::Changed) => "\u{1b}[33m~\u{1b}[0m",
        }
    }

    fn hazards(&mut self, batch: &Batch<'_>) {
        let Some(first) = batch.members().next() else { return };
        for hazard in &first.object.hazards {
            let sign = if self.style == Style::Coloured { "\u{1b}[1;31m⚠\u{1b}[0m" } else { "⚠" };
            let _ = writeln!(self.text, "  {sign} {}: {}", first.object.object.text(), visible(hazard));
            self.reached(&batch.applications(), batch.members().count(), &environments(batch.members()));
        }
    }

    fn unknown(&mut self, changes: &Changes) {
        for application in &changes.applications {
            if let (Some(name), Some(reason)) = (&application.name, &application.base_unknown) {
                let _ = writeln!(self.text, "  ? {name}: its base is not known: {}", visible(reason));
            }
        }
    }

    fn cause(&mut self, cause: &Cause<'_>) {
        match cause.place {
            Some(place) => {
                let _ = write!(self.text, "  {}:{}", place.file, place.line);
            }
            None => self.text.push_str("  from no line of the repository"),
        }
        if let Some(key) = cause.link.and_then(|link| link.key.as_deref()) {
            let _ = write!(self.text, "  {}", visible(key));
        }
        if let Some(layer) = cause.link.filter(|link| link.key.is_some()).and_then(|link| link.name.as_deref()) {
            let _ = write!(self.text, " (layer {layer})");
        }
        self.text.push('\n');
        let shared = applications(cause.effects.iter().flat_map(|effect| effect.members.iter().copied()));
        let is_shared = |effect: &Effect<'_>| applications(effect.members.iter().copied()) == shared;
        let are_same = cause.effects.len() > 1 && cause.effects.iter().all(is_shared);
        for effect in cause.effects.iter().take(MAX_EFFECTS) {
            self.effect(effect);
            if !are_same {
                let members = || effect.members.iter().copied();
                self.reached(&applications(members()), effect.members.len(), &environments(members()));
            }
        }
        if cause.effects.len() > MAX_EFFECTS {
            let _ = writeln!(self.text, "      and {}", plural(cause.effects.len() - MAX_EFFECTS, "more field"));
        }
        if are_same {
            let members = cause.effects.iter().flat_map(|effect| effect.members.iter().copied());
            self.reached(&shared, 0, &environments(members));
        }
    }

    fn effect(&mut self, effect: &Effect<'_>) {
        let (field, path) = (effect.field, if effect.members.len() == 1 { &effect.field.path } else { &effect.path });
        let _ = write!(self.text, "      {} {}  {}  ", self.sign(field.kind), effect.object_kind, visible(path));
        match values(field) {
            (Some(before), Some(after)) => {
                let _ = write!(self.text, "{before} → {after}");
            }
            (Some(only), None) | (None, Some(only)) => self.text.push_str(&only),
            (None, None) => {}
        }
        if !effect.is_uniform {
            self.text.push_str("  (values differ; this is the first)");
        }
        self.text.push('\n');
    }

    /// Objects that come or go as a whole.
    fn whole(&mut self, batch: &Batch<'_>) {
        let Some(first) = batch.members().next().filter(|first| first.object.fields.is_empty()) else { return };
        let _ = write!(self.text, "  {} {}", self.sign(first.object.kind), first.object.object.text());
        let more = batch.members().count() - 1;
        if more > 0 {
            let _ = write!(self.text, " and {more} more like it");
        }
        if let Some((_, place)) = &first.object.place {
            let _ = write!(self.text, "  ({}:{})", place.file, place.line);
        }
        self.text.push('\n');
        self.reached(&batch.applications(), 0, &environments(batch.members()));
    }

    /// The applications, and how many objects there are where that is more.
    fn reached(&mut self, names: &[Arc<str>], objects: usize, environments: &[Arc<str>]) {
        if names.is_empty() {
            let place = if environments.is_empty() { "no application".to_owned() } else { environments.join(", ") };
            let _ = writeln!(self.text, "        in {place}");
            return;
        }
        let objects = if objects > names.len() { format!(" ({objects} objects)") } else { String::new() };
        let _ = writeln!(self.text, "        in {}{objects}", self.reach.describe(names));
    }
}

/// A value, or the start of one that is too long.
fn value(text: &str) -> String {
    let text = visible(text);
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// What a field was and what it becomes; of long values, where they differ.
pub(crate) fn values(field: &FieldChange) -> (Option<String>, Option<String>) {
    let (before, after) = (field.before.as_deref(), field.after.as_deref());
    let is_long = |text: Option<&str>| text.is_some_and(|text| text.chars().count() > MAX_VALUE);
    match (before, after) {
        (Some(before), Some(after)) if is_long(Some(before)) || is_long(Some(after)) => {
            let start = before.chars().zip(after.chars()).take_while(|(left, right)| left == right).count().saturating_sub(AROUND);
            let from = |text: &str| {
                let rest: String = text.chars().skip(start).collect();
                if start == 0 { value(&rest) } else { format!("…{}", value(&rest)) }
            };
            (Some(from(before)), Some(from(after)))
        }
        _ => (before.map(value), after.map(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::ChangeKind, FieldChange, values};

    #[test]
    fn long_values_are_shown_where_they_differ() {
        let head = "registry.example.com/".repeat(5);
        let change = |before: &str, after: &str| {
            let (before, after) = (Some(before.to_owned()), Some(after.to_owned()));
            values(&FieldChange { path: String::new(), kind: ChangeKind::Changed, before, after, place: None, chain: Vec::new() })
        };
        let shown = change(&format!("{head}shop:1"), &format!("{head}shop:2"));
        assert_eq!(shown, (Some("…ample.com/shop:1".to_owned()), Some("…ample.com/shop:2".to_owned())));
        assert_eq!(change("1", "2"), (Some("1".to_owned()), Some("2".to_owned())));
        assert_eq!(change("1", &"ä".repeat(90)).1, Some(format!("{}…", "ä".repeat(80))));
    }
}
