//! Where every byte comes from.
//!
//! 1. A [`Revision`] is an immutable file tree and the only reader of files; each file that it reads becomes a [`SourceFile`].
//! 2. A [`Span`] is a place in such a file; [`Sources`] turns it into a [`Location`] with lines and columns.
//! 3. A [`Trace`] remembers how rendered text came to be; a [`Text`] is bytes with a way back to their places.
//! 4. [`yaml`] and [`json`] read a [`Text`] into [`Document`]s, whose every [`Node`] finds its [`Origin`] through it.
//! 5. [`Partial`] carries what could be done together with the [`Problem`]s of what could not.

pub mod json;
pub mod yaml;

mod document;
mod made;
mod origin;
mod partial;
mod path;
mod revision;
mod span;
mod text;
mod trace;

pub use document::{Comment, Data, Document, Entry, Map, Node, Step};
pub use origin::{Link, Origin, Role};
pub use partial::{Partial, Problem, Stage};
pub use path::{PathError, RepoPath};
pub use revision::{EntryKind, Look, Looks, ReadError, Revision, Seen, is_folder, read_named, read_named_bytes};
pub use span::{FileId, Location, SourceFile, Sources, Span};
pub use text::{Range, Text};
pub use trace::{Branch, Frame, FrameId, FrameKind, Key, LayerId, OriginId, Piece, Skip, Source, Trace};
