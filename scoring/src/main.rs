//! The `scoring` command.

use std::{io::Write as _, process::ExitCode};

use clap::Parser as _;
use portcullis_scoring::{Clock, Command, Failure, Program, sample, start};

fn main() -> ExitCode {
    let program = Program::parse();
    let clock = Clock::system();
    let done = match &program.command {
        Some(Command::Sample(options)) => sample(options, &clock).and_then(|text| {
            let failed = |error: std::io::Error| Failure { message: error.to_string(), code: 4 };
            std::io::stdout().write_all(text.as_bytes()).map_err(failed)
        }),
        None => start(&program.options, &clock),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "error: {failure}");
            ExitCode::from(failure.code)
        }
    }
}
