//! The `portcullis-webhook` command.

use std::{io::Write as _, process::ExitCode};

use clap::Parser as _;
use portcullis_webhook::{Clock, Command, Failure, Program, configure, start};

fn main() -> ExitCode {
    let program = Program::parse();
    let done = match (&program.command, &program.options) {
        (Some(Command::Configuration(configuration)), _) => configure(configuration).and_then(|text| {
            let failed = |error: std::io::Error| Failure { message: error.to_string(), code: 4 };
            std::io::stdout().write_all(text.as_bytes()).map_err(failed)
        }),
        (None, Some(options)) => start(options, &program.scanning, &program.signing, &Clock::system()),
        (None, None) => Err(Failure {
            message: "--bundle, and --tls-cert and --tls-key or --self-signed, are needed; --help says more".to_owned(),
            code: 2,
        }),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "error: {failure}");
            ExitCode::from(failure.code)
        }
    }
}
