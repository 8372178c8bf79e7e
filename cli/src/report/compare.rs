//! Two texts of an object to the lines that differ, with some lines around them.

use similar::{DiffOp, TextDiff};

/// How many lines are shown around a change.
const CONTEXT: usize = 3;

/// The most lines of one text that are compared; a comparison takes their product in the worst case.
const MAX_LINES: usize = 5_000;

/// Lines that stand together.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hunk<'a> {
    /// Its rows.
    pub(crate) rows: Vec<Row<'a>>,
}

/// What stands beside each other; a number is that of a line, from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    /// The line before.
    pub(crate) before: Option<(usize, &'a str)>,
    /// The line afterwards.
    pub(crate) after: Option<(usize, &'a str)>,
    /// Whether both are the same.
    pub(crate) is_same: bool,
}

/// The hunks of two texts; nothing where they are too long to compare.
pub(crate) fn compare<'a>(before: &'a str, after: &'a str) -> Option<Vec<Hunk<'a>>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    if old.len() > MAX_LINES || new.len() > MAX_LINES {
        return None;
    }
    let diff = TextDiff::from_slices(&old, &new);
    let hunk = |ops: Vec<DiffOp>| Hunk { rows: ops.iter().flat_map(|op| rows(op, &old, &new)).collect() };
    Some(diff.grouped_ops(CONTEXT).into_iter().map(hunk).collect())
}

fn rows<'a>(op: &DiffOp, old: &[&'a str], new: &[&'a str]) -> Vec<Row<'a>> {
    let line = |lines: &[&'a str], at: usize, end: usize| (at < end).then(|| lines.get(at).map(|text| (at + 1, *text))).flatten();
    let (left, right) = (op.old_range(), op.new_range());
    let is_same = matches!(op, DiffOp::Equal { .. });
    let row = |index| Row { before: line(old, left.start + index, left.end), after: line(new, right.start + index, right.end), is_same };
    (0..left.len().max(right.len())).map(row).collect()
}

/// The hunks as a unified diff, at most so many lines of it, and how many more there are.
pub(crate) fn unified(hunks: &[Hunk<'_>], max: usize) -> (String, usize) {
    let mut lines = Vec::new();
    for (index, hunk) in hunks.iter().enumerate() {
        if index > 0 {
            lines.push("@@".to_owned());
        }
        let mut rows = hunk.rows.as_slice();
        while let Some(first) = rows.first() {
            let run = rows.iter().take_while(|row| row.is_same == first.is_same).count();
            let (now, rest) = rows.split_at(run);
            if first.is_same {
                lines.extend(now.iter().filter_map(|row| row.after).map(|(_, text)| format!("  {text}")));
            } else {
                lines.extend(now.iter().filter_map(|row| row.before).map(|(_, text)| format!("- {text}")));
                lines.extend(now.iter().filter_map(|row| row.after).map(|(_, text)| format!("+ {text}")));
            }
            rows = rest;
        }
    }
    let more = lines.len().saturating_sub(max);
    lines.truncate(max);
    (lines.join("\n"), more)
}

#[cfg(test)]
mod tests {
    use super::{compare, unified};

    #[test]
    fn lines_that_differ_stand_beside_each_other() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let after = "a\nb\nc\nD\nE\ne\nf\ng\nh\n";
        let hunks = compare(before, after).unwrap();
        let (text, more) = unified(&hunks, 100);
        assert_eq!((&*text, more), ("  a\n  b\n  c\n- d\n+ D\n+ E\n  e\n  f\n  g", 0));
        assert_eq!(unified(&hunks, 2).1, 7);
        assert!(compare(before, before).unwrap().is_empty());
        assert!(compare(&"x\n".repeat(5_001), "").is_none());
    }
}
