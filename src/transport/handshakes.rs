//! Handshakes that are under way: strangers, until they have shown who they are.
//!
//! When there are too many, the one that has waited longest goes. A partner is done in a moment; were the newest refused
//! instead, a few strangers who say nothing could keep every partner out.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

/// The handshakes of a listener.
#[derive(Debug)]
pub(super) struct Handshakes {
    most: usize,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    since: BTreeMap<u64, oneshot::Sender<()>>,
}

/// A place among them, free again when it is dropped.
#[derive(Debug)]
pub(super) struct Handshake {
    number: u64,
    gone: oneshot::Receiver<()>,
    of: Arc<Handshakes>,
}

impl Handshakes {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Handshakes { most: most.max(1), waiting: Mutex::default() })
    }

    /// A place for one more, which may be that of another.
    pub(super) fn begin(self: &Arc<Self>) -> Handshake {
        let (go, gone) = oneshot::channel();
        let mut waiting = self.waiting();
        if waiting.since.len() >= self.most
            && let Some((_, oldest)) = waiting.since.pop_first()
        {
            // One that is done at this moment does not hear it.
            let _ = oldest.send(());
        }
        let number = waiting.next;
        waiting.next += 1;
        waiting.since.insert(number, go);
        Handshake { number, gone, of: Arc::clone(self) }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Handshake {
    /// Waits until it must make room for another.
    pub(super) async fn makes_room(&mut self) {
        let _ = (&mut self.gone).await;
    }
}

impl Drop for Handshake {
    fn drop(&mut self) {
        self.of.waiting().since.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_oldest_makes_room_and_places_come_back() {
        let handshakes = Handshakes::new(2);
        let (mut one, mut two) = (handshakes.begin(), handshakes.begin());
        assert!(one.gone.try_recv().is_err() && two.gone.try_recv().is_err());
        let three = handshakes.begin();
        one.makes_room().await;
        assert!(two.gone.try_recv().is_err());
        drop(three);
        let _three = handshakes.begin();
        assert!(two.gone.try_recv().is_err(), "there was a place");
        drop((one, two));
        assert_eq!(handshakes.waiting().since.len(), 1);
    }
}
