//! Random edits: what is told of a change is the same, whether only what it reaches is rendered or everything on both sides.

use std::{
    fs,
    path::{Path, PathBuf},
};

use proptest::{
    prelude::{Strategy, any, prop_oneof},
    test_runner::{Config, TestCaseError, TestRunner},
};

use crate::{diff, git::Repository};

/// How many changes are tried; more of them by `PORTCULLIS_CASES`.
const CASES: u32 = 32;

/// The most edits of one change.
const MAX_EDITS: usize = 4;

/// What is done to a line, or to a whole file.
#[derive(Clone, Debug)]
enum Edit {
    /// The line goes.
    Delete,
    /// The line comes twice.
    Repeat,
    /// Numbers in it become others, `true` becomes `false`.
    Alter(u8),
    /// A word of the repository becomes another.
    Swap(u8, u8),
    /// A line comes before it, indented like it.
    Insert(u8),
    /// The file goes.
    Remove,
    /// The file gets another name.
    Rename,
    /// The file is copied within its folder.
    Copy,
    /// The lines end as on Windows.
    Windows,
}

/// Words that edits put in the place of each other.
const WORDS: [&str; 16] = [
    "alpha",
    "beta",
    "gamma",
    "scoring",
    "back",
    "dev",
    "prod",
    "roamer",
    "pools",
    "plain",
    "web",
    "on-demand",
    "spot",
    "latest",
    "deny",
    "warn",
];

/// Lines that edits put in.
const LINES: [&str; 19] = [
    "# a comment",
    "# portcullis: allow missing-pre-stop: nothing to drain",
    "# portcullis: allow unpinned-image: mirrored",
    "drainSeconds: 3",
    "replicas: 1",
    "spread: false",
    "skew: 2",
    "budget: false",
    "unavailable: 0",
    "image: docker.io/library/shop:latest",
    "autoscaling: {min: 1, max: 3}",
    "password: hunter2",
    "nodeSelector: {karpenter.sh/capacity-type: spot}",
    "- service: delta",
    "  namespace: scoring",
    "{{ fail \"no\" }}",
    "maximum: 1",
    "type: string",
    "colour: {type: string}",
];

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => proptest::strategy::Just(Edit::Delete),
        1 => proptest::strategy::Just(Edit::Repeat),
        6 => any::<u8>().prop_map(Edit::Alter),
        4 => (any::<u8>(), any::<u8>()).prop_map(|(from, to)| Edit::Swap(from, to)),
        6 => any::<u8>().prop_map(Edit::Insert),
        1 => proptest::strategy::Just(Edit::Remove),
        1 => proptest::strategy::Just(Edit::Rename),
        1 => proptest::strategy::Just(Edit::Copy),
        1 => proptest::strategy::Just(Edit::Windows),
    ]
}

#[test]
fn what_is_reached_is_all_that_changes() {
    let repository = Repository::shop();
    let files = files(repository.root());
    let cases = std::env::var("PORTCULLIS_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 64, ..Config::default() };
    let edits = proptest::collection::vec((0..files.len(), any::<u16>(), edit()), 1..=MAX_EDITS);
    let mut runner =
        TestRunner::new_with_rng(config, proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha));
    runner
        .run(&edits, |edits| {
            let kept: Vec<(PathBuf, Vec<u8>)> = files.iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect();
            for (file, line, edit) in &edits {
                apply(&files[*file], usize::from(*line), edit);
            }
            let answers = ["--direct", "--exhaustive"].map(|how| diff(repository.root(), &["--base", "HEAD", "--format", "json", how]));
            let made = self::files(repository.root());
            made.iter().for_each(|file| fs::remove_file(file).unwrap());
            kept.iter().for_each(|(file, bytes)| fs::write(file, bytes).unwrap());
            let [reached, everything] = answers;
            if (&reached.stdout, &reached.stderr, reached.status) == (&everything.stdout, &everything.stderr, everything.status) {
                return Ok(());
            }
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let difference = similar::TextDiff::from_lines(text(&everything.stdout), text(&reached.stdout)).unified_diff().to_string();
            Err(TestCaseError::fail(format!(
                "{:?} is not {:?}\n{difference}\n{}",
                everything.status,
                reached.status,
                text(&reached.stderr)
            )))
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

/// The files of a folder, in their order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.file_name() != ".git") {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

fn apply(file: &Path, place: usize, edit: &Edit) {
    let Ok(text) = fs::read_to_string(file) else { return };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return;
    }
    let at = place % lines.len();
    match edit {
        Edit::Delete => drop(lines.remove(at)),
        Edit::Repeat => lines.insert(at, lines[at].clone()),
        Edit::Alter(by) => lines[at] = altered(&lines[at], *by),
        Edit::Swap(from, to) => {
            let word = |index: &u8| WORDS[usize::from(*index) % WORDS.len()];
            let known = (0..WORDS.len()).map(|offset| WORDS[(usize::from(*from) + offset) % WORDS.len()]);
            let Some(old) = known.into_iter().find(|word| text.contains(word)) else { return };
            lines = text.replacen(old, word(to), 1).lines().map(str::to_owned).collect();
        }
        Edit::Insert(line) => {
            let indent = lines[at].len() - lines[at].trim_start().len();
            lines.insert(at, format!("{}{}", " ".repeat(indent), LINES[usize::from(*line) % LINES.len()]));
        }
        Edit::Remove => return fs::remove_file(file).unwrap(),
        Edit::Rename => return fs::rename(file, file.with_file_name(format!("x-{}", name(file)))).unwrap(),
        Edit::Copy => {
            fs::copy(file, file.with_file_name(format!("copy-{}", name(file)))).unwrap();
            return;
        }
        Edit::Windows => return fs::write(file, text.replace('\n', "\r\n")).unwrap(),
    }
    fs::write(file, lines.join("\n") + "\n").unwrap();
}

fn name(file: &Path) -> String {
    file.file_name().unwrap().to_string_lossy().into_owned()
}

fn altered(line: &str, by: u8) -> String {
    if line.contains("true") {
        return line.replace("true", "false");
    }
    let digit =
        |character: char| if character.is_ascii_digit() { char::from(b'0' + (character as u8 - b'0' + by % 10) % 10) } else { character };
    line.chars().map(digit).collect()
}
