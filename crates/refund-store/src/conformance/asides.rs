//! What is kept beside the records.

use super::desk::{Desk, HOUR, same};
use super::{Broken, Make};
use crate::{Aside, Secret, wait};

pub(super) fn kept(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let store = &desk.store;
    let keep = |aside, body: &[u8]| wait(store.keep(aside, body.to_vec()));
    let kept = |aside| wait(store.kept(aside));
    let [one, other] = [1, 2].map(|number| Aside::SessionUsed(Secret([number; 32])));
    for aside in [Aside::Statistics, one, other] {
        same("what nobody kept", &kept(aside)?, &None)?;
    }
    let long = vec![7; 300_000];
    keep(Aside::Statistics, &long)?;
    keep(one, b"first")?;
    keep(one, b"second")?;
    keep(other, b"")?;
    // Whichever of several servers it is that keeps it, and that is asked.
    for _ in 0..3 {
        same("what is long", &kept(Aside::Statistics)?, &Some(long.clone()))?;
        same("what was kept last", &kept(one)?, &Some(b"second".to_vec()))?;
        same("what is empty", &kept(other)?, &Some(Vec::new()))?;
    }
    (0..23).try_for_each(|_| desk.advance(HOUR))?;
    keep(other, b"again")?;
    desk.advance(HOUR)?;
    same("a session that was used a day ago", &kept(one)?, &None)?;
    same("one that was used since", &kept(other)?, &Some(b"again".to_vec()))?;
    same("what is kept for ever", &kept(Aside::Statistics)?, &Some(long))
}
