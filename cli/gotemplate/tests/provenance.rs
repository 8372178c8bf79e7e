//! What functions make of strings whose every byte has an origin of its own: the same bytes, and each still knows where it is from.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail here")]

use std::rc::Rc;

use portcullis_gotemplate::{
    Call, Data, Machine, Settings, Str, Templates, Value,
    funcs::{Compat, helm_functions},
};
use portcullis_source::{OriginId, Piece, Source, Trace};

/// An argument of a case: a string that is followed, or a number.
#[derive(Clone, Copy)]
enum Arg {
    Text(&'static str),
    Int(i64),
    List(&'static [&'static str]),
}

use Arg::{Int, List, Text};

/// What a function may write besides the bytes that it was given.
const DECORATION: &[u8] = b" \n\\\"',-.[]";

/// Functions that keep every byte that they take.
const KEEPING: &[(&str, &[Arg])] = &[
    ("trim", &[Text("  a b\n")]),
    ("trimAll", &[Text("-"), Text("--a-b--")]),
    ("trimSuffix", &[Text("-b"), Text("a-b")]),
    ("trimPrefix", &[Text("a"), Text("a-b")]),
    ("trunc", &[Int(3), Text("abcdef")]),
    ("trunc", &[Int(-3), Text("abcdef")]),
    ("substr", &[Int(1), Int(4), Text("abcdef")]),
    ("repeat", &[Int(3), Text("ab")]),
    ("replace", &[Text("b"), Text("xyz"), Text("abcb")]),
    ("replace", &[Text(""), Text("-"), Text("ab")]),
    ("indent", &[Int(2), Text("a\n\nb\n")]),
    ("nindent", &[Int(4), Text("a: 1\nb: 2")]),
    ("nindent", &[Int(4), Text("")]),
    ("quote", &[Text("a\"b\\c"), Text("d")]),
    ("squote", &[Text("it's"), Text("d")]),
    ("cat", &[Text("a b"), Text("c")]),
    ("join", &[Text(", "), List(&["ab", "c", ""])]),
    ("print", &[Text("ab"), Text("cd")]),
    ("println", &[Text("ab"), Text("cd")]),
    ("printf", &[Text("%s-%s %5s|%-5s|%.1s %q"), Text("ab"), Text("cd"), Text("ef"), Text("gh"), Text("ij"), Text("kl")]),
    ("toString", &[Text("ab")]),
    ("toString", &[List(&["ab", "cd"])]),
    ("regexFind", &[Text("b+"), Text("abbbc")]),
    ("regexReplaceAllLiteral", &[Text("x"), Text("axbx"), Text("-")]),
    ("regexQuoteMeta", &[Text("a.b*")]),
    ("abbrev", &[Int(6), Text("abcdefgh")]),
    ("abbrevboth", &[Int(6), Int(9), Text("abcdefghijklmnopq")]),
    ("wrap", &[Int(3), Text("aa bb cc")]),
    ("nospace", &[Text("a b c")]),
    ("initials", &[Text("ab cd")]),
    ("default", &[Text("d"), Text("given")]),
    ("default", &[Text("d"), Text("")]),
    ("coalesce", &[Text(""), Text("b")]),
    ("first", &[List(&["ab", "c"])]),
    ("last", &[List(&["ab", "c"])]),
    ("required", &[Text("m"), Text("ab")]),
    ("toJson", &[Text("a\"b\\c")]),
    ("toRawJson", &[List(&["ab", "c"])]),
];

/// Functions that change bytes one by one: each still knows where it is from, but looks different.
const CHANGING: &[(&str, &[Arg])] = &[
    ("upper", &[Text("aBé")]),
    ("lower", &[Text("ABÉ")]),
    ("title", &[Text("ab cd")]),
    ("untitle", &[Text("Ab Cd")]),
    ("swapcase", &[Text("aB")]),
];

/// A string whose every byte came from somewhere else; what `text[index]` of argument `arg` came from is called `arg:index`.
fn followed(trace: &mut Trace, arg: &str, text: &str) -> Value {
    let origin = |index: usize| Source::Builtin(format!("{arg}:{index}").into());
    let pieces: Vec<Piece> = (0..text.len()).map(|index| Piece { end: index as u32 + 1, origin: trace.source(origin(index)) }).collect();
    match pieces.as_slice() {
        [] => Value::string(""),
        pieces => Value::new(Data::String(Str::pieced(text.as_bytes(), Rc::<[Piece]>::from(pieces)))),
    }
}

fn arguments(args: &[Arg], mut string: impl FnMut(&str, &str) -> Value) -> Vec<Value> {
    let made = args.iter().enumerate().map(|(index, arg)| match arg {
        Text(text) => string(&format!("{index}"), text),
        Int(number) => Value::new(Data::Int(*number)),
        List(items) => {
            let items = items.iter().enumerate().map(|(item, text)| string(&format!("{index}.{item}"), text).boxed());
            Value::list(items.collect())
        }
    });
    made.collect()
}

fn call(machine: &mut Machine<'_>, name: &str, args: Vec<Value>) -> (Str, OriginId) {
    let functions = helm_functions(Compat::Helm3);
    let function = functions.get(name).unwrap();
    let value = (function.run)(&mut Call { machine, site: None }, args).unwrap();
    let Data::String(text) = value.data else { unreachable!("{name} makes a string") };
    (text, value.origin)
}

/// The origin of each byte by its name.
fn origins(machine: &Machine<'_>, text: &Str, whole: OriginId) -> Vec<Option<String>> {
    let name = |origin: OriginId| match machine.trace.get(origin) {
        Some(Source::Builtin(name)) => Some(name.to_string()),
        _ => None,
    };
    let Some(pieces) = &text.pieces else { return vec![name(whole); text.bytes.len()] };
    let mut start = 0;
    let mut all = Vec::new();
    for piece in pieces.iter() {
        assert!(piece.end > start, "pieces ascend");
        all.extend((start..piece.end).map(|_| name(piece.origin)));
        start = piece.end;
    }
    assert_eq!(start as usize, text.bytes.len(), "the pieces cover the text");
    all
}

fn source(args: &[Arg], name: &str) -> u8 {
    let (arg, index) = name.split_once(':').unwrap();
    let index: usize = index.parse().unwrap();
    let (arg, item) = arg.split_once('.').unwrap_or((arg, "0"));
    let text = match args[arg.parse::<usize>().unwrap()] {
        Text(text) => text,
        List(items) => items[item.parse::<usize>().unwrap()],
        Int(_) => unreachable!("numbers have no origin"),
    };
    text.as_bytes()[index]
}

#[test]
fn functions_keep_bytes_and_where_they_are_from() {
    let templates = Templates::new(helm_functions(Compat::Helm3));
    for (name, args) in KEEPING.iter().chain(CHANGING) {
        let mut machine = Machine::new(&templates, Settings::default());
        let (plain, _) = call(&mut machine, name, arguments(args, |_, text| Value::string(text)));
        let given = arguments(args, |arg, text| followed(&mut machine.trace, arg, text));
        let (text, whole) = call(&mut machine, name, given);
        assert_eq!(text.lossy(), plain.lossy(), "{name}");
        for (byte, origin) in text.bytes.iter().zip(origins(&machine, &text, whole)) {
            let kept = origin.as_ref().is_some_and(|origin| source(args, origin) == *byte);
            let changed = CHANGING.iter().any(|(changing, _)| changing == name) && origin.is_some();
            assert!(kept || changed || DECORATION.contains(byte), "{name}: {:?} is from {origin:?}", char::from(*byte));
        }
    }
}

#[test]
fn a_round_trip_through_yaml_keeps_origins() {
    let templates = Templates::new(helm_functions(Compat::Helm3));
    let mut machine = Machine::new(&templates, Settings::default());
    let mut leaf = |name: &str, data: Data| Value::new(data).from(machine.trace.source(Source::Builtin(name.into()))).boxed();
    let entries = [
        ("image", leaf("image", Data::String("nginx".into()))),
        ("port", leaf("port", Data::Float(8080.0))),
        ("text", leaf("text", Data::String("two\nlines".into()))),
        ("args", Value::list(vec![leaf("first", Data::String("-a".into())), leaf("second", Data::Bool(true))]).boxed()),
    ];
    let map = Value::map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect());
    for (write, read) in [("toYaml", "fromYaml"), ("toJson", "fromJson"), ("toPrettyJson", "fromYaml"), ("toYamlPretty", "fromYaml")] {
        let (text, whole) = call(&mut machine, write, vec![map.clone()]);
        let functions = helm_functions(Compat::Helm3);
        let run = functions.get(read).unwrap().run;
        let value = run(&mut Call { machine: &mut machine, site: None }, vec![Value::new(Data::String(text)).from(whole)]).unwrap();
        let Data::Map(map) = &value.data else { unreachable!("{read} makes a map") };
        let Data::List(args) = &map.get("args").unwrap().data else { unreachable!("args are a list") };
        let found = [
            map.get("image").unwrap(),
            map.get("port").unwrap(),
            map.get("text").unwrap(),
            args.items()[0].clone(),
            args.items()[1].clone(),
        ];
        for (value, name) in found.iter().zip(["image", "port", "text", "first", "second"]) {
            let Some(Source::Builtin(origin)) = machine.trace.get(value.origin) else { unreachable!("{write}: {name} has an origin") };
            assert_eq!(&**origin, name, "{write}");
        }
    }
}
