//! What other requests can reach of one that is under way.

use crate::stdin::Input;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use thirdwave_protocol::{Clock, Failure, Replies, Write};

/// A guest's input, and the replies it owes.
#[derive(Clone)]
pub struct Guest {
    pub input: Input,
    pub replies: Arc<Mutex<Replies>>,
}

enum Held {
    Guest(Guest),
    /// what tells a place to remove its instances
    Placed(Sender<()>),
}

/// By the id of the request that made it.
#[derive(Default)]
pub struct Registry(Mutex<BTreeMap<u64, Held>>);

impl Registry {
    /// Known before the request's thread starts, so that a `release` that follows at once finds it. Fails with
    /// `bad-request`.
    pub fn admit_guest(&self, id: u64, input: Input) -> Result<Guest, Failure> {
        let guest = Guest { input, replies: Arc::default() };
        self.admit(id, Held::Guest(guest.clone()))?;
        Ok(guest)
    }

    /// The same for a place: what says when it is released.
    pub fn admit_place(&self, id: u64) -> Result<Receiver<()>, Failure> {
        let (release, released) = channel();
        self.admit(id, Held::Placed(release))?;
        Ok(released)
    }

    pub fn remove(&self, id: u64) {
        self.lock().remove(&id);
    }

    /// Fails with `not-running`.
    pub fn release(&self, of: u64) -> Result<(), Failure> {
        match self.lock().get(&of) {
            Some(Held::Guest(guest)) => guest.input.release(),
            // Its thread may be about to end for another reason.
            Some(Held::Placed(release)) => drop(release.send(())),
            None => return Err(not_running(of)),
        }
        Ok(())
    }

    /// The answer comes with the reply. Fails with `not-running`, `ended`, `bad-request`.
    pub fn write(&self, request: &Write, clock: Clock) -> Result<(), Failure> {
        let bytes = request.bytes()?;
        let guest = match self.lock().get(&request.of) {
            Some(Held::Guest(guest)) if guest.input.is_held() => guest.clone(),
            _ => return Err(not_running(request.of)),
        };
        // Expected before it is sent: the guest answers from a thread of its own.
        let mut replies = guest.replies.lock().unwrap_or_else(PoisonError::into_inner);
        replies.expect(request.id, clock.now_ns(), request.reply_bytes)?;
        guest.input.write(&bytes);
        Ok(())
    }

    fn admit(&self, id: u64, held: Held) -> Result<(), Failure> {
        match self.lock().entry(id) {
            Entry::Occupied(_) => Err(Failure::bad_request(format!("id {id} is in use"))),
            Entry::Vacant(place) => {
                place.insert(held);
                Ok(())
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_running(of: u64) -> Failure {
    Failure::new("not-running", format!("nothing is held under id {of}"))
}
