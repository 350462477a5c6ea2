//! Namespace bindings in scope.

use std::ops::Range;

/// The namespace of the prefix `xml`.
pub const XML_NS: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace of the prefix `xmlns`, which nothing may bind.
pub(super) const XMLNS_NS: &str = "http://www.w3.org/2000/xmlns/";

/// A stack of bindings over one buffer; nothing is allocated once the buffers have grown.
#[derive(Debug)]
pub(super) struct Scope {
    text: String,
    bindings: Vec<Binding>,
}

#[derive(Debug)]
struct Binding {
    prefix: Range<usize>,
    uri: Range<usize>,
}

/// Which binding a name resolved to. Stays valid while the element that it was resolved in is open.
pub(super) type BindingId = usize;

/// A height of the stack, to go back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    bindings: usize,
    text: usize,
}

impl Scope {
    /// The binding of `xml`, which is always there.
    pub(super) const XML: BindingId = 0;
    /// The binding of the empty prefix to no namespace, which is there until a default namespace hides it.
    pub(super) const NONE: BindingId = 1;
    const BUILT_IN: usize = 2;

    pub(super) fn new() -> Self {
        let mut scope = Scope { text: String::new(), bindings: Vec::new() };
        scope.declare("xml", XML_NS);
        scope.declare("", "");
        scope
    }

    pub(super) fn declare(&mut self, prefix: &str, uri: &str) -> BindingId {
        let start = self.text.len();
        self.text.push_str(prefix);
        let middle = self.text.len();
        self.text.push_str(uri);
        self.bindings.push(Binding { prefix: start..middle, uri: middle..self.text.len() });
        self.bindings.len() - 1
    }

    /// The innermost binding of a prefix.
    pub(super) fn find(&self, prefix: &str) -> Option<BindingId> {
        // Most names have no prefix.
        if prefix.is_empty() {
            return self.bindings.iter().rposition(|binding| binding.prefix.is_empty());
        }
        self.bindings.iter().rposition(|binding| &self.text[binding.prefix.clone()] == prefix)
    }

    pub(super) fn prefix(&self, id: BindingId) -> &str {
        self.bindings.get(id).map_or("", |binding| &self.text[binding.prefix.clone()])
    }

    pub(super) fn uri(&self, id: BindingId) -> &str {
        self.bindings.get(id).map_or("", |binding| &self.text[binding.uri.clone()])
    }

    /// How many bindings documents have made that are now in scope.
    pub(super) fn declared(&self) -> usize {
        self.bindings.len() - Self::BUILT_IN
    }

    /// The id that the next binding will get: every binding below it is older.
    pub(super) fn next_id(&self) -> BindingId {
        self.bindings.len()
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { bindings: self.bindings.len(), text: self.text.len() }
    }

    pub(super) fn restore(&mut self, mark: Mark) {
        self.bindings.truncate(mark.bindings);
        self.text.truncate(mark.text);
    }
}
