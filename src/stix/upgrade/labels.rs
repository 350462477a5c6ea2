//! Labels that said what an object is.

use super::{
    End, Leaf, member,
    rewrite::{At, Rewrite},
};
use crate::{
    json::{Member, Value},
    stix::vocab::Vocabulary,
};

impl Rewrite<'_> {
    /// Labels as the property that says what an object is, where they are of its vocabulary, and as labels where not. What 2.0 calls
    /// an open vocabulary of labels has the tags of producers among it.
    pub(super) fn labels(
        &mut self,
        labels: &[Value<'static>],
        property: &'static str,
        vocabulary: &Vocabulary,
    ) -> Vec<Member<'static>> {
        let (mut types, mut others) = (Vec::new(), Vec::new());
        let root = At::default();
        let from = root.key("labels");
        for (nth, label) in labels.iter().enumerate() {
            let known = label.as_str().is_ok_and(|label| vocabulary.has(label));
            let (list, name) = if known { (&mut types, property) } else { (&mut others, "labels") };
            let (from, to) = (from.index(nth), root.key(name).index(list.len()));
            self.selected(&from, &to);
            list.push(label.clone());
            let to = to.path;
            let end = if known { End::Kept { to } } else { End::Moved { to } };
            self.leaves.push(Leaf { path: from.path, end });
        }
        let lists = [(property, types), ("labels", others)].into_iter().filter(|(_, list)| !list.is_empty());
        let lists: Vec<_> = lists.map(|(name, list)| member(name, Value::array(list))).collect();
        self.selectors.insert(from.selector, lists.iter().map(|list| list.key.to_string()).collect());
        lists
    }
}
