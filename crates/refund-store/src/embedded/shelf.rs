//! What a decision needs, from the view.

use std::sync::Arc;

use refund_core::{LineKey, Refund, RefundId};

use super::at_hand::AtHand;
use super::view::SledView;
use crate::door::{Case, Loaded, Need, Shelf};
use crate::{Number, StoreError};

impl Shelf for SledView {
    fn load(&self, need: &Need, case: &mut Case) -> Result<(), StoreError> {
        match need {
            Need::Refund(id) => {
                let at_hand = self.at_hand();
                let found = match self.row_beside(&at_hand, id)?.map(|row| (row.number, row.kept(&at_hand))) {
                    None => Loaded::Nothing,
                    Some((number, Ok(refund))) => {
                        self.load_line(&at_hand, number, &refund, case)?;
                        Loaded::There(refund)
                    }
                    Some((_, Err(error))) => Loaded::Senseless(error.to_string()),
                };
                case.put_refund(id.clone(), found);
            }
            Need::Line(key) => case.put_line(key.clone(), self.found_on(&self.at_hand(), key)?),
            Need::Answer(key) => case.put_answer(key.clone(), self.remembered(key)?),
            Need::History(id) => {
                let history = self.history(id, 0, usize::MAX)?;
                case.put_history(id.clone(), history.into_iter().map(|(_, event)| event).collect());
            }
            Need::Records(id) => case.put_records(id.clone(), self.records(id)?),
            Need::Due(until, limit) => {
                let (due, is_all) = self.due(*until, case.due_limit(*limit))?;
                for (_, id) in &due {
                    self.load(&Need::Refund(id.clone()), case)?;
                }
                case.put_due(*until, is_all, due);
            }
        }
        Ok(())
    }
}

impl SledView {
    fn load_line(
        &self,
        at_hand: &AtHand,
        number: Number,
        refund: &Arc<Refund>,
        case: &mut Case,
    ) -> Result<(), StoreError> {
        let key = refund.line_key();
        // Mostly there is no other, which is known without reading a row.
        if at_hand.index.is_alone(number, &key) {
            case.put_line(key, [Loaded::by_id(Arc::clone(refund))]);
        } else {
            let all = self.found_on(at_hand, &key)?;
            case.put_line(key, all);
        }
        Ok(())
    }

    /// What there is on an order line. A row that makes no sense stops the decisions that depend on it, and those alone.
    fn found_on(&self, at_hand: &AtHand, key: &LineKey) -> Result<Vec<(RefundId, Loaded)>, StoreError> {
        let mut all = Vec::new();
        for number in at_hand.index.group(key.into()).rev() {
            let Some(row) = self.numbered_row(at_hand, number)? else { continue };
            match row.kept(at_hand) {
                Ok(refund) if refund.is_on(key) => all.push(Loaded::by_id(refund)),
                Ok(_) => {}
                Err(error) => all.push((row.id_or_number()?, Loaded::Senseless(error.to_string()))),
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use refund_core::{Opening, StatusKind, Timestamp};

    use super::super::keys;
    use crate::conformance::desk::{CANCEL, START, buyer, on, open, opening, put_seller};
    use crate::files::simulated::SimulatedDisk;
    use crate::{Advance, Clock, EmbeddedStore, Request, Store, Surroundings, Work, wait};

    fn advance(to: Advance) -> Request {
        Request::by_system(Work::AdvanceTestClock { advance: to })
    }

    fn told() -> (tempfile::TempDir, EmbeddedStore) {
        let folder = tempfile::tempdir().unwrap();
        let surroundings = Surroundings { clock: Clock::Test, entropy: Arc::new(|_| {}), hold_settling: false };
        let store = EmbeddedStore::open_on(&SimulatedDisk::new(), folder.path(), surroundings).unwrap().store;
        do_it(&store, advance(Advance::To(START.parse().unwrap())));
        do_it(&store, put_seller("shop").unwrap());
        (folder, store)
    }

    fn do_it(store: &EmbeddedStore, request: Request) {
        store.submit(request).wait().unwrap();
    }

    /// The row of that refund says nothing any more.
    fn spoil(store: &EmbeddedStore, id: &str) {
        let row = store.view.row(&id.parse().unwrap()).unwrap().unwrap();
        store.view.write_out().unwrap();
        // The id is still to be read: what comes behind it is gone.
        let mut bytes = store.view.get(&keys::refund(row.number)).unwrap().unwrap().to_vec();
        bytes.truncate(bytes.len() - 9);
        let mut at_hand = store.view.at_hand_mut();
        at_hand.lately.forget();
        at_hand.recent.insert(keys::refund(row.number), Some(bytes.into()));
    }

    fn status(store: &EmbeddedStore, id: &str) -> StatusKind {
        wait(store.refund(&id.parse().unwrap())).unwrap().unwrap().refund.status.kind()
    }

    #[test]
    fn a_row_without_sense_beside_what_is_due_stops_that_alone() {
        let (_folder, store) = told();
        do_it(&store, open(opening("closed").unwrap()));
        do_it(&store, on("closed", buyer("kim"), CANCEL).unwrap());
        let line = opening("closed").unwrap().line;
        do_it(&store, open(Opening { line, ..opening("beside").unwrap() }));
        do_it(&store, open(opening("other").unwrap()));
        let waiting = status(&store, "other");
        spoil(&store, "closed");
        do_it(&store, advance(Advance::Seconds(36 * 3600)));
        assert_ne!(status(&store, "other"), waiting, "the time of others goes on");
        let beside = store.view.row(&"beside".parse().unwrap()).unwrap().unwrap().refund().unwrap();
        assert_eq!(beside.status.kind(), waiting, "what depends on it is not decided on half of what there is");
    }

    #[test]
    fn many_rows_without_sense_do_not_keep_the_others_from_their_time() {
        // At a later instant, and at the same one, where an id may stand before theirs or behind.
        for (seconds, other) in [(1, "other"), (0, "other"), (0, "zother")] {
            let (_folder, store) = told();
            let spoilt: Vec<_> = (0..2 * 256 + 1).map(|number| format!("spoilt-{number}")).collect();
            for id in &spoilt {
                do_it(&store, open(opening(id).unwrap()));
            }
            do_it(&store, advance(Advance::Seconds(seconds)));
            do_it(&store, open(opening(other).unwrap()));
            let waiting = status(&store, other);
            spoilt.iter().for_each(|id| spoil(&store, id));
            let later = Timestamp::from_millis(store.now().as_millis() + 36 * 3_600_000).unwrap();
            // Where something was settled among as many as one step looks at, more may be due.
            if store.submit(advance(Advance::To(later))).wait().is_err() {
                do_it(&store, advance(Advance::To(later)));
            }
            assert_ne!(status(&store, other), waiting, "{other} {seconds} s later");
        }
    }
}
