//! Measures regorus' tree interpreter against its register machine on the real rules and all of their fixtures.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a benchmark is run by hand, by a person who reads what it prints"
)]

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use portcullis_policies::{Config, Context, Engine, Library, Resource};
use portcullis_source::{Sources, Text, yaml};
use regorus::{
    Value,
    languages::rego::compiler::Compiler,
    rvm::{program::Program, vm::RegoVM},
};

/// How often each input is evaluated.
const ROUNDS: u32 = 50;

fn main() {
    let library = Library::embedded().unwrap();
    let sources = Sources::default();
    let config = Config::parse(&sources.add("platform.yaml", include_bytes!("../rules/platform.yaml").as_slice())).unwrap();
    let start = Instant::now();
    let read = Library::embedded().unwrap();
    let library_took = start.elapsed();
    let start = Instant::now();
    let engine = Engine::new(&read, &config).unwrap();
    println!("start: library {library_took:?}, engine {:?} for {} rules", start.elapsed(), engine.rules().len());

    // Enough for a profiler that looks at a cold start.
    if std::env::args().any(|argument| argument == "start") {
        return;
    }
    let cases = cases(&library, &engine, &sources);
    let start = Instant::now();
    let mut interpreter = interpreter(&library);
    println!("interpreter: parsed in {:?}", start.elapsed());
    let program = program(&library);
    println!("machine: {} instructions", program.instructions.len());
    let mut machine = RegoVM::new();
    machine.load_program(program);
    machine.set_max_instructions(usize::MAX);

    let (mut by_interpreter, mut by_machine) = (Duration::ZERO, Duration::ZERO);
    let mut by_rule: BTreeMap<&str, (Duration, u32)> = BTreeMap::new();
    for (rule, entry_point, input) in &cases {
        let said = time(&mut by_interpreter, || {
            interpreter.set_input(input.clone());
            interpreter.eval_rule(entry_point.clone()).map_err(|error| error.to_string())
        });
        let before = by_machine;
        let other = time(&mut by_machine, || {
            machine.set_input(input.clone());
            machine.execute_entry_point_by_name(entry_point).map_err(|error| error.to_string())
        });
        let (total, count) = by_rule.entry(rule).or_default();
        *total += by_machine - before;
        *count += ROUNDS;
        if said != other {
            println!("{rule}: interpreter says {said:?}, machine says {other:?}");
        }
    }
    for (rule, (total, count)) in &by_rule {
        println!("{:>10.2?} {rule}", *total / *count);
    }
    let evaluations = ROUNDS * u32::try_from(cases.len()).unwrap();
    println!("{evaluations} evaluations: interpreter {:?} each, machine {:?} each", by_interpreter / evaluations, by_machine / evaluations);
}

/// The inputs of every rule over its fixtures.
fn cases(library: &Library, engine: &Engine, sources: &Sources) -> Vec<(String, String, Value)> {
    let mut cases = Vec::new();
    for rule in library.rules() {
        for (name, text) in rule.passes.iter().chain(&rule.fails) {
            let stream = yaml::parse(&Text::of_file(&sources.add(Arc::clone(name), text.as_bytes())));
            let read = |document| Resource::read(&Arc::new(document), &Context::default()).value;
            let resources: Vec<Resource> = stream.documents.into_iter().flat_map(read).collect();
            for case in engine.rule_inputs(&resources) {
                cases.push((case.rule.to_string(), case.entry_point, Value::from_json_str(&case.input).unwrap()));
            }
        }
    }
    cases
}

fn interpreter(library: &Library) -> regorus::Engine {
    let mut engine = regorus::Engine::new();
    for (path, text) in library.prelude() {
        engine.add_policy(path.to_string(), text.to_string()).unwrap();
    }
    for rule in library.rules() {
        engine.add_policy(rule.id.to_string(), rule.rego.to_string()).unwrap();
    }
    engine
}

fn program(library: &Library) -> Arc<Program> {
    let entry_points: Vec<String> = library.rules().iter().map(portcullis_policies::Rule::entry_point).collect();
    let Some(first) = entry_points.first() else { panic!("there are no rules") };
    let mut engine = interpreter(library);
    let start = Instant::now();
    let policy = engine.compile_with_entrypoint(&Arc::from(first.as_str())).unwrap();
    let analysed = start.elapsed();
    let program = Compiler::compile_from_policy(&policy, &entry_points.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    println!("machine: analysed in {analysed:?}, compiled after {:?}", start.elapsed());
    program
}

fn time<T>(total: &mut Duration, mut evaluate: impl FnMut() -> T) -> T {
    let first = evaluate();
    let start = Instant::now();
    for _ in 0..ROUNDS {
        evaluate();
    }
    *total += start.elapsed();
    first
}
