//! What a decision needs, from the view.

use std::sync::Arc;

use refund_core::Refund;

use super::at_hand::AtHand;
use super::view::SledView;
use crate::StoreError;
use crate::door::{Case, Found, Need, Shelf};

impl Shelf for SledView {
    fn load(&self, need: &Need, case: &mut Case) -> Result<(), StoreError> {
        match need {
            Need::Refund(id) => {
                let at_hand = self.at_hand();
                let found = match self.row_beside(&at_hand, id)?.map(|row| row.refund()) {
                    None => Found::Nothing,
                    Some(Ok(refund)) => {
                        let refund = Arc::new(refund);
                        self.load_line(&at_hand, &refund, case)?;
                        Found::There(refund)
                    }
                    Some(Err(error)) => Found::Senseless(error.to_string()),
                };
                case.put_refund(id.clone(), found);
            }
            Need::Line(key) => case.put_line(key.clone(), self.on_line(key)?.into_iter().map(Arc::new)),
            Need::Answer(key) => case.put_answer(key.clone(), self.remembered(key)?),
            Need::History(id) => {
                let history = self.history(id, 0, usize::MAX)?;
                case.put_history(id.clone(), history.into_iter().map(|(_, event)| event).collect());
            }
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
    fn load_line(&self, at_hand: &AtHand, refund: &Arc<Refund>, case: &mut Case) -> Result<(), StoreError> {
        let key = refund.line_key();
        // Mostly there is no other, which is known without reading a row.
        if at_hand.index.is_alone(&refund.id, &key) {
            case.put_line(key, [Arc::clone(refund)]);
        } else {
            let all = self.line_beside(at_hand, &key)?;
            case.put_line(key, all.into_iter().map(Arc::new));
        }
        Ok(())
    }
}
