//! Records truth, and says how to render the platform with helm.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "this program's interface is the terminal")]

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use portcullis_testdata::platform::Platform;
use portcullis_testdata::tools::{Error, Tools};
use portcullis_testdata::truth::Corpus;

const USAGE: &str = "\
usage: portcullis-testdata record [charts|expressions|applicationsets|all]   writes what the real tools say
       portcullis-testdata helm-commands [ROOT]                              prints a helm command line per application of a repository";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["record"] | ["record", "all"] => record(&Corpus::ALL),
        ["record", name] => match Corpus::ALL.iter().find(|corpus| corpus.name() == *name) {
            Some(corpus) => record(&[*corpus]),
            None => return usage(),
        },
        ["helm-commands"] => helm_commands(Platform::own()),
        ["helm-commands", root] => helm_commands(Platform { root: PathBuf::from(root), ..Platform::own() }),
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
