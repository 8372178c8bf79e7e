//! A script to what it does, by going the ways that a shell would go.
//!
//! Where it is not known which way a shell goes, it goes them all, and the longest counts: whoever writes a branch means it to be taken.
//! A loop of which nobody knows how often it runs counts once.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    arithmetic,
    ast::{Command, Item, List, Operator, Pipeline, What, Word},
    state::{Effort, Flow, Known, Outcome, State},
};

/// How many commands are walked.
const MAX_STEPS: usize = 4000;
/// How deep lists, functions and shells may run in each other.
const MAX_DEPTH: usize = 40;
/// Files that nobody reads.
const HARMLESS_FILES: [&str; 7] = ["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/fd/1", "/dev/fd/2", "/proc/1/fd/1", "/proc/1/fd/2"];

/// What the command of a hook does, started without a shell in an environment of which some variables are known.
pub(crate) fn weigh(command: &[Arc<str>], environment: impl IntoIterator<Item = (Arc<str>, Arc<str>)>) -> Effort {
    let mut walker = Walker { steps: 0, depth: 0, functions: BTreeMap::new() };
    let mut state = State::with(environment);
    let words: Vec<Known> = command.iter().map(|word| Some(Arc::clone(word))).collect();
    if !words.is_empty() {
        walker.program(&words, &mut state);
    }
    state.effort()
}

/// What a walk has used up, and the functions that it has met.
pub(super) struct Walker {
    steps: usize,
    depth: usize,
    pub(super) functions: BTreeMap<String, Arc<List>>,
}

impl Walker {
    /// Whether one more command may be walked; beyond the bound a script counts as far as it was walked.
    pub(super) fn goes_on(&mut self) -> bool {
        self.steps += 1;
        self.steps <= MAX_STEPS
    }

    pub(super) fn list(&mut self, list: &List, state: &mut State) -> Outcome {
        self.deeper(state, |walker, state| walker.items(list, state))
    }

    /// One step into something; too deep, it is taken for something that acts.
    pub(super) fn deeper(&mut self, state: &mut State, walk: impl FnOnce(&mut Self, &mut State) -> Outcome) -> Outcome {
        if self.depth >= MAX_DEPTH {
            state.acts = true;
            return Outcome::of(None);
        }
        self.depth += 1;
        let outcome = walk(self, state);
        self.depth -= 1;
        outcome
    }

    fn items(&mut self, list: &List, state: &mut State) -> Outcome {
        let mut last = Outcome::of(Some(true));
        for item in list {
            let outcome = if item.background { self.beside(item, state) } else { self.item(item, state) };
            last = Outcome { may_leave: last.may_leave || outcome.may_leave, ..outcome };
            if last.flow != Flow::Next {
                break;
            }
        }
        last
    }

    /// What runs in the background takes time only from who waits for it.
    fn beside(&mut self, item: &Item, state: &mut State) -> Outcome {
        let mut inner = state.clone();
        self.item(item, &mut inner);
        let end = if inner.endless { f64::INFINITY } else { inner.longest.max(inner.now) };
        state.acts |= inner.acts;
        state.background = state.background.max(end);
        Outcome::of(Some(true))
    }

    fn item(&mut self, item: &Item, state: &mut State) -> Outcome {
        let mut outcome = self.pipeline(&item.first, state);
        for (operator, pipeline) in &item.rest {
            if outcome.flow != Flow::Next {
                break;
            }
            let runs = outcome.success.map(|success| success == (*operator == Operator::And));
            outcome = match runs {
                Some(false) => outcome,
                Some(true) => {
                    let next = self.pipeline(pipeline, state);
                    Outcome { may_leave: outcome.may_leave || next.may_leave, ..next }
                }
                None => {
                    let mut other = state.clone();
                    let next = self.pipeline(pipeline, &mut other);
                    outcome.join(state, next, other)
                }
            };
        }
        outcome
    }

    fn pipeline(&mut self, pipeline: &Pipeline, state: &mut State) -> Outcome {
        let outcome = match pipeline.commands.as_slice() {
            [command] => self.command(command, state),
            commands => {
                let before = state.clone();
                let mut success = None;
                let mut endless = state.endless;
                for command in commands {
                    let mut inner = before.clone();
                    success = self.command(command, &mut inner).success;
                    // Only the last one surely outlives the others.
                    endless = before.endless || inner.endless;
                    state.beside(&inner);
                    state.now = state.now.max(inner.now);
                }
                state.endless = endless;
                Outcome { flow: if endless { Flow::Exit } else { Flow::Next }, success, may_leave: false }
            }
        };
        let success = if pipeline.negated { outcome.success.map(|success| !success) } else { outcome.success };
        Outcome { success, ..outcome }
    }

    fn command(&mut self, command: &Command, state: &mut State) -> Outcome {
        for file in &command.writes {
            let file = self.text(file, state);
            state.acts |= !file.is_some_and(|file| HARMLESS_FILES.contains(&&*file));
        }
        if !self.goes_on() {
            return Outcome::go(Flow::Exit, None);
        }
        match &command.what {
            What::Simple { assignments, words } => self.words(assignments, words, state),
            What::Subshell(list) => {
                let mut inner = state.clone();
                let outcome = self.subshell(list, &mut inner);
                state.after(inner);
                outcome
            }
            What::Group(list) => self.list(list, state),
            What::If { branches, otherwise } => self.branches(branches, otherwise, state),
            What::Loop { until, condition, body } => {
                let test = |walker: &mut Self, state: &mut State| {
                    let outcome = walker.list(condition, state);
                    Outcome { success: outcome.success.map(|success| success != *until), ..outcome }
                };
                self.repeat(test, |_, _| (), body, state)
            }
            What::Count { first, test, step, body } => {
                arithmetic::evaluate(first, state);
                let test = |_: &mut Self, state: &mut State| {
                    let is_empty = test.trim().is_empty();
                    Outcome::of(if is_empty { Some(true) } else { arithmetic::evaluate(test, state).map(|value| value != 0) })
                };
                let step = |_: &mut Self, state: &mut State| {
                    arithmetic::evaluate(step, state);
                };
                self.repeat(test, step, body, state)
            }
            What::For { name, words, body } => {
                let fields = words.as_ref().map_or_else(|| vec![None], |words| self.fields(words, state));
                self.each(name, fields, body, state)
            }
            What::Case { word, bodies } => {
                self.text(word, state);
                let before = state.clone();
                bodies.iter().fold(Outcome::of(None), |outcome, body| {
                    let mut other = before.clone();
                    let next = self.list(body, &mut other);
                    outcome.join(state, next, other)
                })
            }
            What::Arithmetic(text) => Outcome::of(arithmetic::evaluate(text, state).map(|value| value != 0)),
            What::Function { name, body } => {
                self.functions.insert(name.clone(), Arc::clone(body));
                Outcome::of(Some(true))
            }
        }
    }

    fn words(&mut self, assignments: &[(String, Word)], words: &[Word], state: &mut State) -> Outcome {
        for (name, value) in assignments {
            let value = self.text(value, state);
            state.set(name, value);
        }
        let words = self.fields(words, state);
        if words.is_empty() { Outcome::of(Some(true)) } else { self.simple(&words, state) }
    }

    /// A list in a shell of its own: leaving it leaves nothing else, unless it never ends.
    pub(super) fn subshell(&mut self, list: &List, state: &mut State) -> Outcome {
        let outcome = self.list(list, state);
        Outcome { flow: if state.endless { Flow::Exit } else { Flow::Next }, may_leave: false, ..outcome }
    }

    fn branches(&mut self, branches: &[(List, List)], otherwise: &List, state: &mut State) -> Outcome {
        let Some(((condition, body), rest)) = branches.split_first() else { return self.list(otherwise, state) };
        let test = self.list(condition, state);
        if test.flow != Flow::Next {
            return test;
        }
        match test.success {
            Some(true) => self.list(body, state),
            Some(false) => self.branches(rest, otherwise, state),
            None => {
                let mut other = state.clone();
                let taken = self.list(body, state);
                let left = self.branches(rest, otherwise, &mut other);
                taken.join(state, left, other)
            }
        }
    }

    fn each(&mut self, name: &str, fields: Vec<Known>, body: &List, state: &mut State) -> Outcome {
        let mut may_leave = false;
        for field in fields {
            if !self.goes_on() {
                break;
            }
            state.set(name, field);
            let outcome = self.list(body, state);
            may_leave |= outcome.may_leave;
            match outcome.flow {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                Flow::Return | Flow::Exit => return outcome,
            }
        }
        Outcome { may_leave, ..Outcome::of(None) }
    }

    fn repeat(
        &mut self,
        test: impl Fn(&mut Self, &mut State) -> Outcome,
        step: impl Fn(&mut Self, &mut State),
        body: &List,
        state: &mut State,
    ) -> Outcome {
        let mut may_leave = false;
        loop {
            if !self.goes_on() {
                return Outcome::go(Flow::Exit, None);
            }
            let before = state.clone();
            let tested = test(self, state);
            if tested.flow != Flow::Next {
                return tested;
            }
            match tested.success {
                Some(false) => return Outcome { may_leave, ..Outcome::of(None) },
                None => {
                    let mut other = state.clone();
                    let mut outcome = self.list(body, &mut other);
                    if matches!(outcome.flow, Flow::Break | Flow::Continue) {
                        outcome.flow = Flow::Next;
                    }
                    return Outcome::of(None).join(state, outcome, other);
                }
                Some(true) => {
                    let outcome = self.list(body, state);
                    may_leave |= outcome.may_leave;
                    match outcome.flow {
                        Flow::Next | Flow::Continue => {}
                        Flow::Break => return Outcome { may_leave, ..Outcome::of(None) },
                        Flow::Return | Flow::Exit => return outcome,
                    }
                    step(self, state);
                    if state.knows_the_same(&before) {
                        if may_leave || tested.may_leave {
                            return Outcome { may_leave, ..Outcome::of(None) };
                        }
                        state.endless = true;
                        return Outcome::go(Flow::Exit, None);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::{Effort, weigh};

    fn run(command: &[&str]) -> Effort {
        let words: Vec<Arc<str>> = command.iter().map(|word| Arc::from(*word)).collect();
        weigh(&words, [(Arc::from("DRAIN"), Arc::from("45"))])
    }

    fn script(text: &str) -> Effort {
        run(&["/bin/sh", "-c", text])
    }

    #[test]
    fn knows_what_does_nothing() {
        for text in [
            "",
            ":",
            "true",
            "/bin/true",
            "# sleep 5",
            "exit 0",
            "exit 0; sleep 60",
            "echo bye",
            "echo sleep 60",
            "echo \"sleep 5\" >/dev/null 2>&1",
            "sleep 0",
            "sleep 0s; true",
            "/usr/bin/env true",
            "env A=1 B=2 true",
            "exec true",
            "if true; then :; fi",
            "true || curl x",
            "false && curl x",
            "sleep 60 &",
            "sleep x",
            "sleep",
            "X=60",
            "f() { sleep 60; }",
            "for i in; do sleep 5; done",
            "while false; do sleep 5; done",
            "printf 'sleep 60' > /dev/stderr",
            "[ 1 -gt 2 ] && sleep 5",
            "(exit 0)",
            "sh -c 'sh -c :'",
            "command true",
            "busybox true",
            "echo done # curl x",
            "timeout 5 true",
            "set -e",
            "$((0))sleep 5",
            "sleep $((5 - 5))",
            "case x in y) :;; esac",
        ] {
            let effort = script(text);
            assert!(effort.idle || text.starts_with("$(("), "{text:?}: {effort:?}");
        }
        for command in [
            &["true"] as &[&str],
            &["/usr/bin/env", "true"],
            &["sh", "-euc", "sleep 0"],
            &["ash", "-c", "true"],
            &["/busybox/sh", "-c", "# x"],
            &["bash", "--norc", "-o", "pipefail", "-c", ":"],
            &[":"],
            &["sleep 5"],
            &["sh"],
            &["sh", "-c"],
            &["exit", "0"],
            &["sleep", "0"],
            &["busybox", "sh", "-c", "exit"],
        ] {
            assert!(run(command).idle, "{command:?}: {:?}", run(command));
        }
    }

    #[test]
    fn knows_what_does_something() {
        for text in [
            "nginx -s quit",
            "kill -TERM 1",
            "touch /tmp/drain",
            "echo x > /tmp/drain",
            ": > /tmp/drain",
            "curl x || true",
            "true && curl x",
            "echo x | nc host 1",
            "$COMMAND",
            "$(curl x)",
            "[ -f x ] && curl x",
            "if [ -f x ]; then curl x; else :; fi",
            "f() { curl x; }; f",
            "sleep $UNKNOWN",
            ". /drain.sh",
            "cat <<EOF\nx\nEOF",
            "curl x &",
            "exec curl x",
            "eval 'curl x'",
            "sleep 0.1",
            "while :; do break; done; curl x",
            "x=$(curl y)",
        ] {
            assert!(!script(text).idle, "{text:?}");
        }
        for command in [&["/drain", "--sleep", "600"] as &[&str], &["sh", "/drain.sh"], &["sh", "-c", "$0 x", "curl"], &["sleep", "5"]] {
            assert!(!run(command).idle, "{command:?}");
        }
    }

    fn takes(text: &str, seconds: f64) {
        let effort = script(text);
        assert!(!effort.endless && (effort.seconds - seconds).abs() < 1e-6, "{text:?}: {effort:?}, not {seconds}");
    }

    #[test]
    fn counts_the_longest_way() {
        for (text, seconds) in [
            ("sleep 10", 10.0),
            ("/busybox/sleep 60", 60.0),
            ("sleep 1m 10", 70.0),
            ("sleep 0.5h", 1800.0),
            ("sleep 11; kill -QUIT 1; sleep 10", 21.0),
            ("sleep 20 && nginx -s quit", 20.0),
            ("nginx -s quit && sleep 20", 20.0),
            ("echo sleep 100; curl x", 0.0),
            ("echo 'sleep 100' \"sleep 100\" sleep\\ 100", 0.0),
            ("sleep 100 & curl x", 0.0),
            ("sleep 100 & sleep 30 & curl x; sleep 10; wait", 100.0),
            ("if curl x; then sleep 5; else sleep 7; fi", 7.0),
            ("if true; then sleep 5; else sleep 70; fi", 5.0),
            ("curl x || exit 1; sleep 9", 9.0),
            ("curl x || { sleep 50; exit 1; }; sleep 9", 50.0),
            ("for i in 1 2 3; do sleep 10; done", 30.0),
            ("for i in $(seq 1 30); do curl x && break; sleep 2; done", 60.0),
            ("for i in `seq 5`; do sleep 1; done", 5.0),
            ("for i in {1..40}; do sleep 1; done", 40.0),
            ("for ((i=0; i<20; i++)); do sleep 2; done", 40.0),
            ("i=0; while [ $i -lt 30 ]; do sleep 1; i=$((i+1)); done", 30.0),
            ("i=0; until [ \"$i\" = 12 ]; do sleep 1; i=$(expr $i + 1); done", 12.0),
            ("i=0; while (( i < 5 )); do sleep 1; (( i++ )); done", 5.0),
            ("while pgrep nginx; do sleep 1; done", 1.0),
            ("while true; do curl x && break; sleep 3; done; sleep 4", 7.0),
            ("while :; do kill -0 1 || exit 0; sleep 1; done", 1.0),
        ] {
            takes(text, seconds);
        }
    }

    #[test]
    fn knows_variables_functions_and_other_programs() {
        for (text, seconds) in [
            ("sleep $((5*60))", 300.0),
            ("sleep $DRAIN", 45.0),
            ("sleep ${DRAIN:-15}", 45.0),
            ("sleep ${OTHER:-15}", 15.0),
            ("sleep \"$OTHER\"", 0.0),
            ("T=60; sleep $T", 60.0),
            ("T=60 ; export U=$T; sleep \"${U}\"", 60.0),
            ("f() { sleep $1; sleep 4; }; f; f 2", 10.0),
            ("set -- 7; sleep $1", 0.0),
            ("f() { :; }; f 3; sleep ${1:-8}", 8.0),
            ("function f { sleep 6; return; sleep 90; }; f", 6.0),
            ("(sleep 5; exit 0; sleep 50); sleep 1", 6.0),
            ("{ sleep 5; }; ! sleep 2", 7.0),
            ("sleep 5 | sleep 9", 9.0),
            ("timeout 5 sleep 60", 5.0),
            ("timeout -k 1 -s KILL 5 sh -c 'while true; do sleep 1; done'; sleep 1", 6.0),
            ("x=$(sleep 8; echo 5); sleep 1", 9.0),
            ("eval \"sleep 5\"", 5.0),
            ("exec sleep 5; sleep 90", 5.0),
            ("sh -c 'sleep $0' 33", 33.0),
            ("case $X in a|b) sleep 4 ;; (*) sleep 8; esac", 8.0),
            ("sleep 3 # sleep 4\nsleep 5", 8.0),
            ("sleep \\\n 5", 5.0),
            ("sle''ep 5; s\\leep 5", 10.0),
            ("nohup nice -n 5 sleep 5", 5.0),
            ("f() { f; }; f", 0.0),
        ] {
            takes(text, seconds);
        }
        assert_eq!(run(&["/busybox/sleep", "60"]).seconds, 60.0);
        assert_eq!(run(&["bash", "-lc", "sleep 60"]).seconds, 60.0);
        assert_eq!(run(&["/usr/bin/drain", "--sleep", "600"]).seconds, 0.0);
        assert_eq!(run(&["env", "A=b", "sleep", "2m"]).seconds, 120.0);
    }

    #[test]
    fn knows_what_never_ends() {
        for text in [
            "sleep infinity",
            "sleep inf & wait",
            "while true; do sleep 1; done",
            "while :; do curl x; sleep 1; done; echo never",
            "until false; do sleep 1; done",
            "for ((;;)); do sleep 1; done",
            "curl x || while true; do sleep 5; done",
            "curl x && sleep infinity",
            "while ! false; do :; done",
            "(while true; do sleep 1; done)",
            "curl x | sleep inf",
        ] {
            assert!(script(text).endless, "{text:?}: {:?}", script(text));
        }
        assert!(!script("sleep infinity &").endless);
        assert!(run(&["sleep", "infinity"]).endless);
    }

    #[test]
    fn stays_within_bounds() {
        let deep = |open: &str, close: &str| format!("{}sleep 5{}", open.repeat(3000), close.repeat(3000));
        let hostile = [
            deep("(", ")"),
            deep("{ ", "; }"),
            deep("$(", ")"),
            deep("if ", "; then :; fi"),
            deep("`", "`"),
            deep("! ", ""),
            deep("eval ", ""),
            deep("env ", ""),
            deep("command ", ""),
            deep("$((", "))"),
            deep("echo $(echo ", ")"),
            format!("echo $((({}1{})))", "(".repeat(5000), ")".repeat(5000)),
            format!("(( {} 1 ))", "-".repeat(9000)),
            "x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done".to_owned(),
            "f() { f; f; }; f".to_owned(),
            "f() { f | f; }; f".to_owned(),
            "i=0; while [ $i -lt 99999999 ]; do i=$((i+1)); done".to_owned(),
            "for i in {1..1000}; do for j in {1..1000}; do :; done; done".to_owned(),
            format!("for i in {}; do :; done", "{1..1000} ".repeat(1500)),
            format!("x='{}'; echo {}", "a ".repeat(2000), "$x ".repeat(3000)),
            "x".repeat(1 << 20),
            "f() { eval \"f $*\"; }; f".to_owned(),
            format!("echo {}", "$(echo ".repeat(23) + &")".repeat(23)),
            "sleep 9223372036854775808".to_owned(),
            "sleep 1e308 1e308".to_owned(),
        ];
        for text in &hostile {
            let start = std::time::Instant::now();
            script(text);
            assert!(start.elapsed().as_secs() < 2, "{}", &text[..60.min(text.len())]);
        }
        let words = vec!["env"; 100_000];
        run(&words);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_weighed(parts in prop::collection::vec(prop::sample::select(vec![
            "if ", "then ", "else ", "elif ", "fi ", "while ", "until ", "do ", "done ", "for ", "in ", "case ", "esac ", "{ ", "} ", "(", ")", "((", "))", "$((", "$(", "`", "${", "}", "$",
            ";", ";;", "&", "&&", "|", "||", "!", "\n", " ", "'", "\"", "\\", "#", "<", ">", "<<", ">&", "2>", "=", "x=", "x", "i++", "1", "é", "sleep ", "5 ", "true ", "f() ", "break ", "exit ", "wait ", "{1..9} ",
        ]), 0..40)) {
            script(&parts.concat());
        }
    }
}
