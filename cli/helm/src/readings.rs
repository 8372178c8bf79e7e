//! What files were read to, once for all that have the same content: charts bring copies of the same libraries and schemas along.

use std::sync::Arc;

use portcullis_gotemplate::{Recurring, Trees, funcs::Compat};

use crate::schema::Compiled;

/// What the charts of a run share; see [`Chart::sharing`](crate::Chart::sharing).
#[derive(Debug, Default)]
pub struct Readings {
    helm3: Trees,
    helm4: Trees,
    schemas: Recurring<Compiled>,
}

impl Readings {
    /// The templates, as a Helm parses them.
    pub(crate) fn trees(&self, compat: Compat) -> &Trees {
        match compat {
            Compat::Helm3 => &self.helm3,
            Compat::Helm4 => &self.helm4,
        }
    }

    /// A schema, compiled.
    pub(crate) fn schema(&self, bytes: &Arc<[u8]>) -> Arc<Compiled> {
        if let Some(known) = self.schemas.get(bytes) {
            return known;
        }
        let compiled = Arc::new(Compiled::new(bytes));
        self.schemas.offer(bytes, || Arc::clone(&compiled));
        compiled
    }
}
