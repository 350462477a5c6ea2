//! The open elements, and where they are among their siblings.

use std::{fmt::Write as _, ops::Range};

use super::scope::Mark;

/// The stack of open elements over shared buffers.
#[derive(Debug, Default)]
pub(super) struct Elements {
    names: String,
    open: Vec<Open>,
    counters: Vec<Counter>,
    counter_names: String,
}

#[derive(Debug)]
struct Open {
    name_start: usize,
    local_start: usize,
    /// Position among siblings of the same local name, from 1; 0 when it was not counted.
    ordinal: u64,
    scope: Mark,
    counters: usize,
    counter_names: usize,
}

/// How often a local name has occurred among the children of one open element. The counters of an element lie above
/// those of its ancestors, since none of its descendants is open when a child is counted.
#[derive(Debug)]
struct Counter {
    name: Range<usize>,
    count: u64,
}

impl Elements {
    /// Different child names of one element that are counted; children with further names get a path without
    /// position. It bounds memory and time per element, whatever a document contains.
    const COUNTED_NAMES: usize = 64;

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Opens an element; `scope` is the mark before its own declarations.
    pub(super) fn push(&mut self, prefix: &str, local: &str, scope: Mark) {
        let ordinal = self.count(local);
        let name_start = self.names.len();
        if !prefix.is_empty() {
            self.names.push_str(prefix);
            self.names.push(':');
        }
        let local_start = self.names.len();
        self.names.push_str(local);
        self.open.push(Open {
            name_start,
            local_start,
            ordinal,
            scope,
            counters: self.counters.len(),
            counter_names: self.counter_names.len(),
        });
    }

    fn count(&mut self, local: &str) -> u64 {
        let first = self.open.last().map_or(0, |parent| parent.counters);
        for counter in &mut self.counters[first..] {
            if &self.counter_names[counter.name.clone()] == local {
                counter.count += 1;
                return counter.count;
            }
        }
        if self.counters.len() - first >= Self::COUNTED_NAMES {
            return 0;
        }
        let start = self.counter_names.len();
        self.counter_names.push_str(local);
        self.counters.push(Counter { name: start..self.counter_names.len(), count: 1 });
        1
    }

    /// Closes the innermost element; gives the scope to go back to.
    pub(super) fn pop(&mut self) -> Option<Mark> {
        let open = self.open.pop()?;
        self.names.truncate(open.name_start);
        self.counters.truncate(open.counters);
        self.counter_names.truncate(open.counter_names);
        Some(open.scope)
    }

    /// The qualified name of the innermost element.
    pub(super) fn name(&self) -> Option<&str> {
        self.open.last().map(|open| &self.names[open.name_start..])
    }

    /// The XPath of the innermost element.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        for (index, open) in self.open.iter().enumerate() {
            let end = self.open.get(index + 1).map_or(self.names.len(), |next| next.name_start);
            path.push('/');
            path.push_str(&self.names[open.local_start..end]);
            if index > 0 && open.ordinal > 0 {
                // Writing to a String cannot fail.
                let _ = write!(path, "[{}]", open.ordinal);
            }
        }
        if path.is_empty() {
            path.push('/');
        }
        path
    }
}
