//! Starts a real cluster, or measures webhooks beside one.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "this program's interface is the terminal")]

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;
use std::time::Duration;

use portcullis_testdata::bench::contenders::{Ring, Rules};
use portcullis_testdata::bench::reviews;
use portcullis_testdata::bench::webhook::{Figures, Plan, measure, table};
use portcullis_testdata::cluster::control::{Cluster, Extent};
use portcullis_testdata::cluster::{definitions, deployment, scenes, trials};
use portcullis_testdata::dryrun;
use portcullis_testdata::platform::Platform;
use portcullis_testdata::tools::{Error, Tools, repository};

const USAGE: &str = "\
usage: cluster up [ENVIRONMENT]                             a cluster, with this environment of the platform, until its input ends
       cluster record                                       writes the reviews that an API server sends
       cluster dryrun                                       writes what an API server says of changed objects
       cluster bench [--rate N] [--seconds S] [CONTENDER]…  measures webhooks: opa, gatekeeper, ours, library";

/// What can be measured: the peers, and our webhook with the same rules and with all of them.
const CONTENDERS: [&str; 4] = ["opa", "gatekeeper", "ours", "library"];

/// The environment whose workloads the benchmark reviews.
const ENVIRONMENT: &str = "fraud-prod";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["up"] => up(None),
        ["up", environment] => up(Some(environment)),
        ["record"] => record(),
        ["dryrun"] => dryrun(),
        ["bench", options @ ..] => match plan(options) {
            Some((plan, names)) => bench(plan, &names),
            None => return usage(),
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

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

fn up(environment: Option<&str>) -> Result<(), Error> {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let cluster = Cluster::start(&tools, Extent::Full)?;
    definitions::install(&cluster, &tools)?;
    if let Some(name) = environment {
        let mut environments = deployment::render(&platform, &tools)?;
        let environment = environments.remove(name).ok_or_else(|| Error::Unexpected(format!("no environment is called {name}")))?;
        let outcome = deployment::deploy(&cluster, &platform, &environment)?;
        eprintln!("{} objects applied, {} refused", outcome.applied, outcome.refused.len());
    }
    println!("export KUBECONFIG={}", cluster.kubeconfig().display());
    eprintln!("ends with its input (Ctrl-D)");
    // Whatever ends the input ends the cluster.
    let _ = io::stdin().read_to_end(&mut Vec::new());
    Ok(())
}

fn dryrun() -> Result<(), Error> {
    let (version, answers) = trials::ask(&Tools::locate())?;
    let path = repository().join("testdata/dryrun/answers.txt");
    fs::write(&path, dryrun::write(&version, &answers)).map_err(|source| Error::file(&path, source))?;
    println!("{} answers recorded", answers.values().map(BTreeMap::len).sum::<usize>());
    Ok(())
}

fn record() -> Result<(), Error> {
    let (folder, files) = (scenes::folder(), scenes::play(&Tools::locate())?);
    fs::create_dir_all(&folder).map_err(|source| Error::file(&folder, source))?;
    for (name, text) in &files {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|source| Error::file(&path, source))?;
    }
    println!("{} reviews recorded", files.len());
    Ok(())
}

fn plan<'a>(mut options: &[&'a str]) -> Option<(Plan, Vec<&'a str>)> {
    let mut plan = Plan { rate: 2000, time: Duration::from_secs(10) };
    while let [option @ ("--rate" | "--seconds"), number, rest @ ..] = options {
        let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
        match *option {
            "--rate" => plan.rate = number,
            _ => plan.time = Duration::from_secs(number.into()),
        }
        options = rest;
    }
    let names = if options.is_empty() { CONTENDERS.to_vec() } else { options.to_vec() };
    names.iter().all(|name| CONTENDERS.contains(name)).then_some((plan, names))
}

fn bench(plan: Plan, names: &[&str]) -> Result<(), Error> {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let cluster = Cluster::start(&tools, Extent::Api)?;
    definitions::install(&cluster, &tools)?;
    let environments = deployment::render(&platform, &tools)?;
    let environment = environments.get(ENVIRONMENT).ok_or_else(|| Error::Unexpected(format!("no environment is called {ENVIRONMENT}")))?;
    let recorded = reviews::record(&cluster, &platform, environment)?;
    let mixed = reviews::mix(&recorded);
    let (denied, bytes) =
        (mixed.iter().filter(|review| !review.allowed).count(), mixed.iter().map(|review| review.body.len()).sum::<usize>());
    eprintln!(
        "{} reviews of {} workloads, {denied} of them to be denied, {} bytes each",
        mixed.len(),
        recorded.len(),
        bytes / mixed.len().max(1)
    );
    let ring = Ring::new(&tools, &cluster)?;
    let mut figures: Vec<Figures> = Vec::new();
    for name in names {
        // One at a time: each is gone before the next comes.
        let contender = match *name {
            "opa" => ring.opa(),
            "gatekeeper" => ring.gatekeeper(),
            "ours" => ring.ours(&platform, Rules::Four),
            _ => ring.ours(&platform, Rules::All),
        }?;
        eprintln!("measuring {}", contender.name);
        figures.push(measure(&contender, &mixed, plan)?);
    }
    println!("{}", table(plan, &figures));
    Ok(())
}
