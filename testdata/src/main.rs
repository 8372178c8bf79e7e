//! Records truth: `cargo run -p portcullis-testdata -- record [charts|expressions|applicationsets|all]`.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "this program's interface is the terminal")]

use std::env;
use std::process::ExitCode;

use portcullis_testdata::tools::Tools;
use portcullis_testdata::truth::Corpus;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let chosen = match words.as_slice() {
        ["record"] | ["record", "all"] => Corpus::ALL.to_vec(),
        ["record", name] => Corpus::ALL.into_iter().filter(|corpus| corpus.name() == *name).collect(),
        _ => Vec::new(),
    };
    if chosen.is_empty() {
        eprintln!("usage: portcullis-testdata record [charts|expressions|applicationsets|all]");
        return ExitCode::from(2);
    }
    let tools = Tools::locate();
    for corpus in chosen {
        match corpus.ask(&tools).and_then(|answers| corpus.write(&answers).map(|()| answers.len())) {
            Ok(count) => println!("{}: {count} files recorded", corpus.name()),
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
