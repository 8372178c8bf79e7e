//! Any bytes are read as YAML to an end; what is read is written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_source::{
    Data, Node, OriginId, Text,
    yaml::{
        self,
        emit::{EmitError, Emitter, Event, Style},
    },
};

fuzz_target!(|bytes: &[u8]| {
    let stream = yaml::parse(&Text::nowhere(bytes));
    let mut end = 0;
    for document in &stream.documents {
        assert_eq!(document.range.start, end);
        end = document.range.end;
        check(&document.root, bytes.len() as u32);
        for style in [Style::Yaml2, Style::Pretty] {
            let mut emitter = Emitter::new(style);
            if emit(&document.root, &mut emitter).is_err() {
                continue;
            }
            let (written, pieces) = emitter.finish().expect("the events make a value");
            assert_eq!(pieces.last().map(|piece| piece.end as usize), Some(written.len()));
            let again = yaml::parse(&Text::nowhere(written));
            // A merge key is written as it stands, and characters that Pretty does not refuse may not be read.
            if again.error.is_none() && !has_merge_key(&document.root) && style == Style::Pretty {
                assert_eq!(show(&again.documents[0].root), show(&document.root));
            }
        }
    }
    assert!(end as usize <= bytes.len());
});

fn check(node: &Node, length: u32) {
    assert!(node.range.start <= node.range.end && node.range.end <= length);
    node.items().iter().for_each(|item| check(item, length));
    for entry in node.as_map().into_iter().flat_map(|map| &map.entries) {
        assert!(entry.key_range.start <= entry.key_range.end && entry.key_range.end <= length);
        check(&entry.value, length);
    }
}

fn has_merge_key(node: &Node) -> bool {
    node.items().iter().any(has_merge_key)
        || node.as_map().is_some_and(|map| map.entries.iter().any(|entry| &*entry.key == "<<" || has_merge_key(&entry.value)))
}

fn show(node: &Node) -> String {
    match &node.data {
        Data::Null => "null".to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => value.to_string(),
        Data::Uint(value) => value.to_string(),
        // The sign of zero is lost.
        Data::Float(value) => yaml::emit::float(*value + 0.0),
        Data::String(text) => format!("{text:?}"),
        Data::List(items) => format!("{:?}", items.iter().map(show).collect::<Vec<_>>()),
        Data::Map(map) => format!("{:?}", map.entries.iter().map(|entry| (&*entry.key, show(&entry.value))).collect::<Vec<_>>()),
    }
}

fn emit(node: &Node, emitter: &mut Emitter) -> Result<(), EmitError> {
    let mut event = |event: Event<'_>| emitter.event(event, OriginId::NONE);
    match &node.data {
        Data::Null => event(Event::Bare("null")),
        Data::Bool(value) => event(Event::Bare(&value.to_string())),
        Data::Int(value) => event(Event::Bare(&value.to_string())),
        Data::Uint(value) => event(Event::Bare(&value.to_string())),
        Data::Float(value) => event(Event::Bare(&yaml::emit::float(*value))),
        Data::String(text) => event(Event::String(text)),
        Data::List(items) => {
            event(Event::ListStart)?;
            items.iter().try_for_each(|item| emit(item, emitter))?;
            emitter.event(Event::ListEnd, OriginId::NONE)
        }
        Data::Map(map) => {
            event(Event::MapStart)?;
            for entry in &map.entries {
                emitter.event(Event::String(&entry.key), OriginId::NONE)?;
                emit(&entry.value, emitter)?;
            }
            emitter.event(Event::MapEnd, OriginId::NONE)
        }
    }
}
