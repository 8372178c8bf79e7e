//! Records truth, and says how to render the platform with helm.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "this program's interface is the terminal")]

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use portcullis_helm::Compat;
use portcullis_testdata::expansion::run::{self as expansion, Tally};
use portcullis_testdata::fuzz::run::{self as fuzzer, Plan};
use portcullis_testdata::oracle::Oracle;
use portcullis_testdata::platform::Platform;
use portcullis_testdata::tools::{Error, Tools};
use portcullis_testdata::truth::Corpus;
use portcullis_testdata::{corpus, parity, vendor};

const USAGE: &str = "\
usage: portcullis-testdata record [charts|expressions|applicationsets|projects|overrides|all]   writes what the real tools say
       portcullis-testdata helm-commands [ROOT]                              prints a helm command line per application of a repository
       portcullis-testdata vendor FOLDER NAME=GIT...                         makes a corpus of charts out of each git directory
       portcullis-testdata parity [--helm-compat 3|4] CORPUS...              renders every chart of these folders with helm and with us
       portcullis-testdata fuzz [--helm-compat 3|4] [--seed N] [--seconds S] [--charts FOLDER]…
                                                                             compares random values and templates until the time is over
       portcullis-testdata expand FOLDER...                                  expands every ApplicationSet of these repositories with Argo CD and with us
       portcullis-testdata expand-random [--seed N] [--seconds S]            compares random ApplicationSets until the time is over
       portcullis-testdata render [--helm-compat 3|4] CORPUS...              renders every chart of these folders once, with us
       portcullis-testdata measure [--helm-compat 3|4] [--times N] CORPUS... times every chart beside helm's engine, as JSON";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Some((compat, words)) = profile(words) else { return usage() };
    let outcome = match words.as_slice() {
        ["record"] | ["record", "all"] => record(&Corpus::ALL),
        ["record", name] => match Corpus::ALL.iter().find(|corpus| corpus.name() == *name) {
            Some(corpus) => record(&[*corpus]),
            None => return usage(),
        },
        ["helm-commands"] => helm_commands(Platform::own()),
        ["helm-commands", root] => helm_commands(Platform { root: PathBuf::from(root), ..Platform::own() }),
        ["vendor", out, histories @ ..] if !histories.is_empty() => vendor(Path::new(out), histories),
        ["parity", corpora @ ..] if !corpora.is_empty() => match parity(compat, corpora) {
            Ok(same) => return if same { ExitCode::SUCCESS } else { ExitCode::FAILURE },
            Err(error) => Err(error),
        },
        ["expand", folders @ ..] if !folders.is_empty() => return told(expand(folders)),
        ["expand-random"] => return told(expand_random("1", "60")),
        ["expand-random", "--seed", seed] => return told(expand_random(seed, "60")),
        ["expand-random", "--seed", seed, "--seconds", seconds] => return told(expand_random(seed, seconds)),
        ["render", corpora @ ..] if !corpora.is_empty() => render(compat, corpora),
        ["measure", "--times", times, corpora @ ..] if !corpora.is_empty() && times.parse::<usize>().is_ok() => {
            measure(compat, times.parse().unwrap_or(1), corpora)
        }
        ["measure", corpora @ ..] if !corpora.is_empty() => measure(compat, 1, corpora),
        ["fuzz", options @ ..] => match fuzz(compat, options) {
            Ok(Some(0)) => return ExitCode::SUCCESS,
            Ok(Some(_)) => return ExitCode::FAILURE,
            Ok(None) => return usage(),
            Err(error) => Err(error),
        },
        _ => return usage(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Takes `--helm-compat 3|4` out of the words of a command that compares.
fn profile(mut words: Vec<&str>) -> Option<(Compat, Vec<&str>)> {
    let Some(at) = words.iter().position(|word| *word == "--helm-compat") else { return Some((Compat::Helm3, words)) };
    let compares = words.first().is_some_and(|command| ["parity", "fuzz", "render", "measure"].contains(command));
    let compat = match words.get(at + 1).filter(|_| compares) {
        Some(&"3") => Compat::Helm3,
        Some(&"4") => Compat::Helm4,
        _ => return None,
    };
    words.drain(at..at + 2);
    Some((compat, words))
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

fn record(corpora: &[Corpus]) -> Result<(), Error> {
    let tools = Tools::locate();
    for corpus in corpora {
        let answers = corpus.ask(&tools)?;
        corpus.write(&answers)?;
        println!("{}: {} files recorded", corpus.name(), answers.len());
    }
    Ok(())
}

fn helm_commands(platform: Platform) -> Result<(), Error> {
    let expansion = platform.expansion(&Tools::locate())?;
    for invocation in platform.invocations(&expansion)? {
        let quoted: Vec<String> = invocation.arguments.iter().map(|word| format!("'{}'", word.replace('\'', r"'\''"))).collect();
        println!("{}", quoted.join(" "));
    }
    Ok(())
}

fn vendor(out: &Path, histories: &[&str]) -> Result<(), Error> {
    let history = |argument: &&str| {
        let (name, git) = argument.split_once('=').ok_or_else(|| Error::Unexpected(format!("want NAME=GIT, found {argument}")))?;
        Ok(vendor::History { name: name.to_owned(), git: PathBuf::from(git) })
    };
    let histories = histories.iter().map(history).collect::<Result<Vec<_>, Error>>()?;
    for incomplete in vendor::vendor(out, &histories)? {
        println!("{}: no history has {}", incomplete.chart.display(), incomplete.missing.join(", "));
    }
    Ok(())
}

/// Whether everything is the same; the table and the differences are printed.
fn parity(compat: Compat, folders: &[&str]) -> Result<bool, Error> {
    let tools = Tools::locate();
    let mut oracle = Oracle::start(&tools, compat)?;
    let mut corpora = Vec::new();
    for folder in folders {
        let path = absolute(folder)?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        corpora.push((name, parity::run(&path, &mut oracle)?));
    }
    for (name, renders) in &corpora {
        let text = parity::differences(renders);
        if !text.is_empty() {
            println!("{name}\n\n{text}");
        }
    }
    let helm = match compat {
        Compat::Helm3 => "helm",
        Compat::Helm4 => "helm4",
    };
    println!("{}, portcullis {}\n\n{}", tools.helm_version(helm)?, env!("CARGO_PKG_VERSION"), parity::table(&corpora));
    let differs = |render: &parity::Render| matches!(render.verdict, parity::Verdict::Different(_));
    Ok(!corpora.iter().flat_map(|(_, renders)| renders).any(differs))
}

/// How many kinds of differences were found; none for arguments that say nothing.
fn fuzz(compat: Compat, options: &[&str]) -> Result<Option<usize>, Error> {
    let mut plan = Plan { seed: 1, compat, time: Duration::from_secs(60), charts: Vec::new(), scratch: fuzzer::scratch() };
    for pair in options.chunks(2) {
        match pair {
            ["--seed", number] if number.parse::<u64>().is_ok() => plan.seed = number.parse().unwrap_or_default(),
            ["--seconds", number] if number.parse::<u64>().is_ok() => plan.time = Duration::from_secs(number.parse().unwrap_or_default()),
            ["--charts", folder] => plan.charts.push(absolute(folder)?),
            ["--scratch", folder] => plan.scratch = absolute(folder)?,
            _ => return Ok(None),
        }
    }
    let tally = fuzzer::run(&plan, &Tools::locate(), &mut |paragraph| println!("{paragraph}"))?;
    println!(
        "seed {}: {} renders, {} of them without an error, {} kinds of differences; {} of {} kinds of arguments reached",
        plan.seed, tally.renders, tally.rendered, tally.differences, tally.reached, tally.reachable
    );
    Ok(Some(tally.differences))
}

/// Fails where anything differs.
fn told(tally: Result<Tally, Error>) -> ExitCode {
    match tally {
        Ok(tally) => {
            tally.differences.iter().for_each(|difference| println!("{difference}\n"));
            tally.passed_over.iter().for_each(|reason| println!("passed over: {reason}"));
            println!(
                "{} ApplicationSets compared, {} of them errors, {} applications; {} passed over, {} differ",
                tally.compared,
                tally.errors,
                tally.applications,
                tally.passed_over.len(),
                tally.differences.len()
            );
            if tally.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn expand(folders: &[&str]) -> Result<Tally, Error> {
    let mut all = Tally::default();
    for folder in folders {
        let tally = expansion::repository(&absolute(folder)?, &fuzzer::scratch().join("expand"), &Tools::locate())?;
        println!("{folder}: {} ApplicationSets", tally.compared);
        all.add(tally);
    }
    Ok(all)
}

fn expand_random(seed: &str, seconds: &str) -> Result<Tally, Error> {
    let number = |text: &str| text.parse::<u64>().map_err(|_| Error::Unexpected(format!("{text} is no number")));
    let scratch = fuzzer::scratch().join("expand-random");
    let (started, time) = (Instant::now(), Duration::from_secs(number(seconds)?));
    expansion::random(number(seed)?, &|_| started.elapsed() >= time, &scratch, &Tools::locate())
}

fn absolute(folder: &str) -> Result<PathBuf, Error> {
    std::path::absolute(folder).map_err(|source| Error::file(Path::new(folder), source))
}

fn render(compat: Compat, folders: &[&str]) -> Result<(), Error> {
    let folders = folders.iter().map(|folder| absolute(folder)).collect::<Result<Vec<_>, _>>()?;
    let (charts, bytes) = corpus::render_all(&folders, compat)?;
    println!("{charts} charts, {bytes} bytes");
    Ok(())
}

fn measure(compat: Compat, times: usize, folders: &[&str]) -> Result<(), Error> {
    let folders = folders.iter().map(|folder| absolute(folder)).collect::<Result<Vec<_>, _>>()?;
    let mut oracle = Oracle::start(&Tools::locate(), compat)?;
    for measured in corpus::measure(&folders, &mut oracle, times)? {
        let seconds = |time: Duration| time.as_secs_f64();
        let line = serde_json::json!({
            "chart": measured.chart,
            "bytes": measured.bytes,
            "cold": seconds(measured.cold),
            "warm": seconds(measured.warm),
            "helmLoad": seconds(measured.helm_load),
            "helmEngine": seconds(measured.helm_engine),
        });
        println!("{line}");
    }
    Ok(())
}
