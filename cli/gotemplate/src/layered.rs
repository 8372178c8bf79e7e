//! An error of a template as Helm 4 lays it out: a place, what was executed there, and what went wrong, for each template on the way.

/// What Go's errors of templates start with.
const PREFIX: &str = "template: ";

/// What follows an error that another one wraps.
const NESTED: &str = " template:";

/// One template on the way.
#[derive(Debug, Default, PartialEq, Eq)]
struct Layer<'a> {
    place: &'a str,
    executed: Option<(&'a str, &'a str)>,
    message: &'a str,
}

/// Lays out a message whose last so many bytes are errors of their own, the innermost first; as it is, where one of them has another form.
pub(crate) fn layered(message: &str, causes: &[usize]) -> String {
    let mut layers: Vec<Layer<'_>> = Vec::new();
    for length in std::iter::once(&message.len()).chain(causes.iter().rev()) {
        let tail = message.len().checked_sub(*length).and_then(|start| message.get(start..));
        let Some(layer) = tail.and_then(Layer::read) else { return message.to_owned() };
        if layers.last() != Some(&layer) {
            layers.push(layer);
        }
    }
    layers.iter().map(Layer::print).collect::<String>().trim().to_owned()
}

impl<'a> Layer<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        if rest.starts_with("no template ") {
            return Some(Self { message: text, ..Self::default() });
        }
        Self::executing(rest).or_else(|| Self::simple(rest))
    }

    /// `PLACE: executing "NAME" at <NODE>: MESSAGE`.
    fn executing(rest: &'a str) -> Option<Self> {
        let (place, after) = rest.split_once(": executing ")?;
        let (name, after) = after.strip_prefix('"')?.split_once('"')?;
        let (node, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
        Some(Self { place, executed: Some((name, node)), message: without_nested(message) })
    }

    /// `PLACE: MESSAGE`.
    fn simple(rest: &'a str) -> Option<Self> {
        let (place, message) = rest.rsplit_once(": ")?;
        Some(Self { place, executed: None, message: without_nested(message) })
    }

    fn print(&self) -> String {
        let place = if self.place.is_empty() { String::new() } else { format!("{}\n  ", self.place) };
        let executed = self.executed.map_or_else(String::new, |(name, node)| format!("executing \"{name}\" at <{node}>:\n    "));
        let message = if self.message.is_empty() { String::new() } else { format!("{}\n", self.message) };
        format!("{place}{executed}{message}")
    }
}

fn without_nested(message: &str) -> &str {
    message.find(NESTED).and_then(|end| message.get(..end)).unwrap_or(message)
}
