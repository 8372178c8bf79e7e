//! The functions that random templates call, as `name result parameter…` with letters for types.

use std::sync::LazyLock;

/// A type that an expression is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// A string.
    Text,
    /// An int.
    Int,
    /// An int that may be used as a size.
    Size,
    /// Any number: an int64 or float64 of a function or of the values.
    Number,
    /// A boolean.
    Bool,
    /// A list.
    List,
    /// A map.
    Map,
    /// A time.
    Time,
    /// Whatever.
    Any,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What it gives.
    pub result: Type,
    /// Its parameters; the last may repeat.
    pub parameters: Vec<Type>,
    /// Whether the last parameter repeats.
    pub repeats: bool,
}

/// All of them. Left out are those that would never end, that need a network or a clock, and those with results that differ from run to run.
pub static FUNCTIONS: LazyLock<Vec<Function>> = LazyLock::new(|| include_str!("functions.txt").lines().filter_map(parse).collect());

fn parse(line: &'static str) -> Option<Function> {
    let mut words = line.split(' ');
    let name = words.next().filter(|name| !name.is_empty())?;
    let result = kind(words.next()?)?;
    let repeats = line.ends_with('*');
    let parameters = words.filter_map(|word| kind(word.trim_end_matches('*'))).collect();
    Some(Function { name, result, parameters, repeats })
}

fn kind(letter: &str) -> Option<Type> {
    Some(match letter {
        "s" => Type::Text,
        "i" => Type::Int,
        "k" => Type::Size,
        "n" => Type::Number,
        "b" => Type::Bool,
        "l" => Type::List,
        "m" => Type::Map,
        "t" => Type::Time,
        "a" => Type::Any,
        _ => return None,
    })
}
