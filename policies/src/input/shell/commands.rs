//! Single commands: those that do nothing, those that take time, and those that start others.

use std::sync::Arc;

use super::{
    read::read,
    state::{Flow, Known, Outcome, State},
    walk::Walker,
};

/// What only a shell has; without one there is no such program.
const BUILTINS: [&str; 28] = [
    ":",
    ".",
    "alias",
    "break",
    "builtin",
    "cd",
    "command",
    "continue",
    "declare",
    "eval",
    "exec",
    "exit",
    "export",
    "getopts",
    "let",
    "local",
    "mapfile",
    "read",
    "readarray",
    "readonly",
    "return",
    "set",
    "shift",
    "source",
    "trap",
    "typeset",
    "unset",
    "wait",
];
/// Programs that print something, which nobody reads after a hook, and builtins that change nothing but the shell.
const HARMLESS: [&str; 17] = [
    ":", "alias", "cd", "date", "echo", "false", "hostname", "id", "printenv", "printf", "pwd", "true", "ulimit", "umask", "uname",
    "whoami", "logname",
];
/// The arguments of scripts and functions.
const POSITIONS: [&str; 9] = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
const SHELLS: [&str; 8] = ["ash", "bash", "dash", "ksh", "mksh", "rbash", "sh", "zsh"];
/// Programs that start another one, and their options that take a value.
const STARTERS: [(&str, &[&str]); 16] = [
    ("builtin", &[]),
    ("busybox", &[]),
    ("catatonit", &[]),
    ("chroot", &[]),
    ("command", &[]),
    ("dumb-init", &[]),
    ("env", &["-u", "-C"]),
    ("exec", &["-a"]),
    ("gosu", &[]),
    ("ionice", &["-c", "-n", "-p"]),
    ("nice", &["-n"]),
    ("nohup", &[]),
    ("setsid", &[]),
    ("stdbuf", &["-i", "-o", "-e"]),
    ("tini", &["-p", "-e"]),
    ("toybox", &[]),
];

impl Walker {
    /// A command of a shell: a function, a builtin or a program.
    pub(super) fn simple(&mut self, words: &[Known], state: &mut State) -> Outcome {
        let Some((Some(name), arguments)) = words.split_first() else { return acts(state) };
        if let Some(body) = self.functions.get(&**name).cloned() {
            let outside: Vec<Known> = POSITIONS.iter().map(|position| state.get(position)).collect();
            give(state, arguments);
            let outcome = self.list(&body, state);
            give(state, &outside);
            let flow = if outcome.flow == Flow::Return { Flow::Next } else { outcome.flow };
            return Outcome { flow, ..outcome };
        }
        match &**name {
            "exit" => Outcome::go(Flow::Exit, success_of(arguments)),
            "return" => Outcome::go(Flow::Return, success_of(arguments)),
            "break" => Outcome::go(Flow::Break, Some(true)),
            "continue" => Outcome::go(Flow::Continue, Some(true)),
            "wait" => wait(state),
            "set" | "shift" => {
                give(state, &[]);
                Outcome::of(Some(true))
            }
            "export" | "local" | "readonly" | "declare" | "typeset" => {
                for (name, value) in arguments.iter().flatten().filter_map(|argument| argument.split_once('=')) {
                    state.set(name, Some(value.into()));
                }
                Outcome::of(Some(true))
            }
            "unset" | "." | "source" | "let" | "mapfile" | "readarray" | "read" | "getopts" => {
                state.forget_all();
                if &**name == "unset" { Outcome::of(Some(true)) } else { acts(state) }
            }
            "test" | "[" | "[[" => Outcome::of(test(arguments)),
            "eval" => {
                let text: Option<Vec<&str>> = arguments.iter().map(Option::as_deref).collect();
                match text.and_then(|words| read(&words.join(" "))) {
                    Some(list) => self.list(&list, state),
                    None => acts(state),
                }
            }
            "exec" => {
                let outcome = self.start("exec", arguments, state);
                if arguments.is_empty() { outcome } else { Outcome { flow: Flow::Exit, ..outcome } }
            }
            "command" if arguments.first().is_some_and(|option| matches!(option.as_deref(), Some("-v" | "-V"))) => Outcome::of(None),
            "cd" => Outcome::of(None),
            name if BUILTINS.contains(&name) && !matches!(name, ":" | "alias" | "command" | "builtin") => acts(state),
            ":" => Outcome::of(Some(true)),
            "command" | "builtin" => match arguments {
                [] => Outcome::of(Some(true)),
                arguments => self.deeper(state, |walker, state| walker.simple(arguments, state)),
            },
            _ => self.program(words, state),
        }
    }

    /// A program, as started by a shell or by the container runtime itself.
    pub(super) fn program(&mut self, words: &[Known], state: &mut State) -> Outcome {
        if !self.goes_on() {
            return Outcome::go(Flow::Exit, None);
        }
        let Some((Some(path), arguments)) = words.split_first() else { return acts(state) };
        let name = path.rsplit('/').next().unwrap_or_default();
        match name {
            // No program has such a name: somebody wrote a script where a list of words belongs.
            "" => Outcome::of(Some(false)),
            name if name.contains(char::is_whitespace) => Outcome::of(Some(false)),
            "sleep" => nap(arguments, 1.0, state),
            "usleep" => nap(arguments, 1e-6, state),
            "timeout" => self.timeout(arguments, state),
            "test" | "[" => Outcome::of(test(arguments)),
            "time" => self.start("time", arguments, state),
            name if SHELLS.contains(&name) => self.shell(arguments, state),
            name if STARTERS.iter().any(|(starter, _)| *starter == name) => self.start(name, arguments, state),
            name if HARMLESS.contains(&name) => Outcome::of(Some(name != "false")),
            name if BUILTINS.contains(&name) => Outcome::of(Some(false)),
            _ => acts(state),
        }
    }

    /// What a program starts, its own options and variables passed by.
    fn start(&mut self, starter: &str, arguments: &[Known], state: &mut State) -> Outcome {
        let valued = STARTERS.iter().find(|(name, _)| *name == starter).map_or(&[] as &[&str], |(_, valued)| valued);
        let mut rest = arguments;
        while let Some((Some(first), after)) = rest.split_first() {
            let is_variable = starter == "env" && first.contains('=');
            if !first.starts_with('-') && !is_variable {
                break;
            }
            rest = if valued.contains(&&**first) { after.get(1..).unwrap_or_default() } else { after };
        }
        if matches!(starter, "chroot" | "gosu") {
            rest = rest.get(1..).unwrap_or_default();
        }
        if rest.is_empty() { Outcome::of(Some(true)) } else { self.deeper(state, |walker, state| walker.program(rest, state)) }
    }

    fn timeout(&mut self, arguments: &[Known], state: &mut State) -> Outcome {
        let mut rest = arguments;
        while let Some((Some(first), after)) = rest.split_first() {
            match &**first {
                "-k" | "-s" | "--kill-after" | "--signal" => rest = after.get(1..).unwrap_or_default(),
                option if option.starts_with('-') => rest = after,
                _ => break,
            }
        }
        let Some((bound, command)) = rest.split_first() else { return Outcome::of(Some(false)) };
        let bound = bound.as_deref().and_then(duration);
        let mut inner = state.clone();
        (inner.longest, inner.endless) = (state.now, false);
        if !command.is_empty() {
            self.deeper(&mut inner, |walker, state| walker.program(command, state));
        }
        let took = if inner.endless { f64::INFINITY } else { inner.longest.max(inner.now) - state.now };
        // Zero means no bound.
        let took = bound.filter(|bound| *bound > 0.0).map_or(took, |bound| took.min(bound));
        state.acts |= inner.acts;
        pass(state, took);
        leave_if_endless(state, None)
    }

    /// A shell with a script; one without a script reads commands from nobody.
    fn shell(&mut self, arguments: &[Known], state: &mut State) -> Outcome {
        let mut rest = arguments;
        let mut is_script = false;
        while let Some((first, after)) = rest.split_first() {
            let Some(option) = first else { return acts(state) };
            if option.len() < 2 || !option.starts_with(['-', '+']) {
                break;
            }
            rest = after;
            if &**option == "--" {
                break;
            }
            if option.starts_with("--") {
                if matches!(&**option, "--rcfile" | "--init-file") {
                    rest = rest.get(1..).unwrap_or_default();
                }
                continue;
            }
            is_script |= option.starts_with('-') && option.contains('c');
            if option.ends_with(['o', 'O']) {
                rest = rest.get(1..).unwrap_or_default();
            }
        }
        let Some((script, arguments)) = rest.split_first() else { return Outcome::of(None) };
        if !is_script {
            return acts(state);
        }
        let Some(list) = script.as_deref().and_then(read) else { return acts(state) };
        let mut inner = state.clone();
        if let Some((name, arguments)) = arguments.split_first() {
            inner.set("0", name.clone());
            give(&mut inner, arguments);
        }
        let functions = std::mem::take(&mut self.functions);
        let outcome = self.subshell(&list, &mut inner);
        self.functions = functions;
        state.after(inner);
        outcome
    }
}

/// Makes arguments what `$1` and its like say.
fn give(state: &mut State, arguments: &[Known]) {
    for (position, argument) in POSITIONS.iter().zip(arguments.iter().cloned().chain(std::iter::repeat(None))) {
        state.set(position, argument);
    }
}

/// Something is done, nobody knows with what success.
fn acts(state: &mut State) -> Outcome {
    state.acts = true;
    Outcome::of(None)
}

fn success_of(arguments: &[Known]) -> Option<bool> {
    match arguments.first() {
        None => None,
        Some(code) => code.as_deref().map(|code| code == "0"),
    }
}

/// Lets time pass.
fn pass(state: &mut State, seconds: f64) {
    if seconds.is_finite() {
        state.now += seconds;
    } else {
        state.endless = true;
    }
}

fn leave_if_endless(state: &State, success: Option<bool>) -> Outcome {
    if state.endless { Outcome::go(Flow::Exit, None) } else { Outcome::of(success) }
}

fn wait(state: &mut State) -> Outcome {
    let rest = (state.background - state.now).max(0.0);
    pass(state, rest);
    leave_if_endless(state, None)
}

/// `sleep`: all of its durations together; with one that is none, it does not sleep at all.
fn nap(arguments: &[Known], unit: f64, state: &mut State) -> Outcome {
    let known: Option<Vec<&Arc<str>>> = arguments.iter().map(Option::as_ref).collect();
    let Some(known) = known else { return acts(state) };
    let durations: Option<Vec<f64>> = known.iter().filter(|argument| &****argument != "--").map(|argument| duration(argument)).collect();
    match durations {
        Some(durations) if !durations.is_empty() => {
            pass(state, durations.iter().sum::<f64>() * unit);
            leave_if_endless(state, Some(true))
        }
        _ => Outcome::of(Some(false)),
    }
}

/// Seconds of `10`, `1.5m`, `2h`, `infinity`.
fn duration(text: &str) -> Option<f64> {
    if matches!(text.to_ascii_lowercase().as_str(), "inf" | "infinity") {
        return Some(f64::INFINITY);
    }
    let (number, factor) = match text.chars().last()? {
        's' => (text.strip_suffix('s')?, 1.0),
        'm' => (text.strip_suffix('m')?, 60.0),
        'h' => (text.strip_suffix('h')?, 3600.0),
        'd' => (text.strip_suffix('d')?, 86_400.0),
        _ => (text, 1.0),
    };
    let is_plain = number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+'));
    if is_plain { number.parse::<f64>().ok().map(|number| number * factor) } else { None }
}

/// Comparisons of what is known; files are not.
fn test(arguments: &[Known]) -> Option<bool> {
    let known: Vec<&str> = arguments.iter().map(Option::as_deref).collect::<Option<_>>()?;
    let inner = match known.as_slice() {
        [inner @ .., "]" | "]]"] => inner,
        all => all,
    };
    let number = |text: &str| text.parse::<i64>().ok();
    match inner {
        [] => Some(false),
        [text] => Some(!text.is_empty()),
        ["!", rest @ ..] if rest.len() <= 3 => {
            let rest: Vec<Known> = rest.iter().map(|word| Some(Arc::from(*word))).collect();
            test(&rest).map(|holds| !holds)
        }
        ["-n", text] => Some(!text.is_empty()),
        ["-z", text] => Some(text.is_empty()),
        [left, "=" | "==", right] if !right.contains(['*', '?', '[']) => Some(left == right),
        [left, "!=", right] if !right.contains(['*', '?', '[']) => Some(left != right),
        [left, operator, right] => {
            let (left, right) = number(left).zip(number(right))?;
            match *operator {
                "-eq" => Some(left == right),
                "-ne" => Some(left != right),
                "-lt" => Some(left < right),
                "-le" => Some(left <= right),
                "-gt" => Some(left > right),
                "-ge" => Some(left >= right),
                _ => None,
            }
        }
        _ => None,
    }
}
